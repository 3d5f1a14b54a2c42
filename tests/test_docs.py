"""The documentation is true: its commands run and say what it shows, its links lead somewhere.

Pages are read by `docs_pages`, commands run on a `docs_desk`. See there for the conventions that
a page follows.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docs_endpoint
import pytest
from docs_desk import CannotRun, Desk
from docs_pages import (
    DOCS,
    Command,
    Fence,
    all_commands,
    fences,
    inline_commands,
    language,
    links,
    name_of,
    pages,
    project,
    steps,
)

from mingan import grading
from mingan.bank.games import Game
from mingan.bank.templates.expression import Meter, evaluate
from mingan.bank.templates.functions import PURE, shown
from mingan.cli.app import build
from mingan.models.weights import WEIGHTS
from mingan.records import Answer, Question
from mingan.reports.sentences import points
from mingan.statistics.intervals import wilson
from mingan.statistics.unknowns import DEFAULT_UNSURE_RATE

PAGES = pages()
WITH_COMMANDS = [page for page in PAGES if all_commands(page)]
TWINS = sorted({page.name for lang in ("zh", "en") for page in (DOCS / lang).glob("*.md")})
SHOWN_LANGUAGES = {"console", "toml", "csv", "json", "jsonl", "text", "python", "mermaid"}
PICTURE_BYTES = 200_000
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with docs_endpoint.running() as address:
        yield address


@pytest.fixture
def desk(
    request: pytest.FixtureRequest, tmp_path: Path, endpoint: str, page: Path
) -> Desk:  # fmt: skip
    def database() -> str:
        try:
            return str(request.getfixturevalue("postgres_url"))
        except pytest.skip.Exception as reason:
            raise CannotRun(str(reason)) from None

    return Desk(tmp_path, language(page), endpoint, database)


# --- the commands -------------------------------------------------------------------------------


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name_of)
def test_the_commands_of_a_page_run_and_say_what_it_shows(desk: Desk, page: Path) -> None:
    missing: list[str] = []
    for step in steps(page):
        if isinstance(step, Fence):
            desk.write(step.file, step.body)
            continue
        where = f"{name_of(page)}:{step.line}: {step.text}"
        try:
            status, said = desk.run(step.text, step.typed)
        except CannotRun as reason:
            missing.append(f"{where}: {reason}")
            continue
        if missing and status != step.exit:
            break  # it may need what a command could not do that was left out
        assert status == step.exit, f"{where}\nexit status {status}, not {step.exit}\n{said}"
        for line in step.shown:
            assert shows(said, line), f"{where}\nis said to print\n{line}\nbut prints\n{said}"
    if missing:
        pytest.skip("; ".join(missing))


def shows(said: str, line: str) -> bool:
    """Whether a shown line is among what was said; "…" stands for anything, blanks do not count."""
    parts = [re.escape("".join(part.split())) for part in re.split("…+", line)]
    wanted = re.compile(".*?".join(parts))
    return any(wanted.search("".join(printed.split())) for printed in said.splitlines())


def test_the_comparison_with_what_is_shown_can_fail() -> None:
    said = "模型  得分\n强     95   ├──●┤\n"
    assert shows(said, "强   95 …")
    assert not shows(said, "强 96 …")
    assert not shows(said, "模型 95")


def test_there_are_commands_to_run() -> None:
    assert {name_of(page) for page in WITH_COMMANDS} >= {
        f"docs/{lang}/{name}.md"
        for lang in ("zh", "en")
        for name in ("bank", "models", "scores", "grading", "import")
    }


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_stand_only_where_they_are_run(page: Path) -> None:
    for fence in fences(page):
        assert fence.lang in SHOWN_LANGUAGES, (
            f"{name_of(page)}:{fence.line}: write ```console and `$ ` before commands, or ```text"
        )
        if fence.lang != "console" and not fence.file:
            assert not any(line.startswith(("$ ", "mingan ")) for line in fence.body), fence
    indented = re.findall(r"(?m)^ {4,}(?:\$ )?mingan .*$", page.read_text("utf-8"))
    indented = [line for line in indented if not _is_fenced(page, line.strip())]
    assert not indented, f"these commands are not run: {indented}"


def _is_fenced(page: Path, line: str) -> bool:
    return any(line in map(str.strip, fence.body) for fence in fences(page))


# --- the command line and the pages speak of the same things ------------------------------------


def tree() -> dict[str, set[str]]:
    """The options of every command that does something, by its name: `models fetch`."""
    found: dict[str, set[str]] = {}

    def add(name: str, command: Any) -> None:
        parts = getattr(command, "commands", {})
        for sub, part in parts.items():
            add(f"{name} {sub}".strip(), part)
        if name and (not parts or getattr(command, "invoke_without_command", False)):
            # A group may do something by itself.
            found[name] = {option for parameter in command.params for option in parameter.opts}

    add("", build())
    return found


COMMANDS = tree()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_is_run_by_the_docs(lang: str) -> None:
    run = {
        " ".join(shlex.split(command.text)[1:])
        for page in PAGES
        if language(page) == lang
        for command in all_commands(page)
        if command.text.startswith("mingan ")
    }
    missing = [name for name in COMMANDS if not any(f"{c} ".startswith(f"{name} ") for c in run)]
    assert not missing, f"no {lang} page shows how to use: {missing}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_mingan_command_and_option_exists(page: Path) -> None:
    mentioned = [c.text for c in all_commands(page) if c.text.startswith("mingan ")]
    for text in [*mentioned, *inline_commands(page)]:
        words = [word for word in re.split(r"[\s=]+", text)[1:] if word != "…"]
        if words[0].startswith("-"):
            assert words[0] in ("--help", "--version", "--lang"), text
            continue
        name = next((n for k in (3, 2, 1) if (n := " ".join(words[:k])) in COMMANDS), None)
        groups = {word for known in COMMANDS for word in known.split()[:-1]}
        assert name or words == [w for w in words if w in groups], f"no such command: {text}"
        if name is None:
            continue
        used = {word for word in words if re.fullmatch(r"--?[a-z][\w-]*", word)}
        unknown = used - COMMANDS[name] - {"--help", "--lang"}
        assert not unknown, f"{text}: no option {unknown}"


@pytest.mark.parametrize("name", TWINS)
def test_the_chinese_and_the_english_page_give_the_same_commands(name: str) -> None:
    zh, en = (shape(DOCS / lang / name) for lang in ("zh", "en"))
    assert zh == en


def shape(page: Path) -> list[str]:
    """The steps of a page, with the names of the files that it writes replaced by their order."""
    names = [step.file for step in steps(page) if isinstance(step, Fence)]
    found = []
    for step in steps(page):
        text = step.text if isinstance(step, Command) else f"write {step.file}"
        for number, name in enumerate(dict.fromkeys(names), start=1):
            text = text.replace(name, f"FILE{number}").replace(Path(name).stem, f"STEM{number}")
        found.append(text)
    return found


# --- links, pictures, facts ---------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_and_pictures_are_there(page: Path) -> None:
    for target in links(page):
        if target.startswith(("http://", "https://", "#", "mailto:")):
            continue
        path = page.parent / target.split("#")[0]
        assert path.exists(), f"{name_of(page)} leads to {target}, which is not there"


def test_every_page_is_in_its_index_and_every_picture_is_used() -> None:
    for lang in ("zh", "en"):
        there = {page.name for page in (DOCS / lang).glob("*.md")} - {"README.md"}
        assert there <= {target.split("#")[0] for target in links(DOCS / lang / "README.md")}
    used = {(page.parent / target).resolve() for page in PAGES for target in links(page)}
    for picture in (DOCS / "images").iterdir():
        assert picture.stat().st_size <= PICTURE_BYTES, f"{picture} is too large"
        assert picture.resolve() in used, f"no page shows {picture}"


def test_the_pictures_can_be_made_again(tmp_path: Path) -> None:
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM} to photograph with")
    for script in ("make-pictures", "bench-pictures"):
        command = [sys.executable, DOCS.parent / "scripts" / script, tmp_path]
        subprocess.run(command, check=True, timeout=300)
    # Ladders take ten minutes each, so that their pictures are made by hand (ladder-pictures).
    wanted = {each.name for each in (DOCS / "images").iterdir() if "ladder" not in each.name}
    if importlib.util.find_spec("cv2") and importlib.util.find_spec("pymunk"):
        script = DOCS.parent / "scripts" / "world-pictures"
        subprocess.run([sys.executable, script, tmp_path], check=True, timeout=300)
    else:
        wanted -= {"world.jpg", "world-columns.webp"}
    made = {picture.name: picture.stat().st_size for picture in tmp_path.iterdir()}
    assert set(made) == wanted
    assert all(4_000 < size <= PICTURE_BYTES for size in made.values()), made


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_examples_use_what_there_is(page: Path) -> None:
    for fence in fences(page):
        if fence.lang != "python":
            continue
        for node in ast.walk(ast.parse("\n".join(fence.body))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mingan"):
                module = importlib.import_module(node.module or "")
                assert all(hasattr(module, alias.name) for alias in node.names), fence


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_twenty_of_twenty_is_told_with_the_interval_of_the_code(lang: str) -> None:
    text = (DOCS / lang / "scores.md").read_text("utf-8")
    ends = [points(end) for end in wilson(20, 20)]
    said = re.findall(r"区间是 (\d+) 到 (\d+)，而不是|interval from (\d+) to (\d+), and not", text)
    assert [end for ends in said for end in ends if end] == ends


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_how_unsure_answers_enter_is_told_as_the_code_has_it(lang: str) -> None:
    text = (DOCS / lang / "scores.md").read_text("utf-8")
    (section,) = re.findall(r"<!-- unsure-rate -->(.*?)<!-- /unsure-rate -->", text, re.DOTALL)
    rate = DEFAULT_UNSURE_RATE
    said = re.findall(r"\d+%", section)
    assert said == [f"{rate.point:.0%}", f"{rate.low:.0%}", f"{rate.high:.0%}"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_local_models_are_told_with_their_sizes(lang: str) -> None:
    text = (DOCS / lang / "models.md").read_text("utf-8")
    rows = re.findall(r"(?m)^\| `([\w.-]+)` \| ([\d,]+) MB \|", text)
    assert rows == [(w.name, f"{w.size / 1e6:,.0f}") for w in WEIGHTS.values()]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_example_of_a_grader_is_judged_as_the_page_says(lang: str) -> None:
    words = {"对": "right", "错": "wrong", "存疑": "unsure", "未判": "ungraded"}
    text = (DOCS / lang / "grading.md").read_text("utf-8")
    graders = set(project()["project"]["entry-points"]["mingan.graders"])
    rows = re.findall(r"(?m)^\| `(\w+)`[^|]* \| ([^|]+) \| ([^|]+) \| ([^|]+) \| (\S+) \|$", text)
    by_parameters = re.findall(r"(?m)^- `(\w+)`", text)  # their examples are run by bank.md
    assert {row[0] for row in rows} | {*by_parameters} == graders
    for grader, prompt, reference, said, verdict in rows:
        question = Question(
            id="q", prompt=prompt.strip(), answer=reference.strip(" `"), grader=grader
        )
        answer = Answer(question="q", asked=question.asked, model="m", model_hash="h", text=said)
        found = grading.grade(question, answer).verdict
        assert found == words.get(verdict, verdict), (grader, prompt, said, found)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_expression_gives_what_the_page_says(lang: str) -> None:
    text = (DOCS / lang / "questions.md").read_text("utf-8")
    (section,) = re.findall(r"<!-- expressions -->(.*?)<!-- /expressions -->", text, re.DOTALL)
    rows = re.findall(r"(?m)^\| `(.+?)` \| `(.+?)` \|", section)
    assert len(rows) >= 6
    for expression, value in rows:
        assert shown(evaluate(expression, PURE, Meter())) == value, expression


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_word_of_the_language_is_known(lang: str) -> None:
    text = (DOCS / lang / "questions.md").read_text("utf-8")
    _, section = text.split("<!-- /expressions -->")
    lists = re.findall(r"`([A-Za-z_0-9\s]+)`", section.split("###")[0])
    words = {word for listed in lists for word in listed.split()}
    unknown = words - PURE.keys()
    assert len(words) > 70
    assert not unknown


def test_the_example_of_a_game_can_be_played() -> None:
    path = DOCS / "examples" / "counting.py"
    spec = importlib.util.spec_from_file_location("counting", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    game = module.Counting()
    assert isinstance(game, Game)
    question = Question(id="q", prompt="7", kind="counting", params={"start": 7, "rounds": 2})
    assert not game.faults(question)
    assert game.faults(Question(id="q", prompt="7", params={"start": "seven"}))
    move = game.next(question, ["8"])
    assert move is not None
    assert move.text == "9"
    assert game.next(question, ["8", "10"]) is None
    said = {("8", "10"): "right", ("8", "11"): "wrong", ("8",): "unsure", ("", "!"): "wrong"}
    assert {turns: game.result(question, turns).verdict for turns in said} == said
