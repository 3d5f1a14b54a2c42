"""What was said of the future, taken apart into what can be reckoned, and a verdict.

    on-device-60b    by 2030, models of 60B parameters with 8B active run on devices
    gpt4-to-gpt5     within five years, GPT-4 to GPT-5 level on devices
    self-learning    in 2027, models on devices learn by themselves

A part holds when even the slow pace comes before the deadline, does not hold when even the fast one
comes after it, and depends otherwise. A claim is as its parts are; where they differ, or where a
part of it is no matter of reckoning, that is said. The module must not know words of a page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from mingan.errors import UsageError
from mingan.forecast.levels import level_of
from mingan.forecast.machines import dates, year_of
from mingan.language import Text
from mingan.registry import Registry
from mingan.reports.forecast_words import device_words
from mingan.reports.foretold import PACES, Assumed, Claim, Part, Verdict
from mingan.scaling.devices import Fit, Machine, Need, Pace, Use, fits

PHONE = "phone"
SAID = date(2026, 1, 1)
"""From which day on the fixed needs of claims are reckoned."""

LARGE = Need(total=60e9, active=8e9, year=year_of(SAID))
LEARNER = Need(total=3e9, active=3e9, year=year_of(SAID))
"""A model of 3B, as telephones run them."""

GPT4_TO_5 = (
    ("GPT-4", "MMLU"), ("GPT-4", "GPQA"), ("GPT-4", "HumanEval"), ("GPT-5", "MMLU"),
    ("GPT-5", "GPQA"), ("GPT-5", "SWE-bench-Verified"), ("GPT-5", "AIME-2025"),
)  # fmt: skip

_NIGHT_TOKENS = 7.0
"""A second: 50,000 tokens of a day, four times over, in a night of eight hours."""


def claims(known: Registry, machines: Mapping[str, Machine], assumed: Assumed) -> tuple[Claim, ...]:
    """All of them, as far as their devices and levels are in the registry."""
    days = [model.released for model in known.models.values() if model.released]
    days += [fact.day for fact in known.prices] + [fact.day for fact in known.devices]
    since = max(days)
    found = [_large(machines, assumed, since)]
    if PHONE in machines:
        phone = machines[PHONE]
        found += [_levels(known, phone, assumed, since), _learning(phone, assumed, since)]
    return tuple(found)


def _large(machines: Mapping[str, Machine], assumed: Assumed, since: date) -> Claim:
    deadline = date(2030, 12, 31)
    parts = [
        _part(device_words(name), _paces(machine, LARGE, assumed.uses[name]), deadline)
        for name, machine in machines.items()
    ]  # fmt: skip
    return Claim(
        key="on-device-60b",
        said=Text("到 2030 年，总共 600 亿、每次激活 80 亿参数的模型能在设备上跑",
                  "By 2030, models of 60B parameters with 8B active run on devices"),
        deadline=deadline, since=since, parts=tuple(parts), verdict=_together(parts),
        assumptions=(
            _use_words(assumed.uses[PHONE]) if PHONE in assumed.uses else Text("", ""),
            Text("模型本身不变小，只等设备变大；设备涨多快，看各类设备历年的型号。",
                 "The model stays as large as it is; only devices grow, as those of past years "
                 "did."),
        ),
    )  # fmt: skip


def _levels(known: Registry, phone: Machine, assumed: Assumed, since: date) -> Claim:
    deadline = date(2030, 12, 31)
    parts = []
    for model, benchmark in GPT4_TO_5:
        try:
            level = level_of(known, model, benchmark)
        except UsageError:
            continue
        (found,) = dates(known, [level], {PHONE: phone}, assumed)
        short = model.partition(" (")[0]
        parts.append(
            _part(Text(f"{short} 在 {benchmark} 上的水平", f"{short} level on {benchmark}"),
                  found.fits, deadline)
        )  # fmt: skip
    return Claim(
        key="gpt4-to-gpt5",
        said=Text("五年之内（到 2030 年），手机上有 GPT-4 到 GPT-5 的水平",
                  "Within five years (by 2030), telephones have GPT-4 to GPT-5 level"),
        deadline=deadline, since=since, parts=tuple(parts), verdict=_together(parts),
        assumptions=(
            _use_words(assumed.uses[PHONE]),
            Text("同样的本事，模型按快、中、慢三种步子变小，往后不停；题目会不会被练过，这里看不出来。",
                 "Models of the same ability go on shrinking at three paces; whether the questions "
                 "were trained on is not seen here."),
            Text("“水平”只是在这几个题目上的得分，不是用起来一样。",
                 "A level is a score on these benchmarks, not being as good to work with."),
        ),
    )  # fmt: skip


def _learning(phone: Machine, assumed: Assumed, since: date) -> Claim:
    deadline = date(2027, 12, 31)
    use = assumed.uses[PHONE]
    # Adapters: weights stay as they are, a quarter more for adapters and what backward passes keep,
    # and a gigabyte; forward and backward without gradients of the weights: twice a forward pass.
    adapters = replace(
        use, bits=1.25 * use.bits + 8e9 / LEARNER.total, pace=1.0, prompt=2 * _NIGHT_TOKENS
    )
    # All weights: 16 bytes a parameter for weights, gradients and the optimiser in mixed precision.
    everything = replace(use, bits=128.0, pace=0.05, prompt=3 * _NIGHT_TOKENS)
    parts = (
        _part(Text("30 亿参数的模型，只学外挂的一小部分（LoRA），一夜学完一天的话",
                   "a 3B model learns a day's talk in a night, adapters only (LoRA)"),
              _paces(phone, LEARNER, adapters), deadline),
        _part(Text("同一个模型，全部参数一起学", "the same model, all of its weights"),
              _paces(phone, LEARNER, everything), deadline),
        Part(said=Text("学了之后真的更好，不忘旧的", "it is better for it, and forgets nothing"),
             fits={}, verdict="cannot tell"),
    )  # fmt: skip
    return Claim(
        key="self-learning",
        said=Text(
            "2027 年，设备上的模型自己学习", "In 2027, models on devices learn by themselves"
        ),
        deadline=deadline, since=since, parts=parts, verdict=_together(parts),
        assumptions=(
            Text("一天 5 万个词元，学四遍，夜里八小时；算力只用到标称的一部分。",
                 "50,000 tokens a day, four times over, eight hours of night; compute reaches a "
                 "part of what is stated."),
            Text("这里只算装不装得下、算不算得完；学得好不好，不是算得出来的。",
                 "This reckons whether it fits and ends in time; whether it helps is not a matter "
                 "of reckoning."),
        ),
    )  # fmt: skip


# --- pieces -------------------------------------------------------------------------------------


def _paces(machine: Machine, need: Need, use: Use) -> dict[Pace, Fit]:
    return {pace: fits(machine, need, use, pace=pace) for pace in PACES}


def _part(said: Text, found: Mapping[Pace, Fit], deadline: date) -> Part:
    return Part(said=said, fits=found, verdict=_verdict(found, year_of(deadline)))


def _verdict(found: Mapping[Pace, Fit], deadline: float) -> Verdict:
    if not found:
        return "cannot tell"
    if found["slow"].year <= deadline:
        return "holds"
    return "depends" if found["fast"].year <= deadline else "does not hold"


def _together(parts: Sequence[Part]) -> Verdict:
    """What all parts say; "depends" where they differ, "cannot tell" without any."""
    said = {part.verdict for part in parts}
    if len(said) == 1:
        return said.pop()
    return "depends" if said else "cannot tell"


def _use_words(use: Use) -> Text:
    usable, reached = 100 * use.usable, 100 * use.efficiency
    return Text(
        f"每个参数 {use.bits:g} 位，手机内存的 {usable:.0f}% 归模型，每秒 {use.pace:g} 个词元，"
        f"带宽和算力用到标称的 {reached:.0f}%。",
        f"{use.bits:g} bits a parameter, {usable:.0f} % of a telephone's memory for the model, "
        f"{use.pace:g} tokens a second, {reached:.0f} % of the stated bandwidth and compute.",
    )
