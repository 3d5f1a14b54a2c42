"""The continuation test in words: every law by itself, free baselines beside every model.

The JSON keys are a promise to other programs. The module plays nothing and measures nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from mingan.language import Lang, Text, current
from mingan.reports.ruled import ruled
from mingan.reports.safe import one_line
from mingan.world.baselines import FREE
from mingan.world.desk import Scored
from mingan.world.laws import LAWS
from mingan.world.scoring import CEILING, LawScore
from mingan.world.standing import Column, summary

if TYPE_CHECKING:
    from rich.table import Table

PREDICTORS = {
    "freeze": Text("定住最后一帧", "freeze"), "flow": Text("光流", "optical flow"),
    "linear": Text("直线外推", "linear"), "quadratic": Text("抛物线外推", "quadratic"),
    "second": Text("另一次真的", "second take"), CEILING: Text("上限（第三次）", "ceiling (third)"),
}  # fmt: skip

SPLITS = {
    "within": Text("范围内", "within range"),
    "beyond": Text("范围外", "out of range"),
    "combined": Text("没见过的组合", "unseen combination"),
    "gravity": Text("反常重力", "counterfactual gravity"),
    "told": Text("听一句话改规律", "law changed by a sentence"),
}

NOTES = (
    Text("得分 0–100：东西动得在不在该在的地方和时候，和同一场景的另一次相比，再乘上东西还在不在、"
         "多没多。混沌的规律看守恒，不看轨迹。各条规律不合在一起。",
         "A score of 0 to 100: whether things move where and when they should, against another "
         "take of the same scene, times whether they are still there and no more than they were. "
         "Chaotic laws are judged by what is conserved, not by the course. Laws are never pooled."),
    Text("本事：比最好的免费预言者（定住、光流、直线、抛物线）高出多少，占还能高的份；负的就是不如它。",
         "Skill: what a score is above the best free predictor (freeze, flow, linear, quadratic), "
         "over what there is to gain; below 0 is worse than that."),
)  # fmt: skip


class OfLaw(Protocol):
    """A row about one law and split."""

    @property
    def law(self) -> str:
        """Its name."""
        ...

    @property
    def split(self) -> str:
        """The split's name."""
        ...


def law_of(row: OfLaw) -> Text:
    """A law and its split."""
    law, split = LAWS[row.law].said, SPLITS[row.split]
    if row.split == "within":
        return law
    return Text(f"{law.zh}（{split.zh}）", f"{law.en} ({split.en})")


def who(name: str) -> Text:
    """A predictor; a model by its own name."""
    return PREDICTORS.get(name, Text(one_line(name, 30), one_line(name, 30)))


def world_sentence(rows: Sequence[LawScore], model: str) -> Text:
    """What one model can do, with as much as the intervals bear."""
    name = who(model)
    parts = [
        part for fantasy in (False, True)
        if (part := _column_words(summary(rows, model, fantasy=fantasy), fantasy=fantasy))
    ]  # fmt: skip
    return Text(
        f"{name.zh}：" + "；".join(part.zh for part in parts) + "。",
        f"{name.en}: " + "; ".join(part.en for part in parts) + ".",
    )


def _column_words(column: Column, *, fantasy: bool) -> Text | None:
    if not column.kinds:
        return None
    zh, en = ("听一句话改规律的 ", "when a sentence changes the law, ") if fantasy else ("", "")
    rest = column.kinds - column.above - column.below
    return Text(
        f"{zh}{column.kinds} 种场景里，{column.above} 种比所有免费预言者都好，"
        f"{column.below} 种比其中最好的差，{rest} 种分不出",
        f"{en}of {column.kinds} kinds of scene, better than every free predictor in "
        f"{column.above}, worse than the best of them in {column.below}, not to be told apart in "
        f"{rest}",
    )


def world_table(rows: Sequence[LawScore], *, lang: Lang | None = None) -> Table:
    """Every law with every predictor."""
    speak = lang or current()
    heads = (Text("规律", "law"), Text("谁", "who"), Text("得分", "score"),
             Text("95% 区间", "95 % interval"), Text("本事", "skill"), Text("位置差", "position"),
             Text("还在", "kept"), Text("多余", "extra"), Text("守恒", "invariants"))  # fmt: skip
    told, last = [], ("", "")
    for row in rows:
        key = (row.law, row.split)
        told.append((
            law_of(row).say(speak) if key != last else "", who(row.predictor).say(speak),
            f"{row.score:.0f}", f"{row.low:.0f}–{row.high:.0f}",
            "–" if row.predictor in FREE or row.predictor == CEILING else _two(row.skill),
            _two(row.position), _two(row.kept), _two(row.extra),
            " ".join(f"{name} {value:.2f}" for name, value in row.invariants.items()) or "–",
        ))  # fmt: skip
        last = key
    return ruled(heads, told, lang=speak)


def world_document(rows: Sequence[LawScore], scored: Scored) -> dict[str, Any]:
    """What `mingan world score --json` and `table --json` print."""
    models = sorted({row.predictor for row in rows} - set(PREDICTORS))
    sentences = {name: world_sentence(rows, name) for name in models}
    return {
        "rows": [
            {
                "law": row.law, "split": row.split, "level": LAWS[row.law].level,
                "chaotic": LAWS[row.law].chaotic, "predictor": row.predictor,
                "estimate": row.score, "low": row.low, "high": row.high,
                "physics_iq": row.published, "skill": _plain(row.skill),
                "position": _plain(row.position), "velocity": _plain(row.velocity),
                "floor": _plain(row.floor), "kept": row.kept, "extra": row.extra,
                "happens": row.happens, "invariants": dict(row.invariants), "clips": row.clips,
            }
            for row in rows
        ],
        "failed": {name: dict(each) for name, each in scored.failed.items()},
        "rendered_anew": dict(scored.rendered_anew),
        "sentences": {name: {"zh": said.zh, "en": said.en} for name, said in sentences.items()},
    }  # fmt: skip


def failed_notes(failed: Mapping[str, Mapping[str, str]], anew: Mapping[str, int]) -> list[Text]:
    """Clips that are missing or broken, which are no score; and what was not continued."""
    notes = []
    for name, each in failed.items():
        if each:
            first = sorted(each)[0]
            notes.append(Text(
                f"{one_line(name, 30)} 缺 {len(each)} 段（如 {first}："
                f"{one_line(each[first], 80)}），没有算分。",
                f"{one_line(name, 30)} lacks {len(each)} clips (such as {first}: "
                f"{one_line(each[first], 80)}); they have no score.",
            ))  # fmt: skip
    for name, count in anew.items():
        if count:
            notes.append(Text(
                f"{one_line(name, 30)} 有 {count} 段把给它的部分也重画了，不是接着演。",
                f"{one_line(name, 30)} drew what it was given anew in {count} clips: that is no "
                "continuation.",
            ))  # fmt: skip
    return notes


def _two(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}"


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value
