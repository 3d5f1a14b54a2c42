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
twins                 public against hidden questions; two samples of numbers
agreement             of people who judged the same things
"""

from mingan.statistics.comparisons import compare, compare_all
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
from mingan.statistics.matrix import Outcome, ResponseMatrix
from mingan.statistics.multiplicity import benjamini_hochberg, holm
from mingan.statistics.paired import mcnemar, paired_interval, sign_flip
from mingan.statistics.power import (
    detectable,
    difference_variance,
    questions_needed,
    sample_variance,
)
from mingan.statistics.ranks import rank_intervals
from mingan.statistics.results import Comparison, Score
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

__all__ = [
    "Comparison",
    "Interval",
    "Item",
    "ItemTable",
    "Outcome",
    "ResponseMatrix",
    "Score",
    "TwinTest",
    "UnsureRate",
    "Variances",
    "bayes",
    "benjamini_hochberg",
    "bootstrap_error",
    "by_group",
    "by_label",
    "clopper_pearson",
    "clt",
    "clustered_error",
    "compare",
    "compare_all",
    "coverage",
    "coverage_at",
    "detectable",
    "difference_variance",
    "holm",
    "item_table",
    "jeffreys",
    "mcnemar",
    "mean_interval",
    "paired_error",
    "paired_interval",
    "questions_needed",
    "rank_intervals",
    "repeats_error",
    "sample_variance",
    "score",
    "score_table",
    "sign_flip",
    "standard_error",
    "stratified_error",
    "twin_test",
    "two_sample",
    "variances",
    "wilson",
]
