"""Which of all grades of an answer counts.

A person goes before a judge, a judge before a rule, and of equals the newest. A person who gives
`ungraded` takes back what that person gave before, so that the next in rank counts again. Grades
are taken one by one, oldest first; the module knows no database.
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
        place = (grade.answer, grade.question_hash)
        if grade.authority == "person":
            self._hear(place, grade)
        else:
            before = self._machines.get(place)
            if before is None or _RANK[grade.authority] >= _RANK[before.authority]:
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
