"""Numbers in words and digits."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.server.engines.number_words import (
    SMALL_NUMBERS,
    TENS,
    Number,
    find_numbers,
    read_number,
    say_number,
    words_of,
)


def spell_out(value: int) -> str:
    """The English words, by the school's rule: an independent reading."""
    if value < 20:
        return SMALL_NUMBERS[value]
    if value < 100:
        return TENS[value // 10 - 2] + (f" {SMALL_NUMBERS[value % 10]}" if value % 10 else "")
    for size, name in ((10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if value >= size:
            rest = value % size
            return f"{spell_out(value // size)} {name}" + (
                f" {'and ' if rest < 100 else ''}{spell_out(rest)}" if rest else ""
            )
    raise AssertionError


@given(st.integers(0, 999_999_999))
def test_whole_numbers_in_words_are_read(value: int) -> None:
    words = spell_out(value).split()
    assert read_number(words, 0) == Number(Fraction(value), len(words))


@given(st.integers(0, 10**12))
def test_digits_are_read_with_and_without_commas(value: int) -> None:
    for text in (str(value), f"{value:,}"):
        assert read_number(words_of(text), 0) == Number(Fraction(value), 1)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("three point one four", Fraction("3.14")),
        ("three point fourteen", Fraction("3.14")),
        ("zero point twenty five", Fraction("0.25")),
        ("3.5", Fraction("3.5")),
        ("a hundred", 100),
        ("a dozen", 12),
        ("half", Fraction(1, 2)),
        ("3 million", 3_000_000),
        ("twenty-five", 25),
    ],
)
def test_other_ways_to_say_a_number(text: str, value: Fraction) -> None:
    words = words_of(text)
    number = read_number(words, 0)
    assert number is not None
    assert number.value == value
    assert number.end == len(words)


def test_two_numbers_side_by_side_stay_two() -> None:
    assert [number.value for _, number in find_numbers(words_of("one two and thirty forty"))] == [
        1,
        2,
        30,
        40,
    ]


def test_what_is_no_number_is_none() -> None:
    assert read_number(words_of("and"), 0) is None
    assert read_number([], 0) is None
    assert read_number(["9" * 41], 0) is None


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Fraction(5), "5"),
        (Fraction(-5), "minus 5"),
        (Fraction(1, 4), "0.25"),
        (Fraction(1, 3), "about 0.333333"),
        (Fraction(-2, 3), "about minus 0.666667"),
        (Fraction(10**20), "100000000000000000000"),
    ],
)
def test_numbers_are_said(value: Fraction, said: str) -> None:
    assert say_number(value) == said
