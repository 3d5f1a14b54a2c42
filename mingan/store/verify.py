"""Re-deriving the invariants of a workspace from its rows, trusting nothing that is stored.

See `schema.py` for the list. Each broken one gives a sentence that names the row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select, text

from mingan.errors import StoreError
from mingan.language import Text
from mingan.records import Answer, Grade, ModelCard, Question, Vote
from mingan.sealing import unveil
from mingan.store import schema
from mingan.store.drafts import Draft
from mingan.store.queue_store import statuses, stored_clicks
from mingan.store.queues import Click, QueueStatus, grade_of, standing, vote_of
from mingan.store.runs import Run

if TYPE_CHECKING:
    from mingan.store.store import Store


def verify(store: Store) -> list[Text]:
    """Every invariant that does not hold; an empty list is a clean workspace."""
    try:
        with store.reading() as connection:
            return [*_file(connection), *_questions(connection), *_cards(connection),
                    *_answers(connection), *_grades(connection), *_votes(connection),
                    *_runs(connection), *_queues(connection), *_drafts(connection)]  # fmt: skip
    except StoreError as fault:
        return [fault.message]


def _broken(what: str, row: object, zh: str, en: str) -> Text:
    return Text(f"{what} {row}：{zh}。", f"{what} {row}: {en}.")


def _file(connection: Connection) -> Iterator[Text]:
    if connection.dialect.name != "sqlite":
        return
    said = connection.scalar(text("PRAGMA integrity_check"))
    if said != "ok":
        yield _broken("SQLite", "integrity_check", str(said), str(said))


def _questions(connection: Connection) -> Iterator[Text]:
    for row in connection.execute(select(schema.question)):
        question: Question = Question.from_json(unveil(row.body))
        if (question.hash, question.asked, question.id) != (row.hash, row.asked, row.id):
            yield _broken("question", row.hash, "散列与内容不符", "the hash is not of the content")
    orphans = select(schema.bank_question.c.question).where(
        schema.bank_question.c.question.not_in(select(schema.question.c.hash))
    )
    for digest in connection.scalars(orphans):
        yield _broken("bank_question", digest, "题目不存在", "there is no such question")


def _cards(connection: Connection) -> Iterator[Text]:
    for row in connection.execute(select(schema.card)):
        card: ModelCard = ModelCard.from_json(row.body)
        if card.hash != row.hash:
            yield _broken("card", row.row, "散列与内容不符", "the hash is not of the content")


def _answers(connection: Connection) -> Iterator[Text]:
    seen: dict[tuple[str, int], int] = {}
    contents: dict[str, set[str]] = {}
    for row in connection.execute(select(schema.answer).order_by(schema.answer.c.row)):
        answer: Answer = Answer.from_json(unveil(row.body))
        if (answer.key, answer.content, answer.state) != (row.key, row.content, row.state):
            yield _broken("answer", row.row, "散列与内容不符", "the hash is not of the content")
        if row.state == "failed":
            continue
        earlier = seen.setdefault((row.key, row.revision), row.row)
        if earlier != row.row:
            yield _broken(
                "answer", row.row, f"与第 {earlier} 行是同一个回答", f"repeats row {earlier}"
            )
        if row.revision and answer.supersedes not in contents.get(row.key, set()):
            yield _broken("answer", row.row, "取代了不存在的回答", "supersedes nothing that exists")
        contents.setdefault(row.key, set()).add(row.content)


def _grades(connection: Connection) -> Iterator[Text]:
    for row in connection.execute(select(schema.grade)):
        grade: Grade = Grade.from_json(unveil(row.body))
        if (grade.key, grade.answer, grade.verdict) != (row.key, row.answer, row.verdict):
            yield _broken("grade", row.row, "散列与内容不符", "the hash is not of the content")
    for column, there in (
        (schema.grade.c.answer, schema.answer.c.content),
        (schema.grade.c.question_hash, schema.question.c.hash),
    ):
        orphans = select(schema.grade.c.row).where(column.not_in(select(there)))
        for number in connection.scalars(orphans):
            yield _broken(
                "grade", number, "所判的东西不存在", "is about something that is not there"
            )


def _votes(connection: Connection) -> Iterator[Text]:
    for row in connection.execute(select(schema.vote)):
        vote: Vote = Vote.from_json(row.body)
        if vote.key != row.key:
            yield _broken("vote", row.row, "散列与内容不符", "the hash is not of the content")


def _runs(connection: Connection) -> Iterator[Text]:
    orphans = (
        select(schema.run_answer.c.run, func.count())
        .where(schema.run_answer.c.key.not_in(select(schema.answer.c.key)))
        .group_by(schema.run_answer.c.run)
    )
    for run_id, count in connection.execute(orphans):
        yield _broken("run", run_id, f"{count} 个回答不存在", f"{count} answers are not there")
    counts = (
        select(schema.run_answer.c.run, func.count())
        .join(schema.answer, schema.answer.c.key == schema.run_answer.c.key)
        .where(schema.answer.c.state != "failed", schema.answer.c.revision == 0)
        .group_by(schema.run_answer.c.run)
    )
    held = {run_id: int(count) for run_id, count in connection.execute(counts)}
    for row in connection.execute(select(schema.run).where(schema.run.c.state == "finished")):
        run: Run = Run.from_json(row.body)
        planned = len(run.questions) * len(run.models) * run.repeats
        if held.get(run.id, 0) > planned:
            yield _broken(
                "run",
                run.id,
                "回答多于计划",
                f"holds {held[run.id]} answers, {planned} were planned",
            )


def _queues(connection: Connection) -> Iterator[Text]:
    known = {status.queue.id: status for status in statuses(connection)}
    clicks: dict[str, list[Click]] = {queue_id: [] for queue_id in known}
    for click in stored_clicks(connection):
        status = known.get(click.queue)
        items = status.queue.items if status else ()
        at = f"{click.queue}#{click.place}"
        if status is None or not 0 <= click.place < len(items):
            yield _broken("click", at, "所点的东西不存在", "is on something that is not there")
        elif not status.queue.allows(click.choice):
            yield _broken("click", at, "没有这种判法", "carries a choice that there is not")
        else:
            clicks[click.queue].append(click)
    contents = set(connection.scalars(select(schema.answer.c.content)))
    questions = set(connection.scalars(select(schema.question.c.hash)))
    for status in known.values():
        named = {content for item in status.queue.items for content in item.answers}
        if not named <= contents or not {i.question for i in status.queue.items} <= questions:
            yield _broken(
                "queue", status.queue.id, "要判的东西不存在", "names something that is not there"
            )
        if status.state == "revealed":
            yield from _revealed(connection, status, clicks[status.queue.id])


def _revealed(connection: Connection, status: QueueStatus, clicks: list[Click]) -> Iterator[Text]:
    """Every standing click of a revealed queue must have become a grade or vote; no other may."""
    queue = status.queue
    if queue.kind == "pair":
        kept = {
            row.key: Vote.from_json(row.body).choice
            for row in connection.execute(select(schema.vote))
        }
    else:
        people = select(schema.grade.c.key, schema.grade.c.verdict)
        people = people.where(schema.grade.c.authority == "person")
        kept = {row.key: row.verdict for row in connection.execute(people)}

    def meant(click: Click) -> tuple[str, str]:
        if queue.kind == "pair":
            vote = vote_of(queue, click)
            return vote.key, vote.choice
        grade = grade_of(queue, click)
        return grade.key, grade.verdict

    wanted = dict(meant(click) for click in standing(clicks).values())
    others = {meant(click)[0] for click in clicks if click.choice} - wanted.keys()
    if any(kept.get(key) != said for key, said in wanted.items()) or others & kept.keys():
        yield _broken(
            "queue", queue.id, "揭晓后的判定与点击不符", "what was revealed is not what was clicked"
        )


def _drafts(connection: Connection) -> Iterator[Text]:
    steps: dict[str, int] = {}
    made = set()
    table = schema.draft.c
    for row in connection.execute(select(schema.draft).order_by(table.key, table.step)):
        draft: Draft = Draft.from_json(unveil(row.body))
        if (draft.key, draft.step) != (row.key, row.step):
            yield _broken("draft", row.row, "编号与内容不符", "the number is not of the content")
        if row.step != steps.get(row.key, 0):
            yield _broken("draft", row.row, "前面缺了一步", "the step before it is missing")
        steps[row.key] = row.step + 1
        if draft.done:
            made.add(row.key)
    for key in sorted(made.difference(connection.scalars(select(schema.answer.c.key)))):
        yield _broken("draft", key, "做成的回答不存在", "the answer that it made is not there")
