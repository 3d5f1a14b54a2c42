"""How many votes would exchange two neighbours in a ranking: how firmly it stands on the votes.

Not how likely that is (the intervals say that), but how little it takes: a ranking that three
votes turn round is one to be careful with. Votes are taken out, or turned against the model that
is ahead, one kind at a time (same models, same outcome, same weight and style), always the kind
that moves the gap most by the current fit, which is then made anew; after the exchange each vote
is tried to be put back. So the number found is enough, and the last fit has shown it. That fewer
are not is known only as far as every choice was tried: `at_least` says how far. A vote between
two others is turned the way that narrows the gap at the present fit. Choices that tear the models
apart, so that two of them can no longer be compared, do not count. The module must not know who
voted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement, islice
from typing import Literal

import numpy as np

from mingan.statistics.bradley_terry import places
from mingan.statistics.logistic import design, determined, fit, information
from mingan.statistics.special import Floats
from mingan.statistics.votes import Votes

By = Literal["removed", "changed"]

_TRIED = 6000
_CELLS = 2_000_000
_TURNED = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """What it takes that `behind` comes before `ahead`.

    Attributes:
        by: whether votes are "removed" or "changed" (the outcome turned round).
        enough: so many votes do it, as a fit without them has shown; None where it was not done.
        at_least: fewer than this do not, as trying every choice has shown.
        votes: of how many.
    """

    ahead: str
    behind: str
    by: By
    enough: int | None
    at_least: int
    votes: int

    @property
    def exact(self) -> bool:
        """Whether `enough` is the smallest number there is."""
        return self.enough == self.at_least


def votes_to_flip(
    votes: Votes, ahead: str, behind: str, *, by: By = "changed", style: bool = False,
    tries: int = _TRIED,
) -> Flip:  # fmt: skip
    """The smallest number of votes found that exchanges two models.

    Args:
        ahead, behind: two placed models, the first with the greater strength.
        tries: how many choices of votes are tried at most to rule out smaller numbers; fewer
            where there are many kinds of votes, as with style.
    """
    table = _Table.of(votes, ahead, behind, by, style)
    if table.gap(table.nothing[None])[0] <= 0:
        raise ValueError(f"{ahead} is not ahead of {behind}")
    taken = _greedy(table)
    enough = None if taken is None else int(taken.sum())
    at_least, left = 1, min(tries, _CELLS // table.count.size)
    while enough is None or at_least < enough:
        choices = table.choices(at_least, left)
        if choices is None:
            break
        if any((table.gap(block) < -_TURNED).any() for block in choices):
            enough = at_least
            break
        left -= table.number(at_least)
        at_least += 1
        if at_least > table.count.sum():
            break
    return Flip(
        ahead=ahead, behind=behind, by=by, enough=enough, at_least=at_least,
        votes=int(table.count.sum()),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """R kinds of votes: design, outcome, weight, and how many there are of each."""

    rows: Floats
    won: Floats
    weight: Floats
    count: Floats
    contrast: Floats
    models: int
    changed: bool
    start: Floats

    @classmethod
    def of(cls, votes: Votes, ahead: str, behind: str, by: By, style: bool) -> _Table:
        known = votes.with_style() if style else votes
        placed = np.array([state == "placed" for state in places(known)], dtype=np.bool_)
        for model in (ahead, behind):
            if model not in votes.models or not placed[votes.models.index(model)]:
                raise ValueError(f"{model} has no place in this ranking")
        used = known.only(placed[known.first] & placed[known.second])
        extra = np.ones(len(votes.styles) if style else 0, dtype=np.bool_)
        rows = design(used, style=style)[:, np.concatenate([placed, extra])]
        # The same vote seen from the other side is the same kind.
        turn = np.where(used.first < used.second, 1.0, -1.0)
        won = np.where(turn > 0, used.won, 1 - used.won)
        kinds, count = np.unique(
            np.concatenate([rows * turn[:, None], won[:, None], used.weight[:, None]], axis=1),
            axis=0, return_counts=True,
        )  # fmt: skip
        size, names = (
            rows.shape[1],
            [m for m, there in zip(votes.models, placed, strict=True) if there],
        )
        contrast = np.zeros(size)
        contrast[names.index(ahead)], contrast[names.index(behind)] = 1.0, -1.0
        rows, won, weight = kinds[:, :size], kinds[:, size], kinds[:, size + 1]
        number = count.astype(np.float64)
        total = np.asarray(weight * number)
        (start,) = fit(rows, (total * won)[None], total[None])
        return cls(
            rows, won, weight, number, contrast, int(placed.sum()),
            by == "changed", start,
        )  # fmt: skip

    @property
    def nothing(self) -> Floats:
        return np.zeros(self.count.size)

    @property
    def turned(self) -> Floats:
        """The outcome against the model ahead: by which side of it the design's row is on."""
        return self.target(self.start)

    def target(self, now: Floats) -> Floats:
        return np.where(self.pull(now) > 0, 0.0, 1.0)

    def pull(self, now: Floats) -> Floats:
        """By how much the gap grows when the row's first side wins a little more."""
        chance = 0.5 * (1 + np.tanh(self.rows @ now / 2))
        total = (self.weight * self.count)[None]
        held = information(self.rows, total, chance[None])[0] + 1e-9 * np.eye(now.size)
        return np.asarray(self.rows @ np.linalg.solve(held, self.contrast))

    def fit(self, taken: Floats) -> tuple[Floats, Floats]:
        """Coefficients, and the weights of the rows, for each choice of votes taken (B, R)."""
        rest = self.weight * (self.count - taken)
        won = rest * self.won
        if self.changed:
            won = won + self.weight * taken * self.turned
            rest = np.broadcast_to(self.weight * self.count, rest.shape)
        return fit(self.rows, won, rest, self.start), rest

    def gap(self, taken: Floats) -> Floats:
        """Strength of the one ahead minus the other's; NaN where no longer joined."""
        found, weight = self.fit(taken)
        joined = np.ones(len(taken), dtype=np.bool_) if self.changed \
            else determined(self.rows, weight, self.models)  # fmt: skip
        return np.where(joined, found @ self.contrast, np.nan)

    def moves(self, taken: Floats) -> Floats:
        """What one more vote of each kind does to the gap, by the slope of the current fit."""
        (now,), _ = self.fit(taken[None])
        chance = 0.5 * (1 + np.tanh(self.rows @ now / 2))
        step = self.turned - self.won if self.changed else chance - self.won
        return np.asarray(self.weight * step * self.pull(now))

    def number(self, size: int) -> int:
        kinds, ways = self.count.size, 1
        for k in range(size):
            ways = ways * (kinds + k) // (k + 1)
        return ways

    def choices(self, size: int, limit: int) -> Iterator[Floats] | None:
        """Every choice of `size` votes, in blocks; None where there are more than `limit`."""
        if self.number(size) > limit:
            return None
        return self._blocks(combinations_with_replacement(range(self.count.size), size))

    def _blocks(self, ways: Iterator[tuple[int, ...]]) -> Iterator[Floats]:
        block = max(1, _CELLS // (2 * self.count.size))
        while some := list(islice(ways, block)):
            taken = np.zeros((len(some), self.count.size))
            np.add.at(taken, (np.arange(len(some))[:, None], np.array(some)), 1.0)
            possible = taken[(taken <= self.count).all(axis=1)]
            if possible.size:
                yield possible


def _greedy(table: _Table) -> Floats | None:
    """Votes taken of each kind; the fewest that this way finds, None where it finds none."""
    taken = table.nothing
    gap = float(table.gap(taken[None])[0])
    while gap >= -_TURNED:
        moves = np.where(taken < table.count, table.moves(taken), 0.0)
        for best in np.argsort(moves):
            if moves[best] >= -1e-12:
                return None
            # Half the way at once, as far as the slope can be trusted; single votes at the end.
            many = min(max(1.0, gap / -moves[best] // 2), table.count[best] - taken[best])
            ahead = taken.copy()
            ahead[best] += many
            after = float(table.gap(ahead[None])[0])
            if not np.isnan(after):
                break
        else:
            return None
        taken, gap = ahead, after
    return _put_back(table, taken)


def _put_back(table: _Table, taken: Floats) -> Floats:
    while True:
        used = np.flatnonzero(taken)
        fewer = np.repeat(taken[None], used.size, axis=0)
        fewer[np.arange(used.size), used] -= 1
        gaps = table.gap(fewer)
        if not (gaps < -_TURNED).any():
            return taken
        taken = fewer[int(np.nanargmin(gaps))]
