"""The grader of programs: what it calls right and wrong, and what it says."""

from __future__ import annotations

from typing import Any

import pytest

from mingan import grading
from mingan.grading.code import grader as grader_module
from mingan.grading.code import sandbox as sandbox_module
from mingan.grading.code.grader import CodeGrader
from mingan.grading.code.sandbox import Job, Report, run
from mingan.grading.protocol import Finding, Grader
from mingan.language import Text
from mingan.records import Answer, Question

ADD = {
    "function": "add",
    "tests": [{"args": [1, 2], "expect": 3}, {"args": [-1, 1], "expect": 0}],
}
SUM = {
    "mode": "program",
    "tests": [{"stdin": "1 2\n", "stdout": "3"}, {"stdin": "5 5\n", "stdout": "10\n"}],
}
GOOD = "def add(a, b):\n    return a + b"


def asked(answer: str | None = None, **params: Any) -> Question:
    return Question(id="q", prompt="写一个函数", answer=answer, grader="code", params=params)


def block(code: str, language: str = "python") -> str:
    return f"可以这样写：\n```{language}\n{code}\n```\n希望有帮助。"


def judge(text: str, **params: Any) -> Finding:
    return CodeGrader().grade(asked(**params), text)


def gives(expect: Any, code: str, **params: Any) -> str:
    """The verdict on an expression or a body as what `f` gives back."""
    body = code if code.startswith("def ") else f"def f(x): return {code}"
    tests = [{"args": [3], "expect": expect}]
    return judge(block(body), function="f", tests=tests, **params).verdict


def test_it_is_a_grader_and_says_that_it_is_slow() -> None:
    assert isinstance(CodeGrader(), Grader)
    assert grading.is_slow(asked(**ADD))


