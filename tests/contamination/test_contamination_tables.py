"""Files of scores: columns in any spelling, any scale, and one sentence for what is wrong."""

from __future__ import annotations

import gzip
import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from mingan.contamination import look_at_dates, look_at_table
from mingan.contamination.columns import date_of, number_of, top_of
from mingan.errors import BankError, UsageError
from mingan.reports.contaminated import Contamination, ContaminationReport


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGAN_LANG", "en")


REFS = [f"ref{i:02d}" for i in range(12)]


def scores(leaked: float = 0.2) -> list[tuple[str, float, float]]:
    """Twelve references about a curve, an honest model and one that gained."""
    rng = np.random.default_rng(2)
    found = []
    for i, name in enumerate(REFS):
        x = 0.3 + 0.05 * i
        found.append((name, x**1.3 + rng.normal(0, 0.01), x))
    return [*found, ("honest", 0.6**1.3, 0.6), ("seen", 0.6**1.3 + leaked, 0.6)]


def write(path: Path, header: str, rows: list[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def by_model(report: ContaminationReport) -> dict[str, Contamination]:
    return {row.model: row for row in report.rows}


def test_a_table_of_shares_with_numbers_of_questions(tmp_path: Path) -> None:
    rows = [f"{m},{s:.4f},{x:.4f},1000" for m, s, x in scores()]
    path = write(tmp_path / "t.csv", "model,score,reference score,n", rows)
    found = by_model(look_at_table(path, references=REFS))
    assert set(found) == {"honest", "seen"}
    assert found["seen"].verdict == "contaminated"
    assert found["seen"].gap == pytest.approx(0.2, abs=0.03)
    assert found["honest"].verdict == "no sign of it"
    assert found["honest"].references == tuple(REFS)


@pytest.mark.parametrize(
    "header",
    ["模型,得分,参照得分,标准误,参照标准误",
     "Model Name,score_model,score_model_ref,score_model_std,score_model_ref_std",
     "llm,GSM8K,GSM8K new,SE,ref se"],
)  # fmt: skip
def test_percentages_other_spellings_and_gzip(tmp_path: Path, header: str) -> None:
    rows = [f"{m},{100 * s:.2f},{100 * x:.2f},1.2,1.2" for m, s, x in scores()]
    plain = write(tmp_path / "t.csv", header, rows)
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(plain.read_bytes()))
    found = by_model(look_at_table(path, references=REFS))
    assert found["seen"].verdict == "contaminated"
    assert found["seen"].gap == pytest.approx(0.2, abs=0.03)
    assert not found["honest"].accused


def test_references_by_a_column_or_by_their_dates(tmp_path: Path) -> None:
    rows = [
        f"{m},{s},{x},500,{'yes' if m in REFS else ''},{2022 if m in REFS else 2024}-03-01"
        for m, s, x in scores()
    ]
    marked = write(tmp_path / "a.csv", "model,score,hidden,n,is_reference,released", rows)
    assert set(by_model(look_at_table(marked))) == {"honest", "seen"}
    dated = write(tmp_path / "b.csv", "model,score,hidden,n,remark,released", rows)
    assert look_at_table(dated).rows[0].refusal == "no-references"
    by_date = by_model(look_at_table(dated, published=date(2023, 1, 1)))
    assert by_date["seen"].verdict == "contaminated"


def test_several_benchmarks_in_one_table_are_kept_apart(tmp_path: Path) -> None:
    rows = [f"{b},{m},{s},{x},800" for b in ("mmlu", "gsm8k") for m, s, x in scores()]
    path = write(tmp_path / "t.csv", "benchmark,model,score,reference score,n", rows)
    report = look_at_table(path, references=REFS)
    assert {(row.bank, row.model) for row in report.rows} == {
        (b, m) for b in ("mmlu", "gsm8k") for m in ("honest", "seen")
    }
    (note,) = report.notes
    assert "mmlu: guessing is taken to score 25" in note.en
    assert not look_at_table(path, references=REFS, guess=0.2, where=["benchmark=mmlu"]).notes
    one = look_at_table(path, references=REFS, where=["benchmark=mmlu"], models=["seen", "ref03"])
    assert {row.model for row in one.rows} == {"seen", "ref03"}
    assert len(by_model(one)["ref03"].references) == 11


def test_without_errors_the_scatter_of_references_decides_and_it_is_said(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.csv", "model,score,reference", [f"{m},{s},{x}" for m, s, x in scores()]
    )
    report = look_at_table(path, references=REFS)
    found = by_model(report)
    assert found["seen"].p == pytest.approx(max(found["seen"].scatter_p or 0, 0.001), abs=0.002)
    assert found["honest"].verdict == "cannot tell"
    assert any("standard errors" in note.en for note in report.notes)


def test_few_references_and_a_model_beyond_them_bear_no_p_value(tmp_path: Path) -> None:
    rows = [f"{m},{s},{x},900" for m, s, x in [*scores(), ("best", 0.99, 0.99)]]
    path = write(tmp_path / "t.csv", "model,score,reference,n", rows)
    few = by_model(look_at_table(path, references=REFS[:4]))
    assert {(row.p, row.refusal) for row in few.values()} == {(None, "few-references")}
    middle = by_model(look_at_table(path, references=REFS[:9]))
    assert (middle["best"].p, middle["best"].refusal) == (None, "beyond")
    flat = write(tmp_path / "f.csv", "model,score,reference,n",
                 [f"{m},0.5,0.5,100" for m in [*REFS, "m"]])  # fmt: skip
    assert not look_at_table(flat, references=REFS).rows[0].accused
    still = write(tmp_path / "s.csv", "model,score,reference,n",
                  [f"{m},0,0,100" for m in [*REFS, "m"]])  # fmt: skip
    assert look_at_table(still, references=REFS).rows[0].refusal == "no-spread"


def test_what_is_wrong_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BankError, match="no file"):
        look_at_table(tmp_path / "none.csv")
    bare = write(tmp_path / "a.csv", "name,words", ["m,good"])
    with pytest.raises(UsageError, match="lacks these columns: score, reference score"):
        look_at_table(bare)
    twice = write(tmp_path / "b.csv", "model,score,reference", ["m,0.5,0.4", "m,0.6,0.4"])
    with pytest.raises(UsageError, match="row 3: m is there twice"):
        look_at_table(twice)
    fine = write(tmp_path / "c.csv", "model,score,reference", ["m,0.5,0.4", "k,0.6,0.4"])
    with pytest.raises(UsageError, match="no model ghost"):
        look_at_table(fine, references=["ghost"])
    with pytest.raises(UsageError, match="--where takes COLUMN=VALUE"):
        look_at_table(fine, where=["colour=red"])
    with pytest.raises(UsageError, match="No row"):
        look_at_table(fine, where=["model=x"])
    empty = write(tmp_path / "d.csv", "model,score,reference score", ["m,,", "k,,"])
    with pytest.raises(UsageError, match="numbers for both"):
        look_at_table(empty)
    none = write(tmp_path / "f.csv", "model,score,reference score", [])
    with pytest.raises(UsageError, match="no row of data"):
        look_at_table(none)
    (tmp_path / "e.csv.gz").write_bytes(b"no gzip")
    with pytest.raises(UsageError, match="unpack"):
        look_at_table(tmp_path / "e.csv.gz")


