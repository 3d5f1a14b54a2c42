"""The one job that everybody gets: 2,000 short Chinese questions whose answers are numbers.

Mock server, bare loop and Mingan all take it from here, so that they are measured on the same.
"""

from __future__ import annotations

COUNT = 2000
WRONG_EVERY = 10


def prompt(index: int) -> str:
    """The question; its number Qdddd is how the mock server knows it again."""
    return (
        f"Q{index:04d}：一家工厂有若干条生产线，每条生产线每天生产同样多的零件。"
        f"已知第 {index} 号订单分三批交付，请算出它一共要交付多少个零件，"
        "只写出最后的数目，不用写单位。"
    )


def reference(index: int) -> str:
    """The right answer."""
    return str(1000 + index * 37 % 8999)


def said(index: int) -> str:
    """What the mock says: right for nine questions of ten."""
    number = int(reference(index))
    if index % WRONG_EVERY == 3:
        number += 7
    return f"三批合起来计算，答案是 {number}。"
