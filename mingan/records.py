"""What travels the road: Question, Answer, Grade, Vote, ModelCard.

Each is frozen, typed and named by a hash of what determines it, so that the same thing has the
same name in every workspace and two different things never share one:

    Question.hash   its id and everything about it that can change a verdict
    Question.asked  the part of it that a model gets to see
    ModelCard.hash  whom we ask: kind, name, address or file, generation parameters
    Answer.key      (question id, Question.asked, ModelCard.hash, repeat, day)
    Answer.content  (Answer.key, state, text, earlier turns): what a grade is about
    Grade.key       (Answer.content, Question.hash, grader, version, by; of a person, and of a
                    judge that failed, also when)

A cache keyed like that can hand neither model A's answer to model B nor the first answer to
every repeat, and resuming is asking for the keys that are missing. This module knows no
database, no network and no file; it must stay importable in a few milliseconds.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import Any, Literal

import msgspec

from mingan.language import Text

NO_TEXT = Text("", "")

State = Literal["ok", "refused", "truncated", "empty", "failed"]
"""How an answer ended. `failed` means it could not be had: a fault of the road, not the model."""

Verdict = Literal["right", "wrong", "unsure", "ungraded"]
"""`unsure`: the grader looked and cannot tell. `ungraded`: no grader could look at all."""

Hidden = Literal["", "sealed", "private"]
"""Whether a question is public, or why it is not; see `Question.hidden`."""

Choice = Literal["a", "b", "tie", "both bad"]
"""What a vote can be."""

STATES: tuple[State, ...] = ("ok", "refused", "truncated", "empty", "failed")
VERDICTS: tuple[Verdict, ...] = ("right", "wrong", "unsure", "ungraded")

_encoder = msgspec.json.Encoder(order="sorted")


def content_hash(*parts: Any) -> str:
    """32 hex digits that name `parts` (anything JSON can hold), the same on every machine.

    A lone surrogate, which no encoding can hold, counts as a question mark.
    """
    try:
        encoded = _encoder.encode(parts)
    except UnicodeEncodeError:
        encoded = _encoder.encode(_encodable(parts))
    return hashlib.blake2b(encoded, digest_size=16).hexdigest()


def _encodable(part: Any) -> Any:
    if isinstance(part, str):
        return part.encode("utf-8", "replace").decode()
    if isinstance(part, list | tuple):
        return [_encodable(p) for p in part]
    if isinstance(part, dict):
        return {_encodable(k): _encodable(v) for k, v in part.items()}
    return part


def now() -> str:
    """This moment in UTC, ISO 8601 to the millisecond: how every time is stored."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all records: frozen, keyword-only, JSON in and out."""

    def to_json(self) -> str:
        """The record as one line of JSON; fields at their default are left out."""
        return _encoder.encode(self).decode()

    @classmethod
    def from_json(cls, line: str | bytes) -> Any:
        """The record back from `to_json`."""
        return msgspec.json.decode(line, type=cls)


