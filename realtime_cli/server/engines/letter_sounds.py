"""A guess how an unknown word sounds, in the recogniser's phones: for names of functions, places and people.

Rough on purpose: the recogniser compares it with a few hundred other words only, so near is good enough.
"""

from __future__ import annotations

from typing import Final

_SOUNDS: Final[dict[str, str]] = {
    "tion": "SH AH N", "ight": "AY T", "ough": "AO", "augh": "AO",
    "sch": "SH", "tch": "CH", "igh": "AY", "dge": "JH", "eau": "OW",
    "ch": "CH", "sh": "SH", "th": "TH", "ph": "F", "gh": "G", "ck": "K", "ng": "NG", "qu": "K W", "wh": "W",
    "kn": "N", "wr": "R", "ss": "S", "ll": "L", "tt": "T", "ff": "F", "mm": "M", "nn": "N", "pp": "P", "rr": "R",
    "dd": "D", "bb": "B", "gg": "G", "zz": "Z", "cc": "K",
    "ee": "IY", "ea": "IY", "oo": "UW", "ou": "AW", "ow": "OW", "oa": "OW", "oi": "OY", "oy": "OY", "ai": "EY",
    "ay": "EY", "au": "AO", "aw": "AO", "ei": "EY", "ey": "IY", "ie": "IY", "ue": "UW", "ew": "UW", "ui": "UW",
    "er": "ER", "ir": "ER", "ur": "ER", "ar": "AA R", "or": "AO R",
    "a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH", "i": "IH", "j": "JH",
    "k": "K", "l": "L", "m": "M", "n": "N", "o": "AA", "p": "P", "q": "K", "r": "R", "s": "S", "t": "T", "u": "AH",
    "v": "V", "w": "W", "x": "K S", "y": "IY", "z": "Z",
}  # fmt: skip
_LONGEST: Final = max(map(len, _SOUNDS))
_LONG_VOWELS: Final = {"a": "EY", "i": "AY", "o": "OW", "u": "UW", "e": "IY"}
_VOWELS: Final = frozenset("aeiou")
_SOFT: Final = {"c": "S", "g": "JH"}  # before e, i, y


def phones_of(word: str) -> str | None:
    """ARPABET phones of `word` with spaces between, None when it has a letter outside a-z."""
    word = word.lower().replace("'", "")
    if not word or not (word.isascii() and word.isalpha()):
        return None
    phones: list[str] = []
    at = 0
    while at < len(word):
        sound, length = _sound_at(word, at)
        if sound:
            phones.append(sound)
        at += length
    return " ".join(phones) or None


def _sound_at(word: str, at: int) -> tuple[str, int]:
    """The sound that begins at `at` ("" for a silent letter) and how many letters make it."""
    letter, rest = word[at], word[at + 1 :]
    if letter == "e" and not rest and at > 1:
        return "", 1  # the silent e at the end
    if letter in _LONG_VOWELS and len(rest) == 2 and rest[0] not in _VOWELS and rest[1] == "e":
        return _LONG_VOWELS[letter], 1  # "note", "side"
    if letter in _SOFT and rest[:1] in ("e", "i", "y") and rest:
        return _SOFT[letter], 1
    if letter == "y" and at == 0:
        return "Y", 1
    if letter in _VOWELS and not rest and at > 0:
        return _LONG_VOWELS[letter], 1  # "pluto"
    for length in range(min(_LONGEST, len(word) - at), 0, -1):
        sound = _SOUNDS.get(word[at : at + length])
        if sound:
            return sound, length
    return "", 1
