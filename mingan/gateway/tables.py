"""Where the gateway learns from: a workspace's scores and answers, or a wide file of another's.

A file is a CSV (`.gz` too) with a row per question: the prompt, for every model whether it was
right (0 to 1), and if there is one its cost; maybe the ability. Columns are known by their names:

    prompt, ability             also question, text; subject, tag, category, eval_name, dataset
    NAME_correct, NAME_score    quality; or a bare NAME whose cells are all numbers from 0 to 1
    NAME_cost, NAME_seconds     also NAME|total_cost, NAME_latency
    NAME_answer                 also NAME_response, NAME|model_response

Only questions with a score of every model are kept, so that all are compared on the same ones.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mingan.gateway import table_words as words
from mingan.gateway.ballots import agreement, gist
from mingan.gateway.gains import Table
from mingan.gateway.sparse import Floats
from mingan.reports.gather import Gathered
from mingan.statistics import Outcome

PROMPTS = ("prompt", "question", "text", "题目", "问题")
ABILITIES = (
    "ability", "subject", "tag", "category", "eval_name", "dataset", "task", "能力", "任务类型",
)  # fmt: skip
IGNORED = ("id", "sample_id", "index", "oracle_model_to_route_to", "编号")
ENDINGS = {
    "score": ("_correct", "_score", "|score", "|correct"),
    "cost": ("|total_cost", "_cost", "|cost"),
    "seconds": ("_seconds", "_latency", "|latency", "|seconds"),
    "answer": ("|model_response", "_answer", "_response", "|answer"),
}

_SCORES = {
    Outcome.RIGHT: 1.0, Outcome.WRONG: 0.0, Outcome.UNSURE: 0.5, Outcome.REFUSED: 0.0,
    Outcome.TRUNCATED: 0.0, Outcome.EMPTY: 0.0,
}  # fmt: skip
"""What an outcome is worth to whoever asked; others are not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A table, and what else is known.

    Attributes:
        table: complete; costs are 0 where none is known.
        left_out: how many questions lack a score of some model.
        confidence: (questions, models), how far a model agrees with itself; None where each was
            asked once.
        samples: how often each was asked.
        priced: whether any cost is known.
    """

    table: Table
    left_out: int = 0
    confidence: Floats | None = None
    samples: int = 1
    priced: bool = True


def read_table(
    path: str | Path, *, prices: Mapping[str, float] | None = None,
    models: Collection[str] | None = None,
) -> Found:  # fmt: skip
    """A wide CSV of another's results.

    Args:
        models: only these; None for all.
        prices: cost of an ask by model; goes before costs in the file.

    Raises:
        InputError: it cannot be read, or has no prompts, models or scores.
    """
    try:
        heads, rows = _rows(Path(path))
    except (OSError, EOFError, ValueError, csv.Error) as fault:
        raise words.unreadable(path) from fault
    prompt = next((h for h in heads if h.strip().casefold() in PROMPTS), None)
    if prompt is None or not rows:
        raise words.no_prompts(path)
    ability = next((h for h in heads if h.strip().casefold() in ABILITIES), None)
    columns = _columns(heads, rows, {prompt, ability or prompt})
    if not columns["score"]:
        raise words.no_models(path)
    models = tuple(columns["score"])

    def numbers(kind: str) -> Floats:
        out = np.full((len(rows), len(models)), np.nan)
        for m, model in enumerate(models):
            head = columns[kind].get(model)
            if head is not None:
                out[:, m] = [_number(row.get(head)) for row in rows]
        return out

    scores = numbers("score")
    if np.nanmin(scores, initial=0.0) < 0 or np.nanmax(scores, initial=0.0) > 1:
        raise words.not_a_share(path)
    heads_of = [columns["answer"].get(model) for model in models]
    answers = (
        tuple(tuple((row.get(h) or "") if h else "" for h in heads_of) for row in rows)
        if all(heads_of) else ()
    )  # fmt: skip
    seconds = numbers("seconds")
    table = Table(
        texts=tuple(row.get(prompt) or "" for row in rows), models=models, scores=scores,
        costs=numbers("cost"), seconds=seconds if np.isfinite(seconds).any() else np.zeros((0, 0)),
        tags=tuple((row.get(ability) or "?").strip("` ") for row in rows) if ability else (),
        answers=answers,
    )  # fmt: skip
    if models is not None:
        for name in models:
            if name not in table.models:
                raise words.no_such_model(name, table.models)
        table = table.only(list(dict.fromkeys(models)))
    return _complete(Found(table=table), prices)


def _rows(path: Path) -> tuple[list[str], list[dict[str, str | None]]]:
    opener = gzip.open if path.suffix == ".gz" else open
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        heads = [head for head in reader.fieldnames or [] if head]
        rows = [dict(row) for row in reader]
    return heads, rows


def _columns(
    heads: Sequence[str], rows: Sequence[Mapping[str, str | None]], taken: Collection[str]
) -> dict[str, dict[str, str]]:
    """By kind, by model, the heading of its column."""
    out: dict[str, dict[str, str]] = {kind: {} for kind in ENDINGS}
    bare = []
    for head in heads:
        if head in taken or head.strip().casefold() in IGNORED:
            continue
        for kind, endings in ENDINGS.items():
            end = next((e for e in endings if head.strip().casefold().endswith(e)), None)
            if end is not None:
                out[kind][head.strip()[: -len(end)]] = head
                break
        else:
            bare.append(head)
    for head in bare:
        cells = [(row.get(head) or "").strip() for row in rows]
        values = [_number(cell) for cell in cells if cell]
        if values and all(0 <= value <= 1 for value in values):
            out["score"].setdefault(head.strip(), head)
    return out


def _number(cell: str | None) -> float:
    said = (cell or "").strip().casefold()
    if said in ("true", "right", "对"):
        return 1.0
    if said in ("false", "wrong", "错"):
        return 0.0
    try:
        return float(said)
    except ValueError:
        return float("nan")


def of_workspace(gathered: Gathered, *, prices: Mapping[str, float] | None = None) -> Found:
    """What a workspace holds of one bank: mean score, cost and time over repeats.

    Raises:
        UsageError: fewer than two models share questions.
    """
    cells = gathered.matrix.cells
    worth = np.array([_SCORES.get(outcome, np.nan) for outcome in Outcome])[cells]
    asked = np.isfinite(worth)
    scores = (
        np.where(asked, worth, 0).sum(axis=2).T
        / np.where(asked.any(axis=2), asked.sum(axis=2), np.nan).T
    )
    models, questions = [card.name for card in gathered.cards], gathered.scored
    shape = (len(questions), len(models))
    costs, seconds, sure = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape)
    said: list[list[str]] = [[""] * len(models) for _ in questions]
    for q, question in enumerate(questions):
        for m, model in enumerate(models):
            had = [
                answer for k in range(gathered.repeats)
                if (answer := gathered.answers.get((model, question.id, k))) is not None
            ]  # fmt: skip
            paid = [answer.cost for answer in had if answer.cost is not None]
            took = [answer.total_s for answer in had if answer.total_s is not None]
            costs[q, m] = np.mean(paid) if paid else np.nan
            seconds[q, m] = np.mean(took) if took else np.nan
            said[q][m] = had[0].text if had else ""
            sure[q, m] = agreement([gist(answer.text) for answer in had])
    table = Table(
        texts=tuple(q.prompt for q in questions), models=tuple(models), scores=scores, costs=costs,
        seconds=seconds if np.isfinite(seconds).any() else np.zeros((0, 0)),
        tags=tuple(q.tags[0] if q.tags else (q.tier or "?") for q in questions),
        clusters=gathered.matrix.clusters, answers=tuple(map(tuple, said)),
    )  # fmt: skip
    found = Found(
        table=table, confidence=sure if gathered.repeats > 1 else None, samples=gathered.repeats
    )
    return _complete(found, prices)


def _complete(found: Found, prices: Mapping[str, float] | None) -> Found:
    """Costs settled, and the questions that every model has a score of."""
    table = found.table
    costs = table.costs.copy()
    for name, price in (prices or {}).items():
        if name not in table.models:
            raise words.no_such_model(name, table.models)
        costs[:, table.models.index(name)] = price
    priced = bool(np.isfinite(costs).any())
    for m in range(len(table.models)):
        known = np.isfinite(costs[:, m])
        if priced and not known.any():
            raise words.no_price(table.models[m])
        costs[~known, m] = costs[known, m].mean() if known.any() else 0.0
    kept = np.flatnonzero(np.isfinite(table.scores).all(axis=1))
    if len(kept) < FEWEST or len(table.models) < 2:
        raise words.too_little(len(kept), len(table.models), FEWEST)
    return replace(
        found, table=replace(table, costs=costs).select(kept), left_out=len(table) - len(kept),
        confidence=None if found.confidence is None else found.confidence[kept], priced=priced,
    )  # fmt: skip


FEWEST = 40
"""Questions without which nothing can be learnt and checked."""
