"""Everything that a report says, as plain frozen data.

Whoever makes a report fills `ReportData` (from the store, or by hand in a test); the pages,
tables and sentences of this room only read it. The module knows no database, no template and no
language: labels stay as they were given, sentences come as `Text`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from mingan.language import Text
from mingan.records import NO_TEXT, Stamp, State, Verdict
from mingan.reports.days import Days
from mingan.reports.twin_pairs import TwinResult
from mingan.reports.vote_ranking import VoteResult
from mingan.statistics.results import Comparison, Score

if TYPE_CHECKING:
    from mingan.reports.items import ItemReport

Source = Literal["measured", "recorded"]
"""`measured`: Mingan asked the model itself. `recorded`: the answers were brought in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraderUse:
    """One grader that gave verdicts in this report, and how many."""

    name: str
    version: str = ""
    authority: Literal["rule", "judge", "person"] = "rule"
    grades: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BankFacts:
    """The bank measured with: name, content hash, and number of questions in all.

    `scored` counts the questions that scores rest on (those with a reference that some grader
    could use); None where it is the same as `questions`.
    """

    name: str
    hash: str
    questions: int
    scored: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """Scores on a part of the questions: one tier, or one ability (a tag).

    `label` may be empty (questions without a tier). `questions` is how many questions the part
    has; below `sentences.FEW` its scores are shown as counts and never ranked.
    """

    label: str
    questions: int
    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantiles:
    """Median and 90th percentile of a latency, in seconds, and of how many answers.

    `low` and `high` are the 95 % interval of the median; NaN where it is not known.
    """

    p50: float
    p90: float
    count: int
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """One model: what is known about it, and what its answers took.

    Sizes are in units, prices per million tokens in `currency`, as on the model's card. `states`
    counts answers by state. `cost` is by currency and empty where no price is known. Tokens are
    sums, None where no endpoint said.
    """

    name: str
    source: Source = "measured"
    kind: str = ""
    released: date | None = None
    params_total: int | None = None
    params_active: int | None = None
    licence: str = ""
    price_in: float | None = None
    price_out: float | None = None
    currency: str = ""
    states: Mapping[State, int] = field(default_factory=dict)
    cost: Mapping[str, float] = field(default_factory=dict)
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_reasoning: int | None = None
    tokens_cached: int | None = None
    first_token: Quantiles | None = None
    total: Quantiles | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One thing said in a conversation. `fresh` begins a new one."""

    who: Literal["model", "user"]
    text: str
    fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """One answer with the verdict that counts. `text` may be of any length and content.

    `turns` is what was said between the prompt and `text`, if anything was. `picture` is a PNG of
    the drawing in `text`, if it has one.
    """

    model: str
    state: State
    verdict: Verdict
    text: str
    repeat: int = 0
    reasoning: str = ""
    reason: Text = NO_TEXT
    extracted: str = ""
    grader: str = ""
    by: str = ""
    error: Text = NO_TEXT
    cost: float | None = None
    currency: str = ""
    first_token_s: float | None = None
    total_s: float | None = None
    turns: tuple[Turn, ...] = ()
    picture: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """One question with every answer to it. `grader_why` says why this grader was chosen."""

    id: str
    prompt: str
    tier: str = ""
    tags: tuple[str, ...] = ()
    reference: str | None = None
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    grader: str = ""
    grader_why: Text = NO_TEXT
    answers: tuple[AnswerView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportData:
    """A whole report.

    Attributes:
        title: what was measured, in the words of whoever made the report; "" for the bank's name.
        made_at: ISO 8601, UTC.
        scores: overall, best first.
        comparisons: keyed (a, b) like the `Comparison` in it; each pair once, in either order.
        tiers, abilities: the parts, in the order in which to show them.
        models: facts, in any order; a model without facts is shown by its score alone.
        notes: how the numbers were made (such as how unsure answers enter), one sentence each.
        judges: what stands beside the scores where judges made some of them, one sentence each.
        items, twins, days, votes: question by question, against hidden twins, day by day, in
            pairs, for the charts.
    """

    made_at: str
    stamp: Stamp
    bank: BankFacts
    scores: tuple[Score, ...]
    comparisons: Mapping[tuple[str, str], Comparison] = field(default_factory=dict)
    title: str = ""
    level: float = 0.95
    graders: tuple[GraderUse, ...] = ()
    tiers: tuple[Breakdown, ...] = ()
    abilities: tuple[Breakdown, ...] = ()
    models: tuple[ModelFacts, ...] = ()
    questions: tuple[QuestionView, ...] = ()
    notes: tuple[Text, ...] = ()
    judges: tuple[Text, ...] = ()
    items: ItemReport | None = None
    twins: tuple[TwinResult, ...] = ()
    days: Days = field(default_factory=Days)
    votes: VoteResult | None = None
