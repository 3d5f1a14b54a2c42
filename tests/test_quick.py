"""A quick run: from the answers of earlier models to an estimate for the next one."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from mingan import Workspace, quick
from mingan.asking import Budget, Retry
from mingan.bank import Bank
from mingan.errors import BusyError, NothingYet, UsageError
from mingan.models.protocol import Request
from mingan.models.scripted import ScriptedModel
from mingan.records import ModelCard, Question
from mingan.reports.quickly import Quick, quick_document, quick_notes, quick_sentence

SIZE, KINDS = 80, 8
QUESTIONS = tuple(
    Question(id=f"q{i:02d}", bank="b", prompt=f"{i}+{i}=?", grader="number", answer=str(2 * i),
             tags=(f"能力{i % KINDS}",), tier="基础" if i % 3 else "进阶")
    for i in range(SIZE)
)  # fmt: skip
BANK = Bank(name="b", questions=QUESTIONS)
BY_ID = {question.id: question for question in QUESTIONS}
ONCE = Retry(tries=1, base=0.0, cap=0.0)


def able(ability: float, name: str) -> Callable[[Request], str]:
    """Says the right answer to what is easy enough, nearly always."""

    def says(request: Request) -> str:
        place = int(request.question.strip("cq"))
        return str(2 * place) if knows(name, ability, place) else "7000"

    return says


def knows(name: str, ability: float, place: int) -> bool:
    hard = random.Random(place).uniform(-0.2, 1.2)
    return ability + random.Random(f"{name} {place}").gauss(0, 0.15) > hard


def model(name: str, ability: float) -> tuple[ModelCard, ScriptedModel]:
    card = ModelCard(name=name, kind="scripted")
    return card, ScriptedModel(card, able(ability, name))


def truth(name: str, ability: float) -> float:
    return sum(knows(name, ability, place) for place in range(SIZE)) / SIZE


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Fourteen models that answered everything."""
    with Workspace.open(tmp_path / "w.db") as opened:
        cards, made = zip(*(model(f"m{i:02d}", i / 13) for i in range(14)), strict=True)
        opened.run(bank=BANK, models=cards, made={one.card.name: one for one in made})
        yield opened


def pool(workspace: Workspace, **how: object) -> quick.Pool:
    found, _ = quick.pool_of(workspace.store, BANK, **how)  # type: ignore[arg-type]
    assert found is not None
    return found


def ask(
    workspace: Workspace, until: quick.Until | None = None, *, name: str = "新",
    ability: float = 0.6, says: ScriptedModel | None = None, **how: object,
) -> Quick:  # fmt: skip
    card, made = model(name, ability)
    found = asyncio.run(
        quick.ask(workspace.store, pool(workspace, without=[name]), [card], until,
                  made={name: says or made}, retry=ONCE, **how)  # type: ignore[arg-type]
    )  # fmt: skip
    return found[0]


def test_few_questions_tell_the_score_on_all(workspace: Workspace) -> None:
    for ability in (0.2, 0.5, 0.9):
        name = f"新{ability}"
        found = ask(workspace, name=name, ability=ability)
        assert len(found.questions) == found.asked == quick.LIMIT
        assert found.ended == "many"
        assert found.saved == SIZE - quick.LIMIT
        assert found.estimate.low <= truth(name, ability) <= found.estimate.high
        assert found.estimate.score == pytest.approx(truth(name, ability), abs=0.08)
        kinds = Counter(BY_ID[q].tags[0] for q in found.questions)
        assert set(kinds.values()) <= {3, 4}  # 30 questions over 8 abilities


def test_it_stops_once_the_interval_is_narrow(workspace: Workspace) -> None:
    wide = ask(workspace, quick.Until(within=0.2), name="a")
    close = ask(workspace, quick.Until(within=0.08), name="b")
    assert (wide.ended, close.ended) == ("narrow", "narrow")
    assert quick.FEWEST <= len(wide.questions) < len(close.questions)
    for found, within in ((wide, 0.2), (close, 0.08)):
        assert found.estimate.high - found.estimate.low <= 2 * within
    both = ask(workspace, quick.Until(within=0.001, limit=12), name="c")
    assert (both.ended, len(both.questions)) == ("many", 12)
    everything = ask(workspace, quick.Until(limit=200), name="d")
    assert (everything.ended, len(everything.questions)) == ("all", SIZE)
    assert everything.estimate.score == pytest.approx(truth("d", 0.6))


