"""Blind grading by way of its pages: roles, names that stay hidden, clicks, the reveal."""

from __future__ import annotations

import html
import json
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient
from web_help import Served, bench_of, client_of, send

from mingan.records import Answer, ModelCard, Question
from mingan.store.queues import Queue, standing
from mingan.web.app import make_app
from mingan.workspace import Workspace

NAMES = ("gpt-9-ultra", "文心测试版", "大羊驼Z")
SAID = "我是{name}，答案是 {i}。"
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> [点](javascript:alert(1)) \u202egnol "
    '<form action="/zh/grade/q/x/reveal" method="post"><button name="choice" value="right">对'
    "</button></form>"
)


def fill_blind(workspace: Workspace, *, size: int = 8, said: str = SAID) -> None:
    asked = [
        Question(
            id=f"q-{i}", prompt=f"第 {i} 题，等于几？", bank="盲", answer=str(i), why="数一数",
            grader="svg" if i == 1 else "judge",
        )
        for i in range(size)
    ]  # fmt: skip
    workspace.store.add_bank("盲", asked)
    cards = [ModelCard(name=name, kind="recorded") for name in NAMES]
    workspace.store.add_cards(cards)
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text>{name}</text></svg>'
    answers = []
    for card in cards:
        for i, q in enumerate(asked):
            text = drawing if i == 1 and said == SAID else said
            answers.append(
                Answer(
                    question=q.id, asked=q.asked, bank="盲", model=card.name, model_hash=card.hash,
                    text=text.replace("{name}", card.name).replace("{i}", str(i)),
                )
            )  # fmt: skip
    workspace.store.record("", answers).result()


@pytest.fixture
def blind(empty: Workspace) -> Workspace:
    fill_blind(empty)
    return empty


def form(**more: Any) -> dict[str, Any]:
    return {"bank": "盲", "kind": "verdict", "which": "all", "limit": "120"} | more


def make(client: TestClient, **more: Any) -> str:
    """A new queue's address."""
    answer = send(client, "/zh/grade/new", form(**more), follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).removesuffix("/result")


def judge(client: TestClient, at: str, *choices: str, name: str = "小林") -> None:
    assert send(client, f"{at}/name", {"name": name}, follow_redirects=False).status_code == 303
    for choice in choices:
        place = re.search(r'name="place" value="(\d+)"', client.get(at).text)
        assert place
        data = {"place": place[1], "choice": choice}
        assert send(client, at, data, follow_redirects=False).status_code == 303


def queue_of(workspace: Workspace, at: str) -> Queue:
    status = workspace.store.queue(at.rsplit("/", 1)[1])
    assert status
    return status.queue


def test_the_way_from_nothing_to_the_reveal(blind: Workspace) -> None:
    with client_of(blind) as client:
        assert "新的盲评" in client.get("/zh/grade").text
        assert "24 条" in client.get("/zh/grade/new").text
        at = make(client, title="看看谁好")
        assert "还没有人开始判" in client.get(f"{at}/result").text
        assert "你叫什么名字" in client.get(at).text
        judge(client, at, *["right", "wrong", "unsure"] * 8)
        assert "24 条都判完了" in client.get(at).text
        judge(client, at, *["right", "wrong", "wrong"] * 8, name="阿明")
        assert "2 个已经判完 24 条" in client.get(f"{at}/result").text
        assert list(blind.store.all_grades()) == []
        page = send(client, f"{at}/reveal").text
        assert "小林 和 阿明" in page
        assert "24 条里有 16 条判得一样" in page
        assert all(name in page for name in NAMES)
        assert "/zh/compare/q/q-" in page
        assert client.get(at, follow_redirects=False).headers["location"] == f"{at}/result"
        assert "已揭晓" in client.get("/zh/grade").text
        english = client.get(at.replace("/zh/", "/en/") + "/result").text
    assert "agree on 16 of 24 items" in html.unescape(english)
    grades = list(blind.store.all_grades())
    assert {grade.by for grade in grades} == {"小林", "阿明", "小林、阿明"}
    assert len(grades) == 24 + 24 + 8
    assert blind.store.verify() == []


