"""Rules' verdicts that judges overruled: a judge goes before a rule, and how often is said.

It compares the verdicts that count with those of the rules alone. The module must not know who is
right, nor how far a judge can be trusted.
"""

from __future__ import annotations

from collections import Counter

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


def _sentence(judge: str, count: int) -> Text:
    name = named(judge)
    return tidy(
        f"裁判 {name.zh} 推翻了规则的 {count:,} 个判定；这里算裁判的。",
        f"The judge {name.en} overruled {counted(count, 'verdict')} of rules; the judge's "
        f"{'counts' if count == 1 else 'count'} here.",
    )
