"""Free predictors where they should land; no ruler that can be gamed; folders of clips."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pymunk")
pytest.importorskip("cv2")

from mingan.cli.app import run as mingan
from mingan.errors import InputError, NothingYet
from mingan.world import desk
from mingan.world.asking import ask
from mingan.world.baselines import FREE, ceiling, flow, freeze, linear
from mingan.world.films import read_film, write_film
from mingan.world.laws import LAWS
from mingan.world.scenes import AHEAD, GIVEN, Scene, seed_of
from mingan.world.scoring import Clip, by_law, look_at, score_of, truth_of
from mingan.world.takes import Takes, play_scene

KEY = b"k" * 32


def takes_of(law: str, count: int = 4, split: str = "within") -> list[Takes]:
    return [
        play_scene(Scene(law=law, number=n, split=split, seed=seed_of(KEY, law, split, n)))  # type: ignore[arg-type]
        for n in range(count)
    ]


def scored(every: list[Takes], predict: object) -> list[Clip]:
    return [look_at(truth_of(takes), predict(takes), "x") for takes in every]  # type: ignore[operator]


def target(takes: Takes) -> np.ndarray:
    return takes.ahead[0]


@pytest.mark.parametrize("law", ["inertia", "collision", "tower", "breaking", "pouring", "ledge"])
def test_the_truth_itself_is_perfect(law: str) -> None:
    clips = scored(takes_of(law, 2), target)
    for clip in clips:
        assert clip.measures.spatial == clip.measures.moving == 1
        assert clip.kept == 1
        assert clip.extra == 0
    assert score_of(clips) == pytest.approx(100)


@pytest.mark.parametrize("law", ["inertia", "parabola", "dominoes", "ledge"])
def test_a_third_take_is_about_as_good_as_can_be(law: str) -> None:
    assert score_of(scored(takes_of(law, 6), ceiling)) > 75


@pytest.mark.parametrize("law", ["inertia", "parabola", "pendulum", "tower", "breaking", "pouring",
                                 "dominoes"])  # fmt: skip
def test_standing_still_is_not_paid(law: str) -> None:
    assert score_of(scored(takes_of(law), freeze)) < 15


def test_standing_still_is_right_where_nothing_moves() -> None:
    assert score_of(scored(takes_of("static"), freeze)) == 100


def test_a_straight_line_is_right_where_nothing_acts() -> None:
    assert score_of(scored(takes_of("inertia"), linear)) > 80
    assert score_of(scored(takes_of("collision"), linear)) < 60


def test_flow_that_smears_a_plate_is_not_paid_for_breaking_it() -> None:
    every = takes_of("breaking")
    assert score_of(scored(every, flow)) < 60
    assert score_of(scored(every, ceiling)) > score_of(scored(every, flow)) + 20


def test_things_that_vanish_or_double_cost() -> None:
    every = takes_of("inertia", 3)
    whole = score_of(scored(every, target))

    def vanishing(takes: Takes) -> np.ndarray:
        frames = takes.ahead[0].copy()
        frames[AHEAD // 2 :] = np.median(takes.given, axis=0).astype(np.uint8)
        return frames

    def doubled(takes: Takes) -> np.ndarray:
        return np.minimum(takes.ahead[0], takes.given[0])

    assert score_of(scored(every, vanishing)) < 0.6 * whole
    (clip, *_) = scored(every, doubled)
    assert clip.extra > 0.5
    assert score_of(scored(every, doubled)) < 0.75 * whole


def test_laws_stand_by_themselves_with_intervals_and_skill() -> None:
    clips = [
        look_at(truth, predict(takes), name)
        for law in ("inertia", "collision")
        for takes, truth in ((t, truth_of(t)) for t in takes_of(law))
        for name, predict in (*FREE.items(), ("mine", target))
    ]
    rows = by_law(clips)
    assert [row.law for row in rows] == ["inertia"] * 6 + ["collision"] * 6
    for row in rows:
        assert row.low <= row.score <= row.high
        assert row.clips == 4
    mine = {row.law: row for row in rows if row.predictor == "mine"}
    assert mine["collision"].skill > 0.5
    assert mine["collision"].position == pytest.approx(mine["collision"].floor)


# --- films --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def takes() -> Takes:
    return takes_of("inertia", 1)[0]


def test_a_film_comes_back(takes: Takes, tmp_path: Path) -> None:
    write_film(tmp_path / "a.mp4", takes.ahead[0])
    film = read_film(tmp_path / "a.mp4", takes.given)
    assert film.frames.shape == takes.ahead[0].shape
    assert not film.whole
    assert film.likeness is None
    assert np.abs(film.frames.astype(int) - takes.ahead[0]).mean() < 3


@pytest.mark.parametrize("law", LAWS)
def test_a_film_s_compression_costs_a_few_points_at_most(law: str, tmp_path: Path) -> None:
    """What a clip loses on its way through a file is no fault of the model's."""

    def filmed(takes: Takes) -> np.ndarray:
        write_film(tmp_path / "a.mp4", takes.ahead[0])
        return read_film(tmp_path / "a.mp4", takes.given).frames

    assert score_of(scored(takes_of(law, 3), filmed)) > 90


