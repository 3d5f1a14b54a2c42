"""A short text: a name, a word, a phrase, with as many other wordings as the author knows."""

from __future__ import annotations

import re

from mingan.grading.echo import without_question
from mingan.grading.nouns import characters, of_asked_kind, settled
from mingan.grading.numerals import numbers, same
from mingan.grading.protocol import Finding
from mingan.grading.quoted import (
    another_quoted,
    far_in_english,
    nearly,
    not_arranged,
    not_as_asked,
    order_kept,
)
from mingan.grading.refusals import is_refusal
from mingan.grading.rules import exact
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
from mingan.grading.spelling import another_string, rearranged
from mingan.grading.synonyms import another_member, deed_pattern, synonyms
from mingan.grading.wording import (
    Saying,
    another_word,
    content,
    declared_other,
    declared_sentences,
    denied_by,
    names_another,
    other_language,
    overlap,
    related,
    sayings,
    short_title,
    swapped,
)
from mingan.language import Text
from mingan.normal import fold, key, prepare, script, sentences
from mingan.records import Question

LONG = 13
"""Keys longer than this are sentences: their paraphrases are beyond a rule."""

_SLASH = re.compile(r"\s*//+\s*|\s+或者?\s+|(?<=[\u4e00-\u9fff])\s*/\s*(?=[\u4e00-\u9fff])")
_STATED = re.compile(
    r"^(?:.*[,。;])?\s*(?:正确|标准)?答案(?:应该)?(?:是|为|:)\s*(?!错|对)(\S{1,20})$"
)
_GLOSS = re.compile(r"^(.+?)\s*\(([^()]+)\)$")


def alternatives(question: Question) -> tuple[str, ...]:
    """The reference's wordings: its aliases, what slashes separate, a gloss in brackets."""
    wordings: list[str] = []
    main = param(question, "main")
    if isinstance(main, str) and main.strip():
        return (fold(main).strip(),)
    for reference in references(question):
        for piece in [p for r in _one_of_two(reference) for p in _SLASH.split(r)]:
            gloss = _GLOSS.match(piece)
            stated = _STATED.match(piece)
            piece = stated[1] if stated else piece
            wordings += [gloss[1], gloss[2]] if gloss else [piece]
    cleaned = (w.strip(" \t\n。.!\"'“”《》") for w in wordings)
    return tuple(dict.fromkeys(w for w in cleaned if w))


_TWO_WORDS = re.compile(r"(?<![/\w])((?:[A-Za-z']+ )?[A-Za-z']+)/([A-Za-z']+)(?![/\w])")


def _one_of_two(reference: str) -> tuple[str, ...]:
    """Both readings of an English sentence with a choice in it: She did not/didn't go.

    The choice may be for the word before the slash or for the two before it.
    """
    match = _TWO_WORDS.search(reference) if "/" in reference and " " in reference else None
    if match is None or not reference.isascii():
        return (reference,)
    before, after = reference[: match.start()], reference[match.end() :]
    first = match[1].rpartition(" ")[0]
    readings = (match[1], match[2], f"{first} {match[2]}".strip())
    return tuple(dict.fromkeys(before + r + after for r in readings))


class TextGrader:
    """Right when the text says the reference, wrong when it plainly says something else.

    The parameter `main` is the part of the reference that counts, where the rest only explains.
    With `exact` every character counts, and with `case` it matters whether a letter is a capital.
    """

    name = "text"
    version = "4"

    def grade(self, question: Question, text: str) -> Finding:
        """Judge whether the text says one of the reference's wordings."""
        if exact.is_exact(question):
            return exact.judged(question, text)
        wordings = alternatives(question)
        if not wordings:
            return Finding(verdict="ungraded", reason=NO_REFERENCE)
        body, shown = prepare(text), wordings[0]
        every = (*wordings, *(s for w in wordings for s in synonyms(w)))
        if key(body) in {key(w) for w in every}:
            return found("right", body, shown, firm=True)
        said = sayings(without_question(body, question.prompt), every)
        if said:
            return _said(body, said, shown, question.prompt)
        if is_refusal(body):
            return refused(shown)
        return _unsaid(body, wordings, question.prompt)

    def faults(self, question: Question) -> list[Text]:
        """No reference at all, or a switch that is neither on nor off."""
        written = references(question) if exact.is_exact(question) else alternatives(question)
        return exact.slips(question) if written else [NO_REFERENCE]


