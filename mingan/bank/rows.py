"""From one raw row to one Question, saying everything that is wrong with it.

A row with a fault still gives a question where it can, so that later checks (two questions with
one id, a reference that its grader cannot use) see all of the bank. This module looks at one row
at a time; it knows neither files nor the other rows.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from mingan.bank import cells, headings
from mingan.bank.encoding import clean
from mingan.bank.faults import Findings
from mingan.bank.layout import RawRow
from mingan.language import Text
from mingan.records import Question

LONGEST_TEXT = 2_000_000
"""Characters that a prompt or a reference may have; no model reads more in one question."""

LONGEST_LABEL = 200
"""Characters that an id, a tier, a grader or a cluster may have."""

EXCEL_CELL = 32_767
"""Characters that one spreadsheet cell can hold; text of just that length was cut off."""

_LABELS = ("id", "tier", "grader", "cluster", "kind", "pair")
_LETTERS = re.compile(r"[A-Z](?:[\s,，、;；/|和及与]*[A-Z])*")
_MOJIBAKE = ("�", "锟斤拷", "烫烫烫")


def to_question(raw: RawRow, ordinal: int, found: Findings) -> Question | None:
    """The question in a row, or None when it has no prompt.

    Args:
        raw: the row.
        ordinal: place among the bank's questions, from 1; names a question without an id.
        found: where the faults go.
    """
    read = _RowReader(raw, found)
    read.oddities()
    prompt = read.text("prompt")
    if not (prompt or "").strip():
        _missing_prompt(read)
        return None
    grader = headings.grader_name(read.text("grader") or "")
    question = Question(
        id=(read.text("id") or "").strip() or f"q{ordinal:03}",
        prompt=prompt or "",
        tier=(read.text("tier") or "").strip(),
        tags=tuple(dict.fromkeys(read.several("tags", cells.labels))),
        answer=(read.text("answer") or "").strip() or None,
        aliases=read.several("aliases", cells.values),
        grader=grader,
        params=read.params(),
        choices=read.choices(),
        system=read.filled("system"),
        turns=read.several("turns", cells.sentences),
        kind=(read.text("kind") or "").strip(),
        pair=(read.text("pair") or "").strip(),
        cluster=(read.text("cluster") or "").strip(),
        why=(read.text("why") or "").strip(),
        note=(read.text("note") or "").strip(),
    )
    _missing_id(question, read)
    _missing_reference(question, read)
    _letters_outside(question, read)
    return question


class _RowReader:
    """Reads the fields of one row and reports what is wrong with them."""

    def __init__(self, raw: RawRow, found: Findings) -> None:
        self.raw = raw
        self.found = found

    def error(self, name: str, code: str, problem: Text, fix: Text) -> None:
        raw = self.raw
        column = raw.column(name)
        self.found.error(code, problem, fix, sheet=raw.sheet, row=raw.number, column=column)

    def warn(self, name: str, code: str, problem: Text, fix: Text) -> None:
        raw = self.raw
        column = raw.column(name)
        self.found.warn(code, problem, fix, sheet=raw.sheet, row=raw.number, column=column)

    def text(self, name: str) -> str | None:
        """One text; numbers and booleans of JSON become text, lists and objects are faults."""
        value = self.raw.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            return cells.number(value) if isinstance(value, float) else str(value)
        if isinstance(value, str):
            return self._sound(name, self._cell(name, value))
        self.error(
            name, "not-text",
            Text("这里要一段文字", "A piece of text is wanted here"),
            Text(
                "写成带引号的文字；其他对的答案写进“别名 / aliases”",
                "Write it as a string; other right answers go under aliases",
            ),
        )  # fmt: skip
        return None

    def filled(self, name: str) -> str | None:
        """One text as it stands, None when nothing visible is in it."""
        text = self.text(name)
        return text if text and text.strip() else None

    def several(self, name: str, split: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
        """Several values: a JSON list as it is, a cell split by its separators."""
        value = self.raw.values.get(name)
        if isinstance(value, dict):
            value = list(value.values())
        if not isinstance(value, list):
            return split(self.text(name) or "")
        if all(isinstance(item, (str, int, float)) for item in value):
            texts = [item if isinstance(item, str) else json.dumps(item) for item in value]
            return tuple(self._sound(name, t).strip() for t in texts if t.strip())
        self.error(
            name, "not-list",
            Text("这里要一列文字", "A list of strings is wanted here"),
            Text('写成 ["甲", "乙"]', 'Write it as ["a", "b"]'),
        )  # fmt: skip
        return ()

    def choices(self) -> tuple[str, ...]:
        """The options: from one column, or from columns A, B, C, … without a gap."""
        options = self.several("choices", cells.sentences)
        lettered = sorted(name for name in self.raw.values if name.startswith(headings.CHOICE))
        texts = [(self.text(name) or "").strip() for name in lettered]
        while texts and not texts[-1]:
            texts.pop()
        if "" in texts:
            self.error(
                lettered[texts.index("")], "option-gap",
                Text("这个选项空着，后面的选项却有内容", "Empty, though a later option is not"),
                Text("选项从 A 起连着写", "Fill the options from A on without a gap"),
            )  # fmt: skip
        return options or tuple(texts)

    def params(self) -> dict[str, Any]:
        """The grader's parameters; {} when there are none or they cannot be read."""
        value = self.raw.values.get("params")
        if isinstance(value, dict):
            found: dict[str, Any] | None = value
        else:
            text = self.text("params") or ""
            found = cells.params(text) if text.strip() else {}
        if found is None or not _storable(found):
            found = None
            self.error(
                "params", "bad-params",
                Text("判法参数读不懂", "The grader's parameters cannot be read"),
                Text(
                    "写成 tolerance=0.01; unit=m 这样，或一个 JSON 对象",
                    "Write them like tolerance=0.01; unit=m, or as a JSON object",
                ),
            )  # fmt: skip
        return found or {}

    def oddities(self) -> None:
        """Say what the spreadsheet program did to the cells of this row."""
        for name, oddity in self.raw.oddities.items():
            problem, fix, severe = _ODDITIES[oddity]
            (self.error if severe else self.warn)(name, f"cell-{oddity}", problem, fix)

    def _cell(self, name: str, text: str) -> str:
        """What a spreadsheet's cell says; a value of JSON says what it says."""
        if not self.raw.spreadsheet:
            return text
        if text.strip() in cells.FORMULA_ERRORS:
            problem, fix, _ = _ODDITIES["error"]
            self.error(name, "cell-error", problem, fix)
        return cells.unguard(text)

    def _sound(self, name: str, text: str) -> str:
        """`text`, made storable; what is wrong with it is reported."""
        text, changed = clean(text)
        if changed:
            self.error(name, "control", *_CONTROL)
        elif any(sign in text for sign in _MOJIBAKE):
            self.warn(name, "mojibake", *_MOJIBAKE_TEXTS)
        self._check_length(name, text)
        return text

    def _check_length(self, name: str, text: str) -> None:
        limit = LONGEST_LABEL if name in _LABELS else LONGEST_TEXT
        if len(text) > limit:
            self.error(
                name, "too-long",
                Text(
                    f"这一格有 {len(text)} 个字，最多 {limit} 个",
                    f"This cell has {len(text)} characters; {limit} are the most",
                ),
                Text("请缩短", "Shorten it"),
            )  # fmt: skip
        elif self.raw.spreadsheet and len(text) == EXCEL_CELL:
            self.warn(
                name, "cut",
                Text(
                    f"正好 {EXCEL_CELL} 个字，是 Excel 单元格的上限，后面可能被截掉了",
                    f"Exactly {EXCEL_CELL} characters, the most a cell of Excel holds; "
                    "the rest may have been cut off",
                ),
                Text("核对结尾；长文请用 JSONL", "Check the end; use JSONL for long texts"),
            )  # fmt: skip


