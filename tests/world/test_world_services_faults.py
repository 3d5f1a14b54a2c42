"""Video services that fail on the way: jobs are waited for, and nothing is ever paid for twice."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pymunk")
pytest.importorskip("cv2")

import video_server as fake
from services_help import KEY, PRICE, SERVICES, ask, continuer, states
from video_server import VideoServer, drops, endless, hangs, sends, status

from mingan.errors import (
    AnswerTimeout,
    KeyRejected,
    ModelError,
    RateLimited,
    RequestRejected,
    ServerFault,
    Unreachable,
)
from mingan.world.services.faults import MaybePaid, NotKept
from mingan.world.services.journal import Entry, Journal

# Faults on the way that are waited out: the job is paid for, so it is not given up


@pytest.mark.parametrize(
    "wrong",
    [
        [status(429, Retry_After="0.01")] * 12,
        [status(500), status(502), status(503)],
        [drops, drops],
        [sends(b"<html>no</html>", "text/html"), sends(b'{"output": 3}', "application/json")],
        [sends(b'{"output": {"task_status": "DANCING"}}', "application/json")],
        [hangs],
    ],
    ids=["429", "5xx", "dropped", "garbage", "unknown", "hangs"],
)
async def test_faults_while_waiting_are_waited_out(
    server: VideoServer, tmp_path: Path, clip: Path, wrong: list[fake.Wrong]
) -> None:
    server.wrong["poll"] = list(wrong)
    made = await ask(continuer(server, tmp_path, request_timeout=0.3), clip)
    assert made.clip == fake.small()
    assert len(server.submits) == 1
    assert server.count("poll") == 2 + len(wrong)


async def test_retry_after_is_kept(server: VideoServer, tmp_path: Path, clip: Path) -> None:
    server.wrong["poll"] = [status(429, Retry_After="0.4")]
    await ask(continuer(server, tmp_path), clip)
    assert server.polled[1] - server.polled[0] > 0.4


async def test_a_wait_longer_than_the_deadline_is_not_begun(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    server.wrong["poll"] = [status(429, Retry_After="1e9")]
    with pytest.raises(AnswerTimeout, match="job-1"):
        await ask(continuer(server, tmp_path), clip)
    assert states(tmp_path) == ["running"]


@pytest.mark.parametrize("place", ["policy", "upload"])
async def test_bringing_the_clip_there_is_free_and_tried_again(
    server: VideoServer, tmp_path: Path, clip: Path, place: str
) -> None:
    server.wrong[place] = [status(500), drops]
    await ask(continuer(server, tmp_path), clip)
    assert len(server.submits) == 1


async def test_a_policy_that_is_none_submits_nothing(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    server.always["policy"] = sends(b'{"data": {"policy": 1}}', "application/json")
    with pytest.raises(ServerFault):
        await ask(continuer(server, tmp_path), clip)
    assert not server.submits
    assert states(tmp_path) == []


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_that_stays_down_costs_no_second_submit(
    server: VideoServer, tmp_path: Path, clip: Path, service: str
) -> None:
    server.always["poll"] = status(500)
    made = continuer(server, tmp_path, service)
    with pytest.raises(ServerFault):
        await ask(made, clip)
    assert server.count("poll") == 8
    del server.always["poll"]
    assert (await ask(made, clip)).clip == fake.small()
    assert len(server.submits) == 1


async def test_a_job_that_does_not_end_is_waited_for_by_the_next_call(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    server.ends = "never"
    with pytest.raises(AnswerTimeout, match="job-1"):
        await ask(continuer(server, tmp_path, timeout=0.2), clip)
    server.ends = "done"
    assert (await ask(continuer(server, tmp_path), clip)).clip == fake.small()
    assert len(server.submits) == 1


# A submit is never repeated unless it is certain that it was not taken


@pytest.mark.parametrize(
    "wrong",
    [
        status(500),
        status(504),
        status(408),
        hangs,
        drops,
        sends(b"<html>no</html>", "text/html"),
        sends(b"{}", "application/json"),
        sends(b'{"output": {"task_id": "../../uploads?x="}}', "application/json"),
        sends(b'{"output": {"task_id": ""}}', "application/json"),
        endless(),
    ],
    ids=["500", "504", "408", "hangs", "dropped", "html", "nothing", "path", "empty", "endless"],
)
async def test_a_submit_that_may_have_been_taken_is_left_to_a_person(
    server: VideoServer, tmp_path: Path, clip: Path, wrong: fake.Wrong
) -> None:
    server.wrong["submit"] = [wrong]
    made = continuer(server, tmp_path, request_timeout=0.5, max_mb=0.5)
    for _ in range(2):
        with pytest.raises(MaybePaid) as caught:
            await ask(made, clip)
        assert not caught.value.retryable
    assert len(server.submits) == 1
    assert server.count("poll") == 0
    assert states(tmp_path) == ["asking"]
    [file] = (tmp_path / "jobs").glob("*.json")
    assert str(file) in str(caught.value)
    file.unlink()  # as the sentence says
    assert (await ask(made, clip)).clip == fake.small()


@pytest.mark.parametrize("job", ["..", "a/../../b", "a b", "x" * 600, "projects//operations/1", ""])
@pytest.mark.parametrize("service", SERVICES)
async def test_a_job_that_is_a_path_is_not_asked_after(
    server: VideoServer, tmp_path: Path, clip: Path, service: str, job: str
) -> None:
    body = {"output": {"task_id": job}, "name": job, "id": job}
    server.wrong["submit"] = [status(200, body)]
    with pytest.raises(MaybePaid):
        await ask(continuer(server, tmp_path, service), clip)
    assert server.count("poll") == server.count("elsewhere") == 0


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (status(429, Retry_After="3"), RateLimited),
        (status(503), ServerFault),
        (status(400, {"code": "InvalidParameter", "message": "no"}), RequestRejected),
        (status(404), RequestRejected),
        (status(302, Location="http://10.0.0.1/"), RequestRejected),
        (status(401, {"message": f"bad key {KEY}"}), KeyRejected),
        (status(400, {"code": "Arrearage", "message": "pay"}), KeyRejected),
    ],
    ids=["429", "503", "400", "404", "302", "401", "arrears"],
)
async def test_a_submit_that_was_not_taken_leaves_nothing_behind(
    server: VideoServer, tmp_path: Path, clip: Path, wrong: fake.Wrong, kind: type[ModelError]
) -> None:
    server.wrong["submit"] = [wrong]
    made = continuer(server, tmp_path)
    with pytest.raises(kind) as caught:
        await ask(made, clip)
    assert not isinstance(caught.value, MaybePaid)
    if isinstance(caught.value, RateLimited):
        assert caught.value.retry_after == 3
    assert KEY not in str(caught.value)
    assert states(tmp_path) == []
    assert (await ask(made, clip)).cost == pytest.approx(5 * PRICE)


async def test_where_nobody_listens_nothing_was_sent(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    server.url = "http://127.0.0.1:9"
    made = continuer(server, tmp_path, "veo", timeout=0.1)
    with pytest.raises((Unreachable, AnswerTimeout)):
        await ask(made, clip)
    assert states(tmp_path) == []


async def test_without_a_key_nothing_is_sent(
    server: VideoServer, tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VIDEO_KEY")
    for service in SERVICES:
        with pytest.raises(KeyRejected, match="VIDEO_KEY"):
            await ask(continuer(server, tmp_path, service), clip)
    assert not server.seen


async def test_the_same_clip_asked_for_at_once_is_one_job(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    made = continuer(server, tmp_path)
    found = await asyncio.gather(*(ask(made, clip) for _ in range(4)))
    assert len({one.meta["job"] for one in found}) == len(server.submits) == 1


async def test_what_is_there_is_handed_out_and_another_seed_is_another_job(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    first = await ask(continuer(server, tmp_path), clip)
    seen = len(server.seen)
    assert await ask(continuer(server, tmp_path), clip) == first
    assert len(server.seen) == seen
    again = await ask(continuer(server, tmp_path), clip, seed=8)
    assert again.meta["job"] != first.meta["job"]
    assert len(server.submits) == 2


async def test_stopping_during_a_submit_keeps_the_job(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    taken = asyncio.Event()

    async def slow(request: Any) -> Any:
        taken.set()
        await asyncio.sleep(0.3)
        return await server._wan(request)

    server.always["submit"] = slow
    made = continuer(server, tmp_path)
    asking = asyncio.ensure_future(ask(made, clip))
    await taken.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert states(tmp_path) == ["running"]
    submits = len(server.submits)
    assert (await ask(made, clip)).clip == fake.small()
    assert len(server.submits) == submits


KILLED = """
import asyncio, sys
from pathlib import Path
from mingan.world.services import continuer_of

