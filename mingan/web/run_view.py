"""How it stands with a run: counts from the workspace, speed from the server that conducts it.

Counts come from the store, so they are the same whoever asks, this server or `mingan run` in a
terminal. An answer that could not be had is counted apart: it is never a model's mistake. The
module knows runs and sentences; templates and requests it must not know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mingan import runs
from mingan.asking.estimate import Range
from mingan.errors import UsageError
from mingan.language import Text, counted
from mingan.records import Answer, ModelCard, answer_key
from mingan.reports.estimate_sentences import span
from mingan.reports.gather import outcome
from mingan.reports.safe import one_line, short_name
from mingan.reports.sentences import named
from mingan.reports.units import money
from mingan.statistics import Outcome
from mingan.store import Remembered, Run, RunState, RunStatus, Store
from mingan.web.conductor import BY, Conducted, Conductor, Phase
from mingan.web.plainly import without_folders

Where = Literal["here", "elsewhere", "nowhere"]
"""Who asks: this server, another process, or nobody at the moment."""

_CAUSES = 3
_KNOWN = 8  # runs whose keys are remembered
_AT_REST: dict[RunState, Phase] = {
    "finished": "finished", "stopped": "paused", "failed": "failed", "running": "paused",
    "waiting": "paused",
}  # fmt: skip

_LOST = (Outcome.REFUSED, Outcome.TRUNCATED, Outcome.EMPTY)
_Wanted = dict[str, list[tuple[str, str]]]


@dataclass(frozen=True, kw_only=True)
class ModelView:
    """One model of a run.

    Attributes:
        lost: answers that came to nothing: refused, empty or cut off, and no verdict on them.
        other: answers that are not graded yet.
        failed: could not be had; `left` are those not asked for yet.
        rate: answers a minute lately; None while nobody asks.
        stopped: why it is asked no more.
    """

    name: str
    total: int
    right: int
    wrong: int
    unsure: int
    lost: int
    other: int
    failed: int
    in_flight: int = 0
    rate: float | None = None
    eta_s: float | None = None
    cost: str = ""
    stopped: str = ""

    @property
    def there(self) -> int:
        """Answers that are there."""
        return self.right + self.wrong + self.unsure + self.lost + self.other

    @property
    def left(self) -> int:
        """Answers that nobody has asked for yet."""
        return self.total - self.there - self.failed

    @property
    def parts(self) -> list[tuple[str, float, float]]:
        """(kind, start, width) of the parts of its bar, in percent."""
        found, start = [], 0.0
        for kind in ("right", "wrong", "unsure", "lost", "other", "failed"):
            width = 100 * getattr(self, kind) / max(self.total, 1)
            if width:
                found.append((kind, round(start, 3), round(width, 3)))
            start += width
        return found


@dataclass(frozen=True, kw_only=True)
class RunView:
    """One run as it stands at this moment.

    Attributes:
        version: changes whenever anything does.
        causes: why answers could not be had, the commonest first.
    """

    run: Run
    phase: Phase
    where: Where
    version: str
    models: tuple[ModelView, ...]
    said: tuple[Text, ...] = ()
    causes: tuple[Text, ...] = ()
    missing: tuple[ModelCard, ...] = ()
    fetching: tuple[str, int, int] | None = None

    @property
    def total(self) -> int:
        """Answers wanted."""
        return sum(model.total for model in self.models)

    @property
    def there(self) -> int:
        """Answers that are there."""
        return sum(model.there for model in self.models)

    @property
    def failed(self) -> int:
        """Answers that could not be had."""
        return sum(model.failed for model in self.models)

    @property
    def moving(self) -> bool:
        """Whether it changes, or will, without anybody's doing."""
        return self.phase in ("waiting", "preparing", "running", "pausing")

    @property
    def can_resume(self) -> bool:
        """Whether there is something left that can be asked for."""
        return not self.moving and self.there < self.total

    @property
    def eta_s(self) -> float | None:
        """Seconds until the slowest model is through; None while that cannot be said."""
        etas = [model.eta_s for model in self.models if model.left and not model.stopped]
        known = [eta for eta in etas if eta is not None]
        return max(known) if known and len(known) == len(etas) else None


