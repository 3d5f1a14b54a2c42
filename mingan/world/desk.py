"""A folder of scenes: made, given away, scored.

    make(folder, scenes)          world.json, world.jsonl, given/NAME.mp4, truth/NAME.npz
    clips = score(folder, {"我的模型": clips})     every predictor, the free ones always

Only `given` is for a model. What is true is not stored as a film: a scene is played anew from its
seed, bit for bit, whenever it is needed; tracks, masks and contacts are stored beside it. A clip
that is missing or cannot be read is a clip that failed, and no score of 0. The module must not know
how a terminal or a page shows what it finds.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np

from mingan.errors import InputError, MinganError, NothingYet
from mingan.world.baselines import FREE, ceiling
from mingan.world.films import read_film, write_film
from mingan.world.laws import LAWS
from mingan.world.questions import questions_of
from mingan.world.scenes import Scene, seed_of
from mingan.world.scoring import CEILING, Clip, look_at, truth_of
from mingan.world.takes import play_scene

Said = Callable[[int, int], None]
"""Called with how many scenes are done, and of how many."""

Job = TypeVar("Job")
Out = TypeVar("Out")

_FEW = 8
"""Scenes that are done before other processes would have begun."""

BANK = "world.jsonl"
"""The scenes of a folder as a bank of questions."""

PUBLIC = b"mingan world 1"
"""The key of public seeds: the same scenes for everybody, as the docs show them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What a folder came to.

    Attributes:
        clips: measured; `failed` by predictor, names of scenes whose clip is missing or broken,
            and why.
        rendered_anew: by predictor, how many clips changed what was given.
    """

    clips: tuple[Clip, ...]
    failed: dict[str, dict[str, str]]
    rendered_anew: dict[str, int]


def scenes_of(
    key: bytes, *, laws: Sequence[str] = (), splits: Sequence[str] = (), seeds: int = 10,
    size: tuple[int, int] = (128, 128),
) -> tuple[Scene, ...]:  # fmt: skip
    """Scenes of laws and splits, so many of each.

    Args:
        key: of private seeds; `PUBLIC` for public ones.
        laws, splits: none for all.
    """
    return tuple(
        Scene(law=law.name, number=number, split=split, size=size,
              seed=seed_of(key, law.name, split, number))
        for law in LAWS.values() if not laws or law.name in laws
        for split in law.splits if not splits or split in splits
        for number in range(seeds)
    )  # fmt: skip


def make(folder: Path, scenes: Sequence[Scene], *, said: Said | None = None) -> None:
    """Play scenes into a folder; what is there already is not made again.

    Raises:
        InputError: there are no such scenes, or the folder holds others.
    """
    if not scenes:
        raise InputError("没有这样的场景。", "There are no such scenes.")
    told = json.dumps({"version": 1, "scenes": [asdict(each) for each in scenes]}, indent=1)
    file = folder / "world.json"
    if file.is_file() and file.read_text(encoding="utf-8") != told:
        raise InputError(
            f"{folder} 里已经是另一批场景；换一个文件夹。",
            f"{folder} already holds other scenes; take another folder.",
        )
    for part in ("given", "truth"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(told, encoding="utf-8")
    draft.replace(file)
    rows = "".join(f"{each.to_json()}\n" for each in questions_of(scenes))
    bank = folder / BANK
    draft = bank.with_suffix(".draft")
    draft.write_text(rows, encoding="utf-8")
    draft.replace(bank)
    waiting = [each for each in scenes if not (folder / "truth" / f"{each.name}.npz").is_file()]
    _all(_make_one, zip(repeat(folder), waiting, strict=False), len(waiting), said)


def read_scenes(folder: Path) -> tuple[Scene, ...]:
    """The scenes of a folder.

    Raises:
        NothingYet: there are none.
        InputError: world.json is broken.
    """
    file = folder / "world.json"
    if not file.is_file():
        raise NothingYet(
            f"{folder} 里没有场景；先 mingan world make {folder}。",
            f"{folder} holds no scenes; run mingan world make {folder} first.",
        )
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        return tuple(Scene(**{**each, "size": tuple(each["size"])}) for each in raw["scenes"])
    except (ValueError, KeyError, TypeError):
        raise InputError(
            f"{file} 坏了；换一个文件夹重新做。",
            f"{file} is broken; make scenes in another folder.",
        ) from None


def score(folder: Path, models: Mapping[str, Path], *, said: Said | None = None) -> Scored:
    """Measure the free predictors, the ceiling, and the clips of models.

    Args:
        models: by name, a folder with NAME.mp4 for every scene.
    """
    scenes = read_scenes(folder)
    found = _all(_score_one, zip(repeat(dict(models)), scenes, strict=False), len(scenes), said)
    failed: dict[str, dict[str, str]] = {name: {} for name in models}
    anew = dict.fromkeys(models, 0)
    clips: list[Clip] = []
    for scene, (some, wrong, changed) in zip(scenes, found, strict=True):
        clips += some
        for name, why in wrong.items():
            failed[name][scene.name] = why
        for name in changed:
            anew[name] += 1
    return Scored(clips=tuple(clips), failed=failed, rendered_anew=anew)


def _make_one(job: tuple[Path, Scene]) -> None:
    folder, scene = job
    takes = play_scene(scene)
    write_film(folder / "given" / f"{scene.name}.mp4", takes.given)
    write_film(
        folder / "truth" / f"{scene.name}.mp4", np.concatenate([takes.given, takes.ahead[0]])
    )
    target = folder / "truth" / f"{scene.name}.npz"
    draft = folder / "truth" / f"{scene.name}.draft.npz"
    np.savez_compressed(
        draft, tracks=takes.tracks, areas=takes.areas, contacts=takes.contacts,
        masks=np.concatenate([takes.given_masks[None], takes.masks[:1]], axis=1)[0],
        groups=np.array(takes.groups), colours=takes.colours, facts=json.dumps(takes.facts),
    )  # fmt: skip
    draft.replace(target)


def _score_one(
    job: tuple[dict[str, Path], Scene],
) -> tuple[list[Clip], dict[str, str], list[str]]:
    models, scene = job
    takes = play_scene(scene)
    truth = truth_of(takes)
    clips = [look_at(truth, predict(takes), name) for name, predict in FREE.items()]
    clips.append(look_at(truth, ceiling(takes), CEILING))
    failed, anew = {}, []
    for name, place in models.items():
        file = place / f"{scene.name}.mp4"
        if not file.is_file():
            failed[name] = "missing"
            continue
        try:
            film = read_film(file, takes.given)
        except MinganError as fault:
            failed[name] = fault.say("en")
            continue
        if film.rendered_anew:
            anew.append(name)
        clips.append(look_at(truth, film.frames, name))
    return clips, failed, anew


def _all(
    what: Callable[[Job], Out], jobs: Iterable[Job], count: int, said: Said | None
) -> list[Out]:
    """Every job on a core of its own, results in order."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if count <= _FEW:
        return [what(job) for job in jobs]
    found: list[Out] = []
    # Begun afresh, not forked: a fork of a process with threads (a test's, a server's) can hang.
    begun = get_context("spawn")
    with ProcessPoolExecutor(max(1, min(cores or 1, count)), mp_context=begun) as pool:
        for done, each in enumerate(pool.map(what, jobs, chunksize=4), start=1):
            found.append(each)
            if said is not None and (done % 50 == 0 or done == count):
                said(done, count)
    return found
