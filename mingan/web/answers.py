"""How the text of an answer is shown as Markdown that can do nothing.

Whatever a model wrote is hostile. It goes through a renderer that lets no HTML pass, and then
through a sanitiser that leaves a handful of harmless elements without any attribute: no link, no
picture, no style. It is cut to a length that a browser bears. The module knows no page.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from mingan.language import Lang
from mingan.reports.payload import shortened

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

LONGEST = 6_000
"""Characters of one answer on a page of many; the whole can be had as a file."""

_DEEPEST = 12
_MARKDOWN = 20_000
_MARKS_A_LINE = 400
_TAGS = frozenset(
    {
        "p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li",
        "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
    }
)  # fmt: skip


def rich(text: str, lang: Lang, longest: int = LONGEST) -> Markup:
    """The text as Markdown, sanitised; as plain paragraphs where it looks made to choke on."""
    import nh3

    cut = shortened(text, lang, min(longest, _MARKDOWN))
    if _is_bomb(cut):
        return Markup("<pre>{}</pre>").format(cut)
    html = _markdown().render(cut)
    for level in (1, 2, 3):
        # The page's own headings end at three; an answer's begin below them.
        html = html.replace(f"<h{level}>", "<h4>").replace(f"</h{level}>", "</h4>")
    return Markup(nh3.clean(html, tags=set(_TAGS), attributes={}, link_rel=None))


def _is_bomb(text: str) -> bool:
    """Text of a kind that makes Markdown slow or deep: no person writes like that."""
    lines = text.split("\n")
    return any(
        line.count("[") + line.count("*") + line.count("_") + line.count("`") > _MARKS_A_LINE
        or line.lstrip().startswith(">" * _DEEPEST)
        or line.lstrip().startswith("> " * _DEEPEST)
        or len(line) - len(line.lstrip()) > 60
        for line in lines
    )


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST})
    return made.enable(["table", "strikethrough"]).disable(["image", "link", "autolink"])
