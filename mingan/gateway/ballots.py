"""Answers counted: which is said most, by whose weight, and when asking can stop.

Pure functions over strings and numbers; nothing is sent here, and no answer is graded.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence

SURE = 0.95
"""Sampling stops once the leader is the more frequent of the first two this surely."""

_LONG = 240
_SAID = re.compile(
    r"(?:答案(?:是|为)?|结果(?:是|为)|the (?:final )?answer(?: is)?|answer(?= ?[:：]))"
    r"\s*[:：]?\s*(.+)",
    re.IGNORECASE,
)
_EDGES = re.compile(r"[\s\W_]+", re.UNICODE)


def gist(text: str) -> str:
    """What an answer comes down to, so that the same answer in other clothes counts as the same.

    The last "the answer is …" if there is one, else of a long text its last line; without case,
    spaces and marks. Signs and decimal points of a number are kept.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    said = _SAID.findall(text)
    if said:
        text = said[-1]
    elif len(text) > _LONG:
        text = text.splitlines()[-1]
    text = text.strip().strip("*`$。.!！ ").casefold()
    bare = text.replace(",", "")
    if re.fullmatch(r"[-+]?\d+(?:\.\d+)?%?", bare):
        number = bare.lstrip("+")
        return number.rstrip("0").rstrip(".") if "." in number and "%" not in number else number
    return _EDGES.sub("", text) or text


def vote_weight(accuracy: float, ways: int) -> float:
    """log(p (k - 1) / (1 - p)): what one answer of `ways` possible ones is worth.

    Of a voter no better than chance it is 0, never less: it may be right for all that.
    """
    p = min(max(accuracy, 0.01), 0.99)
    return max(math.log(p * (max(ways, 2) - 1) / (1 - p)), 0.0)


def winner(ballots: Sequence[tuple[str, str]], weights: Mapping[str, float]) -> tuple[str, float]:
    """The answer with the most weight, and its share of all weight.

    Args:
        ballots: (member, gist), in the order of trust: the first breaks a tie.
        weights: by member; 1 where there is none. If all are 0, all count the same.

    Raises:
        ValueError: nobody voted.
    """
    if not ballots:
        raise ValueError("nobody voted")
    each = [weights.get(member, 1.0) for member, _ in ballots]
    if not any(each):
        each = [1.0] * len(ballots)
    totals: dict[str, float] = {}
    for (_, said), weight in zip(ballots, each, strict=True):
        totals[said] = totals.get(said, 0.0) + weight
    best = max(totals, key=totals.__getitem__)
    return best, totals[best] / sum(each)


def decided(gists: Sequence[str], left: int) -> bool:
    """Whether more samples could hardly change who leads.

    So if the leader cannot be caught by the `left` samples to come, or if, given what was drawn,
    it is the more frequent of the first two with a probability above `SURE` (a Beta posterior
    from a flat prior, as in adaptive self-consistency).
    """
    counts = sorted((gists.count(said) for said in set(gists)), reverse=True)
    if not counts:
        return False
    first, second = counts[0], counts[1] if len(counts) > 1 else 0
    if first > second + left:
        return True
    from mingan.statistics.special import beta_cdf  # the server starts without it

    return 1.0 - float(beta_cdf(0.5, first + 1, second + 1)) > SURE


def agreement(gists: Sequence[str]) -> float:
    """The share of samples that say what is said most; 0 where nothing was said."""
    return max((gists.count(said) for said in set(gists)), default=0) / max(len(gists), 1)
