"""Levels and stories: minimal pairs that are sound, and one ladder for both kinds of model."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pymunk")

from mingan import bank as banks
from mingan import grading
from mingan.cli.app import run as mingan
from mingan.errors import NothingYet
from mingan.models.protocol import Reply, Request
from mingan.records import Answer, Generation, Grade, ModelCard, Question
from mingan.reports import table, world_levels
from mingan.store import Store
from mingan.workspace import Workspace
from mingan.world.asked import Reference
from mingan.world.levels import cell_of, place_of, score_of
from mingan.world.scenes import Scene
from mingan.world.stories import chance, rows, stories
from mingan.world.stories_order import OrderGrader
from mingan.world.tracks_prompt import question_of

STORIES = stories()


def parts(question: Question) -> list[dict[str, Any]]:
    first = {"prompt": question.prompt, "choices": list(question.choices)}
    return [first | question.params["part"], *question.params["variants"]]


def verdict(question: Question, said: list[str]) -> str:
    answer = Answer(question=question.id, asked=question.asked, model="m", model_hash="m",
                    text=said[-1], meta={"turns": said[:-1]})  # fmt: skip
    return grading.grade(question, answer).verdict


# --- stories ------------------------------------------------------------------------------------


def test_there_are_twelve_hand_written_pairs_a_level_and_more() -> None:
    levels = Counter(row["level"] for row in rows())
    assert min(levels[3], levels[4]) >= 12
    assert len({row["id"] for row in rows()}) == len(rows())
    for row in rows():
        assert row["_canary"].startswith("Mingan stories, canary ")
        assert row["why"] and row["note"] and row["en"]  # noqa: PT018
    gaps = Counter(tag for q in STORIES for tag in q.tags if tag.startswith("world:distance-"))
    assert set(gaps) == {"world:distance-2", "world:distance-8", "world:distance-32"}
    assert len(set(gaps.values())) == 1


@pytest.mark.parametrize("question", STORIES, ids=[q.id for q in STORIES])
def test_only_all_of_a_set_is_right(question: Question) -> None:
    assert grading.faults(question) == []
    right = [str(part["answer"]) for part in parts(question)]
    assert verdict(question, right) == "right"
    for place in range(len(right)):
        wrong = list(right)
        wrong[place] = {"A": "B"}.get(right[place], "A") if question.choices else right[place - 1]
        if wrong != right and (question.choices or wrong[place] != right[place]):
            assert verdict(question, wrong) == "wrong"


def meaning(question: Question, part: dict[str, Any]) -> str:
    """What an answer says, whatever letters or numbers it has in that wording."""
    answer, prompt = str(part["answer"]), part["prompt"]
    if part.get("choices"):
        return str(part["choices"]["ABCD".index(answer)])
    if "（1）" in prompt:
        return prompt.split(f"（{answer}）")[1].split("（")[0]
    events = dict(line.split(". ") for line in prompt.splitlines() if line[1:3] == ". ")
    return " ".join(events[letter] for letter in answer)


@pytest.mark.parametrize("question", STORIES, ids=[q.id for q in STORIES])
def test_the_answer_turns_with_the_cause_and_with_nothing_else(question: Question) -> None:
    first, *flips, beside = parts(question)
    assert all(meaning(question, flip) != meaning(question, first) for flip in flips)
    assert meaning(question, beside) == meaning(question, first)
    assert beside["prompt"] != first["prompt"]
    # Letters of options are shuffled in each wording, so that to repeat a letter is no way.
    assert chance(question) <= 1 / 64


def test_the_cause_stands_as_far_away_as_is_said() -> None:
    for question in STORIES:
        far = next((int(t.split("-")[1]) for t in question.tags if "distance" in t), None)
        if far is None or "（1）" not in question.prompt:
            continue
        last = question.prompt.count("（") - question.prompt.count("（（")
        answers = sorted(int(part["answer"]) for part in parts(question)[:2])
        assert last - answers[1] - 1 == far


def test_options_are_shuffled_by_a_seed_and_no_letter_is_favoured() -> None:
    assert stories(0) == STORIES
    assert stories(1) != STORIES
    letters = Counter(
        part["answer"] for seed in range(4) for question in stories(seed) if question.choices
        for part in parts(question)
    )  # fmt: skip
    total = sum(letters.values())
    assert all(0.18 < letters[letter] / total < 0.32 for letter in "ABCD")


def test_the_bank_that_comes_with_us_has_levels_too() -> None:
    levels = Counter(
        place.level for q in banks.builtin("builtin").questions if (place := place_of(q))
    )
    assert levels[3] >= 8
    assert levels[4] >= 2


# --- order --------------------------------------------------------------------------------------


def order(text: str, answer: str = "CABED") -> tuple[str, float | None]:
    finding = OrderGrader().grade(Question(id="q", prompt="?", answer=answer), text)
    return finding.verdict, finding.score


@pytest.mark.parametrize(
    "text",
    ["CABED", "C A B E D", "C、A、B、E、D。", "C -> A -> B -> E -> D",
     "<think>ABCDE</think>答案：CABED",
     "先看：ABCDE 不对。\n所以是 **CABED**", "cabed", "ＣＡＢＥＤ", "C, A, B, E, D"],
)  # fmt: skip
def test_an_order_is_read(text: str) -> None:
    assert order(text) == ("right", 1.0)


def test_an_order_s_score_is_its_share_of_pairs() -> None:
    assert order("DEBAC") == ("wrong", 0.0)
    assert order("ACBED") == ("wrong", 0.9)
    assert order("CAB") == ("wrong", 0.3)
    assert order("说不准") == ("wrong", 0.0)
    assert order("", "") == ("ungraded", None)
    assert OrderGrader().faults(Question(id="q", prompt="?", answer="AAB"))


@settings(max_examples=100, deadline=None)
@given(st.permutations("ABCDE"), st.permutations("ABCDE"))
def test_an_order_s_score_is_kendall_s(one: list[str], other: list[str]) -> None:
    scipy = pytest.importorskip("scipy.stats")
    places = [[row.index(letter) for letter in "ABCDE"] for row in (one, other)]
    tau = scipy.kendalltau(*places).statistic
    assert order("".join(one), "".join(other))[1] == pytest.approx((1 + tau) / 2)


# --- levels -------------------------------------------------------------------------------------


def scene(law: str, **more: Any) -> dict[str, Any]:
    return {"scene": {"law": law, "split": "within", "number": 0, "seed": 1, "size": [128, 128],
                      **more}}  # fmt: skip


@pytest.mark.parametrize(("question", "want"), [
    (Question(id="q", prompt="", grader="tracks", params=scene("static")),
     (1, "simulator", "text")),
    (Question(id="q", prompt="", grader="tracks", params=scene("inertia")),
     (2, "simulator", "text")),
    (Question(id="q", prompt="", kind="video", grader="motion", params=scene("tower")),
     (2, "simulator", "video")),
    (Question(id="q", prompt="", kind="video", grader="motion", params=scene("parabola"),
              tags=("world:told",)), (2, "fantasy", "video")),
    (Question(id="q", prompt="", tags=("社会因果", "x")), (3, "simulator", "text")),
    (Question(id="q", prompt="", tags=("心智理论",)), (3, "simulator", "text")),
    (Question(id="q", prompt="", tags=("叙事因果",)), (4, "simulator", "text")),
    (Question(id="q", prompt="", tags=("四则运算",)), None),
    (Question(id="q", prompt="", grader="tracks", params={"scene": "no"}), None),
    (Question(id="q", prompt="", kind="video", params={"scene": {"law": "no"}}), None),
])  # fmt: skip
def test_a_question_s_level_is_found_by_what_it_is(
    question: Question, want: tuple[int, str, str] | None
) -> None:
    place = place_of(question)
    assert (None if place is None else (place.level, place.column, place.medium)) == want


def test_a_cell_has_an_interval_even_where_all_is_wrong() -> None:
    cell = cell_of([[0.0]] * 20)
    assert cell is not None
    assert (cell.score, cell.low) == (0, 0)
    assert cell.high == pytest.approx(0.161, abs=0.001)  # Wilson, 0 of 20
    with_open = cell_of([[1.0], [0.5], [0.0], [None]])
    assert with_open is not None
    assert with_open.score == pytest.approx(0.5)
    assert (with_open.questions, with_open.open, with_open.apart) == (3, 1, 3)
    assert (with_open.worst, with_open.best) == (pytest.approx(0.375), pytest.approx(0.625))
    nothing = cell_of([[None], []])
    assert nothing is not None
    assert math.isnan(nothing.score)
    assert (nothing.low, nothing.high, nothing.worst, nothing.best) == (0, 1, 0, 1)
    assert cell_of([]) is None


def test_what_hangs_together_counts_once() -> None:
    cell, alone = cell_of([[1.0, 1.0, 0.0], [0.0]]), cell_of([[2 / 3], [0.0]])
    assert cell is not None
    assert alone is not None
    assert (cell.score, cell.low, cell.high) == (alone.score, alone.low, alone.high)
    assert (cell.questions, cell.apart) == (4, 2)


@given(st.lists(st.lists(st.none() | st.floats(0, 1), min_size=1, max_size=4), max_size=20))
def test_a_cell_holds_together(scores: list[list[float | None]]) -> None:
    cell = cell_of(scores)
    if cell is None or not cell.questions:
        assert not any(s is not None for each in scores for s in each)
        return
    assert 0 <= cell.low <= cell.score + 1e-9
    assert cell.score <= cell.high + 1e-9
    assert cell.high <= 1
    assert cell.worst <= cell.best + 1e-9
    if not cell.open:
        assert cell.worst == pytest.approx(cell.score) == pytest.approx(cell.best)


def test_what_was_not_decided_is_no_score() -> None:
    story = STORIES[0]
    track = question_of(Scene(law="inertia", number=0, seed=1))

    def grade(verdict_: Any, score: float | None = None) -> Grade:
        return Grade(answer="a", question_hash="q", verdict=verdict_, grader="g", score=score)

    assert score_of(story, grade("right", 1.0)) == 1
    assert score_of(story, grade("wrong", 0.67)) == 0  # all or nothing
    assert score_of(story, grade("unsure", 0.67)) is None
    assert score_of(track, grade("wrong", 0.4)) == 0.4
    assert score_of(track, grade("ungraded")) is None


# --- the ladder ---------------------------------------------------------------------------------


class Solver:
    """A model that knows every story, or all of some level."""

    source = "api"
    concurrency = 1

    def __init__(self, card: ModelCard, levels: tuple[str, ...]) -> None:
        self.card = card
        self._said = {
            _key(part["prompt"]): str(part["answer"]) if question.tags[0] in levels else "不知道"
            for question in STORIES for part in parts(question)
        }  # fmt: skip

    async def answer(self, request: Request) -> Reply:
        prompt = str(request.messages[-1]["content"])
        return Reply(text=next(said for key, said in self._said.items() if prompt.startswith(key)),
                     at="")  # fmt: skip

    async def close(self) -> None:
        pass


def _key(prompt: str) -> str:
    return prompt


def video(store: Store, model: str, shown: str, score: float, law: str, *tags: str) -> None:
    """An answer to a video question, as a service's adapter would leave it."""
    question = Question(id=f"motion-{law}-{len(tags)}", prompt="接下去", bank="world-clips",
                        kind="video", grader="motion", params=scene(law), tags=tags)  # fmt: skip
    there = list(store.bank("world-clips") or ()) if store.banks() else []
    store.add_bank("world-clips", list({q.id: q for q in [*there, question]}.values()))
    card = ModelCard(name=model, kind="scripted", generation=Generation())
    store.add_cards([card])
    text = msgspec.json.encode(Reference(clip="0" * 64, shown=shown)).decode()
    answer = Answer(question=question.id, asked=question.asked, model=model, model_hash=card.hash,
                    bank="world-clips", text=text)  # fmt: skip
    store.record("", [answer]).result()
    store.add_grades([Grade(answer=answer.content, question_hash=question.hash, verdict="wrong",
                            grader="motion", score=score, at="2026-11-27")])  # fmt: skip


