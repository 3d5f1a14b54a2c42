"""What is publicly known of models: dates, sizes, tokens, scores, each with its source.

    from mingan import registry

    known = registry.load()                       # ours; load("mine/") adds a folder of your own
    known.models["LLaMA-13B"].params_total        # 13000000000
    known.scores_of("LLaMA-13B", "MMLU")          # every source that gives one

Facts only, in three tables (`data/`): models.csv, scores.csv, sources.csv. "verified" says that
two independent sources agree; everything else is as somebody wrote it down once. Where sources
contradict each other all of them are kept. The room must not know what is made of the facts.
"""

from mingan.registry.adding import add, rows_of
from mingan.registry.facts import Kind, ModelFacts, ScoreFact, Source
from mingan.registry.reading import Registry, load

__all__ = ["Kind", "ModelFacts", "Registry", "ScoreFact", "Source", "add", "load", "rows_of"]
