"""A model asked the same questions day after day: did it change, and since when?

The trap: every day is compared with the same old answers, so the days are not independent. What a
model got wrong by bad luck at the beginning looks mended on each day that follows, and a test a
day, however corrected, rejects sooner or later. But while nothing changes, the answers to one
question, whenever given, are exchangeable: which of all those given so far are today's is as if
drawn from a hat. So, question by question, the bag of all answers so far is held fixed; the number
of today's answers that are right is then a sum of independent hypergeometric numbers, and its
p-value exact. Since each day's p-value is uniform given its bag and all later days (Vovk, Gammerman
and Shafer, Algorithmic Learning in a Random World, chapter 8), those of different days are
independent, and their e-values may be multiplied. (Where numbers come in lumps, p is larger than
the uniform one that a coin would make of it, and the e-value smaller.) `eprocess.course` makes of
them one process that catches a change on any day, with the chance of a false alarm ever held.

Several streams are watched: right or wrong, in both directions, over all questions and over each
class of them; verdicts that are not the question's usual one, which catches a model that is right
elsewhere than before; and what was said at all, if that is given, which catches one that only
leans to another default answer. An alarm is raised where one of K streams has evidence of K / alpha
(a union bound: their days hang together, so their mean need not be a fair game). What could not
be had or decided is not in the bag. The module must not know what was asked, nor when.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from mingan.statistics.eprocess import calibrate, course
from mingan.statistics.special import Floats, log_gamma

Bags = Mapping[str, Sequence[Hashable]]
"""By question: what was answered on one day (True/False, or what was said); one or more values."""

_EDGE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a watch has seen.

    Attributes:
        evidence: after every check, that of the loudest stream divided by how many there are. That
            it ever reaches 1 / alpha has a chance of alpha at most while nothing changes.
        p: by stream, its p-value of every check. Streams: "better", "worse" (over all questions),
            "better CLASS", "worse CLASS", "turned", "said".
        alarm: index of the first check by which the evidence reached 1 / alpha and on which
            something differed; None without.
        since: index of the check from which the change seems to hold; None without an alarm.
        stream: which stream spoke loudest at the alarm; "" without.
    """

    evidence: tuple[float, ...]
    p: Mapping[str, tuple[float, ...]]
    alarm: int | None = None
    since: int | None = None
    stream: str = ""
    alpha: float = 0.05


def watch(
    right: Sequence[Bags], *, said: Sequence[Bags] = (), classes: Mapping[str, str] | None = None,
    alpha: float = 0.05,
) -> Watched:  # fmt: skip
    """The evidence of all checks against a baseline.

    Args:
        right: verdicts (True or False) by question, the baseline first and then one mapping for
            each check in order. Repeats are several values; what is not decided is left out.
        said: likewise what was said (any hashable values), if that is to be watched.
        classes: the class of each question, where the questions have classes.
        alpha: the chance that an alarm is ever raised while nothing changes, at most.
    """
    streams = _streams(right, said, classes or {})
    checks = max(len(right), 1) - 1
    if not streams or not checks:
        return Watched(evidence=(), p={}, alpha=alpha)
    names = list(streams)
    p = np.array([streams[name] for name in names])
    each = course(calibrate(p))
    together = each.max(axis=0) / len(names)
    moved = (p < 1 - _EDGE).any(axis=0)
    over = np.flatnonzero((together >= 1 / alpha) & moved)
    alarm = int(over[0]) if over.size else None
    loudest = 0 if alarm is None else int(np.argmax(each[:, alarm]))
    since = None
    if alarm is not None:
        since = _since(*_scores(names[loudest], right, said, classes or {}))
    return Watched(
        evidence=tuple(together.tolist()),
        p={name: tuple(row.tolist()) for name, row in zip(names, p, strict=True)},
        alarm=alarm,
        since=since,
        stream="" if alarm is None else names[loudest],
        alpha=alpha,
    )


def _streams(
    right: Sequence[Bags], said: Sequence[Bags], classes: Mapping[str, str]
) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    groups = {"": None, **{f" {name}": name for name in sorted(set(classes.values()))}}
    if len(groups) == 2:  # one class is all questions
        groups = {"": None}
    for suffix, wanted in groups.items():
        ups, downs = [], []
        for _, today, before in _days(right):
            mine = {q for q in today if wanted is None or classes.get(q) == wanted}
            up, down = _right_p({q: today[q] for q in mine}, before)
            ups.append(up)
            downs.append(down)
        found[f"better{suffix}"], found[f"worse{suffix}"] = ups, downs
    found["turned"] = [_unlike_p(today, before) for _, today, before in _days(right)]
    if said:
        found["said"] = [_unlike_p(today, before) for _, today, before in _days(said)]
    return found


