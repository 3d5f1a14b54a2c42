"""Classes of device, when a capability fits them, and how such dates foretold in the past did.

Of all models that reach a level the one counts that fits first: a large model of few active
parameters suits a device with much memory, a small dense one a device with little. The module must
not know prices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from mingan.forecast.levels import sized
from mingan.registry import DeviceFact, ModelFacts, Registry
from mingan.reports.foretold import PACES, Assumed, DeviceDate, DeviceRecord, Level
from mingan.scaling.devices import Fit, Machine, Need, Pace, Series, fits, growth
from mingan.scaling.prices import YEAR

_ORIGINS = tuple(
    date(year, month, 1) for year in range(2023, 2027) for month in (1, 7)
)  # fmt: skip
"""Days on which dates are foretold again from what was known then."""


def year_of(day: date) -> float:
    """A day as a year with a fraction, as laws take it."""
    return day.toordinal() / YEAR


def machines(known: Registry, until: date = date.max) -> dict[str, Machine]:
    """The classes of device that two devices or more are known of, bought until a day."""
    facts = [fact for fact in known.devices if fact.day <= until]
    memory, bandwidth, operations = (
        growth(_series(facts, each)) for each in ("memory", "bandwidth", "operations")
    )
    return {
        name: Machine(
            memory=memory[name], bandwidth=bandwidth[name], operations=operations[name]
        )
        for name in memory
    }  # fmt: skip


def _series(facts: Iterable[DeviceFact], what: str) -> dict[str, Series]:
    found: dict[str, tuple[list[float], list[float]]] = {}
    for fact in facts:
        years, values = found.setdefault(fact.kind, ([], []))
        years.append(year_of(fact.day))
        values.append(getattr(fact, what))
    return dict(found)


def dates(
    known: Registry, levels: Sequence[Level], classes: Mapping[str, Machine], assumed: Assumed
) -> tuple[DeviceDate, ...]:
    """When each level fits each class."""
    found = []
    for level in levels:
        there = sized(known, level.benchmark)
        reach = [model for model, read in there if read >= level.least]
        since = max((m.released for m, _ in there if m.released), default=date.min)
        for name, machine in classes.items():
            found.append(_date(name, machine, level, reach, since, assumed))
    return tuple(found)


def _date(
    name: str, machine: Machine, level: Level, reach: Sequence[ModelFacts], since: date,
    assumed: Assumed,
) -> DeviceDate:  # fmt: skip
    found = {pace: _soonest(name, machine, reach, since, pace, assumed) for pace in PACES}
    best = found["middle"]
    if best is None:
        return DeviceDate(
            device=name, level=level, model="", total=0, active=0, since=since, fits={}
        )
    model, _ = best
    return DeviceDate(
        device=name, level=level, model=model.name, total=float(model.params_total or 0),
        active=float(model.active or 0), since=since,
        fits={pace: each[1] for pace, each in found.items() if each is not None},
    )  # fmt: skip


def _soonest(
    name: str, machine: Machine, reach: Sequence[ModelFacts], since: date, pace: Pace,
    assumed: Assumed,
) -> tuple[ModelFacts, Fit] | None:  # fmt: skip
    """The model whose level fits first, and when, if it goes on shrinking from a day on."""
    found = [
        (model, fits(machine, _need(model, since, pace, assumed), assumed.uses[name], pace=pace))
        for model in reach
    ]
    return min(found, key=lambda each: (each[1].year, each[0].params_total or 0), default=None)


def _need(model: ModelFacts, since: date, pace: Pace, assumed: Assumed) -> Need:
    total = float(model.params_total or 0)
    # A model that is smaller than the floor already shows that this level does not need it.
    floor = min(assumed.floor[pace], total)
    return Need(
        total=total, active=float(model.active or 0), year=year_of(since),
        halving=assumed.halving[pace], floor=floor,
    )  # fmt: skip


# --- dates foretold in the past -----------------------------------------------------------------


def tried(known: Registry, levels: Sequence[Level], assumed: Assumed) -> DeviceRecord:
    """Dates foretold every half year from what was known then, held against what came."""
    counts = {"inside": 0, "earlier": 0, "later": 0, "open": 0}
    now = machines(known)
    for origin in _ORIGINS:
        then = {
            name: machine.growing(assumed.growing)
            for name, machine in machines(known, origin).items()
        }
        for level in levels:
            there = [m for m, read in sized(known, level.benchmark) if read >= level.least]
            before = [m for m in there if m.released and m.released <= origin]
            end = max((m.released for m, _ in sized(known, level.benchmark) if m.released),
                      default=origin)  # fmt: skip
            for name in then.keys() & now.keys():
                made = {
                    pace: _soonest(name, then[name], before, origin, pace, assumed)
                    for pace in PACES
                }
                came = _came(name, now[name], there, assumed)
                outcome = _outcome(made, came, year_of(origin), year_of(end))
                if outcome:
                    counts[outcome] += 1
    return DeviceRecord(**counts)


def _came(
    name: str, machine: Machine, reach: Sequence[ModelFacts], assumed: Assumed
) -> float | None:
    """The year in which a model of the level first fitted, as it was, on a device as it was."""
    years = []
    for model in reach:
        if model.released:
            as_is = Need(total=float(model.params_total or 0), active=float(model.active or 0),
                         year=year_of(model.released))  # fmt: skip
            years.append(fits(machine, as_is, assumed.uses[name]).year)
    return min(years, default=None)


def _outcome(
    made: Mapping[Pace, tuple[ModelFacts, Fit] | None], came: float | None, origin: float,
    end: float,
) -> str:  # fmt: skip
    """How a date foretold did; "" where there was nothing to foretell."""
    fast, slow = made["fast"], made["slow"]
    if fast is None or slow is None or fast[1].year <= origin or end <= origin:
        return ""
    if came is None or came > end:
        return "later" if slow[1].year < end else "open"
    if came <= origin:
        return ""
    return "earlier" if came < fast[1].year else "later" if came > slow[1].year else "inside"
