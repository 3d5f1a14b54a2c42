"""What it means: pure functions over a response matrix; knows no database and no network.

matrix, results       what comes in, what goes out
special               beta, normal, t and binomial distributions
intervals             one proportion or mean, and how often an interval holds the truth
standard_errors       of a mean: clustered, stratified, with repeats, paired, bootstrap
unknowns, clusters    how undecided and missing answers enter; questions that hang together
scores                a model's score, its interval, best and worst case
paired, swaps         tests and an interval for two models on the same questions
pairs, comparisons    all pairs at once; verdicts
multiplicity, ranks   many tests at once; ranks as tie groups
power                 how many questions it takes
items                 single questions: difficulty, discrimination, suspect keys
irt, short, anchors   abilities and curves; all questions from a few, well chosen or fixed
eprocess, watch       evidence on any day; a model asked day after day
drift, equality       one asking against another; do two sources write alike?
twins                 public against hidden questions; two samples of numbers
constat, spline       a score against what the score on other questions foretells
gap_model             public against hidden on the logit scale, by references
dated, equivalence    before a date against after it; is a gap small enough not to matter?
agreement             of people who judged the same things
judge_agreement       a judge held against people; judge_bias what it leans to more than they do
ppi, calibration      few verdicts by people and many by a judge: one score, one interval
rogan_gladen          the same from the judge's known errors, as a cross-check
budget, active        what so many verdicts by people would buy; which answers they should see
votes, bradley_terry  votes between two answers; from votes to a ranking, at equal style
flips, logistic       how few votes would turn two ranks round; the fit beneath
"""

from mingan.statistics.active import Turns, doubt, take_turns, worth_looking
from mingan.statistics.agreement import (
    Agreement,
    agreement_by_group,
    cohen_kappa,
    fleiss_kappa,
    krippendorff,
    raw_agreement,
)
from mingan.statistics.bradley_terry import Ranking, Strength, StyleEffect, rank_votes
from mingan.statistics.budget import (
    JudgeKnown,
    Purchase,
    judge_of_agreement,
    judge_of_pilot,
    people_buy,
    people_needed,
)
from mingan.statistics.calibration import cross_fitted, sharper
from mingan.statistics.comparisons import compare, compare_all
from mingan.statistics.drift import Change, Spread, paired_change, spread
from mingan.statistics.eprocess import pair_evidence
from mingan.statistics.equality import TextsAlike, texts_alike
from mingan.statistics.flips import Flip, votes_to_flip
from mingan.statistics.intervals import (
    Interval,
    bayes,
    clopper_pearson,
    clt,
    coverage,
    coverage_at,
    jeffreys,
    mean_interval,
    wilson,
)
from mingan.statistics.items import Item, ItemTable, item_table
from mingan.statistics.judge_agreement import Alongside, Measured, judge_alongside, majority
from mingan.statistics.judge_bias import (
    Bias,
    position_bias,
    self_preference,
    self_preference_in_votes,
    style_bias,
    style_bias_in_grades,
)
from mingan.statistics.matrix import Outcome, ResponseMatrix
from mingan.statistics.multiplicity import benjamini_hochberg, holm
from mingan.statistics.paired import mcnemar, paired_interval, sign_flip
from mingan.statistics.power import (
    detectable,
    difference_variance,
    questions_needed,
    sample_variance,
)
from mingan.statistics.ppi import Corrected, corrected_difference, corrected_score
from mingan.statistics.ranks import rank_intervals
from mingan.statistics.results import Comparison, Score
from mingan.statistics.rogan_gladen import RoganGladen, share_by_errors
from mingan.statistics.scores import by_group, by_label, score, score_table
from mingan.statistics.standard_errors import (
    Variances,
    bootstrap_error,
    clustered_error,
    paired_error,
    repeats_error,
    standard_error,
    stratified_error,
    variances,
)
from mingan.statistics.twins import TwinTest, twin_test, two_sample
from mingan.statistics.unknowns import UnsureRate
from mingan.statistics.votes import Votes, log_lead, share_lead, votes_of
from mingan.statistics.watch import Watched, watch

__all__ = [
    "Agreement",
    "Alongside",
    "Bias",
    "Change",
    "Comparison",
    "Corrected",
    "Flip",
    "Interval",
    "Item",
    "ItemTable",
    "JudgeKnown",
    "Measured",
    "Outcome",
    "Purchase",
    "Ranking",
    "ResponseMatrix",
    "RoganGladen",
    "Score",
    "Spread",
    "Strength",
    "StyleEffect",
    "TextsAlike",
    "Turns",
    "TwinTest",
    "UnsureRate",
    "Variances",
    "Votes",
    "Watched",
    "agreement_by_group",
    "bayes",
    "benjamini_hochberg",
    "bootstrap_error",
    "by_group",
    "by_label",
    "clopper_pearson",
    "clt",
    "clustered_error",
    "cohen_kappa",
    "compare",
    "compare_all",
    "corrected_difference",
    "corrected_score",
    "coverage",
    "coverage_at",
    "cross_fitted",
    "detectable",
    "difference_variance",
    "doubt",
    "fleiss_kappa",
    "holm",
    "item_table",
    "jeffreys",
    "judge_alongside",
    "judge_of_agreement",
    "judge_of_pilot",
    "krippendorff",
    "log_lead",
    "majority",
    "mcnemar",
    "mean_interval",
    "pair_evidence",
    "paired_change",
    "paired_error",
    "paired_interval",
    "people_buy",
    "people_needed",
    "position_bias",
    "questions_needed",
    "rank_intervals",
    "rank_votes",
    "raw_agreement",
    "repeats_error",
    "sample_variance",
    "score",
    "score_table",
    "self_preference",
    "self_preference_in_votes",
    "share_by_errors",
    "share_lead",
    "sharper",
    "sign_flip",
    "spread",
    "standard_error",
    "stratified_error",
    "style_bias",
    "style_bias_in_grades",
    "take_turns",
    "texts_alike",
    "twin_test",
    "two_sample",
    "variances",
    "votes_of",
    "votes_to_flip",
    "watch",
    "wilson",
    "worth_looking",
]