def test_a_run_that_was_cut_off_goes_on_with_what_is_there(workspace: Workspace) -> None:
    card, made = model("新", 0.6)
    stop = asyncio.Event()
    seen: list[int] = []

    def on_answer(row: Quick) -> None:
        seen.append(len(row.questions))
        if len(row.questions) == 11:
            stop.set()

    how = {"made": {"新": made}, "stop": stop, "on_answer": on_answer, "retry": ONCE}
    first = asyncio.run(quick.ask(workspace.store, pool(workspace), [card], **how))[0]  # type: ignore[arg-type]
    assert (first.ended, len(first.questions)) == ("stopped", 11)
    again = ask(workspace)
    whole = ask(workspace, name="新", ability=0.6)
    assert again.questions == whole.questions
    assert again.questions[:11] == first.questions
    assert (again.there, again.asked) == (11, quick.LIMIT - 11)
    assert (whole.there, whole.asked) == (quick.LIMIT, 0)
    assert whole.estimate == again.estimate
    runs = [status for status in workspace.store.runs() if status.run.picks]
    assert [status.state for status in runs] == ["finished", "finished"]


def test_picked_answers_are_in_no_score(workspace: Workspace) -> None:
    before = workspace.scores(bank="b")
    found = ask(workspace)
    after = workspace.scores(bank="b")
    assert [row.model for row in after.scores] == [row.model for row in before.scores]
    assert "新" in after.gathered.notes[0].zh
    with pytest.raises(NothingYet, match="挑着问的 30 个回答"):
        workspace.scores(bank="b", models=["新"])
    made = {"新": model("新", 0.6)[1]}
    workspace.run(bank=BANK, models=[model("新", 0.6)[0]], made=made, limit=20)
    drawn = workspace.scores(bank="b", models=["新"])
    assert {q for m, q, _ in drawn.gathered.answers if m == "新"} != set(found.questions)
    assert len({q for m, q, _ in drawn.gathered.answers if m == "新"}) == 20
    workspace.run(bank=BANK, models=[model("新", 0.6)[0]], made=made)
    whole = workspace.scores(bank="b", models=["新"])
    assert whole.scores[0].score == pytest.approx(truth("新", 0.6))
    assert not [note for note in whole.gathered.notes if "速测" in note.zh]


def test_once_all_is_answered_nothing_was_picked(workspace: Workspace) -> None:
    ask(workspace, quick.Until(limit=SIZE))
    row = next(row for row in workspace.scores(bank="b").scores if row.model == "新")
    assert row.score == pytest.approx(truth("新", 0.6))


def test_a_quick_run_on_another_bank_takes_nothing_away(workspace: Workspace) -> None:
    card, made = model("两", 0.5)
    same = [msgspec.structs.replace(q, id=f"c{q.id}", bank="c") for q in QUESTIONS]
    other = Bank(name="c", questions=tuple(same))
    cards, others = zip(*(model(f"m{i:02d}", i / 13) for i in range(14)), strict=True)
    workspace.run(bank=other, models=cards, made={one.card.name: one for one in others})
    found, _ = quick.pool_of(workspace.store, other)
    assert found is not None
    asyncio.run(quick.ask(workspace.store, found, [card], made={"两": made}, retry=ONCE))
    asyncio.run(quick.ask(workspace.store, pool(workspace), [card], quick.Until(limit=SIZE),
                          made={"两": made}, retry=ONCE))  # fmt: skip
    assert "两" in [row.model for row in workspace.scores(bank="b").scores]  # all was asked there
    assert "两" not in [row.model for row in workspace.scores(bank="c").scores]


