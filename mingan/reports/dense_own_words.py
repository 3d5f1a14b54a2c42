"""Density of models that Mingan measured itself, in words and rows.

Who is dense among the models of one workspace is said as such, and never as a rank among all
models. The JSON keys are a promise to other programs. The module asks nobody and reads no file.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mingan.language import Lang, Text, counted, current
from mingan.reports.dense import OwnDense, OwnReport
from mingan.reports.dense_words import WALLS, times
from mingan.reports.ruled import ruled
from mingan.reports.safe import one_line, short_name
from mingan.reports.sentences import points
from mingan.reports.units import figures
from mingan.scaling.density import Density

if TYPE_CHECKING:
    from rich.table import Table


def own_headline(report: OwnReport) -> Text:
    """Who is densest, where that can be told."""
    bank = one_line(report.bank, 40)
    known = [row for row in report.rows if not row.whole.out]
    if not known:
        return Text(
            f"{bank} 上没有哪个模型的得分对得上大小。",
            f"On {bank} no model's score belongs to a size.",
        )
    best, name = known[0].whole, short_name(known[0].card.name)
    clear = all(best.low > row.whole.high for row in known[1:])
    zh = f"{bank} 上，{name} 给定大小得分最高：密度 {times(best.density)}（90% 区间 {_span(best)}）"
    en = (
        f"On {bank}, {name} scores highest for its size: density {times(best.density)} (90 % "
        f"interval {_span(best)})"
    )
    if clear:
        return Text(f"{zh}。", f"{en}.")
    return Text(
        f"{zh}；但区间和别的模型重叠，谁更密还说不准。",
        f"{en}; but intervals overlap, so who is denser cannot be told yet.",
    )


def own_notes(report: OwnReport) -> list[Text]:
    """What the numbers rest on."""
    family = (
        "、".join(map(short_name, report.reference)),
        ", ".join(map(short_name, report.reference)),
    )
    notes = []
    if report.each_other:
        notes.append(
            Text(
                f"没有指定参照家族，是这些模型互相比（{family[0]}）：1 是它们当中这么大的模型的"
                "平均。和登记表里的密度不是一把尺子。",
                f"No reference family was named, so these models are measured against each other "
                f"({family[1]}): 1 is average for their size among them. It is not the ruler of "
                "the registry's densities.",
            )
        )
    else:
        notes.append(
            Text(f"参照家族：{family[0]}，密度平均是 1。",
                 f"Reference family: {family[1]}, whose density is 1 on average.")
        )  # fmt: skip
    notes.append(
        Text(
            "得分是这个工作区里测的；区间含得分的误差和参照的误差，参照只有几个点，所以很宽。"
            "“按推理开销”看生成一个词元要读多少字节：激活参数 × 每个参数的位数。",
            "Scores were measured in this workspace. Intervals hold the error of the score and of "
            "the reference, which has few points and makes them wide. “By cost” counts the bytes "
            "read for a token: active parameters times their bits.",
        )
    )
    if any(row.corrected is not None for row in report.rows):
        notes.append(
            Text("“按暗题”用抛硬币留下没公开的那一半题的得分，扣掉了见过题的好处。",
                 "“By hidden twins” takes the score on the halves that a coin kept from the "
                 "public, so that having seen questions is no help.")
        )  # fmt: skip
    if report.unsized:
        names = ", ".join(map(short_name, report.unsized))
        notes.append(
            Text(
                f"没写参数量、算不出密度的：{names}（在 models.toml 里写 params_total）。",
                f"Without a size, hence without a density: {names} (write params_total in "
                "models.toml).",
            )
        )
    return notes


def own_table(report: OwnReport, *, lang: Lang | None = None) -> Table:
    """Models with their cards, the densest first."""
    speak = lang or current()
    unit = Text("参数（亿）", "params (B)")
    heads = [Text("模型", "model"), Text("日期", "released"), unit, Text("位数", "bits"),
             Text("得分", "score"), Text("密度", "density"), Text("90% 区间", "90 % interval"),
             Text("按激活参数", "by active"), Text("按推理开销", "by cost")]  # fmt: skip
    twins = any(row.corrected is not None for row in report.rows)
    if twins:
        heads.append(Text("按暗题", "by hidden twins"))
    return ruled(heads, (_cells(row, speak, twins) for row in report.rows), lang=speak)


def _cells(row: OwnDense, speak: Lang, twins: bool) -> tuple[str, ...]:
    scale, score, whole = 1e8 if speak == "zh" else 1e9, row.score, row.whole
    wall = WALLS[whole.out].say(speak) if whole.out else ""
    cells = [
        short_name(row.card.name), str(row.card.released or "–"),
        figures((row.card.params_total or 0) / scale), f"{row.bits:.1f}",
        f"{points(score.score)} ({points(score.low)}–{points(score.high)})",
        times(whole.density) + ("*" if whole.beyond else ""), wall or _span(whole),
        times(row.active.density), times(row.cost.density),
    ]  # fmt: skip
    if twins:
        cells.append(times(row.corrected.density) if row.corrected else "–")
    return tuple(cells)


def own_sentence(row: OwnDense, bank: str) -> Text:
    """One model in a sentence."""
    name, score, whole = short_name(row.card.name), row.score, row.whole
    asked = counted(score.questions, "question")
    if whole.out:
        wall = WALLS[whole.out]
        return Text(f"{name} 在 {one_line(bank, 40)} 上{wall.zh}，没有有效参数。",
                    f"{name} on {one_line(bank, 40)}: {wall.en}, no effective size.")  # fmt: skip
    return Text(
        f"{name}：{one_line(bank, 40)} 的 {score.questions} 道题得 {points(score.score)}，密度 "
        f"{times(whole.density)}（90% 区间 {_span(whole)}）。",
        f"{name}: {points(score.score)} on {asked} of {one_line(bank, 40)}, density "
        f"{times(whole.density)} (90 % interval {_span(whole)}).",
    )


def own_document(report: OwnReport) -> dict[str, Any]:
    """What `mingan density --bank --json` prints."""
    said = own_headline(report)
    return {
        "bank": report.bank, "reference": list(report.reference),
        "against_each_other": report.each_other, "sentence_zh": said.zh, "sentence_en": said.en,
        "without_size": list(report.unsized),
        "rows": [_row(row, report.bank) for row in report.rows],
    }  # fmt: skip


def _row(row: OwnDense, bank: str) -> dict[str, Any]:
    said, card = own_sentence(row, bank), row.card
    return {
        "model": card.name, "released": str(card.released) if card.released else None,
        "params_total": card.params_total, "params_active": card.params_active, "bits": row.bits,
        "score": row.score.score, "score_low": row.score.low, "score_high": row.score.high,
        "estimate": _plain(row.whole.density), "low": _plain(row.whole.low),
        "high": _plain(row.whole.high), "out": row.whole.out, "beyond": row.whole.beyond,
        "by_active": _plain(row.active.density), "by_cost": _plain(row.cost.density),
        "score_hidden": _plain(row.hidden),
        "by_hidden": _plain(row.corrected.density) if row.corrected else None,
        "sentence_zh": said.zh, "sentence_en": said.en,
    }  # fmt: skip


def _span(found: Density) -> str:
    return f"{times(found.low)}–{times(found.high)}"


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None
