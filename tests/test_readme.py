"""The README's annotated tree names every file there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_tree_names_every_module_and_no_other() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    tree = text[text.index("mingan/\n├──") : text.index("Imports go down the floors only")]
    named = set(re.findall(r"[\w.-]+\.(?:py|jsonl)", tree))
    there = {
        path.name
        for folder in ("mingan", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
        if path.name not in ("__init__.py", "__main__.py") and "migrations" not in path.parts
    }
    there |= {"__init__.py"} | {path.name for path in (ROOT / "mingan").rglob("*.jsonl")}
    assert named == there
