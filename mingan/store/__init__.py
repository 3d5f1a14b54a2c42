"""Where it stays: schema, migrations, one writer, readers."""

from mingan.store.reader import Reader
from mingan.store.remembered import Remembered
from mingan.store.runs import Run, RunState, RunStatus
from mingan.store.store import Store

__all__ = ["Reader", "Remembered", "Run", "RunState", "RunStatus", "Store"]
