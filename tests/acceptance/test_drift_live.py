"""Drift from end to end: a real local model that stays, and a scripted one that changes on day 9.

Both are asked by the command line, as a person would, on a clock that is told which day it is.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from mingan.cli.app import run
from mingan.models.weights import cached

LOCAL = "smollm2-135m"
QUESTIONS = "id,prompt,answer\n" + "".join(
    f"q{i},{i} 是质数吗？只回答是或否。,{'是' if all(i % d for d in range(2, i)) else '否'}\n"
    for i in range(11, 51)
)
CHANGES = """
[[model]]
name = "会变的"
kind = "scripted"
script = "says.jsonl"
"""


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("MINGAN_WORKSPACE", "MINGAN_MODELS"):
        monkeypatch.delenv(name, raising=False)
    Path("q.csv").write_text(QUESTIONS, "utf-8")


def asked(capsys: pytest.CaptureFixture[str], model: str, day: str, *more: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["drift", model, "--bank", "q.csv", "--day", day, "--json", *more]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert isinstance(row, dict)
    return row


def test_the_local_model_asked_a_day_apart_has_not_changed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("xllamacpp", reason="the extra [local] is not installed")
    if cached(LOCAL) is None:
        pytest.skip(f"the weights of {LOCAL} are not in the cache")
    Path("models.toml").write_text(
        f'[[model]]\nname = "本机"\nkind = "local"\nmodel = "{LOCAL}"\n'
        "generation = {temperature = 0, max_tokens = 24}\n",
        "utf-8",
    )
    first = asked(capsys, "本机", "2026-03-01", "--limit", "12")
    assert (first["verdict"], first["questions"]) == ("cannot tell yet", 12)
    second = asked(capsys, "本机", "2026-03-02")
    assert second["verdict"] == "no change"
    assert second["days"][1]["asked"] == 12
    assert second["days"][1]["same_text"]["of"] >= 10
    assert second["alarm_day"] is None
    assert "没有看到" in second["sentence_zh"]


def test_a_model_that_changes_on_day_9_is_caught_and_the_report_says_when(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is right nine times in ten, whenever it is asked, and from day 9 on six times in ten."""
    lines = []
    chance = random.Random(9)
    for row in QUESTIONS.splitlines()[1:]:
        name, _, answer = row.split(",")
        other = {"是": "否", "否": "是"}[answer]
        for day in range(1, 15):
            rate = 0.4 if day >= 9 else 0.1
            texts = [other if chance.random() < rate else answer for _ in range(2)]
            lines.append({"question": name, "texts": texts, "from": f"2026-03-{day:02}"})
    Path("says.jsonl").write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8"
    )
    Path("models.toml").write_text(CHANGES, "utf-8")
    verdicts = {}
    for day in range(1, 15):
        row = asked(capsys, "会变的", f"2026-03-{day:02}")
        verdicts[day] = row["verdict"]
    assert "changed" not in {verdicts[day] for day in range(1, 9)}
    assert verdicts[14] == "changed"
    assert row["since"] in ("2026-03-08", "2026-03-09", "2026-03-10")
    assert "2026-03-09" <= row["alarm_day"] <= "2026-03-13"
    assert row["high"] < 0
    assert f"从 {row['since']} 起" in row["sentence_zh"]
    assert f"since about {row['since']}" in row["sentence_en"]
    assert run(["drift", "会变的", "--look"]) == 0
    shown = capsys.readouterr().out
    assert f"从 {row['since']} 起" in shown
    assert [line for line in shown.splitlines() if row["alarm_day"] in line and "警报" in line]
