"""Which of all grades of an answer counts.

A person goes before a judge, a judge before a rule, and of equals the newest. A person who gives
`ungraded` takes back what that person gave before, so that the next in rank counts again. A
judge model that could not be heard (`ungraded`) takes nobody's place, and one opinion among
several counts only through the verdict combined from them. Grades are taken one by one, oldest
first; the module knows no database.
"""

from __future__ import annotations

from collections.abc import Iterable

from mingan.records import Grade

Place = tuple[str, str]
"""(answer content, question hash)."""

_RANK = {"rule": 0, "judge": 1, "person": 2}


class StandingGrades:
    """The grade that counts for every answer and question, kept up to date grade by grade."""

    def __init__(self, grades: Iterable[Grade] = ()) -> None:
        """Takes `grades`, oldest first."""
        self._machines: dict[Place, Grade] = {}
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
        else:
            before = self._machines.get(place)
            if before is None or _goes_before(grade, before):
                self._machines[place] = grade
        self._settle(place)

    def _hear(self, place: Place, grade: Grade) -> None:
        people = self._people.setdefault(place, {})
        people.pop(grade.by, None)  # so that the newest stands last
        if grade.verdict != "ungraded":
            people[grade.by] = grade

    def _settle(self, place: Place) -> None:
        people = self._people.get(place)
        if people:
            self.by_place[place] = next(reversed(people.values()))
        elif place in self._machines:
            self.by_place[place] = self._machines[place]
        else:
            self.by_place.pop(place, None)


def _goes_before(grade: Grade, before: Grade) -> bool:
    """Whether a newer grade of a machine takes an older one's place."""
    if grade.authority == "judge" and grade.verdict == "ungraded":
        return before.verdict == "ungraded"
    if before.authority == "judge" and before.verdict == "ungraded":
        return True
    return _RANK[grade.authority] >= _RANK[before.authority]
