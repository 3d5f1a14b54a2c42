"""Logs of Inspect AI and of lm-evaluation-harness, in the layouts that those tools write."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from mingan.bank import detect
from mingan.bank.importers import inspect_log, lm_eval
from mingan.errors import BankError, MissingExtraError

HEADER: dict[str, Any] = {
    "version": 2,
    "status": "success",
    "eval": {
        "task": "pack/arith",
        "model": "lab/model-1",
        "dataset": {"sample_ids": ["a1", 2]},
        "model_generate_config": {"top_p": 0.5},
    },
    "plan": {"config": {"temperature": 0.3, "extra_body": {}}},
}


def sample(identity: str | int, epoch: int = 1, **more: Any) -> dict[str, Any]:
    text = more.pop("text", "The answer is 4")
    stop = more.pop("stop", "stop")
    return {
        "id": identity,
        "epoch": epoch,
        "input": "2+2?",
        "target": "4",
        "messages": [{"role": "system", "content": "Be brief"}],
        "output": {
            "model": "model-1-0613",
            "choices": [{"message": {"content": text}, "stop_reason": stop}],
            "completion": text if isinstance(text, str) else "",
            "usage": {"input_tokens": 3, "output_tokens": 15, "reasoning_tokens": 2},
            "time": 0.25,
        },
        "scores": {"match": {"value": "C", "answer": "4", "explanation": "said\n4"}},
        "started_at": "2026-01-02T03:04:05+00:00",
        **more,
    }


def log(path: Path, *samples: dict[str, Any], **header: Any) -> Path:
    path.write_text(json.dumps({**HEADER, **header, "samples": samples}), encoding="utf-8")
    return path


def archive(path: Path, *samples: dict[str, Any], module: Any = zipfile, method: int = 8) -> Path:
    with module.ZipFile(path, "w", method) as out:
        out.writestr("header.json", json.dumps(HEADER))
        for each in samples:
            out.writestr(f"samples/{each['id']}_epoch_{each['epoch']}.json", json.dumps(each))
    return path


def test_an_inspect_log_comes_in_whole(tmp_path: Path) -> None:
    path = log(tmp_path / "l.json", sample(2), sample("a1", 2), sample("a1"))
    got = inspect_log.read(path)
    assert detect(path) == "inspect"
    assert got.bank == "arith"
    (card,) = got.cards
    assert (card.name, card.kind) == ("lab/model-1", "recorded")
    assert (card.generation.temperature, card.generation.top_p) == (0.3, 0.5)
    assert [(a.question, a.repeat) for a in got.answers] == [("a1", 0), ("a1", 1), ("2", 0)]
    question, answer, grade = got.questions[0], got.answers[0], got.grades[0]
    assert (question.prompt, question.answer, question.system) == ("2+2?", "4", "Be brief")
    assert (answer.text, answer.served_model, answer.total_s) == (
        "The answer is 4",
        "model-1-0613",
        0.25,
    )
    assert (answer.usage.tokens_in, answer.usage.tokens_reasoning) == (3, 2)
    assert answer.at == "2026-01-02T03:04:05+00:00"
    assert answer.source == "recorded"
    assert (grade.answer, grade.question_hash) == (answer.content, question.hash)
    assert (grade.verdict, grade.grader, grade.score) == ("right", "inspect:match", 1.0)
    assert (grade.authority, grade.reason.en, grade.extracted) == ("rule", "said 4", "4")


def test_states_of_inspect_answers(tmp_path: Path) -> None:
    failed = sample("f", error={"message": "boom\ntrace"})
    failed["output"] = {"choices": [], "completion": ""}
    nothing = sample("n")
    nothing["output"] = {"choices": []}
    got = inspect_log.read(
        log(
            tmp_path / "l.json",
            sample("r", stop="content_filter"),
            sample("t", stop="max_tokens"),
            sample("e", text=""),
            failed,
            nothing,
        )
    )
    states = {answer.question: answer.state for answer in got.answers}
    assert states == {"r": "refused", "t": "truncated", "e": "empty", "f": "failed"}
    error = next(answer.error for answer in got.answers if answer.state == "failed")
    assert error.en == "Inspect AI got no answer: boom"
    assert len(got.grades) == 3  # a failed answer is never graded


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("C", "right"), ("I", "wrong"), ("P", "unsure"), ("N", "unsure"), (1, "right"),
        (True, "right"), (0.0, "wrong"), (0.5, "unsure"), (float("nan"), None), ("odd", None),
        ({"a": 1}, None), (None, None),
    ],
)  # fmt: skip
def test_scores_of_inspect(tmp_path: Path, value: Any, verdict: str | None) -> None:
    each = sample("a1", scores={"model_graded_qa": {"value": value}})
    grades = inspect_log.read(log(tmp_path / "l.json", each)).grades
    assert [g.verdict for g in grades] == ([] if verdict is None else [verdict])
    assert all(g.authority == "judge" for g in grades)


def test_parts_attachments_choices_and_conversations(tmp_path: Path) -> None:
    parts = [
        {"type": "reasoning", "reasoning": "hm"},
        {"type": "text", "text": "attachment://abc"},
        {"type": "image", "image": "x"},
    ]
    turns = [
        {"role": "system", "content": "S"},
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": "yes?"},
        {"role": "user", "content": [{"type": "text", "text": "2+2?"}]},
    ]
    each = sample("a1", text=parts, attachments={"abc": "B"}, choices=["red", "blue"], input=turns)
    each["target"] = ["B", "b"]
    got = inspect_log.read(log(tmp_path / "l.json", each))
    assert (got.answers[0].text, got.answers[0].reasoning) == ("B", "hm")
    question = got.questions[0]
    assert question.choices == ("red", "blue")
    assert (question.answer, question.aliases) == ("B", ("b",))
    assert question.system == "S"
    assert question.prompt == "user: hi\n\nassistant: yes?\n\nuser: 2+2?"


def test_eval_archives_deflated_and_zstandard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = archive(tmp_path / "a.eval", sample("a1"))
    assert detect(plain) == "inspect"
    assert len(inspect_log.read(plain).answers) == 1
    if sys.version_info >= (3, 14):
        module: Any = zipfile
    else:
        from backports.zstd import zipfile as module
    packed = archive(tmp_path / "b.eval", sample("a1"), sample(2), module=module, method=93)
    assert detect(packed) == "inspect"
    assert inspect_log.read(packed).answers[0] == inspect_log.read(plain).answers[0]
    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    monkeypatch.setattr(inspect_log.sys, "version_info", (3, 13))
    with pytest.raises(MissingExtraError, match=r"mingan\[inspect\]"):
        inspect_log.read(packed)


def test_a_directory_of_logs_is_one_bank(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    archive(folder / "1.eval", sample("a1"))
    archive(folder / "2.eval", sample("a1"))
    assert detect(folder) == "inspect"
    got = inspect_log.read(folder)
    assert got.bank == "arith"
    assert [a.repeat for a in got.answers] == [0, 1]
    head = {**HEADER["eval"], "task": "other"}
    log(folder / "3.json", sample("a1"), eval=head)
    got = inspect_log.read(folder)
    assert got.bank == "logs"
    assert [q.id for q in got.questions] == ["arith-a1", "other-a1"]


def test_samples_of_an_unknown_shape_are_left_out_and_said_so(tmp_path: Path) -> None:
    odd = sample("odd", output="text", messages={"a": 1})
    got = inspect_log.read(
        log(tmp_path / "l.json", odd, sample("a1"), plan=[], eval={"task": "t", "model": "m"})
    )
    assert [a.question for a in got.answers] == ["a1"]
    assert got.notes[0].en.startswith("1 samples are of an unknown shape")
    assert "odd" in got.notes[0].zh


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"{", b"[1]", b"PK\x03\x04rubbish", b'{"eval": 3}']
)
def test_damaged_inspect_logs(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "l.eval"
    path.write_bytes(content)
    with pytest.raises(BankError, match=r"l\.eval"):
        inspect_log.read(path)


def generated(number: int, how: str, text: str, score: float) -> dict[str, Any]:
    return {
        "doc_id": number,
        "doc": {"question": "…"},
        "target": "He has 5.\n#### 5",
        "arguments": {"gen_args_0": {"arg_0": f"Q{number}", "arg_1": {"until": ["\n"]}}},
        "resps": [[text]],
        "filtered_resps": ["5"],
        "filter": how,
        "metrics": ["exact_match"],
        "exact_match": score,
    }


def likelihoods(options: list[str], values: list[float], target: str) -> dict[str, Any]:
    return {
        "doc_id": 0,
        "doc": {},
        "target": target,
        "arguments": {
            f"gen_args_{n}": {"arg_0": "Pick.", "arg_1": f" {option}"}
            for n, option in enumerate(options)
        },
        "resps": [[[str(value), "False"]] for value in values],
        "filtered_resps": [[str(value), "False"] for value in values],
        "filter": "none",
        "metrics": ["acc", "f1", "acc_norm"],
        "acc": 1.0,
        "f1": [0, 1],
        "acc_norm": 0.0,
    }


def samples_file(folder: Path, task: str, *rows: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"samples_{task}_2026-01-02T03-04-05.678901.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_one_answer_for_all_filters_of_lm_eval(tmp_path: Path) -> None:
    folder = tmp_path / "lab__model"
    path = samples_file(
        folder, "gsm8k",
        generated(0, "strict-match", "so 5", 1.0), generated(1, "strict-match", "", 0.0),
        generated(0, "flexible-extract", "so 5", 0.5), generated(1, "flexible-extract", "", 0.0),
    )  # fmt: skip
    assert detect(path) == detect(folder) == "lm-eval"
    got = lm_eval.read(path)
    assert got.bank == "gsm8k"
    assert [card.name for card in got.cards] == ["lab/model"]
    assert [(q.id, q.prompt, q.answer) for q in got.questions] == [
        ("gsm8k-0", "Q0", "5"),
        ("gsm8k-1", "Q1", "5"),
    ]
    assert [(a.question, a.text, a.state) for a in got.answers] == [
        ("gsm8k-0", "so 5", "ok"),
        ("gsm8k-1", "", "empty"),
    ]
    assert [(g.grader, g.verdict) for g in got.grades] == [
        ("lm-eval:exact_match:strict-match", "right"),
        ("lm-eval:exact_match:strict-match", "wrong"),
        ("lm-eval:exact_match:flexible-extract", "unsure"),
        ("lm-eval:exact_match:flexible-extract", "wrong"),
    ]
    assert got.grades[0].answer == got.answers[0].content


def test_options_scored_by_likelihood(tmp_path: Path) -> None:
    row = likelihoods(["red", "blue"], [-3.5, -1.0], "1")
    got = lm_eval.read(samples_file(tmp_path / "m", "colour", row))
    (question,), (answer,) = got.questions, got.answers
    assert (question.prompt, question.choices, question.answer) == ("Pick.", ("red", "blue"), "B")
    assert answer.text == "B. blue"
    assert answer.meta == {"log_likelihoods": [-3.5, -1.0]}
    assert [(g.grader, g.verdict) for g in got.grades] == [
        ("lm-eval:acc", "right"),
        ("lm-eval:acc_norm", "wrong"),
    ]


def test_letters_as_options_stand_in_the_prompt(tmp_path: Path) -> None:
    row = likelihoods(["A", "B", "C"], [-1.0, -2.0, -3.0], "2")
    got = lm_eval.read(samples_file(tmp_path / "m", "mmlu", row))
    assert got.questions[0].choices == ()
    assert (got.questions[0].answer, got.answers[0].text) == ("C", "A")


def test_the_results_file_names_the_model_and_chats_are_taken_apart(tmp_path: Path) -> None:
    row = generated(0, "none", "hello", 1.0)
    chat = [{"role": "system", "content": "S"}, {"role": "user", "content": "hi"}]
    row["arguments"]["gen_args_0"]["arg_0"] = json.dumps(chat)
    row["resps"] = [["one", "two"]]
    samples_file(tmp_path / "m", "t", row)
    samples_file(tmp_path / "n", "u", row)
    results = tmp_path / "m" / "results_2026-01-02T03-04-05.678901.json"
    results.write_text('{"model_name": "lab/Model"}', encoding="utf-8")
    got = lm_eval.read(tmp_path, name="both")
    assert [card.name for card in got.cards] == ["lab/Model", "n"]
    assert [q.id for q in got.questions] == ["t-0", "u-0"]
    assert (got.questions[0].system, got.questions[0].prompt) == ("S", "hi")
    assert [(a.text, a.repeat) for a in got.answers[:2]] == [("one", 0), ("two", 1)]


def test_responses_that_are_not_answers_are_left_out(tmp_path: Path) -> None:
    rolling = generated(0, "none", "x", 1.0) | {"resps": [[-12.5]]}
    got = lm_eval.read(samples_file(tmp_path / "m", "wiki", rolling))
    assert got.answers == got.grades == ()
    assert "wiki-0" in got.notes[0].zh


def test_damaged_samples(tmp_path: Path) -> None:
    path = samples_file(tmp_path / "m", "t", {"doc_id": 1}, generated(0, "none", "x", 1.0))
    with pytest.raises(BankError) as caught:
        lm_eval.read(path)
    assert "第 1 行" in caught.value.say("zh")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BankError, match="log_samples"):
        lm_eval.read(tmp_path / "empty")
