"""What holds for every page: who may come, what may be sent, what is said when it goes wrong."""

from __future__ import annotations

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient
from web_help import client_of, send, token_of

from mingan.errors import StoreError
from mingan.language import Text
from mingan.web.people import Role
from mingan.web.routing import get
from mingan.web.security import POLICY
from mingan.workspace import Workspace


def test_the_front_leads_to_the_readers_language(client: TestClient) -> None:
    for accepted, lang in [("zh-CN,zh;q=0.9", "zh"), ("en-GB", "en"), ("fr,en;q=.5", "en")]:
        found = client.get("/", headers={"accept-language": accepted}, follow_redirects=False)
        assert found.headers["location"] == f"/{lang}/"


def test_every_response_carries_the_policy(client: TestClient) -> None:
    for path in ("/zh/", "/zh/nothing", "/static/bench.css", "/report/style.css"):
        found = client.get(path)
        assert found.headers["content-security-policy"] == POLICY
        assert found.headers["x-content-type-options"] == "nosniff"
    assert "unsafe" not in POLICY


def test_static_files_are_only_ours(client: TestClient) -> None:
    assert client.get("/static/bench.css").status_code == 200
    for path in (
        "/static/../app.py", "/static/%2e%2e/app.py", "/report/data.py", "/report/../../etc/passwd",
        "/static/vendor", "/static/", "/static//etc/passwd", "/report/template.html.j2",
    ):  # fmt: skip
        assert client.get(path).status_code == 404, path


def test_another_name_of_this_machine_is_refused(client: TestClient) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "", "[", "localhost:80@evil"):
        assert client.get("/zh/", headers={"host": host}).status_code == 421, host
    assert client.get("/zh/", headers={"host": "localhost:8660"}).status_code == 200


def test_another_site_can_post_nothing(client: TestClient) -> None:
    data = {"csrf": token_of(client), "theme": "dark"}
    for headers in (
        {"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"},
    ):  # fmt: skip
        assert client.post("/zh/theme", data=data, headers=headers).status_code == 403


def test_a_form_without_its_token_changes_nothing(client: TestClient) -> None:
    for data in ({"theme": "dark"}, {"theme": "dark", "csrf": "0" * 40}):
        found = client.post("/zh/theme", data=data)
        assert found.status_code == 403
        assert "过期" in found.text
    assert 'data-theme="dark"' not in client.get("/zh/").text


def test_light_and_dark_are_remembered(client: TestClient) -> None:
    assert send(client, "/zh/theme", {"theme": "dark", "to": "/zh/"}).status_code == 200
    assert 'data-theme="dark"' in client.get("/zh/").text


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/zh//evil.example", "/\\evil", "javascript:1"]
)
def test_nobody_is_sent_elsewhere(client: TestClient, to: str) -> None:
    found = send(client, "/zh/theme", {"theme": "", "to": to}, follow_redirects=False)
    assert found.headers["location"] == "/zh/"


def test_too_much_is_refused_in_a_sentence(client: TestClient) -> None:
    found = send(client, "/zh/theme", {"theme": "x" * 3_000_000})
    assert found.status_code == 413
    assert "2 MB" in found.text


def test_too_much_without_saying_so_is_refused_too(client: TestClient) -> None:
    def body() -> object:
        for _ in range(40):
            yield b"theme=" + b"x" * 100_000

    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-csrf": token_of(client),
    }
    found = client.post("/zh/theme", content=body(), headers=headers)
    assert found.status_code == 413


def test_beyond_this_machine_a_token_is_needed(workspace: Workspace) -> None:
    from web_help import bench_of

    from mingan.web.app import make_app

    bench = bench_of(workspace, guarded=True)
    with TestClient(make_app(bench, loopback=False)) as stranger:
        found = stranger.get("/zh/")
        assert "口令" in found.text
        assert "甲" not in found.text
        assert stranger.get("/zh/?token=wrong").status_code == 403
        assert stranger.get("/zh/export/scores").url.path == "/zh/enter"
        led = stranger.get(f"/zh/?token={bench.door.token('reader')}", follow_redirects=False)
        assert "token" not in led.headers["location"]
        assert "甲" in stranger.get("/zh/").text


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("reader", 200), ("grader", 403)])
def test_roles_see_what_is_theirs(workspace: Workspace, role: Role, status: int) -> None:
    with client_of(workspace, role=role) as client:
        assert client.get("/zh/").status_code == status


def test_every_page_that_changes_something_is_for_an_owner_or_says_why(
    workspace: Workspace,
) -> None:
    """A new form that readers could post must be added here on purpose."""
    from mingan.web.app import PAGES

    open_to_all = {"/{lang:lang}/enter", "/{lang:lang}/leave", "/{lang:lang}/theme"}
    for page in PAGES:
        for route in page.routes:
            assert isinstance(route, Route)
            if "POST" not in (route.methods or ()):
                continue
            role = route.endpoint._role
            if route.path in open_to_all:
                assert role is None
            elif page.__name__.startswith("mingan.web.grade"):
                assert role in ("owner", "grader"), route.path
            else:
                assert role == "owner", route.path


def test_a_fault_of_ours_shows_no_trace(workspace: Workspace) -> None:
    from web_help import bench_of

    from mingan.web.app import make_app

    def broken(visit: object) -> object:
        raise RuntimeError("secret words in a traceback")

    app = make_app(bench_of(workspace))
    app.router.routes.insert(0, get("/broken", broken))  # type: ignore[arg-type]
    with TestClient(app) as client:
        found = client.get("/zh/broken")
    assert found.status_code == 500
    assert "secret words" not in found.text
    assert "明暗自己出了错" in found.text
    assert found.headers["content-security-policy"] == POLICY


def test_a_fault_that_mingan_means_is_a_sentence(workspace: Workspace) -> None:
    from web_help import bench_of

    from mingan.web.app import make_app

    def full(visit: object) -> object:
        raise StoreError("磁盘满了<b>", "The disk is full<b>")

    app = make_app(bench_of(workspace))
    app.router.routes.insert(0, get("/full", full))  # type: ignore[arg-type]
    with TestClient(app) as client:
        assert "磁盘满了&lt;b&gt;" in client.get("/zh/full").text
        part = client.get("/en/full", headers={"hx-request": "true"})
        assert "<html" not in part.text
        assert "The disk is full&lt;b&gt;" in part.text
    assert Text("a", "b").zh == "a"


def test_a_page_that_is_not_there_says_so_in_its_language(client: TestClient) -> None:
    assert "没有这一页" in client.get("/zh/nothing").text
    assert "no such page" in client.get("/en/nothing").text
    assert client.get("/fr/").status_code == 404


def test_a_name_is_kept(client: TestClient) -> None:
    send(client, "/zh/enter", {"name": "小林\u202e<b>" + "长" * 100})
    text = client.get("/zh/enter").text
    assert "小林" in text
    assert "\u202e" not in text
