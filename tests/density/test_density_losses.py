"""A table of one's own training runs: read, fitted, held out, said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mingan.cli.app import run
from mingan.density.losses import read_runs
from mingan.scaling.loss_laws import LossLaw

LAW = LossLaw(A=400.0, B=2000.0, E=1.8, alpha=0.34, beta=0.37)
SIZES = [1e7 * 3**i for i in range(6)]
TOKENS = [1e9 * 4**i for i in range(4)]


def table(folder: Path, rows: list[str], heads: str = "N,D,Loss") -> str:
    file = folder / "runs.csv"
    file.write_text("\n".join([heads, *rows]) + "\n", encoding="utf-8")
    return str(file)


def lawful() -> list[str]:
    return [f"{n:.0f},{d:.0f},{float(LAW.loss(n, d)):.9f}" for n in SIZES for d in TOKENS]


def test_a_lawful_table_is_foretold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = table(tmp_path, lawful())
    assert run(["density", "losses", file, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["loss"]["mape"] < 1e-5
    assert document["law"]["alpha"] == pytest.approx(LAW.alpha, abs=1e-3)
    assert run(["density", "losses", file]) == 0
    assert "定律更准" in capsys.readouterr().out


def test_where_no_law_holds_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # The large runs came to just what the largest of the small ones did.
    places = [(n, d) for n in SIZES for d in TOKENS]
    last = max((6 * n * d, float(LAW.loss(n, d))) for n, d in places if 6 * n * d < 1.2e19)[1]
    rows = [
        f"{n:.0f},{d:.0f},{last if 6 * n * d >= 1e20 else float(LAW.loss(n, d)):.6f}"
        for n, d in places
    ]
    file = table(tmp_path, rows)
    assert run(["density", "losses", file, "--below", "1.2e19", "--above", "1e20"]) == 0
    assert "没有更准" in capsys.readouterr().out


def test_flop_gives_the_tokens_and_the_other_way_round(tmp_path: Path) -> None:
    runs = read_runs(Path(table(tmp_path, ["100,600000,3", "200,1200,3.5"], "参数量,FLOP,损失")))
    assert list(runs.tokens) == [1000.0, 1.0]
    other = read_runs(Path(table(tmp_path, ["100,1000,3"])))
    assert list(other.compute) == [600000.0]
    assert other.score is None


def test_units_odd_headings_and_empty_cells_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ["70M,1.4,3.9", "1.5亿,3,3.5", '"160,000,000",n/a,3.4', "0.2 B,4,", "160,3,3.1"]
    file = Path(table(tmp_path, rows, "Model_Size (M),Training Tokens (B),Final Loss"))
    runs = read_runs(file)
    assert runs.parameters.tolist() == [7e7, 1.5e8, 1.6e8]
    assert runs.tokens.tolist() == pytest.approx([1.4e9, 3e9, 3e9])
    assert runs.left_out == 2
    file = Path(table(tmp_path, [*lawful(), "1e9,,3"]))
    assert run(["density", "losses", str(file)]) == 0
    assert "有 1 行缺了数" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("heads", "rows", "said"),
    [
        ("N,D", ["1,1"], "loss"),
        ("N,Loss", ["1,1"], "tokens"),
        ("N,D,Loss", ["1e9,1e9,0"], "第 2 行"),
        ("N,D,Loss", ["1e9,1e9,3", "x,1e9,3"], "第 3 行"),
        ("N,D,Loss", ["1e9,1e9,nan"], "没有哪一行"),
        ("N,D,Loss", ["1e9,1e9,inf"], "大于 0"),
        ("N,D,Loss,Score", ["1e9,1e9,3,55"], "得分大于 1"),
        ("N,D,Loss", [], "--below"),
        ("N,D,Loss", ["1e9,1e9,", ",1e9,3"], "没有哪一行"),
        ("N,D,Loss", ["-1e9,1e9,3"], "大于 0"),
        ("N,D,Loss", ["1e9,8x7B,3"], "大于 0"),
        ("N,D,Loss", ["1e9,1e9,3"] * 3, "--below"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], heads: str, rows: list[str], said: str
) -> None:
    assert run(["density", "losses", table(tmp_path, rows, heads)]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
