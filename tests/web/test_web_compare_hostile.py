"""Compare shows what a hostile model wrote, and nothing of it happens."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from starlette.testclient import TestClient
from web_help import Served, Watched, client_of, fill

from mingan.records import Answer, ModelCard, Question
from mingan.web import cards
from mingan.workspace import Workspace

SCRIPTS = (
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    "<svg onload=\"document.title='owned'\"></svg></div></article></main>"
    "\"' autofocus onfocus=document.title='owned' x='{{ 7*7 }} {% raw %} <!-- ]]>"
)
LINKS = (
    "[点我](javascript:alert(1)) <a href='javascript:alert(1)'>点我</a> "
    "![x](https://evil.example/p.png) <https://evil.example> [r]: javascript:alert(1)\n[r]"
)
TURNED = "答案是 \u202egnorw\u202c \u2066x\u2069 \u200f\x00\x1b[31m"
FORGED = (
    '<form method="post" action="/zh/compare/answer/0/0"><input name="verdict" value="right">'
    '<button>对</button></form><article class="answer right" id="a-0">判为对</article>'
)
BOMB = (
    "> " * 4000 + "x\n" + "[" * 50_000 + "*_`" * 30_000 + "\n" + "- " * 5000 + "\n" + "|" * 20_000
)
HUGE = "很长的回答 <b>x</b> " * 400_000

ALLOWED_SCRIPTS = re.compile(r"/static/[\w./-]+\.js\?[0-9a-f]{10}")


class Parsed(HTMLParser):
    """The elements of a page as a browser would build them, with what must not be among them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    @property
    def faults(self) -> list[str]:
        found = []
        for tag, attributes in self.tags:
            if tag == "script" and not ALLOWED_SCRIPTS.fullmatch(attributes.get("src", "")):
                found.append(f"script {attributes}")
            if tag in ("iframe", "object", "embed", "base", "style", "video", "audio"):
                found.append(tag)
            for name, value in attributes.items():
                if name.startswith("on") or name == "style":
                    found.append(f"{tag} {name}")
                away = value.strip().lower().startswith(("javascript:", "data:", "//", "http"))
                if name in ("href", "src", "action", "hx-get", "hx-post") and away:
                    found.append(f"{tag} {name}={value}")
        return found


def hostile(workspace: Workspace, text: str) -> Workspace:
    """The small workspace, where the first model answers `text` to everything."""
    fill(workspace, text=lambda model, i: text if model == "甲" else f"{model} {i}")
    return workspace


def shape(page: str) -> list[str]:
    """The elements of a page; an answer's text must not change them."""
    return [tag for tag, _ in Parsed(page).tags]


@pytest.mark.parametrize("text", [SCRIPTS, LINKS, TURNED, FORGED, BOMB], ids=str.__len__)
@pytest.mark.parametrize("look", ["text", "markdown"])
def test_nothing_that_a_model_wrote_does_anything(empty: Workspace, text: str, look: str) -> None:
    with client_of(hostile(empty, text)) as client:
        began = time.perf_counter()
        pages = [
            client.get(path).text
            for path in (
                f"/zh/compare?as={look}&m=甲&m=乙", f"/en/compare/q/q-001?as={look}",
                f"/zh/compare/rows?as={look}", f"/zh/compare?find=甲&as={look}",
            )
        ]  # fmt: skip
        assert time.perf_counter() - began < 5
    for page in pages:
        assert Parsed(page).faults == []
        assert len(re.findall(r'<form class="judge"', page)) == len(
            re.findall(r'<article class="answer \w+" id="a-[0-9a-f]{12}"', page)
        )
        assert "evil.example/p.png" not in re.sub(r">[^<]*<", "><", page)
    assert "\u202e" not in "".join(pages)
    assert "\x00" not in "".join(pages)


def test_as_text_an_answer_is_shown_to_the_letter_and_changes_no_element(
    empty: Workspace, workspace: Workspace
) -> None:
    with client_of(hostile(empty, SCRIPTS)) as client:
        page = client.get("/zh/compare?m=甲&m=乙").text
    with client_of(workspace) as client:
        calm = client.get("/zh/compare?m=甲&m=乙").text
    assert (
        html.escape(SCRIPTS, quote=True).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
        in page
    )
    assert shape(page) == shape(calm)


