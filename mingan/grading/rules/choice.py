"""One of the options that the question offers, by its letter, its number or its wording."""

from __future__ import annotations

import re

from mingan.grading.commitment import DECLARED, OPENED, SAID, Commitment, commit
from mingan.grading.final_number import final_number
from mingan.grading.forms import is_unanswerable
from mingan.grading.numerals import numbers, same
from mingan.grading.options import Finder, Option, lettered, numbered, offered
from mingan.grading.protocol import Finding
from mingan.grading.refusals import is_refusal, says_undecidable
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
from mingan.grading.wording import overlap
from mingan.language import Text
from mingan.normal import key, prepare, sentences
from mingan.records import Question

_NEGATIVE = re.compile(
    r"不正确|错误的(?:是|一项)|不(?:包括|属于|符合|显示|是)[^。]{0,20}(?:的是|\?)|除了|哪项?不|哪种[^。]{0,6}不|"
    r"不能[^。]{0,10}的是|\bnot\b|except|incorrect|false",
    re.IGNORECASE,
)
_NONE_OF = re.compile(
    r"(?:没有|无)(?:任何)?(?:一个)?(?:正确|符合|合适|选项)|(?:都|均)(?:不|是?错|没有|无)|答案是?无|"
    r"以上都不|none of",
    re.IGNORECASE,
)


_OTHERS = re.compile(r"其他|其它|其余|另外|others?\b", re.IGNORECASE)


class ChoiceGrader:
    """Right when the text settles on the reference's option alone; several at once are wrong.

    The parameter `option` names the option (its letter or number) where the reference is its
    wording.
    """

    name = "choice"
    version = "4"

    def grade(self, question: Question, text: str) -> Finding:
        """Judge which option the text settles on."""
        options, wanted = _options(question), _wanted(question)
        if not wanted:
            return Finding(verdict="ungraded", reason=NO_REFERENCE)
        body = prepare(text)
        shown = "".join(sorted(wanted))
        stem = _stem(question, options)
        settled = commit(
            body, options, prompt=question.prompt, negative=bool(_NEGATIVE.search(stem))
        )
        if (
            _unknowable(options, wanted)
            and says_undecidable(body)
            and not settled.strength >= OPENED
        ):
            return found("right", body, shown)
        if settled.contradictory and wanted <= settled.candidates:
            return contradicts("".join(sorted(settled.names)), shown)
        if not settled.names:
            settled = _by_figure(body, options, question.prompt) or settled
        if not settled.names:
            settled = _without_particles(body, options, question.prompt) or settled
        if settled.names:
            verdict = "right" if settled.names == wanted else "wrong"
            firm = settled.strength >= DECLARED
            return found(verdict, "".join(sorted(settled.names)), shown, firm=firm)  # type: ignore[arg-type]
        return _nothing(body, options, wanted, settled, question.prompt)

    def faults(self, question: Question) -> list[Text]:
        """A reference that names no option of the question."""
        names = {o.name for o in _options(question)}
        missing = sorted(_wanted(question) - names)
        if not references(question):
            return [NO_REFERENCE]
        if not missing:
            return []
        listed = "、".join(missing)
        return [
            Text(
                f"参考答案 {listed} 不在选项之中，请改成题目里的选项。",
                f"The reference {listed} is none of the options; name one of the question's.",
            )
        ]


def _options(question: Question) -> tuple[Option, ...]:
    wanted = _wanted_names(question)
    digits = bool(wanted) and all(n.isdigit() for n in wanted)
    options = (
        (numbered(question.prompt) or offered(question))
        if digits and not question.choices
        else (offered(question) if question.choices else lettered(question.prompt))
    )
    if options:
        return options
    return tuple(Option(n) for n in ("123456789" if digits else "ABCDE"))


def _wanted_names(question: Question) -> list[str]:
    named = param(question, "option")
    if isinstance(named, str) and named:
        return [named.upper()]
    refs = references(question)
    if not refs:
        return []
    match = re.match(r"^\W*(?:选项|答案)?\W*([A-Ja-j]{1,6}|[1-9])(?![A-Za-z\d])", refs[0])
    spread = re.findall(r"[A-J]", refs[0]) if re.fullmatch(r"[A-J](?:\W+[A-J])+", refs[0]) else []
    return spread or (list(match[1].upper()) if match else [])


def _wanted(question: Question) -> frozenset[str]:
    return frozenset(_wanted_names(question))


def _stem(question: Question, options: tuple[Option, ...]) -> str:
    """The question without its options' wordings."""
    stem = question.prompt
    for option in options:
        if len(option.text) > 1:
            stem = stem.replace(option.text, " ")
    return stem


