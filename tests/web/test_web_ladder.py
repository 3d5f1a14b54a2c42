"""The wind tunnel on the bench: nothing yet, under way, and done."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from web_help import client_of

from mingan.tunnel import ladder
from mingan.tunnel.plans import Plan, plan
from mingan.web.app import make_app
from mingan.web.bench import Bench
from mingan.web.people import Door
from mingan.workspace import Workspace

HOSTILE = "<script>alert(1)</script>"


def made() -> Plan:
    speed = {32: 0.01, 48: 0.014, 64: 0.019, 80: 0.025, 96: 0.032}
    return plan("10m", corpus="c", tokens_there=10**9, speed=speed, cores=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ladder whose fitted rungs are done, with curves and an event."""
    found = made()
    (tmp_path / "plan.json").write_text(found.to_json())
    for rung in found.rungs:
        place = tmp_path / "rungs" / rung.name
        place.mkdir(parents=True)
        points = [
            {"parameters": rung.shape.parameters, "tokens": end * found.tokens_per_step,
             "loss": 0.7 + 12 * rung.shape.parameters**-0.3 + 60 * (end * 1024) ** -0.36,
             "seed": rung.seed}
            for end in rung.ends
        ]  # fmt: skip
        (place / "result.json").write_text(
            json.dumps({"points": points, "seconds": 1.0, "halted": ""})
        )
        lines = [{"order": k, "step": k, "loss": 3 - k / 1000} for k in range(0, 900, 10)]
        (place / "curve.jsonl").write_text("".join(json.dumps(each) + "\n" for each in lines))
    event = {"order": 5, "step": 5, "kind": "skip", "why": HOSTILE}
    (tmp_path / "rungs" / "d32-s0" / "events.jsonl").write_text(json.dumps(event) + '\n{"cut')
    return tmp_path


def client(workspace: Workspace, folder: Path) -> TestClient:
    bench = Bench(workspace, door=Door(b"s" * 32), ladder=folder)
    return TestClient(make_app(bench), base_url="http://localhost")


def test_without_a_ladder_the_page_says_how_to_make_one(empty: Workspace, tmp_path: Path) -> None:
    with client_of(empty) as plain:
        assert "mingan ladder run" in plain.get("/zh/ladder").text
    with client(empty, tmp_path) as other:
        assert "There is no ladder here yet" in other.get("/en/ladder").text


def test_a_ladder_under_way_is_shown_and_asks_for_itself_again(
    empty: Workspace, folder: Path
) -> None:
    with client(empty, folder) as page:
        text = page.get("/zh/ladder").text
        part = page.get("/zh/ladder", headers={"hx-request": "true"}).text
    assert "还没有走完" in text
    assert 'hx-trigger="every 5s"' in text
    assert text.count('<svg class="chart') == 2
    assert "<html" not in part
    assert part.count("<svg") == 2
    assert HOSTILE not in text
    assert "&lt;script&gt;" in text


def test_a_ladder_that_is_done_stands_still(empty: Workspace, folder: Path) -> None:
    said = ladder.register(folder)
    found = made()
    place = folder / "rungs" / found.top.name
    place.mkdir(parents=True)
    point = {"parameters": said.parameters, "tokens": said.tokens, "loss": said.loss, "seed": 0}
    (place / "job.json").write_text(json.dumps({"at": said.at + 1}))
    (place / "result.json").write_text(
        json.dumps({"points": [point], "seconds": 1.0, "halted": ""})
    )
    with client(empty, folder) as page:
        text = page.get("/zh/ladder").text
        rows = json.loads(page.get("/zh/ladder?chart=ladder&format=json").text)
    assert "在区间里" in text
    assert "every 5s" not in text
    assert {row["rung"] for row in rows} >= {"registered", "truth"}
    shutil.rmtree(folder / "rungs")
