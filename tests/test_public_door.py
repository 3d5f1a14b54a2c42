"""The public door: complete, sorted, light."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

import mingan

HEAVY = {
    "aiohttp", "alembic", "cv2", "jinja2", "jsonschema", "numpy", "pyarrow", "pydantic", "pymunk",
    "ray", "rich", "scipy", "sqlalchemy", "starlette", "tokenizers", "torch", "typer", "uvicorn",
    "xllamacpp",
}  # fmt: skip


def test_the_door_is_sorted_and_everything_behind_it_is_there() -> None:
    assert mingan.__all__ == sorted(mingan.__all__)
    assert set(mingan.__all__) == {*mingan._HOME, "__version__"}
    for name in mingan.__all__:
        assert getattr(mingan, name) is not None
    assert set(mingan.__all__) <= set(dir(mingan))


def test_nothing_else_is_behind_it() -> None:
    with pytest.raises(AttributeError, match="no_such_thing"):
        mingan.no_such_thing  # noqa: B018


def test_importing_mingan_imports_nothing_heavy() -> None:
    code = "import sys, mingan; print(' '.join(sorted({m.split('.')[0] for m in sys.modules})))"
    started = time.monotonic()
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert HEAVY & set(out.split()) == set()
    assert time.monotonic() - started < 10
