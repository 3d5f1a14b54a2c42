"""The one-file report as a document: what is in it, and what can never get out of it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from reports_fake import report, score

from mingan.errors import UsageError
from mingan.language import Lang, Text
from mingan.records import Stamp
from mingan.reports import html, payload
from mingan.reports.data import (
    AnswerView,
    BankFacts,
    Breakdown,
    GraderUse,
    ModelFacts,
    QuestionView,
    ReportData,
)
from mingan.reports.sentences import headline
from mingan.reports.words import WORDS

VOID = {"meta", "link", "br", "input", "line", "rect", "circle", "path", "img"}
NASTY = (
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'; alert(1); //",
    "{{ 7*7 }}{% raw %}",
    "]]>\u2028\u2029",
    "\u202eevil\x00\x1b[31m\ud800",
    "javascript:alert(1)",
    "&lt;b&gt; &#x3c;script&#x3e;",
)


class Document(HTMLParser):
    """Elements with their attributes, visible text, and unbalanced tags."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.text = ""
        self.faults: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> left open" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        if tag == "script":
            self.scripts.append((found, ""))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.faults.append(f"</{tag}> within {self._open[-3:]}")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "script":
            attributes, body = self.scripts[-1]
            self.scripts[-1] = (attributes, body + data)
        elif not self._open or self._open[-1] != "style":
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def json(self, ident: str) -> dict[str, object]:
        body = next(body for attributes, body in self.scripts if attributes.get("id") == ident)
        loaded: dict[str, object] = json.loads(body)
        return loaded


def nasty_report() -> ReportData:
    """Hostile text in every field that can hold text."""
    name = "".join(NASTY)
    text = Text(name, name)
    view = AnswerView(
        model=name, state="ok", verdict="right", text=name, reasoning=name, reason=text,
        extracted=name, grader=name, by=name, currency=name, cost=1.0,
    )  # fmt: skip
    question = QuestionView(
        id=name, prompt=name, tier=name, tags=(name,), reference=name, aliases=(name,),
        choices=(name,), grader=name, grader_why=text, answers=(view,),
    )  # fmt: skip
    made = score(name, 12, 3)
    return ReportData(
        made_at=name, stamp=Stamp(questions=name, graders=name, parameters=name), title=name,
        bank=BankFacts(name=name, hash=name, questions=15), scores=(made,),
        graders=(GraderUse(name=name, version=name),),
        tiers=(Breakdown(label=name, questions=15, scores=(made,)),),
        abilities=(Breakdown(label=name, questions=15, scores=(made,)),),
        models=(ModelFacts(name=name, licence=name, price_in=1, currency=name,
                           states={"ok": 15}, cost={name: 1.0}),),
        questions=(question,), notes=(text,),
    )  # fmt: skip


@pytest.fixture(scope="module", params=["zh", "en"])
def small(request: pytest.FixtureRequest) -> tuple[ReportData, Document, Lang]:
    data = report(questions=60, models=6)
    return data, Document(html.render(data, request.param)), request.param


def test_page_is_well_formed_and_opens_with_the_finding(
    small: tuple[ReportData, Document, Lang],
) -> None:
    data, document, lang = small
    assert document.faults == []
    finding = headline(data.scores, data.comparisons).say(lang)
    assert finding in document.text
    tags = [tag for tag, _ in document.elements]
    assert tags.count("h1") == 1
    assert tags.index("h1") < tags.index("table")


def test_every_score_rank_and_model_is_in_the_page(
    small: tuple[ReportData, Document, Lang],
) -> None:
    data, document, lang = small
    for made in data.scores:
        assert document.text.count(made.model) >= 5
        assert f"{made.rank_low}–{made.rank_high}" in document.text or (
            made.rank_low == made.rank_high
        )
    for note in data.notes:
        assert note.say(lang) in document.text
    assert str(data.stamp) in document.text
    for question in data.questions:
        assert question.id in document.text


