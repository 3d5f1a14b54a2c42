"""Units by name: what each measures, and how much of it, exactly.

Only what has one meaning: gallon, pint, ton and year have several and are missing, unless their
name says which; so are 钱 and 码, of which people ask for a price and a size of shoes. It must not
know how people ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Unit:
    """`value * size + zero` is in the base unit of `kind`.

    Kinds are those that can be converted into one another; MB and Mb are a kind of their own, for
    nobody can tell whether 1000 or 1024 KB are meant.
    """

    kind: str
    size: Fraction
    zero: Fraction = Fraction(0)


_INCH, _POUND, _US_GALLON, _UK_GALLON = "0.0254", "0.45359237", "3.785411784", "4.54609"

_SIZES: dict[str, dict[str, str]] = {
    "length": {
        "nm|纳米|nanometer|nanometre": "1e-9", "μm|um|微米|micrometer|micrometre": "1e-6",
        "mm|毫米|millimeter|millimetre": "1e-3",
        "cm|CM|厘米|公分|centimeter|centimetre": "1e-2", "dm|分米|decimeter|decimetre": "1e-1",
        "m|米|公尺|meter|metre": "1", "km|KM|千米|公里|kilometer|kilometre": "1000",
        "in|英寸|inch|inches": _INCH, "ft|英尺|foot|feet": "0.3048", "yd|yard": "0.9144",
        "mi|英里|mile": "1609.344", "海里|nautical mile": "1852",
        "里|华里|市里": "500", "丈|市丈": "10/3", "尺|市尺": "1/3", "寸|市寸": "1/30",
    },
    "mass": {
        "μg|ug|微克|microgram": "1e-9", "mg|毫克|milligram": "1e-6", "g|克|gram": "1e-3",
        "kg|KG|Kg|千克|公斤|kilogram|kilo": "1", "吨|公吨|tonne|metric ton": "1000",
        "lb|lbs|磅|英磅|pound": _POUND, "oz|盎司|ounce": "0.028349523125",
        "斤|市斤": "0.5", "两|市两": "0.05", "克拉|carat": "0.0002",
    },
    "time": {
        "ns|纳秒|nanosecond": "1e-9", "μs|us|微秒|microsecond": "1e-6",
        "ms|毫秒|millisecond": "1e-3", "s|sec|秒|秒钟|second": "1",
        "min|mins|分钟|minute": "60", "h|hr|hrs|小时|钟头|hour": "3600", "天|day": "86400",
        "周|星期|个星期|week": "604800", "个小时|个钟头": "3600",
    },
    "area": {
        "mm^2|mm2|平方毫米|square millimeter|square millimetre": "1e-6",
        "cm^2|cm2|平方厘米|square centimeter|square centimetre": "1e-4",
        "dm^2|dm2|平方分米": "1e-2", "m^2|m2|平方米|square meter|square metre": "1",
        "km^2|km2|平方千米|平方公里|square kilometer|square kilometre": "1e6",
        "ha|公顷|hectare": "10000", "亩|市亩": "2000/3", "英亩|acre": "4046.8564224",
        "sq ft|ft^2|ft2|平方英尺|square foot|square feet": "0.09290304",
        "sq in|in^2|in2|平方英寸|square inch|square inches": "0.00064516",
        "平方英里|square mile": "2589988.110336", "square yard": "0.83612736",
    },
    "volume": {
        "ml|mL|毫升|milliliter|millilitre": "1e-3", "l|L|升|公升|liter|litre": "1",
        "cm^3|cm3|cc|立方厘米|cubic centimeter|cubic centimetre": "1e-3",
        "dm^3|dm3|立方分米": "1", "m^3|m3|立方米|cubic meter|cubic metre": "1000",
        "立方英尺|ft^3|ft3|cubic foot|cubic feet": "28.316846592",
        "US gallon|美制加仑": _US_GALLON, "UK gallon|imperial gallon|英制加仑": _UK_GALLON,
    },
    "speed": {
        "m/s|米/秒|米每秒|meters per second|metres per second": "1",
        "km/h|kmh|kph|公里/小时|公里每小时|千米/小时|千米每小时|公里/时|千米/时"
        "|kilometers per hour|kilometres per hour": "5/18",
        "mph|英里/小时|英里每小时|miles per hour": "0.44704",
        "节|knot": "1852/3600", "ft/s|英尺/秒|英尺每秒|feet per second": "0.3048",
    },
    "data": {
        "bit|比特": "1", "byte|字节": "8", "KiB": str(8 * 2**10), "MiB": str(8 * 2**20),
        "GiB": str(8 * 2**30), "TiB": str(8 * 2**40),
    },
    "data, in thousands": {"KB|kB": "8", "Kb|kb|kbit": "1"},
    "data, in millions": {"MB": "8", "Mb|Mbit": "1"},
    "data, in thousand millions": {"GB": "8", "Gb|Gbit": "1"},
    "data, in million millions": {"TB": "8", "Tb|Tbit": "1"},
}  # fmt: skip

_DEGREES = {
    "℃|°C|摄氏度|摄氏|C|celsius|degrees celsius|degree celsius|degrees C|centigrade|°c": (
        "1", "273.15",
    ),
    "℉|°F|华氏度|华氏|F|fahrenheit|degrees fahrenheit|degree fahrenheit|degrees F|°f": (
        "5/9", "45967/180",
    ),
    "K|开尔文|开氏度|kelvin": ("1", "0"),
}  # fmt: skip


def _table() -> dict[str, Unit]:
    table: dict[str, Unit] = {}
    for kind, sizes in _SIZES.items():
        for names, size in sizes.items():
            for name in names.split("|"):
                table[name] = Unit(kind, Fraction(size))
                if name.isascii() and len(name) > 2 and name.replace(" ", "").isalpha():
                    table.setdefault(f"{name}s", table[name])
    for names, (size, zero) in _DEGREES.items():
        for name in names.split("|"):
            table[name] = Unit("temperature", Fraction(size), Fraction(zero))
    return table


UNITS = _table()
"""Every unit by each of its names. Symbols are as they are written; words in small letters."""

_SMALL = {
    name.casefold(): name for name in UNITS if len(name) > 3 and name.replace(" ", "").isalpha()
}
"""Words in any case, but not Mm² for mm²."""


def unit(name: str) -> Unit | None:
    """The unit of that name, in any case if it is a word; None if there is none."""
    name = " ".join(name.split())
    return UNITS.get(name) or UNITS.get(_SMALL.get(name.casefold(), ""))


def convert(value: Fraction, source: Unit, target: Unit) -> Fraction | None:
    """The same in other units; None where they measure different things, or nothing can be so.

    Below nothing there is only temperature, and that not below absolute zero.
    """
    base = value * source.size + source.zero
    if source.kind != target.kind or base < 0:
        return None
    return (base - target.zero) / target.size
