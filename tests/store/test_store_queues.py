"""Queues: no click is lost, doubled, or slips in after the reveal; on both databases."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence

import pytest
from sqlalchemy import text

from mingan.errors import UsageError
from mingan.records import Answer, Grade, ModelCard, Question, Vote
from mingan.store import Store
from mingan.store.queues import (
    Click,
    Queue,
    QueueItem,
    QueueKind,
    grade_of,
    standing,
    vote_of,
)

QUESTIONS = [Question(id=f"q{i}", prompt=f"{i}+{i}=?", answer=str(2 * i)) for i in range(4)]


def fill(store: Store, kind: QueueKind = "verdict", **more: object) -> Queue:
    card = ModelCard(name="甲", kind="scripted")
    said = [
        Answer(question=q.id, asked=q.asked, bank="数", model="甲", model_hash=card.hash, text="4")
        for q in QUESTIONS
    ]
    store.add_bank("数", QUESTIONS)
    store.add_cards([card])
    store.record("", said).result()
    answers = [a.content for a in said]
    queue = Queue(
        id="k1", title="盲评", bank="数", kind=kind, made="2026-01-01", by="东家",
        items=tuple(
            QueueItem(
                question=q.hash,
                answers=(answers[i], answers[i - 1]) if kind == "pair" else (answers[i],),
            )
            for i, q in enumerate(QUESTIONS)
        ),
        **more,
    )  # fmt: skip
    store.add_queue(queue)
    return queue


def meaning(queue: Queue, clicks: Sequence[Click]) -> tuple[list[Grade], list[Vote]]:
    kept = standing(clicks).values()
    if queue.kind == "pair":
        return [], [vote_of(queue, click) for click in kept]
    return [grade_of(queue, click) for click in kept], []


def test_what_goes_in_comes_out(store: Store, where: str) -> None:
    queue = fill(store)
    store.click("k1", 0, "小林", "right", note="很好")
    with Store.open(where) as other:
        status = other.queue("k1")
        assert status is not None
        assert (status.queue, status.state) == (queue, "open")
        assert [s.queue for s in other.queues()] == [queue]
        (click,) = other.clicks("k1")
        assert click[:5] == ("k1", 0, "小林", "right", "很好")
        assert click.at
    assert store.queue("k2") is None
    assert store.queue_version("k2") == 0
    assert store.verify() == []


def test_a_key_pressed_twice_is_one_click_and_another_choice_is_another(store: Store) -> None:
    fill(store)
    versions = [store.queue_version("k1")]
    for choice in ("", "right", "right", "", "", "right", "wrong"):
        store.click("k1", 1, "小林", choice)
        versions.append(store.queue_version("k1"))
    store.click("k1", 1, "阿明", "right")
    assert [c.choice for c in store.clicks("k1", by="小林")] == ["right", "", "right", "wrong"]
    assert len(set(versions)) == 5
    assert {p: c.choice for p, c in standing(store.clicks("k1")).items()} == {
        ("小林", 1): "wrong",
        ("阿明", 1): "right",
    }


def test_the_first_browser_that_clicks_under_a_name_keeps_it(store: Store) -> None:
    fill(store)
    store.click("k1", 0, "小林", "right", browser="b1")
    with pytest.raises(UsageError, match="已经判了 1 条"):
        store.click("k1", 0, "小林", "", browser="b2")
    store.click("k1", 1, "小林", "wrong", browser="b1")
    store.click("k1", 0, "老王", "wrong", browser="b2")
    assert store.seats("k1") == {"小林": "b1", "老王": "b2"}
    assert [c.choice for c in store.clicks("k1", by="小林")] == ["right", "wrong"]
    store.release("k1", "小林")
    store.release("k1", "小林")
    assert store.seats("k1") == {"老王": "b2"}
    store.click("k1", 2, "小林", "unsure", browser="b3")
    with pytest.raises(UsageError, match="已经判了 3 条"):
        store.click("k1", 0, "小林", "", browser="b1")
    assert store.verify() == []


def test_two_browsers_at_once_cannot_both_have_a_name(store: Store) -> None:
    fill(store)
    refused = []

    def sit(browser: str) -> None:
        try:
            store.click("k1", 0, "小林", "right", browser=browser)
        except UsageError:
            refused.append(browser)

    threads = [threading.Thread(target=sit, args=(f"b{i}",)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 7
    assert len(store.clicks("k1")) == 1


@pytest.mark.parametrize(
    ("queue_id", "place", "by", "choice"),
    [("none", 0, "小林", "right"), ("k1", 4, "小林", "right"), ("k1", -1, "小林", "right"),
     ("k1", 0, "小林", "a"), ("k1", 0, "小林", "ungraded"), ("k1", 0, " ", "right")],
)  # fmt: skip
def test_a_click_on_nothing_is_refused(
    store: Store, queue_id: str, place: int, by: str, choice: str
) -> None:
    fill(store)
    with pytest.raises(UsageError):
        store.click(queue_id, place, by, choice)
    assert store.clicks("k1") == []


def test_a_rubric_takes_one_mark_for_each_criterion(store: Store) -> None:
    queue = fill(store, "rubric", criteria=("说清楚", "不编造"))
    store.click("k1", 0, "小林", "11")
    store.click("k1", 1, "小林", "10")
    store.click("k1", 2, "小林", "unsure")
    for bad in ("1", "111", "ab", "right"):
        with pytest.raises(UsageError):
            store.click("k1", 3, "小林", bad)
    graded = [grade_of(queue, click) for click in store.clicks("k1")]
    assert [(g.verdict, g.score) for g in graded] == [
        ("right", 1.0), ("wrong", 0.5), ("unsure", None),
    ]  # fmt: skip
    store.reveal("k1", meaning)
    assert store.verify() == []


def test_the_reveal_keeps_what_stands_and_takes_no_click_after(store: Store) -> None:
    queue = fill(store)
    store.click("k1", 0, "小林", "right")
    store.click("k1", 0, "小林", "wrong")
    store.click("k1", 1, "小林", "right")
    store.click("k1", 1, "小林", "")
    assert list(store.all_grades()) == []
    assert store.reveal("k1", meaning)
    assert not store.reveal("k1", meaning)
    (grade,) = store.all_grades()
    assert (grade.verdict, grade.by, grade.authority) == ("wrong", "小林", "person")
    assert store.grades()[queue.items[0].answers[0], queue.items[0].question] == grade
    with pytest.raises(UsageError, match="揭晓"):
        store.click("k1", 2, "小林", "right")
    assert store.verify() == []


def test_votes_are_kept_as_shown(store: Store) -> None:
    queue = fill(store, "pair")
    store.click("k1", 2, "小林", "both bad", note="都错")
    store.reveal("k1", meaning)
    (vote,) = store.votes()
    assert (vote.answer_a, vote.answer_b) == queue.items[2].answers
    assert (vote.choice, vote.by, vote.reason) == ("both bad", "小林", "都错")
    assert store.verify() == []


def test_no_click_slips_in_while_another_process_reveals(store: Store, where: str) -> None:
    fill(store)
    refused: list[str] = []

    def work(name: str) -> None:
        # On until the reveal, however late it comes: a slow machine is no fault.
        with Store.open(where) as mine:
            for i in itertools.count():
                try:
                    mine.click("k1", i % 4, name, "right" if i // 4 % 2 else "wrong")
                except UsageError as fault:
                    refused.append(str(fault))
                    return

    people = [threading.Thread(target=work, args=(name,)) for name in ("小林", "阿明")]
    for person in people:
        person.start()
    while store.queue_version("k1") < 12:
        pass
    store.reveal("k1", meaning)
    for person in people:
        person.join()
    assert len(list(store.all_grades())) == len(standing(store.clicks("k1")))
    assert len(refused) == len(people)
    assert store.verify() == []


def test_verify_finds_what_does_not_fit(store: Store) -> None:
    fill(store)
    store.click("k1", 0, "小林", "right")
    store.reveal("k1", meaning)
    with store._writing.begin() as connection:
        connection.execute(text("UPDATE click SET choice = 'wrong'"))
    assert len(store.verify()) == 1
    with store._writing.begin() as connection:
        connection.execute(text("UPDATE click SET place = 9"))
    assert len(store.verify()) == 1
    with store._writing.begin() as connection:
        connection.execute(text("UPDATE queue SET id = 'other'"))
    assert any("click" in said.en for said in store.verify())
