"""What a factor is worth, said with its interval, on the axis that fits or not at all.

The JSON keys are a promise to other programs. The module asks nobody and trains nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mingan.language import Lang, Text, current
from mingan.reports.dense_words import times
from mingan.reports.ruled import ruled
from mingan.reports.safe import one_line
from mingan.scaling.factor import MISFIT, Worth
from mingan.tunnel.factors import Studied

if TYPE_CHECKING:
    from rich.table import Table

NOTE = Text(
    f"misfit 是各点的比值比噪声多散了几倍；哪个方向都大于 {MISFIT:g} 就不给一个数。"
    "比值小于 1 是有害。算力那一列把每个词元贵了还是便宜了也算进去。",
    f"Misfit is how many times more the ratios scatter than noise; above {MISFIT:g} on all axes "
    "no single number is given. A ratio below 1 does harm. Compute takes into account what a "
    "token costs.",
)
_AXES = {
    "parameters": Text("参数", "parameters"),
    "tokens": Text("词元", "tokens"),
    "compute": Text("算力", "compute"),
}


def factor_sentence(each: Studied) -> Text:
    """One factor in a sentence."""
    name = Text(f"{one_line(each.name, 30)}（{each.said.zh}）", f"{one_line(each.name, 30)} "
                f"({each.said.en})")  # fmt: skip
    best = each.found.best
    if best is None:
        worths = (each.found.parameters, each.found.tokens, each.found.compute)
        misfits = Text("、".join(map(_chi, worths)), ", ".join(map(_chi, worths)))
        return Text(
            f"{name.zh}：没有一个比值对得上各种大小（misfit {misfits.zh}），不给一个数。",
            f"{name.en}: no single ratio fits all sizes (misfit {misfits.en}), so none is given.",
        )
    axis, span = _AXES[best.axis], f"{times(best.low)}–{times(best.high)}"
    if best.low > 1:
        verdict = Text("有用", "it helps")
    elif best.high < 1:
        verdict = Text("有害", "it does harm")
    else:
        verdict = Text("看不出差别", "no difference to be seen")
    return Text(
        f"{name.zh}：抵 {times(best.ratio)} 倍{axis.zh}（90% 区间 {span}）：{verdict.zh}。",
        f"{name.en}: worth {times(best.ratio)} times the {axis.en} (90 % interval {span}): "
        f"{verdict.en}.",
    )


def factor_table(found: Sequence[Studied], *, lang: Lang | None = None) -> Table:
    """Factors on every axis with their misfit."""
    speak = lang or current()
    heads = (Text("因素", "factor"), Text("抵什么", "axis"), Text("倍", "times"),
             Text("90% 区间", "90 % interval"), Text("misfit", "misfit"))  # fmt: skip
    rows = [
        (one_line(each.name, 30) if worth is each.found.parameters else "",
         _AXES[worth.axis].say(speak), *_cells(worth))
        for each in found
        for worth in (each.found.parameters, each.found.tokens, each.found.compute)
    ]  # fmt: skip
    return ruled(heads, rows, lang=speak)


def _cells(worth: Worth) -> tuple[str, str, str]:
    if math.isnan(worth.ratio):
        return "–", "–", _chi(worth)
    return times(worth.ratio), f"{times(worth.low)}–{times(worth.high)}", _chi(worth)


def _chi(worth: Worth) -> str:
    return "∞" if math.isinf(worth.chi) else f"{worth.chi:.1f}"


def factor_row(each: Studied) -> dict[str, Any]:
    """A row of the JSON document."""
    said, best = factor_sentence(each), each.found.best
    return {
        "factor": each.name, "axis": best.axis if best else None,
        "estimate": best.ratio if best else None, "low": best.low if best else None,
        "high": best.high if best else None,
        "axes": {
            worth.axis: _plain(worth)
            for worth in (each.found.parameters, each.found.tokens, each.found.compute)
        },
        "runs": [
            {"params_total": n, "tokens": d, "loss": loss, "seed": seed}
            for n, d, loss, seed in each.points
        ],
        "sentence_zh": said.zh, "sentence_en": said.en,
    }  # fmt: skip


def _plain(worth: Worth) -> dict[str, Any]:
    known = not math.isnan(worth.ratio)
    return {
        "ratio": worth.ratio if known else None, "low": worth.low if known else None,
        "high": worth.high if known else None,
        "misfit": worth.chi if math.isfinite(worth.chi) else None,
        "each": [value if math.isfinite(value) else None for value in worth.each.tolist()],
    }  # fmt: skip
