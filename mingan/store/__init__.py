"""Where it stays: schema, migrations, one writer, readers."""

from mingan.store.runs import Run, RunState, RunStatus
from mingan.store.store import Store

__all__ = ["Run", "RunState", "RunStatus", "Store"]
