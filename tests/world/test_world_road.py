"""Folder and program on the common road: asked, kept, graded, resumed; and nobody misused."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec
import pytest

pytest.importorskip("pymunk")
pytest.importorskip("cv2")

from services_help import KEY
from video_server import VideoServer

from mingan import grading, shelf
from mingan.bank import Bank
from mingan.cli.app import run as mingan
from mingan.errors import InputError, RequestRejected, StoreError
from mingan.models.protocol import Request
from mingan.records import ModelCard, Question, content_hash
from mingan.workspace import Workspace
from mingan.world import desk, vault
from mingan.world.asked import ClipsModel, Reference, ServiceModel, reference_in
from mingan.world.films import read_film, write_film
from mingan.world.programs import Program
from mingan.world.questions import Continuation, params_of, questions_of, scene_in
from mingan.world.ruler import Bar, MotionGrader, free_of, measured
from mingan.world.scenes import GIVEN, Scene, seed_of
from mingan.world.takes import play_scene

STILL = Path(__file__).parents[2] / "docs" / "examples" / "freeze_video.py"


@pytest.fixture(autouse=True)
def clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MINGAN_CLIPS", str(tmp_path / "vault"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "vault"


def scene(law: str = "inertia", split: str = "within", number: int = 0) -> Scene:
    return Scene(law=law, split=split, number=number, seed=seed_of(b"k" * 32, law, split, number))  # type: ignore[arg-type]


def question(one: Scene) -> Question:
    return questions_of([one])[0]


def answer_with(frames: object, **more: object) -> str:
    write_film(Path("made.mp4"), frames)  # type: ignore[arg-type]
    name = vault.keep(Path("made.mp4").read_bytes())
    return msgspec.json.encode(Reference(clip=name, **more)).decode()  # type: ignore[arg-type]


def models(text: str) -> None:
    Path("models.toml").write_text(text, encoding="utf-8")


def rows(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, float]]:
    capsys.readouterr()
    mingan(["scores", "--json"])
    return {row["model"]: row for row in json.loads(capsys.readouterr().out)["rows"]}


def test_a_program_goes_the_whole_road(capsys: pytest.CaptureFixture[str], clips: Path) -> None:
    desk.make(Path("scenes"), [scene("static"), scene("inertia")])
    models(f'[[model]]\nname="still"\nkind="program"\n'
           f'command=\'"{sys.executable}" "{STILL}" {{given}} {{out}}\'\n')  # fmt: skip
    assert mingan(["run", "--bank", "scenes/world.jsonl", "--model", "still"]) == 0
    found = rows(capsys)["still"]
    # Standing still is right where nothing moves, and nowhere else.
    assert (found["right"], found["wrong"], found["failed"]) == (1, 1, 0)
    assert len(list(clips.glob("*.mp4"))) == 2
    for each in clips.glob("*.mp4"):
        each.touch()
    mingan(["run", "--bank", "scenes/world.jsonl", "--model", "still"])
    assert "2" in capsys.readouterr().err  # both are there already


def test_a_folder_is_asked_again_for_what_it_lacked(capsys: pytest.CaptureFixture[str]) -> None:
    desk.make(Path("scenes"), [scene("inertia"), scene("collision")])
    Path("clips").mkdir()
    (Path("clips") / f"{scene('inertia').name}.mp4").write_bytes(
        (Path("scenes/truth") / f"{scene('inertia').name}.mp4").read_bytes()
    )
    models('[[model]]\nname="mine"\nkind="clips"\nfolder="clips"\n')
    assert mingan(["run", "--bank", "scenes/world.jsonl", "--model", "mine"]) == 1
    found = rows(capsys)["mine"]
    assert (found["right"], found["wrong"], found["failed"]) == (1, 0, 1)
    (Path("clips") / f"{scene('collision').name}.mp4").write_bytes(b"no clip at all")
    assert mingan(["run", "--bank", "scenes/world.jsonl", "--model", "mine"]) == 1
    assert rows(capsys)["mine"]["failed"] == 1  # broken is no wrong answer either


def test_nobody_is_asked_what_cannot_be_put_to_them(capsys: pytest.CaptureFixture[str]) -> None:
    desk.make(Path("scenes"), [scene()])
    Path("clips").mkdir()
    models('[[model]]\nname="mine"\nkind="clips"\nfolder="clips"\n'
           '[[model]]\nname="chat"\nkind="scripted"\ndefault="A"\n')  # fmt: skip
    assert mingan(["run", "--bank", "scenes/world.jsonl", "--model", "chat"]) == 2
    assert "chat" in capsys.readouterr().err
    assert mingan(["run", "--bank", "builtin", "--limit", "1", "--model", "mine"]) == 2
    assert "mine" in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    ['kind="clips"\nfolder="nowhere"', 'kind="clips"', 'kind="program"\ncommand="true"',
     'kind="program"', 'kind="program"\ncommand="a {given} {out}"\nshell="sh"'],
)  # fmt: skip
def test_a_card_that_lacks_something_is_told(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    desk.make(Path("scenes"), [scene()])
    models(f'[[model]]\nname="x"\n{line}\n')
    assert mingan(["run", "--bank", "scenes/world.jsonl", "--model", "x"]) == 2
    assert "x" in capsys.readouterr().err


def test_the_truth_is_right_and_standing_still_is_wrong() -> None:
    one = scene("parabola")
    takes = play_scene(one)
    truth = MotionGrader().grade(question(one), answer_with(takes.ahead[0]))
    assert truth.verdict == "right"
    assert truth.score is not None
    assert truth.score > 0.8
    still = MotionGrader().grade(question(one), answer_with(takes.given[-1:].repeat(48, axis=0)))
    assert (still.verdict, still.score) == ("wrong", 0.0)


def test_every_scene_can_be_got_right() -> None:
    for law, split in (("static", "within"), ("inertia", "told"), ("breaking", "within")):
        known = Bar.of(free_of(scene(law, split)))
        assert known.wanted <= known.best


@pytest.mark.parametrize("text", ["", "a ball", '{"clip": "../../etc/passwd"}', "[1]",
                                  json.dumps({"clip": "0" * 64}), '{"clip": 7}', "\ud800"]
)  # fmt: skip
def test_an_answer_without_a_clip_is_not_graded(text: str) -> None:
    assert MotionGrader().grade(question(scene()), text).verdict == "ungraded"


def test_a_name_leads_nowhere_but_into_the_vault(clips: Path) -> None:
    for name in ("../secret", "a" * 63, "A" * 64, "", "0" * 64):
        assert vault.find(name) is None
        assert vault.noted(name, "x") is None


def test_a_note_is_what_was_measured_and_a_broken_one_is_measured_anew(clips: Path) -> None:
    one = scene("collision")
    told = reference_in(answer_with(play_scene(one).ahead[1]))
    assert told is not None
    first = measured(one, told)
    assert measured(one, told) == first
    for note in (clips / "measured").glob("*.json"):
        note.write_text("{}")
    assert measured(one, told) == first


def test_what_is_new_may_begin_anywhere() -> None:
    takes = play_scene(scene("inertia"))
    both = [takes.given, takes.ahead[0]]
    import numpy as np

    write_film(Path("whole.mp4"), np.concatenate(both))
    write_film(Path("late.mp4"), np.concatenate([takes.given[:16], *both]))
    for file, begins in (("whole.mp4", 2.0), ("whole.mp4", None), ("late.mp4", 3.0)):
        film = read_film(Path(file), takes.given, begins=begins)
        assert film.frames.shape == takes.ahead[0].shape
        assert film.likeness is not None
        assert film.likeness > 30
    short = read_film(Path("late.mp4"), takes.given, begins=1.0)
    assert short.likeness is None  # less than was given stands before it
    with pytest.raises(InputError):
        read_film(Path("whole.mp4"), takes.given, begins=4.0)


def test_a_question_shows_its_scene_and_says_what_changes() -> None:
    one = scene("parabola", "told")
    made = question(one)
    assert scene_in(made.params) == one == scene_in(Continuation().shown(made))
    takes = play_scene(one)
    assert takes.told is not None
    assert takes.told.zh in made.prompt
    assert takes.told.en in made.prompt
    assert grading.faults(made) == []
    # What was given shows nothing of it.
    plain = play_scene(one).given
    assert (plain == takes.given).all()
    assert len(takes.given) == GIVEN


@pytest.mark.parametrize(
    "scene_told", [None, {}, {"law": "magic"}, {**params_of(scene()), "size": [1, 2]},
                   {**params_of(scene()), "split": "told "}, {**params_of(scene()), "seed": -1},
                   {**params_of(scene("static")), "split": "told"}],
)  # fmt: skip
def test_a_scene_that_cannot_be_played_is_a_fault(scene_told: object) -> None:
    made = msgspec.structs.replace(question(scene()), params={"scene": scene_told})
    assert MotionGrader().faults(made)
    assert Continuation().faults(made)
    assert MotionGrader().grade(made, answer_of_nothing()).verdict == "ungraded"


def answer_of_nothing() -> str:
    return msgspec.json.encode(Reference(clip=content_hash("x") * 2)).decode()


def test_a_full_disk_is_told_and_nothing_is_half_written(
    clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreError):
        vault.keep(b"clip")
    assert list(clips.glob("*")) == []


def test_a_bank_of_scenes_is_a_good_bank() -> None:
    desk.make(Path("scenes"), [scene("ledge"), scene("pendulum", "told")])
    assert shelf.check_bank("scenes/world.jsonl") == []
    assert [q.kind for q in shelf.find_bank("scenes/world.jsonl").questions] == ["video"] * 2


async def test_a_program_that_is_none_is_told(tmp_path: Path) -> None:
    odd = tmp_path / "odd"
    odd.write_bytes(bytes(64))
    odd.chmod(0o755)
    takes = play_scene(scene(), forks=1)
    write_film(tmp_path / "given.mp4", takes.given)
    for command in (f"{odd} {{given}} {{out}}", "no-such-program {given} {out}"):
        with pytest.raises(RequestRejected):
            await Program(command).continue_clip(tmp_path / "given.mp4", "", seconds=3.0, seed=0)


async def test_a_full_temporary_folder_is_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "clips").mkdir()
    card = ModelCard(name="x", kind="clips", options={"folder": str(tmp_path / "clips")})
    model = ClipsModel(card)
    monkeypatch.setattr("mingan.world.asked.TemporaryDirectory", full)
    with pytest.raises(RequestRejected, match="No space"):
        await model.answer(Request(messages=(), shown={"scene": params_of(scene())}))


# --- a service ----------------------------------------------------------------------------------


def served(server: VideoServer, **options: object) -> ServiceModel:
    return ServiceModel(
        ModelCard(
            name="wan", kind="service", base_url=f"{server.url}/wan", model="m-1",
            api_key_env="VIDEO_KEY",
            options={"service": "wan", "price": 0.15, "cap": 100.0, "poll": 0.005, **options},
        )
    )  # fmt: skip


async def test_a_service_goes_the_whole_road(server: VideoServer, tmp_path: Path) -> None:
    asked = question(scene())
    model = served(server)
    with Workspace.open(tmp_path / "w.db") as workspace:
        kept = await workspace.ask(
            bank=Bank(name="world", questions=(asked,)), models=[model.card],
            made={"wan": model}, repeats=2,
        )  # fmt: skip
        answers = list(workspace.gather(bank="world").answers.values())
        grades = list(workspace.gather(bank="world").grades.values())
    await model.close()
    assert (kept.asked, kept.states["ok"]) == (2, 2)
    told = [reference_in(each.text) for each in answers]
    assert all(one is not None and vault.find(one.clip) for one in told)
    assert {(each.source, each.currency) for each in answers} == {("api", "USD")}
    assert all(each.cost for each in answers)
    assert {grade.grader for grade in grades} == {"motion"}
    assert all(grade.verdict in ("right", "wrong") for grade in grades)
    # A repeat is another job, not the first one's answer.
    assert len(list((vault.home() / "jobs").rglob("*.json"))) == 2
    stored = b"".join(f.read_bytes() for f in tmp_path.rglob("*") if f.is_file())
    assert KEY.encode() not in stored


@pytest.mark.parametrize(("ends", "state"), [("refused", "refused"), ("failed", "failed")])
async def test_what_a_service_will_not_or_cannot_do_is_no_wrong_answer(
    server: VideoServer, tmp_path: Path, ends: str, state: str
) -> None:
    server.ends = ends  # type: ignore[assignment]
    asked, model = question(scene()), served(server)
    with Workspace.open(tmp_path / "w.db") as workspace:
        await workspace.ask(
            bank=Bank(name="world", questions=(asked,)), models=[model.card], made={"wan": model}
        )
        found = workspace.gather(bank="world")
    await model.close()
    assert [each.state for each in found.answers.values()] == [state]
    assert all(grade.verdict == "ungraded" for grade in found.grades.values())
