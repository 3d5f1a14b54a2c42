"""`mingan density`: how capable models are for their size, and how fast that grows."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mingan.cli import say
from mingan.cli.options import JsonOption, WorkspaceOption, help_
from mingan.errors import UsageError
from mingan.language import Text

if TYPE_CHECKING:
    from mingan.reports.dense import DensityReport

BenchmarkOption = Annotated[
    list[str] | None,
    typer.Option("--benchmark", metavar="NAME",
                 help=help_("看哪些题目（可写多次；默认密度定律的五个）",
                            "which benchmarks (may be repeated; default: the densing law's five)")),
]  # fmt: skip

ReferenceOption = Annotated[
    list[str] | None,
    typer.Option("--reference", metavar="MODEL",
                 help=help_("参照家族的各个大小（可写多次，至少 3 个；默认 Llama-2）",
                            "the sizes of the reference family (may be repeated, 3 at least; "
                            "default: Llama-2)")),
]  # fmt: skip

RegistryOption = Annotated[
    Path | None,
    typer.Option("--registry", metavar="FOLDER",
                 help=help_("自己的 models.csv、scores.csv、sources.csv 所在的文件夹",
                            "a folder with models.csv, scores.csv and sources.csv of your own")),
]  # fmt: skip

LimitOption = Annotated[
    int,
    typer.Option("--limit", "-n", min=0, metavar="N",
                 help=help_("列出多少个模型（0 是全部）", "how many models to list (0: all)")),
]  # fmt: skip

TunedOption = Annotated[
    bool,
    typer.Option("--tuned", help=help_("看调过的模型（instruct、distilled），不看基座",
                                       "tuned models (instruct, distilled) instead of base ones")),
]  # fmt: skip


GapOption = Annotated[
    float,
    typer.Option("--gap", min=0, max=20, metavar="POINTS",
                 help=help_("题目公开以后，每年从得分里扣多少分（百分制），当作见过题的好处",
                            "points taken off a score (of 100) for every year since the questions "
                            "came out, for having seen them")),
]  # fmt: skip

BankOption = Annotated[
    str | None,
    typer.Option("--bank", metavar="NAME",
                 help=help_("改看工作区里自己测的模型：哪个题库",
                            "models that this workspace measured instead: on which bank")),
]  # fmt: skip


app = typer.Typer(
    help=Text("给定大小，能力有多强（能力密度），多久翻一番",
              "how capable for its size (density), and how fast that doubles").say(),
    invoke_without_command=True, add_completion=False, rich_markup_mode=None,
)  # fmt: skip


@app.callback()
def density(
    context: typer.Context,
    benchmark: BenchmarkOption = None,
    reference: ReferenceOption = None,
    registry: RegistryOption = None,
    tuned: TunedOption = False,
    gap: GapOption = 0.0,
    bank: BankOption = None,
    workspace: WorkspaceOption = None,
    limit: LimitOption = 15,
    json: JsonOption = False,
) -> int:
    """Capability for its size: density, its doubling time, back-tests; or of own scores."""
    from mingan.reports import dense_words, table

    if context.invoked_subcommand is not None:
        return 0
    if bank is not None:
        return _own(bank, workspace, reference or [], as_json=json)
    report = _report(benchmark, reference, registry, tuned=tuned, gap=gap / 100)
    if json:
        say.document(dense_words.density_document(report))
        return 0
    say.out(dense_words.density_headline(report))
    say.out("")
    print(table.plain(dense_words.trend_table(report.trends)), end="")
    say.out("")
    shown = report.rows[:limit] if limit else report.rows
    print(table.plain(dense_words.density_table(shown)), end="")
    say.note(_STAR)
    if len(shown) < len(report.rows):
        more = len(report.rows) - len(shown)
        say.note(
            Text(f"还有 {more} 个没有列出；全部列出用 --limit 0。",
                 f"Not listed: {more} more; for all of them, --limit 0.")
        )  # fmt: skip
    for trend in report.trends:
        for said in (dense_words.test_sentence(trend), dense_words.line_sentence(trend),
                     dense_words.without_sentence(trend)):  # fmt: skip
            if said is not None:
                say.note(said)
    say.note(dense_words.change_sentence(report.trends))
    for said in (
        dense_words.bend_sentence(report.trends), dense_words.corrected_sentence(report)
    ):  # fmt: skip
        if said is not None:
            say.note(said)
    for child in report.children:
        say.note(dense_words.child_sentence(child))
    for note in dense_words.density_notes(report):
        say.note(note)
    return 0


def _own(bank: str, workspace: str | None, family: list[str], *, as_json: bool) -> int:
    """Models that this workspace measured, on one bank."""
    from mingan.density.own import look_own
    from mingan.reports import dense_own_words as words
    from mingan.reports import table
    from mingan.reports.twin_pairs import twin_results
    from mingan.workspace import Workspace

    with Workspace.open(workspace) as opened:
        found = opened.scores(bank=bank)
        report = look_own(
            found.scores, found.gathered.cards, bank=found.gathered.bank, family=tuple(family),
            twins=twin_results(opened.store, found.gathered),
        )  # fmt: skip
    if as_json:
        say.document(words.own_document(report))
        return 0
    say.out(words.own_headline(report))
    say.out("")
    print(table.plain(words.own_table(report)), end="")
    for note in words.own_notes(report):
        say.note(note)
    return 0


@app.command("explain", help=help_("一步一步算一个模型的密度", "reckon one model step by step"))
def explain(
    model: Annotated[str, typer.Argument(metavar="MODEL")],
    benchmark: BenchmarkOption = None,
    reference: ReferenceOption = None,
    registry: RegistryOption = None,
    tuned: TunedOption = False,
    json: JsonOption = False,
) -> int:
    """The reckoning of one model, step by step."""
    from mingan.reports import dense_words

    report = _report(benchmark, reference, registry, tuned=tuned, repeats=0)
    row = next((row for row in report.rows if row.facts.name == model), None)
    if row is None:
        raise UsageError(
            f"没有 {model} 的密度：登记表里没有它，或者它没有日期、大小、这些题目的得分。名字看 "
            "mingan density --limit 0；调过的模型加 --tuned。",
            f"There is no density of {model}: the registry lacks it, or its date, size or scores "
            "on these benchmarks. For names: mingan density --limit 0; for tuned models, --tuned.",
        )
    lines = dense_words.explanation(row, report)
    if json:
        say.document({"model": model, "steps": [line.say() for line in lines]})
        return 0
    for line in lines:
        say.out(line)
    return 0


@app.command(
    "losses",
    help=help_(
        "用自己的小训练拟合损失律，拿大的来对",
        "fit a loss law on small runs, hold it against large ones",
    ),
)
def losses(
    file: Annotated[Path, typer.Argument(metavar="CSV")],
    below: Annotated[
        float | None,
        typer.Option("--below", min=0, metavar="FLOP",
                     help=help_("拟合多少算力以下的（默认最大的十分之一）",
                                "fit runs below this compute (default: a tenth of the largest)")),
    ] = None,
    above: Annotated[
        float | None,
        typer.Option("--above", min=0, metavar="FLOP",
                     help=help_("预测多少算力以上的（默认同上）",
                                "foretell runs from this compute on (default: the same)")),
    ] = None,
    drop_highest: Annotated[
        int,
        typer.Option("--drop-highest", min=0, metavar="N",
                     help=help_("先去掉损失最高的 N 次", "leave out the N highest losses")),
    ] = 0,
    json: JsonOption = False,
) -> int:  # fmt: skip
    """A law of one's own runs, held against those that it has not seen."""
    from mingan.density.losses import look_losses, read_runs
    from mingan.reports import losses_words as words
    from mingan.reports import table

    found = look_losses(read_runs(file), below=below, above=above, drop=drop_highest)
    if json:
        say.document(words.losses_document(found))
        return 0
    for text in words.losses_sentences(found):
        say.out(text)
    say.out("")
    print(table.plain(words.losses_table(found)), end="")
    return 0


