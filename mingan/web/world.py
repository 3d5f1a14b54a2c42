"""World: clips side by side in step, how far off they are, law by law, simulator and fantasy.

What is shown of a clip are pixels that we read and drew again, never the file that a model gave.
Measuring and drawing are slow, so they have threads of their own. What the numbers mean is decided
in `mingan.world.standing`, `reports.world_words` and the charts.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from mingan.errors import InputError, MinganError, MissingExtraError, NothingYet
from mingan.language import Lang, Text
from mingan.records import Question
from mingan.reports.charts.chart import Chart
from mingan.reports.page_scores import underlined
from mingan.reports.safe import short_name
from mingan.reports.words import words
from mingan.web.density import figure, file_of
from mingan.web.hands import Hands, Later
from mingan.web.routing import get, problem
from mingan.web.snapshots import Snapshot
from mingan.web.visit import Visit

if TYPE_CHECKING:
    from mingan.reports.world_levels import Ladder
    from mingan.store import Reader
    from mingan.world.asked import Reference
    from mingan.world.drawing import Pixels
    from mingan.world.scenes import Scene
    from mingan.world.standing import Column, Standing

_TITLE = Text("世界", "World")
_TRUTH = Text("真的", "What really came")
_NONE = Text("这里没有这段画面。", "There is no such film here.")
TRUTH = "truth"

ACROSS = 10
"""Frames in a row of a sheet."""

_KEPT, _AT_ONCE, _LINE, _A_DAY = 120, 2, 60, 24 * 3600
_MOST_MODELS = 5
"""Models beside one another; their strokes must be told apart."""


class Films:
    """Sheets of frames made lately, and the threads in which scenes are played."""

    def __init__(self, _: object = None) -> None:
        self.hands = Hands[Any](_AT_ONCE, line=_LINE)
        self._made: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def sheet(self, name: str, make: partial[bytes]) -> Future[bytes]:
        """A sheet by name, made once."""
        with self._lock:
            if name in self._made:
                self._made.move_to_end(name)
                known: Future[bytes] = Future()
                known.set_result(self._made[name])
                return known
        return self.hands.do(name, partial(self._make, name, make))

    def _make(self, name: str, make: partial[bytes]) -> bytes:
        made = make()
        with self._lock:
            self._made[name] = made
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
        return made

    def close(self) -> None:
        """Finish those under way, and forget all."""
        self.hands.close()
        self._made.clear()


# --- the page -----------------------------------------------------------------------------------


def show(visit: Visit) -> Response | Later[Any]:
    """The page of a bank of scenes and of the ladder, or how to begin where there is neither."""
    bank = _bank(visit)
    snapshot = visit.bench.snapshot(bank) if bank is not None else None
    films = visit.bench.part(Films, Films)
    wanted = visit.query.get("scene", "")
    reader = visit.bench.snapshots.reader
    name = f"page {bank} {id(snapshot)} {wanted}"
    return Later(films.hands.do(name, partial(_look, reader, snapshot, wanted)),
                 partial(_page, visit))  # fmt: skip


def _bank(visit: Visit) -> str | None:
    """The bank that the address names, else the first with scenes."""
    reader = visit.bench.snapshots.reader
    wanted = visit.query.get("bank")
    names = [name for name, _, _ in reader.banks()]
    for name in [wanted] if wanted in names else names:
        if any(question.kind == "video" for question in reader.bank(str(name)) or ()):
            return name
    return None


def _look(reader: Reader, snapshot: Snapshot | None, wanted: str) -> dict[str, Any]:
    """What the page says, worked out once for each snapshot and scene."""
    try:
        from mingan.reports.world_levels import look

        ladder: Ladder | None = look(reader)
    except NothingYet:
        ladder = None
    except MissingExtraError as fault:
        return {"why": fault.message}
    if snapshot is None:
        return {"found": None, "ladder": ladder}
    return {"ladder": ladder, **_clips(snapshot, wanted)}


def _clips(snapshot: Snapshot, wanted: str) -> dict[str, Any]:
    """Clips of a bank, measured, and those of one scene frame by frame."""
    from mingan.world.standing import errors_over_time, standing

    found: Standing = snapshot.keep(
        ("world",), lambda it: standing(it.gathered.questions, it.gathered.answers.values())
    )
    scene = wanted if wanted in found.scenes else next(iter(found.scenes), "")
    clips = {m: told for (q, m), told in found.references.items() if q == scene}
    errors: dict[str, Any] = {}
    if scene:
        errors = snapshot.keep(
            ("world", scene),
            lambda _: errors_over_time(found.scenes[scene], dict(_first(clips))),
        )
    return {"found": found, "scene": scene, "errors": errors, "bank": snapshot.bank, "clips": clips}


def _first(clips: Mapping[str, Reference]) -> list[tuple[str, Reference]]:
    return list(clips.items())[:_MOST_MODELS]


def _page(visit: Visit, told: Mapping[str, Any]) -> Response:
    if "why" in told:
        return problem(visit, told["why"], status=503)
    levels = _levels(told["ladder"], visit.lang)
    if told["found"] is None:
        return visit.page(
            "world.html.j2", title=_TITLE, w=words(visit.lang), found=None, levels=levels,
            commands=("mingan world make scenes",
                      "mingan run --bank scenes/world.jsonl --model my-video"),
        )  # fmt: skip
    from mingan.reports.charts.worlds import errors_chart, laws_chart
    from mingan.reports.world_words import NOTES, world_sentence
    from mingan.world.laws import LAWS

    found: Standing = told["found"]
    models = sorted(found.without, key=partial(_place, found))
    shown = [m for m in models if any(by == m for _, by in found.references)][:_MOST_MODELS]
    charts: list[Chart] = [laws_chart(found.rows, shown)]
    scene = told["scene"]
    if scene:
        chaotic = LAWS[found.scenes[scene].law].chaotic
        charts.insert(0, errors_chart(told["errors"], chaotic=chaotic))
    if visit.query.get("format"):
        return file_of(visit, charts)
    sentences = [world_sentence(found.rows, model) for model in shown]
    finding = sentences[0] if sentences else Text(
        "这些场景还没有模型接过。", "No model has continued these scenes yet."
    )  # fmt: skip
    return visit.page(
        "world.html.j2", title=_TITLE, w=words(visit.lang), found=found,
        levels=levels, finding=underlined(finding.say(visit.lang), visit.lang),
        others=sentences[1:],
        bank=told["bank"], banks=_banks(visit), scene=scene, scenes=_scenes(found, visit.lang),
        films=_films(visit, told, shown), across=ACROSS, notes=NOTES,
        figures=[figure(visit, chart, "/world") for chart in charts],
        columns=[_columns(found, model) for model in models],
    )  # fmt: skip


def _levels(ladder: Ladder | None, lang: Lang) -> dict[str, Any] | None:
    """The ladder by level, language models and video models in one table."""
    if ladder is None:
        return None
    from mingan.reports.world_levels import NOTES, ladder_cells

    heads, rows = ladder_cells(ladder, lang)
    return {"heads": heads, "rows": rows, "notes": NOTES}


def _place(found: Standing, model: str) -> tuple[float, str]:
    """Models in order: as simulators, best first; those without any clip last."""
    from mingan.world.standing import summary

    mean = summary(found.rows, model, fantasy=False).mean
    return (101.0 if mean != mean else -mean, model)


def _banks(visit: Visit) -> list[str]:
    reader = visit.bench.snapshots.reader
    return [
        name for name, _, _ in reader.banks()
        if any(question.kind == "video" for question in reader.bank(name) or ())
    ]  # fmt: skip


def _scenes(found: Standing, lang: Lang) -> list[tuple[str, str]]:
    from mingan.reports.world_words import SPLITS
    from mingan.world.laws import LAWS

    return [
        (name, f"{LAWS[one.law].said.say(lang)} · {SPLITS[one.split].say(lang)} · {one.number + 1}")
        for name, one in found.scenes.items()
    ]


def _films(visit: Visit, told: Mapping[str, Any], shown: Sequence[str]) -> list[dict[str, Any]]:
    """What is played side by side: the truth, models, what costs nothing."""
    from mingan.reports.world_words import PREDICTORS
    from mingan.world.baselines import FREE
    from mingan.world.scenes import AHEAD, GIVEN

    if not told["scene"]:
        return []
    width, height = told["found"].scenes[told["scene"]].size
    who = [(TRUTH, _TRUTH.say(visit.lang))]
    who += [(name, short_name(name)) for name in shown if name in told["clips"]]
    who += [(name, PREDICTORS[name].say(visit.lang)) for name in reversed(FREE)]
    return [
        {
            "src": visit.url("/world/film.webp", bank=told["bank"], scene=told["scene"], who=name),
            "name": label, "width": width, "height": height, "given": GIVEN,
            "frames": GIVEN + AHEAD, "truth": name == TRUTH,
        }
        for name, label in who
    ]  # fmt: skip


def _columns(found: Standing, model: str) -> dict[str, Any]:
    """A model's row: simulator and fantasy, never one number."""
    from mingan.world.standing import summary

    return {
        "model": short_name(model),
        "simulator": _said(summary(found.rows, model, fantasy=False)),
        "fantasy": _said(summary(found.rows, model, fantasy=True)),
        "without": found.without.get(model, 0), "anew": found.anew.get(model, 0),
        "only_last": model in found.only_last,
    }  # fmt: skip


