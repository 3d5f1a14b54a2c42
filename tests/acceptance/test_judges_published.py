"""Judges against people, on recorded verdicts: published numbers, and simulations that cover.

PandaLM: 999 pairs of answers, three people's and two judges' votes. Z-Bench: 525 answers that
people called right or wrong, with judges made from these verdicts by known error rates.

What the simulations cover is the people's score of these very answers, a finite population: of
525 answers, 33 are left open by the rules, and people see some of the 33 (or 100 of the 525).
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mingan.grading import grade
from mingan.records import Answer, Question
from mingan.statistics import (
    Corrected,
    Votes,
    cohen_kappa,
    corrected_score,
    fleiss_kappa,
    judge_alongside,
    krippendorff,
    majority,
    mean_interval,
    rank_votes,
    share_lead,
    style_bias,
    votes_of,
    votes_to_flip,
)

SIMULATIONS = 1000
PEOPLE = ("annotator1", "annotator2", "annotator3")
WON = {"1": 1.0, "2": 0.0, "0": 0.5, "Tie": 0.5}
Floats = np.ndarray


def column(rows: list[dict[str, str]], name: str) -> Floats:
    """Votes of one voter; NaN where nothing could be read."""
    return np.array([WON.get(row[name], np.nan) for row in rows])


def length(rows: list[dict[str, str]], name: str) -> Floats:
    """A length that was not recorded is that of an empty answer."""
    return np.array([float(row[name] or 0) for row in rows])


@pytest.fixture
def rows(test_data: Path) -> list[dict[str, str]]:
    path = test_data / "statistics" / "pandalm_human_vs_judge.csv"
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def people(rows: list[dict[str, str]]) -> Floats:
    return majority(np.stack([column(rows, name) for name in PEOPLE]))


@pytest.fixture
def voted(rows: list[dict[str, str]]) -> Callable[[Floats], Votes]:
    """Makes votes with their length from outcomes."""

    def make(won: Floats) -> Votes:
        return votes_of(
            [row["model1"] for row in rows], [row["model2"] for row in rows], won,
            styles={"length": share_lead(length(rows, "len1"), length(rows, "len2"))},
        )  # fmt: skip

    return make


def test_agreement_of_three_people(rows: list[dict[str, str]], people: Floats) -> None:
    table = np.stack([column(rows, name) for name in PEOPLE])
    kappas = [cohen_kappa(table[i], table[j])[0] for i, j in ((0, 1), (0, 2), (1, 2))]
    assert kappas == pytest.approx([0.852, 0.879, 0.862], abs=5e-4)
    alpha, interval = krippendorff(table)
    assert alpha == pytest.approx(0.8642, abs=5e-5)
    assert interval.low < alpha < interval.high
    fleiss, _ = fleiss_kappa(table)
    assert fleiss == pytest.approx(0.8642, abs=1e-4)
    assert [int((people == x).sum()) for x in (0.5, 1, 0)] == [105, 422, 472]


def test_judges_against_the_majority(rows: list[dict[str, str]], people: Floats) -> None:
    gpt = column(rows, "gpt35")
    decided = np.where(gpt == 0.5, np.nan, gpt)
    found = judge_alongside(decided, people[None])
    assert (found.things, found.failed) == (936, 63)
    assert found.judge_raw.value == pytest.approx(0.739, abs=5e-4)
    assert found.judge_kappa.value == pytest.approx(0.523, abs=5e-4)
    weak = judge_alongside(column(rows, "pandalm7b"), people[None])
    assert weak.judge_raw.value == pytest.approx(0.668, abs=5e-4)
    assert weak.judge_kappa.value == pytest.approx(0.435, abs=5e-4)
    among = judge_alongside(gpt, np.stack([column(rows, name) for name in PEOPLE]))
    assert among.behind_kappa.high < -0.3  # people agree with each other far better


@pytest.mark.parametrize(
    ("who", "elo"),
    [
        ("people", {"llama": 125.8, "pythia": 12.8, "bloom": -3.2, "opt": -42.2, "cere": -93.2}),
        ("gpt35", {"llama": 121.2, "bloom": 11.9, "pythia": 2.5, "opt": -36.8, "cere": -98.8}),
    ],
)
def test_bradley_terry_with_ties_as_half_wins(
    rows: list[dict[str, str]], people: Floats, voted: Callable[[Floats], Votes],
    who: str, elo: dict[str, float],
) -> None:  # fmt: skip
    ranking = rank_votes(voted(people if who == "people" else column(rows, who)))
    for strength, (model, value) in zip(ranking.strengths, elo.items(), strict=True):
        assert strength.model.startswith(model)
        assert strength.elo == pytest.approx(value, abs=0.06)
        assert 22 < (strength.high - strength.low) / 2 < 32
    assert [s.rank_low for s in ranking.strengths][:2] == [1, 2]


def test_people_lean_to_length_and_more_than_judges_do(
    rows: list[dict[str, str]], people: Floats, voted: Callable[[Floats], Votes]
) -> None:
    for won, wanted in ((people, 1.90), (column(rows, "gpt35"), 1.32)):
        (found,) = rank_votes(voted(won), style=True, resamples=0).styles
        assert found.value == pytest.approx(wanted, abs=0.01)
    (bias,) = style_bias(voted(column(rows, "gpt35")), people[~np.isnan(column(rows, "gpt35"))],
                         resamples=300)  # fmt: skip
    assert bias.high < 0
    assert (bias.people, bias.judge) == pytest.approx((1.93, 1.32), abs=0.02)


def test_few_votes_turn_the_middle_round(people: Floats, voted: Callable[[Floats], Votes]) -> None:
    votes = voted(people)
    middle = votes_to_flip(votes, "pythia-6.9b", "bloom-7b")
    top = votes_to_flip(votes, "llama-7b", "pythia-6.9b")
    assert (middle.enough, middle.votes) == (6, 999)
    assert middle.at_least == 4  # every choice of three was tried
    assert top.enough == 38


def simulate(
    truth: Floats, judge: Callable[[], Floats], ask: Floats, people: int,
    runs: int = SIMULATIONS, **more: object,
) -> list[Corrected]:  # fmt: skip
    """`people` of the answers `ask`, drawn anew each time, and the judge's verdicts anew."""
    found = []
    rng = np.random.default_rng(5)
    for _ in range(runs):
        seen = rng.permutation(ask)[:people]
        verdicts = np.full(truth.size, np.nan)
        verdicts[seen] = truth[seen]
        found.append(corrected_score(verdicts, judge(), **more))  # type: ignore[arg-type]
    return found


