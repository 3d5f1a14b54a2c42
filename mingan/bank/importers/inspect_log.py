"""Logs of Inspect AI, in its `.eval` form (a ZIP of JSON files) and as one JSON file.

One log is one task with one model. Samples become questions, epochs become repeats, scores
become grades. Recent versions compress `.eval` with Zstandard, which Python reads by itself from
3.14 on; before that a small package is needed, and it is asked for by name only when it is.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mingan.bank.banks import Bank
from mingan.bank.importers import inspect_sample as samples
from mingan.bank.importers.imported import Collector, Imported
from mingan.bank.tables import read_bytes
from mingan.errors import BankError, MissingExtraError
from mingan.records import Generation, ModelCard, Question

ZSTANDARD = 93
"""The ZIP format's number for Zstandard."""

# NotImplementedError is what zipfile raises for a compression or an encryption it does not know.
_UNREADABLE = (zipfile.BadZipFile, OSError, ValueError, KeyError, EOFError, NotImplementedError)
_SETTINGS = ("temperature", "top_p", "max_tokens", "seed")


def read(path: Path, *, name: str | None = None, bank: Bank | None = None) -> Imported:
    """The questions, answers and scores in a log, or in all logs of a directory.

    Args:
        path: an `.eval` or JSON log, or a directory of them.
        name: the bank's name; without it the task's, or that of the directory for several.
        bank: not needed, the log holds the prompts.

    Raises:
        BankError: it is no such log, or it is damaged.
        MissingExtraError: the package that unpacks it is not installed.
    """
    path = Path(path)
    logs = [path]
    if path.is_dir():
        logs = sorted(p for p in path.iterdir() if p.suffix in (".eval", ".json"))
    if not logs:
        raise BankError(
            f"{path} 里没有 Inspect AI 的日志（.eval 或 .json）。",
            f"There is no log of Inspect AI (.eval or .json) in {path}.",
        )
    opened = [_open(log) for log in logs]
    tasks = {_task(header) for header, _ in opened}
    several = len(tasks) > 1
    into = Collector(name or (path.name if several else tasks.pop()))
    for header, each in opened:
        _read_log(header, each, into, prefix=f"{_task(header)}-" if several else "")
    return into.finish()


def is_log(values: dict[str, Any]) -> bool:
    """Whether a JSON object is such a log."""
    head = values.get("eval")
    return isinstance(head, dict) and "task" in head and "model" in head


def _open(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Header and samples of one log."""
    data = read_bytes(path)
    each: Any
    try:
        if data.startswith(b"PK"):
            header, each = _unpack(data)
        else:
            header = json.loads(data)
            each = header.get("samples") if isinstance(header, dict) else None
    except (*_UNREADABLE, RecursionError):
        raise _broken(path) from None
    if not isinstance(header, dict) or not is_log(header):
        raise _broken(path)
    listed = each if isinstance(each, list) else []
    return header, [sample for sample in listed if isinstance(sample, dict)]


def _unpack(data: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        packed = any(member.compress_type == ZSTANDARD for member in archive.infolist())
    module = _zstandard_zipfile() if packed and sys.version_info < (3, 14) else zipfile
    with module.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        # a log whose run was killed has no header yet, but the journal tells what was begun
        head = "header.json" if "header.json" in names else "_journal/start.json"
        inside = [n for n in names if n.startswith("samples/") and n.endswith(".json")]
        each = [_member(archive, name) for name in dict.fromkeys(inside)]
        return _member(archive, head), each


def _member(archive: Any, name: str) -> Any:
    """One JSON file of an archive."""
    try:
        return json.loads(archive.read(name))
    except MemoryError:
        raise
    except Exception as error:  # each way of packing has errors of its own, without a common base
        raise zipfile.BadZipFile(name) from error


def _zstandard_zipfile() -> Any:
    try:
        from backports.zstd import zipfile as with_zstandard
    except ImportError:
        raise MissingExtraError(
            "这个 .eval 日志用 Zstandard 压缩，读它要多装一个小包：pip install 'mingan[inspect]'",
            "This .eval log is compressed with Zstandard; to read it, install one small package: "
            "pip install 'mingan[inspect]'",
        ) from None
    return with_zstandard


def _read_log(
    header: dict[str, Any], each: list[dict[str, Any]], into: Collector, *, prefix: str
) -> None:
    model = str(header["eval"]["model"])
    card = into.card(model, _generation(header))
    strange = []
    for sample in _in_order(header, each):
        try:
            _read_sample(header, sample, card, into, prefix)
        except (AttributeError, KeyError, TypeError, ValueError):
            strange.append(str(sample.get("id"))[:40])
    if strange:
        into.note(
            f"{len(strange)} 个样本的写法不认识，已略过（如 {strange[0]}）。",
            f"{len(strange)} samples are of an unknown shape and were left out "
            f"(such as {strange[0]}).",
        )


def _read_sample(
    header: dict[str, Any], sample: dict[str, Any], card: ModelCard, into: Collector, prefix: str
) -> None:
    question = into.add_question(_question(sample, prefix, _task(header)))
    repeat = _repeat(sample)
    if not into.claim(question.id, card.hash, repeat):
        repeat = into.next_repeat(question.id, card.hash)
    said = samples.said(sample)
    if said.unknown:
        into.skip_empty()
        return
    answer = into.add_answer(
        question,
        card,
        said.text,
        repeat=repeat,
        state=said.state,
        reasoning=said.reasoning,
        error=said.error,
        finish=said.finish,
        usage=said.usage,
        total_s=said.total_s,
        served_model=said.served_model,
        at=said.at,
    )
    if answer.state != "failed":
        for score in samples.scores(sample):
            into.add_grade(question, answer, **score)


def _in_order(header: dict[str, Any], each: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The samples in the order of the data set; archives hold them in that of finishing."""
    ids = _object(header["eval"].get("dataset")).get("sample_ids")
    listed = ids if isinstance(ids, list) else []
    place = {str(identity): number for number, identity in enumerate(listed)}
    last = len(place)
    yield from sorted(each, key=lambda s: (place.get(str(s.get("id")), last), _repeat(s)))


def _question(sample: dict[str, Any], prefix: str, task: str) -> Question:
    system, prompt = samples.prompt(sample)
    answer, aliases = samples.reference(sample)
    return Question(
        id=f"{prefix}{sample.get('id', '')}",
        prompt=prompt,
        tags=(task,),
        answer=answer,
        aliases=aliases,
        choices=tuple(str(choice) for choice in sample.get("choices") or ()),
        system=system,
    )


def _repeat(sample: dict[str, Any]) -> int:
    epoch = sample.get("epoch")
    return epoch - 1 if isinstance(epoch, int) and epoch > 0 else 0


def _task(header: dict[str, Any]) -> str:
    """The task's name without the package it comes from."""
    return str(header["eval"]["task"]).rpartition("/")[2]


def _generation(header: dict[str, Any]) -> Generation:
    asked = _object(header["eval"].get("model_generate_config"))
    settings = {**asked, **_object(_object(header.get("plan")).get("config"))}
    known = {key: settings[key] for key in _SETTINGS if isinstance(settings.get(key), (int, float))}
    return Generation(**known)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _broken(path: Path) -> BankError:
    return BankError(
        f"{path} 不是完好的 Inspect AI 日志。请给出 .eval 文件，"
        "或 inspect log convert 转成的 JSON。",
        f"{path} is not a sound log of Inspect AI. Give an .eval file, or JSON made by "
        "inspect log convert.",
    )
