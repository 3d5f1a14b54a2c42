"""The grader of tracks: a scene is played anew from its seed, and an answer held against it.

Right is an error at most half way from the best free predictor (standing still, copying, a line or
a parabola through the same numbers) to another take of the same scene; where a free predictor is
as good as another take already, right is to do as well as that. The score, in [0, 1], is 0 for
standing still and 1 for another take: see `tracks`. It must not know which model spoke.
"""

from __future__ import annotations

from mingan.errors import InputError, UsageError
from mingan.grading.protocol import Finding
from mingan.language import Text
from mingan.records import Question
from mingan.world.questions import scene_in
from mingan.world.tracks import ASKED, Course, course_of
from mingan.world.tracks_reading import Places, read

_NOTHING = Text(
    "回答里读不出一个要问的位置（要写成 t=2.5: A x y）。",
    "No place that was asked for could be read in the answer (t=2.5: A x y).",
)


class TracksGrader:
    """Right when the places come nearer to the truth than every free predictor, clearly."""

    name = "tracks"
    version = "1"
    slow = True
    """A scene is played three times."""

    def grade(self, question: Question, text: str) -> Finding:
        """Read the places and hold them against the scene."""
        course = course_in(question)
        if course is None:
            return Finding(verdict="ungraded", reason=_fault(question))
        names = [course.names[k] for k in course.asked]
        places = read(text, names, ASKED)
        if not places:
            return Finding(verdict="wrong", reason=_NOTHING, score=0.0)
        error = course.error(places)
        return Finding(
            verdict="right" if error <= course.bar else "wrong", score=course.score(error),
            reason=_reason(course, error, len(places)), extracted=_said(places, names),
            # Who has come to the last second has said all.
            firm=any(second == ASKED[-1] for second, _ in places),
        )  # fmt: skip

    def faults(self, question: Question) -> list[Text]:
        """A scene that is not named, or that has no tracks."""
        return [] if course_in(question) is not None else [_fault(question)]


def course_in(question: Question) -> Course | None:
    """The course that a question's parameters name; None where they name none."""
    try:
        return course_of(scene_in(question.params))
    except (InputError, UsageError):
        return None


def _fault(question: Question) -> Text:
    told = str(question.params.get("scene"))[:80]
    return Text(
        f"params 里的 scene 不是有轨迹的场景：{told}",
        f"The scene in params is none that has tracks: {told}",
    )


def _reason(course: Course, error: float, count: int) -> Text:
    best = min(course.free, key=lambda name: course.free[name])
    missing = len(ASKED) * len(course.asked) - count
    zh = f"缺 {missing} 个位置；" if missing else ""
    en = f"{missing} places are missing; " if missing else ""
    return Text(
        f"{zh}平均差 {error:.3f} 个画面宽；最好的免费预言（{_FREE[best].zh}）差 "
        f"{course.free[best]:.3f}，同一场景另演一次差 {course.ceiling:.3f}，不超过 "
        f"{course.bar:.3f} 算对。",
        f"{en}the mean error is {error:.3f} widths; the best free predictor ({_FREE[best].en}) is "
        f"off by {course.free[best]:.3f}, another take by {course.ceiling:.3f}, and up to "
        f"{course.bar:.3f} is right.",
    )


_FREE = {
    "freeze": Text("不动", "standing still"), "copy": Text("照抄", "copying"),
    "linear": Text("直线", "a line"), "quadratic": Text("抛物线", "a parabola"),
}  # fmt: skip


def _said(places: Places, names: list[str]) -> str:
    """The last second that was read, in short."""
    last = max(second for second, _ in places)
    told = [
        f"{name} {places[last, name][0]:g} {places[last, name][1]:g}"
        for name in names if (last, name) in places
    ]  # fmt: skip
    return f"t={last:g}: " + "; ".join(told)
