"""What is wrong with a table that was to be learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mingan.errors import InputError, UsageError
from mingan.reports.safe import one_line


def unreadable(path: str | Path) -> InputError:
    """It is not there, or no CSV."""
    where = one_line(str(path), 200)
    return InputError(
        f"读不了 {where}。请检查路径；文件应是 UTF-8 的 CSV（可以是 .gz）。",
        f"Cannot read {where}. Check the path; it must be a CSV in UTF-8 (.gz will do).",
    )


def no_prompts(path: str | Path) -> InputError:
    """No column holds the questions."""
    where = one_line(str(path), 200)
    return InputError(
        f"{where} 没有“prompt”（题目）一列，或者没有一行。",
        f"{where} has no column named prompt, or no rows.",
    )


def no_models(path: str | Path) -> InputError:
    """No column holds scores."""
    where = one_line(str(path), 200)
    return InputError(
        f"{where} 没有模型的得分列。写成“模型名_correct”，每格是 0 到 1。",
        f"{where} has no scores. Name their columns NAME_correct; each cell is 0 to 1.",
    )


def not_a_share(path: str | Path) -> InputError:
    """A score outside 0 to 1."""
    where = one_line(str(path), 200)
    return InputError(
        f"{where} 里有得分不在 0 到 1 之间。百分制请先除以 100。",
        f"A score in {where} is not between 0 and 1. Divide percentages by 100.",
    )


def no_such_model(name: str, models: Sequence[str]) -> UsageError:
    """A model that the table does not have."""
    return UsageError(
        f"表里没有模型 {name}。有的是：{'、'.join(models)}。",
        f"The table has no model {name}. There are: {', '.join(models)}.",
    )


def no_price(name: str) -> UsageError:
    """Some have a price and this one has none."""
    return UsageError(
        f"{name} 没有价格，而别的模型有。请写 --cost {name}=每问多少钱（本机模型写 0）。",
        f"{name} has no price while others have. Write --cost {name}=PRICE an ask (0 for a local "
        "model).",
    )


def bad_price(said: str) -> UsageError:
    """Not NAME=PRICE."""
    shown = one_line(said, 80)
    return UsageError(
        f"--cost 要写成 模型=每问多少钱，而不是 {shown}。",
        f"--cost takes NAME=PRICE, not {shown}.",
    )


def too_little(questions: int, models: int, fewest: int) -> UsageError:
    """Too few to learn from."""
    return UsageError(
        f"能学的太少：{models} 个模型都有得分的题只有 {questions} 道；"
        f"至少要 2 个模型、{fewest} 道题。",
        f"Too little to learn from: {questions} questions have a score of all {models} models; "
        f"it takes 2 models and {fewest} questions.",
    )
