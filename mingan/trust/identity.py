"""Who a judge is: its newest version, the models of a panel, and whose answers are its own.

What is known of a judge is known of one version of it: of one model, with its parameters, asked
by one set of templates. The module must not know what the judge said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mingan.grading.judging import asked_as
from mingan.records import Answer, Grade, ModelCard


def newest_version(grades: Iterable[Grade], judge: str, contents: Collection[str]) -> str:
    """How a judge was asked last about these answers; "" where it never was.

    Args:
        grades: oldest first. One that came to nothing counts only if nothing else is there.
    """
    heard = unheard = ""
    for grade in grades:
        if grade.authority == "judge" and grade.by == judge and grade.answer in contents:
            if grade.verdict == "ungraded":
                unheard = asked_as(grade.version)
            else:
                heard = asked_as(grade.version)
    return heard or unheard


def members(judge: str, known: Collection[str]) -> frozenset[str]:
    """The names of those who judge together as A+B; a name may hold a + itself.

    Args:
        known: names of models. The longest that fit are taken.
    """
    if judge in known:
        return frozenset({judge})
    parts, found = judge.split("+"), []
    while parts:
        size = next((n for n in range(len(parts), 1, -1) if "+".join(parts[:n]) in known), 1)
        found.append("+".join(parts[:size]))
        parts = parts[size:]
    return frozenset(found)


class Kin:
    """Tells the answers that a judge's own model gave, under whatever name it stands in a bank."""

    def __init__(self, judge: str, cards: Iterable[ModelCard]) -> None:
        """Takes all cards on record, the judge's among them; of two of one name both count."""
        cards = list(cards)
        self._names = members(judge, {card.name for card in cards})
        own = [card for card in cards if card.name in self._names]
        self._models = {card.model.casefold() for card in own if card.model}
        self._of_model = {
            card.hash for card in cards if card.model and card.model.casefold() in self._models
        }

    def gave(self, answer: Answer) -> bool:
        """Whether it is an answer by the judge's own model, as far as names tell."""
        return (
            answer.model in self._names
            or answer.model_hash in self._of_model
            or answer.served_model.casefold() in self._models
        )
