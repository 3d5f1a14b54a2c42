import pytest

from mingan.bank import pairs
from mingan.errors import BankError, InputError
from mingan.records import Question


def written(count: int) -> list[Question]:
    return [
        Question(id=f"{name}-{side}", prompt=f"{side} of {name}", answer=side, pair=name)
        for name in (f"pair-{i}" for i in range(count))
        for side in "ab"
    ]


def test_each_pair_has_one_half_public_and_one_hidden():
    split = pairs.split(written(40), "nonce")
    assert len(split.public) == len(split.hidden) == 40
    for public, hidden in zip(split.public, split.hidden, strict=True):
        assert public.id == hidden.id
        assert {public.answer, hidden.answer} == {"a", "b"}
        assert (public.hidden, hidden.hidden) == ("", "sealed")
        assert public.pair == hidden.pair == ""


def test_the_coin_is_fair_and_settled_by_the_nonce():
    nonces = [f"n{i}" for i in range(100)]
    heads = sum(pairs.coin(nonce, f"p{i}") for nonce in nonces for i in range(40))
    assert 1850 < heads < 2150
    assert pairs.split(written(9), "x").public == pairs.split(written(9), "x").public


def test_the_commitment_is_the_hash_of_the_nonce():
    assert pairs.split(written(1), "abc").commitment == pairs.commitment("abc")
    assert pairs.commitment("abc").startswith("ba7816bf8f01cfea")  # FIPS 180-2, example B.1


def test_questions_without_a_pair_stay_public():
    alone = Question(id="alone", prompt="p", answer="a")
    assert pairs.split([alone, *written(1)], "n").public[0] == alone


def test_a_pair_of_three_is_refused():
    with pytest.raises(BankError, match="pair-0"):
        pairs.split([*written(1), Question(id="c", prompt="c", pair="pair-0")], "n")


def test_sealed_halves_come_back_with_their_nonce():
    split = pairs.split(written(3), pairs.new_nonce())
    document = pairs.sealed(split.hidden, split.nonce, "pass")
    assert "of pair" not in document
    assert pairs.opened(document, "pass") == (split.hidden, split.nonce)
    with pytest.raises(InputError):
        pairs.opened(document, "other")
