"""A judge on Z-Bench answers that people have judged, from the question to the corrected score.

`benchmarks/real_judge.py` is what is measured and what the README's figures come from. Here it is
run with a scripted judge of known quality on thirty answers, and with a real model: the smallest
there is, on three answers, or the one named in MINGAN_TEST_JUDGE on thirty (half an hour on two
busy cores). What a real model says is nobody's to foretell; what is said of it is.
"""

from __future__ import annotations

import csv
import importlib.util
import os
import re
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mingan import shelf
from mingan.models.protocol import Request
from mingan.models.scripted import ScriptedModel
from mingan.models.weights import cached
from mingan.records import Generation, ModelCard

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "real_judge.py"
SMALLEST = "smollm2-135m"


@pytest.fixture(scope="module")
def script() -> Any:
    spec = importlib.util.spec_from_file_location("real_judge", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_a_scripted_judge_of_thirty_answers(script: Any, test_data: Path, tmp_path: Path) -> None:
    """It follows people but for every fifth answer, as told from the prompt that is before it."""
    with (test_data / "zbench" / "human-verdicts.csv").open(encoding="utf-8-sig") as file:
        said = {r["question"]: r["verdict"] for r in csv.DictReader(file) if r["model"] == "讯飞"}
    prompts = {}
    for table in ("common", "emergent", "specialized"):
        with (test_data / "zbench" / f"{table}.samples.csv").open(encoding="utf-8-sig") as file:
            for number, row in enumerate(list(csv.reader(file))[1:], start=1):
                name = f"{table}-{number:03d}"
                if name in said:
                    prompts[name] = "".join(row[0].split())

    def judge(request: Request) -> str:
        shown = "".join("".join(message["content"] for message in request.messages).split())
        name = max((n for n, p in prompts.items() if p in shown), key=lambda n: len(prompts[n]))
        right = (said[name] == "right") != (sorted(said).index(name) % 5 == 0)
        return f'{{"理由": "照着写", "判定": "{"对" if right else "错"}", "得分": {{}}}}'

    card = ModelCard(name="照着判", kind="scripted")
    found = script.measure(
        test_data, tmp_path / "w.db", judge=card, model="讯飞", answers=30, people=15,
        made={card.name: ScriptedModel(card, judge)},
    )  # fmt: skip
    assert found["answers"] == 30
    record = found["record"]
    assert record["pairs"] >= 25
    assert 0.65 <= record["agreement"]["raw"] <= 0.95
    assert record["agreement"]["raw_low"] < record["agreement"]["raw_high"]
    (corrected,) = found["corrected"]
    assert corrected["people"] == 15
    assert corrected["low"] <= found["people_on_all"] <= corrected["high"]
    assert any("校正后" in sentence.zh for sentence in found["said"])


@pytest.mark.skipif(
    not cached(os.environ.get("MINGAN_TEST_JUDGE", SMALLEST)),
    reason="the weights of the judge are not here: mingan models fetch smollm2-135m",
)
def test_a_real_judge_from_end_to_end(script: Any, test_data: Path, tmp_path: Path) -> None:
    name, answers = os.environ.get("MINGAN_TEST_JUDGE", ""), 30
    (card,) = shelf.cards([name or SMALLEST])
    if not name:
        answers = 2
        card = msgspec.structs.replace(card, generation=Generation(temperature=0, max_tokens=24))
    found = script.measure(
        test_data, tmp_path / "w.db", judge=card, model="讯飞", answers=answers,
        people=max(2, answers // 2),
    )  # fmt: skip
    assert found["answers"] == answers
    assert set(found["verdicts"]) <= {"right", "wrong", "unsure", "ungraded"}
    record, verdicts = found["record"], found["verdicts"]
    assert record["pairs"] + record["unread"] == answers
    # What could not be read is no verdict, and is counted as that.
    assert verdicts.pop("ungraded", 0) == record["unread"]
    assert sum(verdicts.values()) == record["judged"] == answers - record["unread"]
    for row in found["corrected"]:
        assert 0 <= row["low"] <= row["high"] <= 1
        if record["pairs"] == answers:
            assert row["low"] <= row["score"] <= row["high"]
    said = "\n".join(sentence.zh for sentence in found["said"])
    print(said)
    assert "裁判" in said
    if found["record"]["pairs"]:
        assert re.search(r"95% 区间 \d+% 到 \d+%", said)
    if found["record"]["pairs"] == answers:
        assert re.search(r"校正后 \d+ 分", said)
