"""The fake that ships with Mingan: a model that answers by a script, and fails by one too.

For trying things out without a network, a key or money, and for every test that needs a model
which is slow, limited, broken or cut off in a way that can be repeated exactly. What it does
depends on the card, the question, the repeat and the day that the answer is for, never on the
order or the time of asking, so that an interrupted run gives the same answers as an undisturbed
one.

In models.toml:

    [[model]]
    name = "fake"
    kind = "scripted"
    script = "answers.jsonl"     # one {"question": "q1", "text": "42"} a line; more keys below
    default = "我不知道。"         # for questions that the script does not know

A line of the script, or a value of `answers`, is a text, a list of texts (one a repeat, the
last for all further ones), or an object with `text` and, if wanted, `reasoning`, `finish`,
`delay`, `tokens_in`, `tokens_out` and `fault`.

A model that changes is scripted by the day: `later` holds, by date, the answers that it gives from
that day on, and a line of the script may name its day in `from`. Of several the newest that has
come counts. Days matter only where the answers are for a day, as a watch for drift has them:

    later = { "2026-03-09" = { q1 = "43", "*" = "我不知道。" } }     # "*": any other question
    {"question": "q1", "text": "43", "from": "2026-03-09"}

This module must not know how asking retries, nor what day it is.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from mingan.errors import (
    AnswerTimeout,
    ModelError,
    ModelsFileError,
    RateLimited,
    RequestRejected,
    ServerFault,
)
from mingan.models.protocol import Reply, Request, Source
from mingan.records import ModelCard, Usage, content_hash, now

FAULTS = ("429", "500", "timeout", "400", "truncated", "empty", "filtered")
"""What can go wrong by name, in `fault` of one line or as rates in `faults` of the card."""

ANY = "*"
"""In `later`, any question that is not named."""


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the fake does for one question.

    `fault` is one of FAULTS; `times` says how often it strikes before the answer comes
    (0: always). `delay` is in seconds.
    """

    text: str = ""
    reasoning: str = ""
    finish: str = "stop"
    delay: float = 0.0
    tokens_in: int | None = None
    tokens_out: int | None = None
    fault: str = ""
    times: int = 0

    def __post_init__(self) -> None:
        if self.fault and self.fault not in FAULTS:
            raise ValueError(f"fault: {', '.join(FAULTS)}")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The card's options: where answers come from, and what goes wrong at which rate.

    Attributes:
        script: a JSONL file; `answers`: the same by question id. `answers` goes first.
        later: by date (ISO 8601), what is answered from that day on, by question id.
        default: the text for an unknown question; without it such a question is rejected.
        delay: seconds before every answer; `jitter`: up to so many more, by the seed.
        faults: rate by name, such as {"429": 0.05, "500": 0.02}. A fault at a rate strikes the
            first try of a question only; the next try gets through.
        retry_after: what a 429 says.
        concurrency: how many requests it bears at once.
        seed: whatever is left to chance hangs on this and on the question.
    """

    script: str = ""
    answers: dict[str, Any] = {}
    later: dict[str, dict[str, Any]] = {}
    default: str | None = None
    delay: float = 0.0
    jitter: float = 0.0
    faults: dict[str, float] = {}
    retry_after: float | None = None
    concurrency: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        unknown = sorted(set(self.faults) - set(FAULTS))
        if unknown:
            raise ValueError(f"faults: {', '.join(FAULTS)}")
        for day in self.later:
            date.fromisoformat(day)


Script = Mapping[str, Any] | Sequence[Any] | Callable[[Request], Any]


class ScriptedModel:
    """The shipped fake; see the module's text for what a script looks like.

    `asked` counts the requests by (question, repeat), for tests that must know.
    """

    source: Source = "scripted"

    def __init__(self, card: ModelCard, script: Script | None = None) -> None:
        """Takes the card and, in Python, a `script`: mapping, list or function of the request.

        A list answers in the order of asking; it is meant for tests that ask one by one.

        Raises:
            ModelsFileError: the options or the script file cannot be used.
        """
        self.card = card
        self.settings = _settings(card)
        self.concurrency: int | None = self.settings.concurrency
        self.asked: Counter[tuple[str, int]] = Counter()
        self._tries: Counter[tuple[str, int, str]] = Counter()
        self._later: dict[str, dict[str, Any]] = {}
        self._script: Script = self._read_script() if script is None else script

    async def answer(self, request: Request) -> Reply:
        """Do what the script says: wait, fail, or answer."""
        place = (request.question, request.repeat)
        count = self._tries[(*place, request.day)]
        self._tries[(*place, request.day)] += 1
        self.asked[place] += 1
        line = self._line(request)
        chance = random.Random(content_hash(self.settings.seed, *place))
        at, start = now(), time.perf_counter()
        delay = line.delay or self.settings.delay + chance.random() * self.settings.jitter
        if delay > 0:
            await asyncio.sleep(delay)
        fault = self._fault(line, count, chance)
        if fault in ("429", "500", "timeout", "400"):
            raise self._error(fault)
        return _reply(line, fault, request, at, time.perf_counter() - start)

    async def close(self) -> None:
        """Nothing to let go of."""

    def _line(self, request: Request) -> Line:
        found = self._look_up(request)
        if found is None:
            found = self.settings.default
        if found is None:
            raise RequestRejected(
                f"{self.card.name} 的剧本里没有题目 {request.question!r}，也没有写 default。",
                f"The script of {self.card.name} has no question {request.question!r} and no "
                "default.",
            )
        return _line(found, request.repeat, self.card.name)

    def _look_up(self, request: Request) -> Any:
        if callable(self._script):
            return self._script(request)
        if isinstance(self._script, Mapping):
            for day in sorted(self._later, reverse=True):
                answers = self._later[day]
                if day <= request.day and (request.question in answers or ANY in answers):
                    return answers.get(request.question, answers.get(ANY))
            return self._script.get(request.question)
        place = self.asked.total() - 1
        return self._script[place] if place < len(self._script) else None

    def _fault(self, line: Line, count: int, chance: random.Random) -> str:
        if line.fault:
            return line.fault if not line.times or count < line.times else ""
        dice = chance.random()
        for name, rate in self.settings.faults.items():
            if dice < rate:
                return name if count == 0 else ""
            dice -= rate
        return ""

    def _error(self, fault: str) -> ModelError:
        name = self.card.name
        if fault == "429":
            return RateLimited(
                f"{name} 按剧本说：问得太快（429）。",
                f"{name} says by its script: slow down (429).",
                retry_after=self.settings.retry_after,
            )
        if fault == "500":
            return ServerFault(f"{name} 按剧本出错（500）。", f"{name} fails by its script (500).")
        if fault == "timeout":
            return AnswerTimeout(
                f"{name} 按剧本没有按时回答。", f"{name} gave no answer in time, by its script."
            )
        return RequestRejected(
            f"{name} 按剧本不受理这个请求（400）。",
            f"{name} will not take this request, by its script (400).",
        )

    def _read_script(self) -> Script:
        self._later = {day: dict(answers) for day, answers in self.settings.later.items()}
        if not self.settings.script:
            return self.settings.answers
        path = Path(self.settings.script)
        try:
            lines = path.read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError):
            raise ModelsFileError(
                f"模型 {self.card.name!r} 的剧本 {path} 读不出来。请检查 script 的路径，"
                "并存成 UTF-8。",
                f"The script {path} of model {self.card.name!r} cannot be read. Check the path "
                "in script, and save it as UTF-8.",
            ) from None
        by_day = _script_lines(lines, path)
        now_on = by_day.pop("", {})
        for day, answers in by_day.items():
            self._later[day] = {**answers, **self._later.get(day, {})}
        return {**now_on, **self.settings.answers}


def _settings(card: ModelCard) -> Settings:
    try:
        return msgspec.convert(card.options, Settings)
    except (msgspec.ValidationError, ValueError) as error:
        raise ModelsFileError(
            f"模型 {card.name!r}（scripted）的选项有误：{error}。",
            f"The options of model {card.name!r} (scripted) are not right: {error}.",
        ) from None


def _script_lines(lines: list[str], path: Path) -> dict[str, dict[str, Any]]:
    """What the script says, by the day from which it holds ("": from the beginning)."""
    found: dict[str, dict[str, Any]] = {}
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        try:
            row = msgspec.json.decode(raw, type=dict[str, Any])
            question, day = str(row.pop("question")), str(row.pop("from", ""))
            if day:
                date.fromisoformat(day)
            said = row.pop("texts", None) or msgspec.convert(row, Line)
            found.setdefault(day, {})[question] = said
        except (ValueError, KeyError, RecursionError) as error:
            raise ModelsFileError(
                f'剧本 {path} 第 {number} 行看不懂（{error}）。应当像 {{"question": "q1", '
                '"text": "42"}}。',
                f"Line {number} of the script {path} cannot be read ({error}). It should look "
                'like {{"question": "q1", "text": "42"}}.',
            ) from None
    return found


def _line(found: Any, repeat: int, name: str) -> Line:
    if isinstance(found, Line):
        return found
    if isinstance(found, str):
        return Line(text=found)
    try:
        if isinstance(found, Sequence) and found:
            return _line(found[min(repeat, len(found) - 1)], repeat, name)
        return msgspec.convert(found, Line)
    except (msgspec.ValidationError, ValueError) as error:
        raise RequestRejected(
            f"{name} 的剧本里这一题写得不对：{error}。",
            f"The script of {name} is not right for this question: {error}.",
        ) from None


def _reply(line: Line, fault: str, request: Request, at: str, seconds: float) -> Reply:
    text, finish = line.text, line.finish
    if fault == "truncated":
        text, finish = text[: len(text) // 2], "length"
    elif fault:
        text, finish = "", "content_filter" if fault == "filtered" else finish
    asked = sum(len(message["content"]) for message in request.messages)
    return Reply(
        text=text,
        reasoning=line.reasoning if not fault else "",
        finish=finish,
        usage=Usage(
            tokens_in=asked if line.tokens_in is None else line.tokens_in,
            tokens_out=len(text) if line.tokens_out is None else line.tokens_out,
        ),
        first_token_s=seconds,
        total_s=seconds,
        served_model="scripted",
        at=at,
    )