@pytest.mark.usefixtures("sandbox")
class TestFunctions:
    def test_a_right_program_is_right_for_good(self) -> None:
        finding = judge(block(GOOD), **ADD)
        assert (finding.verdict, finding.score, finding.firm) == ("right", 1.0, True)
        assert finding.reason == Text("2 组测试全部通过。", "It passed every test (2 tests).")
        assert finding.extracted.startswith("def add")

    def test_the_first_failing_test_is_named(self) -> None:
        finding = judge(block("def add(a, b): return abs(a) + abs(b)"), **ADD)
        assert (finding.verdict, finding.score, finding.firm) == ("wrong", 0.5, False)
        assert finding.reason.zh == (
            "第 2 组测试没有通过：输入 -1, 1，应得 0，实得 2。（通过 1/2）"
        )
        assert finding.reason.en == (
            "Test 2 failed: input -1, 1, expected 0, got 2. (1 of 2 passed)"
        )

    @pytest.mark.parametrize(
        ("expect", "code"),
        [
            ([1, 2], "(1, 2)"),
            ([1, 2], "[1.0, 2]"),
            ([3, 1, 2], "{1, 2, 3}"),
            ([[1, 2], [0, 5]], "frozenset({(0, 5), (1, 2)})"),
            ({"1": "a", "true": [2], "null": 3}, "{1: 'a', True and 'true': (2,), None: 3}"),
            ({"a": 1}, "__import__('collections').OrderedDict(a=1)"),
            ([1, 2], "__import__('collections').namedtuple('P', 'x y')(1, 2)"),
            (0.3, "0.1 + 0.2"),
            (float("nan"), "float('nan')"),
            (float("-inf"), "-float('inf')"),
            (10**400, "10**400"),
            (-(2**70), "-2**70"),
            (None, "None"),
            ("明暗", "'明' + '暗'"),
            ("a\nb\u2028\x00", "'a\\nb\\u2028\\x00'"),
            (True, "x == 3"),
            ({}, "{}"),
            ({"d": [["i", "7"]]}, "{'d': [['i', '7']]}"),
            ([], "set()"),
            (2, "__import__('enum').IntEnum('E', 'A B').B"),
            (9, "def f(x):\n    import asyncio\n    return asyncio.run(asyncio.sleep(0, 9))"),
        ],
    )
    def test_values_compare_as_json(self, expect: Any, code: str) -> None:
        assert gives(expect, code) == "right"

    @pytest.mark.parametrize(
        ("expect", "code"),
        [
            (1, "True"),
            (True, "1"),
            (0, "False"),
            (0, "None"),
            ("3", "3"),
            (3, "'3'"),
            ([1, 2], "[2, 1]"),
            ([1, 1, 2], "{1, 2}"),
            ([1, 2], "[1, 2, 3]"),
            ([1, 2], "iter([1, 2])"),
            ([0, 1], "range(2)"),
            ({"a": 1}, "{'a': 1, 'b': 2}"),
            ({"s": [1]}, "{1}"),
            ({"o": "object"}, "object()"),
            ({"i": "ff"}, "10**400"),
            (10**400, "10**400 + 1"),
            (0.3, "0.3001"),
            (float("nan"), "0.0"),
            (float("inf"), "1e308"),
            (1, "1 + 0j"),
            ("a", "b'a'"),
        ],
    )
    def test_unequal_values_are_wrong(self, expect: Any, code: str) -> None:
        assert gives(expect, code) == "wrong"

    def test_numbers_of_thousands_of_digits_are_compared(self) -> None:
        assert gives(10**4000, "10**4000") == "right"
        assert gives(10**4000, "10**4000 + 1") == "wrong"

    def test_the_tolerance_is_the_questions(self) -> None:
        assert gives(3.14159, "355 / 113", tolerance=1e-4) == "right"
        assert gives(3.14159, "355 / 113") == "wrong"

    def test_an_asynchronous_function_is_awaited(self) -> None:
        assert gives(4, "def g(): pass\nasync def f(x): return x + 1") == "right"

    def test_a_class_of_data_and_threads_and_the_library_are_at_hand(self) -> None:
        code = (
            "from dataclasses import dataclass\nfrom concurrent.futures import ThreadPoolExecutor\n"
            "import hashlib, decimal, re, json, heapq, itertools\n"
            "@dataclass\nclass P:\n    v: int\n"
            "def f(x):\n    with ThreadPoolExecutor(4) as pool:\n"
            "        return sum(p.v for p in pool.map(P, range(x)))"
        )
        assert judge(block(code), function="f", tests=[{"args": [3], "expect": 3}]).verdict == (
            "right"
        )

    def test_setup_comes_before_the_program(self) -> None:
        assert gives(13, "x + GIVEN", setup="GIVEN = 10") == "right"

    def test_arguments_are_fresh_in_every_test(self) -> None:
        tests = [{"args": [[1]], "expect": 2}] * 2
        code = "def f(a):\n    a.append(0)\n    return len(a)"
        assert judge(block(code), function="f", tests=tests).verdict == "right"

    def test_what_only_runs_as_a_script_does_not_run(self) -> None:
        code = f"{GOOD}\nif __name__ == '__main__':\n    print(add(int(input()), 1))"
        assert judge(block(code), **ADD).verdict == "right"

    def test_printing_is_no_result(self) -> None:
        assert judge(block("print(3)\ndef add(a, b): print(a + b)"), **ADD).score == 0

    @pytest.mark.parametrize("word", ["sorted", "sort", "for", "import", "lambda", "eval"])
    def test_what_is_forbidden_is_named(self, word: str) -> None:
        code = {
            "sorted": "def f(x): return sorted(x)",
            "sort": "def f(x):\n    x.sort()\n    return x",
            "for": "def f(x): return [y for y in x]",
            "import": "def f(x):\n    import heapq\n    return x",
            "lambda": "f = lambda x: x",
            "eval": "def f(x): return eval('sorted')(x)",
        }[word]
        tests = [{"args": [[1, 2]], "expect": [1, 2]}]
        forbid = ["nothing" if word == "eval" else word]
        finding = judge(block(code), function="f", tests=tests, forbid=forbid)
        assert finding.verdict == "wrong"
        assert finding.reason.zh == f"程序用了不许用的 {word}。"
        if word != "eval":
            assert judge(block(code), function="f", tests=tests).verdict == "right"

    def test_a_missing_function_and_bad_syntax_are_told_apart(self) -> None:
        assert "没有定义函数 add" in judge(block("def plus(a, b): return a + b"), **ADD).reason.zh
        finding = judge(block("def add(a, b):\n    return a +"), **ADD)
        assert finding.reason.zh == "程序第 2 行有语法错误：invalid syntax。"

    def test_what_was_raised_is_told_with_its_line(self) -> None:
        finding = judge(block("def add(a, b):\n    x = 1\n    return a / 0"), **ADD)
        assert "第 3 行出错（ZeroDivisionError: division by zero）" in finding.reason.zh
        assert "it failed in line 3 (ZeroDivisionError" in finding.reason.en

    @pytest.mark.parametrize(
        ("code", "verdict"), [(GOOD, "right"), ("def add(a, b):\n    return a", "wrong")]
    )
    def test_prose_around_a_program_changes_nothing(self, code: str, verdict: str) -> None:
        for text in (
            f"代码如下：\n{code}\n\n说明：很简单。",
            f"可以这样写：\n\n{code}",
            f"{code}\n\n以上就是答案。",
        ):
            assert judge(text, **ADD).verdict == verdict, text

    @pytest.mark.parametrize("text", ["", "我不会写程序。", "sorry", "不能回答这个问题：抱歉！"])
    def test_a_refusal_has_no_program(self, text: str) -> None:
        finding = judge(text, **ADD)
        assert (finding.verdict, finding.score) == ("wrong", 0.0)
        assert finding.reason == Text(
            "回答里没有找到定义函数 add 的 Python 程序。",
            "No Python program that defines add was found in the answer.",
        )

    def test_a_text_about_the_function_is_no_program(self) -> None:
        text = "下面是函数：\ndef add 表示相加。\n"
        assert judge(text, **ADD).reason.zh.startswith("回答里没有找到")

    def test_the_verdict_survives_a_cut_only_where_the_program_passed(self) -> None:
        for code, verdict in ((GOOD, "right"), ("def add(a, b):\n    return", "unsure")):
            said = Answer(question="q", asked="", model="m", model_hash="h", state="truncated",
                          text=f"```python\n{code}")  # fmt: skip
            assert grading.grade(asked(**ADD), said).verdict == verdict


