"""What a text says, and what only looks like it."""

from __future__ import annotations

from mingan.grading.wording import sayings


def test_a_word_is_not_made_of_letters_that_signs_keep_apart() -> None:
    assert sayings("(.t.|.h.|.e.|.a.|.t.|.r.|.e.)", ["theatre"]) == []
    assert sayings("图里写的是 theatre。", ["theatre"])
    assert sayings("This is the USA", ["U.S.A."])
