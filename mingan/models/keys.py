"""Where an API key comes from at the moment of use.

A card carries only the name of a key. The key itself is looked for, in this order, in the memory
of this process (where the bench puts what a person types), in the environment, and in the
system's keyring if the package `keyring` is installed. It is never written to the workspace, a
log, a page or an error, and no `repr` shows it. This module must not know what a key is for.
"""

from __future__ import annotations

import importlib.util
import os
import threading
from typing import TYPE_CHECKING

from mingan.errors import UsageError
from mingan.language import Text

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "mingan"
"""The name under which keys lie in the system's keyring."""

LONGEST = 4096
"""Characters of a key at most; what is longer was pasted by mistake."""

_SAFE_PRIORITY = 1.0  # below it, a backend of `keyring` keeps secrets in the open, or nowhere


class KeyTable:
    """Keys by name, in memory only."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"KeyTable({len(self._keys)})"

    def __reduce__(self) -> str:
        raise TypeError("keys are not copied or stored")

    def put(self, name: str, key: str) -> None:
        """Hold a key until this process ends."""
        with self._lock:
            self._keys[name] = key

    def get(self, name: str) -> str:
        """The key held under a name; "" if there is none."""
        return self._keys.get(name, "")

    def drop(self, name: str) -> None:
        """Forget a key."""
        with self._lock:
            self._keys.pop(name, None)


_typed = KeyTable()
_from_keyring = KeyTable()  # asking the keyring takes milliseconds, and a run asks every time


def find(name: str) -> str:
    """The key of that name, or "" where there is none."""
    return (
        _typed.get(name)
        or os.environ.get(name, "").strip()
        or _from_keyring.get(name)
        or _look_up(name)
    )


def hold(name: str, key: str) -> None:
    """Hold a key in the memory of this process, where it goes before all other places.

    Raises:
        UsageError: it cannot be a key. The sentence does not repeat it.
    """
    key = key.strip()
    if not is_possible(key) or len(key) > LONGEST:
        raise UsageError(
            "这个密钥是空的、太长，或含有密钥里不会有的字符；请重新复制一遍。",
            "This key is empty, too long, or holds characters that no key has; copy it again.",
        )
    _typed.put(name, key)


def forget(name: str) -> None:
    """Forget a key that this process holds; environment and keyring stay as they are."""
    _typed.drop(name)
    _from_keyring.drop(name)


def keep(name: str, key: str) -> None:
    """Put a key into the system's keyring, for this process and later ones.

    Raises:
        UsageError: it cannot be a key, or this machine has no keyring that can be used.
    """
    hold(name, key)
    if (why := no_keyring()) is not None:
        raise UsageError(*why)
    backend = _backend()
    try:
        if backend is not None:
            backend.set_password(SERVICE, name, key.strip())
    except Exception as fault:  # a backend may raise whatever its system gives it
        raise UsageError(
            f"系统钥匙串没有收下这个密钥（{type(fault).__name__}）；它只在这次打开期间有效。",
            f"The system keyring did not take the key ({type(fault).__name__}); it is held only "
            "while this bench is open.",
        ) from None


def no_keyring() -> Text | None:
    """Why keys cannot be kept in the system's keyring; None where they can."""
    if importlib.util.find_spec("keyring") is None:
        return Text(
            "没有安装钥匙串支持；要用它，请运行：pip install 'mingan[keyring]'",
            "Keyring support is not installed; to use it: pip install 'mingan[keyring]'",
        )
    if _backend() is None:
        return Text(
            "这台机器没有可用的系统钥匙串（没有桌面的服务器大多如此）；"
            "密钥只在这次打开期间留在内存里，或写进环境变量。",
            "This machine has no usable system keyring (most servers without a desktop have "
            "none); the key stays in memory while the bench is open, or goes into an environment "
            "variable.",
        )
    return None


def is_possible(key: str) -> bool:
    """Whether a text could be a key at all: keys go into an HTTP header."""
    return bool(key) and key.isascii() and key.isprintable()


def _backend() -> KeyringBackend | None:
    """The system's keyring, unless there is none or it keeps secrets in the open."""
    if importlib.util.find_spec("keyring") is None:
        return None
    try:
        import keyring

        backend = keyring.get_keyring()
        safe = float(backend.priority) >= _SAFE_PRIORITY
    except Exception:  # whatever ails a keyring, the other places remain
        return None
    return backend if safe else None


def _look_up(name: str) -> str:
    backend = _backend()
    if backend is None:
        return ""
    try:
        key = (backend.get_password(SERVICE, name) or "").strip()
    except Exception:  # locked, or the person said no: as good as not there
        return ""
    if key:
        _from_keyring.put(name, key)
    return key