def test_nothing_is_fetched_and_only_our_own_script_may_run(
    small: tuple[ReportData, Document, Lang],
) -> None:
    _, document, _ = small
    for tag, attributes in document.elements:
        for name, value in attributes.items():
            if name in ("href", "src", "action", "srcset", "data", "poster", "xlink:href"):
                assert value.startswith(("#", "data:image/svg+xml,")), (tag, name, value)
            assert not name.startswith("on"), (tag, name)
            assert name != "style", "an inline style would be blocked by the policy"
    assert document.all("link") == [a for a in document.all("link") if a["rel"] == "icon"]
    runs = [body for attributes, body in document.scripts if "type" not in attributes]
    policy = next(a["content"] for a in document.all("meta") if "http-equiv" in a)
    assert len(runs) == 1
    digest = base64.b64encode(hashlib.sha256(runs[0].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_style_is_named_in_the_policy() -> None:
    page = html.render(report(questions=12, models=2), "zh")
    policy = Document(page).all("meta")[1]["content"]
    style = page.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "url(" not in style
    assert "@import" not in style


def test_script_writes_text_only() -> None:
    script = Path(html.__file__).with_name("script.js").read_text(encoding="utf-8")
    for door in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "fetch(",
                 "XMLHttp", "new Function", "import(", "http:", "https:"):  # fmt: skip
        assert door not in script, door


def test_template_holds_no_chinese() -> None:
    for name in ("template.html.j2", "script.js"):
        text = Path(html.__file__).with_name(name).read_text(encoding="utf-8")
        assert re.findall(r"[\u3400-\u9fff，。：；（）]+", text) == []


def test_controls_and_tables_are_named(small: tuple[ReportData, Document, Lang]) -> None:
    _, document, _ = small
    ids = [a["id"] for _, a in document.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for tag, attributes in document.elements:
        for name in ("aria-labelledby", "aria-controls"):
            for target in attributes.get(name, "").split():
                assert target in ids, (tag, name, target)
        if tag in ("select", "input"):
            assert attributes.get("aria-label")
        if tag == "a" and re.fullmatch(r"#[a-z]+", attributes["href"]):
            assert attributes["href"][1:] in ids
    assert all("scope" in attributes for attributes in document.all("th"))
    assert all("type" in attributes for attributes in document.all("button"))
    assert document.all("html")[0]["lang"] in ("zh-Hans", "en")


def test_answers_wait_in_the_payload_and_need_script(
    small: tuple[ReportData, Document, Lang],
) -> None:
    data, document, lang = small
    loaded = document.json("payload")
    questions = loaded["questions"]
    assert isinstance(questions, list)
    assert len(questions) == len(data.questions)
    place = {made.model: i for i, made in enumerate(data.scores)}
    for question, sent in zip(data.questions, questions, strict=True):
        assert sent["p"] == question.prompt
        assert [row[0] for row in sent["a"]] == sorted(place[a.model] for a in question.answers)
        texts = {row[0]: row[6] for row in sent["a"]}
        assert texts == {place[a.model]: a.text for a in question.answers}
    assert WORDS["needs_script"].say(lang) in document.text
    assert "noscript" in {tag for tag, _ in document.elements}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_text_in_every_field_stays_text(lang: Lang) -> None:
    page = html.render(nasty_report(), lang)
    page.encode("utf-8")
    document = Document(page)
    assert document.faults == []
    assert len(document.scripts) == 3
    clean = {tag for tag, _ in Document(html.render(report(60, 3), lang)).elements}
    assert {tag for tag, _ in document.elements} <= clean
    for tag, attributes in document.elements:
        assert not any(name.startswith("on") for name in attributes), tag
        assert attributes.get("href", "#").startswith(("#", "data:image/svg+xml,"))
    for sign in ("\u202e", "\x00", "\x1b", "\u2028"):
        assert sign not in page
    assert "⟦U+202E⟧evil␀␛[31m\ufffd" in document.text
    assert "{{ 7*7 }}" in document.text
    (question,) = document.json("payload")["questions"]  # type: ignore[misc]
    assert question["p"].startswith("</script><script>alert(1)</script><!-- <script>")


def test_payload_cannot_close_its_element() -> None:
    assert payload.for_script({"a": "</SCRIPT><!--&"}) == (
        '{"a":"\\u003c/SCRIPT\\u003e\\u003c!--\\u0026"}'
    )


def test_ten_megabytes_from_one_model_are_cut_and_said_to_be() -> None:
    data = report(questions=12, models=2)
    first = data.questions[0]
    long = replace(first.answers[0], text="开头" + "啰" * 10_000_000 + "最后答案是 9")
    data = replace(
        data, questions=(replace(first, answers=(long, first.answers[1])), *data.questions[1:])
    )
    page = html.render(data, "zh")
    assert len(page) < 200_000
    sent = Document(page).json("payload")["questions"][0]  # type: ignore[index]
    text = next(row[6] for row in sent["a"] if "开头" in row[6])
    assert text.endswith("最后答案是 9")
    assert "略去 9,980,009 个字符" in text


def test_an_empty_report_says_so() -> None:
    data = ReportData(
        made_at="", stamp=Stamp(questions="", graders="", parameters=""),
        bank=BankFacts(name="b", hash="", questions=0), scores=(),
    )  # fmt: skip
    document = Document(html.render(data, "zh"))
    assert document.faults == []
    assert "还没有可以下结论的得分" in document.text


def test_a_score_on_few_questions_is_counts_in_grey_without_a_rank() -> None:
    data = report(questions=40, models=2)
    few = Breakdown(label="罕见", questions=6, scores=(score("gpt4", 5, 1), score("gpt3.5", 2, 3)))
    data = replace(data, abilities=(few,), tiers=())
    page = html.render(data, "zh")
    row = page.split("罕见")[1].split("</tr>")[0]
    assert "<b>5/6</b><small>44–97</small>" in row
    assert "<b>2/5</b>" in row
    assert row.count('class="part few"') == 2
    assert "另有 1 种能力，每种不到 10 道题" in page.split("罕见")[0].rsplit("<details>")[-1]


def test_a_model_without_a_score_has_a_dash_and_no_rank() -> None:
    data = report(questions=40, models=2)
    data = replace(data, scores=(*data.scores, score("mute", 0, 0, failed=40)))
    document = Document(html.render(data, "en"))
    assert "nan" not in document.text.lower().replace("finance", "")
    assert "mute" in document.text


def test_a_full_report_is_quick_to_make_and_of_bearable_size(tmp_path: Path) -> None:
    data = report(questions=311, models=14, length=500)
    start = time.perf_counter()
    html.write(data, tmp_path / "report.html", "zh")
    elapsed = time.perf_counter() - start
    size = (tmp_path / "report.html").stat().st_size
    assert elapsed < 10
    assert 2e6 < size < 10e6
    assert list(tmp_path.iterdir()) == [tmp_path / "report.html"]


def test_a_report_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        html.write(report(12, 2), tmp_path / "nowhere" / "r.html")
    assert list(tmp_path.iterdir()) == []
