"""The reading desk in a browser: without JavaScript, and without a barrier in any of its states."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import test_web_axe
from web_help import Served, Watched

from mingan.grading.people.outcome import outcome
from mingan.grading.people.queueing import Wish, make_queue
from mingan.records import now
from mingan.store.queues import Queue, QueueKind
from mingan.web.grade_new import candidates
from mingan.workspace import Workspace

axe = test_web_axe.axe  # the fixture


def open_queue(workspace: Workspace, served: Served, kind: QueueKind, size: int = 12) -> Queue:
    wish = Wish(
        bank="小题库", kind=kind, which="all", limit=size, title="看看", guideline="看结论。",
        criteria=("结论对", "写得清楚") if kind == "rubric" else (),
    )  # fmt: skip
    queue = make_queue(candidates(served.bench.snapshot("小题库")), wish, seed=3)
    workspace.store.add_queue(queue)
    return queue


def sit_down(page: Any, queue: Queue, lang: str = "zh") -> None:
    page.goto(f"/{lang}/grade/q/{queue.id}")
    page.locator("main input[name=name]").first.fill("小林")
    page.keyboard.press("Enter")
    page.locator(".desk").wait_for()


def test_without_javascript_every_button_works(
    workspace: Workspace, watch: Callable[..., Watched]
) -> None:
    with Served(workspace) as served:
        queue = open_queue(workspace, served, "rubric", size=3)
        page = watch(served, java_script_enabled=False).page
        sit_down(page, queue)
        page.get_by_label("写得清楚").check()
        page.get_by_role("button", name="判完这一条").click()
        page.get_by_text("第 2 / 3 条").wait_for()
        page.get_by_role("button", name="撤销").click()
        page.get_by_text("撤销了").wait_for()
        assert page.get_by_label("写得清楚").is_checked()
        page.get_by_label("结论对").check()
        page.get_by_role("button", name="判完这一条").click()
        page.get_by_role("button", name="判不了").click()
        page.get_by_role("button", name="判不了").click()
        page.get_by_text("3 条都判完了").wait_for()
        page.get_by_role("link", name="进度与揭晓").click()
        page.get_by_text("揭晓名字").click()
        page.get_by_role("button", name="现在揭晓").click()
        page.get_by_role("heading", name="小林 判了 3 条").wait_for()
    assert [g.score for g in workspace.store.all_grades() if g.authority == "person"] == [
        1.0, None, None,
    ]  # fmt: skip
    assert workspace.store.verify() == []


@pytest.mark.parametrize(("lang", "theme"), [("zh", "light"), ("en", "dark")])
def test_no_state_of_the_desk_has_a_barrier(
    workspace: Workspace,
    watch: Callable[..., Watched],
    axe: str,
    lang: str,
    theme: str,
) -> None:
    with Served(workspace) as served:
        page = watch(served, color_scheme=theme, viewport={"width": 360, "height": 740}).page

        def check(path: str = "") -> None:
            if path:
                page.goto(f"/{lang}{path}")
            assert test_web_axe.violations(page, axe) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 360

        queues = {
            kind: open_queue(workspace, served, kind) for kind in ("verdict", "pair", "rubric")
        }
        queue = queues["verdict"]
        check(f"/grade/q/{queue.id}")
        sit_down(page, queue, lang)
        for each in queues.values():
            check(f"/grade/q/{each.id}")
        page.goto(f"/{lang}/grade/q/{queue.id}")
        page.keyboard.press("1")
        page.locator("button[form=undo]").wait_for()
        check()
        page.keyboard.press("z")
        page.locator(".before").wait_for()
        check()
        page.keyboard.press("?")
        page.get_by_role("dialog").wait_for()
        check()
        for place in range(12):
            for name, odd in (("小林", 3), ("阿明", 4)):
                choice = "wrong" if place % odd == 0 else "right"
                workspace.store.click(queue.id, place, name, choice)
        check(f"/grade/q/{queue.id}")
        check(f"/grade/q/{queue.id}/result")
        questions, _ = workspace.store.judged(queue)
        workspace.store.reveal(queue.id, partial(outcome, questions=questions, at=now()))
        check(f"/grade/q/{queue.id}/result")
        check("/grade")