class Watch:
    """Looks at the runs of one workspace."""

    def __init__(self, store: Store, reader: Remembered, conductor: Conductor) -> None:
        """Takes the store, what is remembered of it, and who conducts this server's runs."""
        self.store = store
        self.reader = reader
        self.conductor = conductor
        self._known: dict[str, _Wanted] = {}

    def close(self) -> None:
        """Nothing to stop."""

    def of(self, run_id: str, *, counts: bool = True) -> RunView:
        """How it stands with a run; without `counts` its answers are not looked at.

        Raises:
            UsageError: there is no such run.
        """
        status = runs.status_of(self.store, run_id)
        found = self.conductor.look(run_id)
        phase, where = self.standing(status)
        mine = found if found and (where == "here" or not found.busy) else None
        models, causes = self._counts(status.run, mine) if counts else ((), ())
        return RunView(
            run=status.run, phase=phase, where=where, models=models, causes=causes,
            version=f"{status.version}.{found.version if found else 0}.{phase}",
            said=mine.said if mine else (),
            missing=mine.missing if mine and mine.phase == "paused" else (),
            fetching=mine.fetching if mine else None,
        )  # fmt: skip

    def standing(self, status: RunStatus) -> tuple[Phase, Where]:
        """How a run stands, and who asks."""
        found = self.conductor.look(status.run.id)
        if self.conductor.elsewhere(status.state):
            return "running", "elsewhere"  # even if it is in line here as well
        if found is not None and found.busy:
            return found.phase, "here"
        if status.state == "running":  # whoever asked has died
            return "paused", "nowhere"
        if status.state == "waiting":
            return ("paused", "nowhere") if found is not None else ("waiting", "elsewhere")
        if found is not None and found.phase == "stopped" and status.state == "stopped":
            return "stopped", "nowhere"
        return _AT_REST[status.state], "nowhere"

    def _counts(
        self, run: Run, found: Conducted | None
    ) -> tuple[tuple[ModelView, ...], tuple[Text, ...]]:
        try:
            wanted = self._wanted(run)
        except UsageError:  # its questions are gone, so nothing can be said of them
            return (), ()
        self.reader.look()
        names = {card.hash: card.name for card in self.reader.cards()}
        causes: Counter[Text] = Counter()
        models = []
        for digest, keys in wanted.items():
            name = names.get(digest, digest[:8])
            answers = self.reader.current(key for key, _ in keys)
            had = [(a, q) for a, (_, q) in zip(answers, keys, strict=True) if a is not None]
            causes.update(a.error for a, _ in had if a.state == "failed")
            models.append(_with_speed(self._model(name, len(keys), had, run), name, found))
        return tuple(models), tuple(_cause(text, n) for text, n in causes.most_common(_CAUSES))

    def _model(
        self, name: str, total: int, had: Sequence[tuple[Answer, str]], run: Run
    ) -> ModelView:
        grades = self.reader.standing((answer.content, question) for answer, question in had)
        counts = Counter(
            outcome(answer, grade) for (answer, _), grade in zip(had, grades, strict=True)
        )
        return ModelView(
            name=short_name(name),
            total=total,
            right=counts[Outcome.RIGHT],
            wrong=counts[Outcome.WRONG],
            unsure=counts[Outcome.UNSURE],
            lost=sum(counts[each] for each in _LOST),
            other=counts[Outcome.UNGRADED],
            failed=counts[Outcome.FAILED],
            cost=_cost([answer for answer, _ in had], run),
        )

    def _wanted(self, run: Run) -> _Wanted:
        """By model, the key of every answer wanted and the hash of its question."""
        if run.id not in self._known:
            questions = [(q.id, q.asked, q.hash) for q in runs.questions_of(self.store, run)]
            while len(self._known) >= _KNOWN:
                self._known.pop(next(iter(self._known)), None)
            self._known[run.id] = {
                model: [
                    (answer_key(name, seen, model, repeat=repeat, day=run.day), digest)
                    for repeat in range(run.repeats)
                    for name, seen, digest in questions
                ]
                for model in run.models
            }
        return self._known[run.id]


def started_here(run: Run) -> bool:
    """Whether a run was started on the bench rather than from a command line."""
    return run.settings.get("started_by") == BY


