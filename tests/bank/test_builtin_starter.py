"""The starter bank: whole, original, and right wherever rightness can be computed."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import sqlite3
from collections import Counter, deque
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations, permutations, product
from math import prod
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

import mingan
from mingan.records import Question

PATH = Path(mingan.__file__).parent / "bank" / "builtin" / "starter.jsonl"
LINES = PATH.read_text(encoding="utf-8").splitlines()
ROWS: list[dict[str, Any]] = [json.loads(line) for line in LINES]
BANK: dict[str, Question] = {row["id"]: Question.from_json(json.dumps(row)) for row in ROWS}

TIERS = {"基础", "进阶", "垂直"}
GRADERS = {
    "choice", "number", "text", "yesno", "list", "set", "date", "sequence", "contains", "regex",
    "json", "label", "unanswerable",
}  # fmt: skip


def test_file_is_plain_jsonl() -> None:
    raw = PATH.read_bytes()
    assert raw.endswith(b"}\n")
    assert not raw.startswith(b"\xef\xbb\xbf")
    for line, row in zip(LINES, ROWS, strict=True):
        assert line == json.dumps(row, ensure_ascii=False)


def test_size_and_spread() -> None:
    assert len(ROWS) >= 48
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    assert len({row["prompt"] for row in ROWS}) == len(ROWS)
    tiers = Counter(row["tier"] for row in ROWS)
    assert set(tiers) == TIERS
    assert min(tiers.values()) >= 8
    assert len({tag for row in ROWS for tag in row["tags"]}) >= 15


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_row_is_a_whole_question(row: dict[str, Any]) -> None:
    assert set(row) <= set(Question.__struct_fields__), "a key that no question has"
    question = msgspec.json.decode(json.dumps(row).encode(), type=Question)
    assert question.grader in GRADERS
    assert 1 <= len(question.tags) <= 3
    assert question.prompt == question.prompt.strip()
    for text in (question.prompt, question.answer, question.why, question.note):
        assert text
        assert text.strip()
    assert question.why != question.note
    assert question.answer not in question.aliases


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_reference_fits_its_grader(row: dict[str, Any]) -> None:
    question = BANK[row["id"]]
    assert question.answer is not None
    assert bool(question.choices) == (question.grader == "choice")
    if question.grader == "choice":
        assert question.answer in "ABCDEFGH"[: len(question.choices)]
        assert len(set(question.choices)) == len(question.choices) >= 2
    if question.grader == "yesno":
        assert question.answer in {"是", "否"}
    if question.grader == "label":
        assert question.answer in question.params["labels"]
    if question.grader == "date":
        assert date.fromisoformat(question.answer)
    if question.grader == "regex":
        assert re.search(question.params["pattern"], question.answer)
    if question.grader == "json":
        schema, wanted = question.params["schema"], json.loads(question.answer)
        jsonschema.validate(wanted, schema)
        with pytest.raises(
            jsonschema.ValidationError
        ):  # the schema alone must tell right from wrong
            jsonschema.validate({**wanted, next(iter(wanted)): 99}, schema)


def test_no_letter_gives_the_choices_away() -> None:
    letters = Counter(row["answer"] for row in ROWS if row["grader"] == "choice")
    assert set(letters) >= set("ABCD")
    assert max(letters.values()) <= sum(letters.values()) / 2


def test_clusters_hold_minimal_pairs() -> None:
    clusters: dict[str, set[str | None]] = {}
    for question in BANK.values():
        if question.cluster:
            clusters.setdefault(question.cluster, set()).add(question.answer)
    assert clusters
    for name, answers in clusters.items():
        assert len(answers) == 2, f"{name}: the changed fact must flip the answer"


def test_snow_pattern_keeps_its_promises() -> None:
    pattern = BANK["starter-072"].params["pattern"]
    for good in ("窗外大雪落无声", " 雪落在他的肩上\n"):
        assert re.search(pattern, good)
    for text in (
        "窗外白雪落无声",
        "窗外大雪无声",
        "窗外大雨落无声",
        "窗外大雪落无声。",
        "好：大雪落无声",
    ):
        assert not re.search(pattern, text)


# --- independent computation of the references -------------------------------------------------


def printed(prompt: str) -> str:
    """What the program in the prompt (after its first blank line) prints."""
    heard = io.StringIO()
    with contextlib.redirect_stdout(heard):
        exec(prompt.split("\n\n", 1)[1], {})
    return heard.getvalue().strip()


def zeros() -> int:
    return sum(str(n).count("0") for n in range(1, 2027))


def lamps(count: int = 23, step: int = 4) -> int:
    ring = deque(range(1, count + 1))
    while len(ring) > 1:
        ring.rotate(1 - step)
        ring.popleft()
    return ring[0]


def horse(width: int = 9, height: int = 10) -> int:
    frontier, seen, steps = {(0, 0)}, {(0, 0)}, 0
    while (width - 1, height - 1) not in frontier:
        frontier = {
            (x + sx * dx, y + sy * dy)
            for x, y in frontier
            for dx, dy in ((1, 2), (2, 1))
            for sx, sy in product((1, -1), repeat=2)
            if 0 <= x + sx * dx < width and 0 <= y + sy * dy < height
        } - seen
        seen |= frontier
        steps += 1
    return steps


def rolled() -> int:
    """Faces as vectors: the die turns in space, and we look for the face that points up."""
    toward, right, up = (0, 1, 0), (1, 0, 0), (0, 0, 1)
    faces = {1: up, 2: toward, 3: right}
    faces |= {7 - n: (-v[0], -v[1], -v[2]) for n, v in faces.items()}
    turns: dict[str, Callable[[int, int, int], tuple[int, int, int]]] = {
        "右": lambda x, y, z: (z, y, -x),
        "左": lambda x, y, z: (-z, y, x),
        "向": lambda x, y, z: (x, z, -y),
        "离": lambda x, y, z: (x, -z, y),
    }
    for move in "右向向左离右":
        faces = {n: turns[move](*v) for n, v in faces.items()}
    return next(n for n, v in faces.items() if v == up)


def surface() -> int:
    cells = {c for c in product(range(3), repeat=3) if c.count(1) != 2}
    near = [d for d in product((-1, 0, 1), repeat=3) if sum(map(abs, d)) == 1]
    return sum(tuple(map(sum, zip(c, d, strict=True))) not in cells for c in cells for d in near)


def patches(prompt: str) -> int:
    grid = prompt.split("\n\n")[1].split("\n")
    tiles = {(r, c) for r, line in enumerate(grid) for c, mark in enumerate(line) if mark == "■"}
    label = {tile: n for n, tile in enumerate(tiles)}
    for _ in tiles:  # the smallest label spreads as far as tiles touch
        label = {
            (r, c): min(
                label.get(t, len(tiles))
                for t in ((r, c), (r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1))
            )
            for r, c in label
        }
    return len(set(label.values()))


def cake() -> str:
    guilty = []
    for eater in ("阿岚", "老杜", "小葛", "阿梅"):
        lan, du, mei = eater == "小葛", eater != "老杜", eater == "老杜"
        if [lan, du, lan or mei, mei].count(True) == 2:
            guilty.append(eater)
    return only(guilty)


def queue() -> str:
    fits = []
    for order in permutations(("小禾", "大柱", "阿宽", "丽丽", "阿吉")):
        at = {name: place for place, name in enumerate(order)}
        if (
            at["大柱"] < at["小禾"] - 1
            and at["阿宽"] == at["小禾"] + 1
            and at["丽丽"] > at["阿宽"]
            and 0 < at["阿吉"] < at["小禾"]
        ):
            fits.append("、".join(order))
    return only(fits)


def only(found: Iterable[str]) -> str:
    """The one thing found: a puzzle with two solutions is none."""
    (one,) = found
    return one


def dice() -> Fraction:
    kept = [pair for pair in product(range(1, 7), repeat=2) if 6 in pair]
    return Fraction(sum(sum(pair) % 2 == 0 for pair in kept), len(kept))


def candy() -> Fraction:
    pairs = list(combinations("红红绿绿绿", 2))
    return Fraction(sum(a != b for a, b in pairs), len(pairs))


def printers() -> int:
    pages, minute = 0, 0
    while pages < 450:
        pages += 12 + (0 if 6 <= minute < 11 else 18)
        minute += 1
    assert pages == 450
    return minute


def not_eighty() -> int:
    with contextlib.closing(sqlite3.connect(":memory:")) as base:
        base.execute("CREATE TABLE t (score INTEGER)")
        base.executemany("INSERT INTO t VALUES (?)", [(80,), (None,), (60,), (None,), (100,)])
        return int(base.execute("SELECT COUNT(*) FROM t WHERE score <> 80").fetchone()[0])


def congruential() -> int:
    x = 9
    for _ in range(8):
        x = (x * 37 + 11) % 101
    return x


def weekday() -> str:
    year = next(y for y in range(2000, 2030) if date(y, 3, 1).isoweekday() == 2)
    return "星期" + "一二三四五六日"[date(year, 3, 20).isoweekday() - 1]


def dots() -> int:
    return "".join("○" * n + "●" for n in range(1, 50))[:50].count("●")


def positive_is_ill() -> str:
    ill, healthy = 0.02 * 0.80, 0.98 * (1 - 0.95)
    return f"{100 * ill / (ill + healthy):.1f}%"


def odd_pairs() -> int:
    return sum(n for n in range(11, 60, 2) if n // 10 + n % 10 == 7)


def steps() -> str:
    word = "玻璃窗"
    return ("木" + word[0] + word[2])[::-1] + "#"


COMPUTED: dict[str, Callable[[str], object]] = {
    "starter-081": lambda _: 48 * 25,
    "starter-013": lambda _: 37 - 9,
    "starter-095": lambda _: 15 + 12,
    "starter-098": lambda p: 2**5,
    "starter-106": lambda _: len([5, 6, 7, 8]),
    "starter-011": lambda p: "、".join(sorted(re.findall(r"\d\.\d+", p), key=float)),
    "starter-086": lambda _: weekday(),
    "starter-080": printed,
    "starter-083": printed,
    "starter-041": printed,
    "starter-054": printed,
    "starter-089": lambda _: len(range(3, 31, 3)),
    "starter-035": lambda _: Fraction(288) / (Fraction(120, 100) * Fraction(80, 100)),
    "starter-088": lambda _: printers(),
    "starter-082": lambda _: candy(),
    "starter-002": lambda _: dice(),
    "starter-064": lambda _: 2**3 * 2,
    "starter-053": lambda _: surface(),
    "starter-016": lambda _: cake(),
    "starter-017": lambda _: queue(),
    "starter-065": lambda _: 3 + sum(n * n for n in range(1, 6)),
    "starter-033": lambda _: dots(),
    "starter-043": lambda p: ("△□□○" * 4)[len("△□□○△□□○△□") :][:4],
    "starter-008": lambda p: sum(p.split("”")[0].count(c) for c in "石师是识实事试十"),
    "starter-020": lambda _: date(2024, 2, 20) + timedelta(days=29),
    "starter-057": lambda _: 23 * 60 + 40 + 95 - 24 * 60,
    "starter-058": lambda _: odd_pairs(),
    "starter-049": lambda _: steps(),
    "starter-023": lambda p: prod(map(int, re.findall(r"\d+", p))),
    "starter-092": lambda _: zeros(),
    "starter-067": lambda _: lamps(),
    "starter-032": lambda _: horse(),
    "starter-068": lambda _: rolled(),
    "starter-026": lambda _: congruential(),
    "starter-045": patches,
    "starter-091": lambda _: positive_is_ill(),
    "starter-006": lambda _: f"{100 * (1.4 * 0.7 * 1.05 - 1):.1f}%",
    "starter-055": lambda _: sum(range(1000, 13000, 1000)) * 5 // 1000,
    "starter-005": lambda _: 1200000 // 2 // 4,
    "starter-050": lambda _: 18 * 10 * 5 // 100,
    "starter-031": lambda _: not_eighty(),
}


@pytest.mark.parametrize("name", COMPUTED)
def test_reference_equals_what_is_computed(name: str) -> None:
    assert str(COMPUTED[name](BANK[name].prompt)) == BANK[name].answer


def runs(text: str, length: int = 12) -> set[str]:
    return {text[i : i + length] for i in range(len(text) - length + 1)}


@pytest.mark.skipif("MINGAN_TEST_DATA" not in os.environ, reason="MINGAN_TEST_DATA is not set")
def test_no_prompt_shares_a_run_with_z_bench() -> None:
    theirs: set[str] = set()
    count = 0
    for path in sorted((Path(os.environ["MINGAN_TEST_DATA"]) / "zbench").glob("*.samples.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line in csv.DictReader(file):
                theirs |= runs("".join(line["Prompt"].split()))
                count += 1
    assert count == 311
    for question in BANK.values():
        text = "".join((question.prompt, *question.choices)).replace("\n", "")
        shared = runs("".join(text.split())) & theirs
        assert not shared, f"{question.id}: {sorted(shared)[:3]}"
