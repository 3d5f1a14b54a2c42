"""`mingan forecast`: when a capability gets cheap, when it fits a device, what claims come to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from mingan.cli import say
from mingan.cli.options import JsonOption, help_
from mingan.errors import UsageError
from mingan.language import Text

if TYPE_CHECKING:
    from mingan.reports.foretold import ForecastReport
    from mingan.scaling.devices import Bound as Bounds
    from mingan.scaling.devices import Pace

DeviceOption = Annotated[
    list[str] | None,
    typer.Option("--device", metavar="CLASS",
                 help=help_("看哪类设备：phone、laptop、pc、car、robot、glasses（可写多次）",
                            "which class of device: phone, laptop, pc, car, robot, glasses (may be "
                            "repeated)")),
]  # fmt: skip

LevelOption = Annotated[
    list[str] | None,
    typer.Option("--level", metavar="MODEL:BENCHMARK",
                 help=help_("哪个水平，如 GPT-4:MMLU（可写多次）",
                            "which level, such as GPT-4:MMLU (may be repeated)")),
]  # fmt: skip

RegistryOption = Annotated[
    Path | None,
    typer.Option("--registry", metavar="FOLDER",
                 help=help_("自己的登记表所在的文件夹", "the folder of your own registry")),
]  # fmt: skip

BitsOption = Annotated[
    float,
    typer.Option("--bits", min=1, max=32,
                 help=help_("每个参数占多少位", "bits that a parameter takes")),
]  # fmt: skip

PaceOption = Annotated[
    float,
    typer.Option("--tokens-per-second", min=0.1,
                 help=help_("每秒至少要出多少个词元", "tokens a second wanted")),
]  # fmt: skip

UsableOption = Annotated[
    float | None,
    typer.Option("--usable", min=0.01, max=1,
                 help=help_("内存的多大一份归模型（默认各类设备不同）",
                            "share of memory for the model (default: by class of device)")),
]  # fmt: skip

HalvingOption = Annotated[
    str,
    typer.Option("--halving", metavar="FAST,MIDDLE,SLOW",
                 help=help_("同样的本事多少个月小一半：快、中、慢",
                            "months in which the same ability halves: fast, middle, slow")),
]  # fmt: skip

KnowledgeOption = Annotated[
    str,
    typer.Option("--knowledge", metavar="FAST,MIDDLE,SLOW",
                 help=help_("模型自己要记住多少位知识：快、中、慢（0 是不设底）",
                            "bits of knowledge a model carries: fast, middle, slow (0: no floor)")),
]  # fmt: skip


GrowthOption = Annotated[
    list[str] | None,
    typer.Option("--growth", metavar="WHAT:FAST,MIDDLE,SLOW",
                 help=help_("设备每年长到几倍，如 memory:1.4,1.2,1.05；还有 bandwidth、compute"
                            "（可写多次；默认按登记表里的设备拟合）",
                            "how many times a device grows a year, such as memory:1.4,1.2,1.05; "
                            "also bandwidth, compute (may be repeated; default: fitted to the "
                            "registry's devices)")),
]  # fmt: skip


def forecast(
    device: DeviceOption = None,
    level: LevelOption = None,
    registry: RegistryOption = None,
    bits: BitsOption = 4.0,
    tokens_per_second: PaceOption = 10.0,
    usable: UsableOption = None,
    halving: HalvingOption = "3.5,8,12",
    knowledge: KnowledgeOption = "0,14e9,14e9",
    growth: GrowthOption = None,
    json: JsonOption = False,
) -> int:
    """Prices, sizes and devices to come, each beside its back-test."""
    from mingan import forecast as room
    from mingan import registry as facts

    uses = {
        name: replace(use, bits=bits, pace=tokens_per_second, usable=usable or use.usable)
        for name, use in room.USES.items()
    }
    report = room.look(
        facts.load(registry), levels=[_level(text) for text in level or ()] or room.LEVELS,
        devices=tuple(device or ()), uses=uses, halving=_three(halving, "--halving", above_0=True),
        knowledge=_three(knowledge, "--knowledge", above_0=False),
        growing=dict(_growth(text) for text in growth or ()),
    )  # fmt: skip
    if json:
        from mingan.reports.forecast_document import forecast_document

        say.document(forecast_document(report))
        return 0
    _print(report, by_device=bool(device))
    return 0


def _print(report: ForecastReport, *, by_device: bool) -> None:
    from mingan.reports import forecast_words as words
    from mingan.reports import table

    say.out(words.forecast_headline(report))
    for title, shown in (
        (Text("价格（美元，每百万词元，入三出一）",
              "Prices (US$ a million tokens, three in, one out)"),
         words.price_table(report.prices)),
        (Text("多大的模型够用", "How small a model will do"), words.size_table(report.sizes)),
        (Text("什么时候装得进设备", "When it fits a device"), words.date_table(
            [row for row in report.dates if by_device or row.device in _FIRST])),
    ):  # fmt: skip
        say.out("")
        say.out(title)
        print(table.plain(shown), end="")
    say.out("")
    say.out(Text("有人这么说", "What was said"))
    for claim in report.claims:
        say.out(words.claim_sentence(claim))
        for text in claim.assumptions:
            say.note(text)
    price, size = Text("价格", "prices"), Text("大小", "sizes")
    for what, tried in ((price, report.tried_prices), (size, report.tried_sizes)):
        for each in tried:
            said = words.tried_sentence(each, what)
            if said is not None:
                say.note(said)
    say.note(words.dates_record_sentence(report))
    for note in words.forecast_notes(report):
        say.note(note)


_FIRST = ("phone", "laptop")
"""Classes that the terminal shows where none is named."""


def _level(text: str) -> tuple[str, str]:
    model, colon, benchmark = text.rpartition(":")
    if not (model and colon and benchmark):
        raise UsageError(
            f"--level 要写成 模型:题目，如 GPT-4:MMLU，而写的是 {text!r}。",
            f"--level is written MODEL:BENCHMARK, such as GPT-4:MMLU, not {text!r}.",
        )
    return model, benchmark


def _growth(text: str) -> tuple[Bounds, dict[Pace, float]]:
    from mingan.scaling.devices import Bound

    what, colon, numbers = text.partition(":")
    if not colon or what not in get_args(Bound):
        raise UsageError(
            f"--growth 要写成 memory:1.4,1.2,1.05（或者 bandwidth、compute），而写的是 {text!r}。",
            f"--growth is written memory:1.4,1.2,1.05 (or bandwidth, compute), not {text!r}.",
        )
    return cast("Bounds", what), _three(numbers, "--growth", above_0=True)


def _three(text: str, option: str, *, above_0: bool) -> dict[Pace, float]:
    parts = text.split(",")
    try:
        values = [float(part) for part in parts]
    except ValueError:
        values = []
    if len(values) != 3 or any(not (v > 0 if above_0 else v >= 0) or v > 1e15 for v in values):
        raise UsageError(
            f"{option} 要写三个数，快、中、慢，如 3.5,8,12，而写的是 {text!r}。",
            f"{option} takes three numbers, fast, middle and slow, such as 3.5,8,12, not {text!r}.",
        )
    fast, middle, slow = values
    return {"fast": fast, "middle": middle, "slow": slow}
