"""The same job through Mingan: asked, graded by rule, and every answer durable in SQLite.

    python benchmarks/mingan_job.py BASE_URL CONNECTIONS WORKSPACE [RUN [QUESTIONS]]

With a RUN of its own name each time, the same command also resumes; the test that kills it does.
"""

from __future__ import annotations

import asyncio
import json
import sys

from job import COUNT, prompt, reference

from mingan.asking import Outcome, Plan, ask
from mingan.grading import grade
from mingan.models.openai import OpenAIModel
from mingan.records import Generation, ModelCard, Question
from mingan.store import Run, Store


def questions(count: int) -> list[Question]:
    return [
        Question(id=f"Q{i:04d}", prompt=prompt(i), bank="bench", answer=reference(i))
        for i in range(count)
    ]


async def main(
    base_url: str, connections: int, workspace: str, run_id: str = "bench", count: int = COUNT
) -> Outcome:
    card = ModelCard(
        name="mock",
        kind="openai",
        base_url=base_url,
        model="mock",
        generation=Generation(temperature=0.0, max_tokens=64),
    )
    model = OpenAIModel(card)
    plan = Plan(questions=questions(count), cards=[card])
    with Store.open(workspace) as store:
        store.add_bank("bench", plan.questions)
        store.add_cards(plan.cards)
        ids = tuple(question.id for question in plan.questions)
        store.begin_run(Run(id=run_id, bank="bench", questions=ids, models=(card.hash,)))
        try:
            outcome = await ask(
                plan, {"mock": model}, store, run_id=run_id, grade=grade, concurrency=connections
            )
        finally:
            await model.close()
        store.end_run(run_id, outcome.state)
    return outcome


def score(workspace: str) -> float:
    """The share of right answers, read back from the store."""
    with Store.open(workspace, create=False) as store:
        verdicts = [grade.verdict for grade in store.grades().values()]
    return verdicts.count("right") / len(verdicts)


if __name__ == "__main__":
    url, connections, workspace, *rest = sys.argv[1:]
    run_id = rest[0] if rest else "bench"
    count = int(rest[1]) if len(rest) > 1 else COUNT
    done = asyncio.run(main(url, int(connections), workspace, run_id, count))
    print(json.dumps({"asked": done.asked, "state": done.state}))
