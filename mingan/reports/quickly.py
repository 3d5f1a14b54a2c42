"""What a quick run found, in shapes and in words: the score on all questions, from a few.

The JSON keys are a promise to other programs: more may come, none may change. The module knows no
store and asks nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mingan.language import Lang, Text, counted
from mingan.reports.ruled import ruled
from mingan.reports.safe import one_line, short_name
from mingan.reports.sentences import points
from mingan.statistics.results import Score
from mingan.statistics.short import FEWEST_MODELS, Estimate

if TYPE_CHECKING:
    from rich.table import Table

Ended = Literal["narrow", "many", "all", "stopped"]
"""Why no more was asked: the interval is narrow enough, so many were wanted, there are no more,
or it was stopped before that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quick:
    """One model on a bank, by a few questions of it.

    Attributes:
        estimate: of the share right of all `estimate.of` questions that rules can grade.
        asked: questions that were put to it now; `there` were answered before.
        lost: questions that came to nothing (refused, cut off, undecided): they count neither way.
        failed: questions whose answers could not be had.
        questions: their ids, in the order in which they were picked.
        references: models whose earlier answers told what to ask.
        reasons: why it stopped, where it did.
    """

    model: str
    bank: str
    estimate: Estimate
    asked: int
    there: int
    lost: int
    failed: int
    questions: tuple[str, ...]
    references: int
    ended: Ended
    reasons: tuple[Text, ...] = ()

    @property
    def saved(self) -> int:
        """Questions that need not be asked."""
        return self.estimate.of - len(self.questions)


def quick_sentence(found: Quick) -> Text:
    """The estimate, with what it rests on."""
    e = found.estimate
    name, sure = one_line(found.model), f"{100 * e.level:.0f}"
    return Text(
        f"{name} 在全部 {e.of} 道规则能判的题上，估计得 {points(e.score)} 分"
        f"（{sure}% 区间 {points(e.low)}–{points(e.high)}），"
        f"靠的是挑着问的 {e.asked} 道，省了 {found.saved} 道。",
        f"{name} is estimated to score {points(e.score)} on all {e.of} questions that rules can "
        f"grade ({sure} % interval {points(e.low)}–{points(e.high)}), from {e.asked} that were "
        f"picked; {found.saved} need not be asked.",
    )


def progress_sentence(found: Quick) -> Text:
    """How far it is."""
    e, name = found.estimate, one_line(found.model)
    return Text(
        f"{name}：问了 {len(found.questions)} 道，目前估计 {points(e.score)} 分"
        f"（{points(e.low)}–{points(e.high)}）",
        f"{name}: {len(found.questions)} asked, {points(e.score)} so far "
        f"({points(e.low)}–{points(e.high)})",
    )


def quick_notes(found: Quick) -> list[Text]:
    """How it was reached, and what to keep in mind."""
    notes = [
        Text(
            f"挑题靠的是 {found.references} 个模型以前的回答；"
            "区间有多宽，看它们各自没参与拟合时估得有多准。挑出来的题不是随机样本，答对的比例本身不是得分。",
            f"What to ask was learned from earlier answers of {found.references} models; the "
            "interval is as wide as the estimates of each were off when it took no part. Picked "
            "questions are no random sample: the share right among them is no score.",
        )
    ]
    if found.lost or found.failed:
        notes.append(
            Text(
                f"有 {found.lost} 道没判出对错（拒答、截断、存疑），{found.failed} 道没有要到回答，"
                "都不算对也不算错。",
                f"{counted(found.lost, 'question')} came to no verdict (refused, cut off, unsure) "
                f"and {found.failed} could not be had; they count neither way.",
            )
        )
    if found.ended == "stopped":
        notes.append(
            Text(
                "没问完就停了；同一条命令再运行一次就接着问。",
                "It stopped before its end; run the same command again to go on.",
            )
        )
    return notes


def too_few_sentence(there: int, size: int) -> Text:
    """Why the questions of a quick run were drawn by lot."""
    return Text(
        f"要挑最说明问题的题，至少要有 {FEWEST_MODELS} 个别的模型答过这个题库，"
        f"现在只有 {there} 个：改为按层级随机抽 {size} 道短题（不含长游戏）。",
        f"Picking the most telling questions takes {FEWEST_MODELS} other models that answered this "
        f"bank; there {'is' if there == 1 else 'are'} {there}. So {size} short questions are drawn "
        "at random, balanced over the tiers, without long games.",
    )


def of_all_sentence(score: Score, *, short: int, of: int) -> Text:
    """What the score on short questions leaves open about all of them."""
    part = short / of
    low, high = part * score.low, part * score.high + 1 - part
    name = one_line(score.model)
    return Text(
        f"题库里规则能判的 {of} 道题有 {of - short} 道是长游戏，没有抽：把它们算作从全错到全对，"
        f"{name} 在全部 {of} 道上的得分在 {points(low)}–{points(high)} 之间（95%）。",
        f"Of the {of} questions that rules can grade, {of - short} are long games and were not "
        f"drawn: counted from all wrong to all right, {name} scores {points(low)}–{points(high)} "
        f"on all {of} (95 %).",
    )


def quick_document(rows: Sequence[Quick], *, bank: str) -> dict[str, Any]:
    """What `mingan run --quick --json` prints where questions were picked."""
    return {"bank": bank, "picked": True, "rows": [_row(row) for row in rows]}


def quick_table(rows: Sequence[Quick], *, lang: Lang | None = None) -> Table:
    """Every model in one line, in the order in which they were asked."""
    heads = (Text("模型", "model"), Text("估计得分", "estimate"), Text("区间", "interval"),
             Text("问了", "asked"), Text("共有", "of"), Text("没判出", "no verdict"),
             Text("未答成", "failed"))  # fmt: skip
    cells = (
        (short_name(row.model), points(row.estimate.score),
         f"{points(row.estimate.low)}–{points(row.estimate.high)}", str(len(row.questions)),
         str(row.estimate.of), str(row.lost), str(row.failed))
        for row in rows
    )  # fmt: skip
    return ruled(heads, cells, lang=lang)


def _row(found: Quick) -> dict[str, Any]:
    e, sentence = found.estimate, quick_sentence(found)
    return {
        "model": found.model, "score": e.score, "low": e.low, "high": e.high, "level": e.level,
        "asked": len(found.questions), "of": e.of, "saved": found.saved, "new": found.asked,
        "lost": found.lost, "failed": found.failed, "references": found.references,
        "widened": e.widened, "ended": found.ended, "questions": list(found.questions),
        "sentence_zh": sentence.zh, "sentence_en": sentence.en,
    }  # fmt: skip
