"""What is said of single questions: a headline for the bank, a sentence for each to look at.

A suspect key is never called wrong: it may be a trap that every model falls into, and the
sentence asks somebody to look. The module knows rows and their numbers; it must not know where
they are shown.
"""

from __future__ import annotations

import math

from mingan.language import Text
from mingan.reports.items import ItemReport, ItemRow
from mingan.reports.safe import one_line
from mingan.reports.sentences import named, points

FEW_MODELS = 10
"""With fewer models than this, discrimination is a lead and no more."""

_NAMED = 3
FLAGS = {
    "agree-against": Text("强模型一致反对", "strong models agree against it"),
    "strong-wrong": Text("强模型错、弱模型对", "strong wrong, weak right"),
    "negative": Text("区分度为负", "negative discrimination"),
    "floor": Text("无人答对", "nobody right"),
    "ceiling": Text("人人答对", "everybody right"),
    "no-verdict": Text("没有定论", "no verdict"),
}
"""What is to be said of a question, by code."""


def flags(row: ItemRow) -> tuple[str, ...]:
    """What is to be said of a question, as codes, the most urgent first; mostly nothing."""
    item = row.item
    if not item.models:
        return ("no-verdict",)
    plain = [name for name, holds in (("floor", item.floor), ("ceiling", item.ceiling)) if holds]
    return (*item.suspicions, *plain)


def flag_words(row: ItemRow) -> Text:
    """The same in words; empty for a question without fault."""
    words = [FLAGS[flag] for flag in flags(row)]
    return Text("、".join(w.zh for w in words), ", ".join(w.en for w in words))


def items_headline(report: ItemReport) -> Text:
    """How many keys to look at, how many questions tell nothing, how reliable the bank is."""
    suspect, size = len(report.suspect), len(report.rows)
    floor = sum(row.item.floor for row in report.rows)
    ceiling = sum(row.item.ceiling for row in report.rows)
    first = (
        Text(
            f"题库 {report.bank} 的 {size} 道题里，有 {suspect} 道的参考答案可疑，请先核对",
            f"Of the {size} questions of {report.bank}, {suspect} "
            f"{'has a suspect key' if suspect == 1 else 'have suspect keys'}: look at "
            f"{'it' if suspect == 1 else 'them'} first",
        )
        if suspect
        else Text(
            f"题库 {report.bank} 的 {size} 道题里，没有看到可疑的参考答案",
            f"Among the {size} questions of {report.bank} no key looks suspect",
        )
    )
    return Text(
        f"{first.zh}；无人答对的 {floor} 道，人人答对的 {ceiling} 道。{_reliability(report).zh}",
        f"{first.en}; nobody is right on {floor}, everybody on {ceiling}. "
        f"{_reliability(report).en}",
    )


def item_sentence(row: ItemRow) -> Text:
    """One sentence on a question that should be looked at; empty for one without fault."""
    codes = flags(row)
    if not codes:
        return Text("", "")
    said = _SENTENCES[codes[0]](row)
    name = one_line(row.question.id, 60)
    return Text(f"{name}：{said.zh}。", f"{name}: {said.en}.")


def item_notes(report: ItemReport) -> tuple[Text, ...]:
    """What limits these numbers, one sentence each."""
    found = []
    if report.models < FEW_MODELS:
        found.append(
            Text(
                f"只有 {report.models} 个模型答过，区分度靠不住，只能当线索；"
                f"至少要 {FEW_MODELS} 个水平不同的模型。",
                f"Only {report.models} {'model has' if report.models == 1 else 'models have'} "
                "answered: take discrimination as a lead only. It takes at least "
                f"{FEW_MODELS} models of different strength.",
            )
        )
    if report.left_out:
        found.append(
            Text(
                f"另有 {report.left_out} 道题没有规则能判，也没有人判过，不在其中。",
                f"Left out: {report.left_out} that no rule can grade and nobody has graded.",
            )
        )
    found.append(
        Text(
            "可疑不等于错：也可能是一道所有模型都会上当的好题。存疑和没有要到的回答不计。",
            "Suspect is not wrong: it may be a good question that fools every model. Unsure "
            "answers and those that could not be had do not count.",
        )
    )
    return tuple(found)


# --- pieces of sentences ------------------------------------------------------------------------


