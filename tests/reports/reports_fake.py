"""A made-up report of any size with consistent numbers: intervals, paired tests, ranks."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import date

from mingan.language import Text
from mingan.records import Stamp
from mingan.reports.data import (
    AnswerView,
    BankFacts,
    Breakdown,
    GraderUse,
    ModelFacts,
    Quantiles,
    QuestionView,
    ReportData,
)
from mingan.statistics.results import Comparison, Score

NAMES = (
    "gpt4", "gpt3.5", "商量", "讯飞星火", "智谱（新）", "sensechat", "minimax", "通义千问",
    "天工", "文心04-27", "文心一言", "moss", "智谱", "面壁",
)  # fmt: skip
SKILL = (0.78, 0.69, 0.53, 0.47, 0.41, 0.37, 0.36, 0.36, 0.32, 0.29, 0.25, 0.25, 0.20, 0.18)
TIERS = ("基础", "进阶", "垂直")
TAGS = ("常识", "数学", "逻辑", "脑筋急转弯", "荒谬前提", "代码", "法律", "医学", "写作", "翻译")
PROMPTS = (
    "一根绳子对折三次后从中间剪断，一共得到几段？请写出过程。",
    "把「明天下午三点开会，请带上报表」改写成一句更客气的话。",
    "三个开关控制隔壁房间的三盏灯，只能进去一次，怎样分清哪个开关管哪盏灯？",
    "螺丝钉可以清蒸吗？",
    "用 Python 写一个函数，返回列表里出现次数最多的元素；并列时全部返回。",
)
PROSE = (
    "先看题目给出的条件：",
    "绳子每对折一次，层数翻一倍，三次以后是 8 层。",
    "从中间剪一刀，8 层都被剪断，",
    "但对折处仍然相连，所以不能直接把 8 乘以 2。",
    "\n我们一步一步来数：\n1. 两端各剩下一半；\n2. 折痕把相邻的两层连在一起；\n",
    "Let me double-check this with a smaller example first. ",
    "综上所述，答案是 9 段。",
    "不过如果从折痕处剪开，情况会不同。",
)


def score(name: str, right: int, wrong: int, unsure: int = 0, **more: int) -> Score:
    decided = right + wrong
    p = right / decided if decided else math.nan
    low, high = wilson(right, decided)
    total = decided + unsure + sum(more.values())
    return Score(
        model=name, score=p, low=low, high=high,
        best_case=(total - wrong) / total if total else math.nan,
        worst_case=right / total if total else math.nan,
        right=right, wrong=wrong, unsure=unsure,
        **{k: more.get(k, 0) for k in
           ("ungraded", "refused", "truncated", "empty", "failed", "absent")},
        questions=decided, repeats=1,
    )  # fmt: skip


def wilson(right: int, n: int) -> tuple[float, float]:
    if not n:
        return math.nan, math.nan
    z, p = 1.959964, right / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def comparison(a: str, b: str, wins: int, losses: int, ties: int, pairs: int = 1) -> Comparison:
    n, d = wins + losses + ties, wins + losses
    k = min(wins, losses)
    p = min(1.0, 2 * sum(math.comb(d, i) for i in range(k + 1)) / 2**d) if d else 1.0
    gap = (wins - losses) / n
    half = 1.96 * math.sqrt(max(d / n - gap * gap, 1e-9) / n)
    adjusted = min(1.0, p * pairs)
    verdict = "cannot tell" if adjusted > 0.05 else ("a" if gap > 0 else "b")
    return Comparison(
        a=a, b=b, difference=gap, low=gap - half, high=gap + half, p=p, p_adjusted=adjusted,
        verdict=verdict, wins=wins, losses=losses, ties=ties, questions=n,
        questions_needed=math.ceil(7.85 * (d / n) / gap**2) if gap else None,
        detectable=2.8 * math.sqrt(d / n / n) if d else math.nan,
        unsure_matters=0.001 < adjusted <= 0.05, method="mcnemar",
    )  # fmt: skip


def report(questions: int = 311, models: int = 14, length: int = 500, seed: int = 7) -> ReportData:
    rng = random.Random(seed)
    names, skills = NAMES[:models], SKILL[:models]
    hard = [rng.random() for _ in range(questions)]
    views = [_question(i, names, skills, hard[i], rng, length) for i in range(questions)]
    scores = sorted((_scored(name, views) for name in names), key=lambda s: -s.score)
    pairs = models * (models - 1) // 2
    comparisons = {
        (a.model, b.model): _compared(a.model, b.model, views, pairs)
        for i, a in enumerate(scores)
        for b in scores[i + 1 :]
    }
    order = [s.model for s in scores]
    return ReportData(
        made_at="2026-11-23T15:00:00.000+00:00",
        stamp=Stamp(questions="b7f2a1c09d", graders="04c3d2e1f0", parameters="9aa81b22c3"),
        bank=BankFacts(name="zbench", hash="3f9c0de1a7b24c55", questions=questions),
        scores=tuple(_ranked(s, order, comparisons) for s in scores),
        comparisons=comparisons,
        graders=(
            GraderUse(name="number", version="1", grades=1820),
            GraderUse(name="short", version="2", grades=1204),
            GraderUse(name="reader", authority="person", grades=532),
        ),
        tiers=_parts(TIERS, order, views, lambda v: (v.tier,)),
        abilities=_parts(TAGS, order, views, lambda v: v.tags),
        models=tuple(_facts(name, i, rng, questions) for i, name in enumerate(names)),
        questions=tuple(views),
        notes=(
            Text(
                "存疑的回答按已判回答的对错比例估计，区间按最不利的情形放宽。",
                "Unsure answers enter by the rate of the decided ones; the interval is widened.",
            ),
            Text("每题问 1 遍。", "Each question was asked once."),
        ),
    )


def _question(i, names, skills, hard, rng, length):  # type: ignore[no-untyped-def]
    tier = TIERS[i * 3 // 311] if i < 311 else TIERS[0]
    stem = {"基础": "common", "进阶": "emergent", "垂直": "specialized"}[tier]
    prompt = PROMPTS[i % len(PROMPTS)]
    tag = TAGS[min(int(rng.expovariate(0.55)), len(TAGS) - 1)]
    graded = rng.random() > 0.2
    answers = tuple(
        _answer(name, skill, hard, graded, rng, length)
        for name, skill in zip(names, skills, strict=True)
    )
    return QuestionView(
        id=f"{stem}-{i + 1:03d}", prompt=prompt, tier=tier, tags=(tag,),
        reference="9" if graded else None, grader="number" if graded else "",
        grader_why=Text("参考答案是一个数", "the reference is a number"),
        answers=answers,
    )  # fmt: skip


def _answer(name, skill, hard, graded, rng, length):  # type: ignore[no-untyped-def]
    text = ""
    while len(text) < length:
        text += rng.choice(PROSE)
    draw = rng.random()
    verdict = "right" if draw < min(0.99, skill * (1.5 - hard)) else "wrong"
    if rng.random() < 0.04:
        verdict = "unsure"
    failed = rng.random() < 0.002
    if not graded or failed:
        verdict = "ungraded"
    reason = {
        "right": Text("最后一句认作 9，与参考一致", "Took 9 from the last line: as the reference"),
        "wrong": Text("最后一句认作 8，参考是 9", "Took 8 from the last line; the reference is 9"),
        "unsure": Text("前后给出了两个不同的数", "Two different numbers were given"),
        "ungraded": Text("没有参考答案", "No reference answer"),
    }[verdict]
    return AnswerView(
        model=name, state="failed" if failed else "ok", verdict=verdict,
        text="" if failed else text[:length], reason=reason, grader="number" if graded else "",
        extracted={"right": "9", "wrong": "8"}.get(verdict, ""), total_s=rng.uniform(1, 9),
        cost=0.002, currency="CNY",
    )  # fmt: skip


def _scored(name, views):  # type: ignore[no-untyped-def]
    tally = {"right": 0, "wrong": 0, "unsure": 0, "ungraded": 0, "failed": 0}
    for view in views:
        for answer in view.answers:
            if answer.model == name and (view.reference or answer.state == "failed"):
                tally["failed" if answer.state == "failed" else answer.verdict] += 1
    return score(
        name, tally["right"], tally["wrong"], tally["unsure"],
        ungraded=tally["ungraded"], failed=tally["failed"],
    )  # fmt: skip


def _compared(a, b, views, pairs):  # type: ignore[no-untyped-def]
    wins = losses = ties = 0
    for view in views:
        got = {x.model: x.verdict for x in view.answers}
        if {got.get(a), got.get(b)} <= {"right", "wrong"}:
            wins += (got.get(a), got.get(b)) == ("right", "wrong")
            losses += (got.get(a), got.get(b)) == ("wrong", "right")
            ties += got.get(a) == got.get(b)
    return comparison(a, b, wins, losses, ties, pairs)


def _ranked(s, order, comparisons):  # type: ignore[no-untyped-def]
    beaten = sum(c.verdict == "a" for (a, _), c in comparisons.items() if a == s.model)
    beaten += sum(c.verdict == "b" for (_, b), c in comparisons.items() if b == s.model)
    lost = sum(c.verdict == "b" for (a, _), c in comparisons.items() if a == s.model)
    lost += sum(c.verdict == "a" for (_, b), c in comparisons.items() if b == s.model)
    return replace(s, rank_low=1 + lost, rank_high=len(order) - beaten)


def _parts(labels, order, views, of):  # type: ignore[no-untyped-def]
    parts = []
    for label in labels:
        chosen = [view for view in views if label in of(view)]
        if chosen:
            scores = tuple(_scored(name, chosen) for name in order)
            parts.append(Breakdown(label=label, questions=len(chosen), scores=scores))
    return tuple(parts)


def _facts(name, i, rng, questions):  # type: ignore[no-untyped-def]
    if i > 8:
        return ModelFacts(name=name, source="recorded", states={"ok": questions})
    return ModelFacts(
        name=name, source="measured", kind="openai", released=date(2023, 3, 1 + i),
        params_total=13_000_000_000 if i else None, licence="Apache-2.0" if i % 3 == 2 else "",
        price_in=0.8 + i, price_out=2.0 + i, currency="CNY",
        states={"ok": questions - i % 3, "failed": i % 3}, cost={"CNY": 1.3 + 0.4 * i},
        tokens_in=41_022, tokens_out=120_331 + 977 * i, tokens_reasoning=40_000 if i == 1 else None,
        first_token=Quantiles(p50=0.41, p90=0.92, count=questions),
        total=Quantiles(p50=rng.uniform(2, 9), p90=12.4, count=questions),
    )  # fmt: skip