class Question(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to ask, with what is known about the right answer.

    Attributes:
        id: unique within its bank, such as `emergent-015`.
        prompt: what the model is asked (the first turn).
        bank: the bank's name.
        tier: 基础, 进阶, 垂直 or the like; scores are stratified by it.
        tags: abilities.
        answer: the reference answer; None where nobody wrote one.
        aliases: other answers that are just as right.
        grader: name of the grader; "" leaves the choice to the form of the reference,
            "judge" says that no rule can grade it.
        params: parameters of the grader, such as {"tolerance": 0.01}.
        choices: the options of a choice question, in order, without their letters.
        system: a system prompt, if the question needs one of its own.
        turns: what the user says after each further answer (multi-turn).
        kind: how the conversation goes, where the next thing said depends on the answers: the
            name of a game; "" for a prompt followed by `turns`. `params` are its parameters.
        pair: the two halves of a hand-written pair, not sealed yet, share one.
        hidden: "" for a public question, "sealed" for the hidden half of a pair, "private" for
            a twin made from a workspace's key. Hidden prompts are not shown or exported unasked.
        cluster: questions that hang together (one passage) share one; errors are clustered.
        why: one line on why the reference is right.
        note: the author's note on what models get wrong.
    """

    id: str
    prompt: str
    bank: str = ""
    tier: str = ""
    tags: tuple[str, ...] = ()
    answer: str | None = None
    aliases: tuple[str, ...] = ()
    grader: str = ""
    params: dict[str, Any] = {}
    choices: tuple[str, ...] = ()
    system: str | None = None
    turns: tuple[str, ...] = ()
    kind: str = ""
    pair: str = ""
    hidden: Hidden = ""
    cluster: str = ""
    why: str = ""
    note: str = ""

    @property
    def asked(self) -> str:
        """Hash of what the model sees: a new reference does not make it a new question."""
        seen = ("asked", self.prompt, self.choices, self.system, self.turns)
        return content_hash(*seen, self.kind, self.params) if self.kind else content_hash(*seen)

    @property
    def hash(self) -> str:
        """Hash of everything that can change a verdict, and of the id."""
        return content_hash(
            "question", self.id, self.asked, self.answer, self.aliases, self.grader, self.params
        )


class Generation(Record, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How a model is made to write; None leaves it to the endpoint."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    system: str | None = None
    stream: bool = False
    extra: dict[str, Any] = {}


class ModelCard(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Who is asked, how, and what is known about it.

    `params_total` and `params_active` are in units, not billions; prices are per million tokens
    in `currency`. A key is never here, only the name of the environment variable that holds it.
    `options` holds what only this kind of model understands (a file, a script, a log).
    """

    name: str
    kind: str
    base_url: str = ""
    model: str = ""
    api_key_env: str = ""
    generation: Generation = Generation()
    options: dict[str, Any] = {}
    params_total: int | None = None
    params_active: int | None = None
    released: date | None = None
    licence: str = ""
    price_in: float | None = None
    price_out: float | None = None
    price_cached: float | None = None
    currency: str = "CNY"

    @property
    def hash(self) -> str:
        """Hash of what determines its answers; prices, sizes and dates do not.

        A temperature of 0 and one of 0.0 are the same temperature.
        """
        generation = msgspec.convert(msgspec.to_builtins(self.generation), Generation)
        return content_hash(
            "model", self.name, self.kind, self.base_url, self.model, generation, self.options
        )


class Usage(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Tokens of one answer; None where the endpoint did not say."""

    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_reasoning: int | None = None
    tokens_cached: int | None = None


class Answer(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What a model said to one question at one time of asking, or why it said nothing.

    Attributes:
        question, bank, asked: the question's id, its bank, and the hash of what was seen.
        model, model_hash: the card's name and hash.
        repeat: the k-th time of asking, from 0.
        day: set only in drift studies, so that every day is a new answer.
        state: ok, refused (blocked by the provider), truncated, empty, failed.
        text, reasoning: what was said, and what was thought aloud in a field of its own.
        error: the sentence, for `failed`, in both languages.
        cost: in `currency`; None where no price is known.
        first_token_s, total_s: latency in seconds; tries counts the requests it took.
        source: api, local, recorded or pasted; `meta` holds who, when, which app version.
        revision: 0, or higher for a correction that names what it `supersedes`.
        hidden: as of the question; an answer tells much of what was asked.
    """

    question: str
    asked: str
    model: str
    model_hash: str
    bank: str = ""
    repeat: int = 0
    day: str = ""
    state: State = "ok"
    text: str = ""
    reasoning: str = ""
    error: Text = NO_TEXT
    finish: str = ""
    usage: Usage = Usage()
    cost: float | None = None
    currency: str = ""
    first_token_s: float | None = None
    total_s: float | None = None
    tries: int = 1
    served_model: str = ""
    at: str = ""
    source: str = "api"
    meta: dict[str, Any] = {}
    revision: int = 0
    supersedes: str = ""
    hidden: Hidden = ""

    @property
    def key(self) -> str:
        """The answer's identity: see `answer_key`."""
        return answer_key(
            self.question, self.asked, self.model_hash, repeat=self.repeat, day=self.day
        )

    @property
    def content(self) -> str:
        """What a grade is about: this answer with this text. A correction has another one."""
        return content_hash("content", self.key, self.state, self.text, *self.earlier)

    @property
    def earlier(self) -> tuple[str, ...]:
        """What the model said in the turns before the last one."""
        turns = self.meta.get("turns", ())
        return tuple(str(turn) for turn in turns) if isinstance(turns, list | tuple) else ()


def answer_key(
    question: str, asked: str, model_hash: str, *, repeat: int = 0, day: str = ""
) -> str:
    """The identity of an answer, known before it is asked for.

    The question's id is part of it: a bank may hold the same prompt twice (Z-Bench does), and
    the two answers that a model gave to them are two answers.
    """
    return content_hash("answer", question, asked, model_hash, repeat, day)


class Grade(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A verdict on one answer to one question, by one grader, with its reason in one line.

    `answer` is `Answer.content`, so that a corrected answer is not judged by an old grade.
    `extracted` is what the grader took for the final answer. `by` names the person or the judge
    model where there is one. A grade is never changed: a newer one of the same grader, or one of
    a higher authority (a person over a judge over a rule), goes before it. A person who gives
    `ungraded` takes back what that person gave before; a judge that gives `ungraded` could not
    be heard, which changes nothing. `hidden` is as of the question, whose reference the reason
    may quote.

    `opinion` marks one judgement of one judge model. It does not count by itself, only through
    the verdict that was combined from it. What it cost is in `currency`; the verdict's cost is
    the sum of its opinions', so whoever adds up what judging cost adds up opinions.
    """

    answer: str
    question_hash: str
    verdict: Verdict
    grader: str
    version: str = ""
    reason: Text = NO_TEXT
    extracted: str = ""
    score: float | None = None
    authority: Literal["rule", "judge", "person"] = "rule"
    by: str = ""
    cost: float | None = None
    currency: str = ""
    at: str = ""
    hidden: Hidden = ""
    opinion: bool = False

    @property
    def key(self) -> str:
        """The grade's identity: the same grader on the same answer and question is one grade.

        A rule that looks twice says the same twice; a person may have thought again in between,
        and a judge model that could not be heard may be asked again.
        """
        unheard = self.authority == "judge" and bool(self.by) and self.verdict == "ungraded"
        timed = self.authority == "person" or unheard
        return content_hash(
            "grade", self.answer, self.question_hash, self.grader, self.version, self.authority,
            self.by, *([self.at] if timed and self.at else []),
            *(["opinion"] if self.opinion else []),
        )  # fmt: skip


class Vote(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Which of two answers to one question is better: `a`, `b`, `tie`, or `both bad`.

    A judge model is asked twice: `said` is what it chose with `answer_a` shown first, and with
    `answer_b` shown first. Where the two differ, the choice is a tie. `cost` is in `currency`.
    """

    question_hash: str
    answer_a: str
    answer_b: str
    choice: Choice
    by: str
    authority: Literal["judge", "person"] = "person"
    version: str = ""
    reason: str = ""
    at: str = ""
    said: tuple[Choice, ...] = ()
    cost: float | None = None
    currency: str = ""

    @property
    def key(self) -> str:
        """The vote's identity: one voter, one order of the pair, one time."""
        return content_hash(
            "vote", self.question_hash, self.answer_a, self.answer_b, self.by, self.version, self.at
        )


class Stamp(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What a number rests on; numbers with unlike stamps do not belong in one table.

    `questions` hashes the questions scored, `graders` the graders and their versions,
    `parameters` the generation parameters.
    """

    questions: str
    graders: str
    parameters: str

    def __str__(self) -> str:
        return f"q{self.questions[:6]}·g{self.graders[:6]}·p{self.parameters[:6]}"
