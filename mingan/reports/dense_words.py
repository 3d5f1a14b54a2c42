"""Density and its growth in words and rows, claiming no more than the numbers bear.

A doubling time never stands without its interval, nor without what the densing law says and why
ours is another number; a back-test says plainly where "no progress" foretold better. The JSON keys
are a promise to other programs. The module asks nobody and reads no file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from mingan.language import Lang, Text, current
from mingan.reports.dense import (
    CHECK_GAP,
    COMBINED,
    PAPER,
    Child,
    DenseModel,
    DensityReport,
    Trend,
)
from mingan.reports.ruled import ruled
from mingan.reports.safe import one_line, short_name
from mingan.reports.sentences import points
from mingan.reports.units import figures
from mingan.scaling.density import Density
from mingan.scaling.prices import YEAR
from mingan.scaling.trend import Growth

if TYPE_CHECKING:
    from rich.table import Table

WALLS = {
    "guessing": Text("不比瞎猜好", "no better than guessing"),
    "ceiling": Text("到了题目的顶", "at the ceiling"),
    "unreachable": Text("参照到不了", "beyond any reference"),
}


def times(value: float) -> str:
    """A density: two digits, more only below a tenth."""
    if math.isnan(value):
        return "–"
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 10 else f"{value:.0f}"


def months(value: float) -> str:
    """A doubling time."""
    return "∞" if math.isinf(value) else "?" if math.isnan(value) else f"{value:.1f}"


def density_headline(report: DensityReport) -> Text:
    """How fast the best density grows, beside what the paper says."""
    trend = next(trend for trend in report.trends if trend.benchmark == COMBINED)
    growth, paper = trend.quantile, f"{PAPER[0]}–{PAPER[1]}"
    if growth is None:
        return Text(
            f"能算密度的模型太少，说不出多久翻一番；密度定律的论文说 {paper} 个月。",
            f"Too few models have a density to tell how fast it doubles; the densing law says "
            f"{paper} months.",
        )
    as_paper, fair = records_words(trend.frontier)
    sure, holds = f"{100 * growth.level:.0f}", _holds(growth)
    return Text(
        f"最密的那一成模型，密度大约 {months(growth.doubling)} 个月翻一番（{sure}% 区间 "
        f"{months(growth.low)} 到 {months(growth.high)} 个月）。照论文的画法，线过历次最高点，是 "
        f"{as_paper} 个月，扣掉“挑了最高的”占的便宜是 {fair}；密度定律的论文说 {paper} 个月，"
        f"{'在' if holds else '不在'}这个区间里。",
        f"The density of the densest tenth of models doubles in about {months(growth.doubling)} "
        f"months ({sure} % interval {months(growth.low)} to {months(growth.high)}). Drawn as in "
        f"the paper, through each record, it is {as_paper} months, or {fair} without what picking "
        f"the highest adds; the densing law says {paper}, which lies "
        f"{'within' if holds else 'outside'} that interval.",
    )


def records_words(growth: Growth | None) -> tuple[str, str]:
    """Months by the line through records: as drawn, and with what selection adds taken off."""
    if growth is None:
        return "–", "–"
    if math.isnan(growth.raw):
        return months(growth.drawn), "–"
    span = f"{months(growth.low)}–{months(growth.high)}"
    return months(growth.drawn), f"{months(growth.doubling)} ({span})"


def _holds(growth: Growth) -> bool:
    return growth.low <= PAPER[1] and growth.high >= PAPER[0]


def density_notes(report: DensityReport) -> list[Text]:
    """How it was reckoned, and why it is not the paper's number."""
    family = "、".join(report.reference), ", ".join(report.reference)
    notes = [
        Text(
            f"密度 = 参照家族要多大才得这么多分 ÷ 模型的参数量。参照是 {family[0]}，"
            "它们的密度平均是 1。分数越超出参照的范围，区间越宽。",
            "Density = the size at which the reference family would score as much, over the "
            f"model's parameters. The reference is {family[1]}, whose density is 1 on average. The "
            "further a score lies beyond it, the wider the interval.",
        ),
        Text(
            "和论文不同的地方：论文先由损失定参照（拟合的系数没有公布），这里没有损失，只看参照家族的得分；"
            "模型、得分的来源和测法也不一样。各题目之间差好几倍，是这件事本来的样子。",
            "Where it differs from the paper: there the reference rests on losses (its constants "
            "are not printed), here on the scores of a family; models, sources and harnesses "
            "differ too. That benchmarks differ several times over is how the matter stands.",
        ),
        Text(
            "得分多是厂商自报的，没有扣除可能见过题的部分。",
            "Most scores are reported by the makers, and nothing is taken off for questions that "
            "may have been seen.",
        ),
    ]
    if report.left_out:
        notes.append(
            Text(
                f"有 {report.left_out} 个模型在这些题目上没有得分，没有列出。",
                f"{report.left_out} models have no score on these benchmarks and are not listed.",
            )
        )
    return notes


