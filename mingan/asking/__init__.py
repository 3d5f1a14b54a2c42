"""How we ask: a plan, an adaptive limiter, retries, budgets, and resuming after any death."""

from mingan.asking.budget import Budget
from mingan.asking.conversation import short
from mingan.asking.executor import Outcome, ask
from mingan.asking.plan import Item, Plan, balanced, missing, render, subset
from mingan.asking.progress import ModelProgress, Progress
from mingan.asking.retry import Retry

__all__ = [
    "Budget",
    "Item",
    "ModelProgress",
    "Outcome",
    "Plan",
    "Progress",
    "Retry",
    "ask",
    "balanced",
    "missing",
    "render",
    "short",
    "subset",
]
