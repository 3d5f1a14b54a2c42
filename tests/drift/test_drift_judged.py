"""A judge's verdicts in a watch: they count where rules cannot tell, and the judge is watched."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from drift_help import CARD, FIRST, day

from mingan import drift
from mingan.bank import Bank
from mingan.models.protocol import Request
from mingan.models.scripted import ScriptedModel
from mingan.records import ModelCard, Question
from mingan.reports.drift_sentences import drift_notes
from mingan.reports.drifted import Drift
from mingan.workspace import Workspace

TALK = Bank(
    name="talk",
    questions=tuple(
        Question(id=f"t{i:02d}", bank="talk", prompt=f"说说 {i} 这个数。", answer=f"关于 {i} 的话",
                 grader="judge")
        for i in range(30)
    ),
)  # fmt: skip
MODELS = '[[model]]\nname = "裁"\nkind = "scripted"\ndefault = "x"\n'


class Judge(ScriptedModel):
    """Says of an answer that it is right where it holds 好, until it turns strict."""

    def __init__(self, *, strict: bool = False) -> None:
        super().__init__(ModelCard(name="裁", kind="scripted", options={"default": "x"}), self._say)
        self._strict = strict
        self.seen = 0

    def _say(self, request: Request) -> str:
        self.seen += 1
        told = "".join(message["content"] for message in request.messages)
        good = "好话" in told and not self._strict
        return json.dumps({"理由": "看过", "判定": "对" if good else "错"}, ensure_ascii=False)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    path = tmp_path / "models.toml"
    path.write_text(MODELS, "utf-8")
    return path


def check(
    workspace: Workspace, number: int, judge: Judge, models: Path, words: str = "好话"
) -> Drift:
    made = {"m": ScriptedModel(CARD, lambda request: f"{words}{request.question}"), "裁": judge}
    wish = drift.Wanted(model=CARD, bank=TALK, judge="裁", models_file=models)
    asked = asyncio.run(drift.ask(workspace, wish, day=day(number), made=made))
    assert asked.complete
    return drift.look(workspace.store).rows[0]


def test_a_judge_s_verdicts_count_where_no_rule_can_tell(
    workspace: Workspace, models: Path
) -> None:
    judge = Judge()
    row = check(workspace, 1, judge, models)
    assert (row.days[0].day, row.days[0].decided, row.days[0].right) == (FIRST, 60, 60)
    assert judge.seen == 60
    row = check(workspace, 2, judge, models)
    assert (row.verdict, row.days[1].decided) == ("no change", 30)
    assert judge.seen == 60 + 30 + 20
    change = row.judge_change
    assert change is not None
    assert (change.again, change.changed, change.drifted, change.day) == (20, 0, False, day(2))
    row = check(workspace, 3, judge, models, words="坏话")
    assert (row.verdict, row.since, row.estimate) == ("changed", day(3), -1.0)
    # Once more on the same day: nothing is put to anybody again.
    seen = judge.seen
    check(workspace, 3, judge, models, words="坏话")
    assert judge.seen == seen


def test_a_judge_that_changes_is_not_called_the_model_s_change(
    workspace: Workspace, models: Path
) -> None:
    check(workspace, 1, Judge(), models)
    check(workspace, 2, Judge(), models)
    row = check(workspace, 3, Judge(strict=True), models)
    assert row.verdict != "changed"
    change = row.judge_change
    assert change is not None
    assert (change.drifted, change.day, change.changed, change.shift) == (True, day(3), 20, -1.0)
    assert row.days[2].absent == {"ungraded": 30}
    assert any("裁判「裁」变了，这不是模型变了" in note.zh for note in drift_notes(row))
    assert check(workspace, 4, Judge(strict=True), models).verdict != "changed"


def test_without_a_judge_such_questions_are_not_watched(workspace: Workspace) -> None:
    from mingan.errors import UsageError

    wish = drift.Wanted(model=CARD, bank=TALK)
    with pytest.raises(UsageError, match="--judge"):
        asyncio.run(drift.ask(workspace, wish, day=FIRST))
