"""What a law of small runs said of large ones, in words and rows; it reads no file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mingan.language import Lang, Text, current
from mingan.reports.ruled import ruled
from mingan.reports.units import figures

if TYPE_CHECKING:
    from rich.table import Table

    from mingan.scaling.held_out import HeldOut, Off

_NAMES = ("E", "A", "alpha", "B", "beta")


def law_sentence(found: HeldOut) -> Text:
    """The law, and whether the fit came to rest."""
    law, errors = found.fit.law, found.fit.errors
    said = ", ".join(
        f"{name} {_short(getattr(law, name), 4)}"
        + (f" ± {_short(errors[name], 2)}" if math.isfinite(errors[name]) else "")
        for name in _NAMES
    )
    count = found.small.loss.size
    if not found.fit.fit.converged:
        return Text(
            f"{count} 次训练拟合不出一个走到底的定律，下面的数不要用：{said}。",
            f"The fit of {count} runs did not come to rest; do not rely on what follows: {said}.",
        )
    return Text(
        f"{count} 次小的训练给出 L = E + A/N^alpha + B/D^beta：{said}（± 是自助标准误）。",
        f"{count} small runs give L = E + A/N^alpha + B/D^beta: {said} (± bootstrap errors).",
    )


def _short(value: float, digits: int) -> str:
    return figures(value, digits) if value < 1e6 else f"{value:.{digits}g}"


def off_sentence(off: Off, what: Text) -> Text:
    """How far off it was, and whether saying "no change" would have been nearer."""
    mean, most, plain = (100 * value for value in (off.mean, off.most, off.unchanged))
    span = f"{100 * off.low:.2f}–{100 * off.high:.2f}"
    told = Text(
        f"{off.truth.size} 次大的训练，{what.zh}平均差 {mean:.2f}%（定律自助抽样 90%：{span}%），"
        f"最多差 {most:.2f}%；",
        f"Of {off.truth.size} large runs the {what.en} is {mean:.2f} % off on average (90 % of the "
        f"law's bootstrap draws: {span} %), {most:.2f} % at most; ",
    )
    if mean < plain:
        return Text(
            f"{told.zh}说“和最大的小训练一样”差 {plain:.2f}%，定律更准。",
            f"{told.en}saying “as the largest small run” is {plain:.2f} % off: the law is nearer.",
        )
    return Text(
        f"{told.zh}说“和最大的小训练一样”只差 {plain:.2f}%，定律没有更准。",
        f"{told.en}saying “as the largest small run” is only {plain:.2f} % off: the law is no "
        "nearer.",
    )


def losses_sentences(found: HeldOut) -> list[Text]:
    """Everything there is to say."""
    said = [law_sentence(found), off_sentence(found.loss, Text("损失", "loss"))]
    if found.score is not None:
        said.append(off_sentence(found.score, Text("得分（先损失后得分）", "score (by the loss)")))
    if found.small.left_out:
        count = found.small.left_out
        said.append(
            Text(f"有 {count} 行缺了数，没有用。",
                 f"Rows with an empty cell, not used: {count}.")
        )  # fmt: skip
    return said


def losses_table(found: HeldOut, *, lang: Lang | None = None) -> Table:
    """Every run that was held out."""
    speak = lang or current()
    heads = [Text("参数", "parameters"), Text("词元", "tokens"), Text("FLOP", "FLOP"),
             Text("预测损失", "loss foretold"), Text("实际", "was"), Text("差", "off")]  # fmt: skip
    large = found.large
    columns = [
        [f"{value:.3g}" for value in large.parameters], [f"{value:.3g}" for value in large.tokens],
        [f"{value:.3g}" for value in large.compute], *_cells(found.loss),
    ]  # fmt: skip
    if found.score is not None:
        heads += [Text("预测得分", "score foretold"), Text("实际", "was"), Text("差", "off")]
        columns += _cells(found.score)
    return ruled(heads, zip(*columns, strict=True), left=(), lang=speak)


def _cells(off: Off) -> list[list[str]]:
    return [
        [f"{value:.4f}" for value in off.foretold], [f"{value:.4f}" for value in off.truth],
        [f"{100 * value:+.2f}%" for value in off.each],
    ]  # fmt: skip


def losses_document(found: HeldOut) -> dict[str, Any]:
    """What `--json` prints; what could not be computed is None."""
    law, errors = found.fit.law, found.fit.errors
    said = losses_sentences(found)
    return {
        "runs_fitted": found.small.loss.size, "runs_foretold": found.large.loss.size,
        "converged": found.fit.fit.converged, "objective": found.fit.fit.objective,
        "law": {name: getattr(law, name) for name in _NAMES},
        "errors": {name: _number(errors[name]) for name in _NAMES},
        "loss": _off(found.loss), "score": None if found.score is None else _off(found.score),
        "sentences_zh": [text.zh for text in said], "sentences_en": [text.en for text in said],
    }  # fmt: skip


def _off(off: Off) -> dict[str, Any]:
    return {
        "mape": _number(off.mean), "low": _number(off.low), "high": _number(off.high),
        "most": _number(off.most), "unchanged": _number(off.unchanged),
        "foretold": [_number(v) for v in off.foretold], "truth": [_number(v) for v in off.truth],
    }  # fmt: skip


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
