"""A judge's verdict beside an answer: its reason, who gave it, each opinion, and its record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from judges_help import BAD, GOOD, JUDGE, fair, fill_talk, people_grade
from web_help import client_of

from mingan import judges
from mingan.models.protocol import Request
from mingan.models.scripted import ScriptedModel
from mingan.records import ModelCard
from mingan.workspace import Workspace

STRICT = ModelCard(name="严裁判", kind="scripted", price_in=1000.0, price_out=1000.0)
PAID = ModelCard(name="贵裁判", kind="scripted", price_in=1000.0, price_out=1000.0)


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "t.db") as opened:
        fill_talk(opened)
        yield opened


def one_judge(talk: Workspace) -> None:
    judges.judge(talk, judges=[PAID], made={PAID.name: ScriptedModel(PAID, _told(fair))})


def _told(say: object) -> object:
    def reply(request: Request) -> dict[str, object]:
        return {"text": say(request), "tokens_in": 100, "tokens_out": 20}  # type: ignore[operator]

    return reply


def two_judges(talk: Workspace) -> None:
    made = {
        JUDGE.name: ScriptedModel(JUDGE, lambda _: GOOD),
        STRICT.name: ScriptedModel(STRICT, lambda _: BAD),
    }
    judges.judge(talk, judges=[JUDGE, STRICT], made=made)


def test_a_verdict_shows_reason_judge_template_cost_and_that_nobody_checked(
    talk: Workspace,
) -> None:
    one_judge(talk)
    with client_of(talk) as owner:
        for address in ("/zh/compare?bank=谈", "/zh/compare/q/t1?bank=谈"):
            page = owner.get(address).text
            assert "说得好" in page
            assert "贵裁判" in page
            assert "按评分标准" in page
            assert "模板 <code>" in page
            assert "没有人核对过" in page
            assert "判它花了" in page
            assert "所以不知道它有多准" in page
        english = owner.get("/en/compare/q/t1?bank=谈").text
        assert "checked by nobody" in english
        assert "by criteria" in english


def test_once_people_checked_it_says_on_how_many_with_an_interval(talk: Workspace) -> None:
    one_judge(talk)
    people_grade(talk, count=12)
    with client_of(talk) as owner:
        page = owner.get("/zh/compare?bank=谈").text
    assert "12 个里和人一样的 100%（56–100%）" in page  # on 8 questions
    assert "12 个判得一样" in page


def test_several_opinions_are_shown_one_by_one(talk: Workspace) -> None:
    two_judges(talk)
    with client_of(talk) as owner:
        page = owner.get("/zh/compare/q/t1?bank=谈").text
    assert page.count('class="opinions"') == 2
    assert "严裁判" in page
    assert "不好" in page
    assert "意见不一" in page


def test_a_persons_verdict_goes_before_and_needs_no_record(talk: Workspace) -> None:
    one_judge(talk)
    people_grade(talk, count=16)
    with client_of(talk) as owner:
        page = owner.get("/zh/compare/q/t1?bank=谈").text
    assert "by-judge" not in page
    assert "小林" in page


def test_scores_made_of_judges_verdicts_say_so(talk: Workspace) -> None:
    with client_of(talk) as owner:
        assert "判定是裁判模型给的" not in owner.get("/zh/?bank=谈").text
    one_judge(talk)
    with client_of(talk) as owner:
        for address in ("/zh/?bank=谈", "/zh/compare?bank=谈", "/zh/charts?bank=谈"):
            page = owner.get(address).text
            assert "16 个判定是裁判模型给的" in page, address
            assert "不知道它有多准" in page
        assert "16 verdicts here are by judge models" in owner.get("/en/?bank=谈").text
