"""A table with two scores for each model: on a public benchmark, and on reference questions.

ConStat on a table (see `mingan.statistics.constat`): the models named as references give the
curve, every other one is held against it. A table may hold several benchmarks; each is looked at
by itself. Over the models of one benchmark the p-values are corrected after Benjamini and
Hochberg, for a table of many models is a search. The module must not know how it is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from mingan.bank.headings import plain
from mingan.bank.importers.grids import Grid, Line
from mingan.contamination import columns
from mingan.contamination.columns import Sheet, date_of, number_of, read_sheet, top_of
from mingan.errors import UsageError
from mingan.language import Text
from mingan.reports.contaminated import (
    MARGIN,
    SUSPICIOUS,
    Contamination,
    ContaminationReport,
    Refusal,
    gravest_first,
    judged,
)
from mingan.reports.sentences import points
from mingan.statistics import constat
from mingan.statistics.equivalence import tost
from mingan.statistics.multiplicity import benjamini_hochberg
from mingan.statistics.special import Floats
from mingan.statistics.spline import FEWEST

WORDS: columns.Wanted = {
    "model": ("model", "模型", "model name", "模型名", "模型名称", "name", "model id", "llm"),
    "score": ("score", "score model", "得分", "public", "明题", "public score", "明题得分",
              "benchmark score", "accuracy", "acc", "公开题", "公开题得分", "成绩", "分数",
              "original", "test score", "y"),
    "reference": ("reference score", "score model ref", "ref score", "参照得分", "参照题得分",
                  "hidden", "暗题", "hidden score", "暗题得分", "score ref", "score reference",
                  "reference accuracy", "reference acc", "ref accuracy", "ref acc", "twin",
                  "twin score", "rephrase", "synthetic", "对照得分", "参照分", "x"),
    "score_error": ("score se", "score model std", "score stderr", "score std", "score error",
                    "se", "stderr", "std err", "standard error", "acc stderr", "标准误",
                    "得分标准误", "public se", "std"),
    "reference_error": ("reference se", "score model ref std", "reference score se", "ref se",
                        "reference stderr", "ref stderr", "reference std", "ref std",
                        "score ref std", "hidden se", "参照标准误", "暗题标准误", "ref error"),
    "n": ("n", "questions", "items", "题数", "n questions", "n items", "count", "size"),
    "n_reference": ("n ref", "n reference", "reference n", "ref n", "reference questions",
                    "n hidden", "参照题数", "暗题数"),
    "role": ("role", "is reference", "is ref", "is ref model", "reference model", "参照模型",
             "是否参照", "角色"),
    "released": ("released", "release date", "发布", "发布日期", "date", "日期"),
    "guess": ("guess", "chance", "random", "random guess", "瞎猜", "随机", "随机得分"),
    "group": ("benchmark", "dataset", "task", "基准", "数据集", "题库", "评测"),
    "kind": ("reference", "reference kind", "ref", "参照", "对照", "reference benchmark"),
}  # fmt: skip

GUESSES = {
    "gsm8k": 0.0, "math": 0.0, "humaneval": 0.0, "mbpp": 0.0, "arc": 0.25, "hellaswag": 0.25,
    "mmlu": 0.25, "ceval": 0.25, "cmmlu": 0.25, "commonsenseqa": 0.2, "mathqa": 0.2,
    "winogrande": 0.5, "piqa": 0.5, "boolq": 0.5,
}  # fmt: skip
"""What guessing scores on benchmarks that many know, by the beginning of their names."""

_REFERENCE = ("ref", "参照", "对照")


@dataclass(frozen=True, slots=True)
class _Row:
    model: str
    score: float
    reference: float
    score_error: float
    reference_error: float
    named: bool
    released: date | None
    guess: float


def look_at_table(
    path: Path,
    *,
    models: Collection[str] | None = None,
    references: Collection[str] = (),
    published: date | None = None,
    guess: float | None = None,
    guess_reference: float | None = None,
    top: float | None = None,
    where: Collection[str] = (),
    draws: int = constat.DRAWS,
) -> ContaminationReport:
    """Every model of a table of scores.

    Args:
        path: CSV, XLSX or JSON Lines, gzipped or not, with columns for the model, its score and
            its score on reference questions; standard errors or numbers of questions if known.
        models: only these; None for all but the references.
        references: models that cannot have seen the benchmark; else those that a column `role`
            names, or those with a date in `released` before `published`.
        guess, guess_reference: what guessing scores on either, as a share of the highest score.
        top: the highest score there is; 1 or 100 by the look of the scores without it.
        where: conditions `column=value` on the rows.

    Raises:
        BankError: the file cannot be read.
        UsageError: columns, models or references that are not there; a model twice.
    """
    sheet = read_sheet(path, WORDS, ("model", "score", "reference"), settle=_settle)
    if where:
        sheet = columns.kept(sheet, where, path)
    rows: list[Contamination] = []
    notes: list[Text] = []
    groups = _groups(sheet, path, top)
    _known(path, groups, [*(models or ()), *references])
    for (group, kind), members in groups.items():
        chosen = _references(members, references, published)
        levels = _guesses(group or path.stem, kind, members, guess, guess_reference)
        found, said = _group(members, chosen, models, levels, draws)
        name = group or sheet.name
        rows += [replace(row, bank=name, against=kind) for row in found]
        notes += [*said, *_told(name, levels, guess)]
    return ContaminationReport(rows=gravest_first(rows), notes=tuple(dict.fromkeys(notes)))


# --- reading ------------------------------------------------------------------------------------


def _settle(grid: Grid, places: dict[str, int]) -> dict[str, int]:
    """A column `reference` that holds numbers is the score, and one of words the kind.

    Where one or both scores stand under names of their own (gsm8k, gsm8k-synthetic) and as many
    columns of numbers are left over, those are they, the public one first.
    """
    places = dict(places)
    if "reference" not in places and "kind" in places and _numbers(grid, places["kind"]):
        places["reference"] = places.pop("kind")
    lacking = [field for field in ("score", "reference") if field not in places]
    spare = [c for c in range(len(grid.headings)) if c not in places.values() and _numbers(grid, c)]
    if "model" in places and lacking and len(spare) == len(lacking):
        places |= dict(zip(lacking, spare, strict=True))  # nothing else can be meant
    return places


def _numbers(grid: Grid, column: int) -> bool:
    """Whether most cells of a column are numbers."""
    cells = [number_of(line.at(column)) for line in grid.lines]
    return bool(cells) and float(np.mean(~np.isnan(cells))) > 0.5


def _groups(sheet: Sheet, path: Path, top: float | None) -> dict[tuple[str, str], list[_Row]]:
    """Rows by benchmark and kind of reference, scores as shares of the highest."""
    tops = [
        top_of([number_of(sheet.at(line, field)) for line in sheet.lines], given=top)
        for field in ("score", "reference")
    ]
    found: dict[tuple[str, str], list[_Row]] = {}
    for line in sheet.lines:
        row = _row(sheet, line, tops)
        if not row.model or np.isnan(row.score) or np.isnan(row.reference):
            continue
        group = found.setdefault((sheet.at(line, "group"), sheet.at(line, "kind")), [])
        if any(other.model == row.model for other in group):
            raise UsageError(
                f"{path} 第 {line.number} 行：{row.model} 出现了两次。每个模型写一行；几个榜单写在"
                "一张表里时，用 benchmark 一列分开。",
                f"{path}, row {line.number}: {row.model} is there twice. Give every model one "
                "row; several benchmarks in one table need a column benchmark.",
            )
        group.append(row)
    if not found:
        raise UsageError(
            f"{path} 里没有一行两种得分都是数。", f"No row of {path} has numbers for both scores."
        )
    return found


def _row(sheet: Sheet, line: Line, tops: Sequence[float]) -> _Row:
    value = {
        field: number_of(sheet.at(line, field))
        for field in ("score", "reference", "score_error", "reference_error", "n", "n_reference",
                      "guess")
    }  # fmt: skip
    score, reference = value["score"] / tops[0], value["reference"] / tops[1]
    questions = value["n_reference"] if value["n_reference"] > 0 else value["n"]
    return _Row(
        model=sheet.at(line, "model"), score=score, reference=reference,
        score_error=_error(value["score_error"] / tops[0], score, value["n"]),
        reference_error=_error(value["reference_error"] / tops[1], reference, questions),
        named=_is_reference(sheet.at(line, "role")), released=date_of(sheet.at(line, "released")),
        guess=value["guess"],
    )  # fmt: skip


def _error(given: float, score: float, questions: float) -> float:
    """The standard error, given or from the number of questions; NaN where neither is known."""
    if given >= 0:
        return given
    return float(constat.binomial_error([score], questions)[0]) if questions > 0 else np.nan


def _is_reference(cell: str) -> bool:
    return number_of(cell) == 1 or plain(cell).startswith(_REFERENCE)


def _known(path: Path, groups: dict[tuple[str, str], list[_Row]], names: Collection[str]) -> None:
    there = {row.model for members in groups.values() for row in members}
    unknown = [name for name in names if name not in there]
    if unknown:
        raise UsageError(
            f"{path} 里没有模型 {'、'.join(unknown)}。有的是：{'、'.join(sorted(there))}。",
            f"{path} has no model {', '.join(unknown)}. It has: {', '.join(sorted(there))}.",
        )


def _references(
    members: Sequence[_Row], named: Collection[str], published: date | None
) -> list[_Row]:
    if named:
        return [row for row in members if row.model in named]
    marked = [row for row in members if row.named]
    if marked or published is None:
        return marked
    return [row for row in members if row.released is not None and row.released < published]


def _guesses(
    group: str, kind: str, members: Sequence[_Row], guess: float | None, reference: float | None
) -> tuple[float, float]:
    """What guessing scores, on the reference questions first."""
    column = [row.guess for row in members if not np.isnan(row.guess)]
    known = next((g for name, g in GUESSES.items() if plain(group).startswith(name)), 0.0)
    public = guess if guess is not None else column[0] if column else known
    other = next((g for name, g in GUESSES.items() if plain(kind).startswith(name)), public)
    public, other = (g / 100 if g > 1 else g for g in (public, other))
    return (other if reference is None else reference, public)


def _told(name: str, levels: tuple[float, float], given: float | None) -> list[Text]:
    """What guessing was taken to score, where nobody said so."""
    if given is not None or not levels[1]:
        return []
    level = points(levels[1])
    return [
        Text(
            f"{name}：瞎猜算能得 {level} 分；不对的话请用 --guess 写明。",
            f"{name}: guessing is taken to score {level}; if that is wrong, say so with --guess.",
        )
    ]


# --- testing ------------------------------------------------------------------------------------


def _group(
    members: Sequence[_Row], references: Sequence[_Row], models: Collection[str] | None,
    guess: tuple[float, float], draws: int,
) -> tuple[list[Contamination], list[Text]]:  # fmt: skip
    """The models of one benchmark against its references."""
    names = {row.model for row in references}
    wanted = [r for r in members if (r.model in models if models else r.model not in names)]
    found: list[Contamination] = []
    notes: list[Text] = []
    if any(np.isnan([r.score_error, r.reference_error]).any() for r in [*wanted, *references]):
        notes.append(_NO_ERRORS)
    shared: dict[tuple[str, ...], constat.Draws | None] = {}
    for row in wanted:
        others = [r for r in references if r.model != row.model]
        key = tuple(r.model for r in others)
        if key not in shared:
            shared[key] = _draws(others, guess, draws)
        found.append(_one(row, others, shared[key], is_reference=row.model in names))
    known = [row.p for row in found if row.p is not None]
    adjusted = iter(benjamini_hochberg(np.asarray(known, dtype=np.float64)).tolist())
    corrected = [
        row if row.p is None else replace(row, p_adjusted=next(adjusted), adjustment="bh")
        for row in found
    ]
    return [judged(row) for row in corrected], notes


def _draws(
    references: Sequence[_Row], guess: tuple[float, float], draws: int
) -> constat.Draws | None:
    if len(references) < FEWEST:
        return None
    try:
        return constat.draws_of_scores(
            [r.reference for r in references], [r.score for r in references],
            x_error=_zeroed([r.reference_error for r in references]),
            y_error=_zeroed([r.score_error for r in references]), guess=guess, draws=draws,
        )  # fmt: skip
    except ValueError:
        return None  # fewer than 5 different scores: no curve


def _one(
    row: _Row, references: Sequence[_Row], drawn: constat.Draws | None, *, is_reference: bool
) -> Contamination:
    bare = Contamination(
        model=row.model, bank="", origin="table", public=row.score, hidden=row.reference,
        gap=row.score - row.reference, references=tuple(r.model for r in references),
    )  # fmt: skip
    if drawn is None:
        few: Refusal = "is-reference" if is_reference else "few-references"
        enough = len(references) >= FEWEST
        why: Refusal = "no-spread" if enough else few if references else "no-references"
        return replace(bare, refusal=why)
    errors = _zeroed([row.score_error, row.reference_error])
    gap = constat.gap_of_score(
        drawn, score=row.score, reference=row.reference, error=float(errors[0]),
        reference_error=float(errors[1]),
    )  # fmt: skip
    return of_gap(bare, gap, blind=bool(np.isnan([row.score_error, row.reference_error]).any()))


def of_gap(bare: Contamination, gap: constat.Gap, *, blind: bool = False) -> Contamination:
    """A row with what ConStat found; `blind`: the errors of the scores are not known."""
    if gap.beyond:
        return replace(bare, refusal="beyond")
    equal = tost(estimate=gap.delta, error=gap.error, margin=MARGIN)
    return replace(
        bare, method="spline", gap=gap.delta, low=gap.low, high=gap.high,
        # Without the errors of the scores only the references' scatter says what chance does.
        p=max(gap.p, gap.scatter_p) if blind else gap.p, scatter_p=gap.scatter_p,
        detectable=None if blind else gap.detectable, equivalence_p=None if blind else equal.p,
        equivalent=not blind and equal.p <= SUSPICIOUS, level=gap.level,
    )  # fmt: skip


def _zeroed(errors: Sequence[float]) -> Floats:
    return np.nan_to_num(np.asarray(errors, dtype=np.float64), nan=0.0)


_NO_ERRORS = Text(
    "表里没有标准误，也没有题数：得分本身的误差不知道，只能看参照模型之间差多远。"
    "加上 se 或 n 一列会更准。",
    "The table has neither standard errors nor numbers of questions: the noise of the scores is "
    "not known, and only how far the references scatter counts. A column se or n would help.",
)
