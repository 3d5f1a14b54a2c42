"""The tables of the registry, ours and those of a folder of the user's, read and checked.

What a user's folder says of a model that is in ours takes its place; scores are added. The module
must not know what is made of the facts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from mingan.errors import InputError
from mingan.registry.facts import (
    DEVICE_COLUMNS,
    MODEL_COLUMNS,
    PRICE_COLUMNS,
    SCORE_COLUMNS,
    SOURCE_COLUMNS,
    DeviceFact,
    ModelFacts,
    PriceFact,
    ScoreFact,
    Source,
    device_of,
    model_of,
    price_of,
    score_of,
    source_of,
)

T = TypeVar("T")
TABLES = {
    "models.csv": MODEL_COLUMNS, "scores.csv": SCORE_COLUMNS, "sources.csv": SOURCE_COLUMNS,
    "prices.csv": PRICE_COLUMNS, "devices.csv": DEVICE_COLUMNS,
}  # fmt: skip
_NEEDED = {
    "models.csv": ("name", "kind", "source"),
    "scores.csv": ("model", "benchmark", "score", "source"),
    "sources.csv": ("source", "title"),
    "prices.csv": ("model", "day", "price", "source"),
    "devices.csv": ("class", "device", "day", "memory_gb", "bandwidth_gbs", "tops", "source"),
}


@dataclass(frozen=True, kw_only=True)
class Registry:
    """All that is known; `models` and `sources` by name, the rest in the order of the tables."""

    models: Mapping[str, ModelFacts]
    scores: tuple[ScoreFact, ...]
    sources: Mapping[str, Source]
    prices: tuple[PriceFact, ...] = ()
    devices: tuple[DeviceFact, ...] = ()

    @cached_property
    def by_model(self) -> Mapping[str, tuple[ScoreFact, ...]]:
        """The scores of each model."""
        found: dict[str, list[ScoreFact]] = {}
        for fact in self.scores:
            found.setdefault(fact.model, []).append(fact)
        return {name: tuple(facts) for name, facts in found.items()}

    def scores_of(self, model: str, benchmark: str | None = None) -> list[ScoreFact]:
        """What was reported of a model, on one benchmark or all."""
        mine = self.by_model.get(model, ())
        return [fact for fact in mine if benchmark in (None, fact.benchmark)]

    def contradictions(self, apart: float = 0.02) -> dict[tuple[str, str], list[ScoreFact]]:
        """Scores of one model on one benchmark that differ by more than `apart`."""
        by_place: dict[tuple[str, str], list[ScoreFact]] = {}
        for fact in self.scores:
            by_place.setdefault((fact.model, fact.benchmark), []).append(fact)
        return {
            place: facts for place, facts in by_place.items()
            if max(f.score for f in facts) - min(f.score for f in facts) > apart
        }  # fmt: skip


def load(folder: str | Path | None = None) -> Registry:
    """Read our tables, and those in a folder of the user's beside them.

    Args:
        folder: holds models.csv, scores.csv, sources.csv, prices.csv and devices.csv, each of
            which may be missing. A device class in it takes the place of ours.

    Raises:
        InputError: no such folder, or a row that makes no sense; nothing is half read.
    """
    places: list[Traversable | Path] = [resources.files("mingan.registry") / "data"]
    if folder is not None:
        path = Path(folder)
        if not path.is_dir() or not any((path / name).is_file() for name in TABLES):
            raise InputError(
                f"文件夹 {path} 里没有 {'、'.join(TABLES)} 中的任何一个。",
                f"The folder {path} holds none of {', '.join(TABLES)}.",
            )
        places.append(path)
    models: dict[str, ModelFacts] = {}
    sources: dict[str, Source] = {}
    scores: list[ScoreFact] = []
    prices: list[PriceFact] = []
    devices: list[DeviceFact] = []
    for place in places:
        models |= {fact.name: fact for fact in _rows(place, "models.csv", model_of)}
        sources |= {fact.id: fact for fact in _rows(place, "sources.csv", source_of)}
        scores += _rows(place, "scores.csv", score_of)
        prices += _rows(place, "prices.csv", price_of)
        own = list(_rows(place, "devices.csv", device_of))
        replaced = {fact.kind for fact in own}
        devices = [fact for fact in devices if fact.kind not in replaced] + own
    found = Registry(
        models=models, scores=tuple(scores), sources=sources, prices=tuple(prices),
        devices=tuple(devices),
    )  # fmt: skip
    _check(found)
    return found


def _rows(
    place: Traversable | Path, name: str, make: Callable[[Mapping[str, str], tuple[str, str]], T]
) -> Iterator[T]:
    file = place / name
    if not file.is_file():
        return
    heads, rows = table_of(file)
    missing = [column for column in _NEEDED[name] if column not in heads]
    if missing:
        raise InputError(
            f"{name} 缺少这些列：{'、'.join(missing)}。",
            f"{name} lacks the columns {', '.join(missing)}.",
        )
    for number, row in enumerate(rows, start=2):
        yield make(row, place_of(name, number))


def table_of(file: Traversable | Path) -> tuple[list[str], list[dict[str, str]]]:
    """Headings and rows of a CSV file, cells without blanks around them.

    Raises:
        InputError: it cannot be read.
    """
    try:
        table = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig")))
        heads = [head for head in table.fieldnames or () if head]
        return heads, [{head: (row.get(head) or "").strip() for head in heads} for row in table]
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise InputError(
            f"{file.name} 读不了（要存成 UTF-8 的 CSV）。",
            f"{file.name} cannot be read (save it as CSV in UTF-8).",
        ) from fault


def place_of(name: str, number: int) -> tuple[str, str]:
    """Where a row is, in Chinese and English; the first after the headings is row 2."""
    return f"{name} 第 {number} 行", f"{name}, row {number}"


def _check(known: Registry) -> None:
    """Scores and prices have their model, every parent is one, every source is listed."""
    named = [("scores.csv", fact.model) for fact in known.scores]
    named += [("prices.csv", fact.model) for fact in known.prices]
    for table, name in named:
        if name not in known.models:
            raise InputError(
                f"{table} 里有模型 {name}，而 models.csv 里没有它；请补上一行。",
                f"{table} names the model {name}, which models.csv does not; add a row.",
            )
    for model in known.models.values():
        if model.parent and model.parent not in known.models:
            raise InputError(
                f"models.csv 里 {model.name} 的 parent 是 {model.parent}，而没有这个模型。",
                f"In models.csv the parent of {model.name} is {model.parent}, which is not there.",
            )
    used = {fact.source for fact in known.scores} | {m.source for m in known.models.values()}
    used |= {fact.source for fact in known.prices} | {fact.source for fact in known.devices}
    unknown = sorted(used - known.sources.keys())
    if unknown:
        raise InputError(
            f"sources.csv 里没有这些来源：{'、'.join(unknown)}；请补上。",
            f"sources.csv lacks the sources {', '.join(unknown)}; add them.",
        )
