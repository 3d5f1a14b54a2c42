"""Dates: a member that counts days and names days of the week where that is the whole question.

    Dates().answer(Ask(messages=({"role": "user", "content": "2026-11-27 是周几"},)))  # "周五"

Every date must be written out with its year: nothing here may depend on today's clock. Dates that
do not exist, that are written in several orders (02/03/2024), or that lie before the Gregorian
calendar was common are left to others, as are months, years and working days.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from mingan.gateway.members.asked import fitting, plain, sole
from mingan.gateway.policy import Ask

FIRST_YEAR = 1753
"""The first whole year in which Britain and China alike can be dated this way."""

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" if name[3:] else name for name in _MONTHS)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_ISO = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_CHINESE = re.compile(r"(?:([0-9]{4}) ?年 ?)?([0-9]{1,2}) ?月 ?([0-9]{1,2}) ?[日号]")
_MONTH_FIRST = re.compile(rf"({_MONTH})\.? ([0-9]{{1,2}})(?:st|nd|rd|th)?,? ([0-9]{{4}})")
_DAY_FIRST = re.compile(rf"([0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\.?,? ([0-9]{{4}})")

_DATE = (
    r"[0-9]{4}(?:-[0-9]{1,2}-|/[0-9]{1,2}/|\.[0-9]{1,2}\.)[0-9]{1,2}"
    r"|(?:[0-9]{4} ?年 ?)?[0-9]{1,2} ?月 ?[0-9]{1,2} ?[日号]"
    rf"|(?:{_MONTH})\.? [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}}"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTH})\.?,? [0-9]{{4}}"
)
_A, _B = rf"(?P<a>{_DATE})", rf"(?P<b>{_DATE})"
_COUNT = r"(?P<count>[1-9][0-9]{0,6})"
_ASKS = r"(?:(?:请问|请?计算一?下?|what is|what's|calculate) ?)?"
_WEEKS = r"(?P<weeks>days?|weeks?)"
_WEEKS_ZH = r"(?P<weeks>天|日|周|个?星期)"
_WHICH = r"(?:是|为)?(?:哪一?天|几月几[日号]|几号|什么日期|哪个?日期|几年几月几[日号])"


def _all(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)


_BETWEEN = _all(
    rf"{_ASKS}(?:the )?(?:number of )?days between {_A} and {_B}",
    rf"how many days (?:are )?(?:there )?between {_A} and {_B}",
    rf"{_ASKS}{_A} ?(?:到|至|和|与|跟|距离?) ?{_B} ?之?间?(?:相差|相隔|间隔|隔|差)了?(?:多少|几)天",
)
_FROM = _all(
    rf"how many days (?:are there |is it )?from {_A} (?:to|until) {_B}",
    rf"{_ASKS}从? ?{_A} ?(?:到|至|距离?) ?{_B} ?之?间?(?:一?共)?(?:有|是)?(?:多少|几)天",
)
_AFTER = _all(
    rf"(?:(?:what date is|what is the date) )?{_COUNT} {_WEEKS} (?P<way>after|before|from) {_A}",
    rf"(?:请问)?{_A} ?(?:再?过|的)? ?{_COUNT} ?{_WEEKS_ZH}[之以]?(?P<way>后|前){_WHICH}?",
    rf"(?:请问)?{_A} ?(?P<way>再?过) ?{_COUNT} ?{_WEEKS_ZH}{_WHICH}",
    rf"(?:请问)?{_A} ?[往向]?(?P<way>后|前)推? ?{_COUNT} ?{_WEEKS_ZH}{_WHICH}?",
)
_WEEKDAY = _all(
    rf"(?:请问)?{_A} ?(?:那天|这天|这一天|当天)?(?:是|为)?(?P<call>星期|周|礼拜)几",
    rf"(?:what|which) (?:day of the week|weekday) (?:is|was|will) (?:it (?:on )?)?{_A}(?: be)?",
    rf"(?:what|which) (?:day of the week|weekday) (?:does|did|will) {_A} fall(?: on)?",
)


class Dates:
    """Answers a question about the days between dates, or the day of the week."""

    name = "dates"

    def answer(self, ask: Ask) -> str | None:
        """A number of days, a date or a day; None where something else or more is asked."""
        text = sole(ask)
        return None if text is None else fitting(told(text), ask)


def told(text: str) -> str | None:
    """What is said to a question; None for any that is not surely one about written-out dates."""
    line = plain(text)
    if line is None:
        return None
    line = line.rstrip("?。. ").removesuffix("呢").casefold()
    chinese = any("\u4e00" <= sign <= "\u9fff" for sign in line)
    if found := _first(_BETWEEN, line):
        return _apart(found, chinese=chinese)
    if found := _first(_FROM, line):
        return _apart(found, chinese=chinese, forward=True)
    if found := _first(_AFTER, line):
        return _moved(found, chinese=chinese)
    if found := _first(_WEEKDAY, line):
        day = _date(found["a"])
        if day is None:
            return None
        if chinese:
            return f"{found.groupdict().get('call') or '星期'}{'一二三四五六日'[day.weekday()]}"
        return _DAYS[day.weekday()]
    return None


def _first(patterns: tuple[re.Pattern[str], ...], line: str) -> re.Match[str] | None:
    return next((found for each in patterns if (found := each.fullmatch(line))), None)


def _apart(found: re.Match[str], *, chinese: bool, forward: bool = False) -> str | None:
    """The days between; `forward`: from one to the other, where the first may be counted or not."""
    one = _date(found["a"])
    other = None if one is None else _date(found["b"], year=one.year)
    if one is None or other is None:
        return None
    days = (other - one).days
    yearless = re.match(r"[0-9]{1,2} ?月", found["b"]) is not None
    if days < 0 and (forward or yearless):
        return None
    days = abs(days)
    if chinese:
        return f"{days} 天（不算开始的那天）" if forward and days else f"{days} 天"
    told_ = f"{days} day" if days == 1 else f"{days} days"
    return f"{told_} (not counting the first)" if forward and days else told_


def _moved(found: re.Match[str], *, chinese: bool) -> str | None:
    """The date so many days or weeks on or back."""
    start = _date(found["a"])
    if start is None:
        return None
    days = int(found["count"]) * (1 if found["weeks"][0] in "d天日" else 7)
    try:
        end = start + timedelta(days=-days if found["way"] in ("before", "前") else days)
    except OverflowError:
        return None
    if end.year < FIRST_YEAR:
        return None
    return f"{end.year}年{end.month}月{end.day}日" if chinese else end.isoformat()


def _date(text: str, *, year: int | None = None) -> date | None:
    """The date that is written; None if there is no such day. `year` is for one without."""
    if found := _ISO.fullmatch(text):
        parts = found[1], found[3], found[4]
    elif found := _CHINESE.fullmatch(text):
        parts = found[1] or str(year or 0), found[2], found[3]
    elif found := _MONTH_FIRST.fullmatch(text):
        parts = found[3], _month(found[1]), found[2]
    elif found := _DAY_FIRST.fullmatch(text):
        parts = found[3], _month(found[2]), found[1]
    else:
        return None
    if int(parts[0]) < FIRST_YEAR:
        return None
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return None


def _month(name: str) -> str:
    return str(next(i for i, full in enumerate(_MONTHS, 1) if full.startswith(name[:3])))