def test_marks_that_turn_the_reading_direction_become_visible(empty: Workspace) -> None:
    with client_of(hostile(empty, TURNED)) as client:
        page = client.get("/zh/compare/q/q-001").text
    assert "⟦U+202E⟧gnorw" in page
    assert "␀␛[31m" in page


def test_five_megabytes_are_not_sent_but_can_be_had(empty: Workspace) -> None:
    assert len(HUGE.encode()) > 5_000_000
    fill(empty, text=lambda model, i: HUGE if (model, i) == ("甲", 0) else "短")
    answer = next(a for a in empty.store.answers() if a.model == "甲")
    at = f"{cards.question_key(answer.question)}/{answer.content}"
    with client_of(empty) as client:
        for path in ("/zh/compare", "/zh/compare/q/q-000", "/zh/compare?find=很长"):
            assert len(client.get(path).content) < 400_000, path
        more = client.get(f"/zh/compare/answer/{at}?bank=小题库", headers={"hx-request": "true"})
        assert 15_000 < len(more.text) < 200_000
        link = re.search(r'href="(/zh/compare/whole/[^"]+)" download', more.text)
        assert link
        whole = client.get(html.unescape(link[1]))
    assert whole.headers["content-type"] == "text/plain; charset=utf-8"
    assert whole.headers["content-disposition"].startswith("attachment")
    assert whole.text == HUGE


PIXELS = {"outside": False, "file": False, "script": False, "entities": False, "huge": True}
"""Whether there is anything in a drawing that can be shown."""

DRAWINGS = {
    "outside": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    '<image href="https://evil.example/x.png" width="9" height="9"/><circle r="4"/></svg>',
    "file": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    '<image href="file:///etc/passwd" width="9" height="9"/></svg>',
    "script": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="alert(1)">'
    "<script>alert(1)</script></svg>",
    "entities": '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&b;</text></svg>',
    "huge": '<svg xmlns="http://www.w3.org/2000/svg" width="99999999" height="99999999"/>',
}


@pytest.mark.parametrize("kind", DRAWINGS)
def test_a_hostile_drawing_is_pixels_or_nothing(empty: Workspace, kind: str) -> None:
    asked = Question(id="d", prompt="画", grader="svg", params={"checks": []})
    card = ModelCard(name="甲", kind="recorded")
    empty.store.add_bank("画", [asked])
    empty.store.add_cards([card])
    given = Answer(question="d", asked=asked.asked, model="甲", model_hash=card.hash,
                   text=DRAWINGS[kind])  # fmt: skip
    empty.store.record("", [given]).result()
    with client_of(empty) as client:
        page = client.get("/zh/compare/q/d").text
        assert Parsed(page).faults == []
        assert sum(tag == "svg" for tag, _ in Parsed(page).tags) == 1  # our own mark
        found = client.get(f"/zh/picture/{cards.question_key('d')}/{given.content}.png?bank=画")
    assert found.status_code == (200 if PIXELS[kind] else 404)
    if PIXELS[kind]:
        assert found.headers["content-type"] == "image/png"
        assert found.content.startswith(b"\x89PNG")
        assert len(found.content) < 100_000


def test_a_hostile_question_and_model_are_shown_too(empty: Workspace) -> None:
    asked = Question(id="<i>", prompt=SCRIPTS, answer=FORGED, tier="<b>", tags=(SCRIPTS[:30],),
                     grader="text", why=LINKS, choices=(SCRIPTS, "b"))  # fmt: skip
    names = ("<script>x</script>", "a:b", "'\"&", "\u202eevil")
    model_cards = [ModelCard(name=name, kind="recorded") for name in names]
    empty.store.add_bank("<u>", [asked])
    empty.store.add_cards(model_cards)
    empty.store.record("", [
        Answer(question="<i>", asked=asked.asked, model=card.name, model_hash=card.hash, text="x")
        for card in model_cards
    ]).result()  # fmt: skip
    empty.grade()
    with client_of(empty) as client:
        page = client.get("/zh/compare").text
        assert Parsed(page).faults == []
        forms = [value["value"] for tag, value in Parsed(page).tags
                 if tag == "input" and value.get("name") == "m"]  # fmt: skip
        assert sorted(forms) == sorted(names)
        for name in names:
            found = client.get("/zh/compare", params={"m": name, "is": f"{name}:absent"})
            assert found.status_code == 200
            assert Parsed(found.text).faults == []
            assert "没有符合的题" in found.text


