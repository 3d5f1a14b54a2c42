"""How it stands with a sitting of judges, in numbers and in sentences.

An opinion that could not be had or read is counted apart: it is never the mistake of the model
that is judged. The module knows sittings and sentences; templates and requests it must not know.
"""

from __future__ import annotations

from dataclasses import dataclass

from mingan.judges import JudgeSummary
from mingan.language import Text, counted
from mingan.records import ModelCard
from mingan.reports.safe import one_line, short_name
from mingan.reports.sentences import named, tidy
from mingan.reports.units import money
from mingan.web.conductor import Conducted, Phase
from mingan.web.sittings import Sitting


@dataclass(frozen=True, kw_only=True)
class JudgeView:
    """One judge of a sitting: opinions wanted, there, and not to be had."""

    name: str
    total: int
    done: int
    failed: int
    in_flight: int = 0
    rate: float | None = None
    eta_s: float | None = None
    cost: str = ""

    @property
    def parts(self) -> list[tuple[str, float, float]]:
        """(kind, start, width) of the parts of its bar, in percent."""
        found, start = [], 0.0
        for kind, count in (("other", self.done), ("failed", self.failed)):
            width = 100 * count / max(self.total, 1)
            if width:
                found.append((kind, round(start, 3), round(width, 3)))
            start += width
        return found


@dataclass(frozen=True, kw_only=True)
class SittingView:
    """A sitting as it stands at this moment; `version` changes whenever anything does."""

    id: str
    bank: str
    started: str
    kind: str
    judges: tuple[JudgeView, ...]
    names: tuple[str, ...]
    phase: Phase
    version: str
    said: tuple[Text, ...] = ()
    missing: tuple[ModelCard, ...] = ()
    fetching: tuple[str, int, int] | None = None
    summary: JudgeSummary | None = None
    spent: str = ""
    limited: bool = False
    currency: str = "CNY"

    @property
    def moving(self) -> bool:
        """Whether it changes, or will, without anybody's doing."""
        return self.phase in ("waiting", "preparing", "running", "pausing")

    @property
    def complete(self) -> bool:
        """Whether nothing is left to be asked."""
        found = self.summary
        return self.phase == "finished" and found is not None and not found.waiting

    @property
    def can_resume(self) -> bool:
        """Whether something is left that can be asked for."""
        return not self.moving and not self.complete

    @property
    def total(self) -> int:
        """Opinions wanted."""
        return sum(judge.total for judge in self.judges)

    @property
    def done(self) -> int:
        """Opinions that are there."""
        return sum(judge.done for judge in self.judges)

    @property
    def eta_s(self) -> float | None:
        """Seconds until the slowest judge is through; None while that cannot be said."""
        etas = [judge.eta_s for judge in self.judges if judge.done + judge.failed < judge.total]
        known = [eta for eta in etas if eta is not None]
        return max(known) if known and len(known) == len(etas) else None


def view_of(sitting: Sitting, found: Conducted | None) -> SittingView:
    """A sitting as this server knows it."""
    phase: Phase = found.phase if found else "paused"
    budget = sitting.wish.budget
    return SittingView(
        id=sitting.id,
        bank=sitting.wish.bank,
        started=sitting.started,
        kind=sitting.wish.kind or "",
        judges=_judges(sitting, found),
        names=tuple(short_name(card.name) for card in sitting.wish.judges),
        phase=phase,
        version=f"{found.version if found else 0}.{phase}",
        said=found.said if found else (),
        missing=found.missing if found and phase == "paused" else (),
        fetching=found.fetching if found else None,
        summary=None if found and found.busy else sitting.summary,
        spent=money(sitting.spent) if any(sitting.spent.values()) else "",
        limited=budget is not None and budget.money is not None,
        currency=budget.currency if budget else "CNY",
    )


def _judges(sitting: Sitting, found: Conducted | None) -> tuple[JudgeView, ...]:
    progress = found.progress if found else None
    if found is None or progress is None:
        return ()
    rows = []
    for card in sitting.wish.judges:
        tally = progress.models.get(card.name)
        if tally is None:
            continue
        failed = tally.states["failed"]
        rows.append(
            JudgeView(
                name=short_name(card.name),
                total=tally.total,
                done=tally.done - failed,
                failed=failed,
                in_flight=tally.in_flight if found.busy else 0,
                rate=tally.rate * 60 if found.busy else None,
                eta_s=tally.eta_s if found.busy else None,
                cost=money({tally.currency: tally.cost}) if tally.cost else "",
            )
        )
    return tuple(rows)


