"""Words of closed families that mean the same, in Chinese and English: feelings, colours, ways.

A reference such as sadness is met by 悲伤 and by 伤心. Only families whose members any dictionary
gives for one another are listed, and only whole references are looked up; everything else is for
the author of a question to list as aliases. This module knows nothing of questions or verdicts.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mingan.grading.commitment import CONCLUSION
from mingan.normal import key, sentences

_FAMILIES = """
@feeling
sadness sad 悲伤 伤心 难过 哀伤 悲痛 忧伤 伤感 悲哀 心碎
joy joyful happiness happy 高兴 快乐 喜悦 愉快 开心 愉悦 欢乐 欢喜 欣喜 幸福
anger angry 愤怒 生气 恼怒 气愤 恼火 发怒
fear fearful 恐惧 害怕 惊恐 畏惧
surprise surprised 惊讶 惊奇 吃惊 诧异 惊喜
disgust 厌恶 反感 恶心
love 爱 喜爱 爱意
confusion confused 困惑 疑惑 迷惑
@attitude
positive 正面 积极 肯定
negative 负面 消极 否定
neutral 中性 中立
@colour
red 红色 红
orange 橙色 橙 橘色 橘黄色
yellow 黄色 黄
green 绿色 绿
blue 蓝色 蓝
purple violet 紫色 紫 紫罗兰色
pink 粉色 粉红色 粉红
brown 棕色 褐色 咖啡色
black 黑色 黑
white 白色 白
gray grey 灰色 灰
@shade
salmon 三文鱼色 三文鱼粉 鲑鱼色 鲑红色 鲑鱼红 鲑鱼粉
@way
up upward upwards 向上 往上 朝上 上方 竖直向上 垂直向上
down downward downwards 向下 往下 朝下 下方 向着地面 朝着地面
forward forwards 向前 往前 前方
backward backwards 向后 往后 后方
left 向左 往左 左边 左侧 左面
right 向右 往右 右边 右侧 右面
@bearing
north 北方 北边 北面 正北
south 南方 南边 南面 正南
east 东方 东边 东面 正东
west 西方 西边 西面 正西
@figure-of-speech
irony sarcasm 反讽 讽刺 反语 嘲讽
metaphor 隐喻 暗喻 比喻
simile 明喻
personification 拟人
hyperbole exaggeration 夸张
@part-of-speech
noun 名词
verb 动词
adjective 形容词
adverb 副词
preposition 介词
@shape
triangle 三角形
square 正方形
rectangle 长方形 矩形
circle 圆 圆形
parallelogram 平行四边形
trapezoid trapezium 梯形
rhombus 菱形
pentagon 五边形
hexagon 六边形
@weekday
monday 星期一 周一 礼拜一
tuesday 星期二 周二 礼拜二
wednesday 星期三 周三 礼拜三
thursday 星期四 周四 礼拜四
friday 星期五 周五 礼拜五
saturday 星期六 周六 礼拜六
sunday 星期日 星期天 周日 周天 礼拜天
""".strip()


_DEEDS = tuple(
    frozenset(line.split())
    for line in (
        "失去 损失 丧失 释放 放出 减少 降低 下降",
        "获得 得到 增加 吸收 提高 上升 升高",
        "修理 修复 修补 维修 修缮",
        "产生 生成 形成 造成",
        "停止 终止 中止 结束",
        "开始 启动 着手",
        "离开 离去 走开",
    )
)
_THINGS = (frozenset(["东西", "物品", "物体", "事物", "物件"]),)


def deed_pattern(reference: str) -> re.Pattern[str] | None:
    """A pattern for a deed in four characters (失去能量) with its synonyms, either way round.

    None when the reference is no verb and noun of two characters each that are known.
    """
    verb, noun = reference[:2], reference[2:]
    deeds = next((d for d in _DEEDS if verb in d), None)
    if len(reference) != 4 or deeds is None:
        return None
    nouns = next((t for t in _THINGS if noun in t), frozenset([noun]))
    verbs, objects = "|".join(sorted(deeds)), "|".join(sorted(nouns))
    return re.compile(
        rf"(?<![不没未])(?:{verbs})[^,。;不]{{0,10}}?(?:{objects})|"
        rf"(?:{objects})[^,。;不没未]{{0,4}}?(?:{verbs})"
    )


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[tuple[str, ...], str]]:
    table: dict[str, tuple[tuple[str, ...], str]] = {}
    family = ""
    for line in _FAMILIES.split("\n"):
        if line.startswith("@"):
            family = line
            continue
        words = tuple(line.split())
        for word in words:
            table[key(word)] = (words, family)
    return table


def synonyms(word: str) -> tuple[str, ...]:
    """All words that say the same as `word`, itself among them; empty when none are known."""
    return _table().get(key(word), ((), ""))[0]


@lru_cache(maxsize=256)
def _others(word: str) -> re.Pattern[str] | None:
    """The members of the word's family that do not say the same."""
    own, family = _table().get(key(word), ((), ""))
    words = [w for ws, f in set(_table().values()) if f == family and ws != own for w in ws]
    long = sorted((w for w in words if len(w) >= 2), key=len, reverse=True)
    if not own or not long:
        return None
    latin = "|".join(rf"\b{re.escape(w)}\b" for w in long if w.isascii())
    rest = "|".join(re.escape(w) for w in long if not w.isascii())
    return re.compile(f"(?<!方)(?:{rest})|{latin}", re.IGNORECASE)  # 方向前进 has no 向前 in it


def another_member(reference: str, text: str) -> str:
    """Another member of the reference's family (向下 for 向上) in the deciding sentences.

    Only when these name no word for the reference; `""` if there is none.
    """
    others = _others(reference)
    if others is None:
        return ""
    parts = sentences(text)
    lead = "。".join([*parts[:1], *(s for s in parts[1:] if CONCLUSION.search(s))])
    own = [key(w) for w in synonyms(reference)]
    if any(w in key(lead) for w in own):
        return ""
    found = others.search(lead)
    return found[0] if found else ""