def test_one_ladder_shows_both_kinds_and_keeps_columns_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = str(tmp_path / "w.db")
    assert mingan(["world", "stories", "--workspace", where]) == 0
    card = ModelCard(name="reader", kind="scripted")
    with Workspace.open(where) as workspace:
        workspace.run(bank="stories", models=[card], made={"reader": Solver(card, ("社会因果",))})
        video(workspace.store, "painter", "v2v", 0.7, "parabola")
        video(workspace.store, "painter", "v2v", 0.2, "parabola", "world:told")
        video(workspace.store, "glimpser", "i2v", 0.3, "static")
    capsys.readouterr()
    assert mingan(["world", "table", "--json", "--workspace", where]) == 0
    document = json.loads(capsys.readouterr().out)
    cells = {(r["model"], r["shown"], r["level"], r["column"]): r for r in document["rows"]}
    assert cells["reader", "text", 3, "simulator"]["estimate"] == 1
    assert cells["reader", "text", 3, "simulator"]["questions"] == 14
    assert cells["reader", "text", 4, "simulator"]["estimate"] == 0
    assert cells["painter", "v2v", 2, "simulator"]["estimate"] == pytest.approx(0.7)
    assert cells["painter", "v2v", 2, "fantasy"]["estimate"] == pytest.approx(0.2)
    assert cells["glimpser", "i2v", 1, "simulator"]["estimate"] == pytest.approx(0.3)
    assert cells["reader", "text", 4, "simulator"]["apart"] == 14
    assert document["laws"] == []
    far = {row["distance"]: row for row in document["distances"]}
    assert set(far) == {2, 8, 32}
    assert all(row["estimate"] == 0 and row["questions"] == 10 for row in far.values())
    assert mingan(["world", "table", "--workspace", where]) == 0
    told = capsys.readouterr()
    assert "painter" in told.out
    assert "只看最后一帧" in told.out
    assert "reader：故事按前因隔几句算：2 句 0 (0–28)，8 句 0 (0–28)" in told.out
    assert "1/64" in told.err


def test_a_name_from_outside_does_not_break_the_table() -> None:
    cell = cell_of([[0.5]])
    assert cell is not None
    open_ = cell_of([[None]])
    assert open_ is not None
    nothing = world_levels.LevelRow(model="silent", shown="text", level=2, column="simulator",
                                    cell=open_)  # fmt: skip
    ladder = world_levels.Ladder(rows=(nothing,), laws=())
    assert "–（1 题未判）" in table.plain(world_levels.ladder_table(ladder))
    assert world_levels.ladder_document(ladder)["rows"][0]["estimate"] is None
    row = world_levels.LevelRow(model="x\n[bold]" + "y" * 99, shown="text", level=3,
                                column="simulator", cell=cell)  # fmt: skip
    drawn = table.plain(world_levels.ladder_table(world_levels.Ladder(rows=(row,), laws=())))
    assert "[bold]" in drawn
    assert len(drawn.splitlines()) == 3


def test_an_empty_workspace_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Workspace.open(tmp_path / "w.db") as workspace, pytest.raises(NothingYet, match="tracks"):
        world_levels.look(workspace.store)
    assert mingan(["world", "table", "--workspace", str(tmp_path / "w.db")]) == 2
    assert "mingan world stories" in capsys.readouterr().err