@app.command(
    "dated",
    help=help_(
        "自己的模型表（大小、日期、得分）：进步多快，过去的预测准不准",
        "models of your own by size, date and score: how fast, and did it foretell anything",
    ),
)
def dated(
    file: Annotated[Path, typer.Argument(metavar="CSV")],
    floor: Annotated[
        float,
        typer.Option("--floor", min=0, max=0.99, metavar="SHARE",
                     help=help_("瞎猜能得多少（四选一写 0.25）",
                                "what guessing scores (0.25 for one of four)")),
    ] = 0.0,
    cut: Annotated[
        list[str] | None,
        typer.Option("--cut", metavar="DATE",
                     help=help_("从哪一天往后预测（可写多次；默认一半、65%、80% 的模型出来的时候）",
                                "foretell from this day on (may be repeated; default: when half, "
                                "65 % and 80 % of the models were out)")),
    ] = None,
    json: JsonOption = False,
) -> int:  # fmt: skip
    """Size and date alone: the law, its assumptions, and back-tests against no progress."""
    from mingan.density.dated import look_dated, read_models
    from mingan.reports import dated_words as words

    models, left_out = read_models(file)
    report = look_dated(
        models, floor=floor, cuts=[_day(text) for text in cut or ()], left_out=left_out,
        name=file.name,
    )  # fmt: skip
    if json:
        say.document(words.dated_document(report))
        return 0
    for text in words.dated_sentences(report):
        say.out(text)
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--cut 要写 2024-07-23 样子的日期，而写的是 {text!r}。",
            f"--cut takes a date such as 2024-07-23, not {text!r}.",
        ) from None


@app.command(
    "add", help=help_("把自己的 CSV 加进自己的登记表", "add CSV files to your own registry")
)
def add(
    files: Annotated[list[Path], typer.Argument(metavar="CSV")],
    registry: Annotated[
        Path,
        typer.Option("--registry", metavar="FOLDER",
                     help=help_("放自己的登记表的文件夹", "the folder of your own registry")),
    ],
    json: JsonOption = False,
) -> int:  # fmt: skip
    """Put models, scores and sources of one's own into a folder: all or nothing."""
    from mingan import registry as facts

    added: dict[str, list[dict[str, str]]] = {}
    for file in files:
        name, rows = facts.rows_of(file)
        added.setdefault(name, []).extend(rows)
    facts.add(registry, added)
    counts = {name: len(rows) for name, rows in added.items()}
    if json:
        say.document({"registry": str(registry), "added": counts})
        return 0
    listed = ", ".join(f"{name} {count}" for name, count in counts.items())
    say.out(
        Text(f"加好了（行数）：{listed}。看密度：mingan density --registry {registry}",
             f"Added (rows): {listed}. For the density: mingan density --registry {registry}")
    )  # fmt: skip
    return 0


def _report(
    benchmark: list[str] | None, reference: list[str] | None, registry: Path | None, *,
    tuned: bool, repeats: int = 200, gap: float = 0.0,
) -> DensityReport:  # fmt: skip
    from mingan import density as room
    from mingan import registry as facts

    return room.look(
        facts.load(registry), benchmarks=tuple(benchmark or room.BENCHMARKS),
        family=tuple(reference or room.REFERENCE), kinds=room.TUNED if tuned else room.BASE,
        repeats=repeats, gap=gap,
    )  # fmt: skip


_STAR = Text("* 超出参照家族的范围，是外推。", "* beyond the reference family: an extrapolation.")
