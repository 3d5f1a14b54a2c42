"""The form of the Run screen: what it offers, what it foretells, and what it refuses."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from web_help import client_of, questions, send, token_of

from mingan.errors import ModelsFileError, UsageError
from mingan.models import keys
from mingan.records import ModelCard
from mingan.web import addresses
from mingan.web.plainly import without_folders
from mingan.web.run_form import RunForm, offers
from mingan.web.run_models import key_name
from mingan.workspace import Workspace

SECRET = "sk-never-to-be-seen-0123456789"
NEW = {"add_url": "http://127.0.0.1:9/v1", "add_model": "m-1", "add_key": SECRET}


@pytest.fixture(autouse=True)
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MINGAN_MODELS", raising=False)
    yield
    keys.forget(key_name("m-1", "127.0.0.1:9"))


def scripted(workspace: Workspace, name: str = "剧本", **more: Any) -> ModelCard:
    said = {q.id: q.answer for q in questions()}
    card = ModelCard(name=name, kind="scripted", options={"answers": said}, **more)
    workspace.store.add_cards([card])
    return card


def ticked(text: str) -> list[str]:
    return re.findall(r'name="model" value="([0-9a-f]{32})" checked', text)


def fragment(client: TestClient, path: str, data: dict[str, Any]) -> Any:
    return send(client, path, data, headers={"hx-request": "true"})


def test_it_offers_our_bank_those_of_the_workspace_and_local_models(client: TestClient) -> None:
    page = client.get("/zh/run")
    assert page.status_code == 200
    assert "builtin" in page.text
    assert "小题库 · 12 道题" in page.text
    assert "smollm2-135m" in page.text
    assert "甲" not in re.findall(r"<b>([^<]*)</b>", page.text)  # recorded answers cannot be asked
    assert 'href="/zh/bring"' in page.text


def test_an_address_can_ask_for_a_bank_its_twins_and_models(
    client: TestClient, workspace: Workspace
) -> None:
    card = scripted(workspace)
    page = client.get("/zh/run", params={"bank": "小题库", "m": "剧本"}).text
    assert '<option value="小题库" selected>' in page
    assert ticked(page) == [card.hash]
    assert re.search(r'name="twins" value="1" checked', client.get("/zh/run?twins=1").text)


def test_the_estimate_says_cost_time_and_the_smallest_difference(
    client: TestClient, workspace: Workspace
) -> None:
    card = scripted(workspace, price_in=2.0, price_out=8.0)
    data = {"bank": "小题库", "count": "all", "model": card.hash}
    found = fragment(client, "/zh/run/estimate", data)
    assert found.status_code == 200
    assert "<html" not in found.text
    assert "12 道题，能看出的最小差距" in found.text
    assert "按以前" in found.text  # three models were measured on this bank
    assert "大约花" in found.text
    assert "还不知道" in found.text
    whole = send(client, "/zh/run/estimate", data)  # without JavaScript
    assert "<html" in whole.text
    assert ticked(whole.text) == [card.hash]


def test_an_estimate_of_far_too_many_answers_is_a_sentence(
    client: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = scripted(workspace)
    data = {"bank": "小题库", "count": "10", "repeats": "20", "model": card.hash}
    assert "太多了" not in fragment(client, "/zh/run/estimate", data).text
    monkeypatch.setattr("mingan.asking.estimate.MOST_FORETOLD", 199)
    assert "一共要问 200 个回答，太多了" in fragment(client, "/zh/run/estimate", data).text


def test_an_estimate_without_a_model_or_with_nonsense_is_a_sentence(client: TestClient) -> None:
    assert "勾选一个模型" in fragment(client, "/zh/run/estimate", {"bank": "builtin"}).text
    assert "整数" in fragment(client, "/zh/run/estimate", {"count": "-3"}).text
    assert "数字" in fragment(client, "/zh/run/estimate", {"money": "nan", "model": "x"}).text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"bank": "小题库"}, "至少勾选一个模型"),
        ({"bank": "/etc/passwd"}, "没有这个题库"),
        ({"bank": "../x.csv"}, "没有这个题库"),
        ({"bank": "小题库", "twins": "1"}, "没有暗题"),
        ({"bank": "小题库", "count": "0"}, "整数"),
        ({"bank": "小题库", "repeats": "1000"}, "整数"),
        ({"bank": "小题库", "repeats": "0000000000019999999"}, "整数"),
        ({"bank": "小题库", "count": "0000000000109999999"}, "整数"),
        ({"bank": "小题库", "money": "-1"}, "预算要写成数字"),
        ({"bank": "小题库", "model": "f" * 32}, "至少勾选一个模型"),
    ],
)
def test_a_forged_or_foolish_form_starts_nothing_and_says_why(
    client: TestClient, workspace: Workspace, data: dict[str, str], said: str
) -> None:
    card = scripted(workspace)
    found = send(client, "/zh/run", {"model": card.hash} | data if "model" not in data and
                 said != "至少勾选一个模型" else data)  # fmt: skip
    assert found.status_code == 400
    assert said in re.findall(r'role="alert"[^>]*>([^<]*)', found.text)[0]
    assert workspace.store.runs() == []


def test_only_the_owner_may_and_only_with_a_form_of_ours(workspace: Workspace) -> None:
    for role in ("reader", "grader"):
        with client_of(workspace, role=role) as other:  # type: ignore[arg-type]
            assert other.get("/zh/run").status_code == 403
            assert send(other, "/zh/run", {}).status_code == 403
            assert send(other, "/zh/run/add", NEW).status_code == 403
            assert send(other, "/zh/run/test", NEW | {"test": "new"}).status_code == 403
    with client_of(workspace) as owner:
        token_of(owner)
        for path in ("/zh/run", "/zh/run/add", "/zh/run/test", "/zh/run/estimate"):
            assert owner.post(path, data=NEW | {"csrf": "0" * 40}).status_code == 403
    assert all(card.kind == "recorded" for card in workspace.store.cards())


def test_a_model_is_added_by_its_address_and_its_key_is_seen_nowhere(
    client: TestClient, workspace: Workspace
) -> None:
    form = {"bank": "小题库", "count": "10", "repeats": "3"}
    found = send(client, "/zh/run/add", form | NEW | {"add_in": "2", "add_out": "8"})
    assert found.status_code == 200
    assert "m-1 加好了" in found.text
    card = workspace.store.cards()[-1]
    assert (card.name, card.base_url, card.price_out) == ("m-1", "http://127.0.0.1:9/v1", 8.0)
    assert keys.find(card.api_key_env) == SECRET
    assert card.hash in ticked(found.text)
    assert '<option value="小题库" selected>' in found.text
    assert (
        'name="repeats" type="number" inputmode="numeric" min="1" max="20" value="3"' in found.text
    )
    pages = [found.text, client.get("/zh/run").text, client.get("/en/run").text]
    assert not any(SECRET in page for page in pages)
    path = workspace.store.place.path
    assert path is not None
    with sqlite3.connect(path) as raw:
        assert not any(SECRET in line for line in raw.iterdump())
    raw.close()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"add_url": ""}, "请填上地址"),
        ({"add_model": ""}, "请填上模型代号"),
        ({"add_url": "ftp://x"}, "不是可用的网址"),
        ({"add_url": "http://169.254.169.254/latest"}, "特殊地址"),
        ({"add_name": "smollm2-135m"}, "换一个名字"),
        ({"add_model": SECRET}, "好像填了密钥"),
        ({"add_in": "2"}, "两个都写"),
        ({"add_in": "x", "add_out": "1"}, "价格要写成数字"),
        ({"add_key": "密钥"}, "重新复制"),
    ],
)
def test_what_cannot_be_added_is_told_beside_the_fields(
    client: TestClient, workspace: Workspace, wrong: dict[str, str], said: str
) -> None:
    found = send(client, "/zh/run/add", {"bank": "builtin"} | NEW | wrong)
    assert found.status_code == 400
    assert said in found.text
    assert '<details class="add" open>' in found.text
    assert SECRET not in found.text
    assert all(card.kind == "recorded" for card in workspace.store.cards())


def test_the_connection_is_tested_with_one_sentence(
    client: TestClient, workspace: Workspace
) -> None:
    dead = fragment(client, "/zh/run/test", NEW | {"test": "new"})
    assert "连不上 m-1" in dead.text
    assert "✕" in dead.text
    assert SECRET not in dead.text
    card = ModelCard(name="通", kind="scripted", options={"default": "<b>二</b>"})
    workspace.store.add_cards([card])
    fine = fragment(client, "/zh/run/test", {"test": card.hash})
    assert "通了" in fine.text
    assert "<b>二" not in fine.text  # what a model says is text
    assert "没有这个模型" in fragment(client, "/zh/run/test", {"test": "0" * 32}).text
    whole = send(client, "/zh/run/test", {"bank": "builtin", "test": card.hash})
    assert "<html" in whole.text
    assert "通了" in whole.text


def test_a_model_whose_key_is_missing_has_a_field_for_it(
    client: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLOUD_KEY", raising=False)
    card = scripted(workspace, "云", api_key_env="CLOUD_KEY")
    field = f"key-{card.hash[:12]}"
    form = {"bank": "小题库", "model": card.hash}
    assert field in client.get("/zh/run").text
    refused = send(client, "/zh/run", form)
    assert refused.status_code == 400
    assert "云 还没有密钥" in refused.text
    started = send(client, "/zh/run", form | {field: SECRET}, follow_redirects=False)
    assert started.status_code == 303
    assert keys.find("CLOUD_KEY") == SECRET
    assert SECRET not in client.get("/zh/run").text
    keys.forget("CLOUD_KEY")


def test_a_broken_models_file_is_told_without_its_folder(
    tmp_path: Path, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "models.toml"
    broken.write_text("[[model]]\nname = \n", encoding="utf-8")
    monkeypatch.setenv("MINGAN_MODELS", str(broken))
    page = client.get("/zh/run")
    assert page.status_code == 200
    assert "models.toml 不合 TOML 的写法" in page.text
    assert str(tmp_path) not in page.text


def test_the_next_form_begins_as_the_last_run_was(workspace: Workspace) -> None:
    form = RunForm(
        bank="小题库", count=10, short=False, repeats=2, money=1.5, currency="USD", minutes=3.0
    )
    from mingan.store import Run

    run = Run(id="x", bank="小题库", models=("m",), repeats=2, settings=form.settings)
    assert RunForm.like(run) == RunForm(
        bank="小题库", count=10, short=False, repeats=2, money=1.5, currency="USD", minutes=3.0,
        models=("m",),
    )  # fmt: skip
    assert [offer.name for offer in offers(workspace)] == ["builtin", "小题库"]


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/v1", "http://2852039166/v1", "http://[fe80::1]/v1",
        "http://[::ffff:169.254.169.254]/v1", "http://100.100.100.200", "http://[fd00:ec2::254]/",
        "http://224.0.0.1/v1", "http://[64:ff9b::a9fe:a9fe]/v1", "http://[2002:a9fe:a9fe::]/v1",
        "http://[fe80::1%25eth0]/v1", "http://[fe80::1%eth0]/v1", "http://[::a9fe:a9fe]/v1",
        "http://[64:ff9b:1::a9fe:a9fe]/v1", "http://[64:ff9b::6464:64c8]/v1",
    ],
)  # fmt: skip
def test_metadata_and_link_local_addresses_are_refused(url: str) -> None:
    with pytest.raises(UsageError):
        addresses.check(url)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:11434/v1", "http://localhost:8000", "http://192.168.1.5:8000/v1",
     "http://10.0.0.7/v1", "http://[::1]:8080/v1", "http://[64:ff9b::a00:7]/v1"],
)  # fmt: skip
def test_addresses_of_this_machine_and_its_network_are_allowed(url: str) -> None:
    assert addresses.check(url).startswith("http")


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "http://[::1/v1", "http://a b/v1", "http://a\nb/v1", "http://[x]/"],
)
def test_no_address_at_all(url: str) -> None:
    with pytest.raises(ModelsFileError):
        addresses.check(url)


def test_folders_are_taken_out_of_sentences() -> None:
    from mingan.language import Text

    text = Text("/home/me/x y/models.toml：错。看 https://a.b/c/d", "The file /a/b.gguf is gone")
    assert without_folders(text).en == "The file b.gguf is gone"
    assert "/home" not in without_folders(text).zh
    assert "https://a.b/c/d" in without_folders(text).zh


def test_reloading_a_page_that_a_button_made_leads_back(client: TestClient) -> None:
    for name in ("estimate", "test", "add"):
        found = client.get(f"/zh/run/{name}", follow_redirects=False)
        assert (found.status_code, found.headers["location"]) == (303, "/zh/run")
