"""Two people grade while a run goes on, all through one server: nothing is lost, nothing doubled.

CI does this for five minutes on each database; `MINGAN_TEST_TOGETHER` says for how many seconds.
"""

from __future__ import annotations

import os
import random
import re
import threading
import time
from collections.abc import Callable
from typing import Any

from web_help import Served, Visitor, fill

from mingan.records import ModelCard
from mingan.workspace import Workspace

SECONDS = float(os.environ.get("MINGAN_TEST_TOGETHER", "8"))
GRADERS = ("小林", "老王")
CHOICES = ("right", "wrong", "unsure")
PAUSE = 0.05


def grade(served: Served, queues: list[str], name: str, until: float, log: list[Any]) -> None:
    """Click through the queues, now and then taking one back; note what was acknowledged."""
    chance = random.Random(name)
    with Visitor(served, "grader", name) as browser:
        for queue in queues:
            _grade_one(browser, queue, chance, until, log)


def _grade_one(
    browser: Visitor, queue: str, chance: random.Random, until: float, log: list[Any]
) -> None:
    path = f"/zh/grade/q/{queue}"
    page = browser.get(path)
    while time.monotonic() < until:
        place = re.search(r'name="place" value="(\d+)"', page)
        keys = re.search(r'id="verdict"', page)
        if place is None or keys is None:
            break  # this queue is done
        choice = chance.choice(CHOICES)
        page = browser.post(path, place=place[1], choice=choice)
        log.append((queue, int(place[1]), choice))
        if chance.random() < 0.1:
            page = browser.post(f"{path}/undo", place=place[1])
            log.append((queue, int(place[1]), ""))
        time.sleep(PAUSE)


def run_again_and_again(served: Served, model: str, until: float, finished: list[int]) -> None:
    """Start runs through the page, each with one repeat more, and watch them to their end."""
    store = served.workspace.store
    with Visitor(served, "owner") as browser:
        while time.monotonic() < until and len(finished) < 19:
            repeats = len(finished) + 1
            browser.post("/zh/run", bank="小题库", count="all", repeats=repeats, model=model)
            while store.runs()[-1].state != "finished":
                browser.get("/zh/")
                time.sleep(0.2)
                if time.monotonic() > until + 120:
                    raise AssertionError(f"the run never ended: {store.runs()[-1]}")
            finished.append(repeats)


def make_queues(served: Served, count: int) -> list[str]:
    """So many queues over all answers, made through the page."""
    with Visitor(served, "owner") as owner:
        for _ in range(count):
            owner.post("/zh/grade/new", bank="小题库", kind="verdict", which="all", limit="5000")
    return [status.queue.id for status in served.workspace.store.queues()]


def slow_model(workspace: Workspace) -> str:
    """A scripted model that takes its time; gives its hash."""
    options = {"default": "答案是 4", "delay": 0.3, "jitter": 0.2, "concurrency": 4}
    card = ModelCard(name="慢慢来", kind="scripted", options=options)
    workspace.store.add_cards([card])
    return card.hash


def test_two_graders_and_a_run(where: str) -> None:
    with Workspace.open(where) as workspace:
        fill(workspace)
        model = slow_model(workspace)
        with Served(workspace, guarded=True) as served:
            queues = make_queues(served, 2 + int(SECONDS * 4 / 36))
            logs: dict[str, list[Any]] = {name: [] for name in GRADERS}
            finished: list[int] = []
            until = time.monotonic() + SECONDS
            _all_at_once(
                *(lambda n=name: grade(served, queues, n, until, logs[n]) for name in GRADERS),
                lambda: run_again_and_again(served, model, until, finished),
            )
        store = workspace.store
        for name, log in logs.items():
            stored = [
                (click.queue, click.place, click.choice)
                for queue in queues
                for click in store.clicks(queue, by=name)
            ]
            assert stored == log
            assert len(log) > SECONDS
        asked = [answer for answer in store.answers() if answer.model == "慢慢来"]
        assert finished
        assert len(asked) == 12 * max(finished)
        assert len({answer.key for answer in asked}) == len(asked)
        assert workspace.store.verify() == []


def _all_at_once(*works: Callable[[], None]) -> None:
    """Run them in threads; the first fault of any is raised."""
    faults: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