def _with_speed(model: ModelView, name: str, found: Conducted | None) -> ModelView:
    """A model with what only the server that asks it knows."""
    progress = found.progress if found and found.busy else None
    tally = progress.models.get(name) if progress else None
    if tally is None:
        return model
    return replace(
        model,
        in_flight=tally.in_flight,
        rate=tally.rate * 60,
        eta_s=tally.eta_s,
        stopped=tally.stopped,
    )


def _cost(answers: Sequence[Answer], run: Run) -> str:
    """What this run's own answers cost; "" where nothing is known or nothing was spent."""
    sums: dict[str, float] = {}
    for answer in answers:
        if answer.cost and answer.at >= run.started:
            sums[answer.currency] = sums.get(answer.currency, 0.0) + answer.cost
    return money(sums) if sums else ""


def _cause(text: Text, count: int) -> Text:
    shown = without_folders(text)
    return Text(
        f"{count} 个没有要到：{one_line(shown.zh, 300)}",
        f"{count} could not be had: {one_line(shown.en, 300)}",
    )


# -- in words --------------------------------------------------------------------------------

PHASES: dict[Phase, Text] = {
    "waiting": Text("等着开始", "waiting"),
    "preparing": Text("正在准备", "getting ready"),
    "running": Text("进行中", "running"),
    "pausing": Text("正在停下", "coming to a stop"),
    "paused": Text("已停下，可以接着问", "paused; can go on"),
    "stopped": Text("已停下，可以接着问", "stopped; can go on"),
    "finished": Text("问完了", "finished"),
    "failed": Text("出错停下", "stopped by a fault"),
}


def finding(now: RunView) -> Text:
    """How it stands in one sentence: the headline of its page."""
    share = f"{now.there} / {now.total}"
    if now.phase == "waiting":
        return Text(
            f"还没有开始：有 {share} 个回答。", f"Not begun yet: {share} answers are there."
        )
    if now.phase == "preparing":
        return _fetching(now)
    if now.phase == "running":
        eta = now.eta_s
        if eta is None:
            return Text(f"正在问：{share} 个回答。", f"Asking: {share} answers.")
        zh, en = span(Range(eta, eta))
        return Text(
            f"正在问：{share} 个回答，大约还要 {zh}。", f"Asking: {share} answers, about {en} left."
        )
    if now.phase == "pausing":
        return Text(
            f"正在停下，等已经发出的问题答完：{share} 个回答。",
            f"Coming to a stop once the questions under way are answered: {share} answers.",
        )
    if now.phase == "failed":
        return Text(
            f"出错停下了：{share} 个回答都在。", f"Stopped by a fault: {share} answers are kept."
        )
    if now.there == now.total:
        return Text(f"问完了：{now.total} 个回答。", f"Finished: {counted(now.total, 'answer')}.")
    if now.phase == "finished":
        return Text(
            f"问完了：要到 {share} 个回答，{now.failed} 个没有要到。",
            f"Finished: {share} answers came, {now.failed} could not be had.",
        )
    return Text(
        f"停在 {share} 个回答，随时可以接着问。",
        f"Paused at {share} answers; it can go on any time.",
    )


def spoken(now: RunView) -> Text:
    """What is read out while it goes on: quarters and turns of events, not every answer."""
    if now.phase == "running" and now.total:
        quarter = 25 * int(4 * (now.there + now.failed) / now.total)
        return Text(f"进行中，完成 {quarter}%", f"running, {quarter}% done")
    return PHASES[now.phase]


def who_asks(now: RunView) -> Text | None:
    """What is said of a run that this server does not conduct."""
    if now.where != "elsewhere":
        return None
    if now.phase == "waiting":
        return Text(
            "这次运行由另一个打开的评测台排着队。", "Another open bench has this run in line."
        )
    return Text(
        "这次运行由另一个窗口（例如命令行的 mingan run）在跑；这里能看进度，要停请到那里停。",
        "Another process (such as mingan run in a terminal) conducts this run; watch it here, stop "
        "it there.",
    )


def _fetching(now: RunView) -> Text:
    if now.fetching is None:
        return Text("正在准备。", "Getting ready.")
    name, done, total = now.fetching
    part = f"{done / 1e6:.0f} / {total / 1e6:.0f} MB"
    who = named(name)
    return Text(f"正在下载 {who.zh}：{part}。", f"Fetching {who.en}: {part}.")
