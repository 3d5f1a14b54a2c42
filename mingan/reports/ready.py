"""Whether what was gathered can be counted at all, and the sentence that says why not.

One place for it, so that scores, items and whatever else counts verdicts say the same. It must
not know what will be counted.
"""

from __future__ import annotations

from mingan.errors import UsageError
from mingan.language import Text
from mingan.reports.gather import Gathered


def check_countable(gathered: Gathered) -> None:
    """Nothing, if there is a verdict to count or at least a question that could have one.

    Raises:
        UsageError: no answer could be had, none is graded, or no rule can grade any.
    """
    if not gathered.had:
        raise UsageError(
            f"题库 {gathered.bank} 一个回答也没有要到，所以没有得分。"
            "请用 mingan models test 模型名 看看哪里不通，再运行一次。",
            f"Not one answer to {gathered.bank} could be had, so there is no score. See what "
            "is wrong with mingan models test NAME, then run again.",
            public=Text(
                f"题库 {gathered.bank} 一个回答也没有要到，所以没有得分。请在开测页试问一句，"
                "看看哪里不通。",
                f"Not one answer to {gathered.bank} could be had, so there is no score. Try the "
                "model on the page for runs to see what is wrong.",
            ),
        )
    if not gathered.graded:
        raise UsageError(
            f"题库 {gathered.bank} 的回答还没有判分。请先运行：mingan grade",
            f"The answers to {gathered.bank} are not graded yet. First run: mingan grade",
            public=Text(
                f"题库 {gathered.bank} 的回答还没有判分。",
                f"The answers to {gathered.bank} are not graded yet.",
            ),
        )
    if not gathered.scored:
        raise UsageError(
            f"题库 {gathered.bank} 里问过的题没有一道能按规则判，所以没有得分；"
            "要等评审模型或人来判，或者给题目补上参考答案。",
            f"No question of {gathered.bank} that was asked can be graded by rule, so there "
            "is no score; they wait for a judge model or a person, or for references.",
        )