def _reliability(report: ItemReport) -> Text:
    if math.isnan(report.kr20):
        return Text("信度还算不出来。", "Its reliability cannot be told yet.")
    value = f"{report.kr20:.2f}"
    if report.kr20 >= 0.8:
        return Text(
            f"整个题库给这些模型排名够稳（信度 KR-20 为 {value}）。",
            f"As a whole the bank ranks these models reliably (KR-20 {value}).",
        )
    return Text(
        f"整个题库给这些模型排名还不够稳（信度 KR-20 为 {value}）。",
        f"As a whole the bank does not rank these models reliably (KR-20 {value}).",
    )


def _strong(row: ItemRow) -> Text:
    """The best third of the models, by name if they are few."""
    count = len(row.strong)
    known = count == row.item.models
    zh = f"有定论的 {count} 个模型" if known else f"有定论的模型里最好的 {count} 个"
    en = (
        f"all {count} models with a verdict" if known else f"the {count} best models with a verdict"
    )
    if count > _NAMED:
        return Text(zh, en)
    names = [named(name) for name in row.strong]
    return Text(
        f"{zh}（{'、'.join(name.zh for name in names)}）",
        f"{en} ({', '.join(name.en for name in names)})",
    )


def _agree_against(row: ItemRow) -> Text:
    strong, reference = _strong(row), one_line(row.reference)
    if not row.agreed:
        return Text(
            f"{strong.zh}，回答一致，都和参考答案相反，请核对参考答案",
            f"{strong.en} say the same, against the reference answer: check it",
        )
    agreed = one_line(row.agreed)
    some = row.agreeing < len(row.strong)
    return Text(
        f"{strong.zh}，{f'有 {row.agreeing} 个' if some else '都'}答「{agreed}」，"
        f"参考答案却是「{reference}」，请核对参考答案",
        f"{f'{row.agreeing} of ' if some else ''}{strong.en} say “{agreed}”, but the reference "
        f"answer is “{reference}”: check it",
    )


def _strong_wrong(row: ItemRow) -> Text:
    strong = _strong(row)
    return Text(
        f"{strong.zh}，都判为错，较弱的模型却多半判对，请核对参考答案和判法",
        f"{strong.en} are wrong, while most of the weaker ones are right: check the "
        "reference answer and the grader",
    )


def _negative(row: ItemRow) -> Text:
    return Text(
        f"别的题答得好的模型，这一题反而答得差（相关 {correlation(row.item.item_rest)}，"
        f"纯属碰巧的机会约 {_chance(row.item.p)}），请核对参考答案和判法",
        "models that do well elsewhere do badly here (correlation "
        f"{correlation(row.item.item_rest)}, by mere chance about {_chance(row.item.p)}): check "
        "the reference answer and the grader",
    )


def _floor(row: ItemRow) -> Text:
    count = row.item.models
    return Text(
        f"有定论的 {count} 个模型没有一个答对：题太难，或者参考答案、判法有问题",
        f"of {count} {'model' if count == 1 else 'models'} with a verdict none is right: too "
        "hard, or something is wrong with the reference answer or the grader",
    )


def _ceiling(row: ItemRow) -> Text:
    count = row.item.models
    return Text(
        f"有定论的 {count} 个模型全都答对，分不出高下",
        f"all {count} models with a verdict are right, so it tells nothing apart"
        if count > 1
        else "the 1 model with a verdict is right, so it tells nothing apart",
    )


def _no_verdict(row: ItemRow) -> Text:
    return Text("没有一个回答有定论", "no answer has a verdict")


_SENTENCES = {
    "agree-against": _agree_against,
    "strong-wrong": _strong_wrong,
    "negative": _negative,
    "floor": _floor,
    "ceiling": _ceiling,
    "no-verdict": _no_verdict,
}


def correlation(value: float) -> str:
    """A correlation with two decimals and a real minus sign; a dash where there is none."""
    if math.isnan(value):
        return "–"
    return f"{value:.2f}".replace("-", "−").replace("−0.00", "0.00")


def twin_gap(row: ItemRow) -> str:
    """The gap to the hidden twins in points; a dash where no twin was answered."""
    return "–" if row.twin_gap is None else points(row.twin_gap)


def _chance(p: float) -> str:
    return "0.1%" if p < 0.001 else f"{p * 100:.2g}%"
