from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mingan.errors import InputError, ModelsFileError
from mingan.models import DEFAULT_LOCAL, FLOOR_LOCAL, Model, builtin_cards, load, make
from mingan.models.card_form import FORMS, GenerationForm, ModelForm
from mingan.models.scripted import ScriptedModel
from mingan.plugins import Registry
from mingan.records import Generation, ModelCard

EXAMPLE = Path(__file__).parents[2] / "models.example.toml"
GOOD = """
[[model]]
name = "甲"
kind = "openai"
base_url = "https://api.example.com/v1"
model = "m"
"""


def write(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "models.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def fault(tmp_path: Path, text: str | bytes) -> ModelsFileError:
    path = write(tmp_path, text)
    with pytest.raises(ModelsFileError) as caught:
        load(path)
    assert str(path) in caught.value.message.zh
    assert str(path) in caught.value.message.en
    return caught.value


def test_a_full_card(tmp_path: Path) -> None:
    cards = load(
        write(
            tmp_path,
            GOOD
            + """
api_key_env = "MY_KEY"
params_total = 0.5e9
params_active = 500_000_000
released = 2024-11-12
licence = "Apache-2.0"
price_in = 2
price_out = 8.5
price_cached = 0.5
currency = "USD"
generation = {temperature = 0, top_p = 0.9, max_tokens = 64, seed = 3, stop = "。", system = "短",
              stream = true, extra = {enable_thinking = false}}
""".replace("\n              ", " "),
        )
    )
    assert cards == {
        "甲": ModelCard(
            name="甲",
            kind="openai",
            base_url="https://api.example.com/v1",
            model="m",
            api_key_env="MY_KEY",
            generation=Generation(
                temperature=0.0, top_p=0.9, max_tokens=64, seed=3, stop=("。",), system="短",
                stream=True, extra={"enable_thinking": False},
            ),
            params_total=500_000_000,
            params_active=500_000_000,
            released=date(2024, 11, 12),
            licence="Apache-2.0",
            price_in=2.0,
            price_out=8.5,
            price_cached=0.5,
            currency="USD",
        )
    }  # fmt: skip


def test_the_example_is_good_and_explains_every_key() -> None:
    cards = load(EXAMPLE)
    assert {card.kind for card in cards.values()} == {
        "openai", "local", "pasted", "recorded", "scripted", "program", "clips",
        "service",
    }  # fmt: skip
    text = EXAMPLE.read_text("utf-8")
    keys = set(ModelForm.model_fields) | set(GenerationForm.model_fields)
    for form in FORMS.values():
        keys |= set(form.model_fields)
    # The rarely needed ones are for plug-ins and for tests.
    assert {key for key in keys if f"{key} = " not in text and f"model.{key}]" not in text} == {
        "jitter", "retry_after", "concurrency",
    }  # fmt: skip
    for card in cards.values():
        if card.kind not in ("local", "program", "clips", "service"):
            assert isinstance(make(card), Model)


def test_a_bom_is_no_fault(tmp_path: Path) -> None:
    assert list(load(write(tmp_path, b"\xef\xbb\xbf" + GOOD.encode()))) == ["甲"]


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        (GOOD + 'modle = "x"', "modle", "Did you mean model?"),
        (GOOD + 'generation = {temprature = 0}', "generation.temprature", "temperature"),
        (GOOD.replace("name", "nmae"), "nmae", "Did you mean name?"),
        (GOOD.replace("[[model]]", "[[models]]"), "models", "Did you mean model?"),
        (GOOD.replace("[[model]]", "[model]"), "[[model]]", "double brackets"),
        (GOOD.replace('name = "甲"\n', ""), "缺少 name", "name is missing"),
        (GOOD.replace('model = "m"\n', ""), "缺少 model", "model is missing"),
        (GOOD.replace("https://", ""), "base_url", "usable address"),
        (GOOD.replace('"openai"', '"opanai"'), "opanai", "Did you mean openai?"),
        (GOOD + "price_in = -1", "price_in", "at least 0"),
        (GOOD + "price_in = inf", "price_in", "finite"),
        (GOOD + 'price_in = "2元"', "price_in", "without quotes"),
        (GOOD + 'released = "去年"', "released", "2025-01-31"),
        (GOOD + "released = 2024-13-01", "TOML", "TOML"),
        (GOOD + 'currency = "元"', "currency", "CNY"),
        (GOOD + "params_total = 0", "params_total", "at least 1"),
        (GOOD + "params_total = true", "params_total", "whole number"),
        (GOOD + "params_total = 5\nparams_active = 6", "params_active", "larger"),
        (GOOD + "generation = {top_p = 1.5}", "generation.top_p", "at most 1"),
        (GOOD + "generation = 7", "generation", "a table"),
        (GOOD + GOOD, "两个模型", "two models"),
        (GOOD.replace('"甲"', '""'), "name", "non-empty"),
        (GOOD + 'file = "x.gguf"', "file", "no key file"),
        (GOOD + "name = 甲", "TOML", "not valid TOML"),
        ("", "一个模型也没有", "no model"),
        (GOOD.encode("gb18030"), "UTF-8", "UTF-8"),
        ("[[model]]\nname='a'\nkind='local'\nthreads=0", "threads", "at least 1"),
    ],
)  # fmt: skip
def test_every_fault_names_the_key_and_what_to_do(
    tmp_path: Path, text: str | bytes, zh: str, en: str
) -> None:
    message = fault(tmp_path, text).message
    assert zh in message.zh
    assert en in message.en


