"""The scale model of Sora in words: rungs against what costs nothing, and whether samples spread.

The JSON keys are a promise to other programs. The module trains nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mingan.language import Lang, Text, current
from mingan.reports.ruled import ruled

if TYPE_CHECKING:
    from rich.table import Table

    from mingan.tunnel.video_trials import Calibration, Trial

FREE_NAMES = {
    "freeze": Text("定住", "freeze"), "linear": Text("直线", "straight on"),
    "clamped": Text("直线到墙为止", "straight to the wall"),
    "reflected": Text("知道墙会弹", "told that walls reflect"),
    "nearest": Text("找最像的（背下来）", "most alike (recall)"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoRung:
    """One rung, tried.

    Attributes:
        loss: mean of the last 50 steps.
        within, fast, slow: at trained speeds and at two ranges of others.
        spread: of samples, in a world that hides something.
    """

    steps: int
    seed: int
    loss: float
    within: Trial
    fast: Trial
    slow: Trial
    spread: Calibration | None = None

    @property
    def gap(self) -> float:
        """Error at speeds never trained over error at those trained."""
        return self.fast.error / self.within.error


def video_sentence(rungs: Sequence[VideoRung], published: float) -> Text:
    """What the largest rung can do."""
    best = max(rungs, key=lambda rung: rung.steps)
    won = [name for name, error in best.within.free.items() if best.within.error < error]
    zh = "、".join(FREE_NAMES[name].zh for name in won) or "没有一个"
    en = ", ".join(FREE_NAMES[name].en for name in won) or "none"
    return Text(
        f"{best.steps:,} 步：平均差 {best.within.error:.3f} 像素，胜过的免费预言者：{zh}；"
        f"没练过的速度差 {best.gap:.0f} 倍（Kang 等人最大的模型 {published:.0f} 倍）。",
        f"{best.steps:,} steps: {best.within.error:.3f} pixels off on average, better than "
        f"{en}; at speeds never trained {best.gap:.0f} times that (the largest model of Kang et "
        f"al.: {published:.0f} times).",
    )


def video_table(rungs: Sequence[VideoRung], *, lang: Lang | None = None) -> Table:
    """A row for each rung, then what costs nothing."""
    speak = lang or current()
    heads = (Text("步", "steps"), Text("种子", "seed"), Text("损失", "loss"),
             Text("差（像素）", "off (pixels)"), Text("没碰墙", "no wall"),
             Text("碰墙", "wall"), Text("还在", "kept"), Text("更快", "faster"),
             Text("更慢", "slower"))  # fmt: skip
    told = [
        (f"{rung.steps:,}", str(rung.seed), f"{rung.loss:.5f}", *_trial(rung.within),
         f"{rung.fast.error:.2f}", f"{rung.slow.error:.2f}")
        for rung in rungs
    ]  # fmt: skip
    last = rungs[-1]
    for name, error in last.within.free.items():
        told.append((
            FREE_NAMES[name].say(speak), "–", "–", f"{error:.2f}", "–", "–", "–",
            f"{last.fast.free[name]:.2f}" if name in last.fast.free else "–",
            f"{last.slow.free[name]:.2f}" if name in last.slow.free else "–",
        ))  # fmt: skip
    return ruled(heads, told, lang=speak)


def _trial(trial: Trial) -> tuple[str, str, str, str]:
    straight = "–" if math.isnan(trial.straight) else f"{trial.straight:.3f}"
    bounced = "–" if math.isnan(trial.bounced) else f"{trial.bounced:.3f}"
    return f"{trial.error:.3f}", straight, bounced, f"{trial.kept:.3f}"


def spread_sentence(found: Calibration) -> Text:
    """Whether samples spread as the truth does."""
    good = 0.7 <= found.inside <= 0.9
    zh = "散得和真的差不多" if good else "散得和真的不一样"
    en = "they spread as the truth does" if good else "they do not spread as the truth does"
    return Text(
        f"八成样本所在的区域，{found.inside:.0%} 的时候包住真的（应当约 80%）；样本的散布是真的 "
        f"{found.spread:.2f} 倍：{zh}。",
        f"The region of four fifths of the samples holds the truth {found.inside:.0%} of the time "
        f"(80 % would be right); samples scatter {found.spread:.2f} times as far as the truth: "
        f"{en}.",
    )


def video_document(rungs: Sequence[VideoRung], world: str, floor: float) -> dict[str, Any]:
    """What `mingan ladder video --json` prints."""
    return {
        "world": world, "floor": floor,
        "rows": [
            {
                "steps": rung.steps, "seed": rung.seed, "loss": rung.loss,
                "estimate": rung.within.error, "gap": rung.gap, "within": asdict(rung.within),
                "fast": asdict(rung.fast), "slow": asdict(rung.slow),
                "spread": asdict(rung.spread) if rung.spread else None,
                "beats_clamped": rung.within.beats_clamped,
            }
            for rung in rungs
        ],
    }  # fmt: skip
