"""Which heading means which field: Chinese or English, with or without stars and remarks.

The words that people put at the top of a column differ; what they mean is one of the fields
below. A heading that means none of them is never dropped in silence: the reader reports it
with the nearest one we know. This module knows words only, no rows and no files.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection

FIELDS: dict[str, tuple[str, ...]] = {
    "id": ("编号", "id", "序号", "题号", "题目编号", "问题编号", "qid", "question id", "no"),
    "prompt": (
        "题目", "prompt", "问题", "题干", "提示词", "提示", "提问", "question", "query", "input",
    ),
    "answer": (
        "参考答案", "answer", "答案", "标准答案", "正确答案", "参考回答", "reference",
        "reference answer", "target", "gold", "expected",
    ),
    "aliases": ("别名", "aliases", "alias", "其他答案", "同义答案", "也算对", "accepted answers"),
    "tags": (
        "类型", "tags", "标签", "能力", "任务类型", "类别", "题型", "学科", "tag", "category",
        "ability", "abilities", "subject", "type",
    ),
    "tier": ("层级", "tier", "难度", "等级", "级别", "level", "difficulty"),
    "grader": ("判法", "grader", "判分", "判分方式", "评分方式", "判卷方式", "scorer"),
    "params": ("判法参数", "params", "判分参数", "参数", "grader params", "parameters"),
    "choices": ("选项", "choices", "候选项", "options"),
    "system": ("系统提示", "system", "系统提示词", "system prompt"),
    "turns": ("追问", "turns", "后续提问", "follow ups"),
    "cluster": ("组", "cluster", "分组", "题组", "group", "passage"),
    "why": ("理由", "why", "解析", "解释", "依据", "reason", "explanation", "rationale"),
    "note": ("备注", "note", "说明", "附注", "notes", "remark", "comment"),
    "bank": ("题库", "bank"),
    "kind": ("玩法", "kind", "game"),
    "pair": ("对子", "pair", "twin", "明暗题"),
    "slots": ("变量", "slots", "variables"),
    "where": ("条件", "where", "conditions"),
    "check": ("核对", "check", "验算"),
}  # fmt: skip
"""Every heading that is understood, by the field it means; the first of each is the one shown."""

GRADERS: dict[str, tuple[str, ...]] = {
    "choice": ("选择", "选择题", "单选", "多选"),
    "number": ("数字", "数值", "计算"),
    "text": ("文本", "短文", "短文本", "填空"),
    "yesno": ("是非", "判断", "判断题", "对错", "yes/no"),
    "list": ("列表", "有序列表"),
    "set": ("集合", "无序列表"),
    "date": ("日期",),
    "sequence": ("序列", "符号序列"),
    "contains": ("包含",),
    "regex": ("正则", "正则表达式"),
    "json": ("结构",),
    "label": ("分类",),
    "unanswerable": ("无法回答", "无解"),
    "code": ("代码", "程序"),
    "svg": ("绘图", "画图"),
    "table": ("表格",),
    "grid": ("字符画", "方阵"),
    "writing": ("写作", "限制写作"),
    "each": ("逐轮", "每轮"),
    "game": ("游戏",),
    "judge": ("裁判", "人工", "评委"),
}
"""Chinese words for graders that the grader column takes as well as the names themselves."""

CHOICE = "choice:"
"""Prefix of the fields that columns headed A, B, C, … mean."""

_REMARK = re.compile(r"[(\[【].*?[)\]】]$")
_NOISE = re.compile(r"[\s_\-*:.]+")
_LETTER = re.compile(r"(?:选项|option|choice)?([a-z])")


def plain(heading: str) -> str:
    """The heading without case, width, spaces, stars, colons and a remark in brackets."""
    text = unicodedata.normalize("NFKC", heading).strip().casefold()
    return _NOISE.sub("", _REMARK.sub("", text).strip())


_BY_WORD = {plain(word): name for name, words in FIELDS.items() for word in words}
_GRADER_BY_WORD = {plain(word): name for name, words in GRADERS.items() for word in words}


def field_of(heading: str) -> str | None:
    """The field that a heading means; `choice:A` for option columns; None when unknown."""
    word = plain(heading)
    if word in _BY_WORD:
        return _BY_WORD[word]
    letter = _LETTER.fullmatch(word)
    return CHOICE + letter[1].upper() if letter else None


def ignored(heading: str) -> bool:
    """Whether the author asks for this column to be left alone: it begins with # or _."""
    return heading.lstrip().startswith(("#", "＃", "_"))


def nearest(heading: str) -> str:
    """The known heading most like this one; "" when none is."""
    near = difflib.get_close_matches(plain(heading), list(_BY_WORD), n=1, cutoff=0.6)
    if not near:
        near = [word for word in _BY_WORD if len(word) > 1 and word in plain(heading)][:1]
    if not near:
        return ""
    words = FIELDS[_BY_WORD[near[0]]]
    return next(word for word in words if plain(word) == near[0])


def closest(word: str, known: Collection[str]) -> str:
    """The one of `known` most like `word`; "" when none is."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return near[0] if near else ""


def shown(name: str) -> str:
    """How a field is called in messages: both headings, `题目 / prompt`."""
    words = FIELDS[name]
    return f"{words[0]} / {name}" if words[0] != name else name


def grader_name(word: str) -> str:
    """The grader's name for what stands in the grader column; unknown words stay as they are."""
    return _GRADER_BY_WORD.get(plain(word), word.strip().lower())
