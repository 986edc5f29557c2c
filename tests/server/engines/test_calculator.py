"""Sums: found in sentences, worked out exactly, never evaluated as code."""

from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.server.engines.calculator import CalculationError, find_sum

SIGNS = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}

Tree = tuple[str, Fraction]
"""An expression as text, fully in parentheses, and its value."""


def combine(parts: tuple[Tree, str, Tree]) -> Tree:
    (left, one), sign, (right, two) = parts
    if sign == "/" and two == 0:
        sign = "+"
    value = {"+": one + two, "-": one - two, "*": one * two, "/": one / (two or 1)}[sign]
    return f"({left} {sign} {right})", value


leaves = st.integers(0, 999).map(lambda value: (str(value), Fraction(value)))
trees = st.recursive(
    leaves, lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(combine), max_leaves=8
)


@given(trees.filter(lambda tree: tree[0].startswith("(")))
def test_every_nested_sum_has_the_value_that_exact_fractions_give(tree: Tree) -> None:
    found = find_sum(f"what is {tree[0]}?")
    assert found is not None
    assert found.value == tree[1]


@given(
    st.lists(st.tuples(st.sampled_from("+-*"), st.integers(0, 99)), min_size=1, max_size=6),
    st.integers(0, 99),
)
def test_signs_and_words_mean_the_same_and_products_bind_first(
    rest: list[tuple[str, int]], first: int
) -> None:
    signs = f"{first} " + " ".join(f"{sign} {value}" for sign, value in rest)
    words = f"{first} " + " ".join(f"{SIGNS[sign]} {value}" for sign, value in rest)
    in_signs, in_words = find_sum(signs), find_sum(f"how much is {words} please")
    assert in_signs is not None
    assert in_words is not None
    assert in_signs.value == in_words.value == eval(signs)  # the oracle may: it is made of digits and signs


@given(st.text(max_size=60))
def test_no_text_does_harm(text: str) -> None:
    with contextlib.suppress(CalculationError):
        find_sum(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("what is two plus three", 5),
        ("what's twenty-five times four", 100),
        ("a hundred and five minus twenty five please", 80),
        ("the square root of eighty one", 9),
        ("twenty percent of fifty", 10),
        ("20 % of 50", 10),
        ("add two and three", 5),
        ("subtract two from ten", 8),
        ("the sum of 4 and 5", 9),
        ("multiply six by seven", 42),
        ("divide ten by four", Fraction(5, 2)),
        ("two to the power of ten", 1024),
        ("two to the power of minus one", Fraction(1, 2)),
        ("five squared plus one", 26),
        ("half of ten", 5),
        ("minus two plus three", 1),
        ("17 mod 5", 2),
        ("3 x 4 =", 12),
    ],
)
def test_ways_to_ask(text: str, value: Fraction) -> None:
    found = find_sum(text)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    "text",
    [
        "what time is it",
        "roll two dice",
        "what is two",
        "",
        "plus",
        "two plus",
        "(1 + 2",
        "1 2 + 3",
        "two three",
    ],
)
def test_what_is_no_sum_is_none(text: str) -> None:
    assert find_sum(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("one divided by zero", "divide by zero"),
        ("1 mod 0", "divide by zero"),
        ("zero to the power of minus one", "divide by zero"),
        ("9 ^ 9 ^ 9", "too large"),
        ("10 ^ 150 * 10 ^ 150", "too large"),
        ("two to the power of one half", "None"),
        ("the square root of minus four", "square root"),
        ("2 ^ 0.5", "whole exponents"),
    ],
)
def test_what_cannot_be_worked_out_is_said(text: str, reason: str) -> None:
    if reason == "None":
        assert find_sum(text) is None
        return
    with pytest.raises(CalculationError, match=reason) as caught:
        find_sum(text)
    assert caught.value.expression


def test_a_long_tower_of_signs_is_refused_and_not_recursed_into() -> None:
    assert find_sum("-" * 5000 + "1") is None


def test_the_sum_is_given_in_signs_and_as_said() -> None:
    found = find_sum("what is two times (three plus 1.5)")
    assert found is not None
    assert (found.expression, found.spoken) == ("2 * ( 3 + 1.5 )", "2 times (3 plus 1.5)")
    assert found.operators == {"*", "+"}