def _said(column: Column) -> dict[str, str] | None:
    if not column.kinds:
        return None
    return {
        "mean": f"{column.mean:.0f}", "interval": f"{column.low:.0f}–{column.high:.0f}",
        "above": str(column.above), "below": str(column.below), "kinds": str(column.kinds),
    }  # fmt: skip


# --- films --------------------------------------------------------------------------------------


def film(visit: Visit) -> Response | Later[bytes]:
    """All frames of one film as a sheet."""
    bank, scene, who = (visit.query.get(key, "") for key in ("bank", "scene", "who"))
    question = _question(visit, bank, scene)
    if question is None:
        return problem(visit, _NONE, status=404)
    try:
        from mingan.world.baselines import FREE
        from mingan.world.questions import about, scene_in

        one = scene_in(question.params)
    except MinganError as fault:
        return problem(visit, fault.public, status=404)
    told: Reference | None = None
    if who != TRUTH and who not in FREE:
        told = _told(visit.bench.snapshot(bank), scene, who)
        if told is None:
            return problem(visit, _NONE, status=404)
    name = f"{about(one)} {told.clip if told else who}"
    films = visit.bench.part(Films, Films)
    return Later(films.sheet(name, partial(_sheet, one, who, told)), partial(_sent, visit))


def _question(visit: Visit, bank: str, scene: str) -> Question | None:
    for question in visit.bench.snapshots.reader.bank(bank) or ():
        if question.id == scene and question.kind == "video":
            return question
    return None


