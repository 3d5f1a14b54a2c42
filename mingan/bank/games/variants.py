"""Minimal pairs: one question in several wordings, each asked in a conversation of its own.

    params {"variants": [{"prompt": "…", "answer": "…"}, …], "part": {"answer": "…", …}}

The row's prompt is the first wording and `part` what judges it; what a variant leaves out is as in
`part`. The grader `each` judges them; only who gets all of them right has understood. Options are
shown after every wording if the row has `choices`; otherwise the prompts hold them themselves, and
`choices` in a part only tell its grader. It must not know what is right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mingan.bank.games import reading
from mingan.bank.games.options import with_options
from mingan.bank.games.protocol import Move
from mingan.language import Text
from mingan.records import Question

MOST = 20
"""Wordings of one question, the first one not counted."""


class Variants:
    """Asks one wording after the other, each in a fresh conversation."""

    name = "variants"
    version = "1"

    def next(self, question: Question, said: Sequence[str]) -> Move | None:
        """The next wording with its options; None after the last."""
        variants = _variants(question)
        if len(said) > len(variants):
            return None
        variant = variants[len(said) - 1]
        prompt = str(variant.get("prompt", ""))
        shown = with_options(prompt, _options(question, variant)) if question.choices else prompt
        return Move(text=shown, fresh=True)

    def most(self, question: Question) -> int:
        """As many turns as wordings."""
        return 1 + len(_variants(question))

    def faults(self, question: Question) -> list[Text]:
        """No variants, one without a prompt or an answer, or options that no prompt shows."""
        variants = _variants(question)
        if not variants:
            zh, en = "至少要写一个变体", "needs at least one variant"
            return [reading.bad("variants", zh, en)]
        found = []
        for place, variant in enumerate(variants, start=1):
            name = f"variants[{place}]"
            if not str(variant.get("prompt", "")).strip():
                found.append(reading.bad(name, "没有题目 prompt", "has no prompt"))
            elif not question.choices:
                found += _unshown(name, str(variant["prompt"]), _options(question, variant))
        if not question.choices:
            found += _unshown("part", question.prompt, _options(question, {}))
        prompts = [question.prompt, *(str(variant.get("prompt", "")) for variant in variants)]
        if len(set(prompts)) < len(prompts):
            found.append(reading.bad("variants", "有两个题目一样", "two prompts are the same"))
        return found


def _unshown(name: str, prompt: str, options: Sequence[str]) -> list[Text]:
    missing = [option for option in options if option not in prompt]
    if not missing:
        return []
    return [
        reading.bad(
            name,
            f"选项“{missing[0]}”没有写在题目里；请写进题目，或写成这一行的 choices",
            f"the option {missing[0]!r} is not in the prompt; write it there, or give the row "
            "choices",
        )
    ]


def _options(question: Question, variant: Mapping[str, Any]) -> list[str]:
    part = question.params.get("part")
    below = part.get("choices") if isinstance(part, Mapping) else None
    for value in (variant.get("choices"), below, list(question.choices)):
        if isinstance(value, list) and value:
            return [str(option) for option in value]
    return []


def _variants(question: Question) -> list[Mapping[str, Any]]:
    value = question.params.get("variants")
    items = value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, Mapping)][:MOST]
