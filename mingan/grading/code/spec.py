"""What a question that asks for a program wants: its parameters, read and checked.

A parameter that makes no sense is the question's fault and is told in one sentence. This module
must not know answers.
"""

from __future__ import annotations

import ast
import keyword
from dataclasses import dataclass
from typing import Any

from mingan.grading.code.extraction import defines
from mingan.language import Text
from mingan.records import Question

TOLERANCE, TIMEOUT_S, MEMORY_MB = 1e-9, 5.0, 256
LONGEST_TIMEOUT_S, LEAST_MEMORY_MB, MOST_MEMORY_MB = 60.0, 16, 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """The tests and limits of a question; `function` is "" where the program is run as a script.

    `inputs` are lists of arguments, or texts for standard input; `expected` stands beside them.
    `tolerance` is None where none was given.
    """

    function: str
    inputs: tuple[Any, ...]
    expected: tuple[Any, ...]
    tolerance: float | None
    setup: str
    forbid: tuple[str, ...]
    timeout: float
    memory_mb: int


def read(question: Question) -> Spec | Text:
    """The question's wish, or what is wrong with it."""
    params = question.params
    program = params.get("mode") == "program"
    function = "" if program else params.get("function")
    problem = (
        _function_fault(function, program, params.get("mode"))
        or _tests_fault(params.get("tests"), program)
        or _limits_fault(params)
        or _texts_fault(params)
    )
    if problem is not None:
        return problem
    given, wanted = ("stdin", "stdout") if program else ("args", "expect")
    tolerance = params.get("tolerance")
    return Spec(
        function=str(function),
        inputs=tuple(test.get(given, "") for test in params["tests"]),
        expected=tuple(test[wanted] for test in params["tests"]),
        tolerance=None if tolerance is None else float(tolerance),
        setup=params.get("setup", ""),
        forbid=tuple(params.get("forbid", ())),
        timeout=float(params.get("timeout", TIMEOUT_S)),
        memory_mb=int(params.get("memory_mb", MEMORY_MB)),
    )


def answer_fault(question: Question, spec: Spec) -> Text | None:
    """What is wrong with the reference solution; a question may have none."""
    if not question.answer or not question.answer.strip():
        return None
    try:
        ast.parse(question.answer)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        return Text(
            f"参考答案不是有效的 Python 程序：{error}",
            f"The reference answer is no valid Python program: {error}",
        )
    if spec.function and not defines(question.answer, spec.function):
        return Text(
            f"参考答案没有定义函数 {spec.function}。",
            f"The reference answer does not define the function {spec.function}.",
        )
    return None


def _function_fault(function: Any, program: bool, mode: Any) -> Text | None:
    if mode not in (None, "function", "program"):
        return Text(
            f"参数 mode 只能是 function 或 program，不是 {mode!r}。",
            f"The parameter mode is function or program, not {mode!r}.",
        )
    if program:
        return None
    if isinstance(function, str) and function.isidentifier() and not keyword.iskeyword(function):
        return None
    return Text(
        '参数 function 要写函数名，或者写 "mode": "program"。',
        'The parameter function must name the function; or give "mode": "program".',
    )


def _tests_fault(tests: Any, program: bool) -> Text | None:
    if not isinstance(tests, list | tuple) or not tests:
        return Text("参数 tests 是空的，请至少写一组测试。", "The parameter tests is empty.")
    for number, test in enumerate(tests, 1):
        if not isinstance(test, dict) or not _is_test(test, program):
            form = '{"stdin": "…", "stdout": "…"}' if program else '{"args": […], "expect": …}'
            return Text(
                f"第 {number} 组测试写得不对，应当写成 {form}。",
                f"Test {number} is not of the form {form}.",
            )
    return None


def _is_test(test: dict[str, Any], program: bool) -> bool:
    if program:
        return isinstance(test.get("stdin", ""), str) and isinstance(test.get("stdout"), str)
    return isinstance(test.get("args"), list | tuple) and "expect" in test


def _limits_fault(params: dict[str, Any]) -> Text | None:
    bounds = {
        "tolerance": (0.0, float("inf")),
        "timeout": (0.1, LONGEST_TIMEOUT_S),
        "memory_mb": (LEAST_MEMORY_MB, MOST_MEMORY_MB),
    }
    for name, (least, most) in bounds.items():
        value = params.get(name, least)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not least <= value <= most:
            return Text(
                f"参数 {name} 应当是 {least:g} 到 {most:g} 之间的数，不是 {value!r}。",
                f"The parameter {name} must be a number from {least:g} to {most:g}, not {value!r}.",
            )
    return None


def _texts_fault(params: dict[str, Any]) -> Text | None:
    forbid = params.get("forbid", ())
    if not isinstance(forbid, list | tuple) or not all(isinstance(word, str) for word in forbid):
        return Text(
            '参数 forbid 应当是一列词，例如 ["sorted", "for"]。',
            'The parameter forbid must be a list of words, such as ["sorted", "for"].',
        )
    setup = params.get("setup", "")
    try:
        ast.parse(setup)
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError) as error:
        return Text(
            f"参数 setup 不是有效的 Python 程序：{error}",
            f"The parameter setup is no valid Python program: {error}",
        )
    return None