def _said(body: str, said: list[Saying], shown: str, prompt: str) -> Finding:
    plain = [s for s in said if not s.negated]
    if not plain:
        note = Text("提到它只是为了否定", "it is mentioned only to be denied")
        return found("wrong", said[-1].sentence, shown, note=note)
    if any(s.negated for s in said) and said[-1].negated:
        return contradicts(said[-1].sentence, shown)
    in_prompt = key(shown) in key(prompt)
    firm = any(s.declared for s in plain)
    parts = sentences(body)
    short = len(key(shown)) <= 2
    leading = plain[0].place == 0 or (plain[-1].place == len(parts) - 1 and not short)
    other = "" if firm else declared_other(shown, body, prompt)
    if other:
        return found("wrong", other, shown)
    if not firm and not leading and (declared_sentences(body) or in_prompt or short):
        other = another_member(shown, body)
        return found("wrong", other, shown) if other else silent(shown)
    if all(s.hedged and not _twice(s.sentence, shown) for s in plain) and not firm:
        return silent(shown)
    return found("right", plain[-1].sentence, shown, firm=firm)


def _twice(sentence: str, shown: str) -> bool:
    """Whether a sentence offers several words for the same: 开心、高兴或满意 for joy."""
    said = [s for s in synonyms(shown) if len(s) > 1 and s in sentence]
    return len(said) >= 2


def _unsaid(body: str, wordings: tuple[str, ...], prompt: str) -> Finding:
    shown = wordings[0]
    if not key(body):
        return silent(shown, "wrong")
    by_form = _by_form(body, wordings, prompt)
    if by_form is not None:
        return by_form
    if all(len(key(w)) > LONG for w in wordings):
        return _long(body, wordings, shown)
    return _by_wording(body, wordings, prompt)


def _by_form(body: str, wordings: tuple[str, ...], prompt: str) -> Finding | None:
    """What the reference's form tells: a quoted sentence, an order, a deed, a kind, numbers."""
    shown = wordings[0]
    string = another_string(wordings, body, prompt)
    if string:
        return found("wrong", string, shown)
    near = nearly(shown, body)
    if near:
        return found("right", near, shown)
    elsewhere = (
        another_quoted(shown, body, prompt)
        or not_as_asked(shown, body, prompt)
        or not_arranged(shown, body, prompt)
        or another_member(shown, body)
    )
    in_order = order_kept(shown, body, prompt)
    if in_order is not None:
        return found("right" if in_order else "wrong", body, shown)
    deed = deed_pattern(key(shown))
    done = deed.search("。".join(sentences(body)[:3])) if deed else None
    if done:
        return found("right", done[0], shown)
    kinds = of_asked_kind(body, fold(prompt))
    if kinds and not any(_shares(k, w) for k in kinds for w in wordings):
        return found("wrong", kinds[-1], shown)
    count = _another_count(shown, body)
    if count:
        return found("wrong", count, shown)
    if _no_number_of(shown, body, prompt):
        return simply(
            "wrong",
            f"回答里没有参考答案“{shown}”里的任何一个数。",
            f'The answer has none of the numbers in the reference "{shown}".',
        )
    if elsewhere and len(wordings) == 1:
        return found("wrong", elsewhere, shown)
    if len(wordings) == 1 and far_in_english(shown, body, prompt):
        return found("wrong", body, shown)
    word = another_word(wordings, body, prompt)
    if word:
        return found("wrong", word, shown)
    refuted = denied_by(shown, body)
    return found("wrong", refuted, shown) if refuted else None


def _by_wording(body: str, wordings: tuple[str, ...], prompt: str) -> Finding:
    """What a comparison of the words tells: another name, another noun, or nothing alike."""
    shown = wordings[0]
    exchanged = swapped(shown, body, prompt)
    if exchanged:
        return found("wrong", exchanged, shown)
    other = "" if _is_statement(shown) else names_another(wordings, body, prompt)
    if other:
        return found("wrong", other, shown)
    title = short_title(shown, body, prompt)
    if title:
        return found("right", title, shown)
    declared = declared_other(shown, body, prompt) if len(wordings) == 1 else ""
    if declared:
        return found("wrong", declared, shown)
    wordings = _spoken(body, wordings)
    only = _other_only_thing(body, wordings, prompt)
    if only:
        return found("wrong", only, shown)
    if any(other_language(w, body, prompt) for w in wordings):
        return silent(shown)
    best = max(overlap(w, body) for w in wordings)
    if best >= 1.0 and len(content(shown)) >= 2:
        return _scattered(body, shown)
    if best > 0 or related(shown, body) or _is_statement(shown) or script(body) != script(shown):
        return silent(shown)
    return simply(
        "wrong",
        f"回答里没有参考答案“{shown}”，也没有相近的说法。",
        f'The answer has neither the reference "{shown}" nor anything like it.',
    )


