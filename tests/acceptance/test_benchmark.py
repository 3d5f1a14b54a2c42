"""The benchmark itself: that its command runs, and that it measures the whole job.

How fast it was is not asserted here: this machine may be doing ten other things. `run.py` refuses
to print a table unless every program reached a score of 0.900 over 2,000 distinct questions.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RUN = Path(__file__).parents[2] / "benchmarks" / "run.py"


def test_the_benchmark_runs_and_prints_its_table() -> None:
    """`make bench` runs this very script, with the Python of its own virtual environment."""
    shown = subprocess.run(
        ["make", "-n", "bench"], cwd=RUN.parents[1], capture_output=True, text=True, check=True
    ).stdout
    assert "benchmarks/run.py" in shown
    assert "benchmarks/pages.py" in shown
    done = subprocess.run(
        [sys.executable, str(RUN), "--quick"], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split("|") for line in done.stdout.splitlines() if line.startswith("| 0 | 64 |")]
    assert [row[3].strip() for row in rows] == ["bare loop", "Mingan"]
    mingan = [float(cell) for cell in rows[1][4:9]]
    wall, rate, _, cpu, _ = mingan
    assert 0 < wall < 300
    assert rate > 0
    assert cpu > 0
    assert "distributions" in done.stdout


def test_the_pages_are_timed_too() -> None:
    """Its exit status tells of slow pages, and a busy machine may have them; the table is there."""
    pages = RUN.parent / "pages.py"
    done = subprocess.run(
        [sys.executable, str(pages), "--quick", "--repeats", "1"],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    rows = [line for line in done.stdout.splitlines() if line.startswith("| 311 × 14 |")]
    assert len(rows) == 3, done.stderr
    assert all("ms" in row for row in rows)
