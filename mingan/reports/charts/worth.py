"""Score against what it costs and how long it takes: three charts from facts about models.

Cost is what the answers of this bank cost, per right answer; price is what the card says, per
million tokens; speed is the median time to a whole answer. Sums in unlike currencies are not put
on one axis: the currency that most models share is drawn, the others are listed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from mingan.language import Text
from mingan.reports.charts.against import Point, Quantity, against_chart
from mingan.reports.charts.chart import Chart, Link
from mingan.reports.data import ModelFacts
from mingan.reports.safe import one_line
from mingan.reports.sentences import FEW
from mingan.reports.standing import Comparisons
from mingan.statistics.results import Score

COST = Text("得分与花费", "Score against cost")
PRICE = Text("得分与价格", "Score against price")
SPEED = Text("得分与速度", "Score against speed")

Facts = Mapping[str, ModelFacts]
"""Facts by the model's name."""

_CHEAP = {
    "less": Text("便宜", "cheaper"),
    "more": Text("贵", "dearer"),
    "corner": Text("又好又便宜", "better and cheaper"),
}


def cost_chart(
    scores: Sequence[Score], facts: Facts, comparisons: Comparisons, link: Link
) -> Chart:
    """Score against the cost of a right answer, from what the answers of this bank cost."""
    currency = _common(cur for fact in facts.values() for cur in fact.cost)
    return _chart(
        Quantity(
            key="cost",
            title=COST,
            axis=Text(
                f"每答对一题的花费{_in(currency).zh}", f"Cost of a right answer{_in(currency).en}"
            ),
            nothing=Text(
                "这些回答没有花费的记录，还看不出谁更划算。给模型写上价格，再问到的回答就会记下花费。",
                "These answers carry no record of cost, so nothing can be said of who is worth "
                "the money. Give the models their prices; answers asked for from then on carry "
                "their cost.",
            ),
            unknown=Text("没有花费记录，不在图里", "Without a record of cost, and not drawn"),
            notes=(
                Text(
                    "花费是本题库里实际花的钱除以答对的题数；得分有多不准，它就有多不准。",
                    "Cost is what was paid on this bank divided by the right answers, and is "
                    "as uncertain as the score.",
                ),
            ),
            **_CHEAP,
        ),
        scores, facts, comparisons, link,
        lambda score, fact: _cost_point(score, fact, currency),
    )  # fmt: skip


def price_chart(
    scores: Sequence[Score], facts: Facts, comparisons: Comparisons, link: Link
) -> Chart:
    """Score against the list price of a million tokens written."""
    priced = [fact for fact in facts.values() if fact.price_out is not None]
    currency = _common(fact.currency for fact in priced)
    return _chart(
        Quantity(
            key="price",
            title=PRICE,
            axis=Text(
                f"每百万输出词元的价格{_in(currency).zh}",
                f"Price of a million tokens out{_in(currency).en}",
            ),
            nothing=Text(
                "这些模型都没有写价格，画不出得分与价格。在模型的资料里写上价格就有了。",
                "None of these models has a price, so score cannot be set against it. Put the "
                "price on the model's card.",
            ),
            unknown=Text("没有价格，不在图里", "Without a price, and not drawn"),
            notes=(
                Text(
                    "价格是模型资料上写的输出价。话多的、会思考的模型，实际花费更高。",
                    "The price is the one on the model's card for tokens out. A model that is "
                    "wordy, or thinks, costs more in the end.",
                ),
            ),
            **_CHEAP,
        ),
        scores, facts, comparisons, link,
        lambda score, fact: (
            Point(score=score, value=fact.price_out)
            if fact.price_out is not None and fact.currency == currency
            else None
        ),
    )  # fmt: skip


def speed_chart(
    scores: Sequence[Score], facts: Facts, comparisons: Comparisons, link: Link
) -> Chart:
    """Score against the median time to a whole answer."""
    return _chart(
        Quantity(
            key="speed",
            title=SPEED,
            axis=Text("答完一题的时间，中位数（秒）", "Median time of a whole answer (seconds)"),
            less=Text("快", "faster"),
            more=Text("慢", "slower"),
            corner=Text("又好又快", "better and faster"),
            nothing=Text(
                "这些回答没有用时的记录，还看不出谁又快又好。",
                "These answers carry no record of time, so nothing can be said of who is fast.",
            ),
            unknown=Text("没有用时记录，不在图里", "Without a record of time, and not drawn"),
            notes=(
                Text(
                    "时间受网络和当时有多忙影响；同时问得多，也会变慢。",
                    "Times depend on the network and the hour, and grow with how much is asked "
                    "at once.",
                ),
            ),
        ),
        scores, facts, comparisons, link, _speed_point,
    )  # fmt: skip


# --- pieces -------------------------------------------------------------------------------------

_Find = Callable[[Score, ModelFacts], Point | None]


def _chart(
    quantity: Quantity,
    scores: Sequence[Score],
    facts: Facts,
    comparisons: Comparisons,
    link: Link,
    find: _Find,
) -> Chart:
    known: list[Point] = []
    unknown: list[Score] = []
    for score in scores:
        if math.isnan(score.score) or score.questions < FEW:
            continue
        fact = facts.get(score.model)
        point = find(score, fact) if fact is not None else None
        if point is None:
            unknown.append(score)
        else:
            known.append(point)
    return against_chart(quantity, known, unknown=unknown, comparisons=comparisons, link=link)


def _cost_point(score: Score, fact: ModelFacts, currency: str) -> Point | None:
    paid = fact.cost.get(currency)
    if paid is None or not score.right or len(fact.cost) > 1:
        return None
    value = paid / score.right
    low = value * score.score / score.high if score.high > 0 else math.nan
    high = value * score.score / score.low if score.low > 0 else math.nan
    return Point(score=score, value=value, low=low, high=high)


def _speed_point(score: Score, fact: ModelFacts) -> Point | None:
    if fact.total is None or not math.isfinite(fact.total.p50):
        return None
    return Point(score=score, value=fact.total.p50, low=fact.total.low, high=fact.total.high)


def _common(currencies: Iterable[str]) -> str:
    """The currency that most models have."""
    counts = Counter(currencies)
    return min(counts, key=lambda name: (-counts[name], name)) if counts else ""


def _in(currency: str) -> Text:
    name = one_line(currency, 12)
    return Text(f"（{name}）", f" ({name})") if name else Text("", "")
