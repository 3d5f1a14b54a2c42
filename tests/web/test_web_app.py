"""What holds for every page: who may come, what may be sent, what is said when it goes wrong."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import time
from collections.abc import AsyncGenerator

import httpx2
import pytest
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from web_help import Served, bench_of, browser_of, client_of, send, token_of

from mingan.errors import StoreError
from mingan.language import Text
from mingan.store.engine import said_plainly
from mingan.web.people import Role
from mingan.web.routing import Event, get, live
from mingan.web.security import POLICY
from mingan.web.visit import Visit
from mingan.workspace import Workspace


def with_routes(workspace: Workspace, *routes: Route) -> TestClient:
    """The owner, where there are other pages too."""
    client = browser_of(bench_of(workspace))
    client.app.router.routes[:0] = routes  # type: ignore[attr-defined]
    return client


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
    bench = bench_of(workspace, guarded=True)
    with browser_of(bench, loopback=False) as stranger:
        found = stranger.get("/zh/")
        assert "口令" in found.text
        assert "甲" not in found.text
        assert stranger.get("/zh/?token=wrong").status_code == 403
        assert stranger.get("/zh/export/scores").url.path == "/zh/enter"
        led = stranger.get(f"/zh/?token={bench.door.token('reader')}", follow_redirects=False)
        assert "token" not in led.headers["location"]
        assert "甲" in stranger.get("/zh/").text


def test_whoever_was_here_without_a_token_needs_one_once_tokens_are_asked_for(
    workspace: Workspace,
) -> None:
    with client_of(workspace) as before:
        send(before, "/zh/theme", {"theme": "dark"})
        send(before, "/zh/enter", {"name": "小林"})
        cookies = before.cookies
    with browser_of(bench_of(workspace, guarded=True)) as later:
        later.cookies = cookies
        assert later.get("/zh/run", follow_redirects=False).status_code == 303
        assert later.get("/zh/export/answers", follow_redirects=False).status_code == 303


def test_a_cookie_that_is_no_more_is_replaced(workspace: Workspace) -> None:
    bench = bench_of(workspace)
    with browser_of(bench) as client:
        client.cookies.set(bench.door.cookie, "of another time")
        assert send(client, "/zh/theme", {"theme": "dark"}).status_code == 200


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
    def broken(visit: object) -> object:
        raise RuntimeError("secret words in a traceback")

    with with_routes(workspace, get("/broken", broken)) as client:  # type: ignore[arg-type]
        found = client.get("/zh/broken")
    assert found.status_code == 500
    assert "secret words" not in found.text
    assert "明暗自己出了错" in found.text
    assert found.headers["content-security-policy"] == POLICY


def test_a_fault_that_mingan_means_is_a_sentence(workspace: Workspace) -> None:
    def full(visit: object) -> object:
        raise StoreError("磁盘满了<b>", "The disk is full<b>")

    with with_routes(workspace, get("/full", full)) as client:  # type: ignore[arg-type]
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


# -- proxies and names -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [{"x-forwarded-for": "203.0.113.7"}, {"x-forwarded-host": "a.example"}, {"via": "1.1 a"},
     {"forwarded": "for=203.0.113.7"}, {"x-real-ip": "203.0.113.7"}],
)  # fmt: skip
def test_where_no_token_is_asked_for_no_proxy_may_stand_between(
    workspace: Workspace, headers: dict[str, str]
) -> None:
    with client_of(workspace) as here:
        found = here.get("/zh/", headers=headers)
        assert found.status_code == 403
        assert "--tokens" in found.text
        assert "甲" not in found.text
    with client_of(workspace, role="reader") as behind_a_proxy:
        assert behind_a_proxy.get("/zh/", headers=headers).status_code == 200


def test_a_proxy_that_says_nothing_is_known_by_its_old_http(workspace: Workspace) -> None:
    with Served(workspace) as served:
        host, port = served.url.removeprefix("http://").split(":")
        for version, status in (("1.0", b" 403 "), ("1.1", b" 200 ")):
            with socket.create_connection((host, int(port)), timeout=10) as line:
                asked = f"GET /zh/enter HTTP/{version}\r\nHost: {host}:{port}\r\n"
                line.sendall(f"{asked}Connection: close\r\n\r\n".encode())
                assert status in line.recv(100)


def test_whoever_brings_a_token_may_come_by_any_name(workspace: Workspace) -> None:
    bench = bench_of(workspace, guarded=True)
    with browser_of(bench) as client:
        client.base_url = "https://bench.example"
        came = client.get("/zh/", params={"token": bench.door.token("owner")})
        assert came.status_code == 200
        assert send(client, "/zh/theme", {"theme": "dark"}).status_code == 200
    with client_of(workspace) as here:
        assert here.get("/zh/", headers={"host": "testserver"}).status_code == 421


# -- what cannot be read -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "charset", ["punycode", "undefined", "idna", "base64", "no-such", "utf-16"]
)
def test_a_form_in_an_encoding_that_makes_no_text_is_refused(
    client: TestClient, charset: str
) -> None:
    part = b'--X\r\nContent-Disposition: form-data; name="token"\r\n\r\n\xd8\x00\r\n--X--\r\n'
    kind = f"multipart/form-data; boundary=X; charset={charset}"
    found = client.post("/zh/theme", content=part, headers={"content-type": kind})
    assert found.status_code in (400, 403)
    assert "明暗自己出了错" not in found.text


@pytest.mark.parametrize(
    ("length", "status"),
    [("abc", 400), ("-1", 400), ("٣", 400), ("9" * 5000, 413), ("0" * 20, 413)],
)
def test_a_length_that_is_none_is_refused(client: TestClient, length: str, status: int) -> None:
    headers = {"content-length": length.encode()}
    assert client.post("/zh/theme", content=b"", headers=headers).status_code == status  # type: ignore[arg-type]


# -- faults that name a place ------------------------------------------------------------------


def test_no_page_says_where_the_workspace_lies(workspace: Workspace) -> None:
    def locked(visit: Visit) -> Response:
        with said_plainly(visit.bench.workspace.store.place):
            raise DBAPIError("", None, sqlite3.OperationalError("database is locked"))

    def unusual(visit: Visit) -> Response:
        raise StoreError("写不了 /home/me/a.db。", "/home/me/a.db cannot be written.")

    routes = (get("/locked", locked), get("/unusual", unusual))
    with with_routes(workspace, *routes) as client:
        for path in ("/zh/locked", "/en/locked", "/zh/unusual", "/en/unusual"):
            for headers in ({}, {"hx-request": "true"}):
                found = client.get(path, headers=headers)
                assert found.status_code == 409
                assert str(workspace.store.place.path) not in found.text
                assert "w.db" not in found.text
                assert "/home" not in found.text
        assert "正被另一个程序占用" in client.get("/zh/locked").text


# -- notices -----------------------------------------------------------------------------------


@pytest.mark.parametrize("character", ["长", "a", "😀", "%", "é"])
def test_a_long_notice_fits_into_a_cookie(workspace: Workspace, character: str) -> None:
    said = Text(character * 2_000, "")

    def away(visit: Visit) -> Response:
        return visit.go("/enter", notice=said)

    with with_routes(workspace, get("/away", away)) as client:
        led = client.get("/zh/away", follow_redirects=False)
        assert max(map(len, led.headers.get_list("set-cookie"))) < 4_000
        assert character * 250 in client.get("/zh/away").text


def test_a_short_notice_is_whole(workspace: Workspace) -> None:
    def away(visit: Visit) -> Response:
        return visit.go("/enter", notice=Text("存好了：\r\n「长」", ""))

    with with_routes(workspace, get("/away", away)) as client:
        assert "存好了：  「长」" in client.get("/zh/away").text


# -- live pages --------------------------------------------------------------------------------


def test_following_what_is_not_there_is_a_404(client: TestClient) -> None:
    for path in ("/zh/run/none/live", "/zh/grade/q/none/progress"):
        assert client.get(path).status_code == 404, path


async def _slowly(visit: Visit) -> AsyncGenerator[Event]:
    while True:
        yield Event("tick", "x")
        await asyncio.sleep(0.01)
        await run_in_threadpool(time.sleep, 0.2)


async def _full(visit: Visit) -> AsyncGenerator[Event]:
    yield Event("tick", "x")
    raise StoreError("磁盘满了", "The disk is full")


def test_a_reader_who_leaves_a_live_page_leaves_no_trace_in_the_log(workspace: Workspace) -> None:
    routes = (
        live("/slowly", _slowly, there=lambda visit: None),
        live("/full", _full, there=lambda visit: None),
    )
    with Served(workspace, routes=routes) as served:
        for _ in range(3):
            with (
                httpx2.Client(base_url=served.url) as client,
                client.stream("GET", "/zh/slowly") as stream,
            ):
                assert next(stream.iter_lines()) == "event: tick"
                time.sleep(0.1)
        with httpx2.Client(base_url=served.url) as client:
            assert client.get("/zh/full").text == "event: tick\ndata: x\n\n"
        time.sleep(0.4)
    # `Served` fails on anything that is logged as an error.


def test_a_number_without_end_is_no_address(client: TestClient) -> None:
    assert client.get(f"/zh/grade/q/x/{'9' * 5000}/0.png").status_code == 404
