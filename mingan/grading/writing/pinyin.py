"""How Chinese characters sound: their tones, and the rhyme classes of their finals.

Characters with several readings count with each of them. Rhymes are the thirteen classes (十三辙)
by which northern verse and song have rhymed for centuries: finals that differ only in their
medial are one class, en rhymes with in, eng with ong, and i with ü and er. The dictionary is
imported when first needed. This module knows single characters and no texts.
"""

from __future__ import annotations

from functools import lru_cache

_CLASSES = {
    "发花": "a ia ua",
    "梭坡": "o e uo io",
    "乜斜": "ie ve üe ê",
    "姑苏": "u",
    "一七": "i v ü er",
    "怀来": "ai uai iai",
    "灰堆": "ei uei ui",
    "遥条": "ao iao",
    "油求": "ou iou iu",
    "言前": "an ian uan van üan",
    "人辰": "en in uen un vn ün",
    "江阳": "ang iang uang",
    "中东": "eng ing ueng ong iong",
}
"""Finals by rhyme class; ü is written v by some dictionaries."""

_CLASS_OF = {final: name for name, finals in _CLASSES.items() for final in finals.split()}


@lru_cache(maxsize=8_192)
def rhymes(character: str) -> frozenset[str]:
    """The rhyme classes of a character's readings; empty for one that has none."""
    from pypinyin import Style

    finals = _readings(character, int(Style.FINALS))
    return frozenset(_CLASS_OF[final] for final in finals if final in _CLASS_OF)


@lru_cache(maxsize=8_192)
def tones(character: str) -> frozenset[int]:
    """The tones of a character's readings: 1 to 4, and 5 for the neutral tone."""
    from pypinyin import Style

    written = _readings(character, int(Style.TONE3))
    return frozenset(int(reading[-1]) for reading in written if reading[-1:] in set("12345"))


def _readings(character: str, style: int) -> list[str]:
    from pypinyin import Style, pinyin

    found = pinyin(
        character, style=Style(style), heteronym=True, strict=True, errors="ignore",
        neutral_tone_with_five=True,
    )  # fmt: skip
    return [reading for readings in found for reading in readings]
