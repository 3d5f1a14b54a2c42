"""What judges said, brought to rest in the workspace, and what of it is there already.

Asking takes this for its store. Each opinion goes to disk before its slot asks on, together with
the verdict if it was the last that the answer waited for; so whatever kills the process, only
what was under way is asked again, and no verdict is ever missing beside complete opinions. What a
judge said is kept as a grade, not as an answer: a judge is nobody's model here. This module must
not know how judges are asked.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future

from mingan import asking
from mingan.grading import judging
from mingan.grading.judging import Case, Panel
from mingan.language import Text
from mingan.records import Answer, Grade, Vote, now
from mingan.store import Store

PAIR = judging.grader_of("pair")

Slot = tuple[str, int]
"""(card hash, repeat): one opinion of a panel."""


class Keeper(ABC):
    """Keeps what a panel says of the cases. `why` are the reasons for which nothing came of it."""

    def __init__(
        self, store: Store, cases: Mapping[str, Case], panel: Panel, plan: asking.Plan
    ) -> None:
        self.unheard: dict[str, Text] = {}
        self._store = store
        self._cases = cases
        self._panel = panel
        self._items = {item.key: item for item in plan.items()}
        self._cards = {card.hash: card for card in panel.judges}

    def finished(self, keys: Collection[str]) -> set[str]:
        """Those of `keys` that need no more asking."""
        return {key for key in keys if self._is_done(self._items[key])}

    def link(self, run_id: str, keys: Collection[str]) -> None:  # noqa: B027
        """Nothing: what judges say belongs to no run."""

    @abstractmethod
    def record(
        self, run_id: str, answers: Sequence[Answer], grades: Sequence[Grade] = ()
    ) -> Future[None]:
        """Keep what came of asking; the future resolves once it is durable."""

    @abstractmethod
    def _is_done(self, item: asking.Item) -> bool:
        """Whether nothing more is to be asked about an item."""


class GradeKeeper(Keeper):
    """Keeps opinions and the verdicts that are combined from them."""

    def __init__(
        self, store: Store, cases: Mapping[str, Case], panel: Panel, plan: asking.Plan,
        grades: Iterable[Grade],
    ) -> None:  # fmt: skip
        """`grades` is everything on record."""
        super().__init__(store, cases, panel, plan)
        self.verdicts: dict[str, Grade] = {}
        self._slots = [(card.hash, r) for card in panel.judges for r in range(panel.repeats)]
        self._heard: dict[str, dict[Slot, Grade]] = {case: {} for case in cases}
        self._remember(grades)

    def record(
        self, run_id: str, answers: Sequence[Answer], grades: Sequence[Grade] = ()
    ) -> Future[None]:
        """Keep opinions, with the verdicts that they complete."""
        kept: list[Grade] = []
        for replied in answers:
            item = self._items[replied.key]
            case = self._cases[item.question.id]
            opinion = judging.opinion(case, item.card, item.repeat, replied)
            kept.append(opinion)
            if opinion.verdict == "ungraded":
                self.unheard[item.key] = opinion.reason
            heard = self._heard[case.id]
            heard[item.model_hash, item.repeat] = opinion
            if all(slot in heard for slot in self._slots):
                kept.append(self._conclude(case))
        return self._store.record("", (), kept)

    def conclude_known(self) -> list[Grade]:
        """Verdicts on what all opinions were on record for, asked for at another time."""
        return [
            self._conclude(self._cases[case])
            for case, heard in self._heard.items()
            if case not in self.verdicts and all(slot in heard for slot in self._slots)
        ]

    def _conclude(self, case: Case) -> Grade:
        heard = self._heard[case.id]
        verdict = judging.verdict(case, self._panel, [heard[slot] for slot in self._slots])
        self.verdicts[case.id] = verdict
        return verdict

    def _is_done(self, item: asking.Item) -> bool:
        case = item.question.id
        return case in self.verdicts or (item.model_hash, item.repeat) in self._heard[case]

    def _remember(self, grades: Iterable[Grade]) -> None:
        """Take in what was read before; what could not be read is asked again."""
        places = {(c.answers[0].content, c.question.hash, judging.grader_of(c.kind)): c.id
                  for c in self._cases.values()}  # fmt: skip
        slots: dict[str, dict[tuple[str, str], Slot]] = {}
        signed: dict[str, tuple[str, str]] = {}
        for by in {case.criteria_hash for case in self._cases.values()}:
            slots[by] = {
                (judging.opinion_version(self._cards[card], repeat, criteria=by),
                 self._cards[card].name): (card, repeat)
                for card, repeat in self._slots
            }  # fmt: skip
            signed[by] = (judging.verdict_version(self._panel, criteria=by), self._panel.name)
        for grade in grades:
            if grade.authority != "judge" or grade.verdict == "ungraded":
                continue
            case = places.get((grade.answer, grade.question_hash, grade.grader))
            if case is None:
                continue
            sign, by = (grade.version, grade.by), self._cases[case].criteria_hash
            if grade.opinion and sign in slots[by]:
                self._heard[case][slots[by][sign]] = grade
            elif not grade.opinion and sign == signed[by]:
                self.verdicts[case] = grade


class VoteKeeper(Keeper):
    """Keeps votes; every judge has one for each pair and repeat."""

    def __init__(
        self, store: Store, cases: Mapping[str, Case], panel: Panel, plan: asking.Plan,
        votes: Iterable[Vote],
    ) -> None:  # fmt: skip
        """`votes` is everything on record."""
        super().__init__(store, cases, panel, plan)
        self.votes: dict[str, Vote] = {}
        known = {_sign(vote): vote for vote in votes if vote.authority == "judge"}
        for key, item in self._items.items():
            case = self._cases[item.question.id]
            version = judging.opinion_version(item.card, item.repeat)
            contents = frozenset(answer.content for answer in case.answers)
            found = known.get((case.question.hash, contents, item.card.name, version))
            if found is not None:
                self.votes[key] = found

    def record(
        self, run_id: str, answers: Sequence[Answer], grades: Sequence[Grade] = ()
    ) -> Future[None]:
        """Keep the votes that could be read, and of the others what they cost and why."""
        kept: list[Vote] = []
        lost: list[Grade] = []
        for replied in answers:
            item = self._items[replied.key]
            case = self._cases[item.question.id]
            vote = judging.vote(case, item.card, item.repeat, replied)
            if vote is None:
                self.unheard[item.key] = judging.unread(case, replied)
                lost.append(_unread(case, item, replied))
            else:
                kept.append(vote)
                self.votes[item.key] = vote
        if not lost:
            return self._store.record_votes(kept)
        if kept:
            self._store.record_votes(kept).result()  # never in asking, which brings one at a time
        return self._store.record("", (), lost)

    def _is_done(self, item: asking.Item) -> bool:
        return item.key in self.votes


def _unread(case: Case, item: asking.Item, replied: Answer) -> Grade:
    """The trace of a comparison that came to nothing: there is no vote, but it was paid for.

    It hangs on the first of the two answers, and is a judge's opinion that nobody could read.
    """
    return Grade(
        answer=case.answers[0].content,
        question_hash=case.question.hash,
        verdict="ungraded",
        grader=PAIR,
        version=judging.opinion_version(item.card, item.repeat),
        reason=judging.unread(case, replied),
        authority="judge",
        by=item.card.name,
        cost=replied.cost,
        currency=replied.currency if replied.cost is not None else "",
        at=now(),
        hidden=case.question.hidden,
        opinion=True,
    )


def _sign(vote: Vote) -> tuple[str, frozenset[str], str, str]:
    return vote.question_hash, frozenset((vote.answer_a, vote.answer_b)), vote.by, vote.version