@pytest.mark.parametrize("kind", ["verdict", "pair", "rubric"])
def test_nothing_on_the_desk_names_a_model(blind: Workspace, kind: str) -> None:
    with client_of(blind) as client:
        at = make(client, kind=kind, criteria="像 gpt-9-ultra 一样对", title="文心测试版 怎样",
                  guideline="别管是不是 大羊驼Z")  # fmt: skip
        choice = {"verdict": "right", "pair": "a", "rubric": "marks"}[kind]
        judge(client, at)
        for _ in range(20):
            seen = client.get(at)
            listed = client.get("/zh/grade").text
            for name in NAMES:
                assert name not in seen.text + listed + str(seen.headers)
            for picture in re.findall(r'<img[^>]*src="([^"]*)"', seen.text):
                assert re.fullmatch(r"/zh/grade/q/[0-9a-f]+/\d+/[01]\.png", picture)
                drawn = client.get(picture)
                assert drawn.headers["content-type"] == "image/png"
            judge(client, at, choice)
        assert not any(name in str(client.cookies) for name in NAMES)


def test_what_names_the_writer_is_hidden_and_says_so(blind: Workspace) -> None:
    with client_of(blind) as client:
        at = make(client)
        judge(client, at, "right", "right")
        assert "〔名字已隐去〕" in client.get(at).text


def test_hostile_answers_are_inert(empty: Workspace) -> None:
    fill_blind(empty, said=HOSTILE)
    with client_of(empty) as client:
        at = make(client)
        judge(client, at, "right")
        page = client.get(at).text
        body = page[page.index("<main") :]
        assert "<script" not in body
        assert "onerror=alert(1)&gt;" in body
        assert not re.search(r"<a [^>]*javascript:", body)
        assert body.count("<form") == 4  # verdict, undo, name, dialog
        assert "\u202e" not in body


def test_a_huge_answer_is_bounded(empty: Workspace) -> None:
    fill_blind(empty, said="字" * 5_000_000, size=1)
    with client_of(empty) as client:
        at = make(client)
        judge(client, at)
        assert len(client.get(at).text) < 120_000


def test_the_end_of_a_long_answer_is_on_the_desk_and_all_of_it_in_a_file(empty: Workspace) -> None:
    middle = "，".join(["中间"] * 30_000)
    fill_blind(empty, said=f"我是{{name}}。{middle}我是{{name}}，结论：四十二。", size=1)
    with client_of(empty, role="grader") as client, client_of(empty) as owner:
        at = make(owner)
        judge(client, at)
        page = client.get(at).text
        assert "结论：四十二。" in page
        assert re.search(r"〔中间有 70,0\d\d 个字没有显示〕", page)
        whole = client.get(f"{at}/0/0.txt")
        assert whole.headers["content-type"].startswith("text/plain")
        assert middle in whole.text
        assert whole.text.endswith("我是〔名字已隐去〕，结论：四十二。")
        assert not any(name in page + whole.text + str(whole.headers) for name in NAMES)
        assert f'{at}/0/0.txt"' in page
        assert client.get(f"{at}/0/1.txt").status_code == 404
        assert client.get(f"{at}/99/0.txt").status_code == 404
    with client_of(empty, role="reader") as reader:
        assert reader.get(f"{at}/0/0.txt").status_code == 403


def test_turns_that_are_cut_say_so(empty: Workspace) -> None:
    card = ModelCard(name=NAMES[0], kind="recorded")
    asked = [Question(id="q", prompt="对话", bank="盲", answer="好", turns=("接着说",) * 99)]
    turns = ["甲" * 900 + f"第 {i} 轮的话到此为止" for i in range(99)]
    empty.store.add_bank("盲", asked)
    empty.store.add_cards([card])
    said = Answer(
        question="q", asked=asked[0].asked, bank="盲", model=card.name, model_hash=card.hash,
        text=f"我是 {card.name}，好", meta={"turns": turns},
    )  # fmt: skip
    empty.store.record("", [said]).result()
    with client_of(empty) as client:
        at = make(client)
        judge(client, at)
        page = client.get(at).text
        assert page.count("第 0 轮的话到此为止") == 1
        assert page.count("第 98 轮的话到此为止") == 1
        assert "第 50 轮的话" not in page
        assert "〔这里有 138 轮对话没有显示〕" in page
        assert "个字没有显示〕" in page
        assert len(page) < 120_000
        whole = client.get(f"{at}/0/0.txt").text
        assert "第 50 轮的话到此为止" in whole
        assert whole.endswith("我是 〔名字已隐去〕，好")


