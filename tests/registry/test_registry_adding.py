"""Rows of one's own in one's own folder: all or none, and a mistake is named in the file given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mingan import registry
from mingan.cli.app import run
from mingan.errors import InputError, UsageError

MODELS = "name,kind,released,params_total,source\nMine-1B,base,2026-05-01,1000000000,mine\n"
SCORES = "model,benchmark,score,source\nMine-1B,MMLU,0.55,mine\n"
SOURCES = "source,title\nmine,measured by myself\n"


def files(folder: Path, **texts: str) -> list[Path]:
    found = []
    for name, text in texts.items():
        found.append(folder / f"{name}.csv")
        found[-1].write_text(text, "utf-8")
    return found


def test_a_model_of_ones_own_is_in_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = files(tmp_path, a=MODELS, b=SCORES, c=SOURCES)
    own = tmp_path / "own"
    assert run(["density", "add", *map(str, given), "--registry", str(own)]) == 0
    assert "models.csv 1" in capsys.readouterr().out
    assert run(["density", "--registry", str(own), "--benchmark", "MMLU", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    (mine,) = [row for row in rows if row["model"] == "Mine-1B"]
    assert mine["estimate"] > 1
    assert sorted(path.name for path in own.iterdir()) == [
        "models.csv",
        "scores.csv",
        "sources.csv",
    ]


def test_a_row_of_the_same_key_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    own = tmp_path / "own"
    for score in ("0.55", "0.60", "0.60"):
        tables = [registry.rows_of(each) for each in files(
            tmp_path, a=MODELS, b=SCORES.replace("0.55", score), c=SOURCES)]  # fmt: skip
        known = registry.add(own, dict(tables))
    assert [fact.score for fact in known.scores_of("Mine-1B")] == [0.60]
    assert [f.score for f in registry.load(own).scores_of("Mine-1B")] == [0.60]


def test_all_or_nothing(tmp_path: Path) -> None:
    own = tmp_path / "own"
    registry.add(own, dict(registry.rows_of(f) for f in files(tmp_path, a=MODELS, c=SOURCES)))
    before = {path.name: path.read_bytes() for path in own.iterdir()}
    (unknown,) = files(tmp_path, d=SCORES.replace("Mine-1B", "Nobody"))
    with pytest.raises(InputError, match="Nobody"):
        registry.add(own, dict([registry.rows_of(unknown)]))
    assert {path.name: path.read_bytes() for path in own.iterdir()} == before


def test_columns_and_rows_of_the_users_own_stay(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    twice = "model,benchmark,score,source,note\nLLaMA-7B,BBH,0.3,llm-stats,first\n"
    twice += "LLaMA-7B,BBH,0.4,llm-stats,second\n"
    files(own, scores=twice)
    registry.add(
        own, dict(registry.rows_of(f) for f in files(tmp_path, a=MODELS, b=SCORES, c=SOURCES))
    )
    text = (own / "scores.csv").read_text("utf-8")
    assert "first" in text
    assert "second" in text
    assert "Mine-1B" in text


def test_files_without_rows_add_nothing(tmp_path: Path) -> None:
    (given,) = files(tmp_path, a=MODELS.splitlines()[0] + "\n")
    with pytest.raises(InputError, match="没有可加的"):
        registry.add(tmp_path / "own", dict([registry.rows_of(given)]))
    assert not (tmp_path / "own").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model,benchmark,score,source\nA,MMLU,62,x\n", r"bad\.csv 第 2 行.*0\.62"),
        ("a,b\n1,2\n", "列认不出来"),
        ("name,kind,source\nA,base,x\nB,huge,x\n", r"bad\.csv 第 3 行"),
    ],
)
def test_a_mistake_is_named_in_the_file_given(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        registry.rows_of(files(tmp_path, bad=text)[0])
    with pytest.raises(InputError, match="读不了"):
        registry.rows_of(tmp_path / "nowhere.csv")


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (given,) = files(tmp_path, c=SOURCES)
    with pytest.raises(UsageError, match="写不进去"):
        registry.add(given, dict([registry.rows_of(given)]))
