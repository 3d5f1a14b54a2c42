"""Compare: filters in the address, questions in rows and on pages, verdicts in place, exports."""

from __future__ import annotations

import html
import json
import re
import time
from typing import Any

import pytest
from starlette.testclient import TestClient
from web_help import client_of, questions, send

from mingan.records import Answer, Grade, ModelCard, Question
from mingan.web import cards
from mingan.web.compare import tally_sentence
from mingan.workspace import Workspace

DUEL = "/zh/compare?is=gpt4%3Aright&is=%E6%96%87%E5%BF%83%3Awrong"


def words_of(page: str) -> str:
    """What a page says, without its markup."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def ids_of(page: str) -> list[str]:
    """The questions on a page, in order."""
    return re.findall(r'<section class="card question" id="q-([^"]+)"', page)


def verdicts_of(page: str) -> list[str]:
    """The outcomes of the answers on a page, in order."""
    return re.findall(r'<article class="answer (\w+)" id', page)


def headline_of(page: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page, re.S)
    assert found
    return words_of(found[1]).strip()


# -- what is shown -----------------------------------------------------------------------------


def test_all_questions_are_shown_with_the_answers_side_by_side(client: TestClient) -> None:
    page = client.get("/zh/compare").text
    assert ids_of(page) == [f"q-{i:03d}" for i in range(12)]
    assert verdicts_of(page)[:3] == ["wrong", "wrong", "wrong"]
    assert "显示 12 / 12 题" in words_of(page)
    assert re.findall(r"<h3 id[^>]*><span>(.*?)</span>", page)[:3] == ["丙", "乙", "甲"]


def test_a_chosen_pair_is_the_headline_and_the_filter_says_it_is_not_about_itself(
    client: TestClient,
) -> None:
    page = client.get("/zh/compare?m=甲&m=丙").text
    assert headline_of(page).startswith(
        "「丙」和「甲」还 分不出高下 ：「丙」高 21 分（95% 区间 −15 到 49）"
    )
    assert 'class="difference"' in page
    assert "不是下面筛出来的" not in page
    narrowed = client.get("/zh/compare?is=丙:right&is=甲:wrong").text
    assert headline_of(narrowed) == headline_of(client.get("/zh/compare?m=丙&m=甲").text)
    assert "不是下面筛出来的" in narrowed
    assert ids_of(narrowed) == ["q-002", "q-006", "q-010"]
    assert verdicts_of(narrowed) == ["right", "wrong"] * 3


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("show=all-wrong", ["q-000"]),
        ("show=unsure", ["q-005"]),
        ("tier=进阶&is=乙:wrong", ["q-003", "q-009"]),
        ("tag=能力0", ["q-000", "q-003", "q-006", "q-009"]),
        ("find=第 11 题", ["q-011"]),
        ("find=q-007", ["q-007"]),
        ("tag=别的", []),
    ],
)
def test_a_filter_lives_in_the_address(client: TestClient, query: str, expected: list[str]) -> None:
    page = client.get(f"/zh/compare?{query}").text
    assert ids_of(page) == expected
    assert f"显示 {len(expected)} / 12 题" in words_of(page)


def test_a_form_leads_to_the_canonical_address(client: TestClient) -> None:
    found = client.get(
        "/zh/compare?bank=&a=甲&av=wrong&b=&bv=&tier=&tag=&sort=bank&find=+", follow_redirects=False
    )
    assert found.status_code == 303
    assert found.headers["location"] == "/zh/compare?is=%E7%94%B2%3Awrong"
    there = client.get(found.headers["location"], follow_redirects=False)
    assert there.status_code == 200


def test_chips_say_how_many_and_lead_there(client: TestClient) -> None:
    page = client.get("/zh/compare?m=丙&m=甲").text
    chips = re.findall(r'<li><a href="([^"]+)"[^>]*>([^<]+) <b>(\d+)</b>', page)
    assert [name for _, name, _ in chips] == [
        "全部", "一对一错", "都错", "都对", "有存疑", "丙 对而 甲 错", "甲 对而 丙 错",
    ]  # fmt: skip
    for address, _, count in chips:
        assert len(ids_of(client.get(html.unescape(address)).text)) == int(count)


def test_what_cannot_be_is_one_sentence(client: TestClient) -> None:
    for path, status, said in [
        ("/zh/compare?m=谁", 400, "没有模型 谁"),
        ("/zh/compare?bank=没有", 400, "没有"),
        ("/zh/compare/q/none", 404, "没有这道题"),
        ("/zh/compare/export?format=exe", 400, "exe"),
        ("/zh/compare/whole/0/0", 404, "没有找到这个回答"),
        ("/zh/compare/answer/0/0", 404, "没有找到这个回答"),
        ("/zh/picture/0/0.png", 404, "没有找到这个回答"),
    ]:
        found = client.get(path)
        assert (found.status_code, said in words_of(found.text)) == (status, True), path


def test_an_ungraded_bank_is_shown_without_a_headline_about_scores(empty: Workspace) -> None:
    asked, card = questions(3), ModelCard(name="甲", kind="recorded")
    empty.store.add_bank("小题库", asked)
    empty.store.add_cards([card])
    empty.store.record("", [
        Answer(question=q.id, asked=q.asked, model="甲", model_hash=card.hash, text="4")
        for q in asked
    ]).result()  # fmt: skip
    with client_of(empty) as client:
        page = client.get("/zh/compare?sort=suspect").text
    assert "还没有判分" in headline_of(page)
    assert verdicts_of(page) == ["ungraded"] * 3


def test_pages_are_bounded_and_the_next_one_can_be_had_alone(empty: Workspace) -> None:
    fill_many(empty, 47)
    with client_of(empty) as client:
        first, last = (client.get(f"/zh/compare?page={n}") for n in (1, 99))
        assert len(ids_of(first.text)) == 20
        assert len(ids_of(last.text)) == 7
        more = client.get("/zh/compare/rows?page=2")
        assert len(ids_of(more.text)) == 20
        assert "<html" not in more.text
        assert "page=3" in more.text
        address = re.search(r'hx-get="([^"]+)"', first.text)
        assert address
        assert (
            client.get(html.unescape(address[1])).text
            == client.get("/zh/compare/rows?bank=很多&page=2").text
        )


def test_the_more_models_side_by_side_the_fewer_questions_a_page(zbench: Workspace) -> None:
    with client_of(zbench) as client:
        page = client.get("/zh/compare").text
        assert len(ids_of(page)) == 20
        everyone = re.findall(r'type="checkbox" name="m" value="([^"]+)"', page)
        found = client.get("/zh/compare", params={"m": everyone, "page": "999"}).text
        assert len(everyone) == 14
        assert len(verdicts_of(found)) < 120
        assert len(ids_of(client.get("/zh/compare", params={"m": everyone}).text)) == 8


def test_another_bank_can_be_chosen(client: TestClient, workspace: Workspace) -> None:
    assert 'id="bank"' not in client.get("/zh/compare").text
    fill_many(workspace, 2)
    page = client.get("/zh/compare?bank=小题库").text
    assert re.findall(r'<option value="([^"]+)" selected>小题库', page) == ["小题库"]
    assert len(ids_of(client.get("/zh/compare?bank=很多").text)) == 2


def fill_many(workspace: Workspace, count: int) -> None:
    asked = [Question(id=f"x{i}", prompt=f"题 {i}", answer="1", grader="number")
             for i in range(count)]  # fmt: skip
    card = ModelCard(name="甲", kind="recorded")
    workspace.store.add_bank("很多", asked)
    workspace.store.add_cards([card])
    answers = [
        Answer(question=q.id, asked=q.asked, model="甲", model_hash=card.hash, text="1")
        for q in asked
    ]
    workspace.store.record("", answers).result()
    workspace.grade(bank="很多")


# -- a question's own page -----------------------------------------------------------------------


def test_every_row_has_a_page_of_its_own(client: TestClient) -> None:
    page = client.get("/zh/compare?find=q-004").text
    address = re.search(r'class="permalink" href="([^"]+)"', page)
    assert address
    found = client.get(html.unescape(address[1]))
    assert found.status_code == 200
    assert ids_of(found.text) == ["q-004"]
    assert headline_of(found.text) == "3 个模型里：1 个对、2 个错。"
    assert "上一题 q-003" in words_of(found.text)
    assert "下一题 q-005" in words_of(found.text)


ODD = (
    "a/b", "a b", "100%", "什么?#", "..", "../../etc/passwd", "a//b", "<b>&\"'", "\\x", "a\nb",
    ".", "a/./b", "x" * 300, "\u202eabc", "q?key=1", "+", "a;b=c", "é",
)  # fmt: skip


def test_a_question_with_an_odd_id_has_one_too(empty: Workspace) -> None:
    asked = [Question(id=each, prompt=f"题 {i}", answer="1", grader="number")
             for i, each in enumerate(ODD)]  # fmt: skip
    card = ModelCard(name="甲", kind="recorded")
    empty.store.add_bank("怪", asked)
    empty.store.add_cards([card])
    empty.store.record("", [
        Answer(question=q.id, asked=q.asked, model="甲", model_hash=card.hash, text="1")
        for q in asked
    ]).result()  # fmt: skip
    empty.grade(bank="怪")
    with client_of(empty) as client:
        page = client.get("/zh/compare?bank=怪").text
        links = [html.unescape(a) for a in re.findall(r'class="permalink" href="([^"]+)"', page)]
        assert len(links) == len(set(links)) == len(ODD)
        for i, link in enumerate(links):
            assert not re.search(r"/\.{1,2}(/|\?|$)", link), link
            found = client.get(link)
            assert f">题 {i}</h2>" in found.text, ODD[i]
    places = re.findall(r' id="([^"]*)"', page)
    assert len(places) == len(set(places))
    assert not any(re.search(r"\s", place) for place in places)


def test_a_key_names_a_question_whatever_it_is_called() -> None:
    assert cards.path_of("a/../b") == cards.path_of("\ud800") == ""
    assert cards.question_key("\ud800") == cards.question_key("\ud800") != cards.question_key("a")
    assert tally_sentence({"right": 1}).en == "Of 1 model: 1 right."


# -- a person's verdict --------------------------------------------------------------------------


def place_of(client: TestClient, question: str, model: int = 0) -> str:
    page = client.get(f"/zh/compare/q/{question}").text
    return re.findall(r'action="(/zh/compare/answer/[0-9a-f]+/[0-9a-f]+)"', page)[model]


def test_a_person_puts_a_verdict_right_and_takes_it_back(
    client: TestClient, workspace: Workspace
) -> None:
    at, headers = place_of(client, "q-000"), {"hx-request": "true"}
    room = {"filter": "bank=小题库", "room": "list"}
    before = headline_of(client.get("/zh/compare").text)
    found = send(
        client, at, room | {"verdict": "right", "reason": "其实\u202e对的"}, headers=headers
    )
    assert found.status_code == 200
    assert verdicts_of(found.text) == ["right"]
    assert "<html" not in found.text
    assert "其实⟦U+202E⟧对的" in found.text
    assert "撤回" in found.text
    grade = workspace.store.grades()[at.rpartition("/")[2], questions()[0].hash]
    assert (grade.verdict, grade.authority, grade.grader, grade.version) == (
        "right", "person", "person", "1",
    )  # fmt: skip
    assert grade.by == ""  # never the name under which the server runs: readers see it
    assert grade.at
    assert "丙」得" in words_of(client.get("/zh/compare?m=丙").text)
    assert verdicts_of(client.get("/zh/compare").text)[0] == "right"
    found = send(client, at, room | {"verdict": "ungraded"}, headers=headers)
    assert verdicts_of(found.text) == ["wrong"]
    assert "撤回" not in found.text
    assert headline_of(client.get("/zh/compare").text) == before
    assert workspace.store.verify() == []


def test_nobody_withdraws_what_another_person_said(
    client: TestClient, workspace: Workspace
) -> None:
    at, headers = place_of(client, "q-000"), {"hx-request": "true"}
    room = {"filter": "bank=小题库", "room": "list"}
    nothing = send(client, at, room | {"verdict": "ungraded"}, headers=headers)
    assert nothing.status_code == 400
    assert "没有人的判定可以撤回" in nothing.text
    joint = Grade(
        answer=at.rpartition("/")[2], question_hash=questions()[0].hash, verdict="right",
        grader="person", version="1", authority="person", by="小林、老王", at="2026-01-01",
    )  # fmt: skip
    workspace.store.add_grades([joint])
    send(client, "/zh/enter", {"name": "小林"})
    page = client.get(at, params={"bank": "小题库"}, headers=headers).text
    assert "这是 小林、老王 的判定，只有本人能撤回" in page
    assert 'value="ungraded"' not in page
    assert 'aria-pressed="true"' not in page
    refused = send(client, at, room | {"verdict": "ungraded"}, headers=headers)
    assert refused.status_code == 400
    assert "这是 小林、老王 的判定" in refused.text
    assert workspace.store.grades()[joint.answer, joint.question_hash] == joint
    own = send(client, at, room | {"verdict": "wrong"}, headers=headers).text
    assert 'value="ungraded"' in own
    back = send(client, at, room | {"verdict": "ungraded"}, headers=headers).text
    assert verdicts_of(back) == ["right"]
    assert "只有本人能撤回" in back


def test_a_verdict_needs_no_script(client: TestClient) -> None:
    at = place_of(client, "q-000")
    sent = {"verdict": "right", "room": "list", "filter": "is=丙:wrong&page=1"}
    found = send(client, at, sent, follow_redirects=False)
    anchor = f"a-{at.rpartition('/')[2][:12]}"
    # The way back is read like any address: it can lead nowhere else.
    assert found.status_code == 404
    sent["filter"] = "bank=小题库&is=丙:wrong&to=https://evil.example"
    found = send(client, at, sent, follow_redirects=False)
    assert found.status_code == 303
    assert re.fullmatch(rf"/zh/compare\?bank=[%\w]+&is=[%\w]+#{anchor}", found.headers["location"])
    found = send(client, at, sent | {"room": "page"}, follow_redirects=False)
    assert re.fullmatch(rf"/zh/compare/q/q-000\?bank=[%\w]+#{anchor}", found.headers["location"])
    assert f'id="{anchor}"' in client.get(found.headers["location"]).text


def test_the_name_of_who_judged_is_kept(client: TestClient, workspace: Workspace) -> None:
    assert send(client, "/zh/enter", {"name": "小李"}).status_code == 200
    at = place_of(client, "q-001")
    send(client, at, {"verdict": "wrong", "filter": "bank=小题库"})
    assert "小李" in client.get("/zh/compare/q/q-001").text
    assert {g.by for g in workspace.store.all_grades() if g.authority == "person"} == {"小李"}


@pytest.mark.parametrize("verdict", ["", "brilliant", "RIGHT"])
def test_only_verdicts_are_verdicts(client: TestClient, workspace: Workspace, verdict: str) -> None:
    at = place_of(client, "q-000")
    found = send(client, at, {"verdict": verdict, "filter": "bank=小题库"})
    assert found.status_code == 400
    assert all(grade.authority == "rule" for grade in workspace.store.all_grades())


def test_a_corrected_answer_is_not_judged_by_its_old_text(
    client: TestClient, workspace: Workspace
) -> None:
    at = place_of(client, "q-000")
    old = next(a for a in workspace.store.answers() if a.content == at.rpartition("/")[2])
    new = Answer(
        question=old.question, asked=old.asked, model=old.model, model_hash=old.model_hash,
        bank=old.bank, text="另一个回答", revision=1, supersedes=old.content,
    )  # fmt: skip
    workspace.store.record("", [new]).result()
    found = send(client, at, {"verdict": "right", "filter": "bank=小题库"})
    assert (found.status_code, "刚刚被更正" in found.text) == (404, True)
    assert workspace.store.verify() == []


def test_a_reader_sees_everything_and_judges_nothing(workspace: Workspace) -> None:
    with client_of(workspace) as owner:
        at = place_of(owner, "q-000")
    with client_of(workspace, role="reader") as reader:
        page = reader.get("/zh/compare/q/q-000").text
        assert len(verdicts_of(page)) == 3
        assert 'name="verdict"' not in page
        found = send(reader, at, {"verdict": "right", "filter": "bank=小题库"})
        assert found.status_code == 403
    with client_of(workspace, role="grader") as grader:
        assert grader.get("/zh/compare").status_code == 403
        assert grader.get("/zh/compare/q/q-000").status_code == 403
    assert all(grade.authority == "rule" for grade in workspace.store.all_grades())


# -- taking it along -----------------------------------------------------------------------------


def test_what_is_shown_can_be_taken_along(client: TestClient) -> None:
    rows = json.loads(client.get("/zh/compare/export?is=丙:right&is=甲:wrong&format=json").content)
    assert [(row["question"], row["model"], row["verdict"]) for row in rows[:2]] == [
        ("q-002", "丙", "right"), ("q-002", "甲", "wrong"),
    ]  # fmt: skip
    assert len(rows) == 6
    assert rows[0]["prompt"] == "第 2 题：2 加 2 等于几？"
    csv = client.get("/zh/compare/export?find=q-002&format=csv")
    assert csv.headers["content-disposition"].startswith("attachment")
    assert len(csv.content.decode("utf-8-sig").splitlines()) == 4


# -- hidden, drawn, spoken -------------------------------------------------------------------------

SECRET_WORDS = ("机密题面", "机密参考", "机密回答", "机密理由", "机密思考")


@pytest.fixture
def mixed(empty: Workspace) -> Workspace:
    """A hidden question, a conversation asked three times, a drawing."""
    asked = [
        Question(id="hid", prompt=SECRET_WORDS[0], answer=SECRET_WORDS[1], grader="text",
                 hidden="sealed"),
        Question(id="talk", prompt="开场", turns=("然后呢？", "再然后？"), answer="完",
                 grader="text"),
        Question(id="draw", prompt="画一个红圆", grader="svg", params={"checks": []}),
    ]  # fmt: skip
    card = ModelCard(name="甲", kind="recorded")
    empty.store.add_bank("混", asked)
    empty.store.add_cards([card])
    common: dict[str, Any] = {"model": "甲", "model_hash": card.hash, "bank": "混"}
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>'
    given = [
        Answer(question="hid", asked=asked[0].asked, text=SECRET_WORDS[2], hidden="sealed",
               reasoning=SECRET_WORDS[4], **common),
        *(Answer(question="talk", asked=asked[1].asked, text=f"完 {n}", repeat=n,
                 reasoning="想了想", meta={"turns": ["第一段", "第二段"]}, cost=0.5, currency="CNY",
                 total_s=1.25, **common) for n in range(5)),
        Answer(question="draw", asked=asked[2].asked, text=f"```svg\n{svg}\n```", **common),
    ]  # fmt: skip
    grades = [
        Grade(answer=given[0].content, question_hash=asked[0].hash, verdict="right", grader="text",
              reason=(SECRET_WORDS[3], SECRET_WORDS[3]), extracted=SECRET_WORDS[2],
              hidden="sealed"),  # type: ignore[arg-type]
        *(Grade(answer=a.content, question_hash=asked[1].hash, verdict="right", grader="text",
                version="7") for a in given[1:6]),
    ]  # fmt: skip
    empty.store.record("", given, grades).result()
    return empty


def test_of_a_hidden_question_only_the_verdict_is_shown(mixed: Workspace) -> None:
    with client_of(mixed) as client:
        found = [client.get("/zh/compare"), client.get("/zh/compare/q/hid"),
                 client.get("/zh/compare/export?format=json"),
                 client.get("/zh/compare?as=markdown")]  # fmt: skip
        assert verdicts_of(found[1].text) == ["right"]
        assert "暗题，内容不显示" in found[1].text
        key, content = (
            cards.question_key("hid"),
            next(a.content for a in mixed.store.answers() if a.question == "hid"),
        )
        assert client.get(f"/zh/compare/whole/{key}/{content}?bank=混").status_code == 404
        found.append(client.get(f"/zh/compare/answer/{key}/{content}?bank=混",
                                headers={"hx-request": "true"}))  # fmt: skip
        assert found[-1].status_code == 200
        for page in found:
            assert not [word for word in SECRET_WORDS if word in page.text]
        assert ids_of(client.get("/zh/compare?find=机密").text) == []
        send(client, f"/zh/compare/answer/{key}/{content}", {"verdict": "wrong",
             "filter": "bank=混", "reason": "机密理由"})  # fmt: skip
        assert verdicts_of(client.get("/zh/compare/q/hid").text) == ["wrong"]
        assert "机密" not in client.get("/zh/compare/q/hid").text
    assert mixed.store.verify() == []


def test_turns_and_repeats_and_what_it_took_are_shown(mixed: Workspace) -> None:
    with client_of(mixed) as client:
        row, page = client.get("/zh/compare?find=talk").text, client.get("/zh/compare/q/talk").text
    assert len(verdicts_of(row)) == cards.REPEATS
    assert "共 5 遍，看全部" in row
    assert len(verdicts_of(page)) == 5
    said = words_of(page)
    for word in ("第 5 遍", "第一段", "然后呢？", "想了想", "0.5 CNY", "1.25 秒", "第 7 版"):
        assert word in said, word


def test_a_drawing_is_only_ever_a_picture(mixed: Workspace) -> None:
    with client_of(mixed) as client:
        page = client.get("/zh/compare/q/draw").text
        assert "<circle r" not in page
        address = re.search(r'<img class="drawing" src="([^"]+)"', page)
        assert address
        found = client.get(html.unescape(address[1]))
        assert found.headers["content-type"] == "image/png"
        assert found.content.startswith(b"\x89PNG")
        assert found.content == client.get(html.unescape(address[1])).content


# -- real data ---------------------------------------------------------------------------------


def test_what_gpt4_can_and_wenxin_cannot(zbench: Workspace) -> None:
    with client_of(zbench) as client:
        client.get("/zh/compare")
        began = time.perf_counter()
        page = client.get(DUEL).text
        assert time.perf_counter() - began < 1.0
        assert headline_of(page).startswith("gpt4 确定高于「文心」")
        assert verdicts_of(page) == ["right", "wrong"] * 20
        chip = re.search(r"gpt4 对而 文心 错 <b>(\d+)</b>", page)
        assert chip
        assert f"显示 {chip[1]} / 311 题" in words_of(page)
        link = re.search(r'class="permalink" href="([^"]+)"', page)
        assert link
        assert len(verdicts_of(client.get(html.unescape(link[1])).text)) == 14
        assert headline_of(client.get("/en" + DUEL[3:]).text).startswith("gpt4 is better than")
        suspect = client.get("/zh/compare?sort=suspect").text
        assert 'class="suspect"' in suspect.split("</section>")[2]