def test_sentence(trend: Trend) -> Text | None:
    """Whether knowing the date helped to foretell later models; None without back-tests."""
    if not trend.tests:
        return None
    name = one_line(trend.benchmark, 40)
    zh, en = [], []
    for test in trend.tests:
        better = test.with_date < test.without
        held = "" if math.isnan(test.held) else f"{100 * test.held:.0f}%"
        zh.append(
            f"到 {test.cut} 的 {test.fitted} 个预言之后的 {test.tried} 个，"
            f"误差 {test.with_date:.2f}，不算进步是 {test.without:.2f}"
            f"（{'更准' if better else '反而不准'}" + (f"；90% 区间里有 {held}）" if held else "）")
        )
        en.append(
            f"{test.fitted} until {test.cut} foretell {test.tried} later ones with an error of "
            f"{test.with_date:.2f}, without progress {test.without:.2f} "
            f"({'better' if better else 'no better'}"
            + (f"; 90 % intervals held {held})" if held else ")")
        )
    return Text(
        f"{name} 的回测（logit 的平均绝对误差）：{'；'.join(zh)}。",
        f"Back-tests on {name} (mean absolute error of the logit): {'; '.join(en)}.",
    )


def line_sentence(trend: Trend) -> Text | None:
    """What the line of the densest tenth, drawn on from past days, came to; None without any."""
    if not trend.lines:
        return None
    name = _name(trend)
    zh, en = [], []
    for cut, line in trend.lines.items():
        nearer = line.loss < line.flat_loss
        below, flat = (f"{100 * share:.0f}" for share in (line.below, line.flat_below))
        zh.append(
            f"画到 {cut}，之后的 {line.tried} 个有 {below}% 在线下，横着的线是 {flat}%，"
            f"{'斜的更准' if nearer else '横的更准'}"
        )
        en.append(
            f"drawn until {cut}, {below} % of {line.tried} later models lie below it, below a flat "
            f"one {flat} %: the {'rising' if nearer else 'flat'} one is nearer"
        )
    return Text(
        f"{name.zh}：最密那一成的线往后延（该有 90% 在线下）：{'；'.join(zh)}。",
        f"{name.en}: the line of the densest tenth drawn on (90 % should lie below): "
        f"{'; '.join(en)}.",
    )


def without_sentence(trend: Trend) -> Text | None:
    """How the doubling time moves with each benchmark left out; None where that says nothing."""
    if not trend.without:
        return None
    left = [(one_line(name, 30), months(value)) for name, value in trend.without.items()]
    return Text(
        "去掉一个题目，合起来的翻一番时间（月）："
        + "，".join(f"去掉 {name} 是 {value}" for name, value in left) + "。",
        "Doubling time of all together with a benchmark left out (months): "
        + ", ".join(f"without {name} {value}" for name, value in left) + ".",
    )  # fmt: skip


def _name(trend: Trend) -> Text:
    if trend.benchmark == COMBINED:
        return Text("合起来", "Together")
    name = one_line(trend.benchmark, 40)
    return Text(name, name)