# --- dates --------------------------------------------------------------------------------------


def results(seed: int = 3) -> list[tuple[str, str, str, float]]:
    """(question, model, date, score) of eight models; `leaky` knows half of the old questions."""
    rng = np.random.default_rng(seed)
    names = [*(f"m{i}" for i in range(7)), "leaky"]
    ability = np.linspace(-2, 1.5, 8)
    ability[-1] = -0.5
    found = []
    for j in range(140):
        hard = rng.normal(0 if j < 70 else 0.7, 1.5)
        day = f"2023-{1 + j // 14:02d}-{1 + j % 14:02d}"
        for name, theta in zip(names, ability, strict=True):
            right = rng.random() < 1 / (1 + np.exp(hard - theta))
            known = name == "leaky" and j < 70 and rng.random() < 0.6
            found.append((f"q{j}", name, day, float(right or known)))
    return found


def test_dated_results_find_the_one_that_knew_the_old_questions(tmp_path: Path) -> None:
    rows = [f"{q},{m},{d},{100 * s:g}" for q, m, d, s in results()]
    path = write(tmp_path / "d.csv", "question_id,model,date,pass@1", rows)
    report = look_at_dates(path, cut=date(2023, 6, 1))
    assert [row.model for row in report.alarms] == ["leaky"]
    assert report.rows[0].cut == "2023-06-01"
    (only,) = look_at_dates(path, cut=date(2023, 6, 1), models=["m3"]).rows
    assert not only.accused
    with pytest.raises(UsageError, match="--cut"):
        look_at_dates(path)


