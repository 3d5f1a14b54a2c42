"""Filling a report: what was gathered, with its scores, becomes `ReportData`.

It counts states, costs and latencies and looks up what the page shows of every answer. It takes
scores and comparisons as they are given and computes none but those of tiers and abilities.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import cast

import numpy as np

from mingan.language import Text
from mingan.records import Answer, Grade, ModelCard, Question, State, now
from mingan.reports import hidden
from mingan.reports.data import (
    AnswerView,
    BankFacts,
    Breakdown,
    GraderUse,
    ModelFacts,
    Quantiles,
    QuestionView,
    ReportData,
    Turn,
)
from mingan.reports.days import Days, by_day
from mingan.reports.gather import Gathered
from mingan.reports.items import examined
from mingan.reports.judged import beside_judged
from mingan.reports.method import method_notes
from mingan.reports.pictures import with_pictures
from mingan.reports.twin_pairs import twin_results
from mingan.reports.vote_ranking import rank_by_votes
from mingan.statistics import Comparison, Score, score_table
from mingan.store import Reader


def assemble(
    gathered: Gathered,
    scores: Sequence[Score],
    comparisons: Mapping[tuple[str, str], Comparison],
    *,
    title: str = "",
    level: float = 0.95,
    reveal: bool = False,
    with_questions: bool = True,
    reader: Reader | None = None,
    about_judges: Callable[[Gathered], Sequence[Text]] | None = None,
) -> ReportData:
    """Everything that the report says; the words of hidden questions only if `reveal` is on.

    Without the questions it is quickly made, for a page that shows numbers only. With a reader it
    also has what lies outside of what was gathered: hidden twins and other days, and the items.
    `about_judges` says what is known of the judges whose verdicts count, which is not known here.
    """
    questions: tuple[QuestionView, ...] = ()
    about_pictures: tuple[Text, ...] = ()
    if with_questions:
        questions, about_pictures = with_pictures(
            (_question(q, gathered, reveal=reveal) for q in gathered.questions), gathered.questions
        )
    return ReportData(
        title=title,
        made_at=now(),
        stamp=gathered.stamp,
        bank=BankFacts(
            name=gathered.bank,
            hash=gathered.bank_hash,
            questions=gathered.size,
            scored=len(gathered.scored),
        ),
        level=level,
        scores=tuple(scores),
        comparisons=dict(comparisons),
        graders=_graders(gathered),
        tiers=_parts(gathered, {q.id: (q.tier,) for q in gathered.scored if q.tier}, level),
        abilities=_parts(gathered, {q.id: q.tags for q in gathered.scored}, level),
        models=_models(gathered),
        questions=questions,
        notes=(*gathered.notes, *method_notes(gathered), *about_pictures),
        judges=beside_judged(gathered, reader, about_judges),
        items=examined(gathered, reader) if reader else None,
        twins=twin_results(reader, gathered) if reader else (),
        days=by_day(reader, gathered) if reader else Days(),
        votes=rank_by_votes(reader.votes(), gathered) if reader else None,
    )


def _graders(gathered: Gathered) -> tuple[GraderUse, ...]:
    counts = Counter((g.grader, g.version, g.authority) for g in gathered.grades.values())
    return tuple(
        GraderUse(name=name, version=version, authority=authority, grades=count)
        for (name, version, authority), count in counts.most_common()
    )


def _parts(
    gathered: Gathered, labels: Mapping[str, Sequence[str]], level: float
) -> tuple[Breakdown, ...]:
    """One breakdown a label, in the order of the bank; a question may carry several labels."""
    found = dict.fromkeys(label for of in labels.values() for label in of)
    parts = []
    for label in found:
        mask = np.array([label in labels.get(q.id, ()) for q in gathered.scored], dtype=bool)
        scores = score_table(gathered.matrix.select(mask), level=level, ranks=False)
        parts.append(Breakdown(label=label, questions=int(mask.sum()), scores=tuple(scores)))
    return tuple(parts)


def _models(gathered: Gathered) -> tuple[ModelFacts, ...]:
    by_model: dict[str, list[Answer]] = {card.name: [] for card in gathered.cards}
    for (model, _, _), answer in gathered.answers.items():
        by_model[model].append(answer)
    return tuple(_facts(card, by_model[card.name]) for card in gathered.cards)


def _facts(card: ModelCard, answers: Sequence[Answer]) -> ModelFacts:
    cost: dict[str, float] = {}
    for answer in answers:
        if answer.cost is not None:
            cost[answer.currency] = cost.get(answer.currency, 0.0) + answer.cost
    recorded = all(answer.source == "recorded" for answer in answers)
    return ModelFacts(
        name=card.name,
        source="recorded" if recorded else "measured",
        kind=card.kind,
        released=card.released,
        params_total=card.params_total,
        params_active=card.params_active,
        licence=card.licence,
        price_in=card.price_in,
        price_out=card.price_out,
        currency=card.currency,
        states=cast(dict[State, int], dict(Counter(answer.state for answer in answers))),
        cost=cost,
        tokens_in=_sum([a.usage.tokens_in for a in answers]),
        tokens_out=_sum([a.usage.tokens_out for a in answers]),
        tokens_reasoning=_sum([a.usage.tokens_reasoning for a in answers]),
        tokens_cached=_sum([a.usage.tokens_cached for a in answers]),
        first_token=_quantiles([a.first_token_s for a in answers]),
        total=_quantiles([a.total_s for a in answers if a.state != "failed"]),
    )


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _quantiles(values: Sequence[float | None]) -> Quantiles | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    middle, slow = np.quantile(known, [0.5, 0.9]).tolist()
    low, high = _around_median(known)
    return Quantiles(p50=middle, p90=slow, count=len(known), low=low, high=high)


def _around_median(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of a median by ranks; unknown where it would need more values."""
    reach = 0.98 / float(np.sqrt(len(values)))  # 1.96 standard errors of a rank, as a share
    if reach >= 0.5:
        return float("nan"), float("nan")
    low, high = np.quantile(values, [0.5 - reach, 0.5 + reach]).tolist()
    return low, high


