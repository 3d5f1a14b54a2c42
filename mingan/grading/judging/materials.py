"""How foreign words are shown to a judge: fenced, so that they cannot pass for our own.

What a model said is hostile: it may order the judge to give full marks, close the fence by
itself, pose as a system message, or bring a verdict of its own. Three things keep it a mere
object to be looked at. Every line of it begins with a bar, so no line of it can be a fence. The
fence carries a number that is drawn anew for every answer each time it is judged, after the
answer was given, so nobody can have written it down before. And characters that are not seen,
or that a model's own machinery would take for the end of a message, are made visible or harmless.
What a fence holds, and how much was left out of it, is said outside. This module must not know
what is being judged.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from mingan.language import Lang, Text, counted

BAR = "┃ "
"""What every fenced line begins with."""

_NONCE_BYTES = 8

# Not seen, or turning the order of what is seen: zero width, direction, tags, selectors.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
# What chat templates use to tell messages apart; a local model may read it as just that.
_MARKERS = re.compile(
    r"<\|[^|<>\n]{1,60}\|?>|<｜[^｜<>\n]{1,60}｜>|<</?SYS>>|</?s>|</?(?:bos|eos|pad|unk)>"
    r"|</?(?:start|end)_of_(?:turn|text|image)>|<[se]op>"
    r"|\[/?(?:INST|SYS|gMASK|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|SYSTEM_PROMPT)\]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Something to look at: what it is, said by us, and the words of somebody else."""

    title: Text
    text: str
    limit: int = 12_000


def fresh_nonce(texts: Iterable[str] = ()) -> str:
    """A number for a fence that occurs in none of `texts`."""
    known = tuple(texts)
    while True:
        nonce = secrets.token_hex(_NONCE_BYTES)
        if not any(nonce in text for text in known):
            return nonce


def opening(nonce: str, lang: Lang) -> str:
    """The line that opens a fence."""
    return f"=== 材料 {nonce} 开始 ===" if lang == "zh" else f"=== MATERIAL {nonce} BEGINS ==="


def closing(nonce: str, lang: Lang) -> str:
    """The line that closes a fence."""
    return f"=== 材料 {nonce} 结束 ===" if lang == "zh" else f"=== MATERIAL {nonce} ENDS ==="


def fenced(material: Material, nonce: str, lang: Lang) -> str:
    """A material as a judge gets it: title and notes outside, then the fence with every line."""
    kept, left_out = _cut(harmless(material.text), material.limit)
    title = material.title.say(lang)
    lines = [line for part in kept for line in (part.splitlines() or [""])]
    if left_out:
        note = Text(
            f"（太长，只给出开头和结尾，中间第 {len(kept[0].splitlines())} 行之后略去 {left_out} "
            "个字符）",
            f" (too long: after line {len(kept[0].splitlines())} "
            f"{counted(left_out, 'character')} are left out)",
        )
        title += note.say(lang)
    colon = "：" if lang == "zh" else ":"
    body = "\n".join(BAR + line for line in lines)
    return f"{title}{colon}\n{opening(nonce, lang)}\n{body}\n{closing(nonce, lang)}"


def harmless(text: str) -> str:
    """The text without what is not seen, and with a dot in what chat templates would act on."""
    text = _CONTROL.sub("\ufffd", _UNSEEN.sub("", text))
    return _MARKERS.sub(lambda found: f"{found[0][0]}·{found[0][1:]}", text)


def _cut(text: str, limit: int) -> tuple[tuple[str, ...], int]:
    """The text, or its beginning and its end, and how many characters were left out."""
    if len(text) <= limit:
        return (text,), 0
    head = limit // 2
    return (text[:head], text[len(text) - (limit - head) :]), len(text) - limit
