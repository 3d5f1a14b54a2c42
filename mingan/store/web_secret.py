"""The secret with which a workspace's web page signs cookies and makes the tokens of its roles.

It lies in `mingan.db.web` beside the workspace and outlives the server, so that a restart logs
nobody out. A new one makes every old token and cookie void.
"""

from __future__ import annotations

import os
import secrets

from mingan.errors import StoreError
from mingan.store.engine import Place
from mingan.store.private_file import path_beside, write_private

_BYTES = 32


def web_secret(where: Place, *, renew: bool = False) -> bytes:
    """The workspace's secret, made the first time it is wanted, or anew.

    Raises:
        StoreError: the file cannot be read or written, or is damaged.
    """
    path = path_beside(where, "web")
    try:
        if renew or not path.exists():
            write_private(path, secrets.token_hex(_BYTES), new=not renew)
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise _unusable(str(path), os.strerror(error.errno or 0)) from None
    except ValueError:
        raise _unusable(str(path), "damaged") from None
    if len(secret) != _BYTES:
        raise _unusable(str(path), "damaged")
    return secret


def _unusable(path: str, why: str) -> StoreError:
    return StoreError(
        f"网页的密钥文件 {path} 用不了（{why}）。请检查权限，或移走它，会另做一份，"
        "旧的口令随之作废。",
        f"The web page's secret {path} cannot be used ({why}). Check its permissions, or move it "
        "away: then a new one is made, and old tokens are void.",
    )