def test_several_faults_are_counted(tmp_path: Path) -> None:
    error = fault(tmp_path, GOOD + "price_in = -1\nprice_out = -1\nparams_total = -1")
    assert "2 more to mend" in error.message.en


def test_a_missing_file_says_where_to_begin(tmp_path: Path) -> None:
    with pytest.raises(ModelsFileError, match=r"models\.example\.toml"):
        load(tmp_path / "none.toml")
    with pytest.raises(ModelsFileError):
        load(tmp_path)


SECRETS = [
    'api_key = "{}"',
    'api_key_env = "{}"',
    'key = "{}"',
    'model = "{}"',
    'base_url = "https://a.com/v1?api_key={}"',
    'generation = {{extra = {{headers = {{Authorization = "Bearer {}"}}}}}}',
    'options = {{secret = "{}"}}',
    'name = "{}"',
    "'{}' = 1",
]


@pytest.mark.parametrize("line", SECRETS)
@pytest.mark.parametrize(
    "secret", ["sk-1a2B3c4D5e6F7g8H9i0J", "0123456789abcdef0123456789abcdef.AbCdEfGh12345678"]
)
def test_a_key_in_the_file_is_refused_and_never_repeated(
    tmp_path: Path, line: str, secret: str
) -> None:
    key = line.split(" =")[0]
    kept = "\n".join(row for row in GOOD.splitlines() if not row.startswith(key + " ="))
    error = fault(tmp_path, kept + "\n" + line.format(secret))
    assert secret not in repr(error)
    assert secret[:12] not in repr(error)


def test_a_bare_run_of_letters_is_no_name_of_a_variable(tmp_path: Path) -> None:
    secret = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6"
    error = fault(tmp_path, GOOD + f'api_key_env = "{secret}"')
    assert secret not in repr(error)
    assert "api_key_env" in error.message.zh


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "conf"
    folder.mkdir()
    (folder / "a.jsonl").write_text('{"question": "q1", "text": "好"}\n', "utf-8")
    path = write(folder, '[[model]]\nname = "假"\nkind = "scripted"\nscript = "a.jsonl"')
    card = load(path)["假"]
    assert card.options == {"script": str(folder / "a.jsonl")}
    assert isinstance(make(card), ScriptedModel)


def test_a_kind_of_somebody_else_comes_in_by_the_door(tmp_path: Path) -> None:
    class Parrot:
        def __init__(self, card: ModelCard) -> None:
            self.card = card

    registry = Registry()
    registry.register("models", "parrot", Parrot)
    text = '[[model]]\nname = "鹦鹉"\nkind = "parrot"\noptions = {colour = "green"}'
    card = load(write(tmp_path, text), registry=registry)["鹦鹉"]
    made: Any = make(card, registry=registry)
    assert made.card.options == {"colour": "green"}
    with pytest.raises(InputError, match="parrot"):
        make(card)


def test_the_builtin_cards() -> None:
    cards = builtin_cards()
    assert list(cards) == [DEFAULT_LOCAL, FLOOR_LOCAL, "qwen2.5-coder-1.5b"]
    assert len({card.hash for card in cards.values()}) == 3
    for card in cards.values():
        assert card.licence == "Apache-2.0"
        assert card.generation.temperature == 0.0


def test_the_example_is_toml_for_any_reader() -> None:
    assert len(tomllib.loads(EXAMPLE.read_text("utf-8"))["model"]) == 9


def test_a_script_by_the_day_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "models.toml"
    path.write_text(
        '[[model]]\nname = "m"\nkind = "scripted"\nlater = {"2026-03-09" = {q1 = "43"}}\n', "utf-8"
    )
    assert load(path)["m"].options == {"later": {"2026-03-09": {"q1": "43"}}}
