"""A report on routers, said: one headline that never overstates, two tables, and notes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mingan.gateway.evaluation import Curve, Ends, Report, Verdict
from mingan.language import Text
from mingan.reports.ruled import ruled

if TYPE_CHECKING:
    from rich.table import Table

_NAMES = {
    "zero": Text("不路由（单个模型的包络）", "no router (hull of single models)"),
    "random": Text("随机（最便宜和最好之间）", "random (cheapest or best)"),
    "ability": Text("按能力平均（已知能力标签）", "ability mean (label given)"),
    "told": Text("按能力平均（能力由文字猜）", "ability mean (told from the text)"),
    "predicted": Text("预测得益", "predicted gain"),
    "oracle": Text("先知（上限，不是路由）", "oracle (a ceiling, no router)"),
}


def router_name(name: str) -> Text:
    """What a router is called."""
    return _NAMES.get(name, Text(name, name))


def points(share: float) -> str:
    """A quality of 0 to 1 as points of 100."""
    return "–" if not math.isfinite(share) else f"{100 * share:.1f}"


def _signed(share: float) -> str:
    return "–" if not math.isfinite(share) else f"{100 * share:+.1f}"


def _ends(ends: Ends) -> str:
    return f"{points(ends[0])}–{points(ends[1])}"


def _percent(share: float) -> str:
    return "–" if not math.isfinite(share) else f"{100 * share:.0f}%"


def headline(report: Report) -> Text:
    """Whether a policy has proved itself."""
    verdict, single = report.verdict, report.best.removeprefix("best:")
    zh = (
        f"没见过的 {report.held_out} 道题上，{_policy(report.picked).zh}得 "
        f"{points(verdict.quality)} 分，同样花费不路由得 {points(verdict.zero)} 分，"
        f"差 {_signed(verdict.lead)}"
        f"（95% 区间 {_signed(verdict.low)} 到 {_signed(verdict.high)}）"
    )
    en = (
        f"On {report.held_out} unseen questions {_policy(report.picked).en} scores "
        f"{points(verdict.quality)}; at the same cost no router scores {points(verdict.zero)}: "
        f"{_signed(verdict.lead)} (95 % interval {_signed(verdict.low)} to {_signed(verdict.high)})"
    )
    if report.accepted:
        return Text(f"{zh}。可以用。", f"{en}. It may be used.")
    if report.forced:
        return Text(
            f"{zh}。没有证明比不路由好；因为写了 --force，仍然写出。",
            f"{en}. It has not proved better than no router; it is written because of --force.",
        )
    return Text(
        f"{zh}。没有证明比不路由好，不采用；写出的是只用 {single}。",
        f"{en}. It has not proved better than no router and is refused; what is written uses "
        f"{single} alone.",
    )


def _policy(name: str) -> Text:
    single = name.removeprefix("best:")
    if single != name:
        return Text(f"只用 {single} ", f"{single} alone")
    known = {
        "predicted": Text("按预测得益挑模型", "choosing by predicted gain"),
        "ability": Text("按能力挑模型", "choosing by ability"),
        "cascade": Text("级联", "the cascade"),
    }
    if name.startswith("vote of "):
        size = name.removeprefix("vote of ")
        return Text(f"{size} 个模型投票", f"a vote of {size}")
    return known.get(name, Text(name, name))


def router_table(report: Report) -> Table:
    """Every router, its average quality and what it saves."""
    gaps = any(curve.gap is not None for curve in report.curves)
    heads = [
        Text("怎么选", "router"), Text("AIQ", "AIQ"), Text("95% 区间", "95% interval"),
        Text("比不路由", "over no router"), Text("95% 区间", "95% interval"),
        Text("最高分", "best"), Text("省（95% 质量）", "saved at 95%"),
        Text("省（同样质量）", "saved at 100%"),
    ]  # fmt: skip
    if gaps:
        heads += [Text("APGR", "APGR"), Text("95% 区间", "95% interval"), Text("CPT80", "CPT80")]
    return ruled(heads, [_row(curve, gaps) for curve in report.curves])


def _row(curve: Curve, gaps: bool) -> list[str]:
    row = [
        router_name(curve.name).say(), points(curve.aiq), _ends(curve.ends), _signed(curve.lead),
        f"{_signed(curve.lead_ends[0])}–{_signed(curve.lead_ends[1])}", points(curve.best),
        _percent(curve.saved95), _percent(curve.saved100),
    ]  # fmt: skip
    if gaps and curve.gap is None:
        row += ["–", "–", "–"]
    elif curve.gap is not None:
        low, high = curve.gap.ends
        row += [f"{curve.gap.apgr:.3f}", f"{low:.3f}–{high:.3f}", _percent(curve.gap.cpt80)]
    return row


def notes(report: Report) -> list[Text]:
    """What a reader must know beside the figures."""
    verdict = report.verdict
    out = [
        Text(
            f"学了 {report.learnt} 道题；下面的数都出自另外 {report.held_out} 道。"
            f"选中的策略每问花费 {verdict.cost:.4g}（95% 区间 {verdict.cost_ends[0]:.4g} 到 "
            f"{verdict.cost_ends[1]:.4g}），得分区间 {_ends(verdict.quality_ends)}。",
            f"Learnt from {report.learnt} questions; all figures are from the other "
            f"{report.held_out}. The policy costs {verdict.cost:.4g} an ask (95 % interval "
            f"{verdict.cost_ends[0]:.4g} to {verdict.cost_ends[1]:.4g}) and scores "
            f"{_ends(verdict.quality_ends)}.",
        )
    ]
    if report.left_out:
        out.append(
            Text(
                f"{report.left_out} 道题不是每个模型都有得分，没有用。",
                f"{report.left_out} questions lack a score of some model and were not used.",
            )
        )
    if not report.priced:
        out.append(
            Text(
                "没有价格，所以只比质量；价格用 --cost 模型=每问多少钱 写。",
                "No prices are known, so quality alone counts; give them by --cost NAME=PRICE.",
            )
        )
    if report.elsewhere is not None:
        out.append(_elsewhere(report.elsewhere))
    return out


def _elsewhere(verdict: Verdict) -> Text:
    zh = (
        f"换成从没学过的能力，同样的策略比不路由高 {_signed(verdict.lead)} 分"
        f"（95% 区间 {_signed(verdict.low)} 到 {_signed(verdict.high)}）"
    )
    en = (
        f"On abilities of which nothing was learnt the same policy leads no router by "
        f"{_signed(verdict.lead)} points (95 % interval {_signed(verdict.low)} to "
        f"{_signed(verdict.high)})"
    )
    if verdict.low > 0:
        return Text(f"{zh}。", f"{en}.")
    if verdict.high < 0:
        return Text(
            f"{zh}：对新的一类问题，它有害。", f"{en}: on new kinds of question it does harm."
        )
    return Text(
        f"{zh}：对新的一类问题，还看不出它有用。",
        f"{en}: on new kinds of question it cannot be told to help.",
    )
