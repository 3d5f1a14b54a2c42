"""How models dress an answer that is right: what they say before it, after it and around it."""

from __future__ import annotations

import re
from collections.abc import Callable

from mingan.records import Question

Dress = Callable[[Question, str], str]


def _around(before: str, after: str = "") -> Dress:
    return lambda question, answer: f"{before}{answer}{after}"


SHORT: dict[str, Dress] = {
    "bare": _around(""),
    "full stop": _around("", "。"),
    "bold": _around("**", "**"),
    "label": _around("答案：", ""),
    "bold label": _around("**答案：**", ""),
    "lead-in": _around("好的，根据题目的条件，答案是：", ""),
    "reason": _around("", "\n\n理由：按照题目的条件，一步一步推出来的。"),
    "label and reason": _around("答案：", "\n\n理由：按照题目的条件，一步一步推出来的。"),
    "fence": _around("```\n", "\n```"),
    "worked": _around("先把条件读一遍，再一步一步地推。\n\n最终答案：", ""),
    "title": _around("先把条件读一遍，再一步一步地推。\n\n### 最终答案\n\n", ""),
    "bold title": _around("先把条件读一遍，再一步一步地推。\n\n**最终答案**\n\n**", "**"),
    "box": _around("先把条件读一遍，再一步一步地推。\n\n$\\boxed{", "}$"),
    "boxed text": _around("\\boxed{\\text{", "}}"),
    "tag": _around("先把条件读一遍，再一步一步地推。\n<answer>", "</answer>"),
    "bracketed label": _around("【答案】", ""),
    "next line": _around("答案：\n", ""),
    "English": _around("The answer is: ", ""),
    "so": _around("先把条件读一遍，再一步一步地推，所以答案是 ", "。"),
    "tick": _around("", " ✅"),
    "wish": _around("答案：", "\n\n希望对你有帮助！"),
}

FENCED: dict[str, Dress] = {
    "bare": _around(""),
    "fence": _around("```\n", "\n```"),
    "lead-in": _around("好的，结果如下：\n\n```\n", "\n```"),
    "lead-in without fence": _around("好的，结果如下：\n\n", ""),
    "reason": _around("```\n", "\n```\n\n说明：按照题目的要求一步一步写的。"),
    "reason without fence": _around("", "\n\n说明：按照题目的要求一步一步写的。"),
    "title": _around("先把要求读一遍。\n\n### 最终答案\n\n```\n", "\n```"),
    "second fence": _around("```\n", "\n```\n\n核对：\n\n```python\nprint('ok')\n```"),
}

LINES: dict[str, Dress] = {
    "quotation": lambda question, answer: "> " + answer.replace("\n", "\n> "),
}

WRITTEN: dict[str, Dress] = {
    **FENCED,
    "final work": _around("先想一想怎么写。\n\n**最终作品**\n\n", ""),
    "answer tag": _around("先想一想怎么写。\n<answer>\n", "\n</answer>"),
    "counted": _around("", "\n\n字数统计：符合要求。"),
    "checked": _around("", "\n\n自查：\n- 每一条要求都做到了。"),
}


def _quoted(question: Question, answer: str) -> str:
    """The program, and after it the one that the question is about."""
    blocks = (f"```python\n{code}\n```" for code in (_code(answer), _asked(question)))
    return "改好的程序：\n{}\n原来的程序：\n{}".format(*blocks)


def _asked(question: Question) -> str:
    fenced = re.search(r"```\w*\n(.*?)\n```", question.prompt, re.DOTALL)
    return fenced[1] if fenced else f"def {question.params.get('function', 'main')}(x):\n    ..."


def _code(answer: str) -> str:
    fenced = re.search(r"```\w*\n(.*?)\n```", answer, re.DOTALL)
    return fenced[1] if fenced else answer


def _program(before: str, after: str = "") -> Dress:
    return lambda question, answer: f"{before}{_code(answer)}{after}"


CODE: dict[str, Dress] = {
    "bare": _around(""),
    "fence": _program("```python\n", "\n```"),
    "lead-in": _program("好的，代码如下：\n\n```python\n", "\n```\n\n说明：先算再返回。"),
    "lead-in without fence": _program("好的，代码如下：\n\n"),
    "reason without fence": _program("", "\n\n说明：这个函数先算，再返回结果。"),
    "use": _program("```python\n", "\n```\n\n用法：\n```python\nprint('见上')\n```"),
    "quoted original": _quoted,
}


def _sized(width: str, height: str) -> Dress:
    def dress(question: Question, answer: str) -> str:
        return answer.replace("<svg ", f'<svg width="{width}" height="{height}" ', 1)

    return dress


SVG: dict[str, Dress] = {
    "bare": _around(""),
    "fence": _around("```svg\n", "\n```"),
    "lead-in": _around("好的：\n```xml\n", "\n```\n说明：按要求画的。"),
    "square": _sized("500", "500"),
    "landscape": _sized("400", "300"),
    "whole page": _sized("100%", "100%"),
}

BY_GRADER: dict[str, dict[str, Dress]] = {
    "code": CODE,
    "svg": SVG,
    "grid": {**FENCED, **LINES},
    "table": {**FENCED, **LINES},
    "json": FENCED,
    "writing": WRITTEN,
}


def dresses_for(grader: str) -> dict[str, Dress]:
    """The dresses that answers to questions with this grader come in."""
    return BY_GRADER.get(grader, SHORT)