def covered(found: list[Corrected], truth: float) -> float:
    return float(np.mean([each.low <= truth <= each.high for each in found]))


def width(found: list[Corrected]) -> float:
    return float(np.mean([each.high - each.low for each in found]))


def alone(found: list[Corrected]) -> float:
    return float(np.mean([each.alone_high - each.alone_low for each in found]))


def classical(truth: Floats, people: int) -> float:
    """Mean width of Student's interval over the same number of people's verdicts."""
    rng = np.random.default_rng(5)
    ends = [mean_interval(rng.permutation(truth)[:people]) for _ in range(SIMULATIONS)]
    return float(np.mean([high - low for low, high in ends]))


def test_200_people_and_a_judge_on_pandalm(rows: list[dict[str, str]], people: Floats) -> None:
    truth = (people == 1).astype(float)
    gpt = column(rows, "gpt35")
    judge = np.where(np.isnan(gpt), np.nan, gpt == 1)
    everybody, plain = np.arange(truth.size), classical(truth, 200)
    for about, most in (("such answers", 0.90), ("these answers", 0.80)):
        found = simulate(truth, lambda: judge, everybody, 200, about=about)
        assert covered(found, truth.mean()) >= 0.94
        assert width(found) <= most * plain


@pytest.mark.parametrize("about", ["such answers", "these answers"])
def test_a_useless_judge_costs_nothing(people: Floats, about: str) -> None:
    truth, rng = (people == 1).astype(float), np.random.default_rng(8)
    found = simulate(
        truth, lambda: rng.integers(0, 2, truth.size), np.arange(truth.size), 200, about=about
    )
    assert covered(found, truth.mean()) >= 0.94
    assert width(found) <= 1.02 * classical(truth, 200)
    assert max((x.high - x.low) / (x.alone_high - x.alone_low) for x in found) <= 1.02


