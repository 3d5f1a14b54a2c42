"""What is known of a model's change from day to day: the shapes that sentences and pages rest on.

    DriftReport    all watches of a workspace; `rows`, the one that matters most first
    Drift          one watch: a frozen baseline, the days on which it was asked again, the verdict
    DriftDay       one day of it: the day's score, and the day against the baseline
    ClassChange    one class of questions ("yes", "no", "A"): the baseline against now
    GraderChange   old answers that today's grader reads otherwise: not the model's change
    JudgeChange    old answers that today's judge judges otherwise: not the model's change
    SameModel      two endpoints that claim to be one model, by their raw outputs
    History, Said  what models said to one question, by date

Who works them out is above (`mingan.drift`), how they are said is beside (`drift_sentences`).
Numbers only; shares and differences are in [0, 1] and [-1, 1]. It must not know either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mingan.records import Question, State, Verdict
from mingan.reports.trusted import Share

DriftVerdict = Literal["no change", "changed", "cannot tell yet"]
"""`changed` is said only on an alarm, whose error over the whole life of a watch is held."""

SameVerdict = Literal["differ", "no difference seen", "cannot tell"]

Role = Literal["baseline", "check", ""]
"""What an answer was asked for; "" where no watch asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftDay:
    """One day of a watch.

    Attributes:
        day: ISO 8601. The baseline is the first day; the day against itself has no difference.
        asked: answers wanted on that day; `decided` have a verdict, of which `right` are right.
        absent: those that do not count, by why (failed, refused, empty, truncated, unsure,
            ungraded, not asked). They are never a change.
        score, low, high: the day by itself; NaN where nothing was decided.
        better, worse: pairs with the baseline in which only this day, or only the baseline was
            right; `pairs` of all.
        difference, low_change, high_change: this day minus the baseline, with its interval.
        p: the exact paired test of this day alone; one look only, never what an alarm rests on.
        same_text: answers that are the baseline's to the letter, of those that both days have.
        evidence: the watch's e-value after this day: how many times over the days so far speak
            against "no change".
        alarm: whether the alarm had been raised by then.
    """

    day: str
    role: Role
    asked: int
    decided: int
    right: int
    absent: Mapping[str, int] = field(default_factory=dict)
    score: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    better: int = 0
    worse: int = 0
    pairs: int = 0
    difference: float = float("nan")
    low_change: float = float("nan")
    high_change: float = float("nan")
    p: float = 1.0
    same_text: Share = field(default_factory=lambda: Share(count=0, of=0))
    evidence: float = 1.0
    alarm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassChange:
    """The questions whose right answer is of one class, at the baseline and now.

    Where one class falls and its opposite rises, the model may know no less than before and only
    lean to another default answer.
    """

    name: str
    questions: int
    before: Share
    now: Share

    @property
    def difference(self) -> float:
        """Now minus before; NaN where one side has nothing."""
        return self.now.value - self.before.value


