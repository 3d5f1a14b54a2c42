"""Programs as answers: taken from the text, run in a sandbox, judged by what they give back.

    available()   why nothing can be run on this machine, or None where it can

`grader` reads the question and words the verdict; `extraction` finds the program; `sandbox` starts
it and keeps it within its limits; `inside/` is what runs on the far side of the wall. The expected
values stay on this side, so that no program can report its own success.
"""

from __future__ import annotations

from mingan.grading.code.sandbox import available

__all__ = ["available"]
