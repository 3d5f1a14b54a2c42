"""From bytes to text: UTF-8 with or without a mark, UTF-16, GB18030, and nothing by guesswork.

GB18030 accepts nearly any bytes, so that text in another encoding comes out as rare characters
nobody writes. When most of what is not ASCII lies outside the everyday set of GB 2312, we say
that the encoding is wrong instead of asking models a question full of rubbish.
"""

from __future__ import annotations

import codecs

from mingan.bank.faults import Findings
from mingan.language import Text

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_SAVE_AS_UTF8 = Text(
    "请在表格软件里“另存为”，类型选“CSV UTF-8”，或者直接存成 XLSX",
    "Save it from the spreadsheet as “CSV UTF-8”, or as XLSX",
)


def decode(data: bytes, found: Findings) -> str | None:
    """The text in `data`, without its byte order mark; None when the encoding is wrong.

    What is wrong goes into `found`, with the line it was seen on.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding, found)
    unmarked = _unmarked_utf16(data)
    if unmarked:
        return _strict(data, unmarked, found)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        utf8_error = error
    if _mostly_utf8(data):
        _report(found, "UTF-8", data, utf8_error.start)
        return None
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        _report(found, "GB18030", data, error.start)
        return None
    if not _everyday_chinese(text):
        _report(found, "UTF-8 / GB18030", data, utf8_error.start)
        return None
    return text


def _strict(data: bytes, encoding: str, found: Findings) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        _report(found, encoding.upper(), data, error.start)
        return None


def _unmarked_utf16(data: bytes) -> str:
    """UTF-16 without a mark shows by its zero bytes beside ASCII, all on one side."""
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) / 20 and not even:
        return "utf-16-le"
    if even > len(head) / 20 and not odd:
        return "utf-16-be"
    return ""


def _mostly_utf8(data: bytes) -> bool:
    """Whether this is UTF-8 with a few bytes broken, rather than something else."""
    text = data.decode("utf-8", "replace")
    broken = text.count("�")
    sound = sum(1 for ch in text if ch > "\x7f") - broken
    return sound > 10 * broken


def _everyday_chinese(text: str) -> bool:
    foreign = [ch for ch in text if ch > "\x7f"]
    everyday = len("".join(foreign).encode("gb2312", "ignore")) / 2
    return everyday >= 0.7 * len(foreign)


def _report(found: Findings, encoding: str, data: bytes, offset: int) -> None:
    line = data.count(b"\n", 0, offset) + 1
    found.error(
        "encoding",
        Text(
            f"文字编码读不懂（不是有效的 {encoding}，从这一行开始）",
            f"The text encoding cannot be read (not valid {encoding} from this line on)",
        ),
        _SAVE_AS_UTF8,
        row=line,
    )


def clean(text: str) -> tuple[str, bool]:
    """`text` in a form that every store can hold, and whether anything had to be changed.

    Zero bytes and half surrogate pairs, which no database accepts, become U+FFFD.
    """
    if "\0" not in text and (text.isascii() or _encodable(text)):
        return text, False
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "�"), True


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