def test_undo_goes_back_and_shows_what_was_chosen(blind: Workspace) -> None:
    with client_of(blind) as client:
        at = make(client)
        judge(client, at, "right", "wrong")
        assert "第 3 / 24 条" in client.get(at).text
        page = send(client, f"{at}/undo", {"place": "1"}).text
        assert "第 2 / 24 条" in page
        assert "<b>错</b>" in page
        again = send(client, f"{at}/undo", {"place": "1"}).text
        assert "第 2 / 24 条" in again
        assert "第 1 / 24 条" in send(client, f"{at}/undo", {"place": "0"}).text
        judge(client, at, "unsure")
        assert "第 2 / 24 条" in client.get(at).text
    assert [c.choice for c in standing(blind.store.clicks(at.rsplit("/", 1)[1])).values()] == [
        "unsure"
    ]


def test_htmx_gets_the_desk_alone(blind: Workspace) -> None:
    with client_of(blind) as client:
        at = make(client)
        judge(client, at)
        data = {"place": "0", "choice": "right"}
        part = send(client, at, data, headers={"hx-request": "true"}).text
        assert part.lstrip().startswith('<section class="desk')
        assert "第 2 / 24 条" in part


def test_a_rubric_is_ticked(blind: Workspace) -> None:
    with client_of(blind) as client:
        at = make(client, kind="rubric", criteria="结论对\n\n写得清楚\n")
        judge(client, at)
        send(client, at, {"place": "0", "choice": "marks", "met": ["0", "1"]})
        send(client, at, {"place": "1", "choice": "marks", "met": "1"})
        send(client, at, {"place": "2", "choice": "unsure"})
        send(client, f"{at}/reveal")
    graded = {g.answer: (g.verdict, g.score) for g in blind.store.all_grades()}
    items = queue_of(blind, at).items
    assert [graded[item.answers[0]] for item in items[:3]] == [
        ("right", 1.0), ("wrong", 0.5), ("unsure", None),
    ]  # fmt: skip
    assert blind.store.verify() == []


def test_pairs_become_votes_and_a_table_of_shares(blind: Workspace) -> None:
    with client_of(blind) as client:
        at = make(client, kind="pair", limit="6")
        judge(client, at, "a", "b", "tie", "both bad", "a", "a")
        page = send(client, f"{at}/reveal").text
        assert "胜率" in page
        exported = client.get(f"{at}/export?format=json")
    assert len(list(blind.store.votes())) == 6
    rows = json.loads(exported.text)
    assert {row["choice"] for row in rows} == {"a", "b", "tie", "both bad"}
    assert all(row["model_a"] in NAMES and row["by"] == "小林" for row in rows)
    assert blind.store.verify() == []


def test_after_the_reveal_nothing_changes(blind: Workspace) -> None:
    with client_of(blind) as client:
        at = make(client)
        judge(client, at, "right")
        assert client.get(f"{at}/export").status_code == 400
        send(client, f"{at}/reveal")
        late = send(client, at, {"place": "1", "choice": "right"})
        assert late.status_code == 400
        assert "名字已经揭晓" in late.text
        assert send(client, f"{at}/undo", {"place": "0"}).status_code == 400
        send(client, f"{at}/reveal")
        assert client.get(f"{at}/export").status_code == 200
    assert len(list(blind.store.all_grades())) == 1
    assert blind.store.verify() == []


