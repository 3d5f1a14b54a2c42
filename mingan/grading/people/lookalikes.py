"""Letters of other alphabets that look like Latin ones, with which a name can be written too.

Data only: `masking` compares with the Latin letter in their place. Capitals stand apart from small
letters, since some pairs look alike in one case only (В and B, but not в and b).
"""

from __future__ import annotations

_PAIRS = (
    # Cyrillic
    ("АВСЕНІЈКМОРЅТХУԌԚԜӀ", "abcehijkmopstxygqwl"),
    ("асԁеһіјӏорԛѕԝхуѵкмтԍ", "acdehijlopqswxyvkmtg"),
    # Greek
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ", "abezhikmnoptyxc"),
    ("αορνυικτχϲε", "aopvuiktxce"),
    # Latin with a difference, and Armenian
    ("ıɡɑɩցոսօ", "igaignuo"),
)

LATIN = {
    letter: plain
    for letters, plains in _PAIRS
    for letter, plain in zip(letters, plains, strict=True)
}
"""The Latin letter, in lower case, for each letter that looks like one."""
