"""`mingan models fetch`: a pinned model file from the first source that has it.

Every source is tried in turn, what it hands over is checked against the pinned SHA-256, and
only a file that is right gets its name in the cache, by one rename. An interrupted fetch goes on
where it was; two at once keep out of each other's way. Nothing that was downloaded is ever
imported or run. This module must not know what a model file is for.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from mingan.errors import DownloadError, UsageError
from mingan.models.sources import (
    CHUNK,
    FileSource,
    Progress,
    SourceFailed,
    default_sources,
    only_one,
)
from mingan.models.weights import WEIGHTS, Weight, cache_dir

SPARE = 64 * 1024 * 1024
"""Bytes of disk to leave free beyond what a source needs."""


def fetch(
    name: str,
    *,
    to: Path | None = None,
    progress: Progress | None = None,
    sources: Sequence[FileSource] | None = None,
    weight: Weight | None = None,
) -> Path:
    """The model file of that name, downloaded if it is not there yet.

    Args:
        name: a name in `WEIGHTS`, such as "qwen2.5-coder-0.5b".
        to: the folder; `cache_dir()` by default.
        progress: called with (source, bytes so far, bytes in all).
        sources: where to look instead of the usual places.
        weight: what to look for instead of the pinned file of that name.

    Raises:
        UsageError: there is no such name.
        DownloadError: no source had it (with what each of them said), the disk is too full, or
            another fetch of it is going on.
    """
    weight = weight or _weight(name)
    folder = to or cache_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with only_one(folder / f"{weight.file}.lock") as alone:
            if not alone:
                raise DownloadError(
                    f"另一个程序正在下载 {weight.name}。请等它完成。",
                    f"Another program is fetching {weight.name}. Wait until it is done.",
                )
            chosen = default_sources(weight) if sources is None else sources
            return _fetch(weight, folder, progress or _silent, chosen)
    except OSError as error:
        raise _disk_error(error, folder) from None


def is_whole(path: Path, weight: Weight) -> bool:
    """Whether a file is exactly the pinned one: size and SHA-256."""
    if not path.is_file() or path.stat().st_size != weight.size:
        return False
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            digest.update(block)
    return digest.hexdigest() == weight.sha256


def _weight(name: str) -> Weight:
    if name not in WEIGHTS:
        raise UsageError(
            f"没有名叫 {name!r} 的模型文件。可以下载的有：{', '.join(WEIGHTS)}。",
            f"There is no model file named {name!r}. To be had: {', '.join(WEIGHTS)}.",
        )
    return WEIGHTS[name]


def _fetch(weight: Weight, folder: Path, progress: Progress, sources: Sequence[FileSource]) -> Path:
    target = folder / weight.file
    if is_whole(target, weight):
        return target
    target.unlink(missing_ok=True)
    said: list[tuple[str, SourceFailed]] = []
    for source in sources:
        try:
            found = _from(source, weight, folder, progress)
        except SourceFailed as failure:
            said.append((source.name, failure))
            continue
        found.replace(target)
        for other in sources:
            other.clean(weight, folder)
        return target
    raise _nowhere(weight, folder, said)


def _from(source: FileSource, weight: Weight, folder: Path, progress: Progress) -> Path:
    """The checked file from one source.

    A file that was pieced together from several tries and is wrong is fetched once more from
    the beginning: the source may have changed it in between.
    """
    for _ in range(2):
        needed = source.space(weight, folder) + SPARE
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise SourceFailed(
                f"磁盘空间不够：还要 {_mb(needed)}，只有 {_mb(free)}",
                f"not enough disk: {_mb(needed)} needed, {_mb(free)} free",
            )
        found = source.get(weight, folder, progress)
        if is_whole(found, weight):
            return found
        source.clean(weight, folder)
    raise SourceFailed("内容不对（SHA-256 不符）", "the content is wrong (SHA-256 differs)")


def _nowhere(weight: Weight, folder: Path, said: list[tuple[str, SourceFailed]]) -> DownloadError:
    zh = "；".join(f"{name}：{failure.why.zh}" for name, failure in said)
    en = "; ".join(f"{name}: {failure.why.en}" for name, failure in said)
    return DownloadError(
        f"哪里都没有取到 {weight.name}。{zh}。已下载的部分会留着，再运行一次就接着下；"
        f"也可以自己把 {weight.file} 下载到 {folder}。",
        f"{weight.name} could not be had anywhere. {en}. What was downloaded is kept, and the "
        f"next try goes on from there; or put {weight.file} into {folder} yourself.",
    )


def _disk_error(error: OSError, folder: Path) -> DownloadError:
    if error.errno == errno.ENOSPC:
        return DownloadError(
            f"磁盘满了（{folder}）。腾出空间再运行一次，已下载的部分还在。",
            f"The disk is full ({folder}). Free some space and run it again; what was "
            "downloaded is still there.",
        )
    return DownloadError(
        f"不能写入 {folder}（{error.strerror}）。请检查权限，或用环境变量 MINGAN_CACHE 换个地方。",
        f"Cannot write to {folder} ({error.strerror}). Check the permissions, or choose another "
        "place by the environment variable MINGAN_CACHE.",
    )


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


def _silent(source: str, done: int, total: int) -> None:
    """For those who want no progress."""
