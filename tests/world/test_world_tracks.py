"""Tracks in text: what is told, how answers are read, and that no ruler can be gamed."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pymunk")

from mingan import grading
from mingan.cli.app import run as mingan
from mingan.errors import UsageError
from mingan.models.protocol import Reply, Request
from mingan.records import Answer, ModelCard, Question
from mingan.workspace import Workspace
from mingan.world import desk
from mingan.world.laws import LAWS
from mingan.world.questions import scene_in
from mingan.world.scenes import Scene, seed_of
from mingan.world.tracks import (
    ASKED,
    FREE,
    LEFT_OUT,
    MISSING,
    NAMES,
    STILL,
    TOLD,
    Course,
    course_of,
    skill,
)
from mingan.world.tracks_grader import TracksGrader
from mingan.world.tracks_prompt import question_of, questions_of
from mingan.world.tracks_reading import read

KEY = b"k" * 32
GRADER = TracksGrader()
KINDS = [(law.name, split) for law in LAWS.values() if not law.chaotic for split in law.splits]
MOVING = [kind for kind in KINDS if kind[0] not in ("static", "ledge")]


def scene(law: str, number: int = 0, split: str = "within") -> Scene:
    return Scene(law=law, number=number, split=split, seed=seed_of(KEY, law, split, number))  # type: ignore[arg-type]


def said(course: Course, places: np.ndarray) -> str:
    """An answer in the form that is asked for; places (6, movers, 2)."""
    return "\n".join(
        f"t={second:g}: "
        + "; ".join(
            f"{course.names[k]} {places[row, k, 0]:.8f} {places[row, k, 1]:.8f}"
            for k in course.asked
        )
        for row, second in enumerate(ASKED)
    )


# --- courses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("law", "split"), KINDS)
def test_the_truth_is_perfect_and_another_take_nearly(law: str, split: str) -> None:
    course = course_of(scene(law, split=split))
    question = question_of(course.scene)
    finding = GRADER.grade(question, said(course, course.true[0]))
    assert finding.verdict == "right"
    assert finding.score == pytest.approx(1)
    assert finding.firm
    other = GRADER.grade(question, said(course, course.true[1]))
    assert other.score is not None
    assert other.score > 0.9
    assert other.verdict == "right"


@pytest.mark.parametrize(("law", "split"), MOVING)
def test_standing_still_is_worth_nothing_where_things_move(law: str, split: str) -> None:
    for number in range(3):
        course = course_of(scene(law, number, split))
        finding = GRADER.grade(
            question_of(course.scene), said(course, FREE["freeze"](course.given))
        )
        assert finding.score == pytest.approx(0, abs=1e-3)
        assert finding.verdict == "wrong"


def test_moving_what_lies_still_is_punished() -> None:
    course = course_of(scene("static"))
    question = question_of(course.scene)
    still = np.repeat(course.given[-1:], len(ASKED), axis=0)
    assert GRADER.grade(question, said(course, still)).verdict == "right"
    moved = still + np.linspace(0.5, 3, len(ASKED))[:, None, None]
    finding = GRADER.grade(question, said(course, moved))
    assert (finding.verdict, finding.score) == ("wrong", 0.0)


def test_a_line_is_right_where_nothing_acts_and_not_where_balls_meet() -> None:
    straight = course_of(scene("inertia"))
    finding = GRADER.grade(
        question_of(straight.scene), said(straight, FREE["linear"](straight.given))
    )
    assert finding.verdict == "right"
    meeting = course_of(scene("collision"))
    finding = GRADER.grade(question_of(meeting.scene), said(meeting, FREE["linear"](meeting.given)))
    assert finding.verdict == "wrong"


def test_what_is_not_said_costs_as_much_as_a_thing_that_is_gone() -> None:
    course = course_of(scene("inertia"))
    assert course.error({}) == pytest.approx(MISSING) == pytest.approx(math.sqrt(2))
    half = {(s, "A"): tuple(course.true[0][row, 0]) for row, s in enumerate(ASKED[:3])}
    assert course.error(half) == pytest.approx(MISSING / 2)  # type: ignore[arg-type]
    far = {(s, "A"): (1e4, 1e4) for s in ASKED}
    assert course.error(far) == pytest.approx(MISSING)


def test_errors_grow_with_the_distance_from_the_truth() -> None:
    course = course_of(scene("pendulum"))
    errors = [
        course.error({
            (s, "A"): (x + away, y)
            for s, (x, y) in zip(ASKED, course.true[0][:, 0].tolist(), strict=True)
        })
        for away in (0.0, 1.0, 2.0, 4.0)
    ]  # fmt: skip
    assert errors == pytest.approx([0, 0.01, 0.02, 0.04])
    assert [course.score(e) for e in errors] == sorted(
        (course.score(e) for e in errors), reverse=True
    )


def test_skill_is_what_is_gained_of_what_could_be() -> None:
    free = {"freeze": 0.3, "linear": 0.1}
    assert skill(0.0, free, 0.0) == 1
    assert skill(0.1, free, 0.0) == 0
    assert skill(0.06, free, 0.02) == pytest.approx(0.5)
    assert skill(0.3, free, 0.0) == pytest.approx(-2)
    assert math.isnan(skill(0.0, {"linear": 0.01}, 0.009))


def test_copying_what_was_told_is_never_skill() -> None:
    """A pendulum comes back to where it was, so that copying beats lines there."""
    for number in range(4):
        course = course_of(scene("pendulum", number))
        finding = GRADER.grade(question_of(course.scene), said(course, FREE["copy"](course.given)))
        assert finding.verdict == "wrong"
        assert skill(course.free["copy"], course.free, course.ceiling) <= 0


def test_free_predictors_by_hand() -> None:
    given = np.full((len(TOLD), 1, 2), np.nan)
    times, later = np.array(TOLD), np.array(ASKED)
    given[:, 0] = np.stack([10 + 4 * times, 50 - 3 * times**2], axis=1)
    np.testing.assert_allclose(FREE["freeze"](given)[:, 0], [[18, 38]] * 6)
    np.testing.assert_allclose(FREE["linear"](given)[:, 0, 0], 10 + 4 * later)
    np.testing.assert_allclose(
        FREE["quadratic"](given)[:, 0], np.stack([10 + 4 * later, 50 - 3 * later**2], axis=1)
    )
    np.testing.assert_allclose(FREE["copy"](given)[:, 0], given[:6, 0])
    given[5:] = np.nan  # hidden: it goes on from where it was last seen
    np.testing.assert_allclose(FREE["linear"](given)[:, 0, 0], 10 + 4 * later)


def test_a_scene_is_the_same_by_its_seed_and_chaos_has_no_course() -> None:
    one, other = question_of(scene("dominoes")), question_of(scene("dominoes"))
    assert one == other
    assert question_of(scene("dominoes", 1)).prompt != one.prompt
    assert set(LEFT_OUT) == {"tower", "breaking", "pouring"}
    for law in LEFT_OUT:
        with pytest.raises(UsageError, match=law):
            course_of(scene(law))
    assert questions_of([scene(law) for law in LEFT_OUT]) == ()


# --- prompts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("law", "split"), KINDS)
def test_nothing_that_comes_is_told(law: str, split: str) -> None:
    course = course_of(scene(law, split=split))
    question = question_of(course.scene)
    lines = [line for line in question.prompt.splitlines() if line.startswith("t=")]
    assert [line.split(":")[0] for line in lines] == [f"t={s:g}" for s in (*TOLD, *ASKED)]
    assert all("?" in line for line in lines[len(TOLD) :])
    told = "\n".join(lines[: len(TOLD)])
    assert read(question.prompt, course.names, ASKED) == {}
    places = read(told, course.names, TOLD)
    for (second, name), place in places.items():
        row, k = TOLD.index(second), NAMES.index(name)
        assert place == tuple(course.given[row, k])
    assert len(places) == int((~np.isnan(course.given[..., 0])).sum())
    assert "falls" not in question.prompt
    assert str(course.scene.seed) not in question.prompt


def test_what_is_behind_a_screen_is_not_told() -> None:
    course = course_of(scene("occlusion"))
    assert np.isnan(course.given[-1]).all()
    assert not np.isnan(course.given[0]).any()
    assert "A 看不见" in question_of(course.scene).prompt
    assert "A hidden" in question_of(course.scene, "en").prompt


def test_what_is_seen_is_told_in_words() -> None:
    assert "y=6.0" in question_of(scene("parabola")).prompt
    assert "y=94.0" in question_of(scene("parabola")).prompt
    slope = course_of(scene("rolling"))
    # The ball lies on the line that is told: its centre is its radius away from it.
    prompt = question_of(slope.scene).prompt
    numbers = prompt.split("从 (")[1].split("，球")[0].replace(") 到 (", ",").rstrip(")").split(",")
    x1, y1, x2, y2 = (float(each) for each in numbers)
    x, y = slope.given[3, 0]
    away = abs((y2 - y1) * x - (x2 - x1) * y + x2 * y1 - y2 * x1) / math.hypot(x2 - x1, y2 - y1)
    assert away == pytest.approx(slope.thing(0).radius, abs=0.15)
    english = question_of(scene("pendulum"), "en")
    assert english.id.endswith("-en")
    assert english.bank == "world-tracks-en"
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in english.prompt)


def test_a_law_that_changes_is_told_after_what_is_given_and_marks_the_question() -> None:
    question = question_of(scene("parabola", split="told"))
    course = course_of(scene("parabola", split="told"))
    assert course.stage.told is not None
    lines = question.prompt.splitlines()
    at = lines.index(course.stage.told.said.zh)
    assert lines[at - 1].startswith("t=2:")
    assert "world:told" in question.tags
    assert "从这一刻起" not in question_of(scene("parabola")).prompt
    assert course.stage.told.said.en in question_of(course.scene, "en").prompt


# --- reading ------------------------------------------------------------------------------------

S = (2.5, 3.0, 3.5)
TWO = {
    (2.5, "A"): (1.5, 2.0),
    (2.5, "B"): (3.0, -4.0),
    (3.0, "A"): (5.0, 6.0),
    (3.0, "B"): (7.0, 8.25),
}
ANSWERS = {
    "as asked": "t=2.5: A 1.5 2; B 3 -4\nt=3: A 5.0 6.0; B 7 8.25",
    "fence and Chinese signs": "```\nt=2.5：A 1.5，2；B 3 -4\n"
                               "t=3.0：A（5.0，6.0）；B（7，8.25）\n```",
    "full width": "ｔ＝２．５：Ａ １．５ ２；Ｂ ３ －４\n"
                  "ｔ＝３：Ａ ５．０ ６；Ｂ ７ ８．２５",
    "thinking": "<think>t=2.5: A 9 9; B 9 9</think>"
                "好的，t=2.5: A 1.5 2; B 3 -4\nt=3: A 5 6; B 7 8.25。",
    "said anew": "t=2.5: A 9 9; B 9 9\n不对，应为：\nt=2.5: A 1.5 2; B 3 -4\nt=3: A 5 6; B 7 8.25",
    "by time": '{"2.5": {"A": [1.5, 2], "B": [3, -4]}, "3": {"A": [5, 6], "B": [7, 8.25]}}',
    "rows": '[{"t": 2.5, "A": {"x": 1.5, "y": 2}, "B": {"x": 3, "y": -4}}, '
            '{"t": 3.0, "A": {"x": 5, "y": 6}, "B": {"x": 7, "y": 8.25}}]',
    "by name": '{"A": {"2.5": [1.5, 2], "3.0": [5, 6]}, "B": [[2.5, 3, -4], [3, 7, 8.25]]}',
    "flat rows": '好：[{"time": "2.5s", "object": "A", "x": 1.5, "y": 2}, {"t": 2.5, "name": "B", '
                 '"x": 3, "y": -4}, {"t": 3, "name": "A", "x": "5", "y": 6}, '
                 '{"t": 3, "name": "B", "x": 7, "y": 8.25}]',
    "headings": "时间 2.5 秒：\n- A：x=1.5, y=2\n- B：x=3，y=-4\n"
                "时间 3 秒：\n- A：x=5, y=6\n- B：x=7, y=8.25",
    "no t": "2.5: A 1.5 2; B 3 -4\n3: A 5 6; B 7 8.25",
    "seconds": "2.5秒 A(1.5, 2) B(3, -4)\n3秒 A(5, 6) B(7, 8.25)",
    "bold": "**t=2.5**: A = (1.5, 2), B = (3, -4)\n**t=3**: A: (5, 6), B: (7, 8.25)",
    "one line": "t=2.5: A 1.5 2; B 3 -4 t=3: A 5 6; B 7 8.25",
    "units": "t=2.5s: A 1.5单位 2单位; B 3 -4\nt=3s: A 5 6; B 7 8.25",
    "sentences": "当 t=2.5 时，A的位置是(1.5, 2)，B的位置是(3, -4)。\n"
                 "t=3 时，A 位于 (5, 6)，B 位于 (7, 8.25)。",
    "table": "| t | A x | A y | B x | B y |\n|---|---|---|---|---|\n"
             "| 2.5 | 1.5 | 2 | 3 | -4 |\n| 3 | 5 | 6 | 7 | 8.25 |",
}  # fmt: skip


@pytest.mark.parametrize("form", ANSWERS)
def test_answers_are_read_in_many_forms(form: str) -> None:
    assert read(ANSWERS[form], ("A", "B"), S) == TWO


@pytest.mark.parametrize("text", [
    "t=2.5: A 1 2", "2.5: 1 2", "t=2.5: (1, 2)", "2.5 1 2", "t=2.5，x=1，y=2", '{"2.5": [1, 2]}',
    "[[2.5, 1, 2]]", '[{"t": 2.5, "x": 1, "y": 2}]', "| 2.5 | 1 | 2 |", "A: t=2.5 → (1, 2)",
    "2.5,1,2", "t=2.5: A 是 (1, 2)", "At t = 2.5 s, A is at (1.0, 2.0).",
])  # fmt: skip
def test_a_name_may_be_left_out_where_there_is_one_thing(text: str) -> None:
    assert read(text, ("A",), S) == {(2.5, "A"): (1.0, 2.0)}


@pytest.mark.parametrize("text", [
    "", "不知道。", "t=2.5: A x y; B x y", "t=2.25: A 1 2", "A 1 2; B 3 4", "t=2.5: A nan nan",
    "t=2.5: A 1e400 3", '{"2.5": {"A": [NaN, 1]}}', '{"2.5": {"A": [1e999, 1]}}', "[" * 50_000,
    '{"a":' * 50_000, "t=2.5: A " * 20_000, "t=2.5: A " + "9" * 100_000, "A 1 2\n" * 20_000,
    "t" * 100_000, "1 " * 50_000, "\ud800", "t=2.5: C 1 2", '{"2.5": {"A": [true, false]}}',
    "t=2.5: A 99999 1",
])  # fmt: skip
def test_what_says_nothing_is_read_as_nothing(text: str) -> None:
    assert read(text, ("A", "B"), S) == {}
    finding = GRADER.grade(question_of(scene("collision")), text)
    assert (finding.verdict, finding.score) == ("wrong", 0.0)
    assert "读不出" in finding.reason.zh


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.lists(
    st.tuples(st.floats(-200, 200), st.floats(-200, 200)), min_size=12, max_size=12))  # fmt: skip
def test_the_order_of_lines_changes_nothing(
    rng: random.Random, places: list[tuple[float, float]]
) -> None:
    course = course_of(scene("collision"))
    lines = said(course, np.array(places).reshape(6, 2, 2)).splitlines()
    straight = read("\n".join(lines), course.names, ASKED)
    rng.shuffle(lines)
    assert read("\n".join(lines), course.names, ASKED) == straight
    assert len(straight) == 12


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_no_text_whatever_upsets_the_grader(text: str) -> None:
    finding = GRADER.grade(question_of(scene("inertia")), text)
    assert finding.verdict in ("right", "wrong")
    assert finding.score is not None
    assert 0 <= finding.score <= 1


# --- on the road --------------------------------------------------------------------------------


def graded(question: Question, text: str, state: str = "ok") -> str:
    answer = Answer(question=question.id, asked=question.asked, model="m", model_hash="m",
                    text=text, state=state)  # type: ignore[arg-type]  # fmt: skip
    return grading.grade(question, answer).verdict


def test_an_answer_that_was_cut_off_counts_once_it_came_to_the_end() -> None:
    course = course_of(scene("inertia"))
    question, text = question_of(course.scene), said(course, course.true[0])
    assert graded(question, text, "truncated") == "right"
    assert graded(question, "\n".join(text.splitlines()[:3]), "truncated") == "unsure"


@pytest.mark.parametrize("params", [
    {}, {"scene": None}, {"scene": {"law": "tower", "split": "within", "number": 0, "seed": 1,
                                    "size": [128, 128]}},
    {"scene": {"law": "inertia", "split": "no", "number": 0, "seed": 1, "size": [128, 128]}},
    {"scene": {"law": ["inertia"], "split": "within", "number": 0, "seed": 1, "size": [128, 128]}},
    {"scene": {"law": "inertia", "split": "within", "number": 0, "seed": -1, "size": [128, 128]}},
    {"scene": {"law": "inertia", "split": "within", "number": 0, "seed": 1, "size": [64, 1280]}},
    {"scene": {"law": "inertia", "split": "within", "number": 0, "seed": 1, "size": [1, 9999]}},
    {"scene": {"law": "inertia", "split": "within", "number": 0, "seed": 1, "size": "128x128"}},
])  # fmt: skip
def test_a_question_without_a_scene_is_at_fault_and_no_model_is(params: dict[str, object]) -> None:
    question = Question(id="q", prompt="?", grader="tracks", params=params)
    assert grading.faults(question)
    assert graded(question, "t=2.5: A 1 2") == "ungraded"


def test_a_question_comes_back_from_the_store_with_its_scene() -> None:
    question = question_of(scene("pendulum", split="gravity"))
    back = Question.from_json(question.to_json())
    assert scene_in(back.params) == scene("pendulum", split="gravity")
    assert grading.faults(back) == []


class Knows:
    """A model that answers every question with the truth, or by a line."""

    source = "api"
    concurrency = 1

    def __init__(self, card: ModelCard, questions: Sequence[Question], way: str) -> None:
        self.card = card
        self._texts = {}
        for question in questions:
            course = course_of(scene_in(question.params))
            places = course.true[0] if way == "truth" else FREE[way](course.given)
            self._texts[question.prompt] = said(course, places)

    async def answer(self, request: Request) -> Reply:
        return Reply(text=self._texts[request.messages[-1]["content"]], at="")  # type: ignore[index]

    async def close(self) -> None:
        pass


def test_a_bank_is_made_asked_and_put_on_the_ladder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = str(tmp_path / "w.db")
    make = ["world", "tracks", "--law", "static", "--law", "inertia", "--law", "collision",
            "--split", "within", "--seeds", "2", "--workspace", where]  # fmt: skip
    assert mingan(make) == 0
    assert "6 道题" in capsys.readouterr().out
    cards = [ModelCard(name=name, kind="scripted") for name in ("knows", "straight")]
    with Workspace.open(where) as workspace:
        bank = workspace.bank("world-tracks")
        assert {question.hidden for question in bank.questions} == {"private"}
        made = {
            "knows": Knows(cards[0], bank.questions, "truth"),
            "straight": Knows(cards[1], bank.questions, "linear"),
        }
        workspace.run(bank="world-tracks", models=cards, made=made)
    capsys.readouterr()
    assert mingan(["world", "table", "--json", "--workspace", where]) == 0
    document = json.loads(capsys.readouterr().out)
    rows = {(row["model"], row["level"], row["column"]): row for row in document["rows"]}
    assert rows["knows", 1, "simulator"]["estimate"] == pytest.approx(1)
    assert rows["knows", 2, "simulator"]["estimate"] == pytest.approx(1)
    assert rows["knows", 2, "simulator"]["questions"] == 4
    assert rows["freeze", 2, "simulator"]["estimate"] == 0
    assert rows["freeze", 1, "simulator"]["estimate"] == 1
    line, own = rows["linear", 2, "simulator"], rows["straight", 2, "simulator"]
    assert line["estimate"] == pytest.approx(own["estimate"], abs=1e-3)
    assert not any(column == "fantasy" for _, _, column in rows)
    laws = {(row["model"], row["law"]): row for row in document["laws"]}
    assert laws["knows", "collision"]["skill"] > 0.9
    assert laws["straight", "collision"]["skill"] < 0.1
    assert laws["knows", "inertia"]["skill"] is None
    assert mingan(["world", "table", "--laws", "--workspace", where]) == 0
    told = capsys.readouterr()
    assert "弹性碰撞" in told.out
    assert "knows：物理因果" in told.out


def test_seeds_are_private_unless_they_are_public(tmp_path: Path) -> None:
    seen = []
    for name, more in (("a", []), ("b", []), ("c", ["--public"]), ("d", ["--public"])):
        where = str(tmp_path / f"{name}.db")
        assert mingan(["world", "tracks", "--law", "inertia", "--seeds", "1", "--wording", "en",
                       "--workspace", where, *more]) == 0  # fmt: skip
        with Workspace.open(where) as workspace:
            seen.append(workspace.bank("world-tracks-en").questions[0].prompt)
    assert len(set(seen)) == 3
    assert seen[2] == seen[3]


def test_chaotic_laws_alone_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = str(tmp_path / "w.db")
    assert mingan(["world", "tracks", "--law", "tower", "--workspace", where]) == 2
    assert "混沌" in capsys.readouterr().err


def test_scenes_that_can_be_foretold_are_those_that_are_asked() -> None:
    every = desk.scenes_of(KEY, seeds=2)
    asked = questions_of(every)
    assert len(asked) == 2 * len(KINDS)
    for question in asked:
        course = course_of(scene_in(question.params))
        assert course.fair
        assert course.worthless >= STILL
