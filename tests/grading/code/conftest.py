"""Where the sandbox cannot be had, what needs it is skipped, with the reason."""

from __future__ import annotations

import pytest

from mingan.grading.code import available


@pytest.fixture
def sandbox() -> None:
    reason = available()
    if reason is not None:
        pytest.skip(reason.en)
