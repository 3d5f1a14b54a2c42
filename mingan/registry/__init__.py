"""What is publicly known of models: dates, sizes, tokens, scores, each with its source.

    from mingan import registry

    known = registry.load()                       # ours; load("mine/") adds a folder of your own
    known.models["LLaMA-13B"].params_total        # 13000000000
    known.scores_of("LLaMA-13B", "MMLU")          # every source that gives one

Facts only, in tables (`data/`): models, scores, prices, devices, sources. "verified" says that
two independent sources agree; everything else is as somebody wrote it down once. Where sources
contradict each other all of them are kept. The room must not know what is made of the facts.
"""

from mingan.registry.adding import add, rows_of
from mingan.registry.facts import (
    DeviceFact,
    Kind,
    ModelFacts,
    PriceFact,
    ScoreFact,
    Source,
    positive,
)
from mingan.registry.reading import Registry, load, place_of, table_of

__all__ = [
    "DeviceFact", "Kind", "ModelFacts", "PriceFact", "Registry", "ScoreFact", "Source", "add",
    "load", "place_of", "positive", "rows_of", "table_of",
]  # fmt: skip
