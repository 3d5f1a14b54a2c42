from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient
from web_help import Served, Watched, client_of, questions, send, token_of

from mingan.models.pasted import PastedModel, PastedText
from mingan.paste_desk import MOST_BYTES
from mingan.records import Answer, Question
from mingan.workspace import Workspace

TALK = Question(
    id="talk", prompt="记住 7。", bank="对话", answer="7", turns=("是几？",), grader="number"
)


def hidden_fields(page: str) -> dict[str, str]:
    """What the page's form on the answer carries."""
    form = re.search(r'<form class="card".*?</form>', page, re.S)
    assert form, page[:3000]
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0])
    return {name: unescape(value) for name, value in pairs}


def prompt_of(page: str) -> str:
    found = re.search(r'<textarea id="prompt"[^>]*>\n(.*?)</textarea>', page, re.S)
    assert found
    return unescape(found[1])


def begin(client: TestClient, **more: str) -> str:
    filled = {"name": "某应用", "app": "8.1", "bank": "小题库", "limit": "3", "who": "小明"} | more
    found = send(client, "/zh/paste", filled)
    assert found.status_code == 200, found.text
    return str(found.text)


def paste(client: TestClient, page: str, text: str, how: str = "next", **more: str) -> Any:
    return client.post(
        "/zh/paste/ask", data=hidden_fields(page) | {"text": text, "how": how} | more
    )


def pasted(workspace: Workspace) -> list[Answer]:
    return [a for a in workspace.store.answers() if a.source == "pasted"]


def test_three_answers_pasted_without_javascript(client: TestClient, workspace: Workspace) -> None:
    page = begin(client)
    for number in range(1, 4):
        assert f"第 {number} / 3 题" in page
        assert "新开一个对话，把题目发给 某应用 8.1" in page
        digit = re.search(r"(\d+) 加", prompt_of(page))
        assert digit
        page = paste(client, page, f"答案是 {2 * int(digit[1])}").text
    assert "3 题都有 某应用 8.1 的回答了" in page
    made = pasted(workspace)
    assert len(made) == 3
    assert {a.meta["who"] for a in made} == {"小明"}
    grades = workspace.store.grades()
    by_id = {q.id: q for q in questions()}
    assert {grades[a.content, by_id[a.question].hash].verdict for a in made} == {"right"}
    assert workspace.store.verify() == []
    scores = workspace.scores(bank="小题库")
    assert "某应用" in [score.model for score in scores.scores]


def test_what_was_pasted_is_not_asked_by_a_run(client: TestClient, workspace: Workspace) -> None:
    page = begin(client)
    paste(client, page, "2")
    (card,) = [c for c in workspace.store.cards() if c.kind == "pasted"]
    model = PastedModel(card, lambda prompt: PastedText(text="4"))
    with ThreadPoolExecutor(1) as pool:  # a browser test before this one may have left a loop here
        outcome = pool.submit(
            workspace.run, bank="小题库", models=[card], limit=3, made={card.name: model}
        ).result()
    assert (outcome.already, outcome.asked) == (1, 2)
    assert "3 题都有" in begin(client)
    assert workspace.store.verify() == []


def test_a_conversation_says_where_to_go_on(client: TestClient, workspace: Workspace) -> None:
    workspace.store.add_bank("对话", [TALK])
    page = begin(client, bank="对话", limit="1")
    assert "现在是第 1 轮，最多 2 轮" in page
    page = paste(client, page, "<b>好</b>").text
    assert "在同一个对话里，接着发给" in page
    assert prompt_of(page) == "是几？"
    assert "&lt;b&gt;好" in page
    assert "<b>好" not in page
    page = paste(client, page, "", how="restart").text
    assert "现在是第 1 轮" in page
    page = paste(client, paste(client, page, "嗯").text, "7").text
    assert "1 题都有" in page
    assert pasted(workspace)[0].earlier == ("嗯",)
    assert workspace.store.verify() == []


def test_undo_and_correct(client: TestClient, workspace: Workspace) -> None:
    page = paste(client, begin(client, limit="1"), "错的").text
    assert "撤销我刚才贴的" in page
    form = hidden_fields_of_undo(page)
    page = client.post("/zh/paste/undo", data=form).text
    assert "仍然算数" in page
    assert "错的</textarea>" in page
    page = paste(client, page, "对的").text
    (answer,) = pasted(workspace)
    assert (answer.text, answer.revision) == ("对的", 1)
    page = client.post("/zh/paste/undo", data=form).text
    assert "1 题都有" in paste(client, page, "", how="skip").text
    assert workspace.store.verify() == []


def hidden_fields_of_undo(page: str) -> dict[str, str]:
    form = re.search(r'<form method="post" action="/zh/paste/undo">.*?</form>', page, re.S)
    assert form
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))


def test_refused_cut_off_and_skipped(client: TestClient, workspace: Workspace) -> None:
    page = paste(client, begin(client), "", how="refused").text
    page = paste(client, page, "说到一", how="cut").text
    page = paste(client, page, "", how="skip").text
    assert "2 题有回答，1 题跳过了" in page
    assert sorted(a.state for a in pasted(workspace)) == ["refused", "truncated"]
    again = re.search(r'href="([^"]*again=1[^"]*)"', page)
    assert again
    page = client.get(unescape(again[1])).text
    assert "3 题都有" in paste(client, page, "8").text


