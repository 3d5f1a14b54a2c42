"""Several things: in their order (list) or in any (set)."""

from __future__ import annotations

import re
from fractions import Fraction

from mingan.grading import trends
from mingan.grading.echo import without_copies, without_question
from mingan.grading.options import keyed
from mingan.grading.protocol import Finding
from mingan.grading.refusals import is_refusal
from mingan.grading.rules.base import (
    NO_REFERENCE,
    contradicts,
    found,
    param,
    references,
    refused,
    silent,
    simply,
)
from mingan.grading.synonyms import synonyms
from mingan.grading.wording import declared_sentences, other_language, overlap, sayings
from mingan.language import Text
from mingan.normal import fold, prepare, script, sentences
from mingan.normal import key as unsigned
from mingan.records import Question

_SEPARATOR = re.compile(r"\s*(?:、|,(?!\d{3}(?!\d))|;|\n|//)\s*")
_TUPLE = re.compile(r"[(\[{]\s*(-?\d+(?:\.\d+)?(?:\s*[,x×*]\s*-?\d+(?:\.\d+)?)+)\s*[)\]}]")
_SHAPE = re.compile(r"(?<![\d.])(\d+(?:\s*[x×*]\s*\d+)+)(?![\d.])")
_MINUS = re.compile(r"(?<!\w)[-−–](?=\d)")
_NUMBERING = re.compile(
    r"第\s*\d+|^\s*[-*•]?\s*\(?\d+\s*[:.、)](?=\s*[^\d\s]|\s+-?\d+\D*$)|"
    r"\b(?:generation|day|step|round|no\.?|#)\s*\d+",
    re.IGNORECASE,
)
_SUM = re.compile(r"\d\s*[+×*/÷=^]\s*\d")
_NAME_COMMA = re.compile(r",\s*(?=(?:Jr|Sr)\b)", re.IGNORECASE)


def items(question: Question) -> list[str]:
    """The reference's items."""
    refs = references(question)
    given = param(question, "items")
    if isinstance(given, list | tuple) and given:
        return [fold(str(i)) for i in given]
    if not refs:
        return []
    text = _NAME_COMMA.sub(" ", refs[0].strip("[]()。. "))
    return [i.strip(" .。") for i in _SEPARATOR.split(text) if i.strip(" .。")]


def _key(text: str) -> str:
    """What is compared of an item; unlike elsewhere, a minus sign is no punctuation."""
    return unsigned(_MINUS.sub("负", text))


class ListGrader:
    """Right when the items stand in the reference's order; wrong when in another.

    The parameter `items` lists them where the reference does not separate them.
    """

    name = "list"
    version = "5"

    def grade(self, question: Question, text: str) -> Finding:
        """Judge the order of the items in the text."""
        wanted = items(question)
        if not wanted:
            return Finding(verdict="ungraded", reason=NO_REFERENCE)
        body, shown = prepare(text), references(question)[0]
        if _key(body) == _key(shown):
            return found("right", body, shown, firm=True)
        if all(re.fullmatch(r"-?\d{1,30}(?:\.\d{1,30})?", i) for i in wanted):
            return _figures(body, [Fraction(i) for i in wanted], shown)
        return _ordered(without_question(body, question.prompt), wanted, shown, question.prompt)

    def faults(self, question: Question) -> list[Text]:
        """A reference with fewer than two items."""
        return _too_few(question)


class SetGrader:
    """Right when the text says every item, in whatever order, and lists nothing else with them."""

    name = "set"
    version = "4"

    def grade(self, question: Question, text: str) -> Finding:
        """Judge whether all items are said."""
        wanted = items(question)
        if not wanted:
            return Finding(verdict="ungraded", reason=NO_REFERENCE)
        body, shown = prepare(text), references(question)[0]
        whole, body = body, without_copies(body, question.prompt, wanted)
        if _key(whole) and not _key(body):
            return simply(
                "wrong",
                f"只是照抄题目，没有作答，参考答案是“{shown}”。",
                f'It only copies the question; the reference is "{shown}".',
            )
        ways = trends.of_reference(shown)
        if ways:
            return _trends(body, ways, shown)
        missing = [i for i in wanted if not _said(i, body)]
        if not missing:
            return _complete(body, wanted, shown)
        if is_refusal(body):
            return refused(shown)
        if any(_beyond(i, body) for i in missing):
            return silent(shown)
        lacking = [i for i in missing if overlap(i, body) == 0]
        plain = len(missing) < len(wanted) or any(2 <= len(_key(i)) <= 4 for i in lacking)
        partly = len(missing) < len(wanted) and _MEANING.search(question.prompt)
        if not partly and (all(_absent(i, body) for i in missing) or (lacking and plain)):
            listed = "、".join(missing)
            return simply(
                "wrong", f"少了“{listed}”。", f'"{listed}" is missing.', extracted=body[:60]
            )
        return silent(shown)

    def faults(self, question: Question) -> list[Text]:
        """A reference with fewer than two items."""
        return _too_few(question)


