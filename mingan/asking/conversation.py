"""What is said to a model next: the turns that a question has written down, or a game's move.

It knows what was said so far and which game a question names; it must not know how anything is
sent, and it never looks into what a game means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from mingan import plugins
from mingan.asking.states import keepable, state_of
from mingan.bank.games import Conversation, Move
from mingan.errors import ServerFault
from mingan.models.protocol import Reply
from mingan.records import Question

SHORT_TURNS = 3
"""Turns of a short question: a game can take as long as all the others together."""


class Conversations:
    """How the questions of one run go on. Games are looked up once, before anything is asked."""

    def __init__(
        self, questions: Iterable[Question], registry: plugins.Registry = plugins.registry
    ) -> None:
        """Finds the game of every kind that occurs.

        Raises:
            InputError: a question is of a kind that nobody installed.
        """
        kinds = dict.fromkeys(question.kind for question in questions if question.kind)
        self._games: dict[str, Conversation] = {
            kind: registry.made("games", kind) for kind in kinds
        }

    def next(self, question: Question, said: Sequence[str]) -> Move | None:
        """What is said after the model's turns `said`; None ends the conversation.

        Raises:
            BrokenGame: the game itself failed.
        """
        if not question.kind:
            place = len(said) - 1
            turns = question.turns
            return Move(text=turns[place]) if place < len(turns) else None
        try:
            game = self._games[question.kind]
            return None if len(said) >= game.most(question) else game.next(question, said)
        except Exception as error:
            raise _broken(question.kind, error) from error

    def after(self, question: Question, replies: Sequence[Reply]) -> Move | None:
        """What is said after `replies`, one a turn; None ends the conversation.

        Nothing can be said to a reply that was held back, or is empty; to a game an empty turn
        is a turn like any other.

        Raises:
            BrokenGame: the game itself failed.
        """
        state = state_of(replies[-1])
        if state == "refused" or (state == "empty" and not question.kind):
            return None
        return self.next(question, [keepable(reply.text) for reply in replies])

    def shown(self, question: Question) -> Mapping[str, Any]:
        """What a question shows beside its words; nothing where its kind is all words."""
        show = getattr(self._games.get(question.kind), "shown", None)
        if show is None:
            return {}
        try:
            return cast(Mapping[str, Any], show(question))
        except Exception as error:
            raise _broken(question.kind, error) from error

    def wordless(self, kind: str) -> bool:
        """Whether questions of a kind cannot be put in words alone."""
        return hasattr(self._games.get(kind), "shown")

    def most(self, question: Question) -> int:
        """The most turns that the model can have; a game that cannot say so counts as one turn."""
        if not question.kind:
            return 1 + len(question.turns)
        try:
            return max(1, self._games[question.kind].most(question))
        except Exception:
            return 1


def short(
    questions: Iterable[Question], turns: int, registry: plugins.Registry = plugins.registry
) -> list[Question]:
    """Those of `questions` in which the model has at most so many turns.

    Raises:
        InputError: a question is of a kind that nobody installed.
    """
    kept = list(questions)
    conversations = Conversations(kept, registry)
    return [question for question in kept if conversations.most(question) <= turns]


class BrokenGame(ServerFault):
    """A game's own code failed; no model can help that, and trying again would not either."""

    retryable = False


def _broken(kind: str, error: Exception) -> BrokenGame:
    what = f"{type(error).__name__}: {error}"[:300]
    return BrokenGame(
        f"对话程序 {kind} 自己出错了（{what}）；这不是模型答错，请检查这道题的 params，"
        "或把这句话报告给它的作者。",
        f"The program of the game {kind} failed ({what}); this is not the model's mistake. Check "
        "the params of this question, or report it to the game's author.",
    )
