"""Judges asked from beginning to end: kept, gone on with, paid for, and kept from leaking."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mingan import Budget, Grade, ModelCard, Question, UsageError, Workspace, judges
from mingan.asking import Retry
from mingan.bank import Bank
from mingan.errors import BusyError, ServerFault
from mingan.grading.judging import Case, TypedJudge, asked_as
from mingan.models.protocol import Reply, Request
from mingan.models.scripted import ScriptedModel
from mingan.records import Answer, Generation, Usage
from mingan.reports.by_grader import Grader

QUESTIONS = tuple(
    Question(
        id=f"q{i}", prompt=f"用一句话说说 {i} 的好处。", grader="judge", bank="谈",
        tier="基础" if i % 2 else "进阶", hidden="sealed" if i == 9 else "",
    )
    for i in range(8)
)  # fmt: skip
SUM = Question(id="sum", prompt="2 加 3 等于几？", answer="5", bank="谈", tier="基础")
BANK = Bank(name="谈", questions=(*QUESTIONS, SUM))
MODELS = [
    ModelCard(name=name, kind="scripted", options={"default": f"{name}说：很好。"})
    for name in ("甲", "乙")
]
GOOD = '{"理由": "说得好", "得分": {"1": 2, "2": 2, "3": 2}}'
BAD = '{"理由": "不好", "得分": {"1": 0, "2": 0, "3": 0}}'


def card(name: str = "裁判", **more: Any) -> ModelCard:
    return ModelCard(
        name=name, kind="scripted", price_in=1_000.0, price_out=1_000.0, **more
    )  # fmt: skip


def scripted(
    say: Callable[[Request], str | dict[str, Any]], name: str = "裁判", **more: Any
) -> dict[str, ScriptedModel]:
    return {name: ScriptedModel(card(name, **more), say)}


def fair(request: Request) -> str:
    """甲 is good and 乙 is bad, in whatever form is asked for."""
    shown = request.messages[-1]["content"]
    if "更好" in shown:
        first, second = shown.find("甲说"), shown.find("乙说")
        return f"更好：{'甲' if first < second else '乙'}"
    return GOOD if "甲说" in shown else BAD


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "w.db") as opened:
        opened.run(bank=BANK, models=MODELS)
        yield opened


def standing(workspace: Workspace) -> dict[tuple[str, str], Grade]:
    gathered = workspace.gather()
    return {(model, q): g for (model, q, _), g in gathered.grades.items()}


def test_what_rules_leave_open_is_judged_and_counts(workspace: Workspace) -> None:
    summary = judges.judge(workspace, judges=[card()], made=scripted(fair))
    assert (summary.cases, summary.waiting, summary.unheard) == (16, 0, 0)
    assert summary.verdicts == {"right": 8, "wrong": 8}
    found = standing(workspace)
    assert found["甲", "q0"].verdict == "right"
    assert found["甲", "q0"].authority == "judge"
    assert found["甲", "q0"].by == "裁判"
    assert found["甲", "q0"].grader == "judge-rubric"
    assert "说得好" in found["甲", "q0"].reason.zh
    assert found["甲", "sum"].authority == "rule"  # a rule could grade it
    scores = {row.model: row for row in workspace.scores().scores}
    assert scores["甲"].right == 8
    assert scores["乙"].right == 0
    assert workspace.store.verify() == []


def test_all_means_all(workspace: Workspace) -> None:
    def say(request: Request) -> str:
        return '{"判定": "错"}' if "参考答案" in request.messages[-1]["content"] else GOOD

    summary = judges.judge(workspace, judges=[card()], which="all", made=scripted(say))
    assert summary.cases == 18
    assert standing(workspace)["甲", "sum"].grader == "judge-reference"
    assert summary.verdicts == {"right": 16, "wrong": 2}


def test_it_asks_only_what_is_missing(workspace: Workspace) -> None:
    made = scripted(fair)
    first = judges.judge(
        workspace, judges=[card()], made=made, budget=Budget(questions=5), concurrency=1
    )
    assert (first.outcome.asked, first.waiting, first.outcome.state) == (5, 11, "stopped")
    second = judges.judge(workspace, judges=[card()], made=made)
    assert (second.outcome.already, second.outcome.asked, second.waiting) == (5, 11, 0)
    assert made["裁判"].asked.total() == 16
    third = judges.judge(workspace, judges=[card()], made=made)
    assert (third.outcome.asked, third.verdicts) == (0, {"right": 8, "wrong": 8})


def test_a_verdict_is_on_disk_before_its_slot_asks_on(workspace: Workspace) -> None:
    seen: list[int] = []

    def say(request: Request) -> str:
        kept = [g for g in workspace.store.all_grades() if g.authority == "judge" and not g.opinion]
        seen.append(len(kept))
        return fair(request)

    judges.judge(workspace, judges=[card()], made=scripted(say), concurrency=1)
    assert seen == list(range(16))


def test_a_limit_takes_the_same_ones_each_time(workspace: Workspace) -> None:
    first = judges.judge(workspace, judges=[card()], made=scripted(fair), limit=4)
    again = judges.judge(workspace, judges=[card()], made=scripted(fair), limit=4)
    assert (first.cases, again.outcome.asked) == (4, 0)


def test_chosen_questions(workspace: Workspace) -> None:
    summary = judges.judge(
        workspace, judges=[card()], which=["q1", "q2"], models=["甲"], made=scripted(fair)
    )
    assert summary.cases == 2
    with pytest.raises(UsageError, match="没有问过"):
        judges.judge(workspace, judges=[card()], which=["nowhere"], made=scripted(fair))


@pytest.mark.parametrize("fault", ["timeout", "400", "filtered", "empty", "truncated"])
def test_a_judge_that_fails_leaves_it_ungraded_and_is_asked_again(
    workspace: Workspace, fault: str
) -> None:
    made = scripted(lambda request: {"text": "判定：对", "fault": fault})
    quick = Retry(tries=1, base=0.0, cap=0.0)
    first = judges.judge(workspace, judges=[card()], made=made, retry=quick, limit=3)
    assert set(first.verdicts) <= {"ungraded"}
    found = [g for g in standing(workspace).values() if g.authority == "judge"]
    assert all(g.verdict == "ungraded" and "不算模型答错" in g.reason.zh for g in found)
    second = judges.judge(workspace, judges=[card()], made=scripted(fair), limit=3)
    assert second.waiting == 0
    assert "ungraded" not in second.verdicts
    assert second.outcome.already == 0
    assert workspace.store.verify() == []


def test_an_unreadable_reply_is_asked_for_again_in_the_same_conversation(
    workspace: Workspace,
) -> None:
    def say(request: Request) -> str:
        return GOOD if len(request.messages) > 2 else "[[95]]"

    made = scripted(say)
    summary = judges.judge(workspace, judges=[card()], made=made, limit=2)
    assert (summary.verdicts, made["裁判"].asked.total()) == ({"right": 2}, 4)
    never = scripted(lambda request: "[[95]]", name="糊涂")
    lost = judges.judge(workspace, judges=[card("糊涂")], made=never, limit=2)
    assert (lost.verdicts, lost.unheard) == ({"ungraded": 2}, 2)
    assert never["糊涂"].asked.total() == 6
    assert [reason.zh for reason in lost.why] == ["裁判的回复里没有判定；不算模型答错，可以再问。"]


def test_a_judge_that_fails_does_not_take_a_rules_place(workspace: Workspace) -> None:
    lost = scripted(lambda request: "不会")
    judges.judge(workspace, judges=[card()], which="all", made=lost)
    assert standing(workspace)["甲", "sum"].authority == "rule"


def test_costs_are_the_grades_and_not_a_models(workspace: Workspace) -> None:
    before = list(workspace.store.answers())
    summary = judges.judge(workspace, judges=[card()], made=scripted(fair))
    assert list(workspace.store.answers()) == before
    judged = [g for g in workspace.store.all_grades() if g.authority == "judge"]
    opinions = [g for g in judged if g.opinion]
    assert len(opinions) == 16
    spent = sum(g.cost or 0.0 for g in opinions)
    assert spent == pytest.approx(summary.outcome.spent["CNY"])
    assert spent > 0
    assert all(g.currency == "CNY" for g in judged)
    assert sum(g.cost or 0.0 for g in judged if not g.opinion) == pytest.approx(spent)


def test_several_judges_and_repeats(workspace: Workspace) -> None:
    kind = scripted(lambda request: GOOD, name="宽")
    strict = scripted(lambda request: BAD, name="严")
    asked = [card("宽"), card("严")]
    summary = judges.judge(workspace, judges=asked, made={**kind, **strict}, limit=4)
    assert summary.verdicts == {"unsure": 4}
    found = next(g for g in standing(workspace).values() if g.authority == "judge")
    assert (found.by, found.verdict) == ("严+宽", "unsure")
    assert "意见不一" in found.reason.zh
    alone = judges.judge(workspace, judges=[card("宽")], made=kind, limit=4)
    assert (alone.outcome.asked, alone.verdicts) == (0, {"right": 4})  # heard already
    often = judges.judge(workspace, judges=[card("宽")], made=kind, limit=4, repeats=3)
    assert (often.outcome.already, often.outcome.asked) == (4, 8)
    mean = judges.judge(workspace, judges=asked, made={**kind, **strict}, limit=4, rule="mean")
    assert (mean.outcome.asked, mean.verdicts) == (0, {"unsure": 4})


def test_an_opinion_alone_is_no_verdict_of_a_panel(workspace: Workspace) -> None:
    good = scripted(lambda request: GOOD, name="宽")
    broken = scripted(lambda request: {"fault": "400"}, name="坏")
    asked = [card("宽"), card("坏")]
    summary = judges.judge(workspace, judges=asked, made={**good, **broken}, limit=3, least=2)
    assert set(summary.verdicts) <= {"ungraded"}
    assert all(g.verdict != "right" for g in standing(workspace).values() if g.by)
    enough = judges.judge(workspace, judges=asked, made={**good, **broken}, limit=3, least=1)
    assert set(enough.verdicts) == {"right"}


def test_pairs_become_votes_in_both_orders(workspace: Workspace) -> None:
    made = scripted(fair)
    summary = judges.judge(workspace, judges=[card()], kind="pair", made=made)
    assert (summary.cases, summary.votes, summary.inconsistent) == (8, 8, 0)
    votes = list(workspace.store.votes())
    contents = {a.content: a.model for a in workspace.store.answers()}
    assert {contents[v.answer_a if v.choice == "a" else v.answer_b] for v in votes} == {"甲"}
    assert all(v.authority == "judge" and v.said == ("a", "a") for v in votes)
    again = judges.judge(workspace, judges=[card()], kind="pair", made=made)
    assert (again.outcome.asked, again.votes) == (0, 8)
    assert workspace.store.verify() == []


def test_a_judge_that_always_likes_the_first_is_found_out(workspace: Workspace) -> None:
    made = scripted(lambda request: '{"更好": "甲"}')
    summary = judges.judge(workspace, judges=[card()], kind="pair", made=made, which="all")
    assert (summary.cases, summary.votes, summary.inconsistent) == (9, 9, 9)
    assert {v.choice for v in workspace.store.votes()} == {"tie"}
    broken = scripted(lambda request: "?", name="糊涂")
    lost = judges.judge(workspace, judges=[card("糊涂")], kind="pair", made=broken)
    assert (lost.votes, lost.unheard, lost.waiting) == (0, 8, 8)


def test_a_comparison_that_came_to_nothing_is_on_record_with_its_cost(
    workspace: Workspace,
) -> None:
    never = scripted(lambda request: "[[95]]")
    summary = judges.judge(workspace, judges=[card()], kind="pair", limit=3, made=never)
    lost = [g for g in workspace.store.all_grades() if g.authority == "judge"]
    assert (summary.votes, summary.unheard, len(lost)) == (0, 3, 3)
    assert all((g.opinion, g.verdict, g.grader) == (True, "ungraded", "judge-pair") for g in lost)
    assert sum(g.cost or 0.0 for g in lost) == pytest.approx(summary.outcome.spent["CNY"])
    assert all("没有判定" in g.reason.zh for g in lost)
    # It says nothing about either answer, and the pair is asked again.
    assert not any(g.authority == "judge" for g in standing(workspace).values())
    assert not any(Grader("judge", "裁判").gave(g) for g in lost)
    again = judges.judge(workspace, judges=[card()], kind="pair", limit=3, made=scripted(fair))
    assert (again.votes, again.waiting) == (3, 0)
    assert workspace.store.verify() == []


def test_of_half_a_comparison_only_the_other_order_is_asked_again(workspace: Workspace) -> None:
    """The first reply was paid for and is on disk before the second is asked for."""
    asked: list[str] = []
    broken = True

    def half(request: Request) -> str:
        shown = request.messages[-1]["content"]
        asked.append(shown)
        if broken and shown.find("甲说") > shown.find("乙说"):
            halves = [g for g in workspace.store.all_grades() if g.extracted.startswith("{")]
            assert len(halves) == len(asked) / 2  # it is there already
            raise ServerFault("坏了", "broken")
        return fair(request)

    made = scripted(half)
    how: dict[str, Any] = {
        "judges": [card()],
        "kind": "pair",
        "limit": 3,
        "made": made,
        "concurrency": 1,
    }
    first = judges.judge(workspace, retry=Retry(tries=1), **how)
    assert (first.votes, first.unheard) == (0, 3)
    assert len(asked) == 6
    assert not any(g.authority == "judge" for g in standing(workspace).values())
    broken = False
    asked.clear()
    second = judges.judge(workspace, **how)
    assert (second.votes, second.inconsistent, second.waiting) == (3, 0, 0)
    assert len(asked) == 3  # the other order of each
    assert all(text.find("甲说") > text.find("乙说") for text in asked)
    spent = second.outcome.spent["CNY"]
    assert sum(v.cost or 0.0 for v in workspace.store.votes()) == pytest.approx(spent)
    assert workspace.store.verify() == []


def test_verdicts_name_the_criteria_that_their_questions_tags_chose(tmp_path: Path) -> None:
    tagged = (("a", "写作"), ("b", "讲解"), ("c", "写作"))
    questions = tuple(
        Question(id=id_, prompt=f"说说 {id_}。", grader="judge", tags=(tag,)) for id_, tag in tagged
    )
    with Workspace.open(tmp_path / "w.db") as opened:
        opened.run(bank=Bank(name="谈", questions=questions), models=MODELS[:1])
        made = scripted(lambda request: GOOD)
        assert judges.judge(opened, judges=[card()], made=made).verdicts == {"right": 3}
        by = {question.hash: question.id for question in opened.gather().questions}
        given = {by[g.question_hash]: g.version for g in opened.store.all_grades() if g.opinion}
        assert given["a"] == given["c"] != given["b"]
        assert len({asked_as(version) for version in given.values()}) == 1
        assert judges.judge(opened, judges=[card()], which="all", made=made).outcome.asked == 0


def test_what_a_model_was_told_before_is_shown_to_the_judge() -> None:
    question = Question(id="q", prompt="说说秋天。", system="每句话都用“喵”结尾。", grader="judge")
    answer = Answer(question="q", asked="", model="甲", model_hash="h", text="秋天凉了喵")
    shown = Case.of(question, [answer], "rubric").asked.prompt
    assert "\n┃ 每句话都用“喵”结尾。\n" in shown
    assert shown.index("喵”结尾") < shown.index("说说秋天")


def hidden_workspace(tmp_path: Path) -> Workspace:
    secret = Question(id="h", prompt="说说暗处的事。", grader="judge", bank="暗", hidden="private")
    opened = Workspace.open(tmp_path / "h.db")
    opened.run(bank=Bank(name="暗", questions=(secret,)), models=MODELS)
    return opened


def test_hidden_questions_do_not_leave_the_machine_unasked(tmp_path: Path) -> None:
    away = ModelCard(name="远", kind="openai", base_url="https://api.example.com/v1")
    near = ModelCard(name="近", kind="openai", base_url="http://127.0.0.1:8080/v1")
    assert judges.leaves(away)
    assert not judges.leaves(near)
    assert not judges.leaves(ModelCard(name="本", kind="local"))
    assert judges.leaves(ModelCard(name="贴", kind="pasted"))
    assert judges.leaves(ModelCard(name="错", kind="openai", base_url="http://[x"))
    with hidden_workspace(tmp_path) as workspace:
        told = ScriptedModel(away.__class__(name="远", kind="scripted"), fair)
        with pytest.raises(UsageError, match="暗题就不再是暗题"):
            judges.judge(workspace, judges=[away], made={"远": told})
        assert told.asked.total() == 0
        summary = judges.judge(workspace, judges=[card("近")], made=scripted(fair, name="近"))
        assert summary.verdicts == {"right": 1, "wrong": 1}
        kept = [g for g in workspace.store.all_grades() if g.authority == "judge"]
        assert all(g.hidden == "private" for g in kept)
        consent = judges.judge(
            workspace, judges=[away], made={"远": told}, show_hidden=True, retry=Retry(tries=1)
        )
        assert consent.cases == 2
        assert told.asked.total() > 0


def test_who_judges_itself_is_told(workspace: Workspace) -> None:
    summary = judges.judge(workspace, judges=[card("甲")], made=scripted(fair, name="甲"))
    assert "可能偏心" in summary.notes[0].zh


def test_what_cannot_be_judged_is_counted(tmp_path: Path) -> None:
    empty = ModelCard(name="空", kind="scripted", options={"default": "   "})
    with Workspace.open(tmp_path / "e.db") as workspace:
        workspace.run(bank=BANK, models=[empty, MODELS[0]])
        summary = judges.judge(workspace, judges=[card()], made=scripted(fair), which="all")
        assert summary.left_out == {"nothing to judge": 9}
        only = judges.judge(
            workspace, judges=[card()], kind="reference", which="all", made=scripted(fair)
        )
        assert (only.cases, only.left_out) == (1, {"nothing to judge": 9, "no reference": 8})
        with pytest.raises(UsageError, match="至少要有两个模型"):
            judges.judge(workspace, judges=[card()], kind="pair", models=["甲"])
        with pytest.raises(UsageError, match="规则都判得了"):
            judges.judge(workspace, judges=[card()], which=[], made=scripted(fair))


def test_only_one_process_asks(workspace: Workspace) -> None:
    with workspace.store.run_lock(), pytest.raises(BusyError):
        judges.judge(workspace, judges=[card()], made=scripted(fair))


@pytest.mark.parametrize("kind", [None, "pair"])
def test_what_another_process_kept_until_it_let_go_is_not_asked_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, kind: Any
) -> None:
    take = workspace.store.run_lock
    first = scripted(fair)

    @contextmanager
    def after_another() -> Iterator[None]:
        """The other one ends just before the lock is had."""
        monkeypatch.setattr(workspace.store, "run_lock", take)
        with ThreadPoolExecutor(1) as pool:  # it has a loop of its own
            asked = {"judges": [card()], "made": first, "kind": kind}
            pool.submit(judges.judge, workspace, **asked).result()  # type: ignore[arg-type]
        with take():
            yield

    monkeypatch.setattr(workspace.store, "run_lock", after_another)
    second = scripted(fair)
    summary = judges.judge(workspace, judges=[card()], made=second, kind=kind)
    assert first["裁判"].asked.total() > 0
    assert (summary.outcome.asked, second["裁判"].asked.total()) == (0, 0)


async def test_from_within_a_loop_it_is_awaited(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="await"):
        judges.judge(workspace, judges=[card()], made=scripted(fair))
    stop = asyncio.Event()

    def say(request: Request) -> dict[str, Any]:
        stop.set()
        return {"text": fair(request), "delay": 0.05}

    summary = await judges.ask(
        workspace, judges=[card()], made=scripted(say), stop=stop, concurrency=1
    )
    assert summary.outcome.state == "stopped"
    assert 0 < summary.waiting < 16


def test_a_process_that_is_killed_loses_only_what_was_under_way(tmp_path: Path) -> None:
    slow = '[[model]]\nname = "慢"\nkind = "scripted"\ndelay = 0.1\nconcurrency = 2\n'
    (tmp_path / "models.toml").write_text(f"{slow}default = '{GOOD}'\n", "utf-8")
    many = tuple(Question(id=f"q{i}", prompt=f"说说 {i}。", grader="judge") for i in range(20))
    with Workspace.open(tmp_path / "w.db") as workspace:
        workspace.run(bank=Bank(name="谈", questions=many), models=MODELS)
    command = [sys.executable, "-m", "mingan", "grade", "-w", "w.db", "--judge", "慢"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and _verdicts(tmp_path) < 6:
            time.sleep(0.1)
        process.kill()
    done = _verdicts(tmp_path)
    assert 6 <= done < 40
    with Workspace.open(tmp_path / "w.db") as workspace:
        summary = judges.judge(workspace, judges=["慢"], models_file=tmp_path / "models.toml")
        assert (summary.outcome.already, summary.outcome.asked) == (done, 40 - done)
        assert summary.verdicts == {"right": 40}
        assert workspace.store.verify() == []


def _verdicts(folder: Path) -> int:
    with Workspace.open(folder / "w.db") as workspace:
        return sum(g.authority == "judge" and not g.opinion for g in workspace.store.all_grades())


class Endpoint:
    """An endpoint that takes some forms of reply and refuses others."""

    source = "api"
    concurrency = None

    def __init__(self, *takes: str) -> None:
        self.card = ModelCard(name="口", kind="openai", generation=Generation(temperature=0.0))
        self.takes = takes
        self.seen: list[Any] = []

    async def answer(self, request: Request) -> Reply:
        from mingan.errors import RequestRejected

        form = request.generation.extra.get("response_format")
        self.seen.append(form and form["type"])
        if form is not None and form["type"] not in self.takes:
            raise RequestRejected("不认识 response_format。", "Unknown response_format.")
        return Reply(text='{"判定": "对"}', usage=Usage(tokens_in=1, tokens_out=1))

    async def close(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize(
    ("takes", "seen"),
    [
        (("json_schema",), ["json_schema", "json_schema", "json_schema"]),
        (("json_object",), ["json_schema", None, "json_object", "json_object"]),
        ((), ["json_schema", None, "json_object", None, None]),
    ],
)
async def test_the_form_of_a_verdict_is_asked_for_where_the_endpoint_takes_it(
    takes: tuple[str, ...], seen: list[str | None]
) -> None:
    answer = Answer(question="sum", asked=SUM.asked, model="甲", model_hash="h", text="5")
    case = Case.of(SUM, [answer], "reference")
    endpoint = Endpoint(*takes)
    judge = TypedJudge(endpoint, {case.id: case})  # type: ignore[arg-type]
    request = Request(
        messages=({"role": "user", "content": "x"},), question=case.id,
        generation=endpoint.card.generation,
    )  # fmt: skip
    for _ in range(3):
        await judge.answer(request)
    assert endpoint.seen == seen


async def test_a_judge_thinks_freely_before_its_verdict() -> None:
    bare = Question(id="b", prompt="水几度沸腾？")
    answer = Answer(question="b", asked=bare.asked, model="甲", model_hash="h", text="100")
    case = Case.of(bare, [answer], "rubric")
    endpoint = Endpoint("json_schema")
    judge = TypedJudge(endpoint, {case.id: case})  # type: ignore[arg-type]
    first = ({"role": "user", "content": case.asked.prompt},)
    then = (*first, {"role": "assistant", "content": "100"}, {"role": "user", "content": "…"})
    for messages in (first, then):
        await judge.answer(Request(messages=messages, question=case.id))  # type: ignore[arg-type]
    assert endpoint.seen == [None, "json_schema"]


def test_the_names_of_the_models_are_not_told(workspace: Workspace) -> None:
    told: list[str] = []

    def say(request: Request) -> str:
        told.append(json.dumps(request.messages, ensure_ascii=False))
        return fair(request)

    plain = [ModelCard(name="模型-一", kind="scripted", options={"default": "很好。"})]
    workspace.run(bank=BANK, models=plain)
    judges.judge(workspace, judges=[card()], models=["模型-一"], made=scripted(say))
    assert told
    assert not re.search("模型-一", "".join(told))