# -- in words --------------------------------------------------------------------------------


def finding(now: SittingView) -> Text:
    """How it stands, in one sentence."""
    who = _who(now.names)
    share = f"{now.done} / {now.total}"
    if now.fetching is not None:
        part = f"{now.fetching[1] / 1e6:.0f} / {now.fetching[2] / 1e6:.0f} MB"
        return Text(f"正在下载裁判的模型：{part}。", f"Fetching the judge's model: {part}.")
    if now.phase in ("waiting", "preparing"):
        return tidy(*Text(f"裁判 {who.zh} 等着开始。", f"The judge {who.en} waits for its turn."))
    if now.phase in ("running", "pausing") or now.summary is None:
        if not now.total:
            return tidy(
                *Text(f"裁判 {who.zh} 还没有看。", f"The judge {who.en} has looked at nothing.")
            )
        if now.phase == "running":
            return tidy(
                *Text(f"裁判 {who.zh} 正在看：{share}。", f"The judge {who.en} at work: {share}.")
            )
        return tidy(
            *Text(
                f"裁判 {who.zh} 停在 {share}，随时可以接着看。",
                f"The judge {who.en} paused at {share}; it can go on any time.",
            )
        )
    return _outcome(now.summary, who)


def _outcome(found: JudgeSummary, who: Text) -> Text:
    if found.kind == "pair":
        turned = (
            Text(
                f"，{found.inconsistent} 对换了先后就改口，算平手",
                f"; {found.inconsistent} choices changed with the order and count as ties",
            )
            if found.inconsistent
            else Text("", "")
        )
        return tidy(
            *Text(
                f"裁判 {who.zh} 比较了 {found.votes:,} 对回答{turned.zh}。",
                f"The judge {who.en} compared {counted(found.votes, 'pair')} of answers"
                f"{turned.en}.",
            )
        )
    count = found.verdicts.get
    there = found.cases - found.waiting
    none = count("ungraded", 0)
    unread = Text(f"，没判成 {none:,}", f", {none:,} without a verdict") if none else Text("", "")
    return tidy(
        *Text(
            f"裁判 {who.zh} 看了 {there:,} 个回答：对 {count('right', 0):,}，错 "
            f"{count('wrong', 0):,}，说不准 {count('unsure', 0):,}{unread.zh}。",
            f"The judge {who.en} looked at {counted(there, 'answer')}: {count('right', 0):,} "
            f"right, {count('wrong', 0):,} wrong, {count('unsure', 0):,} unsure{unread.en}.",
        )
    )


def remarks(found: JudgeSummary) -> list[Text]:
    """What should be known beside: what was left out, and what could not be had."""
    said = list(found.notes)
    for why, count in list(found.why.items())[:3]:
        zh, en = one_line(why.zh, 300), one_line(why.en, 300)
        said.append(Text(f"{count} 次没有问成：{zh}", f"{count} could not be had: {en}"))
    if found.left_out:
        said.append(left_out(found.left_out))
    return said


def left_out(counts: dict[str, int]) -> Text:
    """Answers that are not put before judges, and why."""
    said = [
        Text(f"{words.zh} {counts[why]}", f"{words.en} {counts[why]}")
        for why, words in _WHY.items()
        if counts.get(why)
    ]
    zh, en = "，".join(one.zh for one in said), ", ".join(one.en for one in said)
    return Text(f"没有交给裁判的回答：{zh}。", f"Answers not put before judges: {en}.")


_WHY = {
    "game": Text("游戏", "games"),
    "nothing to judge": Text("没有内容", "empty"),
    "no reference": Text("没有参考答案", "without a reference"),
}


def _who(names: tuple[str, ...]) -> Text:
    said = [named(name) for name in names]
    return Text("、".join(one.zh for one in said), ", ".join(one.en for one in said))
