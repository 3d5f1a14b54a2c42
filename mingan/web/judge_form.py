"""The form in which judges are wished for: read, checked, and turned into a wish.

What a browser sends is not believed: numbers are numbers within reason, and a bank or a judge
counts only if it was on offer. The module knows forms; it shows nothing and asks nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from mingan.asking import Budget
from mingan.errors import UsageError
from mingan.judges import KINDS, Wanted
from mingan.language import Text
from mingan.records import ModelCard
from mingan.web.numbers import whole_number
from mingan.web.run_form import MOST_MODELS, RunForm
from mingan.web.sittings import SittingWish

USUAL = 100
MOST = 20_000
MOST_REPEATS = 9

KIND_WORDS: dict[Wanted | None, Text] = {
    None: Text("有参考答案就对照，没有就按标准", "by the reference, else by criteria"),
    "reference": Text("只对照参考答案", "by the reference only"),
    "rubric": Text("只按评分标准", "by criteria only"),
    "pair": Text("两两比较：哪个更好", "in pairs: which is better"),
}
assert set(KIND_WORDS) == {None, *get_args(Wanted)} == {None, *KINDS}

WHICH_WORDS = {
    "open": Text("规则判不了的", "what rules leave open"),
    "all": Text("全部，连规则判过的", "all, those that rules have graded too"),
}


@dataclass(frozen=True, kw_only=True)
class JudgeForm:
    """What somebody filled in. `judges` are card hashes; `hidden` is the consent to send them."""

    bank: str = ""
    judges: tuple[str, ...] = ()
    kind: Wanted | None = None
    which: str = "open"
    limit: int = USUAL
    repeats: int = 1
    hidden: bool = False
    budget: Budget | None = None

    @classmethod
    def read(cls, fields: Mapping[str, Sequence[str]]) -> JudgeForm:
        """The form that a browser sent.

        Raises:
            UsageError: a number is none, or beyond reason.
        """

        def one(name: str) -> str:
            return (list(fields.get(name, ())) or [""])[-1].strip()

        # Money and time are read as they are for a run.
        spend = RunForm.read({n: fields.get(n, ()) for n in ("money", "currency", "minutes")})
        return cls(
            bank=one("bank")[:400],
            judges=tuple(dict.fromkeys(fields.get("judge", ())))[:MOST_MODELS],
            kind=next((kind for kind in KINDS if kind == one("kind")), None),
            which=one("which") if one("which") in WHICH_WORDS else "open",
            limit=_whole(one("limit") or str(USUAL), MOST),
            repeats=_whole(one("repeats") or "1", MOST_REPEATS),
            hidden=bool(one("hidden")),
            budget=spend.budget,
        )

    def wish(self, cards: Mapping[str, ModelCard]) -> SittingWish:
        """What is to be asked. `cards` are the models on offer, by hash.

        Raises:
            UsageError: no judge was chosen, or one that is not on offer.
        """
        chosen = tuple(cards[digest] for digest in self.judges if digest in cards)
        if not chosen or len(chosen) < len(self.judges):
            raise UsageError("请至少勾选一个裁判。", "Tick at least one judge.")
        return SittingWish(
            bank=self.bank, judges=chosen, kind=self.kind,
            which="all" if self.which == "all" else "open", limit=self.limit,
            repeats=self.repeats, budget=self.budget, show_hidden=self.hidden,
        )  # fmt: skip


def _whole(text: str, most: int) -> int:
    number = whole_number(text, most)
    if number is None:
        raise UsageError(
            f"个数和次数要写 1 到 {most} 之间的整数。",
            f"Numbers of answers and times are whole numbers from 1 to {most:,}.",
        )
    return number
