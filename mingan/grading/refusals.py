"""Answers that decline: refusals, "I don't know", filters that spoke in the model's place.

A refusal in words is an answer all the same; what it is worth depends on the question. This module
only tells what kind of declining a text is, and knows no references.
"""

from __future__ import annotations

import re

from mingan.normal import sentences

_FILTER = re.compile(
    r"不当内容|违反相关法规|不符合相关法律|相关安全规定|内容无法显示|不予以?展示|换个话题|拒绝回答|"
    r"content (?:policy|filter)|violates? (?:our|the) polic",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"作为(?:一[个款名])?\s*(?:AI|人工智能|大?语言模型|智能助手|聊天机器人)|"
    r"as an? (?:AI|artificial|language model)",
    re.IGNORECASE,
)
_UNABLE = re.compile(
    r"(?:无法|不能|没法|没办法|难以|不会|拒绝)\s*(?:直接|准确|确切|为您|为你|对此|给出|具体)*\s*"
    r"(?:回答|解答|提供|判断|确定|理解|识别|获取|给出|完成|找到|执行|生成|回复|处理|提取|查找|作答)|"
    r"(?:还|仍)没有?(?:学会|掌握)[^。]{0,6}回答|"
    r"我不(?:知道|清楚|了解|确定|太明白|明白)|没有(?:找到|查到|检索到)|找不到|"
    r"没有(?:足够|相关|具体|特定|明确|更多)的?(?:信息|数据|上下文|资料|答案)|信息不足|"
    r"(?:can(?:'|no)t|cannot|unable to|not able to|won't|will not)\s+(?:answer|help|assist|provide|"
    r"determine|comply|discuss|find)|i (?:do not|don't) know|i'm not sure|no information",
    re.IGNORECASE,
)
_SORRY = re.compile(r"抱歉|对不起|很遗憾|不好意思|sorry|apologi[sz]e", re.IGNORECASE)
_ASK_BACK = re.compile(
    r"(?:请|可以请?)[^。]{0,12}(?:提供|检查|补充|说明|告诉我)|更多的?(?:上下文|信息)|"
    r"could you (?:please )?(?:provide|clarify)",
    re.IGNORECASE,
)
_SENSELESS = re.compile(
    r"没有(?:任何)?(?:实际)?(?:意义|平方根|定义|这样的|这个人|这种)|无意义|毫无意义|不存在|并不存在|虚构的(?!人物|角色)|"
    r"不(?:是|属于)(?:一个|一种)?(?:数字|数值|食物|食品|食材|真实)|不(?:合|符合)(?:逻辑|常理|常识)|"
    r"(?:题目|问题|条件|数据|前提)[^。,]{0,8}(?:有误|错误|出错|错了|有问题|不成立|矛盾|不合理|"
    r"不正确|不完整|不太?对)|是不是题|算出来不太?对|不是整数|不符合实际|"
    r"(?:无|没有)(?:整数|合理|实际|正整数)?解(?![释决答析法])|(?:无法|不能)求解|不可能(?!.{0,4}(?:没有|不))|不能(?:直接)?(?:对其)?(?:进行|计算|食用|吃)|不适合(?:食用|吃)|无法计算|"
    r"开玩笑|误解|does not exist|doesn't exist|no such|meaningless|makes no sense|not a real|"
    r"fictional|no (?:real|valid) solution|impossible",
    re.IGNORECASE,
)
_UNDECIDABLE = re.compile(
    r"无法(?:从[^。]{0,12})?(?:准确|完全|直接|明确)?(?:得知|确定|判断|推断|知道|得出|回答|确认|断定|推测|推出|了解)|不(?:能|可)(?:确定|判断|推断|得知)|不确定|不知道|"
    r"没有(?:明确)?(?:提到|提及|说明|给出|提供|足够)|未(?:提及|说明|提到|提供|知)|信息不足|不得而知|难以(?:确定|判断)|"
    r"都有可能|(?:皆|均)有可能|(?<!并)不一定|条件不(?:足|够|充分)|缺少(?:必要的?)?(?:条件|信息)|"
    r"(?:信息|条件|线索)(?:太少|不够|不充分|不全)|答案不唯一|"
    r"cannot (?:be )?(?:determine|tell|know|infer)|can't (?:be )?(?:determine|tell|know)|unknown|"
    r"not enough information|undetermined|unclear|i don't know",
    re.IGNORECASE,
)


_CONCLUDES = re.compile(
    r"可以(?:推断|得出|判断|确定|推测|认为)(?:出|为|是)?(?!.{0,6}(?:无法|不能))"
)


def declines(text: str, prompt: str) -> bool:
    """Whether the text declines, and not only in words of the question (谁无法理解这次讨论)."""
    said = _UNABLE.search(text)
    own = said is None or any(m[0] not in prompt for m in _UNABLE.finditer(text))
    return own and is_refusal(text)


def is_refusal(text: str) -> bool:
    """Whether a folded text, as a whole, declines to answer.

    A filter's sentence, or an opening that cannot or will not; an apology alone is none, and a long
    text that goes on to answer is none either.
    """
    parts = sentences(text)
    if not parts:
        return False
    opening = "。".join(parts[:2])
    if _FILTER.search(opening) and len(text) < 200:
        return True
    unable = _UNABLE.search(opening) or (_ROLE.search(opening) and _UNABLE.search(text))
    if _ROLE.search(opening) and re.search(r"不会[^。]{0,20}(?:发表|参与|提供|讨论)", text):
        return True
    if not unable:
        return False
    if _SORRY.search(opening) or _ROLE.search(opening) or _ASK_BACK.search(text):
        return len(text) < 400
    return len(text) < 160


def says_senseless(text: str) -> bool:
    """Whether the text says that the question makes no sense or its object does not exist."""
    return bool(_SENSELESS.search(text))


def says_undecidable(text: str) -> bool:
    """Whether the text says that what is asked cannot be known from what is given."""
    return bool(_UNDECIDABLE.search(text)) and not _CONCLUDES.search(text)


def asks_back(text: str) -> bool:
    """Whether the text asks for more information instead of answering."""
    return bool(_ASK_BACK.search(text))
