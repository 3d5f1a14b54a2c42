"""Where it goes: laws of size, data and date, as pure functions; knows no database and no network.

fits               robust fits from many starts, with a check that they came to rest
loss_laws          loss by parameters and tokens; score_laws  score by loss; the two chained
inversion          effective parameters of a score, or why there are none
observational      score by size and date, where no losses are known
prices             what a capability costs, year by year
rolling            forecasts of prices made in the past, held against what came
held_out           a law of small runs, held against large ones
devices            when a model fits a device
density, trend     effective over actual parameters by a reference family; how fast the best grows
breaks             whether growth changed, and when
ladder_law         laws that a ladder of few runs allows; ladder_scores  from its losses to scores
factor             what one factor is worth
"""

from mingan.scaling.fits import Fit, fit
from mingan.scaling.inversion import Effective, effective_parameters, size_of_loss
from mingan.scaling.loss_laws import (
    ComputeLaw,
    LossFit,
    LossLaw,
    fit_compute_law,
    fit_loss_law,
)
from mingan.scaling.observational import Observed, SizeDateLaw, foretold_error, observe
from mingan.scaling.prices import Decline, Offer, cheapest, decline
from mingan.scaling.score_laws import (
    Chain,
    ErrorLaw,
    ScoreFit,
    ScoreLaw,
    fit_error_law,
    fit_score_law,
)

__all__ = [
    "Chain",
    "ComputeLaw",
    "Decline",
    "Effective",
    "ErrorLaw",
    "Fit",
    "LossFit",
    "LossLaw",
    "Observed",
    "Offer",
    "ScoreFit",
    "ScoreLaw",
    "SizeDateLaw",
    "cheapest",
    "decline",
    "effective_parameters",
    "fit",
    "fit_compute_law",
    "fit_error_law",
    "fit_loss_law",
    "fit_score_law",
    "foretold_error",
    "observe",
    "size_of_loss",
]
