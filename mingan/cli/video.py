"""`mingan ladder video`: a scale model of Sora, trained rung by rung on worlds made on the fly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mingan.cli import say
from mingan.cli.options import JsonOption, help_
from mingan.errors import MissingExtraError, UsageError
from mingan.language import Text

if TYPE_CHECKING:
    from mingan.reports.video_words import VideoRung
    from mingan.tunnel.video_worlds import World

_RECALL = 20_000
"""Clips among which recall looks for the most alike."""


WorldOption = Annotated[
    str,
    typer.Option("--world", metavar="walls|gravity|hidden|two|large|gpu",
                 help=help_("哪个小世界", "which small world")),
]  # fmt: skip
StepsOption = Annotated[
    list[int] | None,
    typer.Option("--steps", min=10, max=1_000_000,
                 help=help_("一级训练多少步（可写多次）", "steps of a rung (may be repeated)")),
]  # fmt: skip
SeedOption = Annotated[
    int, typer.Option("--seed", min=0, max=999, help=help_("种子", "the seed"))
]  # fmt: skip
UsualOption = Annotated[
    bool,
    typer.Option("--usual-times",
                 help=help_("用文生图常用的时间表（会失败，作对照）",
                            "the usual schedule of times (it fails; for comparison)")),
]  # fmt: skip
PlaceOption = Annotated[
    Path,
    typer.Option("--folder", metavar="FOLDER",
                 help=help_("存在哪里；断了用同一个接着来",
                            "where it is kept; the same one goes on after a stop")),
]  # fmt: skip


def video(
    world: WorldOption = "walls",
    steps: StepsOption = None,
    seed: SeedOption = 0,
    usual: UsualOption = False,
    folder: PlaceOption = Path("video"),
    json: JsonOption = False,
) -> int:
    """Train rungs and hold them against what costs nothing."""
    import importlib.util

    from mingan.reports import table
    from mingan.reports import video_words as words

    if importlib.util.find_spec("torch") is None:
        raise MissingExtraError(
            "要训练小视频模型，请先安装：pip install 'mingan[tunnel]'",
            "To train a small video model, install: pip install 'mingan[tunnel]'",
        )
    from mingan.tunnel.video_trials import PUBLISHED_GAP, floor_of
    from mingan.tunnel.video_worlds import WORLDS

    if world not in WORLDS:
        raise UsageError(
            f"没有 {world!r} 这个小世界；有的是：{'、'.join(WORLDS)}。",
            f"There is no world {world!r}; there are {', '.join(WORLDS)}.",
        )
    chosen = WORLDS[world]
    rungs = [
        _rung(folder, world, chosen, count, seed, usual=usual) for count in steps or [200]
    ]  # fmt: skip
    floor = floor_of(chosen)
    if json:
        say.document(words.video_document(rungs, world, floor))
        return 0
    print(table.plain(words.video_table(rungs)), end="")
    say.out(words.video_sentence(rungs, PUBLISHED_GAP))
    spread = rungs[-1].spread
    if spread is not None:
        say.out(words.spread_sentence(spread))
    say.note(Text(
        f"量的人自己差 {floor:.3f} 像素。模型在 {folder}，可以照 kind = \"dream\" 问。",
        f"The parser itself is {floor:.3f} pixels off. Models are in {folder}; they can be asked "
        "as kind = \"dream\".",
    ))  # fmt: skip
    return 0


def _rung(
    folder: Path, name: str, world: World, steps: int, seed: int, *, usual: bool
) -> VideoRung:
    """Train one rung, unless it is there, and try it."""
    import torch

    from mingan.reports.video_words import VideoRung
    from mingan.tunnel.video_training import HIDDEN_TIMES, USUAL_TIMES, Recipe, save, train
    from mingan.tunnel.video_trials import calibration, faster, slower, trial

    device = "cuda" if torch.cuda.is_available() else "cpu"
    # Nets so small wait for one another more than they reckon on several cores.
    torch.set_num_threads(1)
    recipe = Recipe(steps=steps, device=device)
    if usual or world.kick:
        at_zero, middle = USUAL_TIMES if usual else HIDDEN_TIMES
        recipe = replace(recipe, at_zero=at_zero, middle=middle)
    place = folder / f"{name}{'-usual' if usual else ''}-{steps}-s{seed}"

    def said(step: int, loss: float) -> None:
        if step % 100 == 0:
            say.note(f"{name} {steps:,}: {step:,}  {loss:.5f}")

    model, losses = train(recipe, world, seed=seed, folder=place, said=said)
    place.mkdir(parents=True, exist_ok=True)
    save(place / "model.pt", model, world)
    tail = losses[-50:]
    return VideoRung(
        steps=steps, seed=seed, loss=sum(tail) / len(tail),
        within=trial(model, world, recall=_RECALL), fast=trial(model, faster(world)),
        slow=trial(model, slower(world)),
        spread=calibration(model, world) if world.kick else None,
    )  # fmt: skip
