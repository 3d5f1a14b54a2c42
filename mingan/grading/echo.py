"""Setting aside what an answer only repeats of its question.

Many answers begin by copying the question or its options. What is copied is no commitment, and an
answer that is nothing but a copy is no answer. This module knows no verdicts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from mingan.grading.options import Finder, Mention, Option
from mingan.normal import key, sentences


def without_echo(text: str, finder: Finder, prompt: str) -> str:
    """The text without repeated question sentences and bare lists of options."""
    body = without_question(text, prompt)
    spans = sorted({s for o in finder.options if key(o.text) for s in _quotes(body, o)})
    groups: list[list[tuple[int, int, str]]] = []
    for span in spans:
        if groups and not key(body[groups[-1][-1][1] : span[0]]):
            groups[-1].append(span)
        else:
            groups.append([span])
    for group in reversed(groups):
        if len({name for _, _, name in group}) >= 2:
            body = body[: group[0][0]] + "\n" + body[group[-1][1] :]
    return body


def without_question(text: str, prompt: str) -> str:
    """The text without sentences that only ask the question again."""
    whole = key(prompt)
    if not whole:
        return text
    kept = text
    for sentence in sentences(text):
        k = key(sentence)
        if len(k) >= 6 and k in whole and ASKS.search(sentence):
            kept = kept.replace(sentence, "", 1)
    return kept


def without_copies(text: str, prompt: str, wanted: Sequence[str]) -> str:
    """The text without sentences copied from the question that hold far more than `wanted`.

    Who is asked to find a name in a letter and copies the letter has found nothing.
    """
    whole = key(prompt)
    size = sum(len(key(w)) for w in wanted)
    kept = text
    for sentence in re.split(r"[。!?\n]", text):
        k = key(sentence)
        if len(k) >= 12 and k in whole and len(k) >= size / 2 and len(k) >= 1.3 * size:
            kept = kept.replace(sentence, " ", 1)
    return kept


ASKS = re.compile(
    r"哪|什么|多少|几|谁|是否|吗|如何|怎|请|下列|以下|which|what|who|how", re.IGNORECASE
)


_LINE = re.compile(r"[^\n]+")


def _quotes(body: str, option: Option) -> list[tuple[int, int, str]]:
    """Where the option stands with its marker and its whole wording, as in the question."""
    if option.name == option.text or not option.name.isalnum() or len(option.name) > 1:
        return []
    wording = key(option.text)
    if wording not in key(body):
        return []
    found = [
        (m.start(), m.end(), option.name) for m in _LINE.finditer(body) if key(m[0]) == wording
    ]
    for m in _marker(option.name).finditer(body):
        end = _consume(body, m.end(), wording)
        if end > 0:
            found.append((m.start(), end, option.name))
    return found


@lru_cache(maxsize=64)
def _marker(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9])[(\[]?\s*(?:选项)?\s*{re.escape(name)}\s*[)\].、:,]*\s*")


def _consume(body: str, start: int, wording: str) -> int:
    at = 0
    for i in range(start, min(len(body), start + 3 * len(wording) + 20)):
        c = body[i]
        if not c.isalnum():
            continue
        if c.casefold() != wording[at]:
            return -1
        at += 1
        if at == len(wording):
            return i + 1
    return -1


def not_quoted(sentence: str, mentions: list[Mention], asked: str) -> list[Mention]:
    """The mentions without those that stand together as they do in the question.

    因果关系、相关关系或中性关系 repeats what was offered, True 与 not False what was to compute.
    """
    quoted = set()
    for a, b in pairwise(mentions):
        stretch = key(sentence[a.start : b.end])
        if a.kind == b.kind == "text" and stretch in asked and len(stretch) <= 40:
            quoted |= {a, b}
    return [m for m in mentions if m not in quoted]
