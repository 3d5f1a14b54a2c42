"""`mingan models …`: whom there is to ask, getting local ones, and whether one answers."""

from __future__ import annotations

from typing import Annotated

import typer

from mingan.cli import say
from mingan.cli.options import JsonOption, ModelsFileOption, help_
from mingan.language import Text
from mingan.records import ModelCard

app = typer.Typer(
    help=help_("模型：列出、下载、试问", "models: list, fetch, test"), no_args_is_help=True
)


@app.command("list", help=help_("列出能问的模型", "the models that can be named"))
def list_(models: ModelsFileOption = None, json: JsonOption = False) -> int:
    """The models that can be named: those of models.toml, and our own local ones."""
    from mingan import shelf

    cards = shelf.known_cards(models).values()
    if json:
        say.document({"rows": [_row(card) for card in cards]})
        return 0
    for card in cards:
        ready, state = _state(card)
        say.out(f"{'✓' if ready else '·'} {card.name}\t{card.kind}\t{state.say()}")
    return 0


@app.command("fetch", help=help_("下载本机模型并校验", "get a local model, checked"))
def fetch(
    names: Annotated[list[str], typer.Argument(metavar="NAME...")],
) -> int:
    """Get the file of a local model, checked against its pinned SHA-256."""
    from mingan.cli.fetching import fetch_shown

    for name in names:
        say.out(str(fetch_shown(name)))
    return 0


@app.command("test", help=help_("试问一句，看通不通", "put one short question to it"))
def try_out(
    names: Annotated[list[str], typer.Argument(metavar="NAME...")],
    models: ModelsFileOption = None,
    json: JsonOption = False,
) -> int:
    """Put one short question to a model and say whether it answers."""
    from mingan import shelf

    trials = [shelf.try_model(card) for card in shelf.cards(names, models_file=models)]
    if json:
        rows = [
            {
                "model": trial.model, "ok": trial.ok, "seconds": trial.seconds,
                "sentence_zh": trial.sentence.zh, "sentence_en": trial.sentence.en,
            }
            for trial in trials
        ]  # fmt: skip
        say.document({"rows": rows})
    else:
        for trial in trials:
            say.out(trial.sentence)
    return 0 if all(trial.ok for trial in trials) else 1


def _state(card: ModelCard) -> tuple[bool, Text]:
    """Whether a model can be asked right away, and if not, what is missing."""
    from mingan.models import keys
    from mingan.models.weights import WEIGHTS, cached

    if card.kind == "local" and card.model in WEIGHTS:
        if cached(card.model) is not None:
            return True, Text("已下载", "fetched")
        command = f"mingan models fetch {card.model}"
        return False, Text(f"还没有下载：{command}", f"not fetched yet: {command}")
    if card.api_key_env and not keys.find(card.api_key_env):
        return False, Text(f"没有设置密钥 {card.api_key_env}", f"{card.api_key_env} is not set")
    return True, Text("可用", "ready")


def _row(card: ModelCard) -> dict[str, object]:
    ready, state = _state(card)
    return {
        "name": card.name,
        "kind": card.kind,
        "base_url": card.base_url,
        "model": card.model,
        "params_total": card.params_total,
        "params_active": card.params_active,
        "released": card.released.isoformat() if card.released else None,
        "licence": card.licence,
        "price_in": card.price_in,
        "price_out": card.price_out,
        "currency": card.currency,
        "ready": ready,
        "state": state.say(),
    }