@pytest.mark.usefixtures("sandbox")
class TestScripts:
    def test_a_script_reads_its_input_and_prints(self) -> None:
        finding = judge(block("print(sum(map(int, input().split())))  "), **SUM)
        assert (finding.verdict, finding.score, finding.firm) == ("right", 1.0, True)

    def test_a_script_that_asks_whether_it_is_one_is(self) -> None:
        code = (
            "import sys\ndef main():\n    print(sum(map(int, sys.stdin.read().split())))\n    "
            "sys.exit(0)\nif __name__ == '__main__':\n    main()"
        )
        assert judge(block(code), **SUM).verdict == "right"

    def test_what_threads_print_after_the_last_line_counts(self) -> None:
        code = (
            "import threading, time\ns = input()\ndef late():\n    time.sleep(.02)\n"
            "    print(sum(map(int, s.split())))\nthreading.Thread(target=late).start()"
        )
        assert judge(block(code), **SUM).verdict == "right"

    def test_the_wrong_output_is_shown(self) -> None:
        finding = judge(block("a, b = map(int, input().split())\nprint(a * b + 1)"), **SUM)
        assert (finding.verdict, finding.score) == ("wrong", 0.5)
        assert "第 2 组测试没有通过" in finding.reason.zh
        assert "26" in finding.reason.zh

    def test_an_error_after_the_right_output_is_an_error(self) -> None:
        code = "print(sum(map(int, input().split())))\nraise ValueError('late')"
        finding = judge(block(code), **SUM)
        assert finding.score == 0
        assert "ValueError: late" in finding.reason.zh

    def test_numbers_may_be_off_only_where_the_question_says_so(self) -> None:
        tests = [{"stdin": "", "stdout": "pi 3.14159"}]
        code = block("print('pi', 355 / 113)")
        assert judge(code, mode="program", tests=tests).verdict == "wrong"
        assert judge(code, mode="program", tests=tests, tolerance=1e-4).verdict == "right"

    def test_chinese_goes_in_and_out(self) -> None:
        tests = [{"stdin": "明", "stdout": "明暗"}]
        assert judge(block("print(input() + '暗')"), mode="program", tests=tests).verdict == "right"

    def test_a_bare_script_is_a_program_and_prose_is_none(self) -> None:
        assert judge("print(sum(map(int, input().split())))", **SUM).verdict == "right"
        finding = judge("print(结果) 就可以了", **SUM)
        assert finding.reason.zh == "回答里没有找到 Python 程序。"


