"""The Python API: open a workspace, then run, import, grade, score, compare, report.

    from mingan import Workspace

    with Workspace.open("mingan.db") as workspace:
        workspace.run(bank="builtin", models=["qwen2.5-coder-0.5b", "smollm2-135m"])
        for row in workspace.scores().scores:
            print(row.model, row.score, row.low, row.high)

The command line and the web bench call only this. It ties the rooms together and holds no
knowledge of its own: how to ask, to grade or to count is written where it belongs.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from mingan import asking, grading, incoming, runs, shelf
from mingan.bank import Bank
from mingan.errors import UsageError
from mingan.incoming import ImportSummary
from mingan.language import Lang, Text
from mingan.models.protocol import Model
from mingan.plugins import Registry
from mingan.plugins import registry as installed
from mingan.records import Answer, Grade, ModelCard, Question, Verdict
from mingan.reports import export, hidden, html
from mingan.reports.assemble import assemble
from mingan.reports.gather import Gathered, gather
from mingan.reports.items import ItemReport, examine
from mingan.reports.ready import check_countable
from mingan.statistics import Comparison, Score, compare, compare_all, score_table
from mingan.store import Store

DEFAULT = "mingan.db"


@dataclass(frozen=True, kw_only=True)
class ScoreTable:
    """Scores, best first, with every pairwise comparison behind their ranks."""

    gathered: Gathered
    scores: tuple[Score, ...]
    comparisons: dict[tuple[str, str], Comparison]


@dataclass(frozen=True, kw_only=True)
class GradeSummary:
    """What grading found. `graders` counts questions by the grader chosen for them."""

    bank: str
    answers: int
    new: int
    verdicts: dict[Verdict, int]
    graders: dict[str, int]


class Workspace:
    """One workspace, open."""

    def __init__(self, store: Store, *, registry: Registry = installed) -> None:
        self.store = store
        self.registry = registry

    @classmethod
    def open(
        cls,
        where: str | Path | None = None,
        *,
        create: bool = True,
        registry: Registry = installed,
    ) -> Workspace:
        """Open a workspace by path or URL (default: `MINGAN_WORKSPACE`, or ./mingan.db).

        Raises:
            UsageError, StoreError: see `Store.open`.
        """
        place = where or os.environ.get("MINGAN_WORKSPACE") or DEFAULT
        return cls(Store.open(place, create=create), registry=registry)

    def close(self) -> None:
        """Let go of the workspace."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def bank(self, name: str) -> Bank:
        """A bank by name: a file, one of ours, or one that is in this workspace.

        Raises:
            BankError: there is none, or it has faults.
        """
        return shelf.find_bank(name, store=self.store, registry=self.registry)

    def twins(self, bank: str | Bank) -> Bank:
        """The hidden twins of a bank, this workspace's own set; ask them like any bank.

        Raises:
            MinganError: see `mingan.shelf.find_twins`.
        """
        source = self.bank(bank) if isinstance(bank, str) else bank
        return shelf.find_twins(source, self.store)

    # -- asking ------------------------------------------------------------------------------

    def run(
        self,
        *,
        bank: str | Bank,
        models: Sequence[str | ModelCard],
        models_file: str | Path | None = None,
        repeats: int = 1,
        limit: int | None = None,
        turns: int | None = None,
        seed: int = 0,
        concurrency: int | None = None,
        budget: asking.Budget | None = None,
        retry: asking.Retry | None = None,
        progress: Callable[[asking.Progress], None] | None = None,
        made: Mapping[str, Model] | None = None,
    ) -> asking.Outcome:
        """Ask models a bank's questions and grade what they say; see `ask`.

        Raises:
            UsageError: called from inside a running event loop, such as a notebook's.
        """
        outside_any_loop("await workspace.ask(…)")
        return asyncio.run(
            self.ask(
                bank=bank, models=models, models_file=models_file, repeats=repeats, limit=limit,
                turns=turns, seed=seed, concurrency=concurrency, budget=budget, retry=retry,
                progress=progress, made=made,
            )
        )  # fmt: skip

    async def ask(
        self,
        *,
        bank: str | Bank,
        models: Sequence[str | ModelCard],
        models_file: str | Path | None = None,
        repeats: int = 1,
        limit: int | None = None,
        turns: int | None = None,
        seed: int = 0,
        concurrency: int | None = None,
        budget: asking.Budget | None = None,
        retry: asking.Retry | None = None,
        progress: Callable[[asking.Progress], None] | None = None,
        stop: asyncio.Event | None = None,
        abandon: asyncio.Event | None = None,
        made: Mapping[str, Model] | None = None,
    ) -> asking.Outcome:
        """Ask models a bank's questions; whatever is there already is not asked again.

        Calling it again with the same arguments goes on where the last call stopped, however
        that ended.

        Args:
            bank: a bank, its name, or a file.
            models: names (see `mingan.shelf`) or cards.
            limit: ask only so many questions, drawn by `seed` and balanced over the tiers.
            turns: ask only questions in which the model has at most so many turns (all, if there
                are none); a game can take as long as twenty other questions.
            concurrency: most requests at once to one endpoint.
            budget: what may be spent; the run stops cleanly before it is passed.
            stop, abandon: set to stop after, or without, the requests under way.
            made: models by name that are made already (for tests and for pasted answers).

        Raises:
            MinganError: see `mingan.shelf.cards`, `bank`, and `mingan.asking.ask`.
        """
        wish = runs.Wish(
            bank=self.bank(bank) if isinstance(bank, str) else bank,
            cards=self._cards(models, models_file),
            repeats=repeats, limit=limit, turns=turns, seed=seed,
        )  # fmt: skip
        plan = wish.plan(self.registry)
        return await runs.carry_out(
            self.store, plan, partial(runs.put_on_record, self.store, wish.bank, plan),
            made=made, registry=self.registry, concurrency=concurrency, budget=budget,
            retry=retry, progress=progress, stop=stop, abandon=abandon,
        )  # fmt: skip

    def _cards(
        self, models: Sequence[str | ModelCard], models_file: str | Path | None
    ) -> list[ModelCard]:
        """The cards of models given by name or as cards.

        The same name twice is one model; two cards of one name are told apart or refused.
        """
        names = [model for model in models if isinstance(model, str)]
        found = shelf.cards(names, models_file=models_file, registry=self.registry)
        by_name = {card.name: card for card in found}
        return [by_name[m] if isinstance(m, str) else m for m in _once(models)]

    def _grade_one(self, question: Question, answer: Answer) -> Grade:
        return grading.grade(question, answer, registry=self.registry)

    # -- bringing in -------------------------------------------------------------------------

    def import_(
        self, path: str | Path, *, kind: str | None = None, name: str | None = None,
        bank: str | None = None,
    ) -> ImportSummary:  # fmt: skip
        """Bring in a bank, recorded answers, or another tool's log.

        Args:
            kind: an importer's name, or "bank"; None guesses it from the file.
            name: what to call the bank that comes in.
            bank: the bank that recorded answers belong to, where the file holds only ids.

        Raises:
            InputError: the file cannot be used; nothing was stored.
        """
        found = incoming.read(
            path, self.store, kind=kind, name=name, bank=bank, registry=self.registry
        )
        return incoming.keep(found, self.store)

    # -- grading -----------------------------------------------------------------------------

    def grade(
        self, *, bank: str | None = None, models: Collection[str] | None = None
    ) -> GradeSummary:
        """Grade every answer on record by rule; what this version has graded before is kept.

        Raises:
            UsageError: there is nothing to grade.
        """
        gathered = gather(self.store, bank=bank, models=models)
        by_id = {question.id: question for question in gathered.questions}
        given = {
            place: self._grade_one(by_id[answer.question], answer)
            for place, answer in gathered.answers.items()
            if answer.state != "failed"
        }
        known = {grade.key for grade in self.store.all_grades()}
        new = [grade for grade in given.values() if grade.key not in known]
        runs.keep_grades(self.store, new)
        return GradeSummary(
            bank=gathered.bank,
            answers=len(given),
            new=len(new),
            verdicts=dict(Counter(grade.verdict for grade in given.values())),
            graders=dict(Counter(c.grader for c in gathered.choices.values()).most_common()),
        )

    # -- what it means -----------------------------------------------------------------------

    def gather(self, *, bank: str | None = None, models: Collection[str] | None = None) -> Gathered:
        """Everything on record about some models on one bank."""
        return gather(self.store, bank=bank, models=models)

    def scores(
        self, *, bank: str | None = None, models: Collection[str] | None = None,
        level: float = 0.95,
    ) -> ScoreTable:  # fmt: skip
        """The table: score, interval, rank as a tie group, states.

        Raises:
            UsageError: nothing has been asked, or nothing has been graded.
        """
        gathered = gather(self.store, bank=bank, models=models)
        check_countable(gathered)
        return ScoreTable(
            gathered=gathered,
            scores=tuple(score_table(gathered.matrix, level=level)),
            comparisons=dict(compare_all(gathered.matrix, level=level)),
        )

    def compare(
        self, a: str, b: str, *, bank: str | None = None, level: float = 0.95
    ) -> Comparison:
        """Model `a` against model `b`: a paired test on the questions that both were asked.

        Raises:
            UsageError: one of them has no answers here, or they are the same.
        """
        if a == b:
            raise UsageError(
                f"要比较两个不同的模型，而两次写的都是 {a}。",
                f"Comparing needs two models, but both names are {a}.",
            )
        gathered = gather(self.store, bank=bank, models=[a, b])
        return compare(gathered.matrix, a, b, level=level)

    def items(
        self, *, bank: str | None = None, models: Collection[str] | None = None
    ) -> ItemReport:
        """Every question of a bank: difficulty, discrimination, suspect keys, what to repair first.

        Raises:
            UsageError: nothing has been asked, or nothing has been graded.
        """
        return examine(self.store, bank=bank, models=models)

    def report(
        self, path: str | Path, *, bank: str | None = None,
        models: Collection[str] | None = None, title: str = "", lang: Lang | None = None,
        show_hidden: bool = False,
        about_judges: Callable[[Gathered], Sequence[Text]] | None = None,
    ) -> None:  # fmt: skip
        """Write one offline HTML file with everything in it but the words of hidden questions.

        Args:
            about_judges: says what is known of the judges whose verdicts count; asked only where
                some do. Without it the report says that it does not say.

        Raises:
            UsageError: see `scores`; or the file cannot be written there.
        """
        table = self.scores(bank=bank, models=models)
        data = assemble(
            table.gathered, table.scores, table.comparisons, title=title, reveal=show_hidden,
            reader=self.store, about_judges=about_judges,
        )  # fmt: skip
        html.write(data, path, lang)

    def export(
        self,
        what: Literal["answers", "grades", "scores", "votes"],
        path: str | Path,
        *,
        format: export.Format | None = None,
        bank: str | None = None,
        models: Collection[str] | None = None,
        show_hidden: bool = False,
    ) -> int:
        """Write answers, grades, scores or votes as CSV, JSON Lines or Parquet; gives the rows.

        Raises:
            UsageError: nothing to export, an unknown format, or the file cannot be written.
        """
        if what == "votes":
            rows, columns = export.votes_rows(self.store.votes()), export.VOTE_COLUMNS
        elif what == "scores":
            table = self.scores(bank=bank, models=models)
            rows = export.scores_rows(table.scores, table.gathered.stamp)
            columns = export.SCORE_COLUMNS
        else:
            found = gather(self.store, bank=bank, models=models)
            graded = hidden.graded(found, reveal=show_hidden)
            if what == "answers":
                rows, columns = export.answers_rows(a for a, _ in graded), export.ANSWER_COLUMNS
            else:
                rows, columns = export.grades_rows(graded), export.GRADE_COLUMNS
        return export.write_rows(rows, columns, path, format=format)


def outside_any_loop(instead: str) -> None:
    """See that no event loop runs here; `instead` is what to write where one does.

    Raises:
        UsageError: one does.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise UsageError(
        f"这里已经有一个事件循环在跑（例如在 Jupyter 里）。请改用：{instead}",
        f"An event loop is running here already (as in Jupyter). Write: {instead}",
    )


def _once(models: Sequence[str | ModelCard]) -> list[str | ModelCard]:
    """`models` without names that were given before."""
    return [m for i, m in enumerate(models) if not (isinstance(m, str) and m in models[:i])]
