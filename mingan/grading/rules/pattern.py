"""A regular expression that the question's author wrote.

An author's pattern meets hostile text, and Python's matcher cannot be interrupted. Patterns that
cannot run away are matched here; all others in a process of their own that is ended after
`SECONDS`, which makes the answer `unsure`, never wrong.
"""

from __future__ import annotations

import re
import subprocess
import sys

from mingan.grading.protocol import Finding
from mingan.grading.rules.base import param, simply
from mingan.grading.rules.checked import CheckedGrader
from mingan.language import Text
from mingan.normal import prepare
from mingan.records import Question

SECONDS = 2.0
READ = 8_000
"""Characters of the answer's end (and as many of its beginning) that a pattern is tried on."""

_CHILD = (
    "import re,sys;p,f,t=sys.stdin.buffer.read().decode('utf-8','surrogatepass').split('\\0',2);"
    "m=re.search(p,t,int(f));sys.stdout.buffer.write(b'-' if m is None else "
    "b'+'+m[0].encode('utf-8','replace'))"
)
_REPEATS = re.compile(r"(?<!\\)(?:[*+]|\{\d+,\d*\})")


class RegexGrader(CheckedGrader):
    """Right when the parameter `pattern` (or else the reference) matches somewhere in the text.

    The parameter `ignore_case` (true or false) is off unless given.
    """

    name = "regex"
    version = "2"
    slow = True
    """A pattern may run in a process of its own, so it is not to be called where others wait."""

    def judge(self, question: Question, text: str) -> Finding:
        """Judge whether the pattern matches."""
        body = prepare(text)
        body = body if len(body) <= 2 * READ else f"{body[:READ]}\n{body[-READ:]}"
        matched = search(_pattern(question), _flags(question), body.replace("\0", ""))
        if matched is None:
            return simply(
                "unsure",
                f"正则表达式 {SECONDS:.0f} 秒没有跑完，请写得简单些。",
                f"The pattern did not finish within {SECONDS:.0f} seconds; make it simpler.",
            )
        if matched[:1] == "+":
            return simply(
                "right", "正则表达式匹配。", "The pattern matches.", extracted=matched[1:]
            )
        return simply("wrong", "正则表达式不匹配。", "The pattern does not match.")

    def is_answer(self, question: Question) -> bool:
        """The reference may be the pattern itself."""
        return False

    def slips(self, question: Question) -> list[Text]:
        """No pattern, or one that cannot be compiled."""
        pattern = _pattern(question)
        if not pattern:
            return [Text("没有参数 pattern。", "The parameter pattern is missing.")]
        try:
            re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            return [
                Text(
                    f"参数 pattern 不是有效的正则表达式：{error}",
                    f"The parameter pattern is no valid regular expression: {error}",
                )
            ]
        return []


def _pattern(question: Question) -> str:
    return str(param(question, "pattern") or question.answer or "").replace("\0", "")


def _flags(question: Question) -> int:
    return int(re.IGNORECASE) if param(question, "ignore_case") else 0


def search(pattern: str, flags: int, text: str) -> str | None:
    """`+` and what matched, `-` for no match, None when it took too long."""
    repeats = len(_REPEATS.findall(pattern))
    if repeats == 0 or (
        repeats == 1
        and len(text) <= 4_000
        and "\\"
        not in pattern.replace("\\d", "").replace("\\s", "").replace("\\w", "").replace("\\b", "")
    ):
        match = re.search(pattern, text, flags)
        return "-" if match is None else f"+{match[0]}"
    sent = f"{pattern}\0{flags}\0{text}".encode("utf-8", "surrogatepass")
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _CHILD],
            input=sent, capture_output=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    return child.stdout.decode("utf-8", "replace") or None
