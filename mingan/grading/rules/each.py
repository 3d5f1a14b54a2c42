"""Every turn of a conversation judged by a grader of its own; right only if all are.

For questions with several turns, and for minimal pairs, where the same thing is asked in wordings
that differ in little and only who understands it gets them all right. It knows which turn is
judged by what; what is right in a turn is for the graders that it calls to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from mingan.bank.games import Conversation
from mingan.errors import InputError, MinganError
from mingan.grading.choose import choose
from mingan.grading.protocol import Finding, Grader
from mingan.grading.rules.turns import TurnsGrader, faults_of
from mingan.language import Text, counted
from mingan.normal import shorten
from mingan.records import Question, Verdict

VARIANTS = "variants"
"""The kind of question whose parts are written down with their prompts."""

_NO_PART = ("each", "game", "judge")
"""Graders that cannot judge one part: they read conversations, or are no rules."""

_NO_PARTS = Text(
    "没有写明各轮怎么判；请在 params 里写 parts，每轮一项，不判的一轮写 null。",
    "How the turns are judged is not written; give parts in params, one a turn, null for a turn "
    "that is not judged.",
)
_SILENT = Text("这一轮没有回答。", "There is no answer in this turn.")


class EachGrader(TurnsGrader):
    """Right when every part is right, wrong when any is wrong; the score is the share right."""

    name = "each"
    version = "1"

    def grade_turns(self, question: Question, said: tuple[str, ...]) -> Finding:
        """Judge each turn by its part, and put the findings together."""
        findings = [
            (place, self._one(part, said[place] if place < len(said) else ""))
            for place, part in enumerate(parts_of(question))
            if part is not None
        ]
        return _together(findings) if findings else Finding(verdict="ungraded", reason=_NO_PARTS)

    def faults(self, question: Question) -> list[Text]:
        """Parts that are missing, do not fit the turns, or cannot be judged by their grader."""
        parts = parts_of(question)
        if not any(parts):
            return [_NO_PARTS]
        found = _misfits(question, len(parts))
        if question.kind:
            found += faults_of(lambda: self._game(question.kind).faults(question))
        for place, part in enumerate(parts):
            faults = [] if part is None else self._part_faults(part)
            found += [
                Text(f"第 {place + 1} 轮：{fault.zh}", f"Turn {place + 1}: {fault.en}")
                for fault in faults
            ]
        return found

    def _one(self, part: Question, text: str) -> Finding:
        if not text.strip():
            return Finding(verdict="unsure", reason=_SILENT)
        try:
            grader = self._grader(part)
            finding = grader.grade(part, text)
        except MinganError as error:
            return Finding(verdict="ungraded", reason=error.message)
        except Exception as error:
            detail = shorten(f"{type(error).__name__}: {error}", 120)
            reason = Text(f"判分程序出错：{detail}", f"the grader failed: {detail}")
            return Finding(verdict="ungraded", reason=reason)
        return replace(finding, version=f"{grader.name}{grader.version}")

    def _part_faults(self, part: Question) -> list[Text]:
        return faults_of(lambda: self._grader(part).faults(part))

    def _game(self, kind: str) -> Conversation:
        game: Conversation = self._registry.made("games", kind)
        return game

    def _grader(self, part: Question) -> Grader:
        if part.grader in _NO_PART:
            raise InputError(
                f"each 的一轮不能用 {part.grader} 来判；请写一个只看单个回答的判法。",
                f"A turn of each cannot be judged by {part.grader}; name a grader that reads a "
                "single answer.",
            )
        grader: Grader = self._registry.made("graders", part.grader)
        return grader


def parts_of(question: Question) -> list[Question | None]:
    """Each turn as a question of its own, with its grader; None for a turn that is not judged."""
    if question.kind == VARIANTS:
        specs = _variants(question)
    else:
        specs = _list(question.params.get("parts"))
    prompts = (question.prompt, *question.turns)
    return [
        None if spec is None else _part(question, spec, prompts[place : place + 1])
        for place, spec in enumerate(specs)
    ]


def _variants(question: Question) -> list[Any]:
    """What judges each wording: what `part` says, under what the wording says itself."""
    part = _mapping(question.params.get("part"))
    first = {"answer": question.answer, "aliases": list(question.aliases)} | part
    others = [part | _mapping(v) for v in _list(question.params.get("variants"))]
    return [first, *others] if others else []


def _part(question: Question, spec: Any, prompt: Sequence[str]) -> Question:
    spec = _mapping(spec)
    written = spec.get("prompt") or (prompt[0] if prompt else question.prompt)
    answer = spec.get("answer")
    part = msgspec.structs.replace(
        question,
        prompt=str(written),
        answer=None if answer is None else str(answer),
        aliases=tuple(map(str, _list(spec.get("aliases")))),
        grader=str(spec.get("grader") or ""),
        params=_mapping(spec.get("params")),
        choices=tuple(map(str, _list(spec.get("choices")))) or question.choices,
        turns=(),
        kind="",
    )
    if part.grader:
        return part
    choice = choose(part)
    return msgspec.structs.replace(
        part, grader=choice.grader, params={**choice.params, **part.params}
    )


def _together(findings: list[tuple[int, Finding]]) -> Finding:
    verdicts = [finding.verdict for _, finding in findings]
    verdict = _worst(verdicts)
    right = verdicts.count("right")
    decided = [f.firm for _, f in findings if f.verdict == verdict]
    return Finding(
        verdict=verdict,
        reason=_reason(findings, right),
        extracted=shorten(" | ".join(f.extracted for _, f in findings), 120),
        firm=all(decided) if verdict == "right" else any(decided),
        score=right / len(findings),
        version=",".join(dict.fromkeys(f.version for _, f in findings if f.version)),
    )


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    order: tuple[Verdict, ...] = ("wrong", "ungraded", "unsure", "right")
    return next(verdict for verdict in order if verdict in verdicts)


def _reason(findings: list[tuple[int, Finding]], right: int) -> Text:
    """How many are right, and what is the matter with the first that is not."""
    zh, en = f"{len(findings)} 轮对了 {right} 轮", f"Turns right: {right} of {len(findings)}"
    worst = _worst([finding.verdict for _, finding in findings])
    if worst == "right":
        return Text(f"{zh}。", f"{en}.")
    place, finding = next(pair for pair in findings if pair[1].verdict == worst)
    return Text(
        f"{zh}；第 {place + 1} 轮：{finding.reason.zh}",
        f"{en}; turn {place + 1}: {finding.reason.en}",
    )


def _misfits(question: Question, parts: int) -> list[Text]:
    """More or fewer parts than turns, or parts that are no objects."""
    found = []
    turns = 1 + len(question.turns)
    if not question.kind and parts != turns:
        found.append(
            Text(
                f"这道题有 {turns} 轮，parts 却有 {parts} 项；请一轮写一项，不判的写 null。",
                f"The question has {counted(turns, 'turn')} but {counted(parts, 'part')}; write "
                "one part a turn, null for a turn that is not judged.",
            )
        )
    specs = [*_list(question.params.get("parts")), *_list(question.params.get("variants"))]
    if not all(spec is None or isinstance(spec, Mapping) for spec in specs):
        found.append(
            Text(
                'parts 或 variants 里有一项不是 JSON 对象；每项写成 {"answer": …}。',
                'Something in parts or variants is no JSON object; write {"answer": …}.',
            )
        )
    return found


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
