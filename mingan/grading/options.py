"""The options that a question offers, and where a text mentions them.

Options come lettered ((A) … (B) …), numbered (1. … 2. …, 选项1) or as bare labels (“蕴涵”或
“非蕴涵”). A mention is a letter set apart from words, a number called an option, or the option's
own wording. What a mention is worth is not decided here but in `commitment`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from mingan.normal import SHORT, fold, key
from mingan.records import Question

LETTERS = "ABCDEFGHIJ"

_LETTERED = re.compile(
    r"(?=[(\[A-J])(?:"
    r"[(\[]\s*([A-Ja-j])\s*[)\]]|(?<![A-Za-z0-9])([A-J])\s*(?:[.、:)]|,\s)(?![A-Za-z]\.))"
)
_NUMBERED = re.compile(
    r"(?=[选情场句o(1-9])(?:(?:选项|情景|情况|场景|句子|option)\s*([1-9一二三四五六七八九])\s*[:.、,)]?"
    r"|(?<![\d.(,=+\-*/×])\(?([1-9])\)?\s*[.、:)](?!\d)|(?<=[\s,;、])([1-9])\s+(?=[\u4e00-\u9fff]))",
    re.IGNORECASE,
)
_ZH_DIGITS = {c: str(i) for i, c in enumerate("零一二三四五六七八九")}
_OPTION_END = re.compile(r"[\n\"”]|。(?!\d)")
_CLAUSE = re.compile(r"[,;:。!?()\n]")


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its `name` (A, 2 or the label itself) and its wording, `""` if unknown."""

    name: str
    text: str = ""


class Mention(msgspec.Struct, frozen=True):
    """Where a sentence mentions an option.

    `kind` is `text` (its wording), `marked` (（B）, 选项2) or `bare` (a letter alone, which
    may be a variable or an article and is believed only after a cue). `negated`: 不是 B, 排除 B;
    `supposed`: 假设 B.
    """

    name: str
    start: int
    end: int
    kind: str
    negated: bool = False
    supposed: bool = False


def offered(question: Question) -> tuple[Option, ...]:
    """The lettered or numbered options of a question; empty when it offers none."""
    if question.choices:
        return tuple(Option(LETTERS[i], fold(c)) for i, c in enumerate(question.choices[:10]))
    return lettered(question.prompt) or numbered(question.prompt)


def lettered(prompt: str) -> tuple[Option, ...]:
    """The options marked A, B, C … in a prompt, if there are at least two in a row."""
    return _lettered(fold(prompt))


def numbered(prompt: str) -> tuple[Option, ...]:
    """The options marked 1, 2, 3 … in a prompt, if there are at least two in a row."""
    return _numbered(fold(prompt))


@lru_cache(maxsize=256)
def _lettered(text: str) -> tuple[Option, ...]:
    return _run(text, _LETTERED, LETTERS)


@lru_cache(maxsize=256)
def _numbered(text: str) -> tuple[Option, ...]:
    return _run(text, _NUMBERED, "123456789")


def _run(text: str, pattern: re.Pattern[str], names: str) -> tuple[Option, ...]:
    marks = [(m, _name(m)) for m in pattern.finditer(text)]
    best: list[tuple[re.Match[str], str]] = []
    for i, (_, name) in enumerate(marks):
        if name != names[0]:
            continue
        run = [marks[i]]
        for mark in marks[i + 1 :]:
            if len(run) < len(names) and mark[1] == names[len(run)]:
                run.append(mark)
        if len(run) >= len(best):
            best = run
    if len(best) < 2:
        return ()
    ends = [m.start() for m, _ in best[1:]] + [_last_end(text, best[-1][0].end())]
    return tuple(
        Option(name, text[m.end() : end].strip(" \n,;、。.:"))
        for (m, name), end in zip(best, ends, strict=True)
    )


def _name(match: re.Match[str]) -> str:
    found = next(g for g in match.groups() if g)
    return _ZH_DIGITS.get(found, found.upper())


def _last_end(text: str, start: int) -> int:
    while start < len(text) and text[start].isspace():
        start += 1
    stop = _OPTION_END.search(text, start)
    return stop.start() if stop else len(text)


