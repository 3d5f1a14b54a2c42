"""Contamination, Drift and the history of a question: what is said, and what is never shown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from honesty_help import BANK, SECRET, WATCHED, fill_twins, fill_watches, keep, question
from web_help import Served, Watched, client_of

from mingan.bank.twins import set_name
from mingan.records import Answer, ModelCard, Question, now
from mingan.store import Run
from mingan.workspace import Workspace

HOSTILE = "<script>alert(1)</script>\x1b[31m\u202eevil " + "长" * 600


@pytest.fixture
def twins(empty: Workspace) -> Workspace:
    fill_twins(empty)
    return empty


@pytest.fixture
def watches(empty: Workspace) -> Workspace:
    fill_watches(empty)
    return empty


def _first(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    assert found, text
    return found[1].replace("&amp;", "&")


def test_every_model_has_its_verdict_and_its_reason(twins: Workspace) -> None:
    with client_of(twins) as client:
        text = client.get(f"/zh/contamination?bank={BANK}").text
        english = client.get(f"/en/contamination?bank={BANK}").text
    assert text.index("受了污染，像是见过这些题") < text.index("没有看到它见过这些题的迹象")
    assert "没有问过它暗题" in text
    assert text.count('<li class="card">') == 3
    assert "A fair coin seldom deals them so" in english
    assert "contaminated, as if it had seen the questions" in english
    assert SECRET not in text + english
    assert "/zh/run?bank=%E6%98%8E%E9%A2%98&amp;twins=1" in text


def test_a_set_of_twins_stands_for_its_bank_and_the_numbers_can_be_taken_along(
    twins: Workspace,
) -> None:
    with client_of(twins) as client:
        assert "受了污染" in client.get(f"/zh/contamination?bank={set_name(BANK, 1)}").text
        rows = json.loads(client.get(f"/zh/contamination?bank={BANK}&format=json").text)
    by_model = {row["model"]: row for row in rows}
    assert by_model["背过题的"]["verdict"] == "contaminated"
    assert by_model["背过题的"]["gap"] == pytest.approx(0.3)
    assert by_model["没问过暗题的"]["p"] is None


def test_references_and_a_hidden_bank_can_be_named(empty: Workspace) -> None:
    right = {f"旧{i}": 20 + i for i in range(20)} | {"新": 55}
    keep(empty, [question(i) for i in range(60)], right)
    keep(empty, [question(i, "藏着的") for i in range(60)],
         {name: min(count, 45) for name, count in right.items()})  # fmt: skip
    asked = "&".join(f"ref=旧{i}" for i in range(20))
    with client_of(empty) as client:
        bare = client.get(f"/zh/contamination?bank={BANK}&hidden=藏着的").text
        named = client.get(f"/zh/contamination?bank={BANK}&hidden=藏着的&{asked}").text
        wrong = client.get(f"/zh/contamination?bank={BANK}&hidden=藏着的&ref=没有的")
    assert "所以不给 p 值" in bare
    assert "参照 20 个" in named
    assert wrong.status_code == 200
    assert 'role="alert"' in wrong.text


def test_a_changed_model_is_an_alarm_with_its_day(watches: Workspace) -> None:
    with client_of(watches) as client:
        text = client.get("/zh/drift").text
        one = client.get(_first(text, r'href="(/zh/drift/[\w-]+)"')).text
        alarms = client.get("/zh/alarms").text
        home = client.get("/zh/").text
    assert "变了的：会变的。" in text
    assert "大约从 2026-03-09 起变" in text
    assert "没有看到「不变的」变化" in text
    assert "警报是 2026-03-" in one
    assert "应答“否”" in one
    assert "会变的 变了" in alarms
    assert "会变的 变了" in home


def test_the_days_of_a_watch_can_be_taken_along(watches: Workspace) -> None:
    with client_of(watches) as client:
        href = _first(client.get("/zh/drift").text, r'href="(/zh/drift/[\w-]+)"')
        rows = json.loads(client.get(f"{href}?format=json").text)
        assert client.get("/zh/drift/nothing").status_code == 404
    assert [row["day"] for row in rows] == [f"2026-03-{day:02}" for day in range(1, 15)]
    assert rows[0]["state"] == "baseline"
    assert rows[-1]["state"] == "alarm"


def test_nothing_is_said_where_nobody_is_watched(client: Any) -> None:
    text = client.get("/zh/drift").text
    assert "还没有盯着哪个模型" in text
    assert "mingan drift" in text


def test_the_history_of_a_question_shows_when_the_words_changed(watches: Workspace) -> None:
    with client_of(watches) as client:
        several = client.get(f"/zh/history?bank={WATCHED}&m=会变的").text
        assert "40 道题在几天里问过" in several
        href = _first(several, r'href="(/zh/history/\w+\?[^"]+)"')
        text = client.get(href).text
        assert client.get("/zh/history?bank=没有").status_code == 404
        assert client.get(f"/zh/history/0000?bank={WATCHED}").status_code == 404
        assert client.get("/zh/history/0000?bank=没有").status_code == 404
    assert "2026-03-01" in text
    assert "话变了" in text
    assert "不变的" not in text


def test_a_question_leads_to_its_history_and_back(client: Any) -> None:
    text = client.get("/zh/compare/q/q-001?bank=小题库").text
    href = _first(text, r'href="(/zh/history/\w+\?[^"]+)"')
    history = client.get(href).text
    assert "只在一天问过" in history
    assert "/zh/compare/q/q-001" in history


def test_what_a_model_wrote_is_only_text(empty: Workspace) -> None:
    asked = Question(id="<b>x</b>", bank="b", prompt="<img src=x>", answer="4", grader="number")
    card = ModelCard(name="<i>m</i>", kind="recorded")
    empty.store.add_bank("b", [asked])
    empty.store.add_cards([card])
    answers = [
        Answer(question=asked.id, asked=asked.asked, model=card.name, model_hash=card.hash,
               bank="b", repeat=i, text=text, at=f"2026-0{i + 1}-01T08:00:00.000+00:00")
        for i, text in enumerate((HOSTILE, "4"))
    ]  # fmt: skip
    empty.store.record("", answers, []).result()
    with client_of(empty) as client:
        several = client.get("/zh/history?bank=b").text
        text = client.get(_first(several, r'href="(/zh/history/\w+\?[^"]+)"')).text
    for page in (several, text):
        for raw in ("<script>alert", "<img src", "<b>x", "<i>m", "\x1b", "\u202e"):
            assert raw not in page
    assert "&lt;script&gt;" in text


def test_hidden_words_are_not_in_a_history(empty: Workspace) -> None:
    asked = question(1, "藏", "sealed")
    card = ModelCard(name="m", kind="recorded")
    empty.store.add_bank("藏", [asked])
    empty.store.add_cards([card])
    answers = [
        Answer(question=asked.id, asked=asked.asked, model="m", model_hash=card.hash, bank="藏",
               repeat=i, text=f"{SECRET}，所以是 {i}", hidden="sealed",
               at=f"2026-0{i + 1}-01T08:00:00.000+00:00")
        for i in range(2)
    ]  # fmt: skip
    empty.store.record("", answers, []).result()
    with client_of(empty) as client:
        several = client.get("/zh/history?bank=藏").text
        text = client.get(_first(several, r'href="(/zh/history/\w+\?[^"]+)"')).text
    assert SECRET not in several + text
    assert "这是暗题" in text


def test_a_watch_that_cannot_be_read_does_not_break_home(watches: Workspace) -> None:
    odd = Question(id="odd", bank="怪", prompt="?", answer="1", grader="nobody-has-this")
    card = ModelCard(name="m", kind="recorded")
    watches.store.add_cards([card])
    digest = watches.store.add_bank("怪", [odd])
    watches.store.begin_run(
        Run(id="20260101-000000-aaaa", bank="怪", bank_hash=digest, questions=("odd",),
            models=(card.hash,), repeats=2, day="2026-01-01", started=now(),
            settings={"drift": {"role": "baseline", "watch": "", "every": 1, "judge": ""}})
    )  # fmt: skip
    answer = Answer(question="odd", asked=odd.asked, model="m", model_hash=card.hash, bank="怪",
                    text="1", day="2026-01-01", at=now())  # fmt: skip
    watches.store.record("20260101-000000-aaaa", [answer], []).result()
    with client_of(watches) as client:
        drift, home = client.get("/zh/drift"), client.get("/zh/")
    assert (drift.status_code, home.status_code) == (200, 200)
    assert "nobody-has-this" in drift.text
    assert 'role="alert"' in drift.text


@pytest.mark.parametrize(("role", "status"), [("reader", 200), ("grader", 403)])
def test_readers_may_look_and_graders_may_not(twins: Workspace, role: Any, status: int) -> None:
    with client_of(twins, role=role) as client:
        for path in (f"/zh/contamination?bank={BANK}", "/zh/drift", f"/zh/history?bank={BANK}"):
            assert client.get(path).status_code == status
        if role == "reader":
            assert "twins=1" not in client.get(f"/zh/contamination?bank={BANK}").text


def test_a_model_that_changes_on_day_9_is_seen_to_do_so(
    watches: Workspace, watch: Callable[..., Watched]
) -> None:
    """From the alarm on Home to the day, and on to the question that changed."""
    with Served(watches) as served:
        page = watch(served).page
        page.goto("/zh/", wait_until="load")
        page.get_by_text("会变的 变了").wait_for()
        page.get_by_role("link", name="逐日看").first.click()
        page.wait_for_url("**/drift/*")
        assert "大约从 2026-03-09 起" in page.locator("h1").inner_text()
        assert page.locator("svg.chart .suspect").count() >= 6
        page.get_by_role("link", name="逐题的历史").click()
        page.locator("#questions tbody a").first.click()
        assert page.locator("#days .changed").count() >= 1
    assert watches.store.verify() == []