def test_nothing_and_too_much_are_said(client: TestClient, workspace: Workspace) -> None:
    page = begin(client)
    found = paste(client, page, "  ")
    assert found.status_code == 400
    assert "还没有粘贴回答" in found.text
    found = paste(client, page, "x" * (MOST_BYTES + 1))
    assert found.status_code == 400
    assert "最多 1 MB" in found.text
    assert paste(client, page, "x" * (4 * MOST_BYTES)).status_code == 413
    assert not pasted(workspace)
    assert paste(client, page, "字" * (MOST_BYTES // 3)).status_code == 200
    assert len(pasted(workspace)) == 1


def test_a_second_click_stores_once(client: TestClient, workspace: Workspace) -> None:
    page = begin(client)
    assert "第 2 / 3 题" in paste(client, page, "2").text
    assert "第 2 / 3 题" in paste(client, page, "2").text
    assert len(pasted(workspace)) == 1


def test_two_people_neither_lose_nor_double(client: TestClient, workspace: Workspace) -> None:
    other = TestClient(client.app, base_url=client.base_url)  # another browser, the same server
    one, two = begin(client), begin(other, who="小红")
    assert prompt_of(one) != prompt_of(two)
    # 小红 pastes what was shown to 小明: she is first, so he is told
    late = paste(other, one, "小红也贴了", csrf=token_of(other), who="小红").text
    assert "第 2 / 3 题" in late
    told = paste(client, one, "小明贴的").text
    assert "小红已经先粘贴了这一条" in told
    assert prompt_of(told) != prompt_of(one)
    assert [a.text for a in pasted(workspace)] == ["小红也贴了"]
    assert workspace.store.verify() == []


def test_half_a_conversation_can_be_taken_over(client: TestClient, workspace: Workspace) -> None:
    workspace.store.add_bank("对话", [TALK])
    paste(client, begin(client, bank="对话", limit="1"), "好")
    other = TestClient(client.app, base_url=client.base_url)
    page = begin(other, bank="对话", limit="1", who="小红")
    assert "剩下的题正在别人手里" in page
    form = re.search(r'<form method="post" action="/zh/paste/over">.*?</form>', page, re.S)
    assert form
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))
    assert "现在是第 1 轮" in other.post("/zh/paste/over", data=fields).text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"who": " "}, "你的名字"),
        ({"name": ""}, "应用的名字"),
        ({"limit": "0"}, "1 到 100000"),
        ({"limit": "٣"}, "1 到 100000"),
        ({"limit": "0000001" + "9" * 20}, "1 到 100000"),
        ({"bank": "/etc/passwd"}, "请选一个题库"),
        ({"card": "0" * 32}, "重新开始"),
    ],
)
def test_a_wrong_start_is_said_and_kept(
    client: TestClient, workspace: Workspace, wrong: dict[str, str], said: str
) -> None:
    filled = {"name": "某应用", "bank": "小题库", "limit": "3", "who": "小明"} | wrong
    found = send(client, "/zh/paste", filled)
    assert found.status_code == 400
    assert said in found.text
    assert not [c for c in workspace.store.cards() if c.kind == "pasted"]


def test_zeros_in_front_are_no_fault_however_many(client: TestClient) -> None:
    assert 'name="limit" value="2"' in begin(client, limit="0" * 5000 + "2")


def test_a_made_up_address_is_a_sentence(client: TestClient) -> None:
    found = client.get("/zh/paste/ask", params={"bank": "x", "card": "y", "limit": "3", "who": "z"})
    assert found.status_code == 400
    assert "重新开始" in found.text


def test_only_owners_paste_and_no_form_without_its_sign(workspace: Workspace) -> None:
    for role, status in (("reader", 403), ("grader", 403), ("owner", 200)):
        with client_of(workspace, role=role) as client:  # type: ignore[arg-type]
            assert client.get("/zh/paste").status_code == status
    with client_of(workspace) as client:
        assert client.post("/zh/paste", data={"who": "x"}).status_code == 403


def test_english(workspace: Workspace) -> None:
    with client_of(workspace, lang="en") as client:
        filled = {"name": "App", "bank": "小题库", "limit": "1", "who": "Ann"}
        page = send(client, "/en/paste", filled).text
        assert "Open a new chat and send this question to App" in page


def test_pasting_in_a_browser(workspace: Workspace, watch: Callable[..., Watched]) -> None:
    with Served(workspace) as served:
        watched = watch(served)
        watched.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = watched.page
        page.goto("/zh/paste")
        page.get_by_label("应用的名字").fill("某应用")
        page.get_by_label("题库").select_option("小题库")
        page.get_by_label("问多少题").fill("3")
        page.get_by_label("你的名字").fill("小明")
        page.get_by_role("button", name="开始").click()
        for number in range(1, 4):
            page.get_by_text(f"第 {number} / 3 题").wait_for()
            page.keyboard.press("Enter")  # the copy button has the focus
            page.get_by_text("复制好了").wait_for()
            asked = page.evaluate("navigator.clipboard.readText()")
            assert asked == page.locator("#prompt").input_value()
            page.locator("#text:focus").wait_for()
            if number == 2:
                page.keyboard.type("写到一半")
                page.reload()
                assert page.locator("#text").input_value() == "写到一半"
                page.locator("#text").fill("")
                page.locator("#text").focus()
            page.keyboard.type("一共是 " + str(2 * int(asked.split("：")[1].split()[0])))
            page.keyboard.press("Control+Enter")
        page.get_by_role("heading", name="3 题都有").wait_for()
        assert page.evaluate("Object.keys(localStorage).length") == 0
        page.get_by_role("link", name="看得分").click()
        page.get_by_role("link", name="某应用").wait_for()
    assert len(pasted(workspace)) == 3
    assert workspace.store.verify() == []
