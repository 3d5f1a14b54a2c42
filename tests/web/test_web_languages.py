"""Both languages, whole: no word without its English, none hard-coded in a template."""

from __future__ import annotations

import ast
import re
import runpy
from pathlib import Path

import pytest

import mingan.web
from mingan.web.languages import catalogue, preferred

WEB = Path(mingan.web.__file__).parent
CATALOG = runpy.run_path(str(Path(__file__).parents[2] / "scripts" / "catalog"))
TEMPLATES = sorted(WEB.glob("**/*.j2"))

_CJK = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]")
_BOTH = 30
"""Latin letters from which on one text says it in both languages by itself."""
_SIGNS = r"[、。，：；（）【】「」《》〔〕]"
"""Punctuation around values, which a page may set by language."""
_PROPER = {"明暗", "Mingan", "CSV", "JSON", "Parquet", "UTC"}
"""Words that are the same in both languages, or whose language is marked."""


def test_every_word_has_its_english_and_none_is_idle() -> None:
    assert CATALOG["faults"]() == []


def test_the_compiled_catalogue_is_up_to_date() -> None:
    compiled = CATALOG["compiled"](CATALOG["translated"]())
    assert (WEB / "locale/en/bench.mo").read_bytes() == compiled


def test_a_missing_word_would_be_noticed(tmp_path: Path) -> None:
    assert catalogue("en").gettext("总览") == "Overview"
    assert catalogue("en").gettext("没有这个词") == "没有这个词"
    assert catalogue("zh").gettext("总览") == "总览"


def hard_coded(template: str) -> list[str]:
    """Words of a template that stand outside `_()`: in text, or in attributes that are read."""
    text = re.sub(r"\{#.*?#\}", "", template, flags=re.S)
    text = re.sub(r"<svg.*?</svg>|<(script|style|kbd).*?</\1>", "", text, flags=re.S)
    found = []
    for value in re.findall(r'(?:aria-label|title|alt|placeholder|data-copied)="([^"]*)"', text):
        found.append(re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", value, flags=re.S))
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", text, flags=re.S)
    found += re.sub(r"<[^>]*>", "\n", text, flags=re.S).split("\n")
    words = [re.sub(r"https?://\S+", "", word).strip() for word in found]
    return [w for w in words if re.search(r"[A-Za-z]{2,}", w) or _CJK.search(w)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_word_is_hard_coded(path: Path) -> None:
    said = [w for w in hard_coded(path.read_text(encoding="utf-8")) if w not in _PROPER]
    assert said == []


def test_hard_coded_words_are_found() -> None:
    for bad in ("<p>Hello</p>", "<p>你好</p>", '<a title="Open">{{ x }}</a>', "<b>对</b>"):
        assert hard_coded(bad)
    for good in (
        '<p>{{ _("你好") }}</p>',
        '<a title="{{ _("开") }}">›</a>',
        "{% if x %}1{% endif %}",
    ):
        assert not hard_coded(good)


@pytest.mark.parametrize("path", sorted(WEB.glob("static/*.js")), ids=lambda path: path.name)
def test_scripts_say_no_words(path: Path) -> None:
    code = re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    assert not _CJK.search(code)


def _says_both(call: ast.Call) -> bool:
    """Whether a call takes a sentence in two languages, as `Text` and our errors do."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    known = name == "Text" or name.endswith("Error")
    return known or _has_english(ast.Tuple(elts=call.args[1:], ctx=ast.Load()))


def _has_english(node: ast.Tuple) -> bool:
    """Whether a tuple such as ("地址", "address") says it in English too."""
    words = [inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant)]
    return any(isinstance(w, str) and re.search(r"[A-Za-z]", w) for w in words)


@pytest.mark.parametrize("path", sorted(WEB.glob("*.py")), ids=lambda path: path.name)
def test_python_says_chinese_only_beside_english(path: Path) -> None:
    """Chinese stands in `Text(zh, en)`, in an error of two sentences, or in a docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    beside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) >= 2 and _says_both(node):
            beside |= {id(inner) for part in node.args for inner in ast.walk(part)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            beside.add(id(node.value))
        if isinstance(node, ast.Assign) and [getattr(t, "id", "") for t in node.targets] == ["zh"]:
            beside |= {id(inner) for inner in ast.walk(node.value)}
        if isinstance(node, ast.Tuple) and _has_english(node):
            beside |= {id(inner) for part in node.elts for inner in ast.walk(part)}
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in beside
    ]
    chinese = [text for text in texts if _CJK.search(re.sub(_SIGNS, "", text))]
    alone = [text for text in chinese if len(re.findall("[A-Za-z]", text)) < _BOTH]
    assert alone == []


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [("", "zh"), ("en", "en"), ("zh-TW,en;q=0.5", "zh"), ("de;q=0.9,en;q=0.1", "en"),
     ("en;q=0.2,zh;q=0.9", "zh"), ("en;q=nonsense", "zh"), (",;,;q=1,", "zh")],
)  # fmt: skip
def test_the_preferred_language(accepted: str, lang: str) -> None:
    assert preferred(accepted, "zh") == lang
