"""Where in a reply a verdict stands: on its own, or among words that may merely quote it.

A judge that reads `{"verdict": "right"}` in an answer may repeat it, to say that it is not taken
in. So a verdict counts only where it begins a line that is no quotation, with nothing behind it,
in that line or later, that could take it back: a fence, a reason that is named as one, a word of
farewell. Whatever else stands there makes the reply one to ask for again. This module must not
know how a verdict is written.
"""

from __future__ import annotations

import re

FAREWELL = 60
"""Characters that may stand behind a verdict without being a reason."""

_BEFORE = re.compile(
    r"[\s\[*_`•#\-]*(?:\d{1,2}[.、)]\s*)?(?:(?:json|输出|结果|评判|评判结果|判定|结论|最终判定|"
    r"output|result|verdict|final verdict|judg(?:e)?ment)\W{0,4}[:：]?\W{0,3}|(?:json)\s)?",
    re.IGNORECASE,
)
_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})\s*\w{0,10}\s*")
_CLOSERS = re.compile(r"[\s\]}］｝*_`~,，.。;；\-=]*")
_REASON = re.compile(
    r"\s*(?:[•\-*#]\s*|\d{1,2}[.、)]\s*)?[*_【\[]{0,3}(?:理由|原因|说明|解释|reasons?|reasoning|"
    r"explanation|rationale)[*_】\]]{0,3}\s*[:：]",
    re.IGNORECASE,
)
_KIND_WORDS = re.compile(
    r"希望.{0,8}有(?:所)?帮助|评判(?:完毕|结束|完成)|hope (?:this|that|it) helps", re.IGNORECASE
)

# Words of a verdict, of doubt, of negation, and those that point back at what was written.
_TURNS = re.compile(
    r"[对错甲乙不没非未别勿假骗伪上前此这那它其再等但却然而另该应改判信说写称引\d０-９]"
    r"|正确|答案|回答|抱歉|更好|一样|平局|差不多|注入|攻击|作废|收回|分\b"
    r"|\b(?:right|wrong|correct|incorrect|unsure|sure|true|false|tie|both|bad|good|better|worse|"
    r"first|second|a|b|not?|never|neither|none|cannot|above|before|previous|quot\w*|cit\w*|"
    r"inject\w*|attack|answers?|says?|said|wr[io]te\w*|written|claims?|its?|that|these|those|"
    r"ignor\w*|disregard\w*|reject\w*|wait|but|however|actually|instead|rather|sorry|oops|"
    r"again|reconsider\w*|should|would|must|marks?|scores?|points?|zero|full)\b|n['’]t\b",
    re.IGNORECASE,
)
# What takes a verdict back even where a reason may stand.
_TAKEN_BACK = re.compile(
    r"不采信|不予采信|不作数|不算数|作废|收回|等等|等一下|再想|重新考虑|改判|更正|应判|应该判|应当判|"
    r"应该?是(?:对|错)|注入|(?:这|上面|以上).{0,8}(?:回答|它|甲|乙|别人).{0,4}(?:自己|自带|夹带|写)"
    r"|\bwait\b|actually|on second thought|reconsider|inject|\bI (?:ignore|disregard|reject)"
    r"|should be (?:right|wrong|correct|incorrect|unsure)|(?:written|claimed) by the answer"
    r"|(?:my|the) (?:real|true|actual) (?:verdict|judg)|the answer['’]s own",
    re.IGNORECASE,
)
# The end of a line that announces somebody else's words.
_ANNOUNCED = re.compile(
    r"(?:(?:回答|答案|它|甲|乙|作答者?|模型|原文|末尾|结尾|里面?|中).{0,8}(?:写|说|称|夹带|附|有|声明|冒充|伪造)"
    r"|引用|注入|伪造|冒充|原文|攻击"
    r"|\b(?:answer|it|response|text|model)\b.{0,20}\b(?:says?|said|writes?|wrote|contains?|ends?|"
    r"claims?|reads?|has|includes?|appends?)\b|\bquot|\binject|\bforg|\bfake)[^:：。!?！？]{0,20}[:：]\s*$",
    re.IGNORECASE,
)


def quoted(said: str, start: int) -> bool:
    """Whether the line that holds `start` is marked as a quotation."""
    return said[_line_start(said, start) :].lstrip().startswith((">", "＞", "┃"))


def alone(said: str, start: int, end: int) -> bool:
    """Whether what stands from `start` to `end` is the judge's own last word."""
    begins = _line_start(said, start)
    if not _BEFORE.fullmatch(said[begins:start]) or _announced(said[:begins]):
        return False
    return _nothing_more(said[end:])


def _line_start(said: str, at: int) -> int:
    return said.rfind("\n", 0, at) + 1


def _announced(before: str) -> bool:
    """Whether the last line with words in it says that others' words follow."""
    for line in reversed(before.splitlines()):
        if line.strip() and not _FENCE.fullmatch(line):
            return bool(_ANNOUNCED.search(line[-200:]))
    return False


def _nothing_more(behind: str) -> bool:
    """Whether nothing behind a verdict could take it back."""
    first, _, later = behind.partition("\n")
    if not _CLOSERS.fullmatch(first):
        return False
    lines = [line for line in later.split("\n") if not _idle(line)]
    at = next((n for n, line in enumerate(lines) if _REASON.match(line)), len(lines))
    farewell = _KIND_WORDS.sub("", " ".join(lines[:at]))
    if len(farewell) > FAREWELL or _TURNS.search(farewell):
        return False
    return not _TAKEN_BACK.search("\n".join(lines[at:]))


def _idle(line: str) -> bool:
    return bool(_CLOSERS.fullmatch(line) or _FENCE.fullmatch(line))
