"""Tables of models after the reveal: the same score as everywhere, and win rates by question."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from mingan.grading.people.tables import verdict_table, win_score, win_table
from mingan.records import Answer
from mingan.statistics import score_table
from mingan.statistics.matrix import Outcome, ResponseMatrix
from mingan.store.queues import Click, Queue, QueueItem

CODES = {"right": Outcome.RIGHT, "wrong": Outcome.WRONG, "unsure": Outcome.UNSURE}


def answers_of(models: int, questions: int) -> dict[str, Answer]:
    return {
        f"{m}-{q}": Answer(question=f"q{q}", asked="", model=f"M{m}", model_hash="", text="")
        for m in range(models)
        for q in range(questions)
    }


def test_unsure_enters_as_everywhere_else() -> None:
    said = ["right"] * 9 + ["unsure"] * 6 + ["wrong"] * 5
    items = tuple(QueueItem(question=f"q{i}", answers=(f"0-{i}",)) for i in range(20))
    queue = Queue(id="k", items=items)
    clicks = [Click("k", i, "小林", choice) for i, choice in enumerate(said)]
    (found,) = verdict_table(queue, clicks, answers_of(1, 20))
    cells = np.array([[[CODES[choice]] for choice in said]], dtype=np.int8)
    (wanted,) = score_table(
        ResponseMatrix(models=("M0",), questions=tuple(str(i) for i in range(20)), cells=cells),
        ranks=False,
    )
    assert (found.score, found.low, found.high) == (wanted.score, wanted.low, wanted.high)
    assert found.score > 9 / 20  # which would be "cannot tell" counted as wrong
    assert (found.right, found.wrong, found.unsure) == (9, 5, 6)


def test_only_what_was_judged_counts_and_repeats_are_one_question() -> None:
    items = tuple(QueueItem(question=f"q{i % 6}", answers=(f"0-{i}",)) for i in range(12))
    clicks = [Click("k", i, "小林", "right" if i < 6 else "wrong") for i in (0, 1, 2, 6, 7)]
    (found,) = verdict_table(Queue(id="k", items=items), clicks, answers_of(1, 12))
    assert found.questions == 3
    assert found.absent == 1  # one of three questions was judged once, the others twice
    assert found.score == pytest.approx(2 / 3)


def test_nobody_could_tell_is_no_score() -> None:
    items = (QueueItem(question="q0", answers=("0-0",)), QueueItem(question="q0", answers=("1-0",)))
    clicks = [Click("k", 0, "小林", "unsure"), Click("k", 1, "小林", "wrong")]
    found = verdict_table(Queue(id="k", items=items), clicks, answers_of(2, 1))
    assert [score.model for score in found] == ["M1", "M0"]
    assert (found[1].low, found[1].high) == (0, 1)


def test_pairs_of_one_question_are_one_question() -> None:
    pairs = [(a, b, q) for q in range(3) for a, b in combinations(range(4), 2)]
    items = tuple(
        QueueItem(question=f"q{q}", answers=(f"{a}-{q}", f"{b}-{q}")) for a, b, q in pairs
    )
    clicks = [Click("k", i, "小林", "tie" if pairs[i][:2] == (0, 1) else "a")
              for i in range(len(pairs))]  # fmt: skip
    table = win_table(Queue(id="k", kind="pair", items=items), clicks, answers_of(4, 3))
    assert [score.model for score in table] == ["M0", "M1", "M2", "M3"]
    best, worst = table[0], table[-1]
    assert best.questions == 3
    assert (best.right, best.wrong, best.unsure) == (6, 0, 3)
    assert best.score == pytest.approx(7.5 / 9)
    assert best.high - best.low > 0.5
    assert worst.score == 0
    assert worst.high > 0.3


def test_one_question_says_nothing_of_others() -> None:
    found = win_score("甲", [[1.0, 1.0, 1.0]])
    assert (found.low, found.high) == (0, 1)


@pytest.mark.parametrize(("models", "questions"), [(8, 15), (3, 12), (5, 40)])
def test_the_interval_of_a_win_rate_holds_the_truth(models: int, questions: int) -> None:
    """All models alike, so that the truth is one half; each question suits some better.

    Wilson's interval on the number of pairs held it in 74 % of such queues of 8 models.
    """
    draw = np.random.default_rng(4)
    hits = 0
    for _ in range(400):
        suits = draw.normal(size=(questions, models))
        won = [[float(row[0] > other) for other in row[1:]] for row in suits]
        found = win_score("甲", won)
        hits += found.low <= 0.5 <= found.high
    assert 0.93 <= hits / 400 <= 0.995