def test_what_was_given_is_cut_off_and_compared(takes: Takes, tmp_path: Path) -> None:
    whole = np.concatenate([takes.given, takes.ahead[0]])
    write_film(tmp_path / "a.mp4", whole)
    film = read_film(tmp_path / "a.mp4", takes.given)
    assert film.whole
    assert not film.rendered_anew
    other = whole.copy()
    other[:GIVEN] = 255 - other[:GIVEN]
    write_film(tmp_path / "b.mp4", other)
    assert read_film(tmp_path / "b.mp4", takes.given).rendered_anew


def test_other_sizes_and_speeds_are_brought_to_the_scene_s(takes: Takes, tmp_path: Path) -> None:
    import cv2

    faster = np.repeat(takes.ahead[0], 2, axis=0)
    wide = np.stack([cv2.resize(frame, (256, 256)) for frame in faster])
    padded = np.full((len(wide), 256, 456, 3), 30, dtype=np.uint8)
    padded[:, :, 100:356] = wide
    write_film(tmp_path / "a.mp4", padded, fps=32)
    film = read_film(tmp_path / "a.mp4", takes.given)
    assert film.frames.shape == takes.ahead[0].shape
    clip = look_at(truth_of(takes), film.frames, "x")
    assert clip.position < 0.03


def test_what_is_no_continuation_is_refused(takes: Takes, tmp_path: Path) -> None:
    write_film(tmp_path / "short.mp4", takes.ahead[0][:20])
    with pytest.raises(InputError, match=r"1\.25 秒"):
        read_film(tmp_path / "short.mp4", takes.given)
    (tmp_path / "no.mp4").write_bytes(b"no film")
    with pytest.raises(InputError, match="不是能读"):
        read_film(tmp_path / "no.mp4", takes.given)


# --- a folder of scenes -------------------------------------------------------------------------


def test_scenes_are_made_scored_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, mine = tmp_path / "w", tmp_path / "mine"
    workspace = str(tmp_path / "w.db")
    make = ["world", "make", str(folder), "--law", "inertia", "--split", "within", "--seeds", "3"]
    assert mingan([*make, "--workspace", workspace]) == 0
    assert "3 个场景" in capsys.readouterr().out
    scenes = desk.read_scenes(folder)
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*.npz")}
    assert mingan([*make, "--workspace", workspace]) == 0
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*.npz")} == before
    capsys.readouterr()
    mine.mkdir()
    for scene in scenes[:2]:
        write_film(mine / f"{scene.name}.mp4", play_scene(scene).ahead[0])
    # One is missing: that is no score of 0, and is said.
    assert mingan(["world", "score", str(folder), "--clips", f"甲={mine}", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    rows = {row["predictor"]: row for row in document["rows"]}
    assert set(rows) == {"freeze", "flow", "linear", "quadratic", "second", "ceiling", "甲"}
    assert rows["甲"]["clips"] == 2
    assert rows["甲"]["estimate"] > 80
    assert document["failed"] == {"甲": {scenes[2].name: "missing"}}
    assert mingan(["world", "score", str(folder), "--clips", f"甲={mine}"]) == 1
    told = capsys.readouterr()
    assert "惯性" in told.out
    assert "缺 1 段" in told.err


def test_many_scenes_are_made_by_processes_begun_afresh(tmp_path: Path) -> None:
    """Beside threads, as in a server: a fork would hang there."""
    scenes = desk.scenes_of(KEY, laws=["inertia"], splits=["within", "beyond"], seeds=6)
    told: list[int] = []
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda k: k, range(8)))
        desk.make(tmp_path, scenes, said=lambda done, _: told.append(done))
    assert told[-1] == len(scenes) == 12
    assert len(list((tmp_path / "truth").glob("*.npz"))) == 12


