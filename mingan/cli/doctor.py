"""`mingan doctor`: what is installed, reachable, and wrong, with the command that mends it."""

from __future__ import annotations

import os
from dataclasses import asdict

from mingan.cli import say
from mingan.cli.options import JsonOption, ModelsFileOption, WorkspaceOption
from mingan.language import Text

_MARK = {"ok": "✓", "note": "·", "bad": "✗"}


def doctor(
    workspace: WorkspaceOption = None, models: ModelsFileOption = None, json: JsonOption = False
) -> int:
    """What is installed, reachable and wrong, and the command that mends it."""
    from mingan.doctor import examine
    from mingan.workspace import DEFAULT

    where = workspace or os.environ.get("MINGAN_WORKSPACE") or DEFAULT
    checks = list(examine(where, models_file=models))
    bad = sum(check.health == "bad" for check in checks)
    if json:
        rows = [
            {**asdict(check), "found": check.found.say(), "mend": check.mend.say()}
            for check in checks
        ]
        say.document({"bad": bad, "rows": rows})
        return 1 if bad else 0
    for check in checks:
        mend = f"  → {check.mend.say()}" if check.mend.say() else ""
        say.out(f"{_MARK[check.health]} {check.name}: {check.found.say()}{mend}")
    if bad:
        say.note(Text(f"{bad} 处有问题。", f"{bad} things are wrong."))
    return 1 if bad else 0
