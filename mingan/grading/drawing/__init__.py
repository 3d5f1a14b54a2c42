"""Drawings in SVG: read safely, rendered, and checked by what can be seen.

    picture(question, text)   the drawing in an answer as a PNG for a person's eye, or None
    written_svg(text)         the last SVG in an answer as it was written, or None

The SVG itself is part of the stored answer, so its picture can always be made again; nothing
here keeps one.
"""

from __future__ import annotations

from mingan.grading.drawing.grader import SvgGrader, picture
from mingan.grading.drawing.safety import written_svg

__all__ = ["SvgGrader", "picture", "written_svg"]
