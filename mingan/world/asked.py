"""Video models on the common road: a scene is played, its beginning continued, the clip kept.

    [[model]]                                        [[model]]
    name = "mine"                                    name = "still"
    kind = "clips"                                   kind = "program"
    folder = "clips"                                 command = "my-model {given} {out}"

The kinds differ only in who continues (`continuing.Continuer`). A clip is kept before it is
looked at; one that cannot be read is an answer that could not be had, and no wrong one. The answer
is one line of JSON that names the clip. The module must not know scores.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import msgspec

from mingan.errors import (
    InputError,
    MinganError,
    MissingExtraError,
    ModelsFileError,
    RequestRejected,
    StoreError,
)  # fmt: skip
from mingan.models.protocol import Reply, Request, Source
from mingan.models.threads import in_daemon_thread
from mingan.records import ModelCard, now
from mingan.world import vault
from mingan.world.continuing import Continued, Continuer
from mingan.world.dreaming import Dream
from mingan.world.films import Film, read_film, write_film
from mingan.world.programs import Folder, Program
from mingan.world.questions import KIND, prompt_of, scene_in
from mingan.world.scenes import AHEAD, FPS, Scene
from mingan.world.services import continuer_of
from mingan.world.services.faults import Refused
from mingan.world.takes import Takes, play_scene


class Reference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an answer to a scene says.

    Attributes:
        clip: its name in the vault.
        begins: seconds into it at which what is new begins; None to tell by its length.
        shown: "v2v" or "i2v", see `continuing.Shown`.
        likeness: PSNR in decibels of what was given, where it came back with the clip.
        rendered_anew: whether it came back changed.
    """

    clip: str
    begins: float | None = None
    shown: str = "v2v"
    likeness: float | None = None
    rendered_anew: bool = False


def reference_in(text: str) -> Reference | None:
    """What an answer says; None where it is no such answer."""
    try:
        return msgspec.json.decode(text.encode("utf-8", "replace"), type=Reference)
    except msgspec.MsgspecError:
        return None


class VideoModel:
    """A model that continues clips, whoever does it."""

    kinds = frozenset({KIND})
    source: Source = "local"

    def __init__(self, card: ModelCard, continuer: Continuer, *, concurrency: int | None) -> None:
        """Looks whether what plays scenes is there.

        Raises:
            MissingExtraError: the extra `world` is not installed.
        """
        if any(importlib.util.find_spec(name) is None for name in ("pymunk", "cv2")):
            raise MissingExtraError(
                "要问接视频的模型，请先安装：pip install 'mingan[world]'",
                "To ask models that continue clips, install: pip install 'mingan[world]'",
            )
        self.card = card
        self.concurrency = concurrency
        self._continuer = continuer

    async def answer(self, request: Request) -> Reply:
        """Continue a scene.

        Raises:
            ModelError: there is no clip, or none that can be read.
        """
        begun = now()
        try:
            scene = scene_in(request.shown)
            takes = await in_daemon_thread(lambda: play_scene(scene, forks=1))
            made = await self._continued(request, takes)
            # On disk before anything else: it was paid for.
            name = await in_daemon_thread(lambda: vault.keep(made.clip))
            film = await in_daemon_thread(lambda: _read(name, takes, made))
        except Refused as fault:
            return Reply(text="", finish="refusal", at=begun, meta={"said": fault.say("en")})
        except (InputError, StoreError) as fault:
            raise RequestRejected(*fault.message) from fault
        except OSError as fault:
            raise RequestRejected(
                f"临时文件写不了（{fault.strerror}）；腾出地方再问。",
                f"A temporary file cannot be written ({fault.strerror}); make room and ask again.",
            ) from fault
        return _reply(scene, made, name, film, begun)

    async def _continued(self, request: Request, takes: Takes) -> Continued:
        """What whoever continues makes of a scene's beginning."""
        with TemporaryDirectory(prefix="mingan-", ignore_cleanup_errors=True) as folder:
            given = Path(folder) / f"{takes.scene.name}.mp4"
            await in_daemon_thread(lambda: write_film(given, takes.given))
            seed = request.generation.seed
            return await self._continuer.continue_clip(
                given, prompt_of(takes.told).en, seconds=AHEAD / FPS,
                seed=request.repeat if seed is None else seed,
            )  # fmt: skip

    async def close(self) -> None:
        """Let the continuer go."""
        await self._continuer.close()


