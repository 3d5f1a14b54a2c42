"""The registry: what is in it, what a user adds, and what is refused."""

from __future__ import annotations

import csv
from importlib import resources
from pathlib import Path

import pytest

from mingan import registry
from mingan.errors import InputError

MODELS = (
    "name,family,maker,kind,parent,released,params_total,params_active,tokens,source,verified\n"
)
SCORES = "model,benchmark,score,shots,source,verified\n"
SOURCES = "source,title,url,licence\n"


def folder(tmp_path: Path, *, models: str = "", scores: str = "", sources: str = "") -> Path:
    for name, head, text in (
        ("models.csv", MODELS, models), ("scores.csv", SCORES, scores),
        ("sources.csv", SOURCES, sources),
    ):  # fmt: skip
        if text:
            (tmp_path / name).write_text(head + text, "utf-8")
    return tmp_path


def test_it_holds_what_it_promises() -> None:
    known = registry.load()
    dated = [m for m in known.models.values() if m.released and m.params_total]
    assert len(dated) >= 120
    years = {m.released.year for m in dated if m.released}
    assert {2022, 2023, 2024, 2025} <= years
    assert len([m for m in known.models.values() if m.kind == "base"]) >= 80
    assert len(known.scores) >= 1000
    assert any(fact.verified for fact in known.scores)
    assert all(source.title for source in known.sources.values())
    for name in (
        "SmolLM2-135M-Instruct",
        "Qwen2.5-Coder-0.5B-Instruct",
        "Qwen2.5-Coder-1.5B-Instruct",
    ):
        assert name in known.models


def test_sources_that_contradict_each_other_are_all_kept() -> None:
    known = registry.load()
    found = known.contradictions()
    assert found
    for facts in found.values():
        assert max(f.score for f in facts) - min(f.score for f in facts) > 0.02
    assert len(known.scores_of("LLaMA-65B", "MMLU")) >= 1


def test_verified_means_that_two_sources_agree() -> None:
    known = registry.load()
    for fact in known.scores:
        if fact.verified:
            others = known.scores_of(fact.model, fact.benchmark)
            assert any(
                other.source != fact.source and abs(other.score - fact.score) <= 0.0102
                for other in others
            ), fact


def test_no_row_stands_twice() -> None:
    for name in ("models.csv", "scores.csv", "sources.csv"):
        text = (resources.files("mingan.registry") / "data" / name).read_text("utf-8")
        rows = [tuple(row) for row in csv.reader(text.splitlines())]
        assert len(rows) == len(set(rows)), name


def test_a_folder_of_ones_own_goes_before_and_adds(tmp_path: Path) -> None:
    mine = folder(
        tmp_path,
        models="我的模型,我,我,base,,2026-01-02,7000000000,,1e12,mine,no\n"
               "LLaMA-7B,Llama,,base,,2023-02-24,6738415616,,1000000000000,mine,yes\n",
        scores="我的模型,MMLU,0.62,5,mine,no\nLLaMA-7B,MMLU,0.35,,mine,no\n",
        sources="mine,我自己量的,,\n",
    )  # fmt: skip
    known = registry.load(mine)
    assert known.models["我的模型"].params_total == 7_000_000_000
    assert known.models["LLaMA-7B"].params_total == 6_738_415_616
    assert len(known.scores_of("LLaMA-7B", "MMLU")) > len(
        registry.load().scores_of("LLaMA-7B", "MMLU")
    )


@pytest.mark.parametrize(
    ("rows", "where", "what"),
    [
        ({"models": "a,,,base,,2024-13-01,1,,,llm-stats,no\n"}, "第 2 行", "2024-07-23"),
        ({"models": "a,,,base,,,7B,,,llm-stats,no\n"}, "params_total", "7000000000"),
        ({"models": "a,,,big,,,1,,,llm-stats,no\n"}, "kind", "base"),
        ({"models": "a,,,base,,,10,20,,llm-stats,no\n"}, "params_active", "params_total"),
        ({"models": ",,,base,,,1,,,llm-stats,no\n"}, "name", "空着"),
        ({"models": "a,,,base,,,1,,,llm-stats,maybe\n"}, "verified", "yes"),
        ({"models": "a,,,base,b,,1,,,llm-stats,no\n"}, "parent", "b"),
        ({"models": "a,,,base,,,1,,,nowhere,no\n"}, "sources.csv", "nowhere"),
        ({"scores": "GPT-9,MMLU,0.5,,llm-stats,no\n"}, "scores.csv", "GPT-9"),
        ({"scores": "LLaMA-7B,MMLU,62,,llm-stats,no\n"}, "score", "0.62"),
        ({"scores": "LLaMA-7B,MMLU,nan,,llm-stats,no\n"}, "score", "0.62"),
    ],
)
def test_what_makes_no_sense_is_named_by_file_row_and_column(
    tmp_path: Path, rows: dict[str, str], where: str, what: str
) -> None:
    with pytest.raises(InputError) as fault:
        registry.load(folder(tmp_path, **rows))
    assert where in fault.value.message.zh
    assert what in fault.value.message.zh
    assert fault.value.exit_status == 2


def test_a_folder_without_tables_and_a_table_without_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"没有 models\.csv"):
        registry.load(tmp_path)
    with pytest.raises(InputError, match=r"没有 models\.csv"):
        registry.load(tmp_path / "nowhere")
    (tmp_path / "models.csv").write_text("name,kind\na,base\n", "utf-8")
    with pytest.raises(InputError, match="缺少这些列：source"):
        registry.load(tmp_path)
    (tmp_path / "models.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        registry.load(tmp_path)
