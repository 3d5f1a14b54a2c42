"""Prices, sizes and devices to come, in words: never a forecast without how such ones have done.

A date is said for three paces, a verdict with what it takes for granted, a price with its interval;
and where "nothing changes" would have been nearer, that is said first. The module asks nobody and
reads no file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from mingan.language import Lang, Text, current
from mingan.reports.dense_words import times
from mingan.reports.foretold import (
    PACES,
    Claim,
    DeviceDate,
    ForecastReport,
    Level,
    Part,
    Staircase,
    Tried,
    Verdict,
)
from mingan.reports.ruled import ruled
from mingan.reports.safe import one_line, short_name
from mingan.reports.sentences import percent, points
from mingan.reports.units import figures
from mingan.scaling.devices import Bound, Fit, Pace
from mingan.scaling.prices import YEAR, Offer

if TYPE_CHECKING:
    from rich.table import Table

VERDICTS: Mapping[Verdict, Text] = {
    "holds": Text("成立", "holds"),
    "depends": Text("看情况", "depends"),
    "does not hold": Text("不成立", "does not hold"),
    "cannot tell": Text("说不准", "cannot tell"),
}
BOUNDS: Mapping[Bound, Text] = {
    "memory": Text("内存", "memory"),
    "bandwidth": Text("带宽", "bandwidth"),
    "compute": Text("算力", "compute"),
}
DEVICES: Mapping[str, Text] = {
    "phone": Text("手机", "telephone"), "laptop": Text("轻薄笔记本", "thin laptop"),
    "pc": Text("工作站级电脑", "strong PC"), "car": Text("汽车", "car"),
    "robot": Text("机器人", "robot"), "glasses": Text("眼镜随身盒", "glasses' companion box"),
}  # fmt: skip

_ALREADY = Text("已经能", "already")
_NEVER = Text("到不了", "never")
_LATEST = date(2100, 1, 1)
_NONE = Text("–", "–")


def device_words(name: str) -> Text:
    """A class of device in words; a user's own keeps its name."""
    shown = one_line(name, 30)
    return DEVICES.get(name, Text(shown, shown))


def level_words(level: Level) -> str:
    """A capability in few letters, which need no translation: the model and the benchmark."""
    return f"{one_line(level.model.partition(' (')[0], 24)} · {one_line(level.benchmark, 24)}"


def month(fit: Fit | None, since: date | None = None) -> Text:
    """When a need is met: a month, "already" for one that is not after `since`, or never."""
    if fit is None:
        return _NONE
    if math.isinf(fit.year):
        return _NEVER
    if fit.year * YEAR >= _LATEST.toordinal():
        return Text("2100 年以后", "after 2100")
    day = date.fromordinal(max(round(fit.year * YEAR), 1))
    if since is not None and day <= since:
        return _ALREADY
    said = f"{day.year}-{day.month:02d}"
    return Text(said, said)


def dollars(value: float) -> str:
    """A price for a million tokens."""
    return f"${figures(value, 2)}"


# --- sentences ----------------------------------------------------------------------------------


def forecast_headline(report: ForecastReport) -> Text:
    """What the whole comes to: how sizes shrink, and that lines through prices foretold badly."""
    tried = next((each for each in report.tried_prices if each.line is not None), None)
    halves = report.halving_now
    zh = en = ""
    if math.isfinite(halves):
        zh = f"到达同样得分的模型，大约 {halves:.1f} 个月小一半。"
        en = f"Models that reach the same score shrink by half in about {halves:.1f} months. "
    if tried is None or tried.line is None:
        return Text(
            zh or "已知的太少，说不出往后。", en.strip() or "Too little is known to foretell."
        )
    line = tried.line
    better = line.off < line.still
    return Text(
        f"{zh}价格的直线往后延 {tried.months} 个月，过去 {line.trials} 次里区间包住 "
        f"{percent(line.held)}，"
        f"一般差 {times(line.off)} 倍；只说“不变”差 {times(line.still)} 倍，"
        f"{'直线更准' if better else '反而更准'}。",
        f"{en}A line through prices, drawn {tried.months} months on, held the truth in "
        f"{percent(line.held)} of {line.trials} past cases and was off by {times(line.off)} times "
        f"in the middle one; “no change” was off by {times(line.still)}, which is "
        f"{'further' if better else 'nearer'}.",
    )


