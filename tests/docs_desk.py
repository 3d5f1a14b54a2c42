"""A reader's desk: a fresh folder in which the commands of one page are really run.

`mingan` and simple shell commands run as they stand. What a reader has and a test has not is
put in place, and this is all of it:

- endpoints: every `base_url` in a models.toml of the folder is changed to a fake endpoint on
  loopback, and its key is set in the environment;
- the bench: `mingan serve` is looked at once and ended with Ctrl-C;
- databases: a postgresql:// address is changed to that of the test server;
- files that a page supposes (logs of other tools, the Z-Bench tables, a model file): `SUPPOSED`;
- what prepares a machine (`git clone`, `cd`, `pip install`, `make …`, `export`): not run, but
  checked as far as it can be, see `prepare`.

A command that cannot run here (no weights, no database, no data) raises `CannotRun`.
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import patch

from docs_pages import ROOT, project

from mingan.cli.app import run
from mingan.models.weights import WEIGHTS, cache_dir, cached
from mingan.tunnel.texts import PACKAGES

_BASE_URL = re.compile(r'(?m)^(\s*base_url\s*=\s*)"[^"]*"')
_POSTGRES = re.compile(r"postgresql://[^\s'\"]+")
_SHELL = ("cat", "cp", "ls", "head", "echo")
_NEEDS_A_SHELL = re.compile(r"[|<>&;$`*]|--help")
_PASTED = "答案是 42。\n.\n" * 50
_SECONDS = 300


class CannotRun(Exception):
    """Something that a command needs is not on this machine; says what."""


def _need_tunnel() -> None:
    """PyTorch, and the corpus that the pages train on."""
    if find_spec("torch") is None:
        raise CannotRun("PyTorch is not installed")
    folder = cache_dir() / "corpora"
    if not all((folder / package.file).is_file() for package in PACKAGES["zh"]):
        raise CannotRun("the corpus zh is not in the cache: mingan ladder corpus --corpus zh")


def supposed_link(to: str) -> Callable[[Path], None]:
    """Puts a link to something in the shared test data."""

    def put(path: Path) -> None:
        data = os.environ.get("MINGAN_TEST_DATA")
        if not data:
            raise CannotRun("MINGAN_TEST_DATA is not set: the shared test data is not here")
        path.symlink_to(Path(data).resolve() / to, target_is_directory=True)

    return put


def supposed_copy(of: str) -> Callable[[Path], None]:
    """Copies a file of the repository."""

    def put(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / of, path)

    return put


def inspect_log(path: Path) -> None:
    """A log of Inspect AI with two samples, in the layout that the tool writes."""
    samples = [
        {
            "id": number, "epoch": 1, "input": f"{number}+2=?", "target": str(number + 2),
            "output": {
                "choices": [{"message": {"content": "答案是 4。"}, "stop_reason": "stop"}],
                "completion": "答案是 4。",
            },
            "scores": {"match": {"value": "C" if number == 2 else "I"}},
        }
        for number in (2, 3)
    ]  # fmt: skip
    log = {"version": 2, "status": "success", "eval": {"task": "sums", "model": "lab/one"}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**log, "samples": samples}), encoding="utf-8")


def lm_eval_logs(path: Path) -> None:
    """A folder as lm-evaluation-harness writes it with --log_samples."""
    samples = [
        {
            "doc_id": number, "target": "4", "metrics": ["exact_match"],
            "arguments": {"gen_args_0": {"arg_0": f"{number}+2=?", "arg_1": {}}},
            "resps": [["4"]], "filtered_resps": ["4"], "exact_match": float(number == 2),
        }
        for number in (2, 3)
    ]  # fmt: skip
    folder = path / "lab__one"
    folder.mkdir(parents=True)
    log = folder / "samples_sums_2026-01-02T03-04-05.jsonl"
    log.write_text("\n".join(map(json.dumps, samples)), encoding="utf-8")


SUPPOSED: dict[str, Callable[[Path], None]] = {
    "Z-Bench": supposed_link("zbench"),
    "logs/sums.json": inspect_log,
    "lm-eval-results": lm_eval_logs,
    "models.example.toml": supposed_copy("models.example.toml"),
    "docs/examples/freeze_video.py": supposed_copy("docs/examples/freeze_video.py"),
    "docs/examples/three-models.csv": supposed_copy("docs/examples/three-models.csv"),
    "docs/examples/twelve-models.csv": supposed_copy("docs/examples/twelve-models.csv"),
}
"""Files and folders that the pages speak of as if the reader had them."""


class _Typing(io.StringIO):
    """A reader at the keyboard: every line that is read from him is seen where he typed it."""

    def __init__(self, screen: io.TextIOBase, lines: tuple[str, ...]) -> None:
        super().__init__("".join(f"{line}\n" for line in lines))
        self._screen = screen

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        line = super().readline(-1 if size is None else size)
        self._screen.write(line)
        return line


@dataclass
class Desk:
    """One reader in one folder. `endpoint` is the address of the fake endpoint."""

    folder: Path
    lang: str
    endpoint: str
    postgres: Callable[[], str]
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("MINGAN_")}
        kept |= {k: v for k, v in os.environ.items() if k == "MINGAN_CACHE"}
        own = Path(sys.executable).parent
        self.env = {**kept, "MINGAN_LANG": self.lang, "PATH": f"{own}:{os.environ['PATH']}"}

    def write(self, name: str, lines: tuple[str, ...]) -> None:
        """Write a file that a page shows."""
        path = self.folder / name
        assert self.folder in path.resolve().parents, f"{name} lies outside the folder"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def run(self, command: str, typed: tuple[str, ...] = ()) -> tuple[int, str]:
        """Run one command; gives its status and everything it said.

        `typed` is what the reader types; as on a terminal, it stands among what was said.

        Raises:
            CannotRun: something that it needs is not on this machine.
            AssertionError: nobody knows how to run it, or what it prepares does not exist.
        """
        words = shlex.split(command)
        if prepare(words, self.env):
            return 0, ""
        assert words[0] == "mingan" or words[0] in _SHELL, f"how is this run? {command}"
        self._suppose(words)
        self._need_weights(words)
        self._redirect()
        command = self._with_database(command)
        if words[:2] == ["mingan", "serve"] or words[:3] == ["mingan", "gateway", "serve"]:
            return self._serve(shlex.split(command))
        if words[0] == "mingan" and not _NEEDS_A_SHELL.search(command) and not self._pastes():
            return self._here(shlex.split(command)[1:], typed)
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.env, input=_PASTED,
            capture_output=True, text=True, encoding="utf-8", timeout=_SECONDS, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def _here(self, arguments: list[str], typed: tuple[str, ...]) -> tuple[int, str]:
        """Run a `mingan` command in this process: starting a new one takes longer than most do."""
        said = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        with (
            chdir(self.folder),
            patch.dict(os.environ, self.env, clear=True),
            redirect_stdout(said),
            redirect_stderr(said),
            patch("sys.stdin", _Typing(said, typed)),
        ):
            status = run(arguments)
        return status, said.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]

    def _serve(self, words: list[str]) -> tuple[int, str]:
        """Serve the bench or the gateway, look at it, and end it as a person does, with Ctrl-C."""
        env = self.env | {"BROWSER": "true"}  # a program that opens nothing
        with subprocess.Popen(
            words, cwd=self.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, encoding="utf-8",
        ) as process:  # fmt: skip
            assert process.stdout is not None
            said = process.stdout.readline()
            try:
                address = re.search(r"http://\S+", said)
                assert address, f"{words} says no address: {said}"
                here = re.sub(r"//[^:/]+:", "//127.0.0.1:", address[0])
                gateway = "gateway" in words
                here, sign = (f"{here}/models", "mingan") if gateway else (here, "Mingan")
                with urllib.request.urlopen(here, timeout=60) as page:
                    assert sign in page.read().decode("utf-8")
            finally:
                process.send_signal(signal.SIGINT)
            said += process.stdout.read()
        return process.returncode, said

    def _pastes(self) -> bool:
        """Whether a model of the folder may read what a person types."""
        return any('"pasted"' in path.read_text("utf-8") for path in self.folder.rglob("*.toml"))

    def _suppose(self, words: list[str]) -> None:
        for word in " ".join(words).split():
            name = word.rstrip("/")
            if name in SUPPOSED and not (self.folder / name).exists():
                SUPPOSED[name](self.folder / name)

    def _need_weights(self, words: list[str]) -> None:
        if words[:2] == ["mingan", "ladder"]:
            _need_tunnel()
        if words[:2] == ["mingan", "world"] and not all(map(find_spec, ("pymunk", "cv2"))):
            raise CannotRun("pymunk or OpenCV is not installed")
        if not {"run", "fetch", "test"} & set(words[1:3]):
            return
        for name in WEIGHTS.keys() & set(words):
            if cached(name) is None:
                raise CannotRun(f"the weights of {name} are not in the cache")

    def _redirect(self) -> None:
        """Send every endpoint of every models.toml to the fake one, and set its key."""
        for path in self.folder.rglob("*.toml"):
            text = path.read_text("utf-8")
            path.write_text(_BASE_URL.sub(rf'\1"{self.endpoint}"', text), encoding="utf-8")
            for model in tomllib.loads(text).get("model", []):
                if "api_key_env" in model:
                    self.env.setdefault(model["api_key_env"], "a-key-for-tests")

    def _with_database(self, command: str) -> str:
        return _POSTGRES.sub(lambda _: self.postgres(), command)


def prepare(words: list[str], env: dict[str, str]) -> bool:
    """Whether a command only prepares the machine; then it is checked here instead of run."""
    match words:
        case ["make", *targets]:
            for target in targets or ["all"]:
                _check_make(target)
        case ["python3", "-m", "venv", ".venv"] | ["git", "clone", _] | ["cd", _]:
            pass
        case ["source" | ".", ".venv/bin/activate"]:
            pass
        case ["pip", "install", *packages]:
            for package in packages:
                _check_package(package)
        case ["export", setting]:
            name, equals, value = setting.partition("=")
            assert equals == "=", f"no variable is set by {setting}"
            env[name] = value
        case _:
            return False
    return True


def _check_make(target: str) -> None:
    """The target exists, and something else than the documentation's test runs it."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(rf"(?m)^{re.escape(target)}:", makefile), f"no target {target} in Makefile"
    runs = re.compile(rf"make\b[^\n]{{0,60}}?\b{re.escape(target)}\b")
    others = [ROOT / ".ci" / "run", *(ROOT / "tests").rglob("test_*.py")]
    others.remove(ROOT / "tests" / "test_docs.py")
    assert any(runs.search(path.read_text("utf-8")) for path in others), (
        f"neither .ci/run nor a test runs make {target}"
    )


def _check_package(package: str) -> None:
    if package in ("-e", "--editable", "-U", "--upgrade"):
        return
    found = re.fullmatch(r"(?:mingan|\.)(?:\[([\w,]+)\])?", package)
    assert found, f"the docs install {package}, which is not ours"
    extras = set(filter(None, (found[1] or "").split(",")))
    unknown = extras - set(project()["project"]["optional-dependencies"])
    assert not unknown, f"there is no extra {unknown}"
