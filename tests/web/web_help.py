"""What the tests of the bench share: a small workspace, clients, a served bench, a watched page."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from starlette.routing import Route
from starlette.testclient import TestClient

from mingan.records import Answer, Grade, ModelCard, Question, now
from mingan.web.app import make_app
from mingan.web.bench import Bench
from mingan.web.people import Door, Role
from mingan.workspace import Workspace

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SECRET = b"s" * 32
MODELS = ("甲", "乙", "丙")


def questions(count: int = 12, bank: str = "小题库") -> list[Question]:
    """A few questions with tiers and abilities."""
    return [
        Question(
            id=f"q-{i:03d}", prompt=f"第 {i} 题：{i} 加 {i} 等于几？", bank=bank,
            tier=("基础", "进阶")[i % 2], tags=("算术", f"能力{i % 3}"), answer=str(2 * i),
            grader="number",
        )
        for i in range(count)
    ]  # fmt: skip


def fill(workspace: Workspace, *, text: Callable[[str, int], str] | None = None) -> None:
    """Three models that are right on ever fewer questions; the last one is unsure of one."""
    asked = questions()
    workspace.store.add_bank("小题库", asked)
    cards = [ModelCard(name=name, kind="recorded") for name in MODELS]
    workspace.store.add_cards(cards)
    answers, grades = [], []
    for rank, card in enumerate(cards):
        for i, question in enumerate(asked):
            right = i % (rank + 2) != 0
            said = text(card.name, i) if text else (question.answer if right else "不知道")
            answer = Answer(
                question=question.id, asked=question.asked, model=card.name, bank="小题库",
                model_hash=card.hash, text=str(said), source="recorded", at=now(),
            )  # fmt: skip
            verdict: Any = "unsure" if rank == 2 and i == 5 else "right" if right else "wrong"
            answers.append(answer)
            grade = Grade(
                answer=answer.content, question_hash=question.hash, verdict=verdict,
                grader="number", version="1",
            )  # fmt: skip
            grades.append(grade)
    workspace.store.record("", answers, grades).result()


def bench_of(workspace: Workspace, *, guarded: bool = False) -> Bench:
    """A bench on a workspace."""
    return Bench(workspace, door=Door(SECRET, guarded=guarded))


def client_of(workspace: Workspace, *, role: Role | None = None, lang: str = "zh") -> TestClient:
    """A browser without a screen: the owner at this machine, or whoever brings a role's token."""
    bench = bench_of(workspace, guarded=role is not None)
    client = browser_of(bench, lang=lang)
    if role is not None:
        led = client.get(
            f"/{lang}/", params={"token": bench.door.token(role)}, follow_redirects=False
        )
        assert led.status_code == 303
        assert led.headers["location"] == f"/{lang}/"
        cookie = str(client.cookies.get(bench.door.cookie)).strip('"')
        assert bench.door.recognise(cookie).role == role
    return client


def browser_of(bench: Bench, *, loopback: bool = True, lang: str = "zh") -> TestClient:
    """A browser without a screen that has never been here."""
    return TestClient(
        make_app(bench, loopback=loopback), base_url="http://127.0.0.1:8660",
        headers={"accept-language": lang},
    )  # fmt: skip


def token_of(client: TestClient, path: str = "/zh/enter") -> str:
    """What a form of this browser must bring along."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get(path).text)
    assert found, f"no form on {path}"
    return found[1]


def send(client: TestClient, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
    """Post a form as the page's own would."""
    return client.post(path, data={"csrf": token_of(client)} | (data or {}), **more)


class _Errors(logging.Handler):
    """Remembers what was logged as an error."""

    LOGS = ("uvicorn.error", "asyncio", "mingan.web")

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(logging.Formatter().format(record))


class Served:
    """A bench on a real port of this machine, in a thread. No error may be logged meanwhile."""

    def __init__(
        self, workspace: Workspace, *, guarded: bool = False, routes: Sequence[Route] = ()
    ) -> None:
        self.workspace = workspace
        self.bench = bench_of(workspace, guarded=guarded)
        app = make_app(self.bench)
        app.router.routes[:0] = routes
        config = uvicorn.Config(
            app, host="127.0.0.1", port=0, log_config=None, log_level="error", lifespan="on",
            access_log=False, timeout_graceful_shutdown=2,
        )  # fmt: skip
        self._errors = _Errors()
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> Served:
        for name in _Errors.LOGS:
            logging.getLogger(name).addHandler(self._errors)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.02)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=20)
        for name in _Errors.LOGS:
            logging.getLogger(name).removeHandler(self._errors)
        assert self._errors.seen == []


class Visitor:
    """A person's browser, as far as a program needs one, on a served bench."""

    def __init__(self, served: Served, role: Role | None = None, name: str = "") -> None:
        self.client = httpx2.Client(base_url=served.url, follow_redirects=True, timeout=60)
        if role is not None:
            self.get(f"/zh/?token={Door(SECRET).token(role)}", allowed=(200, 403))
        if name:
            self.post("/zh/enter", name=name)

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def get(self, path: str, *, allowed: tuple[int, ...] = (200,)) -> str:
        """A page's text."""
        found = self.client.get(path)
        assert found.status_code in allowed, found.text
        return str(found.text)

    def post(self, path: str, **data: Any) -> str:
        """What comes back when a form is sent as the page's own would be."""
        return self.sent(path, **data).text

    def sent(self, path: str, **data: Any) -> httpx2.Response:
        """The same with its address."""
        token = re.search(r'name="csrf" value="(\w+)"', self.client.get("/zh/enter").text)
        assert token
        found = self.client.post(path, data={"csrf": token[1], **data})
        assert found.status_code == 200, found.text
        return found


class Watched:
    """A browser's page that remembers everything that must not happen on it."""

    def __init__(self, browser: Any, url: str, **how: Any) -> None:
        how.setdefault("locale", "zh-CN")
        self.context = browser.new_context(base_url=url, **how)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("request", lambda request: self._request(request.url, url))

    def _console(self, message: Any) -> None:
        # A page that answers 4xx on purpose is a line in the console too.
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _request(self, asked: str, url: str) -> None:
        if not asked.startswith((url, "data:", "blob:", "about:")):
            self.faults.append(f"off the host: {asked}")