class Finder:
    """Finds the mentions of a fixed set of options; made once per question."""

    def __init__(self, options: Sequence[Option]) -> None:
        self.options = tuple(options)
        self.names = tuple(o.name for o in options)
        letters = all(len(n) == 1 and n in LETTERS for n in self.names)
        digits = all(len(n) == 1 and n in "123456789" for n in self.names)
        self.kind = "letters" if letters else "digits" if digits else "labels"
        self._wordings, self._figures = _wordings(self.options, self.kind)
        self._marked, self._bare = _patterns(self.names, self.kind)

    def find(self, sentence: str) -> list[Mention]:
        """Every mention in a folded sentence, in order; the longer of two overlapping ones."""
        found = [
            Mention(_canonical(m), m.start(), m.end(), "marked")
            for m in (self._marked.finditer(sentence) if self._marked else ())
        ]
        found += self._by_wording(sentence)
        for run in self._bare.finditer(sentence) if self._bare else ():
            found += [Mention(c, run.start(1) + i, run.start(1) + i + 1, "bare")
                      for i, c in enumerate(run[1])]  # fmt: skip
        kept: list[Mention] = []
        for m in sorted(found, key=lambda m: (m.start - m.end, m.start)):
            if m.name in self.names and all(m.end <= k.start or m.start >= k.end for k in kept):
                kept.append(m)
        kept.sort(key=lambda m: m.start)
        return [_with_negation(sentence, m) for m in kept]

    def _by_wording(self, sentence: str) -> list[Mention]:
        characters, places = keyed(sentence)
        found = [
            Mention(name, m.start(), m.end(), "text")
            for name, pattern in self._figures
            for m in pattern.finditer(sentence)
        ]
        for name, wording in self._wordings:
            at = characters.find(wording)
            while at >= 0:
                end = at + len(wording)
                if _whole(characters, at, end):
                    found.append(Mention(name, places[at], places[end - 1] + 1, "text"))
                at = characters.find(wording, end)
        return found


def keyed(sentence: str) -> tuple[str, Sequence[int]]:
    """The key of a folded sentence, and for each of its characters the place it came from."""
    return _short_keyed(sentence) if len(sentence) <= SHORT else _keyed(sentence)


def _keyed(sentence: str) -> tuple[str, Sequence[int]]:
    lower = sentence.lower()
    if len(lower) != len(sentence) or "Σ" in sentence:
        # İ becomes two characters, and Σ another one at the end of a word: places would shift.
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in sentence)
    places = tuple(i for i, c in enumerate(lower) if c.isalnum())
    return "".join(filter(str.isalnum, lower)), places


_short_keyed = lru_cache(maxsize=512)(_keyed)


def _whole(characters: str, start: int, end: int) -> bool:
    """Whether a match is not a piece of a longer number."""
    if characters[start].isdigit() and start and characters[start - 1].isdigit():
        return False
    last = characters[end - 1]
    return not (last.isdigit() and end < len(characters) and characters[end].isdigit())


_FIGURE = re.compile(r"^[-+]?[\d\s./%,^*()]+$")
_ARTICLE = re.compile(r"^(?:一[位个种名只家座部条场]|the\s+|an?\s+)", re.IGNORECASE)


@lru_cache(maxsize=256)
def _wordings(
    options: tuple[Option, ...], kind: str
) -> tuple[list[tuple[str, str]], list[tuple[str, re.Pattern[str]]]]:
    """Each option's wordings as keys (whole, without its article, its own first clause).

    Options that are figures (1/7, 80%) come as patterns instead: a key would take 1/5 for 15.
    """
    figures = [(o.name, _figure(o.text)) for o in options if _FIGURE.match(o.text)]
    worded = [o for o in options if not _FIGURE.match(o.text)]
    whole = {o.name: key(o.text if kind != "labels" else (o.text or o.name)) for o in worded}
    shortest = 1 if kind == "labels" else 2
    found = [(n, w) for n, w in whole.items() if len(w) >= shortest]
    for o in worded:
        clauses = (key(c) for c in _CLAUSE.split(o.text))
        variants = {key(_ARTICLE.sub("", o.text)), next(filter(None, clauses), "")}
        rest = whole[o.name][_shared_start(whole, o.name) :]
        variants |= {rest} if len(rest) >= 4 else set()
        found += [
            (o.name, v)
            for v in variants - {whole[o.name]}
            if len(v) >= 2 and not any(v in w for n, w in whole.items() if n != o.name)
        ]
    texts = [w for _, w in found]
    return [(n, w) for n, w in found if texts.count(w) == 1], figures