def _told(snapshot: Snapshot, scene: str, who: str) -> Reference | None:
    from mingan.world.asked import reference_in
    from mingan.world.standing import own_name

    for answer in snapshot.gathered.answers.values():
        if answer.question == scene and own_name(answer.model) == who and not answer.repeat:
            return reference_in(answer.text)
    return None


def _sheet(scene: Scene, who: str, told: Reference | None) -> bytes:
    """Given frames and what follows, in rows, as WebP; empty where there is nothing to show."""
    import numpy as np

    from mingan.grading.motion import pictures
    from mingan.world.baselines import FREE
    from mingan.world.ruler import frames_of, held

    truth = held(scene).truth
    try:
        ahead: Pixels = (
            frames_of(truth, told) if told else
            truth.frames if who == TRUTH else FREE[who](truth.source)
        )  # fmt: skip
    except InputError:
        return b""
    frames = np.concatenate([truth.source.given, ahead])
    count, height, width = frames.shape[:3]
    down = -(-count // ACROSS)
    sheet = np.zeros((down * height, ACROSS * width, 3), np.uint8)
    for k, frame in enumerate(frames):
        y, x = k // ACROSS * height, k % ACROSS * width
        sheet[y : y + height, x : x + width] = frame[..., ::-1]
    cv2 = pictures()
    _, coded = cv2.imencode(".webp", sheet, [cv2.IMWRITE_WEBP_QUALITY, 85])
    return bytes(coded)


def _sent(visit: Visit, made: bytes) -> Response:
    if not made:
        return problem(visit, _NONE, status=404)
    headers = {"cache-control": f"private, max-age={_A_DAY}"}
    return Response(made, media_type="image/webp", headers=headers)


routes = [get("/world", show), get("/world/film.webp", film, section="/world")]
