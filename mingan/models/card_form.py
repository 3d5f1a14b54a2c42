"""What may stand in models.toml, key by key: the form that a person fills in.

Pydantic checks the types; this module turns what it finds into one sentence a newcomer can act
on, and turns a good form into a `ModelCard`. It must not know files or networks. What a person
wrote is never repeated in a sentence except for names of keys: the value might be a key.
"""

from __future__ import annotations

import difflib
import re
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.functional_validators import BeforeValidator

from mingan.errors import ModelsFileError
from mingan.models.openai import chat_url
from mingan.records import Generation, ModelCard


def _whole_number(value: Any) -> Any:
    # 0.5e9 is how people write half a billion; TOML makes a float of it.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _date(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


Count = Annotated[int, BeforeValidator(_whole_number), Field(ge=1)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Day = Annotated[date, BeforeValidator(_date)]
Name = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class GenerationForm(_Form):
    """The `generation` table."""

    temperature: Amount | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    max_tokens: Count | None = None
    seed: Annotated[int, BeforeValidator(_whole_number)] | None = None
    stop: list[str] | str = []
    system: str | None = None
    stream: bool = False
    extra: dict[str, Any] = {}


class ModelForm(_Form):
    """One `[[model]]` table; what only one kind understands is in the class of that kind."""

    name: Name
    kind: Name = "openai"
    base_url: str = ""
    model: str = ""
    api_key_env: str = ""
    params_total: Count | None = None
    params_active: Count | None = None
    released: Day | None = None
    licence: str = ""
    price_in: Amount | None = None
    price_out: Amount | None = None
    price_cached: Amount | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    generation: GenerationForm = GenerationForm()
    options: dict[str, Any] = {}

    def own_options(self) -> dict[str, Any]:
        """The options: the table of that name, and the keys that this kind adds."""
        own = {
            key: getattr(self, key)
            for key in type(self).model_fields
            if key not in ModelForm.model_fields
        }
        return {**self.options, **{k: v for k, v in own.items() if v is not None}}


class LocalForm(ModelForm):
    """Kind `local`: a file, and how it is run."""

    file: str | None = None
    threads: Annotated[int, Field(ge=1, le=1024)] | None = None
    ctx: Annotated[int, Field(ge=256)] | None = None


class ScaleForm(ModelForm):
    """Kinds `scale` and `dream`: the file of a model that the wind tunnel trained."""

    file: str | None = None


class ScriptedForm(ModelForm):
    """Kind `scripted`: the script, and what goes wrong."""

    script: str | None = None
    answers: dict[str, Any] | None = None
    later: dict[str, dict[str, Any]] | None = None
    default: str | None = None
    delay: Amount | None = None
    jitter: Amount | None = None
    faults: dict[str, Amount] | None = None
    retry_after: Amount | None = None
    concurrency: Count | None = None
    seed: int | None = None


class PastedForm(ModelForm):
    """Kind `pasted`: whom to write down by default."""

    who: str | None = None
    app: str | None = None


class ClipsForm(ModelForm):
    """Kind `clips`: a folder of continued clips, named as the scenes are."""

    folder: str | None = None


class ProgramForm(ModelForm):
    """Kind `program`: a local program that continues clips."""

    command: str | None = None
    timeout: Annotated[float, Field(gt=0, le=86_400)] | None = None


FORMS: dict[str, type[ModelForm]] = {
    "local": LocalForm,
    "scale": ScaleForm,
    "dream": ScaleForm,
    "scripted": ScriptedForm,
    "pasted": PastedForm,
    "clips": ClipsForm,
    "program": ProgramForm,
}
PATH_OPTIONS = ("file", "script", "folder")

_SECRET_KEY = re.compile(
    r"(?:api|access|secret|auth)[_-]?(?:key|token)"
    r"|^(?:key|token|secret|password|authorization|bearer)$",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(
    r"\b(?:sk|ak|pk|gsk|xai|hf)[-_][\w-]{12,}|\bAIza[\w-]{20,}|\bBearer\s+\S{8,}"
    r"|^[0-9a-f]{32}\.\w{8,}$|[?&](?:api[_-]?)?(?:key|token)=",
    re.IGNORECASE,
)


def to_card(entry: dict[str, Any], where: str) -> ModelCard:
    """The card that a `[[model]]` table describes; `where` names file and model in sentences.

    Raises:
        ModelsFileError: a key is unknown, missing, of the wrong kind, or holds an API key.
    """
    check_no_secret(entry, where)
    kind = entry.get("kind", "openai")
    form_class = FORMS.get(kind, ModelForm) if isinstance(kind, str) else ModelForm
    try:
        form = form_class.model_validate(entry)
    except ValidationError as error:
        raise _explained(error, form_class, where) from None
    _check_whole(form, where)
    return _card(form)


def check_no_secret(entry: Any, where: str, key: str = "") -> None:
    """Refuse a key that was written into the file, without ever repeating it."""
    if isinstance(entry, dict):
        for name, value in entry.items():
            # A script is full of made-up words, and no request carries it anywhere.
            if name not in ("answers", "later"):
                check_no_secret(value, where, str(name))
        return
    if isinstance(entry, list):
        for value in entry:
            check_no_secret(value, where, key)
        return
    if not isinstance(entry, str) or not entry:
        return
    named = bool(_SECRET_KEY.search(key)) and key != "api_key_env"
    if named or looks_secret(entry) or (key == "api_key_env" and not _is_variable(entry)):
        raise ModelsFileError(
            f"{where}：{key} 里好像直接写了密钥。请把密钥从文件里删掉，放进一个环境变量，"
            '再写 api_key_env = "变量名"。（这里不会重复显示它。）',
            f"{where}: {key} seems to hold an API key itself. Take the key out of the file, "
            'put it into an environment variable, and write api_key_env = "VARIABLE". (It is '
            "not repeated here.)",
        )


def looks_secret(text: str) -> bool:
    """Whether a text has the look of an API key, so that it must not be shown."""
    return bool(_SECRET_VALUE.search(text))


def _is_variable(text: str) -> bool:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        return False
    # A long run of letters and digits without a break is a key, not the name of a variable.
    return "_" in text or len(text) < 24 or not any(c.isdigit() for c in text)


def _check_whole(form: ModelForm, where: str) -> None:
    """What no single key can tell."""
    if form.kind == "openai":
        for key in ("base_url", "model"):
            if not getattr(form, key):
                raise _missing(key, where)
        try:
            chat_url(form.base_url, form.name)
        except ModelsFileError as error:
            said = error.message
            raise ModelsFileError(f"{where}：{said.zh}", f"{where}: {said.en}") from None
    if form.params_total and form.params_active and form.params_active > form.params_total:
        raise ModelsFileError(
            f"{where}：params_active 比 params_total 还大，请检查。",
            f"{where}: params_active is larger than params_total; check both.",
        )


def _card(form: ModelForm) -> ModelCard:
    generation = form.generation
    stop = (generation.stop,) if isinstance(generation.stop, str) else tuple(generation.stop)
    return ModelCard(
        name=form.name,
        kind=form.kind,
        base_url=form.base_url,
        model=form.model,
        api_key_env=form.api_key_env,
        generation=Generation(**{**generation.model_dump(), "stop": stop}),
        options=form.own_options(),
        params_total=form.params_total,
        params_active=form.params_active,
        released=form.released,
        licence=form.licence,
        price_in=form.price_in,
        price_out=form.price_out,
        price_cached=form.price_cached,
        currency=form.currency,
    )


def _missing(key: str, where: str) -> ModelsFileError:
    return ModelsFileError(
        f"{where}：缺少 {key}，请补上一行 {key} = …。",
        f"{where}: {key} is missing; add a line {key} = …",
    )


_WANTED = {
    "date": ("一个日期，如 2025-01-31（不加引号）", "a date such as 2025-01-31, without quotes"),
    "string": ("一段文字，要加引号", "a text, in quotes"),
    "bool": ("true 或 false", "true or false"),
    "dict": ("一张表，如 {temperature = 0}", "a table such as {temperature = 0}"),
    "model": ("一张表，如 {temperature = 0}", "a table such as {temperature = 0}"),
    "list": ("一个列表，如 [\"甲\", \"乙\"]", 'a list such as ["a", "b"]'),
    "int": ("一个整数，不加引号", "a whole number, without quotes"),
    "float": ("一个数，不加引号", "a number, without quotes"),
    "finite": ("一个有限的数", "a finite number"),
}  # fmt: skip
_TEXT_LIMITS = ("string_too_short", "string_too_long", "string_pattern_mismatch")
_SPECIAL = {
    "currency": ("三个大写字母的货币代号，如 CNY", "a currency code of three capitals such as CNY"),
    "released": _WANTED["date"],
}


def _explained(error: ValidationError, form: type[ModelForm], where: str) -> ModelsFileError:
    """The first fault as a sentence, with the number of the others."""
    found = error.errors(include_url=False, include_input=False)
    # An unknown key first: the missing one is often the same key, misspelt.
    first = min(found, key=lambda item: item["type"] != "extra_forbidden")
    places = [str(part) for part in first["loc"] if isinstance(part, str)]
    key = ".".join(places[:2]) if places[:1] == ["generation"] else (places or [""])[0]
    more = len({item["loc"][:2] for item in found}) - 1
    more_zh = f"（另有 {more} 处也要改。）" if more else ""
    more_en = f" ({more} more to mend.)" if more else ""
    if first["type"] == "missing":
        problem = _missing(key, where)
        return ModelsFileError(problem.message.zh + more_zh, problem.message.en + more_en)
    if first["type"] == "extra_forbidden":
        return unknown_key(key, _known(form, places), where, more_zh, more_en)
    wanted_zh, wanted_en = _wanted(first, key)
    return ModelsFileError(
        f"{where}：{key} 应当是{wanted_zh}。{more_zh}",
        f"{where}: {key} should be {wanted_en}.{more_en}",
    )


def _known(form: type[ModelForm], places: list[str]) -> list[str]:
    fields = GenerationForm if places[:1] == ["generation"] and len(places) > 1 else form
    return list(fields.model_fields)


def _wanted(first: Any, key: str) -> tuple[str, str]:
    if key in _SPECIAL:
        return _SPECIAL[key]
    limits = first.get("ctx", {})
    for name, zh, en in (
        ("ge", "不小于 {} 的数", "a number of at least {}"),
        ("gt", "大于 {} 的数", "a number above {}"),
        ("le", "不大于 {} 的数", "a number of at most {}"),
    ):
        if name in limits:
            return zh.format(limits[name]), en.format(limits[name])
    kind = "" if first["type"] in _TEXT_LIMITS else str(first["type"]).split("_")[0]
    return _WANTED.get(kind, ("不空、不太长、没有控制字符的文字", "a short, non-empty text"))


def unknown_key(
    key: str, known: list[str], where: str, more_zh: str = "", more_en: str = ""
) -> ModelsFileError:
    """The sentence for a key that nobody knows, with the nearest that somebody does."""
    key = "…" if looks_secret(key) else key
    last = key.rsplit(".", 1)[-1]
    near = difflib.get_close_matches(last.lower(), known, n=1)
    hint_zh = f"是不是想写 {near[0]}？" if near else f"可用的有：{', '.join(known)}。"
    hint_en = f"Did you mean {near[0]}?" if near else f"Known keys: {', '.join(known)}."
    return ModelsFileError(
        f"{where}：不认识 {key}。{hint_zh}{more_zh}",
        f"{where}: there is no key {key}. {hint_en}{more_en}",
    )