def _shared_start(whole: dict[str, str], name: str) -> int:
    """How many leading characters an option shares with another: 这是他的办公室, 这是她的."""
    one = whole[name]
    alike = [w for n, w in whole.items() if n != name and len(w) >= 3 and w[:3] == one[:3]]
    return max((_common(one, w) for w in alike), default=0)


def _common(one: str, other: str) -> int:
    size = 0
    while size < min(len(one), len(other)) and one[size] == other[size]:
        size += 1
    return size


def _figure(text: str) -> re.Pattern[str]:
    parts = [re.escape(c) for c in text if not c.isspace()]
    return re.compile(rf"(?<![\d./])(?<!\d\s)(?<!第){r'[ ]*'.join(parts)}(?!\s*[\d/%])(?!\.\d)")


@lru_cache(maxsize=256)
def _patterns(
    names: tuple[str, ...], kind: str
) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    if kind == "letters":
        group = f"[{''.join(names)}{''.join(names).lower()}]"
        upper = f"[{''.join(names)}]"
        marked = re.compile(
            rf"(?:选项|答案|options?|choices?)\s*[(\[“\"'*]*({group})(?![A-Za-z0-9])"
            rf"|[(\[【<*]+\s*({group})\s*[)\]】>*]+|(?<![A-Za-z0-9])({upper})\s*(?:选项|项|答案)"
            rf"|(?:^|\n)[^\w\n]{{0,4}}({upper})(?:\s*[.、:),]|\s+(?=[\u4e00-\u9fff“]))"
        )
        return marked, re.compile(rf"(?<![A-Za-z0-9^_'\\])({upper}{{1,6}})(?![A-Za-z0-9'^_])")
    if kind == "digits":
        group = f"[{''.join(names)}]"
        chinese = "".join(c for c, d in _ZH_DIGITS.items() if d in names)
        marked = re.compile(
            rf"(?:选项|答案|情景|情况|场景|句子|陈述|语句|options?|第)\s*[(\[“\"]*({group}|[{chinese}])"
            rf"(?![\d十百])|[(\[【]\s*({group})\s*[)\]】]|(?:^|\n)[^\w\n]{{0,4}}({group})\s*[.、:)](?!\d)"
        )
        return marked, re.compile(rf"(?<![\d.])({group})(?![\d.%])")
    return None, None


def _canonical(match: re.Match[str]) -> str:
    found = next(g for g in match.groups() if g)
    return _ZH_DIGITS.get(found, found.upper())


_NEGATED = re.compile(
    r"(?:不是|并非|而非|不属于|不选择?|不能选|排除了?|不存在|不包含|不具有|没有|并不|不应|不会是|不算|无|"
    r"\bnot|isn't|rather than|instead of|except)\s*(?:[^\s,。;:]{0,3}?)?[\s“\"'(\[《]*$",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"(?:假设|假如|如果|假定|倘若|若|suppose|assum\w+|if)"
    r"\s*(?:选项|[^,。;:!?\s]{0,8}是|it is|it was)?[\s(\[“\"]*$",
    re.IGNORECASE,
)
_QUESTIONED = re.compile(r"(?:是否|是不是|有没有|不仅|不只|不但|无论|没有问题|“)$")


def _with_negation(sentence: str, mention: Mention) -> Mention:
    before = sentence[max(0, mention.start - 12) : mention.start]
    if _SUPPOSED.search(before):
        return msgspec.structs.replace(mention, supposed=True)
    if _QUESTIONED.search(before) or not _NEGATED.search(before):
        return mention
    return msgspec.structs.replace(mention, negated=True)
