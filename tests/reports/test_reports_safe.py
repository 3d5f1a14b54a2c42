from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.reports.safe import fit, one_line, short_name, visible, width

ANY = st.text(st.characters(codec=None), max_size=60)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b\x1b[31m", "a␀b␛[31m"),
        ("left \u202etfel", "left ⟦U+202E⟧tfel"),
        ("\u2066x\u2069", "⟦U+2066⟧x⟦U+2069⟧"),
        ("half \udc80 pair", "half \ufffd pair"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("tab\tstays, 汉字 and 👩‍👩‍👧 too", "tab\tstays, 汉字 and 👩‍👩‍👧 too"),
        ("\x85\x7f", "⟦U+0085⟧␡"),
    ],
)
def test_what_controls_becomes_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(ANY)
def test_anything_becomes_storable_and_stays_as_it_is_the_second_time(text: str) -> None:
    shown = visible(text)
    shown.encode("utf-8")
    assert visible(shown) == shown
    assert "\n" not in one_line(text)
    assert 0 < len(short_name(text)) <= 60


def test_a_huge_text_is_cut_without_being_read_whole() -> None:
    assert one_line("字 " * 10_000_000, 20) == "字 " * 9 + "字…"


def test_width_counts_wide_characters_twice() -> None:
    assert width("智谱a") == 5
    assert fit("智谱清言模型", 7) == "智谱清…"
    assert fit("智谱", 4) == "智谱"