def test_seeds_are_the_workspace_s_own_unless_they_are_public(tmp_path: Path) -> None:
    make = ["world", "make", "--law", "static", "--seeds", "1"]
    for name in ("a", "b"):
        assert (
            mingan([*make, str(tmp_path / name), "--workspace", str(tmp_path / f"{name}.db")]) == 0
        )
    one, other = (desk.read_scenes(tmp_path / name)[0].seed for name in ("a", "b"))
    assert one != other
    for name in ("c", "d"):
        assert mingan([*make, str(tmp_path / name), "--public"]) == 0
    assert desk.read_scenes(tmp_path / "c") == desk.read_scenes(tmp_path / "d")


# --- a program as a model -----------------------------------------------------------------------

FREEZES = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import cv2
source, target = sys.argv[1:]
video, frames = cv2.VideoCapture(source), []
while True:
    ok, frame = video.read()
    if not ok:
        break
    frames.append(frame)
if "inertia-within-001" in source:
    sys.exit("no idea how this goes on")
if "inertia-within-002" in source:
    Path(target).write_bytes(b"half a film")
    sys.exit(0)
height, width = frames[0].shape[:2]
out = cv2.VideoWriter(target, cv2.VideoWriter_fourcc(*"mp4v"), 16, (width, height))
for _ in range(48):
    out.write(frames[-1])
out.release()
"""


def test_a_program_continues_scenes_and_what_it_fails_at_is_no_score(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, clips, program = tmp_path / "w", tmp_path / "clips", tmp_path / "a model.py"
    program.write_text(FREEZES)
    desk.make(folder, desk.scenes_of(KEY, laws=["inertia"], splits=["within"], seeds=4))
    command = f"{sys.executable} '{program}' {{given}} {{out}}"
    asked = ["world", "ask", str(folder), "--command", command, "--clips", str(clips)]
    assert mingan(asked) == 1
    told = capsys.readouterr()
    assert "2 段在" in told.out
    assert "no idea how this goes on" in told.err
    assert sorted(file.name for file in clips.iterdir()) == [
        "inertia-within-000.mp4", "inertia-within-003.mp4",
    ]  # fmt: skip
    made = {file: file.stat().st_mtime_ns for file in clips.iterdir()}
    assert mingan(asked) == 1  # what is there is not asked for again
    assert {file: file.stat().st_mtime_ns for file in clips.iterdir()} == made
    capsys.readouterr()
    assert mingan(["world", "score", str(folder), "--clips", f"froze={clips}", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    rows = {row["predictor"]: row for row in document["rows"]}
    assert rows["froze"]["clips"] == 2
    assert rows["froze"]["estimate"] < 15
    assert set(document["failed"]["froze"]) == {"inertia-within-001", "inertia-within-002"}


def test_a_program_that_hangs_is_ended_and_no_shell_sees_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "w"
    desk.make(folder, desk.scenes_of(KEY, laws=["static"], seeds=1))
    found = ask(folder, tmp_path / "c", f"{sys.executable} -c 'import time; time.sleep(60)' "
                "{given} {out}", timeout=1)  # fmt: skip
    assert "longer than 1" in found.failed["static-within-000"]
    mark = tmp_path / "mark"
    found = ask(folder, tmp_path / "c", f"echo {{given}} {{out}}; touch {mark}", timeout=5)
    assert found.failed
    assert not mark.exists()
    for command, why in (("my-model", "{given}"), ("'", "{given}"),
                         ("/no/such/model {given} {out}", "运行不了")):  # fmt: skip
        line = ["world", "ask", str(folder), "--clips", str(tmp_path / "c"), "--command", command]
        assert mingan(line) == 2
        assert why in capsys.readouterr().err


def test_bad_input_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = str(tmp_path / "w")
    for command, why in (
        (["make", place, "--law", "magic", "--public"], "magic"),
        (["make", place, "--size", "9x9", "--public"], "192x108"),
        (["score", place], "没有场景"),
        (["score", place, "--clips", "甲=nowhere"], "名字=文件夹"),
        (["make", place, "--law", "static", "--split", "gravity", "--public"], "没有这样的场景"),
    ):
        assert mingan(["world", *command]) != 0
        assert why in capsys.readouterr().err
    assert not (tmp_path / "w").exists()
    with pytest.raises(NothingYet):
        desk.read_scenes(tmp_path)
    (tmp_path / "world.json").write_text('{"scenes": [{"law": 1}]}')
    with pytest.raises(InputError, match="坏了"):
        desk.read_scenes(tmp_path)
