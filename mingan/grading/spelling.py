"""Answers that have to be right to the letter: codes, and what comes of working on a string.

In a word, a character more or less is a slip of the pen, and in a sentence the words may stand
otherwise. DXOR for DXOT, or a string with two characters exchanged, is another answer. This
module compares strings and knows no verdicts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mingan.normal import key

SHORTEST = 3
"""Characters from which on a string is told from another by its length and its letters."""

_WORKS_ON_STRINGS = re.compile(
    r"倒序|倒着|倒过来|逆序|反过来写|颠倒.{0,4}[顺次]序|字符串|字母串|暗号|密码|密文|解密|加密|凯撒|移位|逐字|照抄"
    r"|\bstrings?\b|\breverse|\bcipher|\bencrypt|\bdecrypt|\bdecode",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?=[0-9]*[A-Z])[0-9A-Z]+")
_TOKEN = re.compile(
    r"(?:^|(?<![不非])[是为:]|答案)[\s\"“'(《*`]*([0-9A-Za-z]+)[\s\"”')》*`]*(?=[。\n]|$)"
)
_GIVEN = re.compile(r"(?:答案|结果|输出)(?:应该|应当|应)?(?:是|为|:)[是为:\s]{0,8}([^\n。]{1,60})")


def another_string(references: Sequence[str], text: str, prompt: str) -> str:
    """The string that the text gives, as long as the reference but another; `""` if none is plain.

    Only where the question works on strings, or the reference is a code (DXOT, K7QX).
    """
    wanted = {key(r) for r in references}
    size = len(key(references[0]))
    if size < SHORTEST or any(w in key(text) for w in wanted):  # it may be spelt out: D-X-O-T
        return ""
    if _CODE.fullmatch(references[0]):
        asked = key(prompt)
        found = {str(m[1]) for m in _TOKEN.finditer(text) if key(m[1]) not in asked}
        tokens = [token for token in found if len(token) == size]
        return tokens[0] if len(tokens) == 1 else ""
    if not _WORKS_ON_STRINGS.search(prompt):
        return ""
    for given in (text, *reversed(_GIVEN.findall(text))):
        if len(key(given)) == size:
            return str(given).strip()
    return ""


def rearranged(reference: str, text: str) -> bool:
    """Whether the text has just the reference's characters in a row, but in another order."""
    wanted, said = key(reference), key(text)
    size, letters = len(wanted), sorted(wanted)
    pieces = (said[at : at + size] for at in range(len(said) - size + 1))
    return any(piece != wanted and sorted(piece) == letters for piece in pieces)