_MEANING = re.compile(r"什么意思|意思是什么|什么含义|如何理解|怎么理解|what does .{0,40} mean")


def _said(item: str, body: str) -> bool:
    """Whether the text says the item, or a word that means the same, without denying it."""
    return any(not s.negated for s in sayings(body, [item, *synonyms(item)]))


def _trends(body: str, ways: dict[str, str], shown: str) -> Finding:
    """How things change: every way must be the reference's."""
    given = trends.of_text(body, list(ways))
    taken = "、".join(f"{t}: {w}" for t, w in given.items())
    if any(given[t] != ways[t] for t in given):
        return found("wrong", taken, shown)
    return found("right", taken, shown) if given == ways else silent(shown)


def _complete(body: str, wanted: list[str], shown: str) -> Finding:
    """Every item is said: is anything else of their kind listed with them, or any name longer?"""
    for item in wanted:
        longer = _longer_name(item, body)
        if longer:
            return found("wrong", longer, shown)
    extra = _extra(body, wanted)
    if extra:
        listed = "、".join(extra)
        return simply(
            "wrong",
            f"多出了“{listed}”，参考答案是“{shown}”。",
            f'"{listed}" is too much; the reference is "{shown}".',
            extracted=listed,
        )
    return found("right", shown, shown)


_NAMES = re.compile(r"(?:是|为|有|包括|即|:|\bare\b)\s*")
_JOINT = re.compile(r"\s*(?:、|,|;|和|与|及|以及|还有|\band\b|&)\s*")


def _extra(body: str, wanted: list[str]) -> list[str]:
    """What the text's last list with every item lists beside them, if it is like the items."""
    keys = [_key(i) for i in wanted]
    for sentence in reversed(sentences(body)):
        if not all(k in _key(sentence) for k in keys):
            continue
        for cue in reversed(list(_NAMES.finditer(sentence))):
            if all(k in _key(sentence[cue.end() :]) for k in keys):
                sentence = sentence[cue.end() :]
                break
        pieces = [p.strip(" .。:*“”\"'()[]") for p in _JOINT.split(sentence)]
        at = [i for i, p in enumerate(pieces) if any(k in _key(p) for k in keys)]
        if len(at) < 2:
            return []
        alike = [p for p in pieces[at[0] : at[-1] + 2] if _alike(p, wanted)]
        return [p for p in alike if not any(k in _key(p) for k in keys)]
    return []


_TAIL_WORDS = re.compile(r"(?:等|这|共|都|一共|两|三|四|五|六|\d+)[^、]{0,8}$")


def _alike(piece: str, wanted: list[str]) -> bool:
    """Whether a listed piece has the form of the items: a number among numbers, a short name."""
    if all(re.fullmatch(r"-?[\d.]+\D{0,3}", w) for w in wanted):
        return re.fullmatch(r"-?[\d.]+\D{0,4}", piece) is not None
    lengths = [len(w) for w in wanted]
    if max(lengths) > 8 or any(w.isascii() for w in wanted):
        return all(w.isascii() and w.isupper() for w in wanted) and bool(
            re.fullmatch(r"[A-Z]{2,6}", piece)
        )
    name = _TAIL_WORDS.sub("", piece)
    return bool(re.fullmatch(r"[\u4e00-\u9fff]{1,8}", name)) and (
        min(lengths) - 1 <= len(name) <= max(lengths) + 1
    )


def _longer_name(item: str, body: str) -> str:
    """A longer name that the text has wherever it should have the item: Maya Best for Maya."""
    if not re.fullmatch(r"[A-Z][a-z]+", item):
        return ""
    places = list(re.finditer(rf"(?<![A-Za-z]){re.escape(item)}(?![A-Za-z])", body))
    longer = [re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+)+").search(
        body, max(0, m.start())) for m in places]  # fmt: skip
    names = [n[0] for m, n in zip(places, longer, strict=True) if n and n.start() == m.start()]
    return names[-1] if places and len(names) == len(places) else ""


def _beyond(item: str, body: str) -> bool:
    """Whether the item may be said in the other language; a code in capitals may not."""
    if item.isascii():
        return not item.isupper() and not re.search(r"\d", item) and script(body) == "zh"
    return len(_key(item)) > 1 and other_language(item, body)


def _absent(item: str, body: str) -> bool:
    return overlap(item, body) < (1.0 if item.isascii() and len(item) < 5 else 0.5)


