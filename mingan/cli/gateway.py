"""`mingan gateway`: choose who answers by what was measured, and show what that is worth."""

from __future__ import annotations

import typer

from mingan.language import Text

app = typer.Typer(
    help=Text("网关：按得分挑谁来答", "the gateway: scores decide who answers").say(),
    no_args_is_help=True, add_completion=False, rich_markup_mode=None,
)  # fmt: skip


@app.callback()
def gateway() -> None:
    """Put the scores to work."""
