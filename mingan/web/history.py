"""The history of one question: what models said to it, by date; and which questions have one.

Whoever asked counts, watches and ordinary runs alike. The words of a hidden question are not
shown. An answer is what a model wrote: it is cut, made visible, and never more than text.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from starlette.responses import Response

from mingan import drift
from mingan.errors import UsageError
from mingan.language import Text, counted
from mingan.records import Question
from mingan.reports.days import day_of
from mingan.reports.drifted import History, Said
from mingan.reports.page_questions import NAMES, SIGNS
from mingan.reports.page_scores import underlined
from mingan.reports.safe import one_line, short_name
from mingan.reports.words import words
from mingan.web import cards
from mingan.web.one_answer import question_address
from mingan.web.routing import get, problem
from mingan.web.visit import Visit

_TITLE = Text("一道题的历史", "The history of a question")
_PLAIN = 400
"""Characters of an answer that stand open; longer ones are folded."""

_NO_BANK = Text("这里没有这个题库。", "There is no such bank here.")
_NO_QUESTION = Text("这个题库里没有这道题。", "There is no such question in this bank.")
_MOST = 20_000
_MOST_SAID = 400
_SIGNS = {NAMES[letter]: SIGNS[letter] for letter in NAMES}
_ROLES = {"baseline": Text("基准", "baseline"), "check": Text("复查", "check"), "": Text("", "")}
_STATES = {
    "failed": Text("没有要到", "could not be had"),
    "refused": Text("被拦下", "blocked"),
    "empty": Text("空白", "empty"),
    "truncated": Text("没答完", "cut off"),
}


def history_address(visit: Visit, ident: str, bank: str, model: str = "") -> str:
    """The address of a question's history, whatever characters its id has."""
    return visit.url(f"/history/{cards.question_key(ident)}", bank=bank, m=model)


def several(visit: Visit) -> Response:
    """The questions of a bank that were asked on several days, those with most changes first."""
    reader = visit.bench.snapshots.reader
    names = [name for name, *_ in reader.banks()]
    bank = visit.query.get("bank") or (reader.newest_bank() or "")
    if bank not in names:
        return problem(visit, _NO_BANK, status=404)
    model = visit.query.get("m", "")
    reader.look()
    rows = _rows(visit, bank, model)
    finding = _finding_of_all(len(rows), sum(row["changes"] > 0 for row in rows))
    return visit.page(
        "histories.html.j2",
        title=Text("逐题的历史", "Question by question"),
        bank=bank,
        banks=names,
        model=short_name(model) if model else "",
        finding=underlined(finding.say(visit.lang), visit.lang),
        rows=rows,
    )


def _finding_of_all(count: int, changed: int) -> Text:
    if not count:
        return Text(
            "这个题库还没有在几天里问过的题。",
            "No question of this bank was asked on several days yet.",
        )
    return Text(
        f"{count} 道题在几天里问过，其中 {changed} 道前后的话不一样。",
        f"{counted(count, 'question')} {'was' if count == 1 else 'were'} asked on several days; "
        f"to {changed} the words changed.",
    )


def _rows(visit: Visit, bank: str, model: str) -> list[dict[str, Any]]:
    """A row for every question asked on several days."""
    reader = visit.bench.snapshots.reader
    known = {(q.id, q.asked): q for q in reader.bank(bank) or ()}
    days: dict[str, set[str]] = {}
    changes: dict[str, int] = {}
    last: dict[tuple[str, str, int], str] = {}
    mine = [
        answer for answer in reader.answers(bank=bank)
        if (answer.question, answer.asked) in known and answer.state != "failed"
        and (not model or answer.model == model)
    ]  # fmt: skip
    for answer in sorted(mine, key=lambda a: (day_of(a), a.at, a.repeat)):
        days.setdefault(answer.question, set()).add(day_of(answer))
        place = answer.question, answer.model, answer.repeat
        changes.setdefault(answer.question, 0)
        changes[answer.question] += last.get(place, answer.text) != answer.text
        last[place] = answer.text
    rows = [
        {"id": one_line(q.id, 60), "href": history_address(visit, q.id, bank, model),
         "days": len(days[q.id]), "changes": changes[q.id],
         "prompt": "" if q.hidden else one_line(q.prompt, 90)}
        for q in known.values() if len(days.get(q.id, ())) > 1
    ]  # fmt: skip
    return sorted(rows, key=lambda row: -int(str(row["changes"])))


