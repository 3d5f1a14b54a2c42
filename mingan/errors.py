"""Every error that Mingan raises on purpose, as one tree.

    MinganError                  a sentence in two languages: what is wrong, where, what to do
    ├── InputError               something a person wrote cannot be used (exit status 2)
    │   ├── BankError            a question file: names file, row and column
    │   ├── ModelsFileError      models.toml: names the key
    │   └── UsageError           a command or a call that makes no sense as given
    │       ├── BusyError        another process is asking for this workspace; wait for it
    │       └── NothingYet       there is nothing to show yet: ask models, or bring answers in
    ├── StoreError               the workspace cannot be opened, read or written
    │   └── DiskFullError        nothing was lost; free some space and resume
    ├── MissingExtraError        an optional part is not installed; names the pip line
    ├── DownloadError            a model file could not be had from any source
    └── ModelError               a model gave no answer. Never the model's mistake.
        ├── RateLimited          429: slow down (carries retry_after, in seconds)
        ├── ServerFault          5xx, a dropped connection, a broken body: try again
        ├── AnswerTimeout        no answer within the deadline
        ├── Unreachable          nothing listens there: the address is wrong or it is down
        ├── KeyRejected          401/403, or no key at all: no use in trying again
        └── RequestRejected      another 4xx: this one question cannot be asked this way

What a user of the library writes:

    try:
        bank = mingan.load_bank("questions.xlsx")
    except mingan.MinganError as error:
        print(error)            # one sentence, in the user's language

The module knows nothing of HTTP, databases or files; it only holds what they have to say.
A message must never contain a key: those who raise pass sentences, not requests.
"""

from __future__ import annotations

from mingan.language import Lang, Text


class MinganError(Exception):
    """Anything that goes wrong on purpose. `str(error)` is a sentence in the user's language.

    `public` is what a page may say to people who are not at this machine: the same sentence,
    unless it names a place that is none of their business, or a command that a page has no use for.
    """

    exit_status = 1

    def __init__(self, zh: str, en: str, *, public: Text | None = None) -> None:
        super().__init__(zh, en)
        self.message = Text(zh, en)
        self.public = public or self.message

    def say(self, lang: Lang | None = None) -> str:
        """The sentence in `lang`, or in the language of this process."""
        return self.message.say(lang)

    def __str__(self) -> str:
        return self.say()


class InputError(MinganError):
    """Something a person wrote cannot be used. Nothing was changed."""

    exit_status = 2


class BankError(InputError):
    """A question file cannot be used; the sentence names the file, the row and the column."""


class ModelsFileError(InputError):
    """models.toml cannot be used; the sentence names the file, the model and the key."""


class UsageError(InputError):
    """A command or a call that makes no sense as given."""


class BusyError(UsageError):
    """Another process is asking models for this workspace. It can be waited for."""


class NothingYet(UsageError):
    """There is nothing to show so far; what there will be comes from asking or bringing in."""


class StoreError(MinganError):
    """The workspace cannot be opened, read or written."""


class DiskFullError(StoreError):
    """The disk is full. What was stored before is intact, and the run can be resumed."""


class MissingExtraError(MinganError):
    """An optional part is not installed; the sentence carries the command that installs it."""


class DownloadError(MinganError):
    """A model file could not be had from any of its sources."""


class ModelError(MinganError):
    """A model gave no answer. This is a fault of the road to it, never the model's mistake."""

    retryable = False


class RateLimited(ModelError):
    """The endpoint asked us to slow down. `retry_after` is in seconds, None when not said."""

    retryable = True

    def __init__(self, zh: str, en: str, *, retry_after: float | None = None) -> None:
        super().__init__(zh, en)
        self.retry_after = retry_after


class ServerFault(ModelError):
    """The endpoint failed (5xx, dropped connection, unreadable body). Trying again may help."""

    retryable = True


class AnswerTimeout(ModelError):
    """No answer arrived within the deadline."""


class Unreachable(ModelError):
    """Nothing listens at the address."""

    retryable = True


class KeyRejected(ModelError):
    """The key was refused or is missing. Every further question would fail alike."""


class RequestRejected(ModelError):
    """The endpoint will not take this one request (another 4xx)."""
