"""The Charts screen: an overview, an address for each chart, its numbers, and the way down."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient
from web_help import Served, Watched, client_of, fill, questions

from mingan.bank.twins import set_name
from mingan.records import Answer, Grade, ModelCard, Question
from mingan.reports.charts.gallery import GALLERY
from mingan.web import charts
from mingan.workspace import Workspace

HOSTILE = '<img src=x onerror=alert(1)>"&模型'


def rich(workspace: Workspace) -> None:
    """Prices, times, two days and hidden twins, for three models on forty questions."""
    asked = [
        Question(
            id=f"q-{i:02d}/{i}" if i == 3 else f"q-{i:02d}", prompt=f"{i}?", bank="全",
            tags=(("算术", "逻辑", "常识")[i % 3],), answer=str(i), grader="number",
        )
        for i in range(40)
    ]  # fmt: skip
    twins = [
        Question(
            id=q.id, prompt=f"暗 {q.prompt}", bank=set_name("全", 1), answer=q.answer,
            grader="number", hidden="sealed",
        )
        for q in asked
    ]  # fmt: skip
    workspace.store.add_bank(twins[0].bank, twins)
    workspace.store.add_bank("全", asked)
    cards = [
        ModelCard(name=name, kind="openai", price_out=price)
        for name, price in (("甲", 8.0), ("乙", 2.0), (HOSTILE, None))
    ]
    workspace.store.add_cards(cards)
    answers, grades = [], []
    for rank, card in enumerate(cards):
        for q in [*asked, *asked, *twins]:
            again = sum(a.question == q.id and a.model == card.name and a.bank == q.bank
                        for a in answers)  # fmt: skip
            right = (int(q.answer or 0) * 7 + again) % 10 >= rank * 3
            answer = Answer(
                question=q.id, asked=q.asked, model=card.name, model_hash=card.hash, bank=q.bank,
                text="x", repeat=again, at=f"2026-11-{10 + 5 * again}T00:00:00", total_s=2.0 + rank,
                cost=0.01 if card.price_out else None, currency="CNY" if card.price_out else "",
                hidden=q.hidden,
            )  # fmt: skip
            answers.append(answer)
            grades.append(
                Grade(
                    answer=answer.content, question_hash=q.hash, grader="number", version="1",
                    verdict="right" if right else "wrong", hidden=q.hidden,
                )
            )  # fmt: skip
    workspace.store.record("", answers, grades).result()


@pytest.fixture
def full(empty: Workspace) -> Workspace:
    rich(empty)
    return empty


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_overview_has_every_chart_or_says_why_not(full: Workspace, lang: str) -> None:
    with client_of(full) as client:
        page = client.get(f"/{lang}/charts", params={"bank": "全"})
    assert page.status_code == 200
    text = page.text
    assert text.count("<h1>") == 1
    for entry in GALLERY:
        assert (entry.title.zh if lang == "zh" else entry.title.en) in unescape(text)
    for key in ("abilities", "cost", "price", "speed", "twins", "days", "items"):
        assert f'id="chart-{key}"' in text
        assert f'href="#chart-{key}"' in text
    assert 'id="chart-density"' not in text
    assert "style=" not in text
    assert HOSTILE not in text


@pytest.mark.parametrize("key", [*(entry.key for entry in GALLERY), "radar"])
def test_each_chart_has_an_address_with_its_finding_as_headline(
    full: Workspace, key: str
) -> None:  # fmt: skip
    with client_of(full) as client:
        page = client.get(f"/zh/charts/{key}", params={"bank": "全"})
    assert page.status_code == 200
    assert page.text.count("<h1>") == 1
    assert ("<svg" in page.text.split("</h1>")[1]) == (key not in ("votes", "density", "forecast"))


def test_points_lead_to_the_answers(full: Workspace) -> None:
    with client_of(full) as client:
        text = client.get("/zh/charts", params={"bank": "全"}).text
        found = {unescape(h) for h in re.findall(r'href="(/zh/compare[^"]*)"', text)}
        kinds = {"/zh/compare/q/": 0, "tag=": 0, "show=": 0}
        assert len(found) > 40
        for address in sorted(found)[:: max(1, len(found) // 12)]:
            assert client.get(address).status_code == 200, address
        for address in found:
            for kind in kinds:
                kinds[kind] += kind in address
    assert kinds["/zh/compare/q/"] == 40
    assert kinds["tag="] == 9


def test_numbers_are_exported_as_they_are(full: Workspace) -> None:
    with client_of(full) as client:
        got = client.get("/zh/charts/price", params={"bank": "全", "format": "csv"})
        assert "attachment" in got.headers["content-disposition"]
        rows = list(csv.DictReader(io.StringIO(got.content.decode("utf-8-sig"))))
        assert {row["model"]: row["price"] for row in rows} == {
            "甲": "8.0", "乙": "2.0", HOSTILE: "",
        }  # fmt: skip
        items = client.get("/en/charts/items", params={"bank": "全", "format": "json"})
        assert len(json.loads(items.content)) == 40
        assert client.get("/zh/charts/items", params={"format": "exe"}).status_code == 400


def test_models_are_chosen_in_the_address(full: Workspace) -> None:
    with client_of(full) as client:
        text = client.get("/zh/charts", params={"bank": "全", "m": ["甲", "乙"]}).text
    named = re.findall(r'aria-label="([^"]*)"', text)
    assert any(each.startswith("甲") for each in named)
    assert not any(each.startswith("&lt;img") for each in named)
    assert "选了 2 个" in text
    assert "m=%E7%94%B2&amp;m=%E4%B9%99" in text


def test_one_chart_without_a_page_around_it_is_for_htmx(full: Workspace) -> None:
    with client_of(full) as client:
        got = client.get(
            "/zh/charts/items", params={"bank": "全"}, headers={"hx-request": "true"}
        )  # fmt: skip
    assert got.text.lstrip().startswith('<section class="figure" id="chart-items"')
    assert "<html" not in got.text


def test_slow_charts_come_after_the_page_on_a_large_bank(
    full: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charts, "_QUICK", 10)
    with client_of(full) as client:
        text = client.get("/zh/charts", params={"bank": "全"}).text
        waiting = [unescape(h) for h in re.findall(r'hx-get="([^"]*)"', text)]
        assert [address.split("?")[0] for address in waiting] == [
            "/zh/charts/twins", "/zh/charts/days", "/zh/charts/items",
        ]  # fmt: skip
        assert all(f'href="{h}"' in unescape(text) for h in waiting)
        assert 'id="chart-items"' not in text
        for address in waiting:
            assert client.get(address).status_code == 200
        assert "hx-get" not in client.get("/zh/charts", params={"bank": "全"}).text


def test_a_chart_that_is_not_there_and_a_bank_without_answers(empty: Workspace) -> None:
    empty.store.add_bank("小题库", questions())
    with client_of(empty) as client:
        assert client.get("/zh/charts").status_code == 200
    fill(empty)
    with client_of(empty) as client:
        got = client.get("/zh/charts/nonsense")
        assert got.status_code == 400
        assert "没有 nonsense 这张图" in got.text


def test_few_questions_are_said_to_be_few(client: TestClient) -> None:
    text = client.get("/zh/charts").text
    assert "还没有的图" in text
    assert "只在一天问过" in text


def test_hidden_questions_are_not_told(full: Workspace) -> None:
    with client_of(full) as client:
        text = client.get("/zh/charts", params={"bank": set_name("全", 1)}).text
    assert "暗 1?" not in text


def test_graders_do_not_see_charts(full: Workspace) -> None:
    with client_of(full, role="grader") as client:
        assert client.get("/zh/charts").status_code == 403
    with client_of(full, role="reader") as client:
        assert client.get("/zh/charts").status_code == 200


AXE = "axe_playwright_python"


@pytest.mark.parametrize(("lang", "scheme"), [("zh", "light"), ("en", "dark")])
def test_nothing_to_complain_of_in_a_browser(
    full: Workspace, watch: Callable[..., Watched], lang: str, scheme: str
) -> None:
    axe: Any = pytest.importorskip(f"{AXE}.sync_playwright").Axe()
    with Served(full) as served:
        page = watch(served, color_scheme=scheme, viewport={"width": 360, "height": 800}).page
        for path in ("/charts?bank=全", "/charts/items?bank=全", "/charts/radar?bank=全"):
            page.goto(f"/{lang}{path}")
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
            found = axe.run(page).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_point_can_be_clicked_down_to_the_answer(
    full: Workspace, watch: Callable[..., Watched]
) -> None:
    with Served(full) as served:
        page = watch(served).page
        page.goto("/zh/charts?bank=全")
        page.locator("#chart-abilities svg a").first.click()
        page.wait_for_url("**/compare?**")
        assert "tag=" in page.url
        assert page.locator("h1").count() == 1
