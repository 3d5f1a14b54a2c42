"""What is said: sentences for a person on stderr or stdout, one JSON document for a program.

With `--json`, stdout carries that document and nothing else. Text that came from a model or a
file is stripped of control characters before a terminal sees it.
"""

from __future__ import annotations

import json
import math
import re
import shlex
import sys
from typing import Any

from mingan.language import Text

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """`text` without what could steer a terminal."""
    return _CONTROL.sub("", text)


def argument(text: str) -> str:
    """`text` as it is to be typed after a command; Chinese needs no quotes."""
    return text if re.fullmatch(r"[\w.@%+=:,/-]+", text) else shlex.quote(text)


def out(text: str | Text) -> None:
    """A result for a person, on stdout."""
    print(plain(text if isinstance(text, str) else text.say()))


def note(text: str | Text) -> None:
    """Everything that is not the result, on stderr."""
    print(plain(text if isinstance(text, str) else text.say()), file=sys.stderr)


def document(value: Any) -> None:
    """The one JSON document, on stdout; not-a-number becomes null.

    Where stdout is not UTF-8, and for what no encoding can hold, letters are written as escapes.
    """
    written = json.dumps(_finite(value), ensure_ascii=False, indent=2)
    try:
        written.encode("utf-8" if _is_utf8(sys.stdout) else "ascii")
    except UnicodeEncodeError:
        written = json.dumps(_finite(value), indent=2)
    print(written)


def _is_utf8(stream: Any) -> bool:
    name = (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "").replace("_", "")
    return name in ("utf8", "utf8sig")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
