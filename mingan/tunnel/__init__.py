"""The wind tunnel: small scale models whose curves predict a big one's loss (needs `[tunnel]`).

shapes      what a scale model looks like, in one frozen record, and how many parameters it has
decoder     the model: attention.py (full and block-sparse), experts.py (mixture), widths.py (what
            carries over from one width to the next)
texts       corpora from packages or one's own files; tokens.py  bytes, or pieces that are learned
batches     which tokens go into which step
schedule    warm-up, stable, decay; guard.py  spikes, dirty sequences, rollback; saving.py
training    one trunk with several decays branched from it, which survives kill -9
pyramid     from raw text to text that is worth training on; verifying  does a model gain by it?
plans       rungs, tokens and a held-out top rung from measured speed
jobs        rungs as processes, first in first out; on_ray.py  the same on a Ray cluster
ladder      run them all, register a prediction, then train the rung that was held out
endings     what a loss is good for: which of four endings is a passage's own
factors     pairs that differ in one thing
asked       a trained rung as a model like any other; writing.py  token by token; weighing.py

Nothing here is imported by the rest of Mingan until it is asked for, since torch is heavy. The room
must not know how a terminal or a page shows what it finds.
"""
