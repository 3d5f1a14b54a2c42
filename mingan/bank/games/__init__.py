"""Games: questions whose next turn depends on what the model said.

    variants            the same question in several wordings, each in a conversation of its own
    twenty-questions    the model asks yes-or-no questions about a hidden thing
    oracle              its mirror: the model holds the thing and must stay consistent
    correction          the user wrongly insists; a right answer must stand
    hidden-rule         the model probes a hidden rule, then must apply it

Each is a file that meets `protocol.Game` (or, where graders judge the turns, `Conversation`).
"""

from mingan.bank.games.protocol import Conversation, Game, Move, Result

__all__ = ["Conversation", "Game", "Move", "Result"]
