"""Sample logs of lm-evaluation-harness: `samples_TASK_DATE.jsonl`, written with --log_samples.

Each line is one document under one filter: `arguments` hold what the model was given, `resps`
what it gave back (text, or the log-likelihood of each option), `metrics` name the keys under
which its scores stand. The same answer returns once for each filter; it is one answer with
several grades. The model's name is in the results file beside the samples, else it is the name
of the directory.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

from mingan.bank.banks import Bank
from mingan.bank.faults import Findings
from mingan.bank.importers.imported import Collector, Imported
from mingan.bank.tables import Record, read_bytes, read_records
from mingan.errors import BankError
from mingan.language import Text
from mingan.records import Answer, Question, Verdict

_FILE = re.compile(r"samples_(?P<task>.+?)(_(?P<date>\d{4}-\d{2}-\d{2}T[\d\-.:]+))?\.jsonl")
_KEYS = {"doc_id", "arguments", "resps"}

Sample = dict[str, Any]


def read(path: Path, *, name: str | None = None, bank: Bank | None = None) -> Imported:
    """The questions, answers and scores in a samples file, or in all those under a directory.

    Args:
        path: a `samples_*.jsonl` file or a directory.
        name: the bank's name; without it the task's, or that of the directory for several.
        bank: not needed, the log holds the prompts.

    Raises:
        BankError: there is no such log, or a line of it cannot be read.
    """
    path = Path(path)
    logs = sorted(path.rglob("samples_*.jsonl")) if path.is_dir() else [path]
    if not logs:
        raise BankError(
            f"{path} 里没有 samples_*.jsonl。运行 lm_eval 时要加 --log_samples。",
            f"There is no samples_*.jsonl in {path}. Run lm_eval with --log_samples.",
        )
    tasks = {_task(log) for log in logs}
    into = Collector(name or (tasks.pop() if len(tasks) == 1 else path.name))
    for log in logs:
        _read_log(log, into)
    return into.finish()


def is_sample(values: dict[str, Any]) -> bool:
    """Whether a JSON object is a line of such a log."""
    return values.keys() >= _KEYS


def _task(log: Path) -> str:
    match = _FILE.fullmatch(log.name)
    return match["task"] if match else log.name.split(".")[0]


def _read_log(log: Path, into: Collector) -> None:
    found = Findings(str(log))
    records = read_records(read_bytes(log), found)
    model, task = _model(log), _task(log)
    answers: dict[str, list[Answer]] = {}
    for record in records:
        if not is_sample(record.values):
            _not_a_sample(record, found)
            continue
        sample = record.values
        question = into.add_question(_question(sample, task))
        if question.id not in answers:
            answers[question.id] = _add_answers(sample, question, model, into)
        for answer in answers[question.id]:
            _add_grades(sample, question, answer, into)
    found.raise_errors()


def _model(log: Path) -> str:
    """The model's name as the results file of the same date has it, else the directory's."""
    match = _FILE.fullmatch(log.name)
    date = match["date"] if match else None
    beside = (
        [log.with_name(f"results_{date}.json")] if date else sorted(log.parent.glob("results_*"))
    )
    for results in beside:
        try:
            name = json.loads(results.read_bytes()).get("model_name")
        except (OSError, ValueError, AttributeError):
            continue  # no results file, or not one of this tool: the directory names the model
        if isinstance(name, str) and name:
            return name
    return log.resolve().parent.name.replace("__", "/")


def _question(sample: Sample, task: str) -> Question:
    arguments = _arguments(sample)
    system, prompt = _prompt(arguments[0][0] if arguments and arguments[0] else "")
    options = _options(arguments)
    answer = _reference(sample, options)
    letters = [chr(ord("A") + place) for place in range(len(options))]
    if options == letters:  # the options stand in the prompt, only their letters were scored
        options = []
    return Question(
        id=f"{task}-{sample['doc_id']}",
        prompt=prompt or json.dumps(sample.get("doc"), ensure_ascii=False),
        tags=(task,),
        answer=answer,
        choices=tuple(options),
        system=system,
    )


def _arguments(sample: Sample) -> list[list[Any]]:
    """What each request was given, in the layout of files or in that of the running program."""
    return [_items(group) for group in _items(sample["arguments"])]


def _items(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else [value]


def _prompt(context: Any) -> tuple[str | None, str]:
    """System prompt and prompt; a chat given as JSON is taken apart."""
    text = str(context)
    try:
        turns = json.loads(text) if text.lstrip().startswith("[{") else None
    except ValueError:
        turns = None
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        return None, text
    system = "\n".join(str(t.get("content", "")) for t in turns if t.get("role") == "system")
    others = [turn for turn in turns if turn.get("role") != "system"]
    if len(others) == 1:
        return system or None, str(others[0].get("content", ""))
    said = [f"{turn.get('role')}: {turn.get('content', '')}" for turn in others]
    return system or None, "\n\n".join(said)


def _options(arguments: list[list[Any]]) -> list[str]:
    """The continuations whose likelihoods were compared; [] for a free answer."""
    if len(arguments) < 2 or not all(len(a) > 1 and isinstance(a[1], str) for a in arguments):
        return []
    return [str(argument[1]).strip() for argument in arguments]


def _reference(sample: Sample, options: list[str]) -> str | None:
    target = sample.get("target")
    text = str(target).strip() if target is not None else ""
    if not options:
        return text.rpartition("####")[2].strip() or None
    if text in options:
        place = options.index(text)
    elif text.isdecimal() and int(text) < len(options):
        place = int(text)
    else:
        return text or None
    return chr(ord("A") + place) if place < 26 else options[place]


def _add_answers(sample: Sample, question: Question, model: str, into: Collector) -> list[Answer]:
    options = _options(_arguments(sample))
    responses = sample["resps"] if isinstance(sample["resps"], list) else []
    card = into.card(model)
    if options:
        chosen, likelihoods = _likeliest(responses, options)
        if chosen is None:
            return _unreadable(question, into)
        repeat = into.next_repeat(question.id, model)
        meta = {"log_likelihoods": likelihoods}
        return [into.add_answer(question, card, chosen, repeat=repeat, meta=meta)]
    first = responses[0] if responses else []
    texts = first if isinstance(first, list) else [first]
    if not texts or not all(isinstance(text, str) for text in texts):
        return _unreadable(question, into)
    return [
        into.add_answer(
            question,
            card,
            text,
            repeat=into.next_repeat(question.id, model),
            state="ok" if text.strip() else "empty",
        )
        for text in texts
    ]


def _likeliest(responses: list[Any], options: list[str]) -> tuple[str | None, list[float]]:
    """The option with the highest log-likelihood, as `B. option`, and all the likelihoods."""
    values = []
    for response in responses[: len(options)]:
        while isinstance(response, list) and response:
            response = response[0]
        try:
            values.append(float(response))
        except (TypeError, ValueError):
            return None, []
    if len(values) != len(options) or any(math.isnan(value) for value in values):
        return None, []
    place = max(range(len(values)), key=values.__getitem__)
    letter = chr(ord("A") + place) if place < 26 else ""
    if not letter or options[place] == letter:
        return options[place], values
    return f"{letter}. {options[place]}", values


def _unreadable(question: Question, into: Collector) -> list[Answer]:
    into.note(
        f"有的回答既不是文字也不是选项的似然（如 {question.id}），已略过。",
        f"Some responses are neither text nor likelihoods of options (such as {question.id}); "
        "they were left out.",
    )
    return []


def _add_grades(sample: Sample, question: Question, answer: Answer, into: Collector) -> None:
    names = sample.get("metrics", [])
    how = sample.get("filter", "none")
    for metric in names if isinstance(names, list) else []:
        score = sample.get(metric)
        if not isinstance(score, (int, float)) or not -1e9 < score < 1e9:  # NaN is not, either
            continue
        grader = f"lm-eval:{metric}" if how in ("none", "") else f"lm-eval:{metric}:{how}"
        into.add_grade(question, answer, _verdict(float(score)), grader, score=float(score))


def _verdict(score: float) -> Verdict:
    """Only a full score is right and only none is wrong; what lies between decides nothing."""
    if score == 1:
        return "right"
    return "wrong" if score == 0 else "unsure"


def _not_a_sample(record: Record, found: Findings) -> None:
    found.error(
        "sample",
        Text(
            "不是 lm-evaluation-harness 的样本（缺 doc_id、arguments 或 resps）",
            "Not a sample of lm-evaluation-harness (doc_id, arguments or resps is missing)",
        ),
        Text("请给出 --log_samples 写的文件", "Give a file written by --log_samples"),
        row=record.number,
    )