def change_sentence(trends: Sequence[Trend]) -> Text:
    """Whether the best density grew faster after ChatGPT, where that can be told."""
    known = [(trend, trend.chatgpt) for trend in trends if trend.chatgpt is not None]
    if not known:
        return Text(
            "ChatGPT 前后增长快慢有没有变，这里说不了：每个题目都有一边，创过纪录的模型不到 3 个。"
            "（论文按 MMLU 说从 4.7 个月翻一番变成 3.1 个月。）",
            "Whether growth changed with ChatGPT cannot be told here: on every benchmark, "
            "fewer than 3 models set a record on one of its two sides. (The paper says, "
            "by MMLU, that doubling went from 4.7 months to 3.1.)",
        )
    zh, en = [], []
    for trend, found in known:
        before, after = (_yearly(slope) for slope in (found.before, found.after))
        name, sure = one_line(trend.benchmark, 40), f"{100 * found.larger:.0f}"
        zh.append(f"{name} 之前每年 ×{before}，之后 ×{after}（{sure}% 的抽样里之后更快）")
        en.append(f"{name} ×{before} a year before, ×{after} after (faster in {sure} % of draws)")
    return Text(
        f"ChatGPT 前后最高密度的增长：{'；'.join(zh)}。",
        f"Growth of the best density before and after ChatGPT: {'; '.join(en)}.",
    )


def bend_sentence(trends: Sequence[Trend]) -> Text | None:
    """Where growth changed most, and whether beyond chance; None where nothing could be tried."""
    known = [(trend, trend.bend) for trend in trends if trend.bend is not None]
    if not known:
        return None
    zh, en = [], []
    for trend, found in known:
        day = date.fromordinal(round(found.when * YEAR)).isoformat()[:7]
        before, after, name = _yearly(found.before), _yearly(found.after), _name(trend)
        told = Text("拐得超出偶然", "beyond chance") if found.p < 0.05 else Text(
            "不超出偶然", "not beyond chance")  # fmt: skip
        zh.append(
            f"{name.zh} {day}，之前每年 ×{before}，之后 ×{after}（p = {found.p:.2f}，{told.zh}）"
        )
        en.append(
            f"{name.en} {day}, ×{before} a year before, ×{after} after (p = {found.p:.2f}, "
            f"{told.en})"
        )
    return Text(
        f"所有模型的密度，增长在哪里变得最多（折点是挑出来的，p 已算上）：{'；'.join(zh)}。",
        "Where growth of the density of all models changed most (the place was searched for, which "
        f"p allows for): {'; '.join(en)}.",
    )


def _yearly(slope: float) -> str:
    return times(math.exp(min(slope, 30.0)))


def corrected_sentence(report: DensityReport) -> Text | None:
    """How the trend moves when something is taken off for questions seen before."""
    if report.gap:
        said = points(report.gap)
        return Text(
            f"得分已按题目公开以后每年 {said} 分扣除。",
            f"Scores have {said} points taken off for every year since the questions came out.",
        )
    growth = report.corrected
    if growth is None:
        return None
    span = f"{months(growth.low)}–{months(growth.high)}"
    said = points(CHECK_GAP)
    return Text(
        f"假如题目公开以后，模型每年因为见过题白得 {said} 分，扣掉以后是 "
        f"{months(growth.doubling)} 个月翻一番（{span}）。扣多少自己定：--gap。",
        f"If models gained {said} {'point' if said == '1' else 'points'} a year since the "
        "questions came out merely by having seen them, taking that off gives "
        f"{months(growth.doubling)} months ({span}). For another figure: --gap.",
    )


def child_sentence(child: Child) -> Text:
    """A model made from a larger one, against that."""
    span = f"{times(child.low)}–{times(child.high)}"
    if child.low > 1:
        verdict = Text("变小反而更密", "denser for being made small")
    elif child.high < 1:
        verdict = Text("变小，密度也低了", "less dense for being made small")
    else:
        verdict = Text("分不出更密还是更稀", "denser or not cannot be told")
    name, parent = short_name(child.facts.name), short_name(child.parent)
    on = ", ".join(one_line(each, 30) for each in child.benchmarks)
    cost = _cost_words(child)
    return Text(
        f"{name} 是 {parent} 的 {times(child.ratio)} 倍密（{on}，90% 区间 {span}）：{verdict.zh}"
        f"{cost.zh}。",
        f"{name} is {times(child.ratio)} times as dense as {parent} ({on}, 90 % interval {span}): "
        f"{verdict.en}{cost.en}.",
    )


def _cost_words(child: Child) -> Text:
    """The ratio by the bytes of a token, where that is another one."""
    if abs(math.log(child.cheaper)) < 0.01:
        return Text("", "")
    said, low, high = (times(child.cheaper * v) for v in (child.ratio, child.low, child.high))
    return Text(f"；按推理开销是 {said} 倍（{low}–{high}）",
                f"; by cost of a token {said} times ({low}–{high})")  # fmt: skip


