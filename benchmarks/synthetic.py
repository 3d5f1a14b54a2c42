"""A workspace of any size, filled with answers that nobody gave: for timing pages, not models."""

from __future__ import annotations

import math
import random
from pathlib import Path

from mingan.records import Answer, Grade, ModelCard, Question
from mingan.store import Store

BANK = "synthetic"
_LENGTHS = (40, 120, 300, 600, 1500)
"""Characters of an answer; their mean is near that of the answers recorded in Z-Bench."""


def fill(path: Path, *, questions: int, models: int, seed: int = 0) -> None:
    """Write a workspace in which abler models are right more often, by a logistic curve."""
    draw = random.Random(seed)
    asked = [
        Question(
            id=f"q-{i:04d}", prompt=f"第 {i} 题。" + "这是一道合成的题目，读它的人不必作答。" * 3,
            bank=BANK, tier=("基础", "进阶", "垂直")[i % 3], tags=(f"能力 {i % 25}",),
            answer=str(i), grader="text",
        )
        for i in range(questions)
    ]  # fmt: skip
    hard = [draw.gauss(0, 1.2) for _ in asked]
    with Store.open(path) as store:
        store.add_bank(BANK, asked)
        cards = [
            ModelCard(name=f"model-{m:02d}", kind="recorded", price_in=1.0 + m, price_out=2.0 + m)
            for m in range(models)
        ]
        store.add_cards(cards)
        for card in cards:
            able = draw.gauss(0, 1)
            answers, grades = [], []
            for question, difficulty in zip(asked, hard, strict=True):
                right = draw.random() < 1 / (1 + math.exp(difficulty - able))
                length = draw.choice(_LENGTHS)
                answer = Answer(
                    question=question.id, asked=question.asked, model=card.name, bank=BANK,
                    model_hash=card.hash, source="recorded", total_s=draw.expovariate(0.5),
                    text=("不知道", question.answer)[right] + "。" + "理由如下，" * (length // 5),
                )  # fmt: skip
                answers.append(answer)
                grades.append(
                    Grade(
                        answer=answer.content, question_hash=question.hash, grader="text",
                        version="1", verdict="right" if right else "wrong",
                    )
                )  # fmt: skip
            store.record("", answers, grades).result()
