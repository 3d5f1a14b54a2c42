"""World on the bench: nothing yet, clips side by side, two columns, sheets of frames."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from web_help import client_of

pytest.importorskip("pymunk")
pytest.importorskip("cv2")

import cv2
from world_help import RIGHT, STILL, WORLD, fill_world, scenes

from mingan.workspace import Workspace
from mingan.world import vault
from mingan.world.questions import scene_in
from mingan.world.takes import play_scene


@pytest.fixture
def world(empty: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("MINGAN_CLIPS", str(tmp_path / "vault"))
    assert fill_world(empty) == WORLD
    return empty


def cells(text: str) -> dict[str, list[str]]:
    """Cells of the two-column table, by model."""
    table = text.partition('id="columns"')[2].partition("</section>")[0]
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th>(.*?)</tr>', table)
    return {name: re.findall(r"<td[^>]*>([^<]*)</td>", rest) for name, rest in rows}


def test_without_clips_the_page_says_how_to_begin(empty: Workspace) -> None:
    with client_of(empty) as page:
        assert "mingan world make" in page.get("/zh/world").text
        assert "No clips have been continued" in page.get("/en/world").text


def test_two_columns_are_never_one(world: Workspace) -> None:
    with client_of(world) as page:
        text = page.get("/zh/world").text
    found = cells(text)
    right, still = found[RIGHT], found[STILL]
    # simulator mean, its interval, beats; fantasy mean, interval, beats
    assert float(right[0]) > 80
    assert float(right[3]) > 80
    assert float(still[0]) < 20
    assert float(still[3]) < 20
    assert right[2].endswith("/ 2")
    assert right[5].endswith("/ 1")
    # The better simulator is named first.
    assert text.index(f"<span>{RIGHT}") < text.index(f"{STILL}：")


def test_a_model_named_like_a_free_predictor_is_no_free_predictor(
    empty: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGAN_CLIPS", str(tmp_path / "vault"))
    fill_world(empty, still="linear")
    with client_of(empty) as page:
        text = page.get("/zh/world").text
        source = next(s for s in re.findall(r'data-src="([^"]+)"', text) if "linear+%28" in s)
        assert page.get(source.replace("&amp;", "&")).status_code == 200
    assert float(cells(text)["linear (model)"][0]) < 20
    assert "linear (model)：" in text
    assert "这里只有免费的预言者" not in text


def test_films_are_sheets_of_what_was_given_and_what_followed(world: Workspace) -> None:
    with client_of(world) as page:
        text = page.get("/en/world").text
        sources = re.findall(r'data-src="([^"]+)"', text)
        assert len(sources) == 1 + 2 + 5
        sheets = []
        for source in sources:
            sent = page.get(source.replace("&amp;", "&"))
            assert sent.status_code == 200
            assert sent.headers["content-type"] == "image/webp"
            sheets.append(cv2.imdecode(np.frombuffer(sent.content, np.uint8), cv2.IMREAD_COLOR))
    takes = play_scene(scene_in(scenes()[0].params))
    truth = sheets[0].reshape(8, 128, 10, 128, 3).swapaxes(1, 2).reshape(80, 128, 128, 3)[..., ::-1]
    apart = np.abs(truth[40].astype(int) - takes.ahead[0][8].astype(int)).mean()
    assert apart < 6
    # All were given the same.
    for sheet in sheets:
        assert np.abs(sheet[:256].astype(int) - sheets[0][:256]).mean() < 1


def test_what_is_not_there_is_not_shown(world: Workspace) -> None:
    with client_of(world) as page:
        for wrong in ("bank=x", f"bank={WORLD}", f"bank={WORLD}&scene=x&who=truth",
                      f"bank={WORLD}&scene=inertia-within-000&who=nobody",
                      f"bank={WORLD}&scene=../../x&who=truth"):  # fmt: skip
            assert page.get(f"/zh/world/film.webp?{wrong}").status_code == 404
        odd = page.get(f"/zh/world?bank={WORLD}&scene=<script>alert(1)</script>")
        assert odd.status_code == 200
        assert "<script>alert(1)" not in odd.text


def test_a_clip_that_is_gone_is_missing_and_no_zero(world: Workspace) -> None:
    for clip in vault.home().glob("*.mp4"):
        clip.unlink()
    for note in (vault.home() / "measured").glob("*"):
        note.unlink()
    with client_of(world) as page:
        text = page.get("/zh/world").text
    still = cells(text)[STILL]
    assert still[0] == "–"
    assert still[-1] == "6"


def test_numbers_of_the_charts_can_be_had(world: Workspace) -> None:
    with client_of(world) as page:
        errors = json.loads(page.get("/zh/world?chart=errors&format=json").text)
        laws = json.loads(page.get("/zh/world?chart=laws&format=json").text)
    assert {row["who"] for row in errors} > {RIGHT, STILL, "freeze", "linear"}
    last = {row["who"]: row["off"] for row in errors if row["second"] == 5.0}
    assert last[RIGHT] < 0.1 < last[STILL]
    assert {row["law"] for row in laws} == {
        "inertia", "parabola with bounce (law changed by a sentence)", "unstable tower",
    }  # fmt: skip


def test_a_player_keeps_all_films_at_one_frame(world: Workspace, watch: object) -> None:
    from web_help import Served

    with Served(world) as served:
        page = watch(served).page  # type: ignore[operator]
        page.goto(f"/zh/world?bank={WORLD}")
        page.wait_for_function(
            "() => { const c = document.querySelector('.films canvas');"
            " return c.getContext('2d').getImageData(5, 5, 1, 1).data[3] > 0; }"
        )
        page.locator(".place").focus()
        before = page.locator(".told").inner_text()
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        after = page.locator(".told").inner_text()
        assert before != after
        assert "接的" in after
        page.locator(".play").click()
        page.wait_for_function("t => document.querySelector('.told').innerText !== t", arg=after)
        assert page.locator(".play").inner_text() == "停"
        page.locator(".play").click()
