"""Density by what a token costs: bytes that are read for it.

One token at a time, a model is as slow as its weights take to read, so the cost is active
parameters times their bits. Against a reference at 16 bits,

    rho_cost = effective parameters * 16 / (active parameters * bits)

which is the density by active parameters for a model at 16 bits, and four times that for one of
the same score at 4. The module must not know names of models.
"""

from __future__ import annotations

REFERENCE_BITS = 16.0


def sized_for_cost(active: float, bits: float) -> float:
    """Parameters at 16 bits that are read as fast as `active` ones at `bits`."""
    return active * bits / REFERENCE_BITS