FAULTY: list[dict[str, Any]] = [
    {},
    {"function": "f"},
    {"function": "f", "tests": []},
    {"function": "f", "tests": ["x"]},
    {"function": "f", "tests": [{"args": 1, "expect": 1}]},
    {"function": "f", "tests": [{"args": [1]}]},
    {"function": "1f", "tests": [{"args": [1], "expect": 1}]},
    {"function": "for", "tests": [{"args": [1], "expect": 1}]},
    {"tests": [{"args": [1], "expect": 1}]},
    {"mode": "script", "tests": [{"stdin": "", "stdout": ""}]},
    {"mode": "program", "tests": [{"stdin": 1, "stdout": ""}]},
    {"mode": "program", "tests": [{"stdin": ""}]},
    {**ADD, "timeout": 0},
    {**ADD, "timeout": "5"},
    {**ADD, "timeout": 10_000},
    {**ADD, "memory_mb": 1},
    {**ADD, "tolerance": -1},
    {**ADD, "forbid": "for"},
    {**ADD, "forbid": [1]},
    {**ADD, "setup": "def"},
    {**ADD, "setup": 3},
]


@pytest.mark.parametrize("params", FAULTY)
def test_a_bad_question_is_at_fault_and_never_graded(params: dict[str, Any]) -> None:
    (fault,) = CodeGrader().faults(asked(**params))
    assert fault.zh
    assert fault.en
    finding = judge(block(GOOD), **params)
    assert (finding.verdict, finding.reason) == ("ungraded", fault)


@pytest.mark.parametrize(
    ("answer", "faulty"),
    [(GOOD, False), (None, False), ("add = lambda a, b: a + b", False), ("a +", True),
     ("def plus(a, b): return a + b", True), ("求和", True)],
)  # fmt: skip
def test_the_reference_must_be_such_a_program(answer: str | None, faulty: bool) -> None:
    assert bool(CodeGrader().faults(asked(answer, **ADD))) is faulty


def test_without_a_sandbox_nothing_is_run_or_graded(monkeypatch: pytest.MonkeyPatch) -> None:
    reason = Text("没有沙箱", "no sandbox")
    monkeypatch.setattr(grader_module, "available", lambda: reason)
    monkeypatch.setattr(grader_module, "run", lambda job: pytest.fail("it was run"))
    finding = judge(block(GOOD), **ADD)
    assert (finding.verdict, finding.reason) == ("ungraded", reason)


def test_a_sandbox_that_breaks_down_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    reason = Text("坏了", "broken")
    monkeypatch.setattr(grader_module, "available", lambda: None)
    monkeypatch.setattr(grader_module, "run", lambda job: Report(fault=reason))
    assert judge(block(GOOD), **ADD) == Finding(verdict="ungraded", reason=reason)
    assert judge(block(GOOD), **SUM).verdict == "ungraded"


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_elsewhere_than_on_linux_nothing_is_run(
    system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox_module.sys, "platform", system)
    monkeypatch.setattr(sandbox_module.subprocess, "Popen", lambda *a, **k: pytest.fail("ran"))
    monkeypatch.setattr(sandbox_module, "_tried", [])
    reason = sandbox_module.available()
    assert reason is not None
    assert "Linux" in reason.zh
    assert run(Job(code="1")).fault is not None


def test_a_reference_that_fails_its_own_tests_is_a_fault_and_judges_nobody(sandbox: None) -> None:
    tests = [{"args": [3], "expect": 4}]
    wrong = Question(
        id="q", prompt="p", answer="def f(x):\n    return x\n", grader="code",
        params={"function": "f", "tests": tests},
    )  # fmt: skip
    (problem,) = CodeGrader().faults(wrong)
    assert "参考答案自己没有通过检查" in problem.zh
    assert CodeGrader().grade(wrong, "def f(x): return x + 1").verdict == "ungraded"
