"""Who may do what: roles, the tokens that give them, and the cookie that remembers.

On one's own machine whoever opens the page is the owner. Beyond it every role has a token; whoever
brings one gets a cookie that is signed with the workspace's web secret, so that nobody can write
one for a higher role. A cookie holds only a role that a token gave: that somebody is the owner
because a server asks for no tokens is never written down, or it would still count when the same
workspace is opened to others. The secret lies in a file of its own beside the workspace, readable
by its owner only; it is never in the store. The module knows no page.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Literal

import msgspec

Role = Literal["owner", "grader", "reader"]

ROLES: tuple[Role, ...] = ("owner", "reader", "grader")

_MAY: dict[Role, frozenset[Role]] = {
    "owner": frozenset({"owner", "reader", "grader"}),
    "reader": frozenset({"reader"}),
    "grader": frozenset({"grader"}),
}
"""What a role may do: a reader sees results, a grader sees the queue and nothing else."""

LONGEST_NAME = 40

_FORMAT = "person-2"
"""Is signed along: cookies of a format that is no more are void."""


class Person(msgspec.Struct, frozen=True):
    """Whoever sits at one browser. `browser` tells browsers apart; `name` signs verdicts.

    `given` is the role that a token gave, which the cookie keeps; `role` is what holds for this
    request, and is worked out anew for every one.
    """

    given: Role | None = None
    name: str = ""
    browser: str = ""
    theme: str = ""
    role: Role | None = None

    def may(self, needed: Role) -> bool:
        """Whether this person may do what `needed` may."""
        return self.role is not None and needed in _MAY[self.role]

    def with_(self, **changes: str | None) -> Person:
        """The same person with some things changed."""
        return msgspec.structs.replace(self, **changes)


@dataclass(frozen=True)
class Door:
    """Lets people in. `guarded` is off where only this machine can reach the page."""

    secret: bytes = field(repr=False)
    guarded: bool = False

    @property
    def cookie(self) -> str:
        """The cookie's name; other workspaces on other ports have others."""
        return f"mingan_{self._sign(f'cookie:{_FORMAT}')[:8]}"

    def token(self, role: Role) -> str:
        """The token that gives a role."""
        return self._sign(f"token:{role}")[:40]

    def role_of(self, token: str) -> Role | None:
        """The role that a token gives."""
        for role in ROLES:
            if hmac.compare_digest(self.token(role).encode(), token.encode()):
                return role
        return None

    def recognise(self, cookie: str | None) -> Person:
        """The person who brings this cookie (or none); a forged one is as good as none."""
        person = self._read(cookie or "")
        person = person.with_(role=person.given if self.guarded else "owner")
        return person if person.browser else person.with_(browser=secrets.token_urlsafe(12))

    def knows(self, cookie: str | None) -> bool:
        """Whether a cookie is one of ours."""
        return bool(self._read(cookie or "").browser)

    def remember(self, person: Person) -> str:
        """The cookie's value for a person."""
        kept = msgspec.json.encode(person.with_(role=None))
        body = base64.urlsafe_b64encode(kept).decode()
        return f"{body}.{self._sign(f'{_FORMAT}:{body}')}"

    def csrf(self, person: Person) -> str:
        """What a form of this person's browser must bring along."""
        return self._sign(f"csrf:{person.browser}")[:40]

    def _read(self, cookie: str) -> Person:
        body, _, signature = cookie.partition(".")
        expected = self._sign(f"{_FORMAT}:{body}")
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            return Person()
        try:
            return msgspec.json.decode(base64.urlsafe_b64decode(body), type=Person)
        except (ValueError, msgspec.MsgspecError):
            return Person()

    def _sign(self, what: str) -> str:
        return hmac.new(self.secret, what.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