_CONTROL = (
    Text("含有不可见的坏字符（零字节或半个字符）", "It holds a zero byte or half a character"),
    Text("删掉重新输入这一格", "Delete the cell and type it again"),
)
_MOJIBAKE_TEXTS = (
    Text("像是乱码", "This looks garbled by a wrong encoding"),
    Text("核对原文，以 UTF-8 重新保存", "Compare with the original and save again as UTF-8"),
)
_ODDITIES: dict[str, tuple[Text, Text, bool]] = {
    "date": (
        Text("Excel 把这一格存成了日期", "Excel has stored this cell as a date"),
        Text(
            "若本来就是日期，不必理会；若是分数或比分（如 3/4），先把格式设成“文本”再重新输入",
            "If it is a date, never mind; if it is a fraction or a result (such as 3/4), format "
            "the cell as text and type it again",
        ),
        False,
    ),
    "digits": (
        Text("数字太长，Excel 只保留 15 位", "The number is long, and Excel keeps 15 digits only"),
        Text("把格式设成“文本”再重新输入", "Format the cell as text and type it again"),
        False,
    ),
    "error": (
        Text("这一格是公式错误（如 #REF!）", "This cell is a formula error (such as #REF!)"),
        Text("改好公式，或直接写结果", "Mend the formula, or write the result itself"),
        True,
    ),
    "uncalculated": (
        Text("这一格的公式没有存下结果", "The formula in this cell has no stored result"),
        Text(
            "用表格软件打开再保存一次，或直接写结果", "Open and save it once, or write the result"
        ),
        True,
    ),
}


