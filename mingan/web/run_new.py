"""Run: choose a bank and models, see what it will take and could show, and start.

Every button works by posting the whole form, so nothing that was filled in is lost without
JavaScript; with it, only the part that changes is exchanged. A key is never sent back to a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from mingan import outlook, shelf
from mingan.asking.estimate import Estimate, Range
from mingan.bank.twins import JOINT
from mingan.errors import MinganError, UsageError
from mingan.language import Text
from mingan.models import keys
from mingan.models.card_form import looks_secret
from mingan.records import ModelCard
from mingan.reports import estimate_sentences as sentences
from mingan.reports.safe import one_line
from mingan.web.offer_rows import check_chosen, offer_row, offers_of, take_key, take_keys
from mingan.web.plainly import said_plainly, without_folders
from mingan.web.routing import get, post
from mingan.web.run_form import COUNTS, CURRENCIES, MOST_REPEATS, RunForm, offers
from mingan.web.run_models import new_card
from mingan.web.run_view import started_here
from mingan.web.runs import conductor_of, earlier
from mingan.web.visit import Visit

_TITLE = Text("开测", "Run")
_FORM = ("bank", "twins", "count", "short", "repeats", "money", "currency", "minutes", "model")
_ADDED = ("add_name", "add_url", "add_model", "add_in", "add_out", "add_currency", "add_keep")


def show(visit: Visit) -> Response:
    """The form, as the last run had it, or with what the address asks for."""
    form = _first(visit)
    return _page(visit, form)


def start(visit: Visit) -> Response:
    """Start the run, or show the form again with what is wrong."""
    try:
        form = _read(visit)
    except UsageError as fault:
        return _page(visit, RunForm(), problem=fault.message, status=400)
    found, _ = offers_of(visit)
    try:
        take_keys(visit, found, form.models)
        wish = form.wish(visit.bench.workspace, {o.card.hash: o.card for o in found})
        check_chosen(wish.cards, found, form.budget)
        run_id = conductor_of(visit.bench).start(wish, settings=form.settings)
    except MinganError as fault:
        return _page(visit, form, problem=said_plainly(fault), status=400)
    return visit.go(f"/run/{run_id}")


def estimate(visit: Visit) -> Response:
    """What the run would take, for the form as it is filled in."""
    try:
        form = _read(visit)
    except UsageError as fault:
        if visit.is_fragment:
            return visit.fragment("run_estimate.html.j2", estimate=None, why=fault.message)
        return _page(visit, RunForm(), problem=fault.message, status=400)
    if visit.is_fragment:
        return visit.fragment("run_estimate.html.j2", **_estimated(visit, form))
    return _page(visit, form)


def test(visit: Visit) -> Response:
    """Put one short question to a model of the list, or to the one that is being typed in."""
    wanted = visit.field("test")
    trial: dict[str, Any] = {"of": wanted}
    try:
        card = _to_test(visit, wanted)
        found = shelf.try_model(card, registry=visit.bench.workspace.registry)
        trial |= {"ok": found.ok, "said": visit.say(without_folders(found.sentence))}
    except MinganError as fault:
        trial |= {"ok": False, "said": visit.say(said_plainly(fault))}
    if visit.is_fragment:
        return visit.fragment("run_trial.html.j2", trial=trial)
    return _page(visit, _read(visit), trial=trial)


def add(visit: Visit) -> Response:
    """Add a model by its address, and tick it."""
    form = _read(visit)
    workspace = visit.bench.workspace
    try:
        card = new_card(visit.field, workspace, visit.bench.models_file)
    except MinganError as fault:
        return _page(visit, form, added=said_plainly(fault), status=400)
    workspace.store.add_cards([card])
    visit.bench.snapshots.changed()
    form = replace(form, models=(*form.models, card.hash))
    name = one_line(card.name, 60)
    done = Text(f"{name} 加好了，已经勾上。", f"{name} is added and ticked.")
    return _page(visit, form, done=done)


def back(visit: Visit) -> Response:
    """Somebody reloads, or changes the language, on a page that a button made."""
    return visit.go("/run")


# -- reading ---------------------------------------------------------------------------------


def _read(visit: Visit) -> RunForm:
    return RunForm.read({name: visit.fields(name) for name in _FORM})


def _first(visit: Visit) -> RunForm:
    """What the form holds at first: as the last run here, or what the address says."""
    workspace = visit.bench.workspace
    known = [offer.name for offer in offers(workspace)]
    mine = [s.run for s in workspace.store.runs() if started_here(s.run)]
    form = RunForm.like(mine[-1]) if mine else RunForm(models=tuple(_ready_here(visit)))
    if visit.query.get("bank"):
        name, joint, _ = visit.query["bank"].partition(JOINT)
        form = replace(form, bank=name, twins=bool(joint))
    if visit.query.get("twins"):
        form = replace(form, twins=True)
    names = visit.query.getlist("m")
    if names:
        found, _ = offers_of(visit)
        form = replace(form, models=tuple(o.card.hash for o in found if o.card.name in names))
    return form if form.bank in known else replace(form, bank=known[0] if known else "")


def _ready_here(visit: Visit) -> list[str]:
    """The models that need nothing but this machine: ticked for whoever comes first."""
    found, _ = offers_of(visit)
    return [o.card.hash for o in found if o.card.kind == "local" and o.state == "ready"][:2]


def _to_test(visit: Visit, wanted: str) -> ModelCard:
    if wanted == "new":
        return new_card(visit.field, visit.bench.workspace, visit.bench.models_file)
    found, _ = offers_of(visit)
    offer = next((each for each in found if each.card.hash == wanted), None)
    if offer is None:
        raise UsageError("列表里没有这个模型。", "There is no such model in the list.")
    take_key(visit, offer)
    return offer.card


# -- showing ---------------------------------------------------------------------------------


def _page(
    visit: Visit,
    form: RunForm,
    *,
    problem: Text | None = None,
    added: Text | None = None,
    done: Text | None = None,
    trial: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response:
    found, file_problem = offers_of(visit)
    return visit.page(
        "run_new.html.j2",
        title=_TITLE,
        status=status,
        form=form,
        offers=offers(visit.bench.workspace),
        models=[offer_row(visit, offer) for offer in found],
        counts=COUNTS,
        currencies=CURRENCIES,
        most_repeats=MOST_REPEATS,
        added={name: _shown(visit.field(name)) for name in _ADDED},
        secrets=",".join(["add_key", *(offer.key_field for offer in found)]),
        no_keyring=keys.no_keyring(),
        problem=problem,
        file_problem=file_problem,
        add_problem=added,
        done=done,
        trial=trial,
        runs=earlier(visit),
        **_estimated(visit, form),
    )


def _shown(value: str) -> str:
    """What was typed in, to be shown again: not if a key came into the wrong field."""
    return "" if looks_secret(value) else value


def _estimated(visit: Visit, form: RunForm) -> dict[str, Any]:
    """The estimate in words, or why there is none yet."""
    if not form.models:
        return {"estimate": None, "why": _NO_MODEL}
    found, _ = offers_of(visit)
    try:
        wish = form.wish(visit.bench.workspace, {o.card.hash: o.card for o in found})
        plan = wish.plan(visit.bench.workspace.registry)
        try:
            gathered = visit.bench.snapshot(wish.bank.name).gathered
        except UsageError:  # nobody has been asked yet
            gathered = None
        made = outlook.look_ahead(
            visit.bench.snapshots.reader, plan, gathered=gathered,
            registry=visit.bench.workspace.registry,
        )  # fmt: skip
    except MinganError as fault:
        return {"estimate": None, "why": said_plainly(fault)}
    return {"estimate": _in_words(visit, made), "why": None}


def _in_words(visit: Visit, made: Estimate) -> dict[str, Any]:
    return {
        "smallest": visit.say(sentences.smallest(made.resolution)),
        "smallest_basis": visit.say(sentences.smallest_basis(made.resolution)),
        "effort": visit.say(sentences.effort(made)),
        "cost": visit.say(sentences.cost(made)),
        "cost_basis": visit.say(sentences.cost_basis(made)),
        "time": visit.say(sentences.time(made)),
        "nothing": not made.left,
        "rows": [
            {
                "name": one_line(model.model, 60),
                "left": model.left,
                "cost": "" if model.money is None else _cost(visit, model.money, model.currency),
                "time": "" if model.seconds is None else visit.say(sentences.span(model.seconds)),
            }
            for model in made.models
        ],
    }


def _cost(visit: Visit, money: Range, currency: str) -> str:
    return sentences.amount(money, currency) if money.high else visit.say(_FREE)


_FREE = Text("不花钱", "free")
_NO_MODEL = Text(
    "勾选一个模型，这里就会说要花多少、多久，能看出多小的差距。",
    "Tick a model, and this says what it costs, how long it takes, and how small a difference it "
    "could show.",
)

routes = [
    get("/run", show, role="owner"),
    post("/run", start),
    post("/run/estimate", estimate, section="/run"),
    post("/run/test", test, section="/run"),
    post("/run/add", add, section="/run"),
    *(get(f"/run/{name}", back, role="owner") for name in ("estimate", "test", "add")),
]
