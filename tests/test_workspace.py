"""The road from a question to a score, through the Python API and a scripted model."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mingan import Budget, ModelCard, Question, UsageError, Workspace
from mingan.bank import Bank
from mingan.records import Answer, Generation

QUESTIONS = tuple(
    Question(id=f"q{i}", prompt=f"{i} 加 {i} 等于几？", answer=str(2 * i), tier=tier, bank="数")
    for i, tier in enumerate(["基础", "进阶"] * 20, start=1)
)
BANK = Bank(name="数", questions=QUESTIONS)


def scripted(name: str, wrong: range = range(0), **options: object) -> ModelCard:
    said = {
        q.id: "答案是 0。" if i in wrong else f"答案是 {q.answer}。"
        for i, q in enumerate(QUESTIONS)
    }
    return ModelCard(name=name, kind="scripted", options={"answers": said, **options})


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    with Workspace.open(tmp_path / "w.db") as opened:
        yield opened


def test_from_a_question_to_a_verdict(workspace: Workspace) -> None:
    outcome = workspace.run(bank=BANK, models=[scripted("强"), scripted("弱", range(25))])
    assert (outcome.state, outcome.asked, outcome.left) == ("finished", 80, 0)

    table = workspace.scores()
    assert [row.model for row in table.scores] == ["强", "弱"]
    strong, weak = table.scores
    assert (strong.right, strong.wrong, strong.score) == (40, 0, 1.0)
    assert strong.low < 1 <= strong.high
    assert (weak.right, weak.wrong) == (15, 25)
    assert (strong.rank_low, strong.rank_high, weak.rank_low) == (1, 1, 2)

    comparison = workspace.compare("强", "弱")
    assert (comparison.verdict, comparison.wins, comparison.losses) == ("a", 25, 0)
    assert workspace.store.verify() == []


def test_asking_again_asks_nothing_and_keeps_the_run(workspace: Workspace) -> None:
    card = scripted("甲")
    stopped = workspace.run(bank=BANK, models=[card], budget=Budget(questions=10))
    assert (stopped.state, stopped.asked, stopped.left) == ("stopped", 10, 30)
    resumed = workspace.run(bank=BANK, models=[card])
    assert (resumed.run_id, resumed.asked, resumed.already) == (stopped.run_id, 30, 10)
    third = workspace.run(bank=BANK, models=[card])
    assert (third.asked, third.already) == (0, 40)
    assert third.run_id != stopped.run_id
    assert len(list(workspace.store.answers())) == 40


def test_other_parameters_are_other_answers_and_are_not_mixed(workspace: Workspace) -> None:
    workspace.run(bank=BANK, models=[scripted("甲", range(40))])
    hot = ModelCard(
        name="甲",
        kind="scripted",
        options=scripted("甲").options,
        generation=Generation(temperature=1.0),
    )
    assert workspace.run(bank=BANK, models=[hot]).asked == 40
    table = workspace.scores()
    assert [(row.right, row.wrong) for row in table.scores] == [(40, 0)]
    assert "别的参数" in table.gathered.notes[0].zh


def test_repeats_are_averaged_and_are_not_more_questions(workspace: Workspace) -> None:
    workspace.run(bank=BANK, models=[scripted("甲", range(20))], repeats=3)
    (row,) = workspace.scores().scores
    assert (row.questions, row.repeats, row.right, row.wrong) == (40, 3, 60, 60)
    workspace.run(bank=BANK, models=[scripted("乙", range(20))])
    by_name = {r.model: r for r in workspace.scores().scores}
    assert by_name["甲"].high - by_name["甲"].low == pytest.approx(
        by_name["乙"].high - by_name["乙"].low, abs=0.02
    )


def test_a_failed_answer_is_no_wrong_answer_and_is_asked_again(workspace: Workspace) -> None:
    broken = scripted("甲", faults={"400": 1.0})
    outcome = workspace.run(bank=BANK, models=[broken])
    assert outcome.states["failed"] == outcome.asked
    with pytest.raises(UsageError, match="一个回答也没有要到"):
        workspace.scores()
    assert workspace.grade().verdicts == {}


def test_a_limit_is_balanced_over_the_tiers_and_grows_into_the_whole(workspace: Workspace) -> None:
    card = scripted("甲")
    workspace.run(bank=BANK, models=[card], limit=10)
    tiers = [q.tier for q in workspace.gather().questions]
    assert sorted(tiers) == ["基础"] * 5 + ["进阶"] * 5
    grown = workspace.run(bank=BANK, models=[card], limit=20)
    assert (grown.asked, grown.already) == (10, 10)


def test_what_a_dead_run_stored_and_did_not_grade_is_graded_when_it_is_taken_up(
    workspace: Workspace,
) -> None:
    card = scripted("甲", range(10))
    workspace.run(bank=BANK, models=[card], budget=Budget(questions=5))
    said = scripted("甲", range(10)).options["answers"]
    left = [
        Answer(question=q.id, asked=q.asked, model="甲", model_hash=card.hash, text=said[q.id])
        for q in QUESTIONS
    ]
    workspace.store.record(workspace.store.runs()[0].run.id, left).result()
    assert workspace.run(bank=BANK, models=[card]).asked == 0
    (row,) = workspace.scores().scores
    assert (row.right, row.wrong, row.ungraded) == (30, 10, 0)


def test_a_new_reference_needs_new_grades_but_no_new_answers(workspace: Workspace) -> None:
    workspace.run(bank=BANK, models=[scripted("甲")])
    from msgspec.structs import replace

    changed = Bank(name="数", questions=tuple(replace(q, answer="0") for q in QUESTIONS))
    assert workspace.run(bank=changed, models=[scripted("甲")]).asked == 0
    assert workspace.scores().scores[0].wrong == 40
    summary = workspace.grade()
    assert (summary.new, summary.verdicts) == (0, {"wrong": 40})


def test_a_question_without_reference_counts_for_no_model(workspace: Workspace) -> None:
    open_ended = Question(id="poem", prompt="写一首诗", bank="数")
    bank = Bank(name="数", questions=(*QUESTIONS, open_ended))
    card = scripted("甲", default="床前明月光")
    workspace.run(bank=bank, models=[card])
    table = workspace.scores()
    assert table.scores[0].questions == 40
    assert len(table.gathered.questions) == 41


def test_stop_ends_cleanly(workspace: Workspace) -> None:
    async def stopped() -> object:
        stop = asyncio.Event()
        stop.set()
        return await workspace.ask(bank=BANK, models=[scripted("甲", delay=0.01)], stop=stop)

    outcome = asyncio.run(stopped())
    assert outcome.state == "stopped"  # type: ignore[attr-defined]
    assert workspace.store.runs()[0].state == "stopped"


def test_importing_twice_adds_nothing_and_a_changed_cell_is_a_correction(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("id,prompt,answer,甲,乙\nq1,一加一等于几,2,答案是2,答案是3\n", "utf-8")
    first = workspace.import_(path, kind="wide")
    assert (first.questions, first.models, first.answers, first.known) == (1, 2, 2, 0)
    again = workspace.import_(path, kind="wide")
    assert (again.known, again.corrected) == (2, 0)
    path.write_text("id,prompt,answer,甲,乙\nq1,一加一等于几,2,答案是2,答案是2\n", "utf-8")
    mended = workspace.import_(path, kind="wide")
    assert (mended.known, mended.corrected) == (1, 1)
    workspace.grade()
    assert [row.right for row in workspace.scores().scores] == [1, 1]
    assert workspace.store.verify() == []


@pytest.mark.parametrize("what", ["answers", "grades", "scores"])
@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_everything_can_be_exported(
    workspace: Workspace, tmp_path: Path, what: str, ending: str
) -> None:
    workspace.run(bank=BANK, models=[scripted("甲"), scripted("乙", range(5))])
    path = tmp_path / f"out.{ending}"
    rows = workspace.export(what, path)
    assert rows == (2 if what == "scores" else 80)
    assert path.stat().st_size > 0


def test_the_report_is_one_file_in_either_language(workspace: Workspace, tmp_path: Path) -> None:
    workspace.run(bank=BANK, models=[scripted("甲"), scripted("乙", range(30))])
    for lang in ("zh", "en"):
        path = tmp_path / f"{lang}.html"
        workspace.report(path, lang=lang)  # type: ignore[arg-type]
        page = path.read_text("utf-8")
        assert "甲" in page
        assert "http://" not in page.replace("http://www.w3.org", "")


def test_names_that_are_nowhere(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="工作区还是空的"):
        workspace.scores()
    with pytest.raises(UsageError, match="不认识模型"):
        workspace.run(bank=BANK, models=["没有这个"])
    workspace.run(bank=BANK, models=[scripted("甲")])
    with pytest.raises(UsageError, match="有的是：甲"):
        workspace.compare("甲", "乙")
    with pytest.raises(UsageError, match="两个不同的模型"):
        workspace.compare("甲", "甲")
    with pytest.raises(UsageError, match="没有题库"):
        workspace.scores(bank="别的")


def test_only_empty_answers_are_not_called_ungraded(
    workspace: Workspace,
) -> None:
    workspace.run(
        bank=BANK, models=[ModelCard(name="哑", kind="scripted", options={"default": ""})]
    )
    (row,) = workspace.scores().scores
    assert (row.empty, row.right, row.wrong) == (40, 0, 0)


def test_a_bank_that_no_rule_can_grade_says_so(workspace: Workspace) -> None:
    bank = Bank(name="随笔", questions=(Question(id="a", prompt="写一首诗。", bank="随笔"),))
    workspace.run(bank=bank, models=[scripted("强", default="床前明月光")])
    with pytest.raises(UsageError, match="没有一道能按规则判"):
        workspace.scores()


def test_a_model_named_twice_is_asked_once(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    file.write_text('[[model]]\nname = "甲"\nkind = "scripted"\ndefault = "2"\n', "utf-8")
    outcome = workspace.run(bank=BANK, models=["甲", "甲"], models_file=file)
    assert (outcome.state, outcome.asked) == ("finished", 40)


def test_neither_report_nor_export_can_overwrite_the_workspace(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.run(bank=BANK, models=[scripted("强")])
    for write in (workspace.report, lambda path: workspace.export("answers", path, format="csv")):
        with pytest.raises(UsageError, match="不会用别的内容盖掉它"):
            write(tmp_path / "w.db")
    assert workspace.store.verify() == []
    assert len(list(workspace.store.answers())) == 40


def test_a_verdict_of_a_person_does_not_make_old_grades_new(workspace: Workspace) -> None:
    from msgspec.structs import replace

    workspace.run(bank=BANK, models=[scripted("强")])
    grade = next(workspace.store.all_grades())
    workspace.store.add_grades([replace(grade, authority="person", by="小明", verdict="wrong")])
    assert workspace.grade().new == 0
    assert workspace.scores().scores[0].wrong == 1


def test_an_import_that_failed_this_time_corrects_nothing(workspace: Workspace) -> None:
    from mingan import incoming
    from mingan.bank.importers import Imported
    from mingan.records import Answer

    card = ModelCard(name="录", kind="recorded")
    question = QUESTIONS[0]
    good = Answer(question=question.id, asked=question.asked, model=card.name,
                  model_hash=card.hash, text="2", source="recorded")  # fmt: skip
    lost = Answer(question=question.id, asked=question.asked, model=card.name,
                  model_hash=card.hash, state="failed", source="recorded")  # fmt: skip
    for answer in (good, lost, lost):
        found = Imported(bank="数", questions=(question,), cards=(card,), answers=(answer,))
        assert incoming.keep(found, workspace.store).corrected == 0
    assert [a.text for a in workspace.store.answers()] == ["2"]


async def test_inside_a_running_loop_the_sentence_names_the_other_way(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="await workspace"):
        workspace.run(bank=BANK, models=[scripted("甲")])
    assert (await workspace.ask(bank=BANK, models=[scripted("甲")])).asked == 40