def _scores(
    stream: str, right: Sequence[Bags], said: Sequence[Bags], classes: Mapping[str, str]
) -> tuple[Floats, Floats]:
    """What a stream looks at, day by day with the baseline first: shares, and of how many."""
    days = said if stream == "said" else right
    name = stream.partition(" ")[2]
    usual = {q: Counter(values).most_common(1)[0][0] for q, values in days[0].items() if values}
    shares, sizes = [], []
    for day in days:
        told = [
            value != usual[q] if stream in ("said", "turned") else bool(value)
            for q, values in day.items()
            if q in usual and (not name or classes.get(q) == name)
            for value in values
        ]
        shares.append(float(np.mean(told)) if told else 0.0)
        sizes.append(float(len(told)))
    return np.array(shares), np.array(sizes)


def _since(shares: Floats, sizes: Floats) -> int:
    """The check from which the shares differ most from those before it (least squares)."""
    fits = []
    for start in range(1, shares.size):
        n, m = float(sizes[:start].sum()), float(sizes[start:].sum())
        if not n or not m:
            fits.append(0.0)
            continue
        gap = shares[start:] @ sizes[start:] / m - shares[:start] @ sizes[:start] / n
        fits.append(float(gap**2 * n * m / (n + m)))
    return int(np.argmax(fits))


def _days(
    days: Sequence[Bags],
) -> list[tuple[int, dict[str, Counter[Hashable]], dict[str, Counter[Hashable]]]]:
    """For every check its own answers by question, and all before them."""
    found = []
    before: dict[str, Counter[Hashable]] = {}
    for number, day in enumerate(days):
        today = {question: Counter(values) for question, values in day.items() if len(values)}
        if number:
            found.append((number, today, {q: Counter(before.get(q, ())) for q in today}))
        for question, count in today.items():
            before.setdefault(question, Counter()).update(count)
    return found


def _right_p(
    today: Mapping[str, Counter[Hashable]], before: Mapping[str, Counter[Hashable]]
) -> tuple[float, float]:
    """p-values of more, and of fewer right answers than so far."""
    marked = [(today[q][True], today[q].total(), before[q][True], before[q].total()) for q in today]
    return _tails(marked)


def _unlike_p(
    today: Mapping[str, Counter[Hashable]], before: Mapping[str, Counter[Hashable]]
) -> float:
    """p-value of answers unlike the usual one of each question."""
    marked = []
    for question, now in today.items():
        bag = now + before[question]
        usual = max(bag, key=lambda value: (bag[value], repr(value)))
        marked.append((
            now.total() - now[usual], now.total(),
            before[question].total() - before[question][usual], before[question].total(),
        ))  # fmt: skip
    return _tails(marked)[0]


def _tails(marked: Sequence[tuple[int, int, int, int]]) -> tuple[float, float]:
    """Upper and lower p of today's marked answers: (today's, of, earlier ones, of) by question."""
    if not marked:
        return 1.0, 1.0
    most = max(of for _, of, _, _ in marked)
    pmf = np.stack([hypergeometric(a + b, m + n, m, size=most + 1) for a, m, b, n in marked])
    total = sum(a for a, *_ in marked)
    whole = sum_of(pmf)
    return min(1.0, float(whole[total:].sum())), min(1.0, float(whole[: total + 1].sum()))


@lru_cache(maxsize=20_000)
def hypergeometric(marked: int, bag: int, drawn: int, *, size: int) -> Floats:
    """Chances of 0, 1, … marked ones among `drawn` from a bag; (size,), 0 where impossible."""
    k = np.arange(size)
    possible = (k <= marked) & (k <= drawn) & (drawn - k <= bag - marked)
    j = np.where(possible, k, max(0, drawn - (bag - marked)))
    chance = _log_choose(marked, j) + _log_choose(bag - marked, drawn - j) - _log_choose(bag, drawn)
    found = np.where(possible, np.exp(chance), 0.0)
    found.flags.writeable = False
    return found


def sum_of(chances: ArrayLike) -> Floats:
    """The distribution of a sum of independent whole numbers.

    Args:
        chances: (…, Q, k) chance of each value 0 … k - 1 of each of Q numbers.

    Returns:
        (…, Q (k - 1) + 1) chances of the sum.
    """
    x = np.asarray(chances, dtype=np.float64)
    size = x.shape[-2] * (x.shape[-1] - 1) + 1
    found = np.zeros((*x.shape[:-2], size))
    found[..., 0] = 1.0
    for q in range(x.shape[-2]):
        shifted = np.zeros_like(found)
        for value in range(x.shape[-1]):
            part = x[..., q, value, None] * found[..., : size - value]
            shifted[..., value:] += part
        found = shifted
    return found


def _log_choose(n: ArrayLike, k: ArrayLike) -> Floats:
    a, b = np.asarray(n, dtype=np.float64), np.asarray(k, dtype=np.float64)
    return log_gamma(a + 1) - log_gamma(b + 1) - log_gamma(a - b + 1)
