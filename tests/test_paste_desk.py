from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from mingan.asking import Plan
from mingan.bank import Bank
from mingan.errors import UsageError
from mingan.grading import grade
from mingan.models.catalogue import load
from mingan.models.pasted import PastedModel, PastedText
from mingan.paste_desk import MOST_BYTES, Claims, Desk, pasted_card
from mingan.records import Answer, Question
from mingan.store import Store, drafts
from mingan.store.drafts import Draft, Overtaken
from mingan.workspace import Workspace

CARD = pasted_card("某应用", "8.1")
CHOICE = Question(
    id="a-choice", prompt="哪个大？", bank="b", answer="B", choices=("一", "二"), tier="t"
)
PLAIN = Question(id="b-plain", prompt="一加一？", bank="b", answer="2", tier="t")
TURNS = Question(
    id="c-turns", prompt="记住 7。", bank="b", answer="7", turns=("好，", "是几？"), tier="t",
    system="你是助手。",
)  # fmt: skip
GAME = Question(
    id="d-game", prompt="二加二？最后写“答案：”。", bank="b", answer="4", kind="correction",
    grader="game", params={"answer": "4", "wrong": "5"}, tier="t",
)  # fmt: skip
FRESH = Question(
    id="e-fresh", prompt="三加三？", bank="b", kind="variants", tier="t", grader="each",
    params={"part": {"answer": "6"}, "variants": [{"prompt": "三加四？", "answer": "7"}]},
)  # fmt: skip
BANK = Bank(name="b", questions=(TURNS, CHOICE, GAME, PLAIN))


@pytest.fixture
def desk(store: Store) -> Desk:
    return opened(store)


def opened(store: Store, *questions: Question, claims: Claims | None = None) -> Desk:
    asked = questions or BANK.questions
    store.add_bank("b", asked)
    store.add_cards([CARD])
    return Desk(store, CARD, asked, claims=claims)


def answers(store: Store) -> dict[str, Answer]:
    return {answer.question: answer for answer in store.answers()}


def only(store: Store) -> Answer:
    (answer,) = store.answers()
    return answer


def step(desk: Desk, text: str, who: str = "小明", **how: str) -> str:
    """Paste what is next; gives what was to be said."""
    at = desk.place(who)
    assert at.thread is not None
    assert at.turn is not None
    desk.paste(at.thread.item.key, at.thread.step, text, who=who, **how)  # type: ignore[arg-type]
    return at.turn.text


def test_the_card_is_that_of_models_toml(tmp_path: Path) -> None:
    (tmp_path / "models.toml").write_text(
        '[[model]]\nname = "某应用"\nkind = "pasted"\napp = "8.1"\n', encoding="utf-8"
    )
    assert load(tmp_path / "models.toml")["某应用"].hash == CARD.hash


def test_short_ones_come_first_and_are_said_as_a_run_says_them(desk: Desk, store: Store) -> None:
    said = [step(desk, "B"), step(desk, "B")]
    assert sorted(said) == sorted(["哪个大？\nA. 一\nB. 二", "一加一？"])
    at = desk.place("小明")
    assert (at.number, at.total, at.done) == (3, 4, 2)
    assert answers(store)["a-choice"].text == "B"
    assert store.verify() == []


def test_a_conversation_goes_on_from_what_was_pasted(store: Store) -> None:
    desk = opened(store, TURNS)
    at = desk.place("小明")
    assert at.turn
    assert (at.turn.number, at.turn.most, at.turn.fresh) == (1, 3, True)
    assert at.turn.text == "[system]\n你是助手。\n\n[user]\n记住 7。"
    step(desk, "记住了")
    second = opened(store, TURNS).place("小明").turn  # as after a restart
    assert second
    assert (second.text, second.number, second.fresh) == ("好，", 2, False)
    assert not list(store.answers())
    step(desk, "嗯")
    step(desk, "7")
    made = answers(store)["c-turns"]
    assert (made.text, made.earlier, made.meta["said"]) == (
        "7",
        ("记住了", "嗯"),
        ["好，", "是几？"],
    )
    assert (made.source, made.meta["who"], made.meta["app"]) == ("pasted", "小明", "8.1")
    assert {g.verdict for g in store.all_grades()} == {"right"}
    assert desk.place("小明").thread is None
    assert store.verify() == []