def _storable(value: Any) -> bool:
    """Whether parameters come back from a store as they went in; NaN and half signs do not."""
    try:
        return bool(msgspec.json.decode(msgspec.json.encode(value)) == value)
    except (OverflowError, ValueError, TypeError, RecursionError):
        return False


def _missing_prompt(read: _RowReader) -> None:
    read.error(
        "prompt", "missing-prompt",
        Text("没有题目", "There is no prompt"),
        Text("补上题目，或删掉这一行", "Write the prompt, or delete the row"),
    )  # fmt: skip


def _missing_id(question: Question, read: _RowReader) -> None:
    if read.raw.values.get("id") == "":
        read.warn(
            "id", "missing-id",
            Text(f"没有编号，暂叫 {question.id}", f"No id; {question.id} stands in for it"),
            Text(
                "补上编号：题的顺序一变，暂定的编号就变",
                "Write one: an id made from the place changes when the order does",
            ),
        )  # fmt: skip


def _missing_reference(question: Question, read: _RowReader) -> None:
    excused = question.grader in ("judge", "unanswerable") or bool(question.params)
    no_column = read.raw.spreadsheet and "answer" not in read.raw.values  # said once, elsewhere
    if question.answer is None and not excused and not no_column:
        read.warn(
            "answer", "missing-reference",
            Text("没有参考答案，规则判不了", "There is no reference, so no rule can grade it"),
            Text(
                "补上参考答案；不补就留给裁判模型或人来判",
                "Write one; without it, a judge model or a person has to grade",
            ),
        )  # fmt: skip


def _letters_outside(question: Question, read: _RowReader) -> None:
    """A reference such as E where the options end at D can only be a slip."""
    if not question.choices or question.answer is None or question.grader not in ("", "choice"):
        return
    text = unicodedata.normalize("NFKC", question.answer).strip().upper().strip("().。")
    if not _LETTERS.fullmatch(text) or question.answer in question.choices:
        return
    last = chr(ord("A") + min(len(question.choices), 26) - 1)
    outside = [sign for sign in text if "A" <= sign <= "Z" and sign > last]
    if outside:
        read.error(
            "answer", "letter-outside",
            Text(
                f"答案 {outside[0]} 不在选项里（选项是 A 到 {last}）",
                f"The answer {outside[0]} is none of the options (A to {last})",
            ),
            Text("改正答案，或补上选项", "Correct the answer, or add the option"),
        )  # fmt: skip


def questions(raws: list[RawRow], found: Findings) -> Iterator[tuple[Question, RawRow]]:
    """The questions of all rows that have a prompt, with the rows they stand in."""
    for ordinal, raw in enumerate(raws, start=1):
        question = to_question(raw, ordinal, found)
        if question is not None:
            yield question, raw