def _unknowable(options: tuple[Option, ...], wanted: frozenset[str]) -> bool:
    """Whether the wanted option says that it cannot be known."""
    return any(o.name in wanted and is_unanswerable(o.text) for o in options)


def _by_figure(body: str, options: tuple[Option, ...], prompt: str) -> Commitment | None:
    """The option whose figure is the text's final number, where all options are figures."""
    figures = {o.name: numbers(o.text) for o in options}
    if not all(figures.values()) or any(re.search(r"[\u4e00-\u9fff]{3}", o.text) for o in options):
        return None
    given = final_number(body, prompt).number
    if given is None:
        return None
    names = [n for n, fs in figures.items() if same(max(fs, key=lambda f: f.fraction), given)]
    if len(names) != 1:
        return None
    one = frozenset(names)
    return Commitment(one, SAID, False, given.text, one, one)


def _close(body: str, options: tuple[Option, ...], wanted: frozenset[str]) -> bool:
    """Whether some sentence nearly says a wanted option's wording."""
    texts = [o.text for o in options if o.name in wanted and len(key(o.text)) >= 4]
    return any(overlap(t, body) >= 0.7 for t in texts)


def _nothing(
    body: str, options: tuple[Option, ...], wanted: frozenset[str], settled: Commitment, prompt: str
) -> Finding:
    shown = "".join(sorted(wanted))
    if is_refusal(body):
        return refused(shown)
    if not key(body):
        return silent(shown, "wrong")
    if settled.echo:
        return simply(
            "wrong",
            f"只是重复题目或选项，没有作答，参考答案是 {shown}。",
            f"It only repeats the question or its options; the reference is {shown}.",
        )
    parts = sentences(body)
    if any(_NONE_OF.search(s) and not _OTHERS.search(s) for s in (*parts[:1], *parts[-2:])):
        return simply(
            "wrong",
            f"认为没有一个选项对，参考答案是 {shown}。",
            f"It holds that no option is right; the reference is {shown}.",
        )
    if settled.mentioned and not settled.mentioned & wanted and not _close(body, options, wanted):
        return found("wrong", "/".join(sorted(settled.mentioned)), shown)
    return _uncommitted(body, options, wanted, settled, prompt)


_UNCLEAR = re.compile(r"模棱两可|不知道|不确定|无法|不能|unclear|ambiguous|unknown", re.IGNORECASE)
_WHOLE = re.compile(r"以上|上述|全部|所有|都|all of|both", re.IGNORECASE)
_ALL_ALIKE = re.compile(
    r"(?:两|二|三|四|五|所有|全部|每)[^,。;不没无]{0,12}(?:都|均|全)(?!不|没|无|可能|有可能|是?错)"
)


def _uncommitted(
    body: str, options: tuple[Option, ...], wanted: frozenset[str], settled: Commitment, prompt: str
) -> Finding:
    """An answer that chose nothing: it cannot say, it takes all of them, or it only explains."""
    shown = "".join(sorted(wanted))
    texts = [o.text for o in options if o.name in wanted]
    parts = sentences(body)
    asked = key(prompt)
    ends = [s for s in (parts[0], parts[-1]) if key(s) not in asked]
    if any(says_undecidable(s) for s in ends) and not any(_UNCLEAR.search(t) for t in texts):
        return simply(
            "wrong",
            f"认为选不出来，参考答案是 {shown}。",
            f"It holds that none can be chosen; the reference is {shown}.",
        )
    if any(_WHOLE.search(o.text) for o in options) or len(wanted) > 1:
        return silent(shown)
    if any(_ALL_ALIKE.search(s) for s in ends):
        return simply(
            "wrong",
            f"认为几个选项都对，参考答案是 {shown}。",
            f"It holds that several options are right; the reference is {shown}.",
        )
    finder = Finder(options)
    heads = {m.name for s in parts for m in finder.find(s[:80])[:1] if m.start <= 4}
    if len(options) > 2 and heads >= set(finder.names) and not settled.candidates:
        return simply(
            "wrong",
            f"逐个说了选项，没有选定，参考答案是 {shown}。",
            f"It goes through the options without choosing; the reference is {shown}.",
        )
    return silent(shown)


def _without_particles(body: str, options: tuple[Option, ...], prompt: str) -> Commitment | None:
    """What the text settles on when 的 is left out: 怀孕的第二阶段 is 怀孕第二阶段."""
    if "的" not in body + "".join(o.text for o in options):
        return None
    bare = tuple(Option(o.name, o.text.replace("的", "")) for o in options)
    settled = commit(body.replace("的", ""), bare, prompt=prompt.replace("的", ""))
    return settled if settled.names and not settled.contradictory else None
