"""Drawings in a report: shown as small pictures, never as SVG, and only as many as fit."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from reports_browser import CHROMIUM, browser
from reports_fake import report

from mingan.records import Question
from mingan.reports import html, pictures
from mingan.reports.data import QuestionView, ReportData

DRAWN = '<svg viewBox="0 0 9 9" onload="alert(1)"><circle cx="4" cy="4" r="3" fill="red"/></svg>'
SAFE = DRAWN.replace(' onload="alert(1)"', "")
ASKED = Question(id="画", prompt="画一个圆", grader="svg", params={"checks": []})


def viewed(*texts: str, grader: str = "svg") -> ReportData:
    data = report(questions=12, models=len(texts))
    first = data.questions[0]
    answers = tuple(replace(a, text=t) for a, t in zip(first.answers, texts, strict=True))
    view = replace(first, id="画", grader=grader, answers=answers)
    return replace(data, questions=pictures.with_pictures([view], [ASKED]))


def shown(data: ReportData) -> list[str]:
    page = html.render(data, "zh")
    body = re.search(r'id="payload">(.*?)</script>', page, re.DOTALL)
    assert body is not None
    (question,) = json.loads(body[1])["questions"]
    return [row[10] for row in sorted(question["a"], key=lambda row: str(row[6]))]


def test_an_answer_with_a_drawing_carries_its_picture() -> None:
    with_picture, without = shown(viewed(SAFE, "没有画"))
    assert with_picture.startswith("data:image/png;base64,")
    assert without == ""


def test_what_may_not_be_drawn_is_text_only_and_never_an_element() -> None:
    data = viewed(DRAWN, "x")
    assert shown(data) == ["", ""]
    page = html.render(data, "zh")
    assert '<circle cx="4"' not in page
    assert "onload=" not in re.sub(r'id="payload">.*?</script>', "", page, flags=re.DOTALL)


def test_questions_that_ask_for_no_drawing_have_no_picture() -> None:
    assert shown(viewed(SAFE, "x", grader="text")) == ["", ""]


@pytest.mark.parametrize(("limit", "value"), [("MOST", 1), ("LARGEST", 10)])
def test_a_report_holds_only_so_many_pictures(
    limit: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, limit, value)
    made = [url for url in shown(viewed(SAFE, SAFE.replace("red", "blue"))) if url]
    assert len(made) == (1 if limit == "MOST" else 0)


def test_the_same_drawing_is_rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def counted(question: Question, text: str, *, side: int) -> bytes:
        calls.append(text)
        return b"png"

    monkeypatch.setattr(pictures, "picture", counted)
    views = viewed(SAFE, SAFE).questions
    assert isinstance(views[0], QuestionView)
    assert [answer.picture for answer in views[0].answers] == [b"png", b"png"]
    assert calls == [SAFE]


@pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"needs Chromium at {CHROMIUM} (Debian package chromium)"
)
async def test_a_browser_shows_the_picture_under_its_policy(tmp_path: Path) -> None:
    html.write(viewed(SAFE, "没有画"), tmp_path / "report.html", "zh")
    async with browser() as page:
        await page.open(f"{(tmp_path / 'report.html').as_uri()}#q={quote('画')}")
        image = "document.querySelector('#list .answer img.drawing')"
        assert await page.ask(f"{image}.decode().then(() => {image}.naturalWidth)") == 160
        assert await page.ask(f"{image}.alt") == "画出来的样子"
        assert await page.ask("document.querySelectorAll('#list img').length") == 1
        assert page.complaints() == []
