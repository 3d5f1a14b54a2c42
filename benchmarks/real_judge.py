"""Have a real judge model judge Z-Bench answers that people have judged, and say what it is worth.

    python benchmarks/real_judge.py DATA [--judge qwen2.5-coder-1.5b] [--model 讯飞] [--answers 30]
                                    [--people 15] [--workspace FILE] [--json FILE]

DATA is the folder that holds zbench/, with human-verdicts.csv in it. The judge sees `--answers`
answers of one model; what it has judged stays in the workspace, so the same command goes on where
it stopped. Then people's verdicts on all of them give the judge's track record, and those on
`--people` of them, drawn by a fixed seed, the corrected score, beside what people say of all.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mingan import Workspace, judges, trust
from mingan.language import Text
from mingan.models.protocol import Model
from mingan.records import ModelCard
from mingan.reports.trust_documents import trust_document
from mingan.reports.trust_sentences import corrected_sentence, record_sentences
from mingan.reports.trusted import TrustTable
from mingan.verdicts import bring_verdicts

BANK = "zbench"
SEED = 0
Row = dict[str, str]


def measure(
    data: Path, workspace: Path, *, judge: str | ModelCard, model: str, answers: int, people: int,
    made: Mapping[str, Model] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The figures, and the sentences that say them (under `said`)."""
    with (data / "zbench" / "human-verdicts.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["model"] == model]
    name = judge if isinstance(judge, str) else judge.name
    with Workspace.open(workspace) as opened:
        if not opened.store.banks():
            opened.import_(data / "zbench", name=BANK)
            opened.grade()
        summary = judges.judge(
            opened, judges=[judge], bank=BANK, models=[model], limit=answers, made=made,
            which=[row["question"] for row in rows],
        )  # fmt: skip
        seen = _judged(opened, name)
    mine = [row for row in rows if row["question"] in seen]
    drawn = random.Random(SEED).sample(mine, min(people, len(mine)))
    record = _with_people(workspace, mine, name, model)
    corrected = _with_people(workspace, drawn, name, model)
    right = sum(row["verdict"] == "right" for row in mine)
    said = [
        *record_sentences(record.record),
        *(corrected_sentence(row) for row in corrected.models),
        Text(
            f"人判全部 {len(mine)} 个：对 {right} 个，{100 * right / max(len(mine), 1):.0f} 分。",
            f"People on all {len(mine)}: {right} right, {100 * right / max(len(mine), 1):.0f}.",
        ),
    ]
    return {
        "judge": name,
        "model": model,
        "answers": summary.cases,
        "verdicts": summary.verdicts,
        "unheard": summary.unheard,
        "seconds": summary.outcome.seconds,
        "people_on_all": right / max(len(mine), 1),
        "record": trust_document(record)["record"],
        "corrected": trust_document(corrected)["models"],
        "said": said,
    }


def _judged(workspace: Workspace, judge: str) -> set[str]:
    """Questions of which the judge has looked at an answer."""
    gathered = workspace.gather(bank=BANK)
    grades = workspace.store.all_grades()
    contents = {grade.answer for grade in grades if grade.by == judge}
    return {place[1] for place, a in gathered.answers.items() if a.content in contents}


def _with_people(workspace: Path, rows: Sequence[Row], judge: str, model: str) -> TrustTable:
    """What is known with these verdicts by people, in a copy that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        copy, table = Path(folder) / "copy.db", Path(folder) / "people.csv"
        shutil.copy(workspace, copy)
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ["question", "model", "verdict"])
            writer.writeheader()
            writer.writerows(rows)
        with Workspace.open(copy) as opened:
            bring_verdicts(opened.store, table, bank=BANK)
            return trust.look(opened.store, judge, bank=BANK, models=[model], rules=False)


def main() -> None:
    """Measure, print what there is to say, and keep the figures if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--judge", default="qwen2.5-coder-1.5b")
    parser.add_argument("--model", default="讯飞")
    parser.add_argument("--answers", type=int, default=30)
    parser.add_argument("--people", type=int, default=15)
    parser.add_argument("--workspace", type=Path, default=Path("real-judge.db"))
    parser.add_argument("--json", type=Path)
    wish = parser.parse_args()
    found = measure(
        wish.data, wish.workspace, judge=wish.judge, model=wish.model, answers=wish.answers,
        people=wish.people,
    )  # fmt: skip
    for sentence in found["said"]:
        print(sentence.say())
    print(f"{found['verdicts']}, {found['unheard']} unread, {found['seconds']:.0f} s")
    if wish.json:
        wish.json.write_text(json.dumps(found, ensure_ascii=False, indent=2), "utf-8")


if __name__ == "__main__":
    main()