def tried_sentence(tried: Tried, what: Text) -> Text | None:
    """How forecasts so many months ahead did; None where none could be tried."""
    parts = [
        (Text("直线", "the line"), tried.line),
        (Text("照以往的变化", "changes as before"), tried.past),
    ]
    known = [(name, found) for name, found in parts if found is not None]
    if not known:
        return None
    zh = "；".join(
        f"{name.zh} {found.trials} 次，区间包住 {percent(found.held)}，一般差 {times(found.off)} 倍"
        f"（不变差 {times(found.still)} 倍）"
        for name, found in known
    )
    en = "; ".join(
        f"{name.en} {found.trials} times, interval held {percent(found.held)}, off by "
        f"{times(found.off)} times in the middle case (no change: {times(found.still)})"
        for name, found in known
    )
    return Text(
        f"{what.zh}往后 {tried.months} 个月的回测：{zh}。",
        f"Back-test of {what.en}, {tried.months} months ahead: {en}.",
    )


def price_sentence(step: Staircase) -> Text:
    """What one capability costs, and by how much that fell in a year."""
    name, cheap = level_words(step.level), step.steps[-1]
    zh = (
        f"{name}（≥ {points(step.level.least)}）：最便宜 {dollars(cheap.price)}，"
        f"{short_name(cheap.model)}，{cheap.day}"
    )
    en = (
        f"{name} (≥ {points(step.level.least)}): {dollars(cheap.price)} at the cheapest, "
        f"{short_name(cheap.model)}, {cheap.day}"
    )
    found = step.decline
    if found is not None:
        span = f"{times(found.low)}–{times(found.high)}"
        zh += f"；每年降 {times(found.factor)} 倍（90% 区间 {span}）"
        en += f"; {times(found.factor)} times cheaper a year (90 % interval {span})"
    for ahead in step.ahead:
        span = f"{dollars(ahead.low)}–{dollars(ahead.high)}"
        zh += f"；照以往的变化，{ahead.day} 是 {dollars(ahead.price)}（{span}）"
        en += f"; by changes as before, {dollars(ahead.price)} on {ahead.day} ({span})"
    return Text(f"{zh}。", f"{en}.")


def size_sentence(step: Staircase) -> Text:
    """How small one capability is, and how fast it shrank."""
    name, small = level_words(step.level), step.steps[-1]
    zh = (
        f"{name}（≥ {points(step.level.least)}）：最小 {figures(small.price / 1e8)} 亿参数，"
        f"{short_name(small.model)}，{small.day}"
    )
    en = (
        f"{name} (≥ {points(step.level.least)}): {figures(small.price / 1e9)}B parameters at the "
        f"smallest, {short_name(small.model)}, {small.day}"
    )
    found = step.decline
    if found is not None:
        halving = f"{found.halving:.1f}" if math.isfinite(found.halving) else "∞"
        zh += f"；{halving} 个月小一半（{len(found.steps)} 级台阶）"
        en += f"; half the size in {halving} months ({len(found.steps)} steps)"
    return Text(f"{zh}。", f"{en}.")


def device_sentence(row: DeviceDate) -> Text:
    """When one capability fits one class of device."""
    where, what = device_words(row.device), level_words(row.level)
    if not row.fits:
        return Text(
            f"{where.zh}：还没有大小已知的模型到 {what}，算不出。",
            f"{where.en}: no model of known size reaches {what} yet, so there is no date.",
        )
    fast, middle, slow = (month(row.fits.get(pace), row.since) for pace in PACES)
    bound = BOUNDS[row.fits["middle"].bound]
    if {fast.zh, middle.zh, slow.zh} == {_ALREADY.zh}:
        return Text(
            f"{where.zh}：{what} 的水平已经装得下、跑得动（{short_name(row.model)}）。",
            f"{where.en}: {what} level fits and runs already ({short_name(row.model)}).",
        )
    return Text(
        f"{where.zh}：{what} 的水平，快则 {fast.zh}，中 {middle.zh}，慢 {slow.zh}；卡在{bound.zh}"
        f"（从 {short_name(row.model)} 算起，{figures(row.total / 1e8)} 亿参数，"
        f"激活 {figures(row.active / 1e8)} 亿）。",
        f"{where.en}: {what} level {fast.en} at a fast pace, {middle.en} at a middle one, "
        f"{slow.en} at a slow one; {bound.en} binds (reckoned from {short_name(row.model)}, "
        f"{figures(row.total / 1e9)}B parameters, {figures(row.active / 1e9)}B active).",
    )


