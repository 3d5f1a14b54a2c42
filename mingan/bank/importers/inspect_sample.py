"""One sample of an Inspect AI log: what was asked, what was said, how it was scored.

Content is text or a list of parts; long texts are kept once under `attachments` and pointed to.
This module reads plain JSON values and knows no file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mingan.language import Text
from mingan.records import NO_TEXT, State, Usage, Verdict

_POINTER = "attachment://"
_VERDICTS: dict[str, tuple[Verdict, float | None]] = {
    "C": ("right", 1.0),
    "I": ("wrong", 0.0),
    "P": ("unsure", 0.5),
    "N": ("unsure", None),
}
"""Correct, incorrect, partly correct, no answer found. The last two decide nothing for us."""

_STOPS: dict[str, State] = {
    "content_filter": "refused",
    "max_tokens": "truncated",
    "model_length": "truncated",
    "length": "truncated",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the model said; `unknown` where the log holds neither an answer nor an error."""

    text: str = ""
    reasoning: str = ""
    state: State = "ok"
    error: Text = NO_TEXT
    finish: str = ""
    usage: Usage = field(default_factory=Usage)
    total_s: float | None = None
    served_model: str = ""
    at: str = ""
    unknown: bool = False


def prompt(sample: dict[str, Any]) -> tuple[str | None, str]:
    """System prompt and prompt of a sample.

    A conversation with several turns is one prompt here, each turn after the name of its role.
    """
    given = sample.get("input")
    turns = given if isinstance(given, list) else [{"role": "user", "content": given}]
    sent = sample.get("messages") or []
    leading = [turn for turn in (*turns, *sent[:1]) if _role(turn) == "system"]
    system = _text(leading[0].get("content"), sample) if leading else None
    others = [turn for turn in turns if isinstance(turn, dict) and _role(turn) != "system"]
    if len(others) == 1:
        return system or None, _text(others[0].get("content"), sample)
    said = [f"{_role(turn)}: {_text(turn.get('content'), sample)}" for turn in others]
    return system or None, "\n\n".join(said)


def reference(sample: dict[str, Any]) -> tuple[str | None, tuple[str, ...]]:
    """The reference answer, and the others that are as right."""
    target = sample.get("target")
    targets = target if isinstance(target, list) else [target]
    texts = [str(text).strip() for text in targets if text is not None and str(text).strip()]
    return (texts[0] if texts else None), tuple(texts[1:])


def said(sample: dict[str, Any]) -> Said:
    """The model's last output, or the error that took its place."""
    output = sample.get("output") or {}
    choices = output.get("choices") or []
    first = choices[0] if choices and isinstance(choices[0], dict) else {}
    content = (first.get("message") or {}).get("content")
    text = _text(content, sample) or _text(output.get("completion"), sample)
    failure = sample.get("error") or output.get("error")
    finish = str(first.get("stop_reason") or "")
    if not choices and not text and not failure:
        return Said(unknown=True)
    state: State = _STOPS.get(finish, "ok" if text.strip() else "empty")
    error = NO_TEXT
    if failure and not text.strip():
        what = failure.get("message", "") if isinstance(failure, dict) else failure
        state, error = "failed", _failure(str(what))
    return Said(
        text=text,
        reasoning=_reasoning(content),
        state=state,
        error=error,
        finish=finish,
        usage=_usage(output.get("usage") or {}),
        total_s=output.get("time") if isinstance(output.get("time"), float) else None,
        served_model=str(output.get("model") or ""),
        at=str(sample.get("started_at") or ""),
    )


def scores(sample: dict[str, Any]) -> list[dict[str, Any]]:
    """The verdicts of Inspect's scorers, as keywords for `Collector.add_grade`."""
    found = sample.get("scores")
    each = found.items() if isinstance(found, dict) else []
    grades = []
    for scorer, score in each:
        judged = _verdict(score.get("value")) if isinstance(score, dict) else None
        if judged is None:
            continue
        grades.append(
            {
                "verdict": judged[0],
                "grader": f"inspect:{scorer}",
                "score": judged[1],
                "reason": str(score.get("explanation") or ""),
                "extracted": str(score.get("answer") or ""),
                "authority": "judge" if "model_graded" in str(scorer) else "rule",
            }
        )
    return grades


def _verdict(value: Any) -> tuple[Verdict, float | None] | None:
    if isinstance(value, str):
        return _VERDICTS.get(value)
    if isinstance(value, (bool, int, float)) and -1e9 < value < 1e9:  # NaN is not, either
        decided: Verdict = "right" if value == 1 else "wrong" if value == 0 else "unsure"
        return decided, float(value)
    return None


def _role(turn: Any) -> str:
    return str(turn.get("role", "")) if isinstance(turn, dict) else ""


def _text(content: Any, sample: dict[str, Any]) -> str:
    if isinstance(content, list):
        parts = [p.get("text") for p in content if isinstance(p, dict) and p.get("type") == "text"]
        return "\n".join(_text(part, sample) for part in parts if part)
    text = content if isinstance(content, str) else ""
    if text.startswith(_POINTER):
        kept = sample.get("attachments") or {}
        return str(kept.get(text.removeprefix(_POINTER), text))
    return text


def _reasoning(content: Any) -> str:
    parts = content if isinstance(content, list) else []
    thoughts = [p for p in parts if isinstance(p, dict) and p.get("type") == "reasoning"]
    return "\n".join(str(thought.get("reasoning") or "") for thought in thoughts)


def _usage(usage: dict[str, Any]) -> Usage:
    keys = {
        "tokens_in": "input_tokens",
        "tokens_out": "output_tokens",
        "tokens_reasoning": "reasoning_tokens",
        "tokens_cached": "input_tokens_cache_read",
    }
    counts = {ours: usage.get(theirs) for ours, theirs in keys.items()}
    return Usage(**{key: count for key, count in counts.items() if isinstance(count, int)})


def _failure(what: str) -> Text:
    first = what.splitlines()[0][:200] if what else "?"
    return Text(f"Inspect AI 没有得到回答：{first}", f"Inspect AI got no answer: {first}")
