from __future__ import annotations

import math
import re
from xml.etree import ElementTree

from reports_fake import report, score

from mingan.reports.charts.bars import interval_bar, interval_chart, verdict_bar


def test_bar_puts_the_point_on_its_interval() -> None:
    made = score("m", 30, 10)
    drawn = ElementTree.fromstring(interval_bar(made))
    line = next(e for e in drawn if e.get("class") == "range")
    dot = next(e for e in drawn if e.get("class") == "dot")
    ends = [float(str(line.get(k)).rstrip("%")) for k in ("x1", "x2")]
    at = float(str(dot.get("cx")).rstrip("%"))
    assert ends[0] < at < ends[1]
    assert math.isclose(at, 75)
    assert [round(x / 100, 3) for x in ends] == [round(made.low, 3), round(made.high, 3)]
    assert drawn.get("aria-label") == "75 (60–86)"


def test_nothing_known_draws_nothing() -> None:
    empty = score("m", 0, 0)
    assert interval_bar(empty) == ""
    assert verdict_bar(empty) == ""
    assert "nan" not in interval_chart([empty], ident="c", title="t", description="d")


def test_parts_of_the_verdict_bar_fill_it() -> None:
    drawn = ElementTree.fromstring(verdict_bar(score("m", 5, 3, 1, failed=1)))
    widths = {e.get("class"): float(str(e.get("width")).rstrip("%")) for e in drawn}
    assert widths == {"right": 50, "wrong": 30, "unsure": 10, "lost": 10}


def test_chart_is_well_formed_named_and_free_of_script() -> None:
    scores = [score('<script>alert(1)</script> & "x"\x00', 8, 3), *report(40, 5).scores]
    drawn = interval_chart(scores, ident="c", title="A & B", description="<d>")
    root = ElementTree.fromstring(drawn)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "c-t c-d"
    assert {e.tag for e in root.iter()} <= {"svg", "title", "desc", "line", "circle", "text"}
    assert len(re.findall('class="dot"', drawn)) == 6
    assert "style=" not in drawn
