from __future__ import annotations

import io
import re
import time

import pytest

from mingan.asking.display import PlainLines, display, duration, line, money, table
from mingan.asking.progress import ModelProgress, Progress
from mingan.records import Answer, Usage


def answer(**more: object) -> Answer:
    return Answer(question="q", asked="a", model="m", model_hash="h", **more)  # type: ignore[arg-type]


def progress(**models: ModelProgress) -> Progress:
    return Progress(dict(models))


def test_answers_add_up_by_state_cost_and_tokens() -> None:
    model = ModelProgress("m", total=10, already=3)
    model.take(answer(cost=0.25, currency="CNY", usage=Usage(tokens_in=10, tokens_out=5), tries=2))
    model.take(answer(state="failed", tries=8))
    assert (model.done, model.asked, model.requests) == (5, 2, 10)
    assert (model.cost, model.tokens_in, model.tokens_out) == (0.25, 10, 5)
    assert model.states["failed"] == model.states["ok"] == 1


def test_rate_and_time_left_come_from_the_latest_half_minute() -> None:
    model = ModelProgress("m", total=1000)
    for second in range(101):
        model.states["ok"] = min(second, 60) * 2 + max(0, second - 60) * 5
        model.mark(float(second))
    assert model.rate == pytest.approx(5.0)
    assert model.eta_s == pytest.approx((1000 - 320) / 5)
    assert len(model._marks) <= 32


def test_time_left_is_unknown_before_the_first_answer_and_nothing_at_the_end() -> None:
    slow, done = ModelProgress("a", total=5), ModelProgress("b", total=5, already=5)
    assert slow.eta_s is None
    assert done.eta_s == 0.0
    assert progress(a=slow, b=done).eta_s is None
    slow.stopped = "停"
    assert progress(a=slow, b=done).eta_s == 0.0


def test_costs_in_two_currencies_are_not_added() -> None:
    a = ModelProgress("a", total=1, cost=1.5, currency="CNY")
    b = ModelProgress("b", total=1, cost=0.001234, currency="USD")
    assert progress(a=a, b=b).costs == {"CNY": 1.5, "USD": 0.001234}
    assert money({"CNY": 1.5, "USD": 0.001234}) == "1.50 CNY + 0.0012 USD"


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (None, "", ""),
        (0.0, "", ""),
        (42.0, "约 42 秒", "about 42 s"),
        (600.0, "约 10 分钟", "about 10 min"),
        (9000.0, "约 2.5 小时", "about 2.5 h"),
    ],
)
def test_time_left_in_words(seconds: float | None, zh: str, en: str) -> None:
    assert duration(seconds, "zh") == zh
    assert duration(seconds, "en") == en


def half_way() -> Progress:
    model = ModelProgress("千问", total=10, cost=0.5, currency="CNY")
    model.states |= {"ok": 4, "refused": 1}
    return progress(m=model)


def test_a_line_says_how_far_it_is_in_both_languages() -> None:
    assert line(half_way(), "zh") == "5/10，正常 4 拒答 1，0.50 CNY"
    assert line(half_way(), "en") == "5/10, ok 4 refused 1, 0.50 CNY"


def test_without_a_terminal_a_line_comes_now_and_then_and_at_the_end() -> None:
    out = io.StringIO()
    show = PlainLines(out, "zh", every_s=0.05)
    for _ in range(10):
        show(half_way())
    assert out.getvalue() == ""
    time.sleep(0.06)
    show(half_way())
    assert out.getvalue().count("\n") == 1
    last = half_way()
    last.finished = True
    show(last)
    assert out.getvalue().count("\n") == 2


def test_on_a_terminal_every_model_has_its_row_and_hostile_names_stay_text() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    both = half_way()
    both.models["n"] = ModelProgress("[red]x[/nope]", total=3, stopped="密钥不对")
    with display(stream=out, lang="zh") as show:
        show(both)
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", out.getvalue())
    for expected in ("千问", "5/10", "正常 4 拒答 1", "[red]x[/nope]", "已停止", "合计", "5/13"):
        assert expected in shown
    assert table(both, "en").row_count == 3


def test_display_falls_back_to_plain_lines() -> None:
    out = io.StringIO()
    with display(stream=out, lang="en") as show:
        last = half_way()
        last.finished = True
        show(last)
    assert out.getvalue() == "5/10, ok 4 refused 1, 0.50 CNY\n"
