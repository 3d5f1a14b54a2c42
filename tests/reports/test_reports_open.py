"""The report in a real browser: it opens, fetches nothing, finds a question by its address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from reports_browser import CHROMIUM, Page, browser
from reports_fake import report

from mingan.reports import html

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"needs Chromium at {CHROMIUM} (Debian package chromium)"
)

HOSTILE = "</script><script>document.title='owned'</script><img src=http://127.0.0.1:9/x>\u202e"


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with browser() as opened:
        yield opened


def written(folder: Path, questions: int = 60, models: int = 5) -> Path:
    data = report(questions=questions, models=models)
    first = data.questions[0]
    answers = tuple(replace(answer, text=HOSTILE) for answer in first.answers)
    data = replace(data, questions=(replace(first, answers=answers), *data.questions[1:]))
    html.write(data, folder / "report.html", "zh")
    return folder / "report.html"


async def test_a_permalink_opens_its_question_and_nothing_is_fetched(
    tmp_path: Path, page: Page
) -> None:
    file = written(tmp_path)
    await page.open(f"{file.as_uri()}#q=common-001")
    shown = "#list li:first-child .answer"
    assert await page.ask(f"document.querySelectorAll('{shown}').length") == 5
    text = await page.ask(f"document.querySelector('{shown} .text').textContent")
    assert text == HOSTILE.replace("\u202e", "⟦U+202E⟧")
    assert await page.ask("document.querySelectorAll('#list img, #list script').length") == 0
    assert "owned" not in await page.ask("document.title")
    assert [url for url in page.requests() if not url.startswith("data:")] == [
        f"{file.as_uri()}#q=common-001".split("#")[0]
    ]
    assert page.complaints() == []


async def test_filters_are_in_the_address_and_come_back_from_it(tmp_path: Path, page: Page) -> None:
    file = written(tmp_path)
    await page.open(f"{file.as_uri()}#a=gpt4&av={quote('●')}&b={quote('商量')}&bv={quote('○')}")
    strips = await page.ask(
        "Array.from(document.querySelectorAll('#list > li:not([hidden]) .strip'),"
        " strip => strip.textContent)"
    )
    names = await page.ask("Array.from(document.getElementById('f-a').options, o => o.text)")
    a, b = names.index("gpt4") - 1, names.index("商量") - 1
    assert 0 < len(strips) < 60
    assert all(strip[a] == "●" and strip[b] == "○" for strip in strips)
    assert f"{len(strips)} / 60" in await page.ask("document.getElementById('shown').textContent")

    await page.ask("document.querySelector('#filter [type=reset]').click()")
    await page.ask(
        "(() => { const box = document.getElementById('f-text'); box.value = 'COMMON-007';"
        " box.dispatchEvent(new Event('input', {bubbles: true}));"
        " return new Promise(done => setTimeout(done, 300)); })()"
    )
    assert await page.ask("document.querySelectorAll('#list > li:not([hidden])').length") == 1
    assert "s=COMMON-007" in await page.ask("location.hash")
    assert page.complaints() == []


async def test_a_question_opens_and_closes_by_keyboard(tmp_path: Path, page: Page) -> None:
    await page.open(written(tmp_path).as_uri())
    button = "document.querySelector('#list li:nth-child(2) > button')"
    await page.ask(f"{button}.focus()")
    for expected in ("true", "false"):
        for kind in ("keyDown", "keyUp"):
            await page.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter",
                            text="\r", windowsVirtualKeyCode=13)  # fmt: skip
        assert await page.ask(f"{button}.getAttribute('aria-expanded')") == expected
    assert await page.ask("document.querySelectorAll('.answer').length") == 0


async def test_without_script_the_findings_still_stand(tmp_path: Path, page: Page) -> None:
    await page.call("Emulation.setScriptExecutionDisabled", value=True)
    await page.open(written(tmp_path).as_uri())
    text = await page.ask("document.body.innerText")
    assert "gpt4" in await page.ask("document.querySelector('h1').innerText")
    assert "需要打开 JavaScript" in text
    assert await page.ask("getComputedStyle(document.getElementById('filter')).display") == "none"
    assert await page.ask("document.querySelectorAll('svg.chart').length") > 3


@pytest.mark.parametrize("width", [360, 1320])
async def test_no_width_makes_the_page_scroll_sideways(
    tmp_path: Path, page: Page, width: int
) -> None:
    await page.call(
        "Emulation.setDeviceMetricsOverride",
        width=width, height=800, deviceScaleFactor=1, mobile=width < 600,
    )  # fmt: skip
    await page.open(f"{written(tmp_path).as_uri()}#q=common-002")
    assert await page.ask("document.documentElement.scrollWidth") <= width


async def test_a_full_report_opens_quickly(tmp_path: Path, page: Page) -> None:
    html.write(report(questions=311, models=14), tmp_path / "report.html", "zh")
    await page.open((tmp_path / "report.html").as_uri())
    ready = await page.ask("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert ready < 10_000
    assert await page.ask("document.querySelectorAll('#list > li').length") == 311
    assert await page.ask("document.querySelectorAll('.answer').length") == 0


async def test_a_point_of_a_chart_leads_to_the_raw_answer_in_three_clicks(
    tmp_path: Path, page: Page
) -> None:
    await page.open(written(tmp_path, questions=120).as_uri())
    point = "document.querySelector('#chart-abilities svg a')"
    said = await page.ask(f"{point}.getAttribute('aria-label')")
    await page.ask(
        f"{point}.dispatchEvent(new MouseEvent('click', {{bubbles: true, cancelable: true}}))"
    )
    shown = "#list > li:not([hidden])"
    await page.ask("new Promise(done => setTimeout(done, 100))")
    ability = await page.ask("document.getElementById('f-tag').value")
    assert ability
    assert ability in said
    count = await page.ask(f"document.querySelectorAll('{shown}').length")
    assert 0 < count < 120
    assert await page.ask(
        f"Array.from(document.querySelectorAll('{shown}'), e => e.dataset.tags.split('\\n'))"
        f".every(tags => tags.includes('{ability}'))"
    )
    await page.ask(f"document.querySelector('{shown} > button').click()")
    assert await page.ask("document.querySelectorAll('.answer .text').length") == 5
    assert "tag=" in await page.ask("location.hash")
    assert page.complaints() == []
