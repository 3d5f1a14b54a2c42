"""What stands beside scores that judges have made: how many verdicts are theirs, and against whom.

A judge goes before a rule, and how often it did is said; for that the verdicts that count are
compared with those of the rules alone. The module must not know who is right, nor how far a judge
can be trusted: whoever knows that passes the sentences in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from mingan.language import Text, counted
from mingan.reports.gather import Gathered
from mingan.reports.sentences import named, tidy
from mingan.store import Reader
from mingan.store.standing_grades import StandingGrades

_DECIDED = ("right", "wrong")


def overruled(reader: Reader, gathered: Gathered) -> dict[str, int]:
    """By judge, how many of the rules' right and wrong its verdict turned round here."""
    judged = {place: g for place, g in gathered.grades.items() if g.authority == "judge"}
    if not judged:
        return {}
    ruled = StandingGrades(g for g in reader.all_grades() if g.authority == "rule").rules
    return dict(
        Counter(
            grade.by
            for grade in judged.values()
            if (rule := ruled.get((grade.answer, grade.question_hash))) is not None
            and rule.verdict in _DECIDED
            and grade.verdict in _DECIDED
            and rule.verdict != grade.verdict
        )
    )


def overruled_sentences(found: dict[str, int]) -> list[Text]:
    """One sentence for every judge that overruled rules."""
    return [_sentence(judge, count) for judge, count in sorted(found.items())]


def beside_judged(
    gathered: Gathered,
    reader: Reader | None,
    about_judges: Callable[[Gathered], Sequence[Text]] | None,
) -> tuple[Text, ...]:
    """All that stands beside the scores of a report because of its judges; nothing without any."""
    judged = [g for g in gathered.grades.values() if g.authority == "judge"]
    count = sum(grade.verdict != "ungraded" for grade in judged)
    if not count:
        return ()
    known = tuple(about_judges(gathered)) if about_judges else (_UNSAID,)
    against = overruled_sentences(overruled(reader, gathered)) if reader else []
    return (count_sentence(count), *known, *against)


def count_sentence(count: int) -> Text:
    """How many of the verdicts that count are judges'."""
    return Text(
        f"这里有 {count:,} 个判定是裁判模型给的，没有人看过这些回答。",
        f"{counted(count, 'verdict')} here {'is' if count == 1 else 'are'} by judge models, on "
        "answers that no person has looked at.",
    )


_UNSAID = Text(
    "这里没有写裁判有多准；mingan trust 会说。",
    "How good the judges are is not said here; mingan trust says it.",
)


def _sentence(judge: str, count: int) -> Text:
    name = named(judge)
    return tidy(
        f"裁判 {name.zh} 推翻了规则的 {count:,} 个判定；这里算裁判的。",
        f"The judge {name.en} overruled {counted(count, 'verdict')} of rules; the judge's "
        f"{'counts' if count == 1 else 'count'} here.",
    )
