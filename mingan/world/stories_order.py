"""The grader of an order: events by letters, in the order in which they happened.

Right is the whole order. The score is the share of pairs that stand the right way round, which is
(1 + Kendall's tau) / 2; a letter that is missing has no pair right. It knows no story.
"""

from __future__ import annotations

import re
from itertools import combinations

from mingan.grading.protocol import Finding
from mingan.grading.rules.base import NO_REFERENCE
from mingan.language import Text
from mingan.normal import cap, fold, without_thinking
from mingan.records import Question

_LEAST = 3
_JOIN = r"[\s,、.;:()\[\]>→\-=*`|]{0,4}"


class OrderGrader:
    """Right when the last row of letters in the text is the reference."""

    name = "order"
    version = "1"

    def grade(self, question: Question, text: str) -> Finding:
        """Read the last row that has every letter once, else the last row of some."""
        wanted = _letters(question.answer or "")
        if len(wanted) < _LEAST:
            return Finding(verdict="ungraded", reason=NO_REFERENCE)
        body = fold(without_thinking(cap(text))).upper()
        one = rf"[{wanted}]"
        said = [
            _letters(match[0])
            for match in re.finditer(rf"(?<![A-Z]){one}(?:{_JOIN}{one})+(?![A-Z])", body)
        ]
        whole = [row for row in said if sorted(row) == sorted(wanted)]
        given = (whole or [row for row in said if len(set(row)) == len(row)] or [""])[-1]
        if not given:
            return Finding(
                verdict="wrong", score=0.0,
                reason=Text(f"没有找到一串字母，参考答案是 {wanted}。",
                            f"There is no row of letters; the reference is {wanted}."),
            )  # fmt: skip
        pairs = list(combinations(wanted, 2))
        place = {letter: k for k, letter in enumerate(given)}
        right = sum(a in place and b in place and place[a] < place[b] for a, b in pairs)
        tau = 2 * right / len(pairs) - 1
        return Finding(
            verdict="right" if given == wanted else "wrong", extracted=given, firm=bool(whole),
            score=right / len(pairs),
            reason=Text(
                f"排成 {given}，参考答案是 {wanted}：{len(pairs)} 对先后对了 {right} 对"
                f"（肯德尔 τ={tau:.2f}）。",
                f"The order is {given}, the reference {wanted}: {right} of {len(pairs)} pairs are "
                f"right (Kendall's tau {tau:.2f}).",
            ),
        )  # fmt: skip

    def faults(self, question: Question) -> list[Text]:
        """A reference that is no row of letters, each once."""
        wanted = _letters(question.answer or "")
        sound = len(wanted) >= _LEAST and len(set(wanted)) == len(wanted)
        return [] if sound else [NO_REFERENCE]


def _letters(text: str) -> str:
    return re.sub(r"[^A-Z]", "", fold(text).upper())