def explanation(row: DenseModel, report: DensityReport) -> list[Text]:
    """The reckoning of one model, step by step."""
    facts, size = row.facts, row.facts.params_total or 1
    lines = [
        Text(
            f"{one_line(facts.name)}：{facts.released}，参数 {size:,}"
            + (f"，每个词元用到 {facts.params_active:,}" if facts.params_active else "")
            + f"；来源 {facts.source}{'' if facts.verified else '（未核实）'}。",
            f"{one_line(facts.name)}: {facts.released}, {size:,} parameters"
            + (f", {facts.params_active:,} for a token" if facts.params_active else "")
            + f"; source {facts.source}{'' if facts.verified else ' (unverified)'}.",
        )
    ]
    for name, found in row.single.items():
        lines.append(_step(name, row, found, report, size))
    whole = row.whole
    if not whole.out:
        lines.append(
            Text(
                f"合起来（各题目 ln 密度的平均）：{times(whole.density)}，"
                f"90% 区间 {times(whole.low)} 到 {times(whole.high)}。去掉一个题目："
                + "、".join(f"去掉 {k} 是 {times(v)}" for k, v in row.without.items())
                + "。",
                f"Together (mean of ln density over benchmarks): {times(whole.density)}, 90 % "
                f"interval {times(whole.low)} to {times(whole.high)}. Leaving one out: "
                + ", ".join(f"without {k} {times(v)}" for k, v in row.without.items())
                + ".",
            )
        )
        bits = f"{facts.bits:.3g}"
        lines.append(
            Text(
                f"只算激活参数：{times(row.active.density)}；按推理开销（激活参数 × {bits} 位，"
                f"参照 16 位）：{times(row.cost.density)}。",
                f"By active parameters: {times(row.active.density)}; by cost of a token (active "
                f"parameters at {bits} bits, reference at 16): {times(row.cost.density)}.",
            )
        )
    return lines


def _step(name: str, row: DenseModel, found: Density, report: DensityReport, size: int) -> Text:
    read, family = row.read[name], report.families[name]
    head = Text(
        f"{name}：得分 {points(read.score)}（来源 {'、'.join(read.sources)}"
        f"{'' if read.verified else '，未核实'}），",
        f"{name}: score {points(read.score)} (source {', '.join(read.sources)}"
        f"{'' if read.verified else ', unverified'}), ",
    )
    if found.out:
        wall = WALLS[found.out]
        return Text(
            f"{head.zh}{wall.zh}，没有有效参数。", f"{head.en}{wall.en}: no effective size."
        )
    far = (
        Text("，超出参照的范围", ", beyond the reference") if found.beyond else Text("", "")
    )  # fmt: skip
    return Text(
        f"{head.zh}参照 logit = {family.level:.2f} + {family.slope:.3f}·ln N，要 "
        f"{found.effective:,.0f} 个参数{far.zh}；÷ {size:,} = {times(found.density)}"
        f"（{times(found.low)} 到 {times(found.high)}）。",
        f"{head.en}reference logit = {family.level:.2f} + {family.slope:.3f} ln N takes "
        f"{found.effective:,.0f} parameters{far.en}; / {size:,} = {times(found.density)} "
        f"({times(found.low)} to {times(found.high)}).",
    )


def density_document(report: DensityReport) -> dict[str, Any]:
    """What `mingan density --json` prints."""
    said = density_headline(report)
    return {
        "reference": list(report.reference), "sentence_zh": said.zh, "sentence_en": said.en,
        "trends": [_trend(trend) for trend in report.trends],
        "gap": report.gap, "doubling_months_corrected": _growth(report.corrected),
        "children": [_child(child) for child in report.children],
        "rows": [_row(row) for row in report.rows],
    }  # fmt: skip


def _growth(found: Growth | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "estimate": _plain(found.doubling), "low": _plain(found.low),
        "high": _plain(found.high), "level": found.level, "r2": _plain(found.r2),
        "points": found.points,
    }  # fmt: skip


def _child(child: Child) -> dict[str, Any]:
    said = child_sentence(child)
    return {
        "model": child.facts.name, "parent": child.parent, "kind": child.facts.kind,
        "benchmarks": list(child.benchmarks), "estimate": child.ratio, "low": child.low,
        "high": child.high, "by_cost": child.ratio * child.cheaper,
        "sentence_zh": said.zh, "sentence_en": said.en,
    }  # fmt: skip


