"""From a judge's replies to an opinion, and from opinions to a verdict or a vote.

An opinion is what one judge said once. It is kept whatever it was: one that could not be had or
read is `ungraded` with the reason why, which is the judge's fault and nobody else's. A verdict is
combined from the opinions that could be read, and needs a minimum of them:

    majority    what more than half of them say; without that, `unsure`
    mean        of a rubric's scores: right at the pass mark and above, else wrong; opinions that
                lie more than half the scale apart are `unsure`. Where there are no scores,
                majority

The version of a verdict names everything that could have made another one: how judging works,
the words of the templates, the judge's card, and the rule of combination. This module must not
know how judges are asked, nor where opinions are kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mingan.errors import UsageError
from mingan.grading.judging.cases import AGAIN, Case
from mingan.grading.judging.replies import Kind, Reading
from mingan.grading.judging.templates import template_hash
from mingan.language import Text, counted
from mingan.records import (
    NO_TEXT,
    Answer,
    Choice,
    Grade,
    ModelCard,
    Verdict,
    Vote,
    content_hash,
    now,
)

VERSION = "2"
"""How judging works: the fences, the turns, the reading of replies, the combination."""

Rule = Literal["majority", "mean"]
RULES: tuple[Rule, ...] = ("majority", "mean")

APART = 0.5
"""Scores that lie further apart than this are a disagreement."""

_WORDS: dict[Verdict, Text] = {
    "right": Text("对", "right"),
    "wrong": Text("错", "wrong"),
    "unsure": Text("说不准", "unsure"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Who judges, how often each, and how their opinions become one verdict.

    `least` opinions must be readable; None means more than half of those asked for.
    """

    judges: tuple[ModelCard, ...]
    repeats: int = 1
    rule: Rule = "majority"
    least: int | None = None

    def check(self) -> None:
        """See that it can come to a verdict.

        Raises:
            UsageError: an unknown rule, or a minimum that can never be met.
        """
        if self.rule not in RULES:
            raise UsageError(
                f"没有 {self.rule!r} 这种合并办法；可用的有：{'、'.join(RULES)}。",
                f"There is no rule {self.rule!r}; available: {', '.join(RULES)}.",
            )
        asked = len(self.judges) * self.repeats
        if self.least is not None and not 1 <= self.least <= asked:
            raise UsageError(
                f"至少要有 {self.least} 个读得懂的评判，而一共只问 {asked} 次；请写 1 到 {asked}。",
                f"At least {self.least} readable opinions are wanted, but only {asked} are asked "
                f"for; give 1 to {asked}.",
            )

    @property
    def minimum(self) -> int:
        """How many opinions must be readable."""
        return self.least or len(self.judges) * self.repeats // 2 + 1

    @property
    def single(self) -> bool:
        """Whether one opinion is all there is."""
        return len(self.judges) * self.repeats == 1

    @property
    def name(self) -> str:
        """The names of the judges, as a verdict is signed."""
        return "+".join(sorted(card.name for card in self.judges))


def grader_of(kind: Kind) -> str:
    """The name of a judge grader."""
    return f"judge-{kind}"


def opinion_version(card: ModelCard, repeat: int = 0, *, criteria: str = "") -> str:
    """Names everything on our side and on the judge's that could change its opinion.

    Args:
        criteria: `Case.criteria_hash`.
    """
    judge = content_hash("judge", card.hash, AGAIN)[:8]
    by = f"-c{criteria}" if criteria else ""
    time = f"-r{repeat + 1}" if repeat else ""
    return f"{VERSION}-t{template_hash()}-j{judge}{by}{time}"


def asked_as(version: str) -> str:
    """How a judge was asked: the version of an opinion, a verdict or a vote without which time of
    asking, and without the criteria, which are the question's.

    Verdicts with one and the same of these come of the same judge, asked in the same way; what is
    known of the one kind says nothing of another.
    """
    return re.sub(r"(?:-c[0-9a-f]{6})?(?:-r\d+)?$", "", version)


