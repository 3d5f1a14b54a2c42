from __future__ import annotations

import pytest
from asking_fakes import MemoryStore


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()