def test_a_game_says_what_follows_from_the_answers(store: Store) -> None:
    desk = opened(store, GAME)
    step(desk, "答案：4")
    assert "5" in step(desk, "答案：4")
    made = answers(store)["d-game"]
    assert made.earlier == ("答案：4",)
    assert [g.verdict for g in store.all_grades()] == ["right"]


def test_each_wording_goes_into_a_new_chat(store: Store) -> None:
    desk = opened(store, FRESH)
    step(desk, "6")
    turn = desk.place("小明").turn
    assert turn
    assert (turn.text, turn.number, turn.fresh) == ("三加四？", 2, True)
    step(desk, "7")
    assert answers(store)["e-fresh"].meta["fresh"] == [0]


def recorded_by_a_run(tmp_path: Path, said: list[str], question: Question) -> Answer:
    replies = iter(said)
    model = PastedModel(CARD, lambda prompt: PastedText(text=next(replies), who="小明"))
    with Workspace.open(tmp_path / "run.db") as other:
        bank = Bank(name="b", questions=(question,))
        other.run(bank=bank, models=[CARD], made={CARD.name: model})
        return only(other.store)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (PLAIN, ["2"]),
        (TURNS, ["记住了", "嗯", "7"]),
        (GAME, ["答案：4", "答案：5"]),
        (FRESH, ["6", "7"]),
    ],
)
def test_the_answer_is_the_one_that_a_run_writes(
    store: Store, tmp_path: Path, question: Question, said: list[str]
) -> None:
    desk = opened(store, question)
    for text in said:
        step(desk, text)
    pasted = answers(store)[question.id]
    ran = recorded_by_a_run(tmp_path, said, question)

    def timeless(answer: Answer) -> Answer:
        meta = {k: v for k, v in answer.meta.items() if k != "when"}
        return msgspec.structs.replace(answer, at="", total_s=None, meta=meta)

    assert timeless(pasted) == timeless(ran)
    assert pasted.content == ran.content


