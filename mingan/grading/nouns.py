"""The nouns that a text settles on: 圆 in “……的集合是一个单位圆。”

What stands at the end of a clause after 是, 为, 叫做 or a colon is what the clause says a thing is.
Only the leading sentence and those that declare or conclude are read. This module compares nothing.
"""

from __future__ import annotations

import re

from mingan.grading.commitment import CONCLUSION
from mingan.normal import key, sentences

_SETTLES = re.compile(
    r"(?:(?<![不但可还要只])是|(?<![以认因])为|叫做?|称作|称为|属于|表示|代表|(?<=[\u4e00-\u9fff]):)\s*"
    r"(?:一[个种只条张部位款类份座]|由|[:“\"‘'《「\[]|\s)*"
    r"(?P<said>[\u4e00-\u9fff“”\"《》·]{1,24}?)"
    r"(?=[”\"』」》'\]]*\s*(?:$|[,。;:.!?(（\n]|[A-Z]))"
)
_DECLARING = re.compile(r"答案|谜底|正确|最终|应(?:该|当)?[是为]")
_NO_NOUN = re.compile(
    r"(?:这样|如此|什么|哪[个种里]|所示|以下|如下|因为|正确|错误|的|了|着|吗|呢)$|^(?:因为|由于|如果|否)|是"
)


def settled(text: str) -> list[str]:
    """The nouns that the folded text's leading and deciding sentences end their clauses on."""
    parts = sentences(text)
    chosen = parts[:1] + [s for s in parts[1:] if _DECLARING.search(s) or CONCLUSION.search(s)]
    found: list[str] = []
    for sentence in chosen:
        for match in _SETTLES.finditer(sentence):
            noun = key(match["said"].rpartition("的")[2])
            if 1 <= len(noun) <= 8 and not _NO_NOUN.search(noun):
                found.append(noun)
    return found


_CHARACTER = re.compile(
    r"[“\"‘'「《]([\u4e00-\u9fff])[”\"’'」》]|(?:字符?|汉字|字形)\s*(?:应该|可能)*(?:是|为|:)+\s*"
    r"([\u4e00-\u9fff])(?=$|[,。;.!\s(])|^\s*([\u4e00-\u9fff])\s*$|:\s*([\u4e00-\u9fff])\s*$",
    re.MULTILINE,
)


def characters(text: str) -> list[str]:
    """The single characters that the folded text names: “大”字, 汉字是：山."""
    return [next(g for g in m.groups() if g) for m in _CHARACTER.finditer(text)]


_KIND = re.compile(r"(?:什么|哪[种个一类]|何种)([\u4e00-\u9fff])(?=[,。?!;]|$)")


def of_asked_kind(text: str, prompt: str) -> list[str]:
    """What the text names of the kind asked for: 过失杀人 of 过失杀人罪 where 什么罪 is asked.

    Read from the leading and the deciding sentences only; empty when no kind is asked for.
    """
    kinds = _KIND.findall(prompt)
    if not kinds:
        return []
    parts = sentences(text)
    chosen = parts[:2] + [s for s in parts[2:] if _DECLARING.search(s) or CONCLUSION.search(s)]
    name = re.compile(rf"([\u4e00-\u9fff]{{2,8}}?){kinds[-1]}(?![\u4e00-\u9fff]{{0,1}}名)")
    found = (re.sub(r"^.*[了的是为于犯属成]", "", m[1]) for s in chosen for m in name.finditer(s))
    return [n for n in found if len(n) >= 2 and n not in prompt]
