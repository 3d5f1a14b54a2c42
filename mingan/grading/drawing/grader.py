"""The grader of drawings: the last SVG of an answer, read safely, rendered, and checked.

It puts reading, rendering and checking together; none of the three is done here.
"""

from __future__ import annotations

from mingan.grading.drawing.checks import KINDS, Drawing, failure
from mingan.grading.drawing.rendering import CPU_SECONDS, RenderError, draw, png_for_people
from mingan.grading.drawing.safety import Unfit, begun, read, written_svg
from mingan.grading.protocol import Finding
from mingan.grading.rules.base import param
from mingan.grading.rules.checked import CheckedGrader
from mingan.grading.rules.checklist import faults_in, judged
from mingan.language import Text
from mingan.records import Question

_MISSING = Text(
    "没有找到 SVG：回答里没有 <svg> 开头的一段。",
    "No SVG was found: nothing in the answer begins with <svg>.",
)
_UNCLOSED = Text(
    "SVG 没有写完：缺少结尾的 </svg>。", "The SVG is not finished: its end tag </svg> is missing."
)


class SvgGrader(CheckedGrader):
    """Right when the last SVG of the answer passes every check of the parameter `checks`.

    No SVG, one that is invalid and one that refers to anything outside itself are wrong. Where
    our own renderer fails although the SVG is in order, the answer stays ungraded.
    """

    name = "svg"
    version = "3"
    slow = True

    def slips(self, question: Question) -> list[Text]:
        """Checks that are not well formed."""
        return faults_in(question, "checks", KINDS)

    def judge(self, question: Question, text: str) -> Finding:
        """Judge the last SVG in the text."""
        svg = written_svg(text)
        if svg is None:
            reason = _UNCLOSED if begun(text) else _MISSING
            return Finding(verdict="wrong", reason=reason, score=0.0)
        try:
            root = read(svg)
            drawing = Drawing(root, draw(root))
        except Unfit as error:
            return Finding(verdict="wrong", reason=error.reason, score=0.0, extracted=svg[:120])
        except RenderError as error:
            return Finding(verdict="ungraded", reason=error.message, extracted=svg[:120])
        return judged([failure(check, drawing) for check in param(question, "checks")], svg)


def picture(
    question: Question, text: str, *, side: int = 256, seconds: int = CPU_SECONDS
) -> bytes | None:
    """The drawing in an answer to an `svg` question as a PNG on white, for a person's eye.

    Its longer side has `side` pixels. None when the question wants no drawing, and when the
    answer has none that may be drawn, or none that can be within `seconds` of processor time.
    """
    svg = written_svg(text) if question.grader == SvgGrader.name else None
    if svg is None:
        return None
    try:
        return png_for_people(read(svg), side, seconds)
    except (Unfit, RenderError):
        return None
