"""Drawings in a report: shown as small pictures, never as SVG, and only as many as fit."""

from __future__ import annotations

import json
import re
import time
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
    hung, notes = pictures.with_pictures([view], [ASKED])
    return replace(data, questions=hung, notes=notes)


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

    def counted(question: Question, text: str, *, side: int, seconds: int) -> bytes:
        calls.append(text)
        return b"png"

    monkeypatch.setattr(pictures, "picture", counted)
    views = viewed(SAFE, SAFE).questions
    assert isinstance(views[0], QuestionView)
    assert [answer.picture for answer in views[0].answers] == [b"png", b"png"]
    assert calls == [SAFE]


NO_DRAWING = '<svg viewBox="0 0 9 9000"/>'
ENDLESS = (
    '<svg viewBox="0 0 9 9"><filter id="f"><feTurbulence baseFrequency="9" '
    'numOctaves="100000"/></filter><rect width="9" height="9" filter="url(#f)"/></svg>'
)


def test_what_cannot_be_drawn_takes_room_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST", 2)
    bad = [NO_DRAWING.replace("9000", f"{9000 + n}") for n in range(2)]
    data = viewed(*bad, SAFE, "没有画")
    assert not any(shown(data))
    assert [note.zh[:14] for note in data.notes] == ["有 1 个回答的画没有附上图"]


def test_all_pictures_together_take_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1_000, 40))
    monkeypatch.setattr(pictures, "monotonic", lambda: next(clock))
    blue, green = SAFE.replace("red", "blue"), SAFE.replace("red", "green")
    data = viewed(SAFE, blue, green, SAFE)  # each takes 40 s of 60
    assert [bool(answer.picture) for answer in data.questions[0].answers] == [1, 1, 0, 1]
    assert "60 s" in data.notes[0].en


def test_answers_without_a_drawing_take_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST", 1)
    data = viewed("没有画", "也没有", SAFE)
    assert [bool(answer.picture) for answer in data.questions[0].answers] == [0, 0, 1]
    assert data.notes == ()


def test_one_drawing_takes_no_longer_than_a_picture_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "SECONDS_EACH", 1)
    began = time.monotonic()
    assert shown(viewed(ENDLESS, "x")) == ["", ""]
    assert time.monotonic() - began < 4  # a grader gives it five seconds of the processor


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
