"""How the end of a program is told to people, in one line and in two languages.

It knows reports and limits, and decides nothing about verdicts.
"""

from __future__ import annotations

from typing import Any

from mingan.grading.code.comparing import shown, shown_arguments, shown_result
from mingan.grading.code.sandbox import Report
from mingan.grading.code.spec import Spec
from mingan.language import Text, counted
from mingan.normal import shorten

_REFUSED = ("[Errno 1]", "[Errno 13]")
_NO_MEMORY = "[Errno 12]"


def unequal(spec: Spec, number: int, got: Any) -> Text:
    """Test `number` (from 0) gave another value than it should have."""
    wanted, given = shown(spec.expected[number]), shown_result(got)
    return _in_test(
        spec, number, Text(f"应得 {wanted}，实得 {given}", f"expected {wanted}, got {given}")
    )


def raised(kind: Any, said: Any, line: Any, spec: Spec) -> Text:
    """The program raised something; what the sandbox stopped is named as that."""
    kind, said = _clean(kind), _clean(said)
    where_zh, where_en = (f"第 {line} 行", f" in line {line}") if line else ("", "")
    what = f"{kind}: {said}" if said else kind
    if kind == "MemoryError" or said.startswith(_NO_MEMORY):
        return Text(
            f"{where_zh}内存不足（限 {spec.memory_mb} MB）",
            f"out of memory{where_en} (the limit is {spec.memory_mb} MB)",
        )
    if kind == "TooLarge":
        return Text("结果太大或嵌套太深", "the result is too large or too deeply nested")
    if kind == "PermissionError" or said.startswith(_REFUSED):
        return Text(f"{where_zh}做了不允许的事（{what}）", f"it is not allowed{where_en} ({what})")
    return Text(f"{where_zh}出错（{what}）", f"it failed{where_en} ({what})")


def ended(report: Report, spec: Spec) -> Text:
    """The program ended, or was ended, before it was done."""
    if report.ending == "time":
        return Text(
            f"超过了 {spec.timeout:g} 秒的时限",
            f"it took longer than the limit of {spec.timeout:g} s",
        )
    if report.ending == "output":
        return Text("输出太多，已停止", "it printed too much and was stopped")
    if report.ending == "files":
        return Text(
            "写的文件太多或太大，已停止", "it wrote too many files or too much, and was stopped"
        )
    if report.ending == "signal":
        return Text(f"程序崩溃（信号 {report.signal}）", f"it crashed (signal {report.signal})")
    return Text("程序没有算完就退出了", "it ended before it was done")


def not_run(kind: Any, said: Any, line: Any) -> Text:
    """The program was not even started: it is no Python, or uses what is forbidden."""
    said = _clean(said)
    if kind == "forbidden":
        return Text(f"程序用了不许用的 {said}。", f"The program uses {said}, which is forbidden.")
    where_zh, where_en = (f"第 {line} 行", f" in line {line}") if line else ("", "")
    return Text(
        f"程序{where_zh}有语法错误：{said}。", f"The program has a syntax error{where_en}: {said}."
    )


def no_program(spec: Spec) -> Text:
    """Nothing in the answer looks like a program."""
    if not spec.function:
        return Text("回答里没有找到 Python 程序。", "No Python program was found in the answer.")
    return Text(
        f"回答里没有找到定义函数 {spec.function} 的 Python 程序。",
        f"No Python program that defines {spec.function} was found in the answer.",
    )


def no_function(spec: Spec) -> Text:
    """The program is all well, and not what was asked for."""
    return Text(
        f"程序没有定义函数 {spec.function}。",
        f"The program does not define the function {spec.function}.",
    )


def failed(spec: Spec, number: int, what: Text) -> Text:
    """Something happened in test `number` (from 0)."""
    return _in_test(spec, number, what)


def on_loading(what: Text) -> Text:
    """Something happened before the first test."""
    return Text(f"程序还没开始测试就停了：{what.zh}。", f"Before the first test: {what.en}.")


def passed(count: int) -> Text:
    """Every test passed."""
    return Text(f"{count} 组测试全部通过。", f"It passed every test ({counted(count, 'test')}).")


def tally(reason: Text, good: int, count: int) -> Text:
    """The reason with how many tests passed."""
    return Text(f"{reason.zh}（通过 {good}/{count}）", f"{reason.en} ({good} of {count} passed)")


def _in_test(spec: Spec, number: int, what: Text) -> Text:
    given = spec.inputs[number]
    put = shown_arguments(given) if spec.function else shown(given)
    return Text(
        f"第 {number + 1} 组测试没有通过：输入 {put}，{what.zh}。",
        f"Test {number + 1} failed: input {put}, {what.en}.",
    )


def _clean(said: Any) -> str:
    """One short line of whatever a program says about itself."""
    return shorten(str(said).encode("utf-8", "replace").decode(), 100)