# -- in a browser --------------------------------------------------------------------------------


@pytest.mark.parametrize("look", ["text", "markdown"])
def test_in_a_browser_nothing_happens_either(
    empty: Workspace, watch: Callable[..., Watched], look: str
) -> None:
    fill(empty, text=lambda model, i: (SCRIPTS, LINKS, FORGED, TURNED, BOMB)[i % 5])
    with Served(empty) as served:
        page = watch(served).page
        page.goto(f"/zh/compare?as={look}")
        page.wait_for_load_state("networkidle")
        assert page.title().startswith("对比")
        assert page.locator("article.answer").count() == 36
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_verdict_is_given_and_withdrawn_by_keyboard(
    workspace: Workspace, watch: Callable[..., Watched]
) -> None:
    with Served(workspace) as served:
        page = watch(served).page
        page.goto("/zh/compare?m=甲&m=乙")
        page.keyboard.press("j")
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.textContent").startswith("第 1 题")
        first = page.locator("#q-q-001 article").first
        for verdict in ("wrong", "right", "ungraded"):
            if not first.locator(".because").is_visible():
                first.locator(".verdict > summary").press("Enter")
            first.locator(f"button[value={verdict}]").press("Enter")
            if verdict == "ungraded":
                first.locator("button[value=ungraded]").wait_for(state="detached")
            else:
                first.locator(f"button[value={verdict}][aria-pressed=true]").wait_for()
        page.wait_for_selector(".verdict > summary:focus")
    assert workspace.store.verify() == []
    assert [g.verdict for g in workspace.store.all_grades() if g.authority == "person"] == [
        "wrong", "right", "ungraded",
    ]  # fmt: skip


def test_the_next_page_is_put_below(empty: Workspace, watch: Callable[..., Watched]) -> None:
    asked = [Question(id=f"x{i}", prompt=f"题 {i}", answer="1") for i in range(30)]
    card = ModelCard(name="甲", kind="recorded")
    empty.store.add_bank("很多", asked)
    empty.store.add_cards([card])
    empty.store.record("", [
        Answer(question=q.id, asked=q.asked, model="甲", model_hash=card.hash, text="字" * 2000)
        for q in asked
    ]).result()  # fmt: skip
    with Served(empty) as served:
        page = watch(served).page
        page.goto("/zh/compare")
        page.locator(".more a").click()
        page.wait_for_selector("#q-x29")
        assert page.locator("section.question").count() == 30
        assert page.locator(".more").count() == 0
        page.locator("#q-x29 .rest a").click()
        page.wait_for_selector("#q-x29 .answer .rest", state="detached")
        assert page.locator("#q-x29 .answer > .text").inner_text() == "字" * 2000


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/zh/compare?is=丙:right&is=甲:wrong", "/en/compare/q/q-004"])
def test_everybody_can_use_it(
    workspace: Workspace, watch: Callable[..., Watched], path: str, theme: Any
) -> None:
    with Served(workspace) as served:
        page = watch(served, color_scheme=theme, viewport={"width": 360, "height": 800}).page
        page.goto(path)
        for summary in page.locator("summary").all():
            summary.click()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_client_that_asks_for_an_answer_by_address_gets_its_page(client: TestClient) -> None:
    link = re.search(r'action="(/zh/compare/answer/[^"]+)"', client.get("/zh/compare").text)
    assert link
    found = client.get(link[1], params={"bank": "小题库"}, follow_redirects=False)
    assert found.status_code == 303
    assert found.headers["location"].startswith("/zh/compare/q/q-000?")