@dataclass(frozen=True, slots=True, kw_only=True)
class GraderChange:
    """The rules that graded old answers are not the rules of today; all were graded again.

    Attributes:
        answers: old answers whose grader or version changed; `changed`: whose verdict did.
        before, now: graders with their versions, such as number@4.
        seeming: the change that would have been reported with the old verdicts, and is none;
            NaN where it cannot be had.
    """

    answers: int
    changed: int
    before: tuple[str, ...]
    now: tuple[str, ...]
    seeming: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeChange:
    """The judge of today on a sample of the baseline's old answers, against what it said then.

    Attributes:
        again: old answers judged once more; `changed`: of them, other verdicts.
        shift: share called right now minus then, on the same old texts: what the judge alone
            moves a score by.
        p: exact paired test of that shift.
        drifted: whether the judge, and not the model, must be thought to have changed.
    """

    judge: str
    day: str
    again: int
    changed: int
    shift: float
    p: float
    drifted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One watch over one model on one bank.

    Attributes:
        watch: its id (that of the run that asked the baseline).
        every: days between two checks.
        questions, repeats: the frozen set, and how often each was asked at the baseline.
        noise: A/A: of pairs of askings of one question on the baseline's day, how many differ in
            their verdict; what happens without any change.
        days: the baseline first.
        kept: the baseline's long answers are the same to the letter though the temperature is not
            0, as if something on the way kept answers; its askings count as one, and the noise
            is not known.
        classes: where the right answers have classes; empty where they have none.
        verdict, since, alarm_day: what is said; the day from which it seems to hold, and the day
            on which the alarm was raised ("" without). `stream`: what spoke loudest at the alarm
            ("worse", "better", "worse yes", "said": what was said, right or wrong).
        estimate, low, high: score now minus score at the baseline. "Now" is the days from
            `since` on where there is an alarm, else all checks together.
        p: exact paired test of the newest check against the baseline; a single look.
        evidence, threshold: the e-value, and from where on it is an alarm (1 / alpha).
        alpha: the chance that a watch without any change ever raises an alarm, at most.
        detectable: the smallest change of the score that the newest check alone would show four
            times out of five.
        grader_change, judge_change: what changed beside the model.
        ended: this watch is over: the model's settings were changed since, which makes it
            another model.
        unfinished: the newest check was cut off; run it again.
        due: the day of the next check; "" for an ended watch.
    """

    model: str
    bank: str
    watch: str
    every: int
    questions: int
    repeats: int
    noise: Share
    days: tuple[DriftDay, ...]
    kept: bool = False
    classes: tuple[ClassChange, ...] = ()
    verdict: DriftVerdict = "cannot tell yet"
    since: str = ""
    alarm_day: str = ""
    stream: str = ""
    estimate: float = float("nan")
    low: float = -1.0
    high: float = 1.0
    p: float = 1.0
    evidence: float = 1.0
    threshold: float = 20.0
    alpha: float = 0.05
    detectable: float = float("nan")
    grader_change: GraderChange | None = None
    judge_change: JudgeChange | None = None
    ended: bool = False
    unfinished: bool = False
    due: str = ""

    @property
    def baseline(self) -> DriftDay:
        """The first day."""
        return self.days[0]

    @property
    def checks(self) -> tuple[DriftDay, ...]:
        """The days on which it was asked again."""
        return self.days[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """All watches that were asked about: changed first, then open, then unchanged, then ended."""

    rows: tuple[Drift, ...] = ()

    @property
    def alarms(self) -> tuple[Drift, ...]:
        """Those in which the model changed."""
        return tuple(row for row in self.rows if row.verdict == "changed" and not row.ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class SameModel:
    """Whether two endpoints give outputs of one distribution (MMD, permuted within prompts).

    Attributes:
        prompts, samples: how many prompts, and outputs of each model to each.
        estimate: MMD² (0: alike); `low`, `high`: where it lies without any difference, in 95 of
            100 permutations.
        p: permutation test, (1 + as extreme) / (1 + permutations).
        distinct_a, distinct_b: mean number of different outputs to a prompt.
        absent: outputs that could not be had.
        settings_differ: generation parameters that are not the same for both.
    """

    a: str
    b: str
    day: str
    prompts: int
    samples: int
    estimate: float
    low: float
    high: float
    p: float
    verdict: SameVerdict
    distinct_a: float
    distinct_b: float
    absent: int = 0
    settings_differ: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer in the history of a question. `role` says whether a watch asked for it.

    `changed`: the words are not those of the same model's answer before it (the same repeat
    where there is one). `verdict` is that of today's rules where they can tell, else the
    standing one.
    """

    model: str
    day: str
    repeat: int
    role: Role
    state: State
    verdict: Verdict
    text: str
    extracted: str = ""
    settings: str = ""
    changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What models said to one question, oldest day first, model by model.

    `hidden`: the words of the question and of the answers are left out; `question` then has no
    prompt and no reference.
    """

    bank: str
    question: Question
    said: tuple[Said, ...]
    hidden: bool = False

    @property
    def days(self) -> tuple[str, ...]:
        """All days, in order."""
        return tuple(sorted({each.day for each in self.said}))