def dates_record_sentence(report: ForecastReport) -> Text:
    """How dates foretold in the past did."""
    found = report.tried_dates
    told = found.inside + found.earlier + found.later
    if not told:
        return Text("设备日期没有能回测的。", "No date of a device could be tried.")
    return Text(
        f"设备日期的回测：从过去各个半年预言，能见分晓的 {told} 个里 {found.inside} 个"
        f"落在快慢之间，{found.earlier} 个来得比快的还早，{found.later} 个比慢的还晚"
        f"（还有 {found.open} 个没到时候）。"
        + ("所以下面的日期更可能说晚了。" if 2 * found.earlier > told else ""),
        f"Back-test of dates for devices: foretold every half year of the past, of {told} that can "
        f"be told {found.inside} came between fast and slow, {found.earlier} before even the fast "
        f"date, {found.later} after even the slow one ({found.open} are not due)."
        + (" So the dates are likely too late." if 2 * found.earlier > told else ""),
    )


def claim_sentence(claim: Claim) -> Text:
    """The verdict on a saying, with what each part of it comes to."""
    verdict, parts = VERDICTS[claim.verdict], parts_sentence(claim)
    return Text(
        f"“{claim.said.zh}”：{verdict.zh}。{parts.zh}",
        f"“{claim.said.en}”: {verdict.en}. {parts.en}",
    )


def parts_sentence(claim: Claim) -> Text:
    """What each part of a saying comes to."""
    parts = [(part.said, _part_words(part, claim.since)) for part in claim.parts]
    zh = "；".join(f"{said.zh}：{words.zh}" for said, words in parts)
    en = "; ".join(f"{said.en}: {words.en}" for said, words in parts)
    return Text(f"{zh}。", f"{en[:1].upper()}{en[1:]}.")


def _part_words(part: Part, since: date) -> Text:
    verdict = VERDICTS[part.verdict]
    if not part.fits:
        return verdict
    days = [month(part.fits.get(pace), since) for pace in PACES]
    if len({day.zh for day in days}) == 1:
        return Text(f"{verdict.zh}（{days[0].zh}）", f"{verdict.en} ({days[0].en})")
    fast, middle, slow = days
    return Text(
        f"{verdict.zh}（快 {fast.zh}，中 {middle.zh}，慢 {slow.zh}）",
        f"{verdict.en} (fast {fast.en}, middle {middle.en}, slow {slow.en})",
    )


def forecast_notes(report: ForecastReport) -> list[Text]:
    """What all of it rests on."""
    halving, floor = report.assumed.halving, report.assumed.floor
    machine = next(iter(report.machines.values()), None)
    pace = {each: f"{halving[each]:g}" for each in PACES}
    notes = [
        Text(
            f"快、中、慢：同样的本事每 {pace['fast']}、{pace['middle']}、{pace['slow']} 个月"
            f"小一半；最小不低于 {figures(floor['middle'] / 1e8)} 亿参数"
            f"（快的{_floor(floor['fast']).zh}），"
            "因为一个参数只记得住大约 2 位知识。",
            f"Fast, middle, slow: the same ability halves in {pace['fast']}, {pace['middle']}, "
            f"{pace['slow']} months, down to {figures(floor['middle'] / 1e9)}B parameters (at the "
            f"fast pace {_floor(floor['fast']).en}), since a parameter stores about 2 bits of "
            "knowledge.",
        ),
    ]
    if machine is not None:
        yearly = {
            pace: [2 ** each.doublings(pace) for each in
                   (machine.memory, machine.bandwidth, machine.operations)]
            for pace in ("slow", "middle", "fast")
        }  # fmt: skip
        said = ", ".join(
            f"×{yearly['middle'][i]:.2f} ({yearly['slow'][i]:.2f}–{yearly['fast'][i]:.2f})"
            for i in range(3)
        )
        given = [BOUNDS[bound] for bound in report.assumed.growing]
        notes.append(
            Text(
                f"设备每年：内存、带宽、算力 {said}，由各类设备历年的型号拟合（90% 区间）"
                + (f"；{'、'.join(text.zh for text in given)}是你给的" if given else "") + "。",
                f"Devices a year: memory, bandwidth, compute {said}, fitted to devices of past "
                "years (90 % interval)"
                + (f"; {', '.join(text.en for text in given)} as you gave it" if given else "")
                + ".",
            )
        )  # fmt: skip
    ends = [step.end for step in report.prices]
    if ends:
        notes.append(
            Text(
                f"价格到 {min(ends)} 至 {max(ends)} 为止收集得比较全，以后只有零星几个；"
                "没有人记下的降价，看起来像没有降。",
                f"Prices are gathered well until {min(ends)} to {max(ends)}, depending on the "
                "benchmark, and only here and there after that; a cut that nobody wrote down looks "
                "like none.",
            )
        )
    return notes