def _too_few(question: Question) -> list[Text]:
    if len(items(question)) >= 2:
        return []
    return [
        Text(
            "参考答案不足两项，请用顿号或逗号分开各项。",
            "The reference has fewer than two items; separate them with commas.",
        )
    ]


def _figures(body: str, wanted: list[Fraction], shown: str) -> Finding:
    """Figures in their order: the last bracketed or shape-like list, or the last line with all."""
    lists = sorted([(m.start(), _parse(m[1])) for p in (_TUPLE, _SHAPE) for m in p.finditer(body)])
    same_length = [(at, values) for at, values in lists if len(values) == len(wanted)]
    runs = [r for r in _runs(body) if sorted(r) == sorted(wanted) and len(r) > 2]
    if runs and not same_length:
        verdict = "right" if runs[-1] == wanted else "wrong"
        taken = ", ".join(str(v) for v in runs[-1])
        return found(verdict, taken, shown)  # type: ignore[arg-type]
    if not lists:
        return _spoken_figures(body, wanted, shown, scattered=bool(runs))
    last = lists[-1][1]
    taken = "(" + ", ".join(str(v) for v in last) + ")"
    if last == wanted:
        return found("right", taken, shown)
    if any(values == wanted for _, values in lists):
        return contradicts(taken, shown)
    return found("wrong", taken, shown)


def _spoken_figures(body: str, wanted: list[Fraction], shown: str, *, scattered: bool) -> Finding:
    """Figures with words between them, as in: 第 1 天 27 个，第 2 天 29 个."""
    said = [values for values in _spoken(body) if len(values) == len(wanted)]
    if said:
        taken = ", ".join(str(value) for value in said[-1])
        if said[-1] == wanted:
            return found("right", taken, shown)
        return contradicts(taken, shown) if wanted in said else found("wrong", taken, shown)
    if is_refusal(body):
        return refused(shown)
    in_order = _in_order(wanted, _parse(body))
    sure = not in_order and (len(wanted) < 4 or not scattered)
    return silent(shown, "wrong" if sure else "unsure")


def _spoken(body: str) -> list[list[Fraction]]:
    """The figures of each line, and of neighbouring lines that have one each, in their order.

    What numbers a line or an item (第 3 天, "2.", "4：") is none of them; a line that calculates
    has none.
    """
    lines, column = [], list[Fraction]()
    for line in body.split("\n"):
        values = [] if _SUM.search(line) else _parse(_NUMBERING.sub(" ", line))
        if len(values) == 1:
            column.append(values[0])
            continue
        if column:
            lines.append(column)
            column = []
        if values:
            lines.append(values)
    return [*lines, column] if column else lines


def _in_order(wanted: list[Fraction], said: list[Fraction]) -> bool:
    """Whether all that is wanted is said, in its order, with whatever between."""
    rest = iter(said)
    return all(value in rest for value in wanted)


def _parse(text: str) -> list[Fraction]:
    return [Fraction(f) for f in re.findall(r"-?\d+(?:\.\d+)?", text) if len(f) <= 40]


def _runs(body: str) -> list[list[Fraction]]:
    """Figures separated by nothing but commas, arrows, comparison signs or line breaks."""
    pattern = re.compile(r"\d+(?:\.\d+)?(?:\s*(?:,|、|->|→|<|>|;|\n|\s)\s*\d+(?:\.\d+)?)+")
    return [_parse(m[0].replace("->", " ")) for m in pattern.finditer(body)]


def _ordered(body: str, wanted: list[str], shown: str, prompt: str) -> Finding:
    keys = [_key(i) for i in wanted]
    whole = [s for s in sentences(body) if all(k in keyed(s)[0] for k in keys)]
    declared = [s for s in whole if s in declared_sentences(body)]
    best = declared or whole or ([body] if all(k in keyed(body)[0] for k in keys) else [])
    if not best:
        if is_refusal(body):
            return refused(shown)
        missing = [i for i in wanted if _key(i) not in keyed(body)[0]]
        if missing and all(overlap(i, body) == 0 for i in missing):
            return found("wrong", body[:40], shown)
        return silent(shown)
    inside = list(range(len(keys)))
    orders = [_order(keyed(s)[0], keys) for s in best]
    if orders[-1] == inside and (whole or orders == [inside]):
        return found("right", best[-1], shown)
    if inside in orders or not _SORTS.search(prompt):
        return silent(shown)
    return found("wrong", best[-1], shown)


_SORTS = re.compile(
    r"排序|排列|顺序|次序|依次|从[大小高低早长短左]到|\bsort|\border", re.IGNORECASE
)


def _order(characters: str, keys: list[str]) -> list[int]:
    """The items' indices in the order in which they first stand."""
    return sorted(range(len(keys)), key=lambda i: characters.find(keys[i]))
