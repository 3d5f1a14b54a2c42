"""Members that are no language models: each answers what it is sure of, and abstains otherwise.

    calculator.py    sums, exactly; read by arithmetic.py
    units.py         quantities in other units; which there are is in unit_table.py
    dates.py         days between dates, dates some days on, days of the week
    lookup.py        a table of a user's own
    asked.py         what they are asked: one short question and nothing beside it

They must not know who is asked when they abstain.
"""

from __future__ import annotations

from collections.abc import Callable

from mingan.gateway.members.calculator import Calculator
from mingan.gateway.members.dates import Dates
from mingan.gateway.members.units import Units
from mingan.gateway.policy import Member

BUILT_IN: dict[str, Callable[[], Member]] = {
    Calculator.name: Calculator,
    Units.name: Units,
    Dates.name: Dates,
}
"""Those that need nothing to be made, by name."""
