from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from fake_endpoint import Endpoint, running


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    async with running() as found:
        yield found
