"""Bringing in what people already have: questions, recorded answers, other tools' logs.

An importer is a function `read(path, *, name=None, bank=None) -> Imported`, found by its name in
the entry point group `mingan.importers`. `detect` guesses which one a file is for.
"""

from mingan.bank.importers.detection import VERDICTS, detect
from mingan.bank.importers.imported import Imported, news

__all__ = ["VERDICTS", "Imported", "detect", "news"]