def verdict_version(panel: Panel, *, criteria: str = "") -> str:
    """As `opinion_version`, of a verdict: with the rule and all judges, where there are several."""
    if panel.single:
        return opinion_version(panel.judges[0], criteria=criteria)
    judges = sorted(card.hash for card in panel.judges)
    named = content_hash("panel", judges, AGAIN, panel.repeats, panel.rule, panel.minimum)[:8]
    by = f"-c{criteria}" if criteria else ""
    return f"{VERSION}-t{template_hash()}-p{named}{by}"


def opinion(case: Case, card: ModelCard, repeat: int, replied: Answer) -> Grade:
    """What one judge said of one answer, from the account of asking it."""
    reading = _reading(case, replied)[0]
    said = (*replied.earlier, replied.text)
    verdict: Verdict = "ungraded"
    score: float | None = None
    if reading.verdict == "marks":
        score = case.rubric.score(reading.marks)
        verdict = "right" if score >= case.rubric.passes - 1e-9 else "wrong"
    elif reading.verdict:
        verdict = reading.verdict  # type: ignore[assignment]
    return Grade(
        answer=case.answers[0].content,
        question_hash=case.question.hash,
        verdict=verdict,
        grader=grader_of(case.kind),
        version=opinion_version(card, repeat, criteria=case.criteria_hash),
        reason=_reason(case, reading, said, score),
        score=score,
        authority="judge",
        by=card.name,
        cost=replied.cost,
        currency=replied.currency if replied.cost is not None else "",
        at=now(),
        hidden=case.question.hidden,
        opinion=True,
    )


def verdict(case: Case, panel: Panel, opinions: Sequence[Grade]) -> Grade:
    """The verdict of a panel on one answer; `ungraded` where too few opinions could be read."""
    readable = [one for one in opinions if one.verdict != "ungraded"]
    scores = [one.score for one in readable if one.score is not None]
    score = sum(scores) / len(scores) if scores else None
    decided, reason = _combined(case, panel, opinions, readable, score)
    costs = [one.cost for one in opinions if one.cost is not None]
    currencies = {one.currency for one in opinions if one.cost is not None}
    one_currency = len(currencies) == 1
    return Grade(
        answer=case.answers[0].content,
        question_hash=case.question.hash,
        verdict=decided,
        grader=grader_of(case.kind),
        version=verdict_version(panel, criteria=case.criteria_hash),
        reason=reason,
        score=None if decided == "ungraded" else score,
        authority="judge",
        by=panel.name,
        cost=sum(costs) if one_currency else None,
        currency=currencies.pop() if one_currency else "",
        at=now(),
        hidden=case.question.hidden,
    )


def vote(case: Case, card: ModelCard, repeat: int, replied: Answer) -> Vote | None:
    """What one judge chose of two answers, asked in both orders; None where it cannot be read.

    Where the order changed the choice, the vote is a tie. The reason of a hidden question's vote
    is not kept, since votes are stored in the open.
    """
    readings = _reading(case, replied)
    if len(readings) != 2 or not all(reading.verdict for reading in readings):
        return None
    said = (_choice(readings[0], swapped=False), _choice(readings[1], swapped=True))
    same = said[0] == said[1]
    return Vote(
        question_hash=case.question.hash,
        answer_a=case.answers[0].content,
        answer_b=case.answers[1].content,
        choice=said[0] if same else "tie",
        by=card.name,
        authority="judge",
        version=opinion_version(card, repeat),
        reason="" if case.question.hidden else readings[0].reason,
        at=now(),
        said=said,
        cost=replied.cost,
        currency=replied.currency if replied.cost is not None else "",
    )


def inconsistent(given: Vote) -> bool:
    """Whether a judge chose otherwise when the answers stood the other way round."""
    return len(set(given.said)) > 1


def unread(case: Case, replied: Answer) -> Text:
    """Why nothing came of asking a judge."""
    faults = [reading.fault for reading in _reading(case, replied) if not reading.verdict]
    return faults[-1] if faults else Text("裁判没有答完", "the judge did not finish")


