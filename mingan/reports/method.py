"""How the numbers were made, said below every table: what is counted and how doubt enters.

The constants come from the statistics room, so that the sentence cannot drift from the formula.
"""

from __future__ import annotations

from mingan.language import Text
from mingan.reports.gather import Gathered
from mingan.statistics.unknowns import DEFAULT_UNSURE_RATE


def method_notes(gathered: Gathered) -> tuple[Text, ...]:
    """One sentence each: which questions count, how unsure answers enter, the stamp."""
    return (*_left_out(gathered), _unsure(), _stamp(gathered))


def _left_out(gathered: Gathered) -> tuple[Text, ...]:
    waiting = len(gathered.questions) - len(gathered.scored)
    if not waiting:
        return ()
    return (
        Text(
            f"问过的 {len(gathered.questions)} 道题里，{len(gathered.scored)} 道计分；"
            f"另外 {waiting} 道没有规则能判，要等评审模型或人，对所有模型一律不计。",
            f"Of {len(gathered.questions)} questions asked, {len(gathered.scored)} are scored; "
            f"{waiting} more wait for a judge model or a person and count for no model.",
        ),
    )


def _unsure() -> Text:
    rate = DEFAULT_UNSURE_RATE
    return Text(
        f"存疑的回答按该模型已判回答得分率的 {rate.point:.0%} 计入，区间的两端分别按 "
        f"{rate.low:.0%} 和 {rate.high:.0%} 计：规则认出对的比认出错的容易，只算判出来的会虚高。"
        "没有要到的回答不算模型的错，只放宽最好和最坏情形。",
        f"Unsure answers count {rate.point:.0%} of the model's rate over its decided answers, and "
        f"the interval's ends take {rate.low:.0%} and {rate.high:.0%}: rules recognise right "
        "answers more easily than wrong ones, so decided answers alone would flatter. An answer "
        "that could not be had is not the model's mistake; it only widens best and worst case.",
    )


def _stamp(gathered: Gathered) -> Text:
    return Text(
        f"可比印 {gathered.stamp}：印不同的数字不要放在一起比。",
        f"Stamp {gathered.stamp}: do not compare numbers whose stamps differ.",
    )