def test_one_column_for_each_model_and_other_dates(tmp_path: Path) -> None:
    cells: dict[tuple[str, str], dict[str, float]] = {}
    for q, m, d, s in results():
        cells.setdefault((q, d.replace("-", "/") + " 08:00"), {})[m] = s
    names = list(next(iter(cells.values())))
    rows = [f"{q},{d},{','.join(str(bool(c[n])) for n in names)}" for (q, d), c in cells.items()]
    path = write(tmp_path / "w.csv", f"题号,日期,{','.join(names)}", rows)
    report = look_at_dates(path, cut=date(2023, 6, 1))
    assert [row.model for row in report.alarms] == ["leaky"]
    assert len(report.rows) == 8


def test_every_model_may_have_its_own_cut(tmp_path: Path) -> None:
    own = {"leaky": "2023-06-01", "m0": ""}
    rows = [f"{q},{m},{d},{s:g},{own.get(m, '2023-06-01')}" for q, m, d, s in results()]
    path = write(tmp_path / "d.csv", "question,model,date,correct,cutoff", rows)
    found = by_model(look_at_dates(path))
    assert found["leaky"].verdict == "contaminated"
    assert (found["m0"].p, found["m0"].refusal) == (None, "no-date")


def test_what_is_wrong_with_dated_results_is_said(tmp_path: Path) -> None:
    lacking = write(tmp_path / "a.csv", "model,score", ["m,1"])
    with pytest.raises(UsageError, match="lacks these columns: question, date"):
        look_at_dates(lacking, cut=date(2023, 6, 1))
    no_days = write(tmp_path / "b.csv", "question,model,date,score", ["q,m,soon,1"])
    with pytest.raises(UsageError, match="no date that can be read"):
        look_at_dates(no_days, cut=date(2023, 6, 1))
    words = write(tmp_path / "c.csv", "question,model,date,score", ["q,m,2023-01-01,good"])
    with pytest.raises(UsageError, match="holds no numbers"):
        look_at_dates(words, cut=date(2023, 6, 1))
    one = write(tmp_path / "e.csv", "question_id,contest_date,pass@1,rating", ["q,2023-01-01,1,9"])
    with pytest.raises(UsageError, match="no models and scores"):
        look_at_dates(one, cut=date(2023, 6, 1))
    above = write(tmp_path / "d.csv", "question,model,date,score", ["q,m,2023-01-01,7"])
    with pytest.raises(UsageError, match="--top"):
        look_at_dates(above, cut=date(2023, 6, 1), top=5)


# --- cells --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value"),
    [("0.5", 0.5), ("50%", 0.5), ("1,234", 1234), ("TRUE", 1), ("错", 0),
     ("[1, 0, true, False]", 0.5), (".5", 0.5), ("1e-3", 0.001), ("", math.nan),
     ("n/a", math.nan), ("[]", math.nan)],
)  # fmt: skip
def test_numbers_in_cells(cell: str, value: float) -> None:
    assert number_of(cell) == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize(
    ("cell", "day"),
    [("2023-09-01", date(2023, 9, 1)), ("2023/9/1 10:00", date(2023, 9, 1)),
     ("2023年9月1日", date(2023, 9, 1)), ("2023-09", date(2023, 9, 1)),
     ("2023-08-21T00:00:00", date(2023, 8, 21)), ("soon", None), ("2023-13-01", None), ("", None)],
)  # fmt: skip
def test_dates_in_cells(cell: str, day: date | None) -> None:
    assert date_of(cell) == day


def test_the_highest_score_is_seen_or_given() -> None:
    assert top_of([0.2, 1.0]) == 1
    assert top_of([0.2, 64.0]) == 100
    assert top_of([3, 7], given=10) == 10
    assert top_of([math.nan]) == 1
