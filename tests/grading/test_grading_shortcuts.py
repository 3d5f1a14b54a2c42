"""The shortcuts that make grading fast must read exactly what the long way reads."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan import normal
from mingan.grading import numerals
from mingan.grading.options import keyed

COMMON = "经过计算，答案是 28。總統萬與ＡＢＣ！？（）：；²½…’−×<>,.;:12390abc"
ODD = "\u200b\u0301e\r\n\x01ΣİſßǄ①㎡"
TEXTS = st.text(alphabet=COMMON + ODD, max_size=60) | st.text(max_size=60)


def folded_the_long_way(text: str) -> str:
    kept = {c: to for c, to in normal._BEFORE.items() if c in "，；" or not "！" <= c <= "～"}
    text = unicodedata.normalize("NFKC", text.translate(str.maketrans(kept)))
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(normal._TO_SIMPLIFIED)
    return "".join(c for c in text if c >= " " or c in "\n\t")


@given(TEXTS)
def test_folding_reads_the_same(text: str) -> None:
    assert normal.fold(text) == folded_the_long_way(text)


@given(TEXTS)
def test_a_key_is_the_folded_text_without_what_is_no_letter_or_digit(text: str) -> None:
    assert normal.key(text) == re.sub(r"[\s\W_]+", "", folded_the_long_way(text).casefold())


@given(
    before=st.text(alphabet="ab哈,", max_size=30),
    unit=st.text(alphabet="ab哈, ", min_size=1, max_size=13),
    times=st.integers(min_value=1, max_value=60),
    after=st.text(alphabet="ab哈,", max_size=30),
)
def test_no_endless_repetition_is_overlooked(
    before: str, unit: str, times: int, after: str
) -> None:
    text = before + unit * times + after
    assert normal.unrepeated(text) == normal._STUCK.sub(lambda m: m[1] * 40, text)


@given(TEXTS)
def test_every_character_of_a_key_knows_its_place(text: str) -> None:
    characters, places = keyed(text)
    assert len(characters) == len(places)
    assert [c for c in text if c.isalnum()] == [text[i] for i in places]
    assert all(c in (text[i], text[i].lower()) for c, i in zip(characters, places, strict=True))


def test_remembered_numbers_cannot_be_changed_by_who_asked_first() -> None:
    first = numerals.numbers("共 28 个")
    first.clear()
    assert [n.value for n in numerals.numbers("共 28 个")] == [28]


@pytest.mark.parametrize("text", ["28", "x" * 2 * normal.SHORT, "  28。\n" * normal.SHORT])
def test_short_and_long_texts_are_read_alike(text: str) -> None:
    assert normal.fold(text) == normal._fold(text)
    assert normal.key(text) == normal._key(text)
    assert normal.sentences(text) == list(normal._sentences(text))