def test_a_grader_sees_the_queue_and_nothing_else(blind: Workspace) -> None:
    with client_of(blind) as owner:
        at = make(owner)
    with client_of(blind, role="grader") as grader:
        judge(grader, at, "right")
        assert grader.get("/zh/grade").status_code == 200
        assert "还没有揭晓" in grader.get(f"{at}/result").text
        for path in ("/zh/grade/new", "/zh/compare", f"{at}/export", f"{at}/progress"):
            assert grader.get(path).status_code == 403
        assert send(grader, f"{at}/reveal").status_code == 403
        assert send(grader, "/zh/grade/new", form()).status_code == 403
        with client_of(blind) as owner:
            send(owner, f"{at}/reveal")
        page = grader.get(f"{at}/result").text
        assert any(name in page for name in NAMES)
        assert "/zh/compare/" not in page
    with client_of(blind, role="reader") as reader:
        assert reader.get(at).status_code == 403
        assert reader.get(f"{at}/result").status_code == 200
    stranger = TestClient(make_app(bench_of(blind, guarded=True)))
    refused = stranger.get(f"{at}/result", follow_redirects=False)
    assert refused.headers["location"].startswith("/zh/enter")


def test_nobody_sees_or_undoes_what_another_judged_under_a_name(blind: Workspace) -> None:
    with client_of(blind) as owner, client_of(blind, role="grader") as other:
        at = make(owner)
        with client_of(blind, role="grader") as first:
            judge(first, at, "right", "wrong")
            assert "第 3 / 24 条" in first.get(at).text
            held = first.cookies
        taken = send(other, f"{at}/name", {"name": "小林"})
        assert taken.status_code == 409
        assert "已经判了 2 条" in taken.text
        send(other, "/zh/enter", {"name": "小林"})  # the other way to a name
        page = other.get(at)
        assert page.status_code == 409
        assert "第 3" not in page.text
        assert 'value="2"' not in other.get("/zh/grade").text
        for path, data in ((at, {"place": "2", "choice": "right"}), (f"{at}/undo", {"place": "1"})):
            assert "已经判了 2 条" in send(other, path, data).text
        assert len(blind.store.clicks(at.rsplit("/", 1)[1])) == 2
        judge(other, at, "wrong", name="阿明")
        assert send(other, f"{at}/release", {"by": "小林"}).status_code == 403
        with client_of(blind, role="grader") as again:
            again.cookies = held  # the same browser goes on, after a restart of the server too
            judge(again, at, "wrong")
        assert "放开名字" in owner.get(f"{at}/result").text
        page = send(owner, f"{at}/release", {"by": "小林"})
        assert "「小林」放开了" in page.text
        with client_of(blind, role="grader") as elsewhere:
            judge(elsewhere, at, "unsure")
            assert "第 5 / 24 条" in elsewhere.get(at).text
    clicks = blind.store.clicks(at.rsplit("/", 1)[1], by="小林")
    assert [click.choice for click in clicks] == ["right", "wrong", "wrong", "unsure"]
    assert blind.store.verify() == []


def test_a_forged_click_is_refused(blind: Workspace) -> None:
    with client_of(blind) as client:
        at = make(client)
        judge(client, at)
        assert client.post(at, data={"place": "0", "choice": "right"}).status_code == 403
        for bad in (
            {"place": "99", "choice": "right"},
            {"place": "x", "choice": "right"},
            {"place": "0", "choice": "best"},
            {"place": "0"},
            {"choice": "right"},
        ):
            assert send(client, at, bad).status_code == 400
        assert send(client, f"{at}/name", {"name": "  "}).status_code == 400
        assert client.get("/zh/grade/q/none").status_code == 400
        drawn = next(q.hash for q in blind.bank("盲").questions if q.grader == "svg")
        queue = blind.store.queue(at.rsplit("/", 1)[1])
        assert queue is not None
        items = queue.queue.items
        plain = next(i for i, item in enumerate(items) if item.question != drawn)
        for missing in ("99/0", f"{plain}/1", f"{plain}/0"):
            assert client.get(f"{at}/{missing}.png").status_code == 404
    assert blind.store.clicks(at.rsplit("/", 1)[1]) == []


