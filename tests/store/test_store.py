"""The store: append-only, one answer a key, crash-safe, the same on both databases."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from mingan.errors import DiskFullError, StoreError, UsageError
from mingan.language import Text
from mingan.records import Answer, Grade, ModelCard, Question, Vote
from mingan.store import Run, Store
from mingan.store.engine import explain, place

CARD = ModelCard(name="甲", kind="scripted")
OTHER = ModelCard(name="乙", kind="scripted")
QUESTIONS = [Question(id=f"q{i}", prompt=f"{i}+{i}=?", answer=str(2 * i)) for i in range(5)]


@pytest.mark.parametrize(
    ("complaint", "said"),
    [("database is locked", "占用"), ("database or disk is full", "写不下"),
     ("file is not a database", "已损坏"), ("attempt to write a readonly database", "只读"),
     ("could not connect to db.example as me", "打不开")],
)  # fmt: skip
@pytest.mark.parametrize("where", ["/home/me/工作/a.db", "postgresql://me:pw@db.example/x"])
def test_what_may_be_told_in_public_names_no_place(where: str, complaint: str, said: str) -> None:
    spot = place(where)
    fault = explain(spot, sqlite3.OperationalError(complaint))
    assert said in fault.message.zh
    assert said in fault.public.zh
    for text_ in fault.message:
        assert spot.shown in text_
        assert "pw" not in text_
    for text_ in fault.public:
        assert not any(part in text_ for part in ("a.db", "/home", "工作/", "db.example", "me@"))


def answer(question: Question, card: ModelCard = CARD, **more: object) -> Answer:
    values = {"text": f"答案是 {question.answer}", "bank": "数", **more}
    return Answer(
        question=question.id, asked=question.asked, model=card.name, model_hash=card.hash, **values
    )


def grade(of: Answer, question: Question, **more: object) -> Grade:
    values = {"verdict": "right", "grader": "number", "version": "1", **more}
    return Grade(answer=of.content, question_hash=question.hash, **values)


def begin(store: Store, run_id: str = "r1") -> Run:
    digest = store.add_bank("数", QUESTIONS)
    store.add_cards([CARD, OTHER])
    run = Run(
        id=run_id, bank="数", bank_hash=digest, questions=tuple(q.id for q in QUESTIONS),
        models=(CARD.hash, OTHER.hash),
    )  # fmt: skip
    store.begin_run(run)
    return run


def test_what_goes_in_comes_out(store: Store) -> None:
    run = begin(store)
    said = [answer(q, cost=0.5, meta={"who": "我"}) for q in QUESTIONS]
    given = [grade(a, q, reason=Text("一样", "same")) for a, q in zip(said, QUESTIONS, strict=True)]
    store.record(run.id, said, given).result()
    vote = Vote(question_hash="q", answer_a="a", answer_b="b", choice="tie", by="我")
    store.add_votes([vote])

    assert list(store.answers(run=run.id)) == said
    assert set(store.grades().values()) == set(given)
    assert store.bank("数") == QUESTIONS
    assert store.cards() == [CARD, OTHER]
    assert list(store.votes()) == [vote]
    assert store.runs()[0].run == run
    assert store.verify() == []


def test_the_same_answer_twice_is_one(store: Store) -> None:
    run = begin(store)
    first, second = answer(QUESTIONS[0]), answer(QUESTIONS[0], text="别的话")
    store.record(run.id, [first]).result()
    store.record(run.id, [second]).result()
    store.record(run.id, [first, second]).result()
    assert list(store.answers()) == [first]


def test_models_and_repeats_never_share_an_answer(store: Store) -> None:
    run = begin(store)
    question = QUESTIONS[0]
    mine, yours = answer(question), answer(question, OTHER, text="别的话")
    again = answer(question, repeat=1, text="第二次")
    store.record(run.id, [mine, yours, again]).result()
    assert len({mine.key, yours.key, again.key}) == 3
    assert {a.text for a in store.answers()} == {mine.text, yours.text, again.text}
    assert [a.text for a in store.answers(models=[OTHER.hash])] == ["别的话"]


def test_a_failed_answer_is_kept_and_asked_again(store: Store) -> None:
    run = begin(store)
    failed = answer(QUESTIONS[0], state="failed", text="", error=Text("断了", "lost"))
    store.record(run.id, [failed]).result()
    assert store.finished([failed.key]) == set()
    assert [a.state for a in store.answers()] == ["failed"]

    fine = answer(QUESTIONS[0])
    store.record(run.id, [fine]).result()
    assert store.finished([fine.key]) == {fine.key}
    assert list(store.answers()) == [fine]
    assert store.verify() == []


def test_a_correction_goes_before_what_it_supersedes_and_needs_a_new_grade(store: Store) -> None:
    run = begin(store)
    question = QUESTIONS[0]
    old = answer(question)
    store.record(run.id, [old], [grade(old, question)]).result()
    new = answer(question, text="改过的", revision=1, supersedes=old.content)
    store.record(run.id, [new]).result()
    assert list(store.answers()) == [new]
    assert (new.content, question.hash) not in store.grades()
    assert store.verify() == []


def test_a_person_goes_before_a_judge_before_a_newer_rule(store: Store) -> None:
    run = begin(store)
    question = QUESTIONS[0]
    said = answer(question)
    store.record(
        run.id, [said],
        [
            grade(said, question, authority="person", verdict="wrong", by="我"),
            grade(said, question, authority="judge", verdict="unsure", by="m"),
            grade(said, question),
            grade(said, question, version="2"),
        ],
    ).result()  # fmt: skip
    assert store.grades()[said.content, question.hash].authority == "person"
    assert len(list(store.all_grades())) == 4


def test_the_version_grows_with_every_change_and_another_reader_sees_it(
    store: Store, where: str
) -> None:
    run = begin(store)
    with Store.open(where) as follower:
        seen = [follower.run_version(run.id)]
        said = answer(QUESTIONS[0])
        store.record(run.id, [said]).result()
        seen.append(follower.run_version(run.id))
        store.add_grades([grade(said, QUESTIONS[0])])
        seen.append(follower.run_version(run.id))
        store.end_run(run.id, "finished")
        seen.append(follower.run_version(run.id))
        assert seen == sorted(set(seen))
        assert follower.runs()[0].state == "finished"
    assert store.run_version("no such run") == 0


def test_facts_of_a_model_may_change_without_a_new_identity(store: Store) -> None:
    begin(store)
    dearer = ModelCard(name="甲", kind="scripted", price_in=2.0)
    assert dearer.hash == CARD.hash
    store.add_cards([dearer])
    assert store.cards() == [dearer, OTHER]


def test_the_newest_state_of_a_bank_counts_and_old_ones_stay(store: Store) -> None:
    first = store.add_bank("数", QUESTIONS)
    second = store.add_bank("数", QUESTIONS[:2])
    assert store.bank("数") == QUESTIONS[:2]
    assert store.bank(first) == QUESTIONS
    assert store.banks() == [("数", second, 2)]
    store.add_bank("数", QUESTIONS)
    assert store.banks() == [("数", first, 5)]
    assert store.bank("没有") is None


def test_one_bad_job_does_not_take_its_neighbours_down(store: Store) -> None:
    run = begin(store)
    bad = answer(QUESTIONS[0], bank=None)
    futures = [store.record(run.id, [a]) for a in (answer(QUESTIONS[1]), bad, answer(QUESTIONS[2]))]
    outcomes = [future.exception() for future in futures]
    assert [isinstance(o, StoreError) for o in outcomes] == [False, True, False]
    assert {a.question for a in store.answers()} == {"q1", "q2"}


def test_two_runs_at_once_get_one_clear_sentence(store: Store, where: str) -> None:
    with (
        Store.open(where) as second,
        store.run_lock(),
        pytest.raises(UsageError, match="另一个 mingan run"),
        second.run_lock(),
    ):
        pass
    with Store.open(where) as third, third.run_lock():
        assert third.banks() == []


def test_looking_whether_somebody_asks_hinders_nobody_who_starts(store: Store, where: str) -> None:
    with Store.open(where) as second:
        looking = threading.Event()

        def look() -> None:
            while not looking.is_set():
                store.somebody_asks()

        eyes = [threading.Thread(target=look) for _ in range(3)]
        for each in eyes:
            each.start()
        try:
            for _ in range(100):
                with second.run_lock():
                    pass
        finally:
            looking.set()
            for each in eyes:
                each.join()
        with second.run_lock():
            assert (store.somebody_asks(), store.others_ask()) == (True, True)
            assert (second.somebody_asks(), second.others_ask()) == (True, False)
        assert not store.somebody_asks()


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("question", "UPDATE question SET asked = 'x'"),
        ("card", "UPDATE card SET hash = 'x'"),
        ("answer", "UPDATE answer SET state = 'empty'"),
        ("grade", "UPDATE grade SET verdict = 'wrong'"),
        ("grade", "UPDATE grade SET answer = 'x'"),
        ("run", "DELETE FROM answer"),
        ("vote", "UPDATE vote SET key = 'x'"),
        ("bank_question", "DELETE FROM question"),
    ],
)
def test_verify_sees_every_kind_of_tampering(store: Store, table: str, change: str) -> None:
    run = begin(store)
    said = answer(QUESTIONS[0])
    store.record(run.id, [said], [grade(said, QUESTIONS[0])]).result()
    store.add_votes([Vote(question_hash="q", answer_a="a", answer_b="b", choice="a", by="我")])
    assert store.verify() == []
    store._now(lambda connection: connection.execute(text(change)))
    assert any(problem.en.startswith(table) for problem in store.verify())


def test_verify_sees_a_correction_of_nothing(store: Store) -> None:
    run = begin(store)
    store.record(run.id, [answer(QUESTIONS[0], revision=1, supersedes="x")]).result()
    assert [p.en for p in store.verify()] == ["answer 1: supersedes nothing that exists."]


@pytest.mark.parametrize(
    ("content", "said"), [(b"this is no database" * 100, "不是明暗建的"), (None, "文件夹")]
)
def test_a_file_that_is_no_workspace(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(content) if content else path.mkdir()
    with pytest.raises((StoreError, UsageError), match=said):
        Store.open(path)
    assert not content or path.read_bytes() == content


def test_a_missing_workspace_is_not_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="没有找到工作区"):
        Store.open(tmp_path / "x.db", create=False)
    with pytest.raises(UsageError, match="不存在"):
        Store.open(tmp_path / "no" / "x.db")
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_of_a_newer_mingan_is_left_alone(where: str) -> None:
    with Store.open(where) as store:
        store._now(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(StoreError, match="更新版本"):
        Store.open(where)


@pytest.mark.parametrize(
    "url",
    ["mysql://x/y", "http://", "postgresql://u:hush@127.0.0.1:1/x", "postgresql://u:hush@h:port/x"],
)
def test_an_address_that_does_not_do(url: str) -> None:
    with pytest.raises((UsageError, StoreError)) as caught:
        Store.open(url)
    assert "hush" not in caught.value.say("zh") + caught.value.say("en") + repr(caught.value)


def test_opening_a_fresh_database_leaves_no_lock_behind(postgres_url: str) -> None:
    """A second process that opens it in the same moment would wait for the first one to end."""
    with Store.open(postgres_url) as store, store._reading.connect() as connection:
        held = text(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
            " WHERE locktype = 'advisory' AND datname = current_database()"
        )
        assert connection.scalar(held) == 0
        with store.run_lock():
            assert connection.scalar(held) == 1
        assert connection.scalar(held) == 0


def test_a_lock_file_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "w.db.checkpoint-lock").mkdir()
    with pytest.raises(StoreError, match=r"w\.db"):
        Store.open(tmp_path / "w.db")


def test_a_full_disk_loses_nothing_that_was_there(tmp_path: Path) -> None:
    with Store.open(tmp_path / "w.db") as store:
        run = begin(store)
        store.record(run.id, [answer(QUESTIONS[0])]).result()

        def limit(connection: object) -> None:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()  # type: ignore[attr-defined]
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")  # type: ignore[attr-defined]

        store._now(limit)
        future = store.record(run.id, [answer(QUESTIONS[1], text="长" * 100_000)])
        with pytest.raises(DiskFullError, match="磁盘写不下了"):
            future.result()
        assert [a.question for a in store.answers()] == ["q0"]
        assert store.verify() == []


def test_a_huge_answer_is_kept_whole(store: Store) -> None:
    run = begin(store)
    huge = answer(QUESTIONS[0], text="🂡长" * 2_500_000)
    store.record(run.id, [huge]).result()
    assert [a.text for a in store.answers()] == [huge.text]


WRITER = """
import sys
from mingan.records import Answer, ModelCard, Question
from mingan.store import Run, Store
store = Store.open(sys.argv[1])
card = ModelCard(name="甲", kind="scripted")
store.add_cards([card])
store.begin_run(Run(id="r", models=(card.hash,)))
for i in range(100_000):
    question = Question(id=str(i), prompt=str(i))
    said = Answer(question=str(i), asked=question.asked, model="甲", model_hash=card.hash, text="x")
    store.record("r", [said]).result()
    print(i, flush=True)
"""


def test_kill_9_keeps_every_answer_that_was_reported_durable(where: str) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, where], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    said = [int(writer.stdout.readline()) for _ in range(40)]
    os.kill(writer.pid, signal.SIGKILL)
    rest, _ = writer.communicate()
    said += [int(line) for line in rest.splitlines() if line.strip()]
    with Store.open(where) as store:
        kept = {int(a.question) for a in store.answers()}
        assert set(said) <= kept
        assert len(kept) <= len(said) + 1
        assert store.verify() == []


def test_sqlite_runs_in_wal_with_full_synchronisation(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    with Store.open(path) as store:
        assert store._now(lambda c: c.exec_driver_sql("PRAGMA synchronous").scalar()) == 2
        other = sqlite3.connect(path)
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        other.close()
