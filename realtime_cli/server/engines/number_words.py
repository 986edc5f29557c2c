"""Numbers as people say them, in words or digits, and numbers to be said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Final, NamedTuple


def row(words: str) -> tuple[str, ...]:
    """Words written in one string, for tables that are easier to read so."""
    return tuple(words.split())


SMALL_NUMBERS: Final = row(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
TENS: Final = row("twenty thirty forty fifty sixty seventy eighty ninety")
_SMALL: Final = {word: value for value, word in enumerate(SMALL_NUMBERS)}
_TENS: Final = {word: 10 * (index + 2) for index, word in enumerate(TENS)}
_LARGE: Final = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_DIGITS: Final = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_MAX_DIGITS: Final = 40  # a longer run of digits is not a number anybody wants to reckon with
_DECIMALS: Final = 6

NUMBER_WORDS: Final = frozenset({*_SMALL, *_TENS, *_LARGE, "hundred", "half", "dozen"})
"""Words that are (part of) a number."""


class Number(NamedTuple):
    """A number found in a row of words: its value and the index of the word after it."""

    value: Fraction
    end: int


def words_of(text: str) -> list[str]:
    """Lower-case words, numbers and operator signs of `text`, in order.

    Thousands commas go, hyphens inside words become spaces ("twenty-five"), apostrophes stay ("what's").
    """
    low = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text.lower().replace("’", "'"))
    low = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", low)
    return re.findall(r"\d+\.\d+|\.\d+|\d+|[^\W\d_]+(?:'[^\W\d_]+)*|[-+*/^%()=×÷−]", low)


def read_number(words: Sequence[str], at: int) -> Number | None:
    """The number that begins with `words[at]` ("one hundred and five", "three point one four", "25"), or None."""
    if at >= len(words):
        return None
    whole = _read_digits(words, at) or _read_spoken(words, at)
    if whole is None:
        return None
    return _read_decimals(words, whole)


def find_numbers(words: Sequence[str]) -> list[tuple[int, Number]]:
    """All numbers in a sentence with the index where each begins."""
    found: list[tuple[int, Number]] = []
    at = 0
    while at < len(words):
        number = read_number(words, at)
        if number is None:
            at += 1
        else:
            found.append((at, number))
            at = number.end
    return found


def say_number(value: Fraction) -> str:
    """`value` in digits: whole numbers as they are, others to six decimals ("about" in front when cut)."""
    if value.denominator == 1:
        return _signed(value, str(abs(value.numerator)))
    scaled = round(abs(value) * 10**_DECIMALS)
    whole, rest = divmod(scaled, 10**_DECIMALS)
    text = f"{whole}.{rest:0{_DECIMALS}d}".rstrip("0").rstrip(".")
    exact = Fraction(scaled, 10**_DECIMALS) == abs(value)
    return ("" if exact else "about ") + _signed(value, text)


def _signed(value: Fraction, text: str) -> str:
    return f"minus {text}" if value < 0 else text


def _read_digits(words: Sequence[str], at: int) -> Number | None:
    if not _DIGITS.fullmatch(words[at]) or len(words[at]) > _MAX_DIGITS:
        return None
    value, end = Fraction(words[at]), at + 1
    while end < len(words) and words[end] in _LARGE:  # "3 million"
        value, end = value * _LARGE[words[end]], end + 1
    return Number(value, end)


def _read_spoken(words: Sequence[str], at: int) -> Number | None:
    """A whole number in words. "and" is part of it only after a hundred or a thousand and before a small number."""
    if words[at] == "half":
        return Number(Fraction(1, 2), at + 1)
    if words[at] == "a" and at + 1 < len(words) and words[at + 1] in {"hundred", "dozen", *_LARGE}:
        number = _read_spoken(["one", *words[at + 1 :]], 0)
        return Number(number.value, number.end + at) if number else None
    total, group, end, last = 0, 0, at, ""
    while end < len(words):
        word = words[end]
        if (
            word in _SMALL
            and last in ("", "tens", "hundred", "large")
            and not (last == "tens" and not 0 < _SMALL[word] < 10)
        ):
            group, last = group + _SMALL[word], "small"
        elif word in _TENS and last in ("", "hundred", "large"):
            group, last = group + _TENS[word], "tens"
        elif word in ("hundred", "dozen") and last in ("small", "tens"):
            group, last = group * (100 if word == "hundred" else 12), "hundred"
        elif word in _LARGE and last in ("small", "tens", "hundred"):
            total, group, last = total + group * _LARGE[word], 0, "large"
        elif word == "and" and last in ("hundred", "large") and _is_small(words, end + 1):
            pass
        else:
            break
        end += 1
    return Number(Fraction(total + group), end) if last else None


def _is_small(words: Sequence[str], at: int) -> bool:
    return at < len(words) and (words[at] in _SMALL or words[at] in _TENS)


def _read_decimals(words: Sequence[str], whole: Number) -> Number:
    """What follows "point": digits said one by one, or as one number ("three point fourteen")."""
    end = whole.end
    if end + 1 >= len(words) or words[end] != "point":
        return whole
    digits = ""
    end += 1
    while end < len(words) and len(digits) < _MAX_DIGITS:
        if words[end].isascii() and words[end].isdigit():
            digits += words[end]
        elif words[end] in _SMALL:
            digits += str(_SMALL[words[end]])
        elif words[end] in _TENS:
            ones = _SMALL.get(words[end + 1], 0) if end + 1 < len(words) else 0
            digits += str(_TENS[words[end]] + (ones if 0 < ones < 10 else 0))
            end += 0 < ones < 10
        else:
            break
        end += 1
    if not digits:
        return whole
    return Number(whole.value + Fraction(int(digits), 10 ** len(digits)), end)
