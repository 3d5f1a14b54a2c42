"""What size and date say of a table of models, in words; it reads no file."""

from __future__ import annotations

import math
from typing import Any

from mingan.language import Text, counted
from mingan.reports.dense import DatedReport, Trend
from mingan.reports.dense_words import months, test_sentence
from mingan.scaling.prices import YEAR


def dated_sentences(report: DatedReport) -> list[Text]:
    """The pace, what it takes for granted, and how forecasts of the past did."""
    tests = test_sentence(_as_trend(report))
    said = [_pace(report), ASSUMED, tests or _UNTRIED]
    if report.tests:
        said.append(_verdict(report))
    if report.left_out:
        rows = counted(report.left_out, "row")
        said.append(
            Text(f"有 {report.left_out} 行缺大小、日期或得分，没有用。",
                 f"{rows} lacked a size, a date or a score and {_were(report)} not used.")
        )  # fmt: skip
    return said


def _were(report: DatedReport) -> str:
    return "was" if report.left_out == 1 else "were"


def _pace(report: DatedReport) -> Text:
    found = report.found
    law, sure = found.law, f"{100 * found.level:.0f}"
    start = law.level + law.by_year * report.since.toordinal() / YEAR
    plain = f"logit(S) = {start:.2f} {_signed(law.by_size)}·ln N {_signed(law.by_year)}·t"
    formula = Text(f"{plain}（t：{report.since} 以来的年数）",
                   f"{plain} (t: years since {report.since})")  # fmt: skip
    if math.isnan(found.doubling):
        return Text(
            f"{found.models} 个模型：{formula.zh}。越大得分并不越高，说不出同样的得分多久小一半。",
            f"{found.models} models: {formula.en}. Larger ones do not score higher, so how fast a "
            "score takes half the size cannot be told.",
        )
    if math.isinf(found.doubling):
        return Text(
            f"{found.models} 个模型：{formula.zh}。大小相同，后来的得分并不更高：没有进步。",
            f"{found.models} models: {formula.en}. At the same size later ones do not score "
            "higher: no progress.",
        )
    span = f"{months(found.low)}–{months(found.high)}"
    return Text(
        f"{found.models} 个模型：{formula.zh}。同样的得分，模型 {months(found.doubling)} 个月小一半"
        f"（也就是密度翻一番；{sure}% 区间 {span}）。",
        f"{found.models} models: {formula.en}. At the same score models halve in "
        f"{months(found.doubling)} months, which is density doubling ({sure} % interval {span}).",
    )


def _signed(value: float) -> str:
    return f"{'+' if value >= 0 else '−'} {abs(value):.3f}"


ASSUMED = Text(
    "这里认定：斜率对各种大小、各个年份都一样；差别只来自大小和日期，不来自数据和做法；得分是一种测法；"
    "发布出来的模型代表得了模型。",
    "Taken for granted: one slope for all sizes and years; that size and date, not data and "
    "recipe, are what differs; that scores are of one kind; that models published are a fair "
    "sample.",
)

_UNTRIED = Text(
    "模型太少，没法拿过去的预测和后来的对；上面的数没有试过。",
    "Too few models to hold forecasts of the past against what came; the above was not tried.",
)


def _verdict(report: DatedReport) -> Text:
    better, total = sum(t.with_date < t.without for t in report.tests), len(report.tests)
    if better == total:
        return Text("每一次算上日期都更准。", "With the date it was nearer every time.")
    if not better:
        return Text("没有一次算上日期更准：“没有进步”就够了。",
                    "With the date it was never nearer: “no progress” does as well.")  # fmt: skip
    return Text(f"{total} 次里有 {better} 次算上日期更准。",
                f"With the date it was nearer {better} times of {total}.")  # fmt: skip


def dated_document(report: DatedReport) -> dict[str, Any]:
    """What `--json` prints; what could not be computed is None."""
    found, said = report.found, dated_sentences(report)
    return {
        "models": found.models, "left_out": report.left_out,
        "law": {"level": found.law.level, "by_size": found.law.by_size,
                "by_year": found.law.by_year, "floor": found.law.floor},
        "doubling_months": {"estimate": _plain(found.doubling), "low": _plain(found.low),
                            "high": _plain(found.high), "level": found.level},
        "back_tests": [
            {"cut": str(t.cut), "fitted": t.fitted, "tried": t.tried, "with_date": t.with_date,
             "without": t.without, "held": _plain(t.held)} for t in report.tests
        ],
        "sentences_zh": [text.zh for text in said], "sentences_en": [text.en for text in said],
    }  # fmt: skip


def _as_trend(report: DatedReport) -> Trend:
    return Trend(
        benchmark=report.name, models=report.found.models, frontier=None, quantile=None,
        tests=report.tests,
    )  # fmt: skip


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None