@pytest.fixture(scope="module")
def zbench() -> tuple[Floats, Floats]:
    """What people, and what the rules say of 525 answers; NaN where the rules leave it open."""
    import os

    if not os.environ.get("MINGAN_TEST_DATA"):
        pytest.skip("MINGAN_TEST_DATA is not set: no Z-Bench here")
    folder = Path(os.environ["MINGAN_TEST_DATA"]) / "zbench"
    with (folder / "human-verdicts.csv").open(encoding="utf-8-sig", newline="") as file:
        said = {(r["question"], r["model"]): r["verdict"] for r in csv.DictReader(file)}
    value = {"right": 1.0, "wrong": 0.0}
    people, rules = [], []
    for table in ("common", "emergent", "specialized"):
        with (folder / f"{table}.samples.csv").open(encoding="utf-8-sig", newline="") as file:
            head, *rows = csv.reader(file)
        for number, row in enumerate(rows, start=1):
            for model, text in zip(map(str.lower, head[3:]), row[3:], strict=True):
                verdict = said.get((f"{table}-{number:03d}", model))
                if verdict in value:
                    people.append(value[verdict])
                    rules.append(value.get(_by_rules(row, model, text), np.nan))
    return np.array(people), np.array(rules)


def _by_rules(row: list[str], model: str, text: str) -> str:
    question = Question(id="q", prompt=row[0], answer=row[2])
    answer = Answer(
        question="q", asked=question.asked, model=model, model_hash=model, text=text,
        state="ok" if text.strip() else "empty",
    )  # fmt: skip
    return grade(question, answer).verdict


def scripted(truth: Floats, right: float, wrong: float) -> Callable[[], Floats]:
    """A judge that calls right answers right, and wrong ones wrong, this often."""
    rng = np.random.default_rng(9)

    def judge() -> Floats:
        hit = rng.random(truth.size) < np.where(truth == 1, right, wrong)
        return np.where(hit, truth, 1 - truth)

    return judge


# With 18 people of 33, 6,000 simulations of these six cover 95.2 to 95.8 % of the time, those of
# (0.8, 0.9) 96.9 %: the better the judge, the fewer errors so few people see, and the wider the
# interval has to be for what they may have missed.
QUALITIES = [(0.55, 0.6), (0.6, 0.7), (0.7, 0.7), (0.7, 0.8), (0.8, 0.7), (0.9, 0.8)]


@pytest.mark.parametrize(("right", "wrong"), QUALITIES)
def test_rules_a_judge_and_18_people_on_zbench(
    zbench: tuple[Floats, Floats], right: float, wrong: float
) -> None:
    truth, rules = zbench
    left = np.flatnonzero(np.isnan(rules))
    assert (truth.size, left.size) == (525, 33)
    found = simulate(truth, scripted(truth, right, wrong), left, 18, settled=rules)
    assert 0.93 <= covered(found, truth.mean()) <= 0.97
    assert width(found) < alone(found)


@pytest.mark.parametrize(("right", "wrong"), [*QUALITIES, (0.8, 0.9), (0.9, 0.9)])
def test_a_judge_of_all_and_100_people_on_zbench(
    zbench: tuple[Floats, Floats], right: float, wrong: float
) -> None:
    truth, _ = zbench
    found = simulate(truth, scripted(truth, right, wrong), np.arange(truth.size), 100, runs=2000)
    assert 0.93 <= covered(found, truth.mean()) <= 0.97
    assert width(found) < alone(found)


def test_an_excellent_judge_is_never_trusted_too_far(zbench: tuple[Floats, Floats]) -> None:
    """Where 40 people see hardly an error the interval is too wide, and never too narrow."""
    truth, _ = zbench
    found = simulate(truth, scripted(truth, 0.97, 0.97), np.arange(truth.size), 40)
    assert covered(found, truth.mean()) >= 0.95
    assert width(found) < 0.6 * alone(found)
