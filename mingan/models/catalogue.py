"""models.toml in, cards out; a card in, a model out.

The file is what a newcomer writes from models.example.toml, so every fault in it is one sentence
that names file, model and key and says what to do. The local models that Mingan can fetch have
their cards here and need no file. This module must not know how any kind of model works; it
finds the kinds through the plug-in door.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, cast

from mingan.errors import ModelsFileError
from mingan.models.card_form import PATH_OPTIONS, looks_secret, to_card, unknown_key
from mingan.models.protocol import Model
from mingan.plugins import Registry
from mingan.plugins import registry as installed
from mingan.records import Generation, ModelCard

DEFAULT_LOCAL = "qwen2.5-coder-0.5b"
FLOOR_LOCAL = "smollm2-135m"

_LOCAL_GENERATION = Generation(temperature=0.0, max_tokens=512, seed=0)


def load(path: Path | str, *, registry: Registry = installed) -> dict[str, ModelCard]:
    """The cards in a models.toml, by name, in the order of the file.

    Relative paths in it (`file`, `script`) are taken from the folder of the file.

    Raises:
        ModelsFileError: it cannot be read or used; the sentence names file, model and key.
    """
    path = Path(path)
    cards: dict[str, ModelCard] = {}
    for number, entry in enumerate(_entries(_parse(path), path), start=1):
        where = f"{path} {_title(entry, number)}"
        card = to_card(_with_paths(entry, path.parent), where)
        _check_kind(card, registry, where)
        if card.name in cards:
            raise ModelsFileError(
                f"{where}：有两个模型都叫这个名字，请给其中一个改名。",
                f"{where}: two models have this name; rename one of them.",
            )
        cards[card.name] = card
    return cards


def make(card: ModelCard, *, registry: Registry = installed) -> Model:
    """The model that a card describes; connects to nothing and loads nothing yet.

    Raises:
        InputError: nobody brought in a model of this kind.
        ModelsFileError: the card lacks something that its kind needs.
    """
    return cast(Model, registry.get("models", card.kind)(card))


def builtin_cards() -> dict[str, ModelCard]:
    """The local models that need no models.toml: the default, the floor, a stronger one.

    Sizes follow from the published shapes, embeddings counted once; dates are the releases'.
    """
    cards = (
        _local(DEFAULT_LOCAL, 494_032_768, date(2024, 11, 12)),
        _local(FLOOR_LOCAL, 134_515_008, date(2024, 11, 1)),
        _local("qwen2.5-coder-1.5b", 1_543_714_304, date(2024, 9, 19)),
    )
    return {card.name: card for card in cards}


def _local(name: str, params: int, released: date) -> ModelCard:
    return ModelCard(
        name=name,
        kind="local",
        model=name,
        generation=_LOCAL_GENERATION,
        params_total=params,
        params_active=params,
        released=released,
        licence="Apache-2.0",
        price_in=0.0,
        price_out=0.0,
    )


def _parse(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ModelsFileError(
            f"没有找到 {path}。可以把 models.example.toml 复制成它再改，"
            "或用 --models 指明另一个文件。",
            f"There is no {path}. Copy models.example.toml to it and edit it, or name another "
            "file with --models.",
        ) from None
    except UnicodeDecodeError:
        raise ModelsFileError(
            f"{path} 不是 UTF-8 编码。请在编辑器里另存为 UTF-8。",
            f"{path} is not in UTF-8. Save it as UTF-8 in your editor.",
        ) from None
    except OSError as error:
        raise ModelsFileError(
            f"{path} 读不出来（{error.strerror}）。请检查路径和权限。",
            f"{path} cannot be read ({error.strerror}). Check the path and the permissions.",
        ) from None
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        # Of tomllib's words only the place is used: the rest may quote the line.
        place = str(error).rpartition("(")[2].rstrip(")") if "(at " in str(error) else "?"
        raise ModelsFileError(
            f"{path} 不合 TOML 的写法（位置：{place}）。常见的原因：文字没加引号、"
            "引号或括号没有成对。",
            f"{path} is not valid TOML ({place}). Common causes: a text without quotes, or a "
            "quote or bracket that is not closed.",
        ) from None


def _entries(found: dict[str, Any], path: Path) -> list[dict[str, Any]]:
    for key in found:
        if key != "model":
            raise unknown_key(key, ["model"], str(path))
    entries = found.get("model", [])
    if isinstance(entries, dict) or not all(isinstance(entry, dict) for entry in entries):
        raise ModelsFileError(
            f"{path}：每个模型要用两层方括号 [[model]] 开头。",
            f"{path}: every model begins with double brackets, [[model]].",
        )
    if not entries:
        raise ModelsFileError(
            f"{path} 里一个模型也没有。每个模型以 [[model]] 开头，写法见 models.example.toml。",
            f"{path} describes no model. Each begins with [[model]]; see models.example.toml.",
        )
    return cast(list[dict[str, Any]], entries)


def _title(entry: dict[str, Any], number: int) -> str:
    name = entry.get("name")
    usable = isinstance(name, str) and 0 < len(name) <= 120 and not looks_secret(name)
    return f"[[model]] {name!r}" if usable else f"[[model]] #{number}"


def _with_paths(entry: dict[str, Any], folder: Path) -> dict[str, Any]:
    moved = {
        key: str(folder / entry[key]) for key in PATH_OPTIONS if isinstance(entry.get(key), str)
    }
    return {**entry, **moved}


def _check_kind(card: ModelCard, registry: Registry, where: str) -> None:
    known = registry.names("models")
    if card.kind not in known:
        raise unknown_key(card.kind, known, f"{where} kind")