def test_a_run_in_the_terminal_asks_only_what_was_not_pasted(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w.db") as workspace:
        desk = opened(workspace.store)
        step(desk, "B")
        asked: list[str] = []

        def person(prompt: str) -> PastedText:
            asked.append(prompt)
            return PastedText(text="答案：4")

        outcome = workspace.run(
            bank=BANK, models=[CARD], made={CARD.name: PastedModel(CARD, person)}
        )
        assert (outcome.already, outcome.asked) == (1, 3)
        assert len(asked) == 1 + 3 + 2
        assert desk.place("小明").thread is None  # and the other way round
        assert workspace.store.verify() == []


def test_what_a_run_answered_meanwhile_is_not_pasted_again(store: Store) -> None:
    desk = opened(store, TURNS)
    step(desk, "记住了")
    at = desk.place("小明")
    assert at.thread
    item = Plan(questions=[TURNS], cards=[CARD]).items()[0]
    store.record("", [Answer(question="c-turns", asked=TURNS.asked, model=CARD.name,
                             model_hash=CARD.hash, text="7")]).result()  # fmt: skip
    with pytest.raises(Overtaken):
        desk.paste(item.key, at.thread.step, "嗯", who="小明")
    assert store.verify() == []


def test_undo_takes_a_turn_back(store: Store) -> None:
    desk = opened(store, TURNS)
    step(desk, "记错了")
    assert desk.place("小明").undo == TURNS
    desk.undo("小明")
    at = desk.place("小明")
    assert at.turn
    assert (at.turn.number, at.before) == (1, "记错了")
    for text in ("记住了", "嗯", "7"):
        step(desk, text)
    assert answers(store)["c-turns"].earlier == ("记住了", "嗯")


def test_undo_of_an_answer_leaves_it_until_it_is_corrected(store: Store) -> None:
    desk = opened(store, PLAIN, CHOICE)
    first = step(desk, "3")
    old = only(store)
    desk.undo("小明")
    at = desk.place("小明")
    assert at.thread
    assert at.turn
    assert (at.turn.text, at.before, at.done, at.thread.correcting) == (first, "3", 0, True)
    assert only(store) == old
    step(desk, "2")
    new = only(store)
    assert (new.text, new.revision, new.supersedes) == ("2", 1, old.content)
    assert desk.place("小明").done == 1
    desk.undo("小明")
    step(desk, "2")  # the same once more corrects nothing
    assert only(store) == new
    assert store.verify() == []


def test_an_answer_can_stand_after_all(store: Store) -> None:
    desk = opened(store, PLAIN)
    step(desk, "2")
    desk.undo("小明")
    at = desk.place("小明")
    assert at.thread
    desk.skip(at.thread.item.key, at.thread.step, "小明")
    after = desk.place("小明")
    assert (after.thread, after.done, after.skipped) == (None, 1, 0)
    assert desk.undo("小明") == PLAIN  # and can be taken back again


def test_there_may_be_nothing_to_undo(desk: Desk) -> None:
    with pytest.raises(UsageError, match="没有可以撤销的"):
        desk.undo("小明")


def test_refused_and_cut_off_are_states_not_mistakes(store: Store) -> None:
    desk = opened(store, PLAIN, TURNS)
    step(desk, "", how="refusal")
    assert answers(store)["b-plain"].state == "refused"
    step(desk, "记住", how="length")  # a turn that was cut off is answered all the same
    step(desk, "嗯")
    step(desk, "7")
    assert answers(store)["c-turns"].state == "truncated"
    assert store.verify() == []


def test_a_refusal_ends_a_conversation(store: Store) -> None:
    desk = opened(store, TURNS)
    step(desk, "我不能回答", how="refusal")
    assert answers(store)["c-turns"].state == "refused"
    assert desk.place("小明").thread is None


@pytest.mark.parametrize("text", ["", " \r\n ", "字" * (MOST_BYTES // 3 + 1)])
def test_nothing_and_too_much_are_not_taken(desk: Desk, text: str) -> None:
    with pytest.raises(UsageError):
        step(desk, text)
    assert desk.place("小明").done == 0


def test_a_skipped_question_comes_back_when_wanted(store: Store) -> None:
    desk = opened(store, PLAIN, CHOICE)
    seen = []
    for _ in range(2):
        at = desk.place("小明")
        assert at.thread
        seen.append(at.thread.item.question.id)
        desk.skip(at.thread.item.key, at.thread.step, "小明")
    assert sorted(seen) == ["a-choice", "b-plain"]
    at = desk.place("小明")
    assert (at.thread, at.skipped, at.done) == (None, 2, 0)
    again = desk.place("小明", skipped_too=True)
    assert again.thread
    assert again.thread.item.question.id == seen[0]
    desk.skip(again.thread.item.key, again.thread.step, "小明")
    later = desk.place("小明", skipped_too=True)
    assert later.thread
    assert later.thread.item.question.id == seen[1]


# -- several people ---------------------------------------------------------------------------


def test_two_people_get_two_questions(store: Store) -> None:
    desk = opened(store, PLAIN, CHOICE)
    one, two = desk.place("甲"), desk.place("乙")
    assert one.thread
    assert two.thread
    assert one.thread.item.key != two.thread.item.key
    assert desk.place("甲").thread.item.key == one.thread.item.key  # type: ignore[union-attr]
    assert desk.place("丙").thread is None


def test_a_claim_runs_out() -> None:
    clock = [0.0]
    claims = Claims(lambda: clock[0])
    assert claims.take("k", "甲")
    assert not claims.take("k", "乙")
    clock[0] = 31 * 60.0
    assert claims.take("k", "乙")


def test_the_second_of_two_who_paste_the_same_is_told(store: Store) -> None:
    one, two = opened(store, PLAIN), opened(store, PLAIN)  # as on two servers: no shared claims
    at, too = one.place("甲"), two.place("乙")
    assert at.thread
    assert too.thread
    one.paste(at.thread.item.key, at.thread.step, "2", who="甲")
    with pytest.raises(Overtaken, match="甲已经先粘贴"):
        two.paste(too.thread.item.key, too.thread.step, "3", who="乙")
    one.paste(at.thread.item.key, at.thread.step, "2", who="甲")  # a second click is no second
    assert [a.text for a in store.answers()] == ["2"]
    assert store.verify() == []


def test_many_at_once_lose_and_double_nothing(store: Store) -> None:
    bank = [Question(id=f"q{i}", prompt=f"{i}？", bank="b", answer=str(i)) for i in range(12)]
    claims = Claims()
    told = []

    def work(who: str) -> None:
        desk = opened(store, *bank, claims=claims if who < "c" else None)
        while (at := desk.place(who)).thread:
            try:
                desk.paste(at.thread.item.key, at.thread.step, f"{who} 说", who=who)
            except Overtaken as second:
                told.append(second)

    threads = [threading.Thread(target=work, args=(who,)) for who in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = list(store.answers())
    assert len(made) == len({a.question for a in made}) == 12
    pasted = [d for d in drafts.read(store, CARD.hash) if d.act == "paste"]
    assert len(pasted) == 12
    assert store.verify() == []


def test_a_conversation_belongs_to_one_chat_until_it_is_taken_over(store: Store) -> None:
    desk = opened(store, TURNS)
    step(desk, "记住了", who="甲")
    at = desk.place("乙")
    assert (at.thread, dict(at.waiting)) == (None, {"甲": 1})
    desk.take_over("乙")
    mine = desk.place("乙")
    assert mine.turn
    assert mine.turn.number == 1
    for text in ("好", "嗯", "7"):
        step(desk, text, who="乙")
    assert answers(store)["c-turns"].earlier == ("好", "嗯")
    assert desk.place("甲").thread is None
    assert store.verify() == []


def test_a_stranger_key_is_refused(desk: Desk) -> None:
    with pytest.raises(UsageError, match="不在这一次"):
        desk.paste("nothing", 0, "x", who="甲")


# -- grading and dying ------------------------------------------------------------------------


def test_a_slow_grade_comes_later_and_the_answer_at_once(store: Store) -> None:
    code = Question(id="code", prompt="写 f", bank="b", grader="code", answer="x",
                    params={"tests": []})  # fmt: skip
    store.add_bank("b", [code])
    with ThreadPoolExecutor(1) as pool:
        gate = threading.Event()
        pool.submit(gate.wait)
        desk = Desk(store, CARD, [code], grader=pool)
        at = desk.place("甲")
        assert at.thread
        coming = desk.paste(at.thread.item.key, at.thread.step, "没有程序", who="甲")
        assert coming is not None
        assert len(list(store.answers())) == 1
        assert not list(store.all_grades())
        gate.set()
        coming.result(20)
    assert len(list(store.all_grades())) == 1
    assert store.verify() == []


def test_a_grader_that_fails_costs_no_answer(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(grade.__module__ + ".grade", broken)
    step(opened(store, PLAIN), "2")
    assert len(list(store.answers())) == 1
    assert not list(store.all_grades())


def paste_and_die(where: str) -> None:
    store = Store.open(where)
    desk = opened(store, TURNS)
    step(desk, "记住了")
    os.kill(os.getpid(), signal.SIGKILL)


def test_killed_between_two_turns_loses_none(tmp_path: Path) -> None:
    where = str(tmp_path / "w.db")
    process = multiprocessing.get_context("spawn").Process(target=paste_and_die, args=(where,))
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    with Store.open(where) as store:
        at = opened(store, TURNS).place("小明")
        assert at.turn
        assert (at.turn.number, at.turn.text) == (2, "好，")
        assert store.verify() == []


def test_hidden_words_are_veiled_where_they_lie(store: Store) -> None:
    secret = msgspec.structs.replace(TURNS, hidden="sealed")
    desk = opened(store, secret)
    step(desk, "听见了秘密")
    assert drafts.read(store, CARD.hash)[0].text == "听见了秘密"
    with store._reading.connect() as connection:
        rows = connection.exec_driver_sql("select body from draft").all()
    assert all("秘密" not in body for (body,) in rows)


def test_a_missing_step_is_found(store: Store) -> None:
    drafts.keep(store, Draft(key="k", step=1, act="skip"), "m")
    assert [said.en for said in store.verify()] == ["draft 1: the step before it is missing."]


def test_fewer_questions_are_those_of_a_run(store: Store) -> None:
    desk = Desk(store, CARD, BANK.questions, limit=2, turns=1)
    assert {item.question.id for item in desk.items} == {"a-choice", "b-plain"}