def _read(name: str, takes: Takes, made: Continued) -> Film:
    place = vault.find(name)
    if place is None:
        raise RequestRejected("刚存的视频不见了。", "The clip that was just kept is gone.")
    return read_film(place, takes.given, begins=made.begins)


def _reply(scene: Scene, made: Continued, name: str, film: Film, begun: str) -> Reply:
    likeness = None if film.likeness is None else round(film.likeness, 2)
    told = Reference(
        clip=name,
        begins=made.begins,
        shown=made.shown,
        likeness=likeness,
        rendered_anew=film.rendered_anew,
    )
    meta = {key: json.dumps(value, ensure_ascii=False) for key, value in made.meta.items()}
    return Reply(
        text=msgspec.json.encode(told).decode(), served_model=made.served, at=begun, cost=made.cost,
        currency=made.currency if made.cost is not None else "",
        meta=meta | {"scene": scene.name, "bytes": str(len(made.clip))},
    )  # fmt: skip


Settings = TypeVar("Settings", bound=msgspec.Struct)


class _ClipsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    folder: str


class _ProgramSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    command: str
    timeout: float = 600.0


class _DreamSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    file: str


class ClipsModel(VideoModel):
    """Kind `clips`: a folder of clips that are there already."""

    source: Source = "recorded"

    def __init__(self, card: ModelCard) -> None:
        """Looks whether the folder is there.

        Raises:
            ModelsFileError: it is not.
        """
        settings = _settings(card, _ClipsSettings)
        folder = Path(settings.folder).expanduser()
        if not folder.is_dir():
            raise ModelsFileError(
                f"模型 {card.name!r} 的文件夹 {settings.folder!r} 不在；folder 要写放着 mp4 的"
                "文件夹。",
                f"The folder {settings.folder!r} of model {card.name!r} is not there; folder takes "
                "a folder with MP4 files.",
            )
        super().__init__(card, Folder(folder), concurrency=4)


class ProgramModel(VideoModel):
    """Kind `program`: a local program, one clip at a time."""

    def __init__(self, card: ModelCard) -> None:
        """Takes the command apart, and runs nothing.

        Raises:
            ModelsFileError: there is no command, or it does not say where clips go.
        """
        settings = _settings(card, _ProgramSettings)
        try:
            program = Program(settings.command, timeout=settings.timeout)
        except MinganError as fault:
            zh, en = fault.message
            raise ModelsFileError(
                f"模型 {card.name!r}：{zh}", f"Model {card.name!r}: {en}"
            ) from None
        super().__init__(card, program, concurrency=1)


class DreamModel(VideoModel):
    """Kind `dream`: a small video model that was trained here."""

    def __init__(self, card: ModelCard) -> None:
        """Looks whether the file is there, and loads nothing.

        Raises:
            ModelsFileError: it is not.
            MissingExtraError: the extra `tunnel` is not installed.
        """
        settings = _settings(card, _DreamSettings)
        if importlib.util.find_spec("torch") is None:
            raise MissingExtraError(
                "要问小视频模型，请先安装：pip install 'mingan[tunnel]'",
                "To ask a small video model, install: pip install 'mingan[tunnel]'",
            )
        file = Path(settings.file).expanduser()
        if not file.is_file():
            raise ModelsFileError(
                f"模型 {card.name!r} 的文件 {settings.file!r} 不在；file 要写 model.pt 的路径。",
                f"The file {settings.file!r} of model {card.name!r} is not there; file takes the "
                "path of a model.pt.",
            )
        super().__init__(card, Dream(file), concurrency=1)


class ServiceModel(VideoModel):
    """Kind `service`: a video service, see `services`."""

    source: Source = "api"

    def __init__(self, card: ModelCard) -> None:
        """Connects to nothing.

        Raises:
            ModelsFileError: something in the card cannot be used.
        """
        continuer = continuer_of(
            card.options, base_url=card.base_url, model=card.model, api_key_env=card.api_key_env,
            journal=vault.home() / "jobs" / card.hash, name=card.name,
        )  # fmt: skip
        super().__init__(card, continuer, concurrency=4)


def _settings(card: ModelCard, form: type[Settings]) -> Settings:
    try:
        return msgspec.convert(card.options, form)
    except msgspec.ValidationError as fault:
        raise ModelsFileError(
            f"模型 {card.name!r}（{card.kind}）的选项有误：{fault}。",
            f"The options of model {card.name!r} ({card.kind}) are not right: {fault}.",
        ) from None