@pytest.mark.parametrize(
    "bad",
    [{"kind": "none"}, {"which": "none"}, {"limit": "0"}, {"limit": "x"}, {"bank": "没有"},
     {"kind": "rubric"}, {"kind": "rubric", "criteria": "\n".join("abcdefghij")},
     {"which": "unsure"}, {"kind": "pair", "model": NAMES[0]}],
)  # fmt: skip
def test_a_queue_that_cannot_be_made_is_said(blind: Workspace, bad: dict[str, str]) -> None:
    with client_of(blind) as client:
        answer = send(client, "/zh/grade/new", form(**bad))
        assert answer.status_code == 400
    assert blind.store.queues() == []


def test_an_empty_workspace_says_where_to_begin(empty: Workspace) -> None:
    with client_of(empty) as client:
        assert client.get("/zh/grade").status_code == 200
        assert "/zh/run" in client.get("/zh/grade/new").text


def test_hidden_questions_stay_out(empty: Workspace) -> None:
    fill_blind(empty, size=2)
    secret = Question(id="s", prompt="密", bank="盲", hidden="sealed")
    open_ones = empty.store.bank("盲")
    assert open_ones
    empty.store.add_bank("盲", [*open_ones, secret])
    card = ModelCard(name=NAMES[0], kind="recorded")
    empty.store.record(
        "",
        [Answer(question="s", asked=secret.asked, bank="盲", model=card.name,
                model_hash=card.hash, text="密", hidden="sealed")],
    ).result()  # fmt: skip
    with client_of(empty) as client:
        assert "1 道暗题不进盲评" in client.get("/zh/grade/new").text
        at = make(client)
    assert len(queue_of(empty, at).items) == 6


def test_two_people_at_once_lose_nothing(blind: Workspace) -> None:
    with client_of(blind) as client:
        at = make(client)

    def work(name: str) -> None:
        with client_of(blind) as mine:
            judge(mine, at, *["right"] * 24, name=name)

    people = [threading.Thread(target=work, args=(name,)) for name in ("小林", "阿明")]
    for person in people:
        person.start()
    for person in people:
        person.join()
    clicks = blind.store.clicks(at.rsplit("/", 1)[1])
    assert len(clicks) == len(standing(clicks)) == 48


def test_twenty_and_one_answers_by_keyboard_alone(
    blind: Workspace, watch: Callable[..., Any]
) -> None:
    with Served(blind) as served:
        page = watch(served).page
        page.goto("/zh/grade/new")
        page.get_by_label("全部回答").check()
        page.get_by_label("最多评多少条").fill("22")
        page.get_by_role("button", name="建好").click()
        page.get_by_role("link", name="我也来判").click()
        page.get_by_label("名字").fill("小林")
        page.keyboard.press("Enter")
        for number in range(1, 22):
            page.get_by_text(f"第 {number} / 21 条").wait_for()
            page.keyboard.press("123"[number % 3])
            if number == 5:
                page.get_by_text("第 6 / 21 条").wait_for()
                page.keyboard.press("z")
                page.get_by_text("撤销了").wait_for()
                page.keyboard.press("?")
                page.get_by_role("dialog").wait_for()
                page.keyboard.press("1")
                page.keyboard.press("Escape")
                page.keyboard.press("n")
                page.keyboard.type("想好了 1")
                page.keyboard.press("Enter")
                page.keyboard.press("Escape")
                page.keyboard.press("1")
        page.get_by_text("21 条都判完了").wait_for()
        page.keyboard.press("Tab")
        page.get_by_role("link", name="进度与揭晓").press("Enter")
        page.get_by_text("1 个已经判完 21 条").wait_for()
        page.get_by_text("揭晓名字").press("Enter")
        page.get_by_role("button", name="现在揭晓").press("Enter")
        page.get_by_role("heading", name="小林 判了 21 条").wait_for()
        assert page.get_by_text(NAMES[0]).count() >= 1
    (status,) = blind.store.queues()
    clicks = blind.store.clicks(status.queue.id)
    stand = standing(clicks)
    assert len(stand) == 21
    assert stand["小林", 4].choice == "right"
    assert stand["小林", 4].note == "想好了 1"
    assert len(clicks) == 23
    assert len(list(blind.store.all_grades())) == 21
    assert blind.store.verify() == []
