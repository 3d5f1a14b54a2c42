import json

import pytest

from mingan import sealing
from mingan.errors import InputError


def test_what_is_sealed_opens_with_its_passphrase_only():
    document = sealing.seal("明题与暗题", "a passphrase")
    assert sealing.unseal(document, "a passphrase") == "明题与暗题"
    with pytest.raises(InputError, match=r"passphrase|口令"):
        sealing.unseal(document, "another passphrase")


def test_a_sealed_document_shows_nothing_and_is_never_the_same_twice():
    text = "secret words in plain letters"
    first, second = sealing.seal(text, "p"), sealing.seal(text, "p")
    assert "secret" not in first
    assert first != second


def test_a_changed_document_does_not_open():
    document = json.loads(sealing.seal("text", "p"))
    document["data"] = "A" + document["data"][1:] if document["data"][0] != "A" else "B"
    with pytest.raises(InputError):
        sealing.unseal(json.dumps(document), "p")


@pytest.mark.parametrize(
    "junk", ["", "{}", "[1]", '{"mingan": "sealed", "version": 1}', "[" * 9999]
)
def test_junk_gets_one_sentence(junk: str):
    with pytest.raises(InputError, match=r"not sealed|不是明暗封存"):
        sealing.unseal(junk, "p", name="x.sealed")


def test_veiled_text_is_unreadable_and_comes_back():
    veiled = sealing.veil('{"prompt": "暗题"}')
    assert "prompt" not in veiled
    assert sealing.unveil(veiled) == '{"prompt": "暗题"}'
    assert sealing.unveil('{"prompt": "明题"}') == '{"prompt": "明题"}'