def _reading(case: Case, replied: Answer) -> tuple[Reading, ...]:
    """What the judge said in the end, or why there is nothing."""
    if replied.state == "failed":
        zh, en = replied.error
        return (Reading(fault=Text(f"没有问到裁判：{zh}", f"the judge could not be had: {en}")),)
    if replied.state == "refused":
        return (
            Reading(
                fault=Text("裁判的服务方拦下了这次评判", "the judge's provider blocked the request")
            ),
        )
    said = (*replied.earlier, replied.text)
    readings = case.readings(said)
    if replied.state == "truncated":
        cut = Text("裁判的回复被截断", "the judge's reply was cut off")
        return tuple(r if r.whole or not r.verdict else Reading(fault=cut) for r in readings)
    return readings


def _reason(case: Case, reading: Reading, said: Sequence[str], score: float | None) -> Text:
    if not reading.verdict:
        return _sentence(reading.fault)
    parts = [Text(reading.reason, reading.reason)] if reading.reason else []
    if own := case.own_answer(said):
        parts.append(Text(f"裁判自己的答案：{own}", f"The judge's own answer: {own}"))
    if score is not None:
        marks = "、".join(map(str, reading.marks))
        parts.append(
            Text(f"各条得分 {marks}（满分各 2）", f"Marks {marks.replace('、', ', ')} out of 2")
        )
    zh, en = "；".join(p.zh.rstrip("。；") for p in parts), "; ".join(p.en for p in parts)
    return Text(zh, en)


def _sentence(fault: Text) -> Text:
    return Text(
        f"{fault.zh.rstrip('。')}；不算模型答错，可以再问。",
        f"{fault.en[:1].upper()}{fault.en[1:].rstrip('.')}; not the model's mistake, and it can "
        "be asked again.",
    )


def _combined(
    case: Case, panel: Panel, opinions: Sequence[Grade], readable: Sequence[Grade],
    score: float | None,
) -> tuple[Verdict, Text]:  # fmt: skip
    if len(readable) < panel.minimum:
        if panel.single:
            return "ungraded", opinions[0].reason if opinions else NO_TEXT
        return "ungraded", _sentence(
            Text(
                f"{len(opinions)} 次评判里只有 {len(readable)} 次读得懂，至少要 {panel.minimum} 次",
                f"of {counted(len(opinions), 'opinion')} only {len(readable)} could be read, and "
                f"at least {panel.minimum} are wanted",
            )
        )
    if panel.single:
        return readable[0].verdict, readable[0].reason
    decided = _decided(case, panel, readable, score)
    counts = Counter(one.verdict for one in readable)
    said = Text(
        "，".join(f"{_WORDS[v].zh} {n}" for v, n in counts.most_common()),
        ", ".join(f"{_WORDS[v].en} {n}" for v, n in counts.most_common()),
    )
    first = next((one.reason for one in readable if one.verdict == decided), NO_TEXT)
    start = Text(f"{len(readable)} 次评判：{said.zh}", f"Of {len(readable)} opinions: {said.en}")
    if decided == "unsure":
        return decided, Text(f"{start.zh}；意见不一。", f"{start.en}; they disagree.")
    return decided, Text(f"{start.zh}。{first.zh}", f"{start.en}. {first.en}")


def _decided(case: Case, panel: Panel, readable: Sequence[Grade], score: float | None) -> Verdict:
    scores = [one.score for one in readable if one.score is not None]
    if panel.rule == "mean" and score is not None and len(scores) == len(readable):
        if max(scores) - min(scores) > APART:
            return "unsure"
        return "right" if score >= case.rubric.passes - 1e-9 else "wrong"
    (most, count), *_ = Counter(one.verdict for one in readable).most_common()
    return most if 2 * count > len(readable) else "unsure"


def _choice(reading: Reading, *, swapped: bool) -> Choice:
    if reading.verdict in ("tie", "both bad"):
        return "tie" if reading.verdict == "tie" else "both bad"
    return "a" if (reading.verdict == "first") != swapped else "b"
