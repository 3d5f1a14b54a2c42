"""Which of all grades of an answer counts.

A person goes before a judge, a judge before a rule, and of equals the newest. A person who gives
`ungraded` takes back what that person gave before, so that the next in rank counts again. A
judge model that could not be heard (`ungraded`) takes nobody's place, one that cannot decide
(`unsure`) takes no rule's right or wrong away, and one opinion among several counts only through
the verdict combined from them. Grades are taken one by one, oldest first; the module knows no
database.
"""

from __future__ import annotations

from collections.abc import Iterable

from mingan.records import Grade

Place = tuple[str, str]
"""(answer content, question hash)."""

_DECIDED = ("right", "wrong")


class StandingGrades:
    """The grade that counts for every answer and question, kept up to date grade by grade.

    `rules` is what the rules alone say: their newest.
    """

    def __init__(self, grades: Iterable[Grade] = ()) -> None:
        """Takes `grades`, oldest first."""
        self.rules: dict[Place, Grade] = {}
        self._judges: dict[Place, Grade] = {}
        self._people: dict[Place, dict[str, Grade]] = {}
        self.by_place: dict[Place, Grade] = {}
        for grade in grades:
            self.take(grade)

    def take(self, grade: Grade) -> None:
        """Count one more grade, newer than all before."""
        if grade.opinion:
            return
        place = (grade.answer, grade.question_hash)
        if grade.authority == "person":
            self._hear(place, grade)
        elif grade.authority == "rule":
            self.rules[place] = grade
        elif grade.verdict != "ungraded" or not _heard(self._judges.get(place)):
            self._judges[place] = grade
        self._settle(place)

    def _hear(self, place: Place, grade: Grade) -> None:
        people = self._people.setdefault(place, {})
        people.pop(grade.by, None)  # so that the newest stands last
        if grade.verdict != "ungraded":
            people[grade.by] = grade

    def _settle(self, place: Place) -> None:
        people = self._people.get(place)
        found = next(reversed(people.values())) if people else self._of_machines(place)
        if found is None:
            self.by_place.pop(place, None)
        else:
            self.by_place[place] = found

    def _of_machines(self, place: Place) -> Grade | None:
        """The judge's, unless it says less than the rule."""
        rule, judge = self.rules.get(place), self._judges.get(place)
        if rule is None or judge is None:
            return rule or judge
        if rule.verdict in _DECIDED:
            return judge if judge.verdict in _DECIDED else rule
        return judge if _heard(judge) or rule.verdict == "ungraded" else rule


def _heard(grade: Grade | None) -> bool:
    """Whether a judge came to anything."""
    return grade is not None and grade.verdict != "ungraded"