def _shares(name: str, wording: str) -> bool:
    """Whether a name may be the wording's, with more or fewer words around it."""
    return name in key(wording) or key(wording) in name or key(wording)[:2] in name


_COUNTED = re.compile(r"^[个只条位名人次本岁]")


def _another_count(reference: str, body: str) -> str:
    """Another count of what the reference counts (三个人 for …共四个人), in the first sentence."""
    if len(key(reference)) > 40:
        return ""
    own = [n for n in numbers(reference) if _COUNTED.match(n.tail) and not n.ordinal]
    if len(own) != 1:
        return ""
    unit = own[0].tail[:2]
    lead = sentences(body)[0]
    given = [n for n in numbers(lead) if n.tail[:2] == unit and not n.ordinal]
    if not given or any(n.value == own[0].value for n in given):
        return ""
    return given[-1].text + unit


def _no_number_of(reference: str, body: str, prompt: str) -> bool:
    """Whether the reference gives several numbers of its own and the text not one of them."""
    if sum(c.isdigit() for c in reference) < 4:
        return False
    asked = {abs(n.shown) for n in numbers(fold(prompt))}
    own = [n for n in numbers(reference) if n.digits >= 2 and abs(n.shown) not in asked]
    if len(own) < 2 or any("A" <= c.upper() <= "Z" for n in own for c in n.text):
        return False
    return not any(same(o, n) or o.shown == -n.shown for o in own for n in numbers(body))


def _spoken(body: str, wordings: tuple[str, ...]) -> tuple[str, ...]:
    """The wordings in the language of the text, where its words for them are known."""
    language = script(body)
    if any(script(w) == language for w in wordings):
        return wordings
    same = tuple(s for w in wordings for s in synonyms(w) if script(s) == language)
    return same or wordings


def _other_only_thing(body: str, wordings: tuple[str, ...], prompt: str) -> str:
    """Another character or noun that the text settles on; `""` if none is plain.

    A noun that shares a sign with the reference may be a narrower or a wider word for it.
    """
    shown = wordings[0]
    if len(key(shown)) == 1 and script(shown) == "zh":
        named = [c for c in characters(body) if c not in prompt]
        if named and not any(key(w) in named for w in wordings):
            return named[-1]
    if script(shown) != "zh" or len(key(shown)) > 6 or _is_statement(shown):
        return ""
    if re.search(r"[,、;/]", shown) or _NO_THING.search(prompt):
        return ""
    asked = key(prompt)
    nouns = [n for n in settled(body) if n not in asked]
    if not nouns or related(shown, body):
        return ""
    own = set("".join(key(w) for w in wordings)) - set(_GENERIC)
    return "" if any(own & set(n) for n in nouns) else nouns[-1]


_NO_THING = re.compile(
    r"发生什么|为什么|为何|怎么|怎样|如何|什么意思|意思是什么|表达|区别|解读|归纳"
)
_GENERIC = "的个种一形色词字人"


def _is_statement(reference: str) -> bool:
    """Whether the reference states something, so that another wording may state the same."""
    return (
        len(key(reference)) >= 6
        and re.search(r"[是不会能没有被把可以因为的]", reference) is not None
    )


def _scattered(body: str, shown: str) -> Finding:
    """All of the reference's characters stand in one sentence, with other words between."""
    wanted = content(shown)
    order = [c for c in key(shown) if c in wanted]
    parts = sentences(body)
    lead = [*parts[:1], *declared_sentences(body)]
    best = next((s for s in lead if _in_order(order, key(s)) and len(key(s)) < 6 * len(wanted)), "")
    denies = re.compile(r"不|没|无|非|未|或|否|\bnot\b")
    if len(key(shown)) <= LONG and rearranged(shown, best):
        return silent(shown)
    if len(wanted) < 4 or not best or bool(denies.search(best)) != bool(denies.search(shown)):
        return silent(shown)
    return found("right", best, shown)


def _in_order(characters: list[str], text: str) -> bool:
    at = 0
    for c in characters:
        at = text.find(c, at) + 1
        if not at:
            return False
    return True


def _long(body: str, wordings: tuple[str, ...], shown: str) -> Finding:
    return silent(shown)
