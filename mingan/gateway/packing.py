"""Arrays in JSON: a policy is one file of text that nothing in it can run (no pickle).

Numbers are little-endian and in base 64, as single or half precision, whichever is enough.
"""

from __future__ import annotations

import base64
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mingan.errors import InputError

Kind = Literal["f8", "f4", "f2", "i4"]


def pack(array: ArrayLike, kind: Kind = "f4") -> dict[str, Any]:
    """An array as JSON can hold it."""
    values = np.ascontiguousarray(np.asarray(array).astype(f"<{kind}"))
    return {
        "kind": kind,
        "shape": list(values.shape),
        "data": base64.b64encode(values.tobytes()).decode("ascii"),
    }


def unpack(packed: Any) -> NDArray[Any]:
    """The array back from `pack`: single precision of half, else as it was packed.

    Raises:
        InputError: it was not made by `pack`, or is cut short.
    """
    try:
        kind, shape = packed["kind"], tuple(int(n) for n in packed["shape"])
        if kind not in ("f8", "f4", "f2", "i4"):
            raise ValueError(kind)
        flat = np.frombuffer(base64.b64decode(packed["data"], validate=True), dtype=f"<{kind}")
        values = flat.reshape(shape)
    except (KeyError, TypeError, ValueError) as fault:
        raise InputError(
            "策略文件里有一个数组读不出来，文件可能不完整。请重新运行 mingan gateway train。",
            "An array in the policy file cannot be read; the file may be incomplete. Run mingan "
            "gateway train again.",
        ) from fault
    return np.array(values, np.float32) if kind == "f2" else np.array(values)
