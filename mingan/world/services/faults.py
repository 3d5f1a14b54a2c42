"""Why there is no clip: refused, failed, perhaps paid for already, or too dear.

What a service says by status is in `mingan.models.openai_faults`, which is used here too; these are
the faults that only jobs know. All are children of `ModelError`, and none is worth trying again at
once. The module must not know HTTP or any service.
"""

from __future__ import annotations

from pathlib import Path

from mingan.errors import KeyRejected, ModelError, RequestRejected, ServerFault


class Refused(RequestRejected):
    """The service held the clip back for what is in it: an answer's state, not a fault.

    `said` is what it said, without the key, on one line.
    """

    def __init__(self, zh: str, en: str, *, said: str = "") -> None:
        super().__init__(zh, en)
        self.said = said


class JobFailed(ServerFault):
    """The service took the job and made no clip of it. It may have been paid for."""

    retryable = False


class MaybePaid(RequestRejected):
    """A submit broke off before the service's number for the job was known."""


class CapReached(KeyRejected):
    """The next clip would pass the card's cap; every further one would too."""


class NotKept(ServerFault):
    """The journal cannot be written: what is paid for must be on disk before anything goes on."""

    retryable = False


def refused(who: str, said: str) -> Refused:
    """The service's content policy stepped in."""
    return Refused(
        f"{who} 以内容政策为由不给视频。{_told_zh(said)}",
        f"{who} gives no clip, for reasons of its content policy.{_told_en(said)}",
        said=said,
    )


def job_failed(who: str, job: str, said: str) -> JobFailed:
    """The service ended a job without a clip."""
    return JobFailed(
        f"{who} 没有做成视频（任务 {job}）。{_told_zh(said)}再运行一次会重新提交，可能再收一次费。",
        f"{who} made no clip (job {job}).{_told_en(said)} Running again submits it anew, which "
        "may cost once more.",
    )


def maybe_paid(who: str, file: Path) -> MaybePaid:
    """There was a submit, and nobody knows whether the service took it."""
    return MaybePaid(
        f"{who}：这一段提交到一半断了，可能已经收费，不会自动再提交。请到服务商的控制台查看；"
        f"确定没有收费，或愿意再付一次，就删掉 {file} 再运行。",
        f"{who}: a submit of this clip broke off and may have been paid for, so it is not "
        f"submitted again. Look into the service's console; if it was not paid for, or you will "
        f"pay twice, delete {file} and run again.",
    )


def not_noted(who: str, job: str, file: Path) -> NotKept:
    """A job was taken, and its number could not be written down."""
    return NotKept(
        f"{who} 接了任务 {job}，但写不进 {file}；请检查磁盘空间和权限，并记下这个任务号。",
        f"{who} took job {job}, but it cannot be written to {file}. Check disk space and "
        "permissions, and note the job.",
    )


def cap_reached(who: str, cost: float, spent: float, cap: float, currency: str) -> CapReached:
    """The next clip does not fit under the cap."""
    return CapReached(
        f"{who}：已花 {spent:.4g} {currency}，再接一段要 {cost:.4g}，会超过上限 {cap:g}；没有提交。"
        "要继续，请在 models.toml 里调高 cap。",
        f"{who}: {spent:.4g} {currency} are spent, one more clip costs {cost:.4g} and would pass "
        f"the cap of {cap:g}; nothing was submitted. Raise cap in models.toml to go on.",
    )


def unsuited(who: str, zh: str, en: str) -> ModelError:
    """The service does not do this at all; nothing was submitted."""
    return RequestRejected(f"{who}：{zh}没有提交。", f"{who}: {en} Nothing was submitted.")


def _told_zh(said: str) -> str:
    return f"对方说：{said} " if said else ""


def _told_en(said: str) -> str:
    return f" It said: {said}" if said else ""
