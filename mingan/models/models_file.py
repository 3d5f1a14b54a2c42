"""Reading models.toml, the file that a newcomer writes from models.example.toml.

Every fault in it becomes one sentence that names file, model and key and says what to do. What
may stand in a model's table is in `mingan.models.card_form`; this module knows the file around
it: encoding, TOML, double names, kinds that nobody brought in.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, cast

from mingan.errors import ModelsFileError
from mingan.models.card_form import PATH_OPTIONS, looks_secret, to_card, unknown_key
from mingan.plugins import Registry
from mingan.records import ModelCard


def read(path: Path, registry: Registry) -> dict[str, ModelCard]:
    """The cards in the file, by name, in order; see `mingan.models.load`."""
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
