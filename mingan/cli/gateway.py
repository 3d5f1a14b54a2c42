"""`mingan gateway`: choose who answers by what was measured, and show what that is worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mingan.cli import gateway_serve, say
from mingan.cli.options import BankOption, JsonOption, ModelsOption, WorkspaceOption, help_
from mingan.language import Text

if TYPE_CHECKING:
    from mingan.gateway.tables import Found
    from mingan.gateway.training import Trained, Wish

TableOption = Annotated[
    Path | None,
    typer.Option("--table", metavar="FILE",
                 help=help_("不用工作区，从一个 CSV 学：prompt、每个模型一列“模型_correct”，"
                            "可有“模型_cost”和 ability",
                            "learn from a CSV instead of the workspace: prompt, NAME_correct for "
                            "every model, maybe NAME_cost and ability")),
]  # fmt: skip

CostOption = Annotated[
    list[str] | None,
    typer.Option("--cost", metavar="NAME=PRICE",
                 help=help_("一个模型每问多少钱（可写多次）；不写就用记下的花费",
                            "what an ask of a model costs (may be repeated); default: what is on "
                            "record")),
]  # fmt: skip

TargetOption = Annotated[
    float | None,
    typer.Option("--target", min=0, max=100, metavar="POINTS",
                 help=help_("要达到多少分，花费最少（默认：最好的单个模型的分）",
                            "points to reach at the least cost (default: those of the best single "
                            "model)")),
]  # fmt: skip

PriceOption = Annotated[
    float | None,
    typer.Option("--price", min=0, metavar="PRICE",
                 help=help_("每问平均最多花多少，得分尽量高",
                            "the most that an ask may cost on average, for the best score")),
]  # fmt: skip

MemberPriceOption = Annotated[
    float | None,
    typer.Option("--member-price", min=0, metavar="PRICE",
                 help=help_("不用每问平均贵过这个数的成员", "leave out members dearer than this")),
]  # fmt: skip

SecondsOption = Annotated[
    float | None,
    typer.Option("--member-seconds", min=0, metavar="SECONDS",
                 help=help_("不用平均慢过这个数的成员", "leave out members slower than this")),
]  # fmt: skip

SeedOption = Annotated[
    int, typer.Option("--seed", min=0, help=help_("怎么分题", "how questions are split"))
]

OutOption = Annotated[
    Path,
    typer.Option("--out", "-o", metavar="FILE", help=help_("写到哪个文件", "where to write")),
]

ForceOption = Annotated[
    bool,
    typer.Option("--force", help=help_("没有证明比不路由好也写出",
                                       "write it even if it has not proved better than no router")),
]  # fmt: skip

app = typer.Typer(
    help=Text("网关：按得分挑谁来答", "the gateway: scores decide who answers").say(),
    no_args_is_help=True, add_completion=False, rich_markup_mode=None,
)  # fmt: skip


@app.callback()
def gateway() -> None:
    """Put the scores to work."""


app.command(
    name="serve",
    help=Text("开一个 OpenAI 兼容的地址，由策略挑谁来答",
              "one OpenAI-compatible address; the policy decides who answers").say(),
)(gateway_serve.serve)  # fmt: skip
app.add_typer(gateway_serve.keys, name="key")


@app.command(
    name="train",
    help=Text("从得分和回答学出一个策略；证明不了比不路由好就不采用",
              "learn a policy from scores and answers; refused unless it beats no router").say(),
)  # fmt: skip
def train(
    table: TableOption = None,
    workspace: WorkspaceOption = None,
    bank: BankOption = None,
    model: ModelsOption = None,
    cost: CostOption = None,
    target: TargetOption = None,
    price: PriceOption = None,
    member_price: MemberPriceOption = None,
    member_seconds: SecondsOption = None,
    out: OutOption = Path("policy.json"),
    force: ForceOption = False,
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> int:
    """Fit, choose, check, and write a policy down; 1 where none has proved itself."""
    from mingan.gateway.evaluation import document
    from mingan.gateway.policies import save

    trained = _trained(
        _found(table, workspace, bank, model, cost),
        _wish(target, price, member_price, member_seconds, force=force), seed,
    )  # fmt: skip
    report = trained.report
    save(trained.policy, out, about=document(report))
    _show(trained, as_json=json)
    if not json:
        say.note(Text(f"策略写在 {out}。", f"The policy is in {out}."))
    return 0 if report.accepted or report.forced else 1


@app.command(
    name="evaluate",
    help=Text("各种选法的质量和花费，旁边是不路由、随机和先知",
              "quality against cost of every way to choose, beside no router, random and the "
              "oracle").say(),
)  # fmt: skip
def evaluate(
    table: TableOption = None,
    workspace: WorkspaceOption = None,
    bank: BankOption = None,
    model: ModelsOption = None,
    cost: CostOption = None,
    target: TargetOption = None,
    price: PriceOption = None,
    member_price: MemberPriceOption = None,
    member_seconds: SecondsOption = None,
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> int:
    """The same as train, but nothing is written."""
    found = _found(table, workspace, bank, model, cost)
    wish = _wish(target, price, member_price, member_seconds)
    _show(_trained(found, wish, seed), as_json=json)
    return 0


def _wish(
    target: float | None, price: float | None, member_price: float | None,
    member_seconds: float | None, *, force: bool = False,
) -> Wish:  # fmt: skip
    from mingan.errors import UsageError
    from mingan.gateway.policies import Limits
    from mingan.gateway.training import Wish

    if target is not None and price is not None:
        raise UsageError(
            "--target 和 --price 只能写一个：要么定质量，要么定花费。",
            "Give --target or --price, not both: fix the quality or the cost.",
        )
    return Wish(
        target=None if target is None else target / 100, price=price, force=force,
        limits=Limits(cost=member_price, seconds=member_seconds),
    )  # fmt: skip


def _found(
    table: Path | None, workspace: str | None, bank: str | None, models: list[str] | None,
    cost: list[str] | None,
) -> Found:  # fmt: skip
    from mingan.gateway import tables
    from mingan.workspace import Workspace

    prices = dict(map(_priced, cost or []))
    if table is not None:
        return tables.read_table(table, prices=prices, models=models)
    with Workspace.open(workspace, create=False) as opened:
        gathered = opened.scores(bank=bank, models=models).gathered
    return tables.of_workspace(gathered, prices=prices)


def _priced(said: str) -> tuple[str, float]:
    from mingan.gateway.table_words import bad_price

    name, equals, price = said.rpartition("=")
    try:
        value = float(price)
    except ValueError:
        value = -1.0
    if not equals or not name or not 0 <= value < float("inf"):
        raise bad_price(said)
    return name, value


def _trained(found: Found, wish: Wish, seed: int) -> Trained:
    from mingan.gateway.training import train as learn

    return learn(found, wish, seed=seed)


def _show(trained: Trained, *, as_json: bool) -> None:
    from mingan.gateway import report_words as words
    from mingan.gateway.evaluation import document
    from mingan.reports import table

    report = trained.report
    if as_json:
        say.document(document(report))
        return
    say.out(words.headline(report))
    say.out("")
    print(table.plain(words.router_table(report)), end="")
    for note in words.notes(report):
        say.note(note)
