"""Reading an SVG that a model wrote: its tree, or the reason why it is not read at all.

An SVG may hide programs, fetch what is elsewhere, or be small and unfold without end. Whatever is
not self-contained, too big or too deep is refused with a sentence. What is rendered later is
written anew from the tree that was looked at here, so that no second reading can see other things
in it. This module knows nothing of pictures, checks or verdicts.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from mingan.grading.fences import blocks
from mingan.language import Text
from mingan.normal import without_thinking

LARGEST = 200_000
"""Characters of one SVG that are read."""

MOST_ELEMENTS = 2_000
DEEPEST = 50
"""Elements, and elements within elements, that are read: more is an attack, not a drawing."""

# No attribute of XML may hold a bare <, so a search that stops there is never slow.
_TAG = re.compile(r"<svg(?=[\s/>])(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*>|</svg\s*>", re.IGNORECASE)
_OPENED = re.compile(r"<svg[\s>]", re.IGNORECASE)

_ACTIVE = {
    "script", "image", "feimage", "foreignobject", "iframe", "object", "embed", "audio", "video",
    "handler", "listener",
}  # fmt: skip
_ANIMATED = {"animate", "set", "animatetransform", "animatemotion"}
_CSS_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})[ \t\n]?|\\(.)")
_URL = re.compile(r"url\(\s*[\"']?\s*([^)\"']*)", re.IGNORECASE)
_SVG = "http://www.w3.org/2000/svg"


class Unfit(Exception):
    """The SVG cannot or must not be drawn; `reason` says why, in words for a person."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason = Text(zh, en)


def written_svg(text: str) -> str | None:
    """The last complete `<svg>…</svg>` of an answer; None when there is none.

    Fenced blocks go before prose, where a model may mention the tags in passing.
    """
    said = without_thinking(text)
    for piece in (*(block.text for block in reversed(blocks(said))), said):
        found = _last_complete(piece)
        if found is not None:
            return found
    return None


def begun(text: str) -> bool:
    """Whether an SVG was at least begun."""
    return _OPENED.search(without_thinking(text)) is not None


def _last_complete(piece: str) -> str | None:
    """The last `<svg>` with its own end tag that stands in no other complete one."""
    opened: list[int] = []
    pairs: list[tuple[int, int]] = []
    for tag in _TAG.finditer(piece):
        if tag[0].startswith("</"):
            if opened:
                pairs.append((opened.pop(), tag.end()))
        elif tag[0].endswith("/>"):
            pairs.append((tag.start(), tag.end()))
        else:
            opened.append(tag.start())
    if not pairs:
        return None
    start, end = pairs[-1]  # pairs come by their ends: the last one is in no other
    return piece[start:end]


def read(svg: str) -> Element:
    """The tree of an SVG that is well formed, self-contained and of bearable size.

    Names of SVG's own elements come without their namespace; foreign ones keep it in braces.

    Raises:
        Unfit: it is none of that; the reason names the first thing found.
    """
    if len(svg) > LARGEST:
        raise Unfit(
            f"SVG 太大（{len(svg):,} 个字符，上限 {LARGEST:,}）。",
            f"The SVG is too big ({len(svg):,} characters; {LARGEST:,} are allowed).",
        )
    root = _Reader().read(svg)
    if root.tag != "svg":
        raise Unfit("最外层的元素不是 svg。", "The outermost element is not svg.")
    _self_contained(root)
    return root


class _Reader:
    """Builds the tree and stops at whatever makes a document dangerous."""

    def __init__(self) -> None:
        self._builder = TreeBuilder()
        self._count = self._depth = 0

    def read(self, svg: str) -> Element:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity
        parser.ProcessingInstructionHandler = self._instruction
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._builder.data
        try:
            parser.Parse(svg.encode("utf-8", "replace").decode("utf-8"), True)
        except expat.ExpatError as error:
            detail = expat.errors.messages.get(error.code, str(error.code))
            raise Unfit(
                f"SVG 不是良构的 XML：第 {error.lineno} 行第 {error.offset + 1} 列，{detail}。",
                f"The SVG is no well-formed XML: line {error.lineno}, column {error.offset + 1}: "
                f"{detail}.",
            ) from None
        return self._builder.close()

    def _doctype(self, name: str, system: str | None, public: str | None, inner: bool) -> None:
        if inner:
            self._entity()

    def _entity(self, *_: object) -> None:
        raise Unfit("SVG 里定义了 XML 实体，不予解析。", "The SVG defines XML entities.")

    def _instruction(self, target: str, _data: str) -> None:
        if target.lower() == "xml-stylesheet":
            raise _external("xml-stylesheet")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        self._depth += 1
        if self._count > MOST_ELEMENTS:
            raise Unfit(
                f"SVG 的元素太多（超过 {MOST_ELEMENTS:,} 个）。",
                f"The SVG has too many elements (more than {MOST_ELEMENTS:,}).",
            )
        if self._depth > DEEPEST:
            raise Unfit(
                f"SVG 嵌套太深（超过 {DEEPEST} 层）。",
                f"The SVG is nested too deep (more than {DEEPEST} levels).",
            )
        self._builder.start(_name(name), {_name(k): v for k, v in attributes.items()})

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._builder.end(_name(name))


def _name(name: str) -> str:
    """A name as ElementTree writes it, with SVG's own left plain."""
    space, _, local = name.rpartition("}")
    return f"{{{space}}}{local}" if space and space != _SVG else local


def local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]


def _external(what: str) -> Unfit:
    return Unfit(
        f"SVG 引用了外部内容或含有脚本：{what[:60]}。",
        f"The SVG refers to something outside or holds a script: {what[:60]}.",
    )


def _self_contained(root: Element) -> None:
    for element in root.iter():
        tag = local(element.tag).lower()
        if tag in _ACTIVE:
            raise _external(f"<{local(element.tag)}>")
        if tag == "style":
            _style("".join(element.itertext()))
        for name, value in element.attrib.items():
            _attribute(tag, local(name).lower(), value)


def _attribute(tag: str, name: str, value: str) -> None:
    if name.startswith("on"):
        raise _external(name)
    if name in {"href", "src"} and not _inner(value):
        raise _external(f"{name}={value.strip()}")
    if name == "base":
        raise _external("xml:base")
    if tag in _ANIMATED and name == "attributename" and value.lower().endswith("href"):
        raise _external(f"<{tag}> → href")
    _style(value)


def _inner(reference: str) -> bool:
    """Whether a reference points into the same document (or nowhere)."""
    reference = reference.strip()
    return not reference or reference.startswith("#")


def _style(css: str) -> None:
    """Refuses what CSS, or an attribute that may hold some, would fetch."""
    plain = _CSS_ESCAPE.sub(_unescaped, css)
    for match in _URL.finditer(plain):
        if not _inner(match[1]):
            raise _external(match[0])
    if "@import" in plain.lower():
        raise _external("@import")


def _unescaped(match: re.Match[str]) -> str:
    if match[2]:
        return match[2]
    code = int(match[1], 16)
    return chr(code) if code < 0xD800 else "?"
