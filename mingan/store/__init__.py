"""Where it stays: schema, migrations, one writer, readers."""

from mingan.store.reader import Reader
from mingan.store.remembered import Remembered
from mingan.store.runs import PICKED, Run, RunState, RunStatus
from mingan.store.store import Store

__all__ = ["PICKED", "Reader", "Remembered", "Run", "RunState", "RunStatus", "Store"]
