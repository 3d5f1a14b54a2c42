"""What graders of whole conversations share: one turn is a conversation, and a name may be wrong.

It knows how such a grader is called, and no rule of any.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from mingan import plugins
from mingan.errors import InputError
from mingan.grading.protocol import Finding
from mingan.language import Text
from mingan.records import Question


class TurnsGrader(ABC):
    """A grader that reads every turn, and finds other parts by name in a registry."""

    def __init__(self, registry: plugins.Registry = plugins.registry) -> None:
        self._registry = registry

    def grade(self, question: Question, text: str) -> Finding:
        """Judge `text` as if it were the only turn."""
        return self.grade_turns(question, (text,))

    @abstractmethod
    def grade_turns(self, question: Question, said: tuple[str, ...]) -> Finding:
        """Judge what the model said, one text a turn, in order."""


def faults_of(faults: Callable[[], list[Text]]) -> list[Text]:
    """The faults that `faults` finds; a name that nobody knows is one too, and never raises."""
    try:
        return faults()
    except InputError as error:
        return [error.message]