def test_a_model_is_not_learned_from_itself_or_from_scraps(workspace: Workspace) -> None:
    assert pool(workspace).references == tuple(f"m{i:02d}" for i in range(14))
    assert "m03" not in pool(workspace, without=["m03"]).references
    ask(workspace)
    assert "新" not in pool(workspace).references
    card, made = model("少", 0.5)
    workspace.run(bank=BANK, models=[card], made={"少": made}, limit=20)
    assert "少" not in pool(workspace).references


def test_too_few_models_are_counted(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w.db") as opened:
        assert quick.pool_of(opened.store, BANK) == (None, 0)
        opened.store.add_bank(BANK.name, BANK.questions)
        assert quick.pool_of(opened.store, BANK) == (None, 0)
        card, made = model("独", 0.5)
        opened.run(bank=BANK, models=[card], made={"独": made})
        assert quick.pool_of(opened.store, BANK) == (None, 1)


def test_what_could_not_be_had_is_no_mistake(workspace: Workspace) -> None:
    card = ModelCard(name="漏", kind="scripted")
    good = able(0.6, "漏")
    calls = Counter[str]()

    def says(request: Request) -> object:
        calls["all"] += 1
        return {"fault": "400"} if calls["all"] % 4 == 0 else good(request)

    found = ask(workspace, name="漏", says=ScriptedModel(card, says))
    assert found.failed == 7
    assert found.estimate.asked == quick.LIMIT - 7
    assert found.estimate.low <= truth("漏", 0.6) <= found.estimate.high
    assert "7 道没有要到" in "".join(note.zh for note in quick_notes(found))


def test_an_endpoint_that_gives_nothing_is_left_soon(workspace: Workspace) -> None:
    card = ModelCard(name="坏", kind="scripted")
    found = ask(workspace, name="坏", says=ScriptedModel(card, lambda request: {"fault": "400"}))
    assert found.ended == "stopped"
    assert (found.failed, found.estimate.asked) == (3, 0)
    assert (found.estimate.low, found.estimate.high) == (0.0, 1.0) or found.estimate.high > 0.9


def test_a_budget_is_for_all_models_together(workspace: Workspace) -> None:
    cards, made = zip(*(model(name, 0.5) for name in ("x", "y")), strict=True)
    found = asyncio.run(
        quick.ask(workspace.store, pool(workspace), cards, made={m.card.name: m for m in made},
                  budget=Budget(questions=40), retry=ONCE)
    )  # fmt: skip
    assert [(len(row.questions), row.ended) for row in found] == [(30, "many"), (10, "stopped")]


def test_only_one_process_asks(workspace: Workspace) -> None:
    with workspace.store.run_lock(), pytest.raises(BusyError):
        ask(workspace)


@pytest.mark.parametrize(
    "until", [quick.Until(limit=0), quick.Until(within=0.0), quick.Until(within=0.7)]
)
def test_ends_that_make_no_sense_are_refused(workspace: Workspace, until: quick.Until) -> None:
    with pytest.raises(UsageError):
        ask(workspace, until)
    assert not [status for status in workspace.store.runs() if status.run.picks]


def test_repeats_are_means(workspace: Workspace) -> None:
    card = ModelCard(name="变", kind="scripted")
    says = ScriptedModel(card, lambda request: [BY_ID[request.question].answer, "7000"])
    found = ask(workspace, quick.Until(limit=20), name="变", says=says, repeats=2)
    assert 0.3 < found.estimate.score < 0.7


def test_it_says_what_it_rests_on(workspace: Workspace) -> None:
    found = ask(workspace)
    said = quick_sentence(found)
    assert "全部 80 道" in said.zh
    assert "挑着问的 30 道，省了 50 道" in said.zh
    assert "all 80 questions" in said.en
    row = quick_document([found], bank="b")["rows"][0]
    assert (row["asked"], row["of"], row["saved"], row["references"]) == (30, 80, 50, 14)
    assert 0 <= row["low"] <= row["score"] <= row["high"] <= 1
