"""明暗 Mingan: how good a model is, said with an interval and in words.

The public door. Everything here is loaded when it is first used, so that `import mingan` costs
next to nothing.

    import mingan

    with mingan.Workspace.open("mingan.db") as workspace:
        workspace.run(bank="builtin", models=["qwen2.5-coder-0.5b"])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mingan.asking import Budget, Outcome, Progress
    from mingan.bank import Bank
    from mingan.bank import load as load_bank
    from mingan.errors import (
        BankError,
        DiskFullError,
        DownloadError,
        InputError,
        MinganError,
        MissingExtraError,
        ModelError,
        ModelsFileError,
        StoreError,
        UsageError,
    )
    from mingan.grading import grade
    from mingan.grading.choose import choose as choose_grader
    from mingan.language import Text
    from mingan.models.catalogue import load as load_models
    from mingan.plugins import Registry
    from mingan.records import Answer, Generation, Grade, ModelCard, Question, Stamp, Vote
    from mingan.statistics import Comparison, ResponseMatrix, Score
    from mingan.store import Store
    from mingan.workspace import ScoreTable, Workspace

__version__ = "0.1.0"

_HOME = {
    "Answer": "records",
    "Bank": "bank",
    "BankError": "errors",
    "Budget": "asking",
    "Comparison": "statistics",
    "DiskFullError": "errors",
    "DownloadError": "errors",
    "Generation": "records",
    "Grade": "records",
    "InputError": "errors",
    "MinganError": "errors",
    "MissingExtraError": "errors",
    "ModelCard": "records",
    "ModelError": "errors",
    "ModelsFileError": "errors",
    "Outcome": "asking",
    "Progress": "asking",
    "Question": "records",
    "Registry": "plugins",
    "ResponseMatrix": "statistics",
    "Score": "statistics",
    "ScoreTable": "workspace",
    "Stamp": "records",
    "Store": "store",
    "StoreError": "errors",
    "Text": "language",
    "UsageError": "errors",
    "Vote": "records",
    "Workspace": "workspace",
    "choose_grader": "grading.choose:choose",
    "grade": "grading",
    "load_bank": "bank:load",
    "load_models": "models.catalogue:load",
}

__all__ = [
    "Answer",
    "Bank",
    "BankError",
    "Budget",
    "Comparison",
    "DiskFullError",
    "DownloadError",
    "Generation",
    "Grade",
    "InputError",
    "MinganError",
    "MissingExtraError",
    "ModelCard",
    "ModelError",
    "ModelsFileError",
    "Outcome",
    "Progress",
    "Question",
    "Registry",
    "ResponseMatrix",
    "Score",
    "ScoreTable",
    "Stamp",
    "Store",
    "StoreError",
    "Text",
    "UsageError",
    "Vote",
    "Workspace",
    "__version__",
    "choose_grader",
    "grade",
    "load_bank",
    "load_models",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'mingan' has no attribute {name!r}")
    home, _, own = _HOME[name].partition(":")
    value = getattr(import_module(f"mingan.{home}"), own or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
