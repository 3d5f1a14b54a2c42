"""Sealing: text that nobody shall read in passing, and that its owner can open at any time.

The hidden halves of our own questions are sealed under a passphrase that is printed right here.
That protects against one thing only: that a crawler reads them in passing and they end up in a
model's training data. It is no secret, and whoever wants to read them can. A bank of your own is
sealed under your own passphrase, and then it is encryption: scrypt makes the key, AES-256-GCM
encrypts and notices any change.

This module knows no bank and no store; `cryptography` is imported when it is first needed.
"""

from __future__ import annotations

import base64
import json
import os
from functools import lru_cache
from typing import TYPE_CHECKING

from mingan.errors import InputError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PUBLISHED = "mingan opens this in memory only; please do not train on it"
"""The published passphrase of the hidden halves that come with Mingan."""

PASSPHRASE_IN = "MINGAN_SEAL_KEY"
"""The environment variable with the passphrase of what users sealed themselves."""

PREFIX = "sealed:1:"
"""How a text that was sealed within a workspace begins."""

_WORK = 2**15
_SALT, _NONCE = 16, 12
_PASSING = b"mingan passing 1"


def seal(text: str, passphrase: str) -> str:
    """`text` as a JSON document that only the passphrase opens; another one every time."""
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    data = _cipher(passphrase, salt).encrypt(nonce, text.encode(), None)
    parts = {"salt": salt, "nonce": nonce, "data": data}
    written = {name: base64.b64encode(part).decode() for name, part in parts.items()}
    return json.dumps({"mingan": "sealed", "version": 1, **written}, indent=1) + "\n"


def unseal(document: str, passphrase: str, *, name: str = "") -> str:
    """What `seal` was given.

    Raises:
        InputError: it is no sealed document, it was changed, or the passphrase is another one.
    """
    from cryptography.exceptions import InvalidTag

    try:
        found = json.loads(document)
        if found["mingan"] != "sealed" or found["version"] != 1:
            raise KeyError("version")
        salt, nonce, data = (base64.b64decode(found[part]) for part in ("salt", "nonce", "data"))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(
            f"{name or '这份文件'} 不是明暗封存的文件，或者残缺了。请重新封存，或从备份里取一份。",
            f"{name or 'This file'} was not sealed by Mingan, or is incomplete. Seal it again, or "
            "take it from a backup.",
        ) from None
    try:
        return str(_cipher(passphrase, salt).decrypt(nonce, data, None).decode())
    except (InvalidTag, ValueError):
        raise InputError(
            f"{name or '这份封存的文件'} 打不开：口令不对，或文件被改过。请核对口令。",
            f"{name or 'This sealed file'} does not open: the passphrase is another one, or the "
            "file was changed. Check the passphrase.",
        ) from None


def veil(text: str) -> str:
    """`text` so that it cannot be read in passing where it is stored, under `PUBLISHED`."""
    nonce = os.urandom(_NONCE)
    data = _cipher(PUBLISHED, _PASSING).encrypt(nonce, text.encode(), None)
    return PREFIX + base64.b64encode(nonce + data).decode()


def unveil(text: str) -> str:
    """What `veil` was given; any other text as it is."""
    if not text.startswith(PREFIX):
        return text
    data = base64.b64decode(text.removeprefix(PREFIX))
    return str(_cipher(PUBLISHED, _PASSING).decrypt(data[:_NONCE], data[_NONCE:], None).decode())


@lru_cache(maxsize=16)
def _key(passphrase: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return bytes(Scrypt(salt=salt, length=32, n=_WORK, r=8, p=1).derive(passphrase.encode()))


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(_key(passphrase, salt))