def _floor(parameters: float) -> Text:
    if parameters <= 0:
        return Text("不设底：知识可以查", "no floor: knowledge can be looked up")
    return Text(f"是 {figures(parameters / 1e8)} 亿", f"{figures(parameters / 1e9)}B")


# --- tables -------------------------------------------------------------------------------------


def price_table(steps: Sequence[Staircase], *, lang: Lang | None = None) -> Table:
    """Capabilities with their cheapest price and its decline."""
    heads = (Text("水平", "level"), Text("最低价", "cheapest"), Text("模型", "model"),
             Text("日期", "since"), Text("每年降（倍）", "times a year"),
             Text("90% 区间", "90 % interval"), Text("台阶", "steps"))  # fmt: skip
    return ruled(heads, (_price_cells(step) for step in steps), left=(0, 2), lang=lang)


def _price_cells(step: Staircase) -> tuple[str, ...]:
    cheap: Offer = step.steps[-1]
    found = step.decline
    return (
        level_words(step.level), dollars(cheap.price), short_name(cheap.model), str(cheap.day),
        times(found.factor) if found else "–",
        f"{times(found.low)}–{times(found.high)}" if found else "–", str(len(step.steps)),
    )  # fmt: skip


def size_table(steps: Sequence[Staircase], *, lang: Lang | None = None) -> Table:
    """Capabilities with their smallest model and how fast it shrank."""
    speak = lang or current()
    unit = 1e8 if speak == "zh" else 1e9
    heads = (Text("水平", "level"), Text("最小（亿）", "smallest (B)"), Text("模型", "model"),
             Text("日期", "since"), Text("小一半（月）", "halving (months)"),
             Text("台阶", "steps"))  # fmt: skip
    rows = (
        (
            level_words(step.level), figures(step.steps[-1].price / unit),
            short_name(step.steps[-1].model), str(step.steps[-1].day),
            f"{step.decline.halving:.1f}" if step.decline else "–", str(len(step.steps)),
        )
        for step in steps
    )  # fmt: skip
    return ruled(heads, rows, left=(0, 2), lang=speak)


def date_table(rows: Sequence[DeviceDate], *, lang: Lang | None = None) -> Table:
    """Capabilities by class of device: three dates and what they wait for."""
    speak = lang or current()
    heads = (Text("设备", "device"), Text("水平", "level"), Text("快", "fast"),
             Text("中", "middle"), Text("慢", "slow"), Text("卡在", "bound by"),
             Text("从哪个算起", "from"))  # fmt: skip
    return ruled(heads, (_date_cells(row, speak) for row in rows), left=(0, 1, 6), lang=speak)


def _date_cells(row: DeviceDate, speak: Lang) -> tuple[str, ...]:
    shown: dict[Pace, str] = {
        pace: month(row.fits.get(pace), row.since).say(speak) for pace in PACES
    }
    middle = row.fits.get("middle")
    return (
        device_words(row.device).say(speak), level_words(row.level), shown["fast"],
        shown["middle"], shown["slow"], BOUNDS[middle.bound].say(speak) if middle else "–",
        short_name(row.model) if row.model else "–",
    )  # fmt: skip