def _question(question: Question, gathered: Gathered, *, reveal: bool) -> QuestionView:
    choice = gathered.choices[question.id]
    secret = bool(question.hidden) and not reveal
    shown = hidden.question(question) if secret else question
    places = [
        (card.name, question.id, repeat)
        for card in gathered.cards
        for repeat in range(gathered.repeats)
    ]
    return QuestionView(
        id=question.id,
        prompt=shown.prompt,
        tier=question.tier,
        tags=question.tags,
        reference=shown.answer,
        aliases=shown.aliases,
        choices=shown.choices,
        grader=choice.grader,
        grader_why=choice.why,
        answers=tuple(
            answer_view(
                question, gathered.answers[place], gathered.grades.get(place), reveal=reveal
            )
            for place in places
            if place in gathered.answers
        ),
    )


def answer_view(
    question: Question, answer: Answer, grade: Grade | None, *, reveal: bool = False
) -> AnswerView:
    """What is shown of one answer; of one to a hidden question the words only with `reveal`."""
    if question.hidden and not reveal:
        grade = hidden.grade(grade) if grade else None
        return _answer(hidden.question(question), hidden.answer(answer), grade)
    return _answer(question, answer, grade)


def _turns(question: Question, answer: Answer) -> tuple[Turn, ...]:
    """What was said between the prompt and the last answer.

    Answers that came without what was said to them have what the question has written down.
    """
    said, fresh = answer.meta.get("said"), answer.meta.get("fresh")
    said = said if isinstance(said, list) else question.turns
    fresh = fresh if isinstance(fresh, list) else ()
    turns: list[Turn] = []
    for place, (text, move) in enumerate(zip(answer.earlier, said, strict=False)):
        turns += [
            Turn(who="model", text=text),
            Turn(who="user", text=str(move), fresh=place in fresh),
        ]
    return tuple(turns)


def _answer(question: Question, answer: Answer, grade: Grade | None) -> AnswerView:
    view = {
        "model": answer.model,
        "state": answer.state,
        "repeat": answer.repeat,
        "text": answer.text,
        "reasoning": answer.reasoning,
        "error": answer.error,
        "cost": answer.cost,
        "currency": answer.currency,
        "first_token_s": answer.first_token_s,
        "total_s": answer.total_s,
        "turns": _turns(question, answer),
    }
    if grade is None:
        return AnswerView(verdict="ungraded", **view)  # type: ignore[arg-type]
    return AnswerView(
        verdict=grade.verdict,
        reason=grade.reason,
        extracted=grade.extracted,
        grader=grade.grader,
        by=grade.by,
        **view,  # type: ignore[arg-type]
    )
