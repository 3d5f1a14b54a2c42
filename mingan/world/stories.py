"""Levels 3 and 4 in text: minimal pairs about people, and about stories that keep their promises.

    questions = stories()

stories.jsonl holds them as they were written by hand. In each, one fact (`cause`) decides, and
another (`beside`) does not. A question asks the same thing in fresh conversations: as it is, with
the deciding fact changed (the answer must change), and with the other changed (it must not). Only
all of them right is right, so that a guess is seldom worth anything: see `chance`.

Forms: `choice` one of four options; `index` which sentence is the cause; `order` events by letters,
in the order in which they happened. At level 4 the cause stands 2, 8 or 32 sentences before what
comes of it. Options, letters and the sentences between are shuffled by a seed. The module must not
know how answers are graded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np

from mingan.records import Question

BANK = "stories"

FILE = "stories.jsonl"

TAGS = {3: "社会因果", 4: "叙事因果"}
"""The tag by which the level of a question is known, here and in the bank that comes with us."""

DISTANCE = "world:distance-"
"""Tag, with a number after it: sentences between a cause and what comes of it."""

_LETTERS = "ABCDEFGH"

_BETWEEN = (
    "隔壁传来一阵咳嗽声。", "一辆马车从街上过去。", "墙上的钟敲了一下。",
    "楼上有人拖动椅子。", "天上的云慢慢往东走。", "巷口的小贩吆喝了几声。",
    "两只麻雀落在电线上。", "远处的汽笛响了一声。", "有人在弹一支练习曲。",
    "邮递员骑车过去了。", "对面阳台上晾出一床被单。", "街角的梧桐落下几片叶子。",
    "收音机里在报菜价。", "一个学生背着书包走过。", "路边的广告牌换了一张新画。",
    "风把报纸吹到了墙根。", "对面的理发店开了灯。", "有人在楼下打羽毛球。",
    "一只白猫趴在屋檐上打盹。", "修伞的老人收了摊子。", "河边有人在练嗓子。",
    "公交车到站，下来三个人。", "路灯的影子斜在地上。", "远处的工地停了工。",
    "卖花的姑娘数了数零钱。", "一架飞机从头顶飞过。", "墙角的牵牛花合上了。",
    "有人在巷子里叫孩子的小名。", "卖报的亭子关了门。", "石阶上晒着几把干菜。",
    "一队小学生唱着歌走过去。", "河对岸有人放了一串鞭炮。", "桥头的钟楼亮了灯。",
    "两个老人在树下下棋。", "一阵风吹响了门口的铃铛。", "送水的三轮车停在路边。",
)  # fmt: skip
"""What stands between a cause and what comes of it, and has nothing to do with either."""

_CHOOSE = "只回答一个选项字母。"
_WHICH = "造成最后一句这个结果的起因，是前面第几句？只回答编号。"
_ORDER = (
    "请把下面的事按真正发生的先后排列，最先发生的写在最前面，只回答一串字母（如 {like}）。"
    "\n{events}"
)


def stories(seed: int = 0) -> tuple[Question, ...]:
    """All of them as questions, shuffled by a seed."""
    return tuple(question for row in rows() for question in _questions(row, seed))


def rows() -> tuple[dict[str, Any], ...]:
    """The stories as they were written."""
    text = (files("mingan.world") / FILE).read_text(encoding="utf-8")
    return tuple(json.loads(line) for line in text.splitlines() if line.strip())


def chance(question: Question) -> float:
    """The share of guesses, each among what can be said, that get a whole question right."""
    return float(question.params["chance"])


def _questions(row: Mapping[str, Any], seed: int) -> Iterator[Question]:
    for gap in row.get("gaps") or [None]:
        name = f"story-{row['id']}" + ("" if gap is None else f"-{gap}")
        # Of the seed and the name: one story more must not shuffle the others anew.
        rng = np.random.default_rng([seed, *name.encode()])
        parts, grader, among = _FORMS[row["form"]](row, gap, rng)
        yield Question(
            id=name, bank=BANK, tier=TAGS[row["level"]], cluster=f"story-{row['id']}",
            tags=(TAGS[row["level"]], row["sub"], f"world:level-{row['level']}",
                  *([] if gap is None else [f"{DISTANCE}{gap}"])),
            prompt=parts[0]["prompt"], choices=tuple(parts[0].get("choices", ())),
            answer="；".join(f"第{'一二三四五'[k]}问：{p['answer']}" for k, p in enumerate(parts)),
            grader="each", kind="variants", why=row["why"], note=row["note"],
            params={
                "part": {"answer": parts[0]["answer"], "grader": grader},
                "variants": parts[1:], "chance": among ** -len(parts),
            },
        )  # fmt: skip


Parts = tuple[list[dict[str, Any]], str, float]
"""Wordings with their answers, the grader of each, and among how many things one guesses."""


def _told(row: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    """Which fact decides, and the two facts: as it is, each other one that decides, irrelevant."""
    first, other = row["beside"]
    flips = [(k, cause, first) for k, cause in enumerate(row["cause"])]
    return [*flips, (0, row["cause"][0], other)]


def _choice(row: Mapping[str, Any], gap: int | None, rng: np.random.Generator) -> Parts:
    between = "" if gap is None else "".join(_drawn(gap, rng))
    parts = []
    for k, cause, beside in _told(row):
        shuffled = rng.permutation(len(row["options"]))
        parts.append({
            "prompt": row["text"].format(cause=cause, beside=beside, gap=between) + _CHOOSE,
            "choices": [row["options"][place] for place in shuffled],
            "answer": _LETTERS[list(shuffled).index(row["answers"][k])],
        })  # fmt: skip
    return parts, "choice", len(row["options"])


def _index(row: Mapping[str, Any], gap: int | None, rng: np.random.Generator) -> Parts:
    distance = gap or 0
    order = [int(k) for k in rng.permutation(2)]
    others = _drawn(distance + 2, rng)
    parts = []
    for k, change in ((0, False), (1, False), (0, True)):
        between = list(others[:-1])
        if change:  # the sentence that is another one has nothing to do with the end
            between[int(rng.integers(1, len(between)))] = others[-1]
        seeds = [row["seeds"][each] for each in order]
        lines = [row["opening"], seeds[0], between[0], seeds[1], *between[1:], row["ends"][k]]
        told = "".join(f"（{number}）{line}" for number, line in enumerate(lines, start=1))
        number = lines.index(row["seeds"][k]) + 1
        parts.append({"prompt": told + _WHICH, "answer": str(number)})
    return parts, "number", distance + 4  # every sentence before the last


def _order(row: Mapping[str, Any], gap: int | None, rng: np.random.Generator) -> Parts:
    parts = []
    count = len(row["events"])
    for k, cause, beside in _told(row):
        shuffled = list(rng.permutation(count))
        events = "\n".join(
            f"{_LETTERS[place]}. {row['events'][event]}" for place, event in enumerate(shuffled)
        )
        answer = "".join(_LETTERS[shuffled.index(event)] for event in row["orders"][k])
        like = "".join(sorted(_LETTERS[:count], reverse=True))
        text = row["text"].format(cause=cause, beside=beside)
        parts.append({"prompt": text + _ORDER.format(like=like, events=events), "answer": answer})
    # Two likely orders differ in where one event stands; blind guessing is among all of them.
    return parts, "order", float(np.prod(np.arange(1, count + 1)))


_FORMS = {"choice": _choice, "index": _index, "order": _order}


def _drawn(count: int, rng: np.random.Generator) -> Sequence[str]:
    return [_BETWEEN[k] for k in rng.permutation(len(_BETWEEN))[:count]]
