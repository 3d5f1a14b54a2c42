"""What a page may say of something that went wrong: the sentence, and nothing of this machine.

Pages are read by people who must not learn where a workspace lies or how its database is reached,
and it would not help them. Standing where faults become pages, this is applied once to all of
them. The module knows no page.
"""

from __future__ import annotations

import re

from mingan.errors import MinganError
from mingan.language import Text

_FOLDERS = re.compile(r"(?<![\w:/.])/(?:[^\s/，。：]+/)+")


def said_plainly(fault: MinganError) -> Text:
    """An error's sentence, fit for a page."""
    return without_folders(fault.public)


def without_folders(text: Text) -> Text:
    """A sentence without the folders of a path in it: a page need not say where files lie."""
    return Text(_FOLDERS.sub("", text.zh), _FOLDERS.sub("", text.en))
