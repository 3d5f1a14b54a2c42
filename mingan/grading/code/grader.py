"""Programs, judged by running them: right when every test gives what is expected.

The program runs in a sandbox; what is expected stays here. A program that fails, loops, eats
memory or tries to get out is wrong; where the sandbox itself cannot be had, nothing is run and the
answer stays ungraded. This module words the finding; it must not know how the sandbox works.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mingan.grading.code import wording
from mingan.grading.code.comparing import equal, same_output
from mingan.grading.code.extraction import Program, programs
from mingan.grading.code.sandbox import Job, Report, available, run
from mingan.grading.code.spec import TOLERANCE, Spec, answer_fault, read
from mingan.grading.protocol import Finding
from mingan.grading.rules.checked import CheckedGrader
from mingan.language import Text
from mingan.normal import shorten
from mingan.records import Question

START_S = 0.5
"""Seconds that each run of a script may add to the question's time, for starting."""


@dataclass(slots=True)
class _Outcome:
    """How the tests went. `fault` is ours; `whole` is a reason that concerns no single test."""

    fault: Text | None = None
    whole: Text | None = None
    failures: dict[int, Text] = field(default_factory=dict)


class CodeGrader(CheckedGrader):
    """Right when the program passes all `tests`; the score is the share of them that pass."""

    name = "code"
    version = "3"
    slow = True
    """It may take seconds, so it is not to be called where others wait."""

    def judge(self, question: Question, text: str) -> Finding:
        """Judge the last program in the text."""
        spec = read(question)
        if isinstance(spec, Text):
            return Finding(verdict="ungraded", reason=spec)
        reason = available()
        if reason is not None:
            return Finding(verdict="ungraded", reason=reason)
        first: Finding | None = None
        asked = "\n".join((question.prompt, *question.turns))
        for program in programs(text, spec.function, asked):
            outcome = _call(spec, program) if spec.function else _scripts(spec, program)
            finding = _finding(spec, program, outcome)
            if finding.verdict != "wrong":
                return finding
            first = first or finding
        return first or Finding(verdict="wrong", reason=wording.no_program(spec), score=0.0)

    def slips(self, question: Question) -> list[Text]:
        """Bad tests or limits, no function's name, or a reference that is no such program."""
        spec = read(question)
        if isinstance(spec, Text):
            return [spec]
        problem = answer_fault(question, spec)
        return [problem] if problem is not None else []


def _finding(spec: Spec, program: Program, outcome: _Outcome) -> Finding:
    if outcome.fault is not None:
        return Finding(verdict="ungraded", reason=outcome.fault)
    extracted = shorten(program.code, 120)
    count = len(spec.inputs)
    if outcome.whole is not None:
        return Finding(verdict="wrong", reason=outcome.whole, extracted=extracted, score=0.0)
    if not outcome.failures:
        reason = wording.passed(count)
        return Finding(verdict="right", reason=reason, extracted=extracted, firm=True, score=1.0)
    good = count - len(outcome.failures)
    first = outcome.failures[min(outcome.failures)]
    reason = wording.tally(first, good, count)
    return Finding(verdict="wrong", reason=reason, extracted=extracted, score=good / count)


def _job(spec: Spec, program: Program, **more: Any) -> Job:
    values: dict[str, Any] = {"seconds": spec.timeout, **more}
    return Job(
        code=program.code, setup=spec.setup, forbid=spec.forbid, memory_mb=spec.memory_mb, **values
    )


def _call(spec: Spec, program: Program) -> _Outcome:
    """Every test in one process."""
    report = run(_job(spec, program, function=spec.function, tests=spec.inputs))
    outcome = _before_tests(spec, program, report)
    if outcome is not None:
        return outcome
    results = _results(report)
    outcome = _Outcome()
    tolerance = TOLERANCE if spec.tolerance is None else spec.tolerance
    for number, expected in enumerate(spec.expected):
        result = results.get(number)
        if result is None:
            what = wording.ended(report, spec)
            outcome.failures[number] = wording.failed(spec, number, what)
        elif result[0] == "raised":
            what = wording.raised(result[1], result[2], result[3], spec)
            outcome.failures[number] = wording.failed(spec, number, what)
        elif not equal(expected, result[1], tolerance):
            outcome.failures[number] = wording.unequal(spec, number, result[1])
    if not outcome.failures and report.ending != "by itself":
        # Only a program that wrote its own report gets here.
        last = len(spec.inputs) - 1
        outcome.failures[last] = wording.failed(spec, last, wording.ended(report, spec))
    return outcome


def _before_tests(spec: Spec, program: Program, report: Report) -> _Outcome | None:
    """What kept the tests from being begun, if anything did."""
    if report.fault is not None:
        return _Outcome(fault=report.fault)
    first = report.lines[0] if report.lines else []
    match first:
        case ["loaded"] if spec.function:
            return None
        case ["no program", "syntax", _, _] if program.bare:
            return _Outcome(whole=wording.no_program(spec))
        case ["no function"]:
            return _Outcome(whole=wording.no_function(spec))
        case ["no program", kind, said, line]:
            return _Outcome(whole=wording.not_run(kind, said, line))
        case ["raised", kind, said, line] if spec.function:
            return _Outcome(whole=wording.on_loading(wording.raised(kind, said, line, spec)))
    if spec.function:
        return _Outcome(whole=wording.on_loading(wording.ended(report, spec)))
    return None


def _results(report: Report) -> dict[int, list[Any]]:
    """The first word on each test; lines of any other form are not the harness's."""
    found: dict[int, list[Any]] = {}
    for line in report.lines:
        match line:
            case [int(number), "value", _] | [int(number), "raised", _, _, _]:
                found.setdefault(number, line[1:])
    return found


def _scripts(spec: Spec, program: Program) -> _Outcome:
    """A process of its own for every test; the first that runs out of time ends it."""
    outcome = _Outcome()
    left = spec.timeout + START_S * len(spec.inputs)
    for number, stdin in enumerate(spec.inputs):
        report = run(_job(spec, program, stdin=stdin, seconds=min(spec.timeout, left)))
        stopped = _before_tests(spec, program, report)
        if stopped is not None:
            return stopped
        left = max(0.01, left - report.seconds)
        failure = _script_failure(spec, number, report)
        if failure is not None:
            outcome.failures[number] = failure
        if report.ending == "time":
            for rest in range(number + 1, len(spec.inputs)):
                outcome.failures[rest] = wording.failed(spec, rest, wording.ended(report, spec))
            break
    return outcome


def _script_failure(spec: Spec, number: int, report: Report) -> Text | None:
    if report.ending != "by itself":
        return wording.failed(spec, number, wording.ended(report, spec))
    match report.lines[0] if report.lines else []:
        case ["raised", kind, said, line]:
            return wording.failed(spec, number, wording.raised(kind, said, line, spec))
    printed = report.output.decode("utf-8", "replace")
    if same_output(spec.expected[number], printed, spec.tolerance):
        return None
    return wording.unequal(spec, number, printed)