def one(visit: Visit) -> Response:
    """One question, day by day."""
    bank = visit.query.get("bank", "")
    reader = visit.bench.snapshots.reader
    reader.look()
    question = _question(visit, bank)
    if question is None:
        return problem(visit, _NO_QUESTION, status=404)
    model = visit.query.get("m", "")
    found, said = _found(visit, question, bank, model)
    return visit.page(
        "history.html.j2",
        title=_TITLE,
        w=words(visit.lang),
        bank=bank,
        id=one_line(question.id, 80),
        finding=underlined(said.say(visit.lang), visit.lang),
        hidden=bool(question.hidden),
        prompt="" if question.hidden else cards.excerpt(question.prompt, _MOST).text,
        answer="" if question.hidden else one_line(question.answer or "", 400),
        days=_days(visit, found) if found else [],
        model=short_name(model) if model else "",
        models=_models(visit, found, question, bank) if found else [],
        more=max(0, len(found.said) - _MOST_SAID) if found else 0,
        page=question_address(visit, question.id, bank),
        all_of_them=visit.url("/history", bank=bank),
    )


def _found(visit: Visit, question: Question, bank: str, model: str) -> tuple[History | None, Text]:
    """The history, and what it shows; None, and why, where nobody has answered."""
    try:
        found = drift.history(
            visit.bench.snapshots.reader, question.id, bank=bank,
            models=[model] if model else None, registry=visit.bench.workspace.registry,
        )  # fmt: skip
    except UsageError as fault:
        return None, fault.public
    return found, _finding(found)


def _question(visit: Visit, bank: str) -> Question | None:
    names = [name for name, *_ in visit.bench.snapshots.reader.banks()]
    key = visit.path_params["key"]
    for question in (visit.bench.snapshots.reader.bank(bank) or ()) if bank in names else ():
        if cards.question_key(question.id) == key:
            return question
    return None


def _finding(found: History) -> Text:
    """How often the words and the verdict changed."""
    days, changed = len(found.days), sum(each.changed for each in found.said)
    flips = _flips(found.said)
    if days < 2:
        return Text(
            "这道题只在一天问过；改天再问，才看得出变没变。",
            "This question was asked on one day only; ask it on another to see whether the answer "
            "changes.",
        )
    if not changed:
        return Text(
            f"{days} 天里，每次的话都一字不差。",
            f"On {days} days, every answer was the same to the letter.",
        )
    return Text(
        f"{days} 天里，话变过 {changed} 次，对错变过 {flips} 次。",
        f"On {days} days the words changed {counted(changed, 'time')} and the verdict {flips}.",
    )


def _flips(said: Iterable[Said]) -> int:
    """How often a model's verdict is not that of its answer before."""
    last: dict[tuple[str, int], str] = {}
    count = 0
    for each in said:
        if each.verdict in ("right", "wrong"):
            count += last.get((each.model, each.repeat), each.verdict) != each.verdict
            last[each.model, each.repeat] = each.verdict
    return count


def _days(visit: Visit, found: History) -> list[dict[str, Any]]:
    """The newest answers by day, oldest day first."""
    newest = found.said[-_MOST_SAID:]
    return [
        {"day": day or visit.say(Text("没有日期", "no date")),
         "said": [_said(visit, each) for each in some]}
        for day, some in groupby(newest, key=lambda each: each.day)
    ]  # fmt: skip


def _said(visit: Visit, each: Said) -> dict[str, Any]:
    text = cards.excerpt(each.text, _MOST)
    return {
        "model": short_name(each.model),
        "repeat": each.repeat,
        "role": visit.say(_ROLES[each.role]),
        "state": visit.say(_STATES[each.state]) if each.state in _STATES else "",
        "verdict": each.verdict,
        "sign": _SIGNS.get(each.verdict, ""),
        "changed": each.changed,
        "text": text.text,
        "left": text.left,
        "folded": len(text.text) > _PLAIN or text.text.count("\n") > 8,
        "start": one_line(each.text, 80),
        "extracted": one_line(each.extracted, 80),
    }


def _models(visit: Visit, found: History, question: Question, bank: str) -> list[tuple[str, str]]:
    names = dict.fromkeys(each.model for each in found.said)
    if len(names) < 2:
        return []
    return [(short_name(n), history_address(visit, question.id, bank, n)) for n in names]


routes = [get("/history", several, section="/drift"), get("/history/{key}", one, section="/drift")]
