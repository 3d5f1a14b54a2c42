"""All charts, in the order in which to show them: on the bench and in the report alike.

A later study adds a chart by one entry in `GALLERY`. What a chart needs is made when it is wanted,
so that a quick chart does not wait for a slow one. The module knows no page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mingan.language import Text
from mingan.reports.charts import (
    abilities,
    days,
    item_map,
    radar,
    twins,
    votes,
    worth,
)
from mingan.reports.charts.chart import Chart, Link
from mingan.reports.data import ReportData
from mingan.reports.days import Days
from mingan.reports.items import ItemReport
from mingan.reports.twin_pairs import TwinResult
from mingan.reports.vote_ranking import VoteResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What charts are made of.

    Attributes:
        data: scores, comparisons, abilities, facts about models.
        link: where points lead.
        items, twins, days, votes: made when a chart wants them.
    """

    data: ReportData
    link: Link
    items: Callable[[], ItemReport | None]
    twins: Callable[[], tuple[TwinResult, ...]]
    days: Callable[[], Days]
    votes: Callable[[], VoteResult | None] = lambda: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One chart of the gallery; a `slow` one takes seconds on a large bank."""

    key: str
    title: Text
    make: Callable[[Material], Chart]
    slow: bool = False


def chart(key: str, material: Material) -> Chart | None:
    """The chart of a key, which may be one inside another; None if there is none."""
    for entry in GALLERY:
        if entry.key == key:
            return entry.make(material)
    inside = (each for entry in GALLERY if not entry.slow for each in entry.make(material).inside)
    return next((each for each in inside if each.key == key), None)


def charts(material: Material) -> Iterable[Chart]:
    """All of them, the slow ones as well."""
    return (entry.make(material) for entry in GALLERY)


# --- the charts ---------------------------------------------------------------------------------


def _abilities(material: Material) -> Chart:
    names = [score.model for score in material.data.scores]
    parts = material.data.abilities
    bars = abilities.abilities_chart(parts, names, material.link)
    round_ = radar.radar_chart(parts, names, material.link, bars.rows)
    if round_ is None:
        return bars
    return abilities.abilities_chart(parts, names, material.link, inside=[round_])


def _cost(material: Material) -> Chart:
    data = material.data
    return worth.cost_chart(data.scores, _facts(data), data.comparisons, material.link)


def _price(material: Material) -> Chart:
    data = material.data
    return worth.price_chart(data.scores, _facts(data), data.comparisons, material.link)


def _speed(material: Material) -> Chart:
    data = material.data
    return worth.speed_chart(data.scores, _facts(data), data.comparisons, material.link)


def _facts(data: ReportData) -> worth.Facts:
    return {fact.name: fact for fact in data.models}


GALLERY = (
    Entry(key="abilities", title=abilities.TITLE, make=_abilities),
    Entry(key="cost", title=worth.COST, make=_cost),
    Entry(key="price", title=worth.PRICE, make=_price),
    Entry(key="speed", title=worth.SPEED, make=_speed),
    Entry(
        key="votes", title=votes.TITLE, slow=True,
        make=lambda material: votes.votes_chart(material.votes(), material.link),
    ),
    Entry(
        key="twins", title=twins.TITLE, slow=True,
        make=lambda material: twins.twins_chart(material.twins(), material.link),
    ),
    Entry(
        key="days", title=days.TITLE, slow=True,
        make=lambda material: days.days_chart(material.days(), material.link),
    ),
    Entry(
        key="items", title=item_map.TITLE, slow=True,
        make=lambda material: item_map.item_map(material.items(), material.link),
    ),
)  # fmt: skip
"""In order: what most people want first."""