def _trend(trend: Trend) -> dict[str, Any]:
    change = trend.chatgpt
    return {
        "benchmark": trend.benchmark, "models": trend.models,
        "around_chatgpt": change and {
            "before": change.before, "after": change.after, "faster_after": change.larger,
        },
        "bend": trend.bend and {
            "day": date.fromordinal(round(trend.bend.when * YEAR)).isoformat(),
            "before": trend.bend.before, "after": trend.bend.after, "p": trend.bend.p,
        },
        "doubling_months": _growth(trend.quantile),
        "through_records": trend.frontier and {
            "estimate": _plain(trend.frontier.drawn), "r2": _plain(trend.frontier.r2),
            "points": trend.frontier.points,
        },
        "through_records_fair": _growth(trend.frontier),
        "paper_months": list(PAPER),
        "leaving_out": {name: _plain(value) for name, value in trend.without.items()},
        "back_tests": [
            {"cut": str(t.cut), "fitted": t.fitted, "tried": t.tried, "with_date": t.with_date,
             "without": t.without, "held": _plain(t.held)} for t in trend.tests
        ],
        "lines_drawn_on": [
            {"cut": str(cut), "fitted": line.fitted, "tried": line.tried, "below": line.below,
             "flat_below": line.flat_below, "loss": line.loss, "flat_loss": line.flat_loss}
            for cut, line in trend.lines.items()
        ],
    }  # fmt: skip


def _row(row: DenseModel) -> dict[str, Any]:
    facts = row.facts
    return {
        "model": facts.name, "family": facts.family, "kind": facts.kind,
        "released": str(facts.released), "params_total": facts.params_total,
        "params_active": facts.params_active, "estimate": _plain(row.whole.density),
        "low": _plain(row.whole.low), "high": _plain(row.whole.high), "out": row.whole.out,
        "beyond": row.whole.beyond, "by_active": _plain(row.active.density),
        "by_cost": _plain(row.cost.density),
        "benchmarks": {name: _plain(each.density) for name, each in row.single.items()},
        "leaving_out": {name: _plain(value) for name, value in row.without.items()},
        "reference": row.in_reference,
    }  # fmt: skip


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


def density_table(rows: Sequence[DenseModel], *, lang: Lang | None = None) -> Table:
    """Models, the densest first."""
    speak = lang or current()
    heads = (Text("模型", "model"), Text("日期", "released"), Text("参数（亿）", "params (B)"),
             Text("密度", "density"), Text("90% 区间", "90 % interval"),
             Text("按激活参数", "by active"), Text("题目", "benchmarks"))  # fmt: skip
    return ruled(heads, (_cells(row, speak) for row in rows), lang=speak)


def _cells(row: DenseModel, speak: Lang) -> tuple[str, ...]:
    whole, unit = row.whole, 1e8 if speak == "zh" else 1e9
    wall = WALLS[whole.out].say(speak) if whole.out else ""
    return (
        short_name(row.facts.name), str(row.facts.released),
        figures((row.facts.params_total or 0) / unit),
        times(whole.density) + ("*" if whole.beyond else ""),
        wall or f"{times(whole.low)}–{times(whole.high)}", times(row.active.density),
        str(len(row.single)),
    )  # fmt: skip


def trend_table(trends: Sequence[Trend], *, lang: Lang | None = None) -> Table:
    """Doubling times, benchmark by benchmark."""
    heads = (Text("题目", "benchmark"), Text("模型", "models"),
             Text("翻一番（月）", "doubling (months)"), Text("90% 区间", "90 % interval"),
             Text("过最高点的线", "through records"), Text("扣掉挑选", "selection off"),
             Text("R²", "R²"))  # fmt: skip
    together = Text("合起来", "together").say(lang)
    rows = []
    for trend in trends:
        growth, records = trend.quantile, trend.frontier
        rows.append((
            together if trend.benchmark == COMBINED else one_line(trend.benchmark, 30),
            str(trend.models), months(growth.doubling) if growth else "–",
            f"{months(growth.low)}–{months(growth.high)}" if growth else "–",
            *records_words(records), f"{records.r2:.2f}" if records else "–",
        ))  # fmt: skip
    return ruled(heads, rows, lang=lang)
