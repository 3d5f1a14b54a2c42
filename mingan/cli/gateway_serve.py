"""`mingan gateway serve` and `mingan gateway key`: the address, and who may use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mingan.cli import say
from mingan.cli.options import JsonOption, ModelsFileOption, ModelsOption, help_
from mingan.language import Text

if TYPE_CHECKING:
    from rich.table import Table

    from mingan.gateway.policy import Member
    from mingan.gateway.server.ledger import Ledger
    from mingan.records import ModelCard

PORT = 8670

LedgerOption = Annotated[
    Path,
    typer.Option("--ledger", metavar="FILE", envvar="MINGAN_LEDGER",
                 help=help_("钥匙、预算和流量记在哪个文件",
                            "the file of keys, budgets and traffic")),
]  # fmt: skip

PolicyOption = Annotated[
    Path | None,
    typer.Option("--policy", metavar="FILE",
                 help=help_("mingan gateway train 写的策略；不写就由第一个模型来答",
                            "a policy of mingan gateway train; without one the first model "
                            "answers")),
]  # fmt: skip

RulesOption = Annotated[
    bool,
    typer.Option("--rules", help=help_("算式、单位、日期先由规则来答，不花钱；拿不准的不答",
                                       "sums, units and dates are answered by rule, at no cost; "
                                       "where a rule is not sure, a model answers")),
]  # fmt: skip

TableOption = Annotated[
    Path | None,
    typer.Option("--table", metavar="FILE",
                 help=help_("问答表（question,answer[,aliases]）里有的，照表答",
                            "what is in a table (question,answer[,aliases]) is answered by it")),
]  # fmt: skip

HostOption = Annotated[
    str,
    typer.Option("--host", help=help_("在哪个地址上开；不是本机地址就要钥匙",
                                      "the address to serve on; beyond this machine keys are "
                                      "needed")),
]  # fmt: skip

PortOption = Annotated[
    int, typer.Option("--port", min=0, max=65535, help=help_("端口", "the port")),
]  # fmt: skip

KeysOption = Annotated[
    bool, typer.Option("--keys", help=help_("在本机上也要钥匙", "ask for keys here too")),
]  # fmt: skip

TimeoutOption = Annotated[
    float,
    typer.Option("--timeout", min=1, metavar="SECONDS",
                 help=help_("成员多久没有动静就换人", "how long a member may be silent")),
]  # fmt: skip

MembersOption = Annotated[
    list[str] | None,
    typer.Option("--model", metavar="NAME",
                 help=help_("只准用这个模型（可写多次）", "may use only this model (repeatable)")),
]  # fmt: skip

BudgetOption = Annotated[
    float | None,
    typer.Option("--budget", min=0, metavar="MONEY",
                 help=help_("一个周期里最多花多少", "the most that may be spent in a period")),
]  # fmt: skip

CurrencyOption = Annotated[
    str, typer.Option("--currency", help=help_("预算的币种", "the budget's currency")),
]  # fmt: skip

PeriodOption = Annotated[
    str,
    typer.Option("--period", metavar="day|month|ever",
                 help=help_("预算的周期", "the budget's period")),
]  # fmt: skip

PerMinuteOption = Annotated[
    int | None,
    typer.Option("--per-minute", min=1, help=help_("每分钟最多几次", "asks a minute")),
]  # fmt: skip

AtOnceOption = Annotated[
    int | None,
    typer.Option("--at-once", min=1, help=help_("同时最多几个", "asks under way at once")),
]  # fmt: skip

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help=help_("钥匙的名字", "the key's name"))
]

_LEDGER = Path("gateway.db")

keys = typer.Typer(
    help=Text("谁可以用网关", "who may use the gateway").say(),
    no_args_is_help=True, add_completion=False, rich_markup_mode=None,
)  # fmt: skip


def serve(
    policy: PolicyOption = None,
    model: ModelsOption = None,
    models: ModelsFileOption = None,
    ledger: LedgerOption = _LEDGER,
    host: HostOption = "127.0.0.1",
    port: PortOption = PORT,
    need_keys: KeysOption = False,
    rules: RulesOption = False,
    table: TableOption = None,
    timeout: TimeoutOption = 60.0,
) -> int:
    """One OpenAI-compatible address; the policy decides who answers. Ctrl-C stops it."""
    import sys

    from mingan.gateway.server.serve import make_hub
    from mingan.gateway.server.serve import serve as keep_serving
    from mingan.web.place import find_place

    place = find_place(host, port)
    cards, usual = _cards(models)
    hub = make_hub(
        cards, policy=policy, ledger=ledger, names=model or (() if policy else usual),
        rules=_rules(table, usual=rules), keys=need_keys or not place.loopback,
        first_s=timeout, idle_s=timeout,
    )  # fmt: skip
    say.out(Text(f"网关：{place.url}/v1", f"Gateway: {place.url}/v1"))
    sys.stdout.flush()  # a program that started us waits for the address
    say.note(
        Text(
            f"成员：{'、'.join(hub.members)}。模型名写 mingan，就由策略来选。按 Ctrl-C 停下。",
            f"Members: {', '.join(hub.members)}. The model name mingan leaves the choice to the "
            "policy. Ctrl-C stops it.",
        )
    )
    keep_serving(hub, place.socket)
    return 0


def _rules(table: Path | None, *, usual: bool) -> list[Member]:
    from mingan.gateway.members import BUILT_IN
    from mingan.gateway.members.lookup import Lookup

    said: list[Member] = [] if table is None else [Lookup.read(table)]
    return said + ([make() for make in BUILT_IN.values()] if usual else [])


def _cards(models: Path | None) -> tuple[dict[str, ModelCard], list[str]]:
    """All cards, and who is a member where nobody was named: models.toml, or the local default."""
    from mingan.models.catalogue import DEFAULT_LOCAL, builtin_cards, load

    local = builtin_cards()
    path = models or Path("models.toml")
    if models is None and not path.exists():
        return local, [DEFAULT_LOCAL]
    mine = load(path)
    return {**local, **mine}, list(mine)


@keys.command(
    name="new",
    help=Text("发一把新钥匙；只显示这一次", "make a key; it is shown this once").say(),
)  # fmt: skip
def new(
    name: NameArgument,
    model: MembersOption = None,
    budget: BudgetOption = None,
    currency: CurrencyOption = "CNY",
    period: PeriodOption = "month",
    per_minute: PerMinuteOption = None,
    at_once: AtOnceOption = None,
    ledger: LedgerOption = _LEDGER,
    json: JsonOption = False,
) -> int:
    """Make a key and show it."""
    from typing import cast

    from mingan.gateway.server.ledger import Key, Period

    key = Key(
        name=name, members=frozenset(model) if model else None, budget=budget, currency=currency,
        period=cast(Period, period), per_minute=per_minute, at_once=at_once,
    )  # fmt: skip
    book = _open(ledger)
    secret = book.make(key)
    book.close()
    if json:
        say.document({"name": name, "key": secret})
        return 0
    say.out(secret)
    say.note(
        Text(
            "请现在就收好，以后再也看不到：账本里只有它的指纹。",
            "Keep it now; it cannot be shown again: the ledger holds only its fingerprint.",
        )
    )
    return 0


@keys.command(name="list", help=Text("全部钥匙和各自花了多少", "all keys and their spending").say())
def list_(ledger: LedgerOption = _LEDGER, json: JsonOption = False) -> int:
    """Show all keys."""
    from mingan.reports import table

    book = _open(ledger)
    found = book.every_key()
    book.close()
    rows = [
        {
            "name": key.name, "spent": spent, "budget": key.budget, "currency": key.currency,
            "period": key.period, "per_minute": key.per_minute, "at_once": key.at_once,
            "models": None if key.members is None else sorted(key.members), "made": key.made,
            "revoked": key.revoked,
        }
        for key, spent in found
    ]  # fmt: skip
    if json:
        say.document({"rows": rows})
        return 0
    if not rows:
        say.note(Text("还没有钥匙。", "There are no keys yet."))
        return 0
    print(table.plain(_table(rows)), end="")
    return 0


def _table(rows: Sequence[Mapping[str, object]]) -> Table:
    from rich.table import Table

    head = Text("名字\t花了\t预算\t周期\t停用", "name\tspent\tbudget\tperiod\trevoked")
    made = Table(*head.say().split("\t"), box=None)
    for r in rows:
        made.add_row(
            say.plain(str(r["name"])), f"{r['spent']:.4f} {r['currency']}",
            "-" if r["budget"] is None else f"{r['budget']:g}", str(r["period"]),
            str(r["revoked"]) or "-",
        )  # fmt: skip
    return made


@keys.command(name="revoke", help=Text("停用一把钥匙", "revoke a key").say())
def revoke(name: NameArgument, ledger: LedgerOption = _LEDGER) -> int:
    """It opens nothing from now on."""
    book = _open(ledger)
    book.revoke(name)
    book.close()
    say.note(Text(f"钥匙 {name} 停用了。", f"Key {name} is revoked."))
    return 0


def _open(path: Path) -> Ledger:
    from mingan.gateway.server.ledger import Ledger

    return Ledger(path)