made = continuer_of(
    {"service": sys.argv[4], "price": 0.15, "cap": 10.0, "poll": 0.005},
    base_url=sys.argv[1], model="m-1", api_key_env="VIDEO_KEY", journal=Path(sys.argv[2]),
)
asyncio.run(made.continue_clip(
    Path(sys.argv[3]), "The camera stands still.", seconds=3.0, seed=7))
"""


async def killed_at(server: VideoServer, folder: Path, clip: Path, service: str, at: str) -> None:
    """Ask in another process, and kill it once the server was asked at that place."""
    before = server.count(at)
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, f"{server.url}/{service}", str(folder / "jobs"), str(clip),
         service],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    try:
        for _ in range(3000):
            if server.count(at) > before or child.poll() is not None:
                break
            await asyncio.sleep(0.01)
        assert child.poll() is None
    finally:
        child.send_signal(signal.SIGKILL)
        await asyncio.to_thread(child.wait)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
async def test_a_kill_while_waiting_costs_no_second_submit(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    server.always["poll"] = hangs
    await killed_at(server, tmp_path, clip, "wan", "poll")
    assert states(tmp_path) == ["running"]
    del server.always["poll"]
    made = await ask(continuer(server, tmp_path), clip)
    assert made.clip == fake.small()
    assert made.meta["job"].endswith("job-1")
    assert len(server.submits) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
async def test_a_kill_during_a_submit_submits_nothing_again(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    server.always["submit"] = hangs
    await killed_at(server, tmp_path, clip, "wan", "submit")
    del server.always["submit"]
    with pytest.raises(MaybePaid):
        await ask(continuer(server, tmp_path), clip)
    assert len(server.submits) == 1


# The journal


async def test_a_record_that_cannot_be_read_is_left_to_a_person(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    await ask(continuer(server, tmp_path), clip)
    [file] = (tmp_path / "jobs").glob("*.json")
    for body in (b"", b"{", b'{"state": "dancing"}', b"\xff"):
        file.write_bytes(body)
        with pytest.raises(MaybePaid):
            await ask(continuer(server, tmp_path), clip)
    assert len(server.submits) == 1


async def test_a_clip_that_is_gone_is_left_to_a_person(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    await ask(continuer(server, tmp_path), clip)
    [file] = (tmp_path / "jobs").glob("*.mp4")
    file.unlink()
    with pytest.raises(MaybePaid):
        await ask(continuer(server, tmp_path), clip)


async def test_without_a_journal_nothing_is_submitted(
    server: VideoServer, tmp_path: Path, clip: Path
) -> None:
    (tmp_path / "jobs").write_text("in the way")
    with pytest.raises(NotKept):
        await ask(continuer(server, tmp_path), clip)
    assert not server.submits


async def test_a_number_that_cannot_be_written_down_is_told(
    server: VideoServer, tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Journal, name: str, entry: Entry) -> None:
        raise NotKept("满", "full")

    monkeypatch.setattr(Journal, "write", full)
    with pytest.raises(NotKept, match="job-1"):
        await ask(continuer(server, tmp_path), clip)
    monkeypatch.undo()
    monkeypatch.setenv("VIDEO_KEY", KEY)
    with pytest.raises(MaybePaid):
        await ask(continuer(server, tmp_path), clip)
    assert len(server.submits) == 1


def test_a_first_record_replaces_none(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    assert journal.begin("a", Entry(state="asking", cost=1))
    assert not journal.begin("a", Entry(state="asking", cost=2))
    assert journal.read("a") == Entry(state="asking", cost=1)
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]
    journal.write("b", Entry(state="running", cost=2, earlier=3))
    assert journal.spent("USD") == 6
    assert journal.spent("CNY") == 0
