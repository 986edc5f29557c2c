"""Sums in words and signs: "what is two plus three", "12 * (3 + 4)", "the square root of 81", "20 percent of 50".

A parser of our own over exact fractions; nothing is ever evaluated as code.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

from realtime_cli.server.engines.number_words import read_number, row, say_number, words_of


class CalculationError(Exception):
    """The sum has no answer that can be said; the message is a sentence for the user.

    `expression` is the sum in signs, for those who want to try it themselves.
    """

    expression = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum found in a sentence: in signs ("2 + 3"), as said ("2 plus 3"), its operations, and its value."""

    expression: str
    spoken: str
    operators: frozenset[str]
    value: Fraction


class _Token(NamedTuple):
    kind: str  # "number", an operator sign, or "(" and ")"
    value: Fraction | None = None


_OPERATORS: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (("to", "the", "power", "of"), "^"),
    (("raised", "to"), "^"),
    (("multiplied", "by"), "*"),
    (("divided", "by"), "/"),
    (("the", "square", "root", "of"), "root"),
    (("square", "root", "of"), "root"),
    (("percent", "of"), "%"),
    (("per", "cent", "of"), "%"),
    (("%", "of"), "%"),
    (("half", "of"), "half"),
    (("squared",), "squared"),
    (("cubed",), "cubed"),
    (("plus",), "+"),
    (("minus",), "-"),
    (("times",), "*"),
    (("over",), "/"),
    (("x",), "*"),
    (("modulo",), "mod"),
    (("mod",), "mod"),
    (("negative",), "-"),
    (("+",), "+"),
    (("-",), "-"),
    (("−",), "-"),
    (("*",), "*"),
    (("×",), "*"),
    (("/",), "/"),
    (("÷",), "/"),
    (("^",), "^"),
    (("(",), "("),
    ((")",), ")"),
)
_VERBS: Final = {  # the verb, the words between its two numbers, the sign, whether the numbers change places
    ("add", "and"): ("+", False),
    ("add", "to"): ("+", False),
    ("sum", "and"): ("+", False),
    ("subtract", "from"): ("-", True),
    ("multiply", "by"): ("*", False),
    ("multiply", "and"): ("*", False),
    ("multiply", "with"): ("*", False),
    ("product", "and"): ("*", False),
    ("divide", "by"): ("/", False),
}
_SPOKEN: Final = {
    "+": "plus", "-": "minus", "*": "times", "/": "divided by", "^": "to the power of", "%": "percent of",
    "root": "the square root of", "mod": "modulo", "half": "half of", "(": "(", ")": ")",
}  # fmt: skip
_SIGNS: Final = {
    "root": "sqrt",
    "%": "/ 100 *",
    "half": "0.5 *",
    "squared": "^ 2",
    "cubed": "^ 3",
    "mod": "%",
}
_FILLERS: Final = frozenset(row("please = equal equals is make makes for me now then right thanks"))
_MAX_TOKENS: Final = 60
_MAX_DEPTH: Final = 20
_MAX_EXPONENT: Final = 200
_MAX_BITS: Final = 400  # about 120 digits: nobody wants to hear more


def find_sum(text: str) -> Sum | None:
    """The sum that `text` asks for, None when it asks for none. It must stand at the end and have an operation.

    Raises:
        CalculationError: It is a sum, but cannot be worked out (division by zero, too large).
    """
    words = words_of(text)
    while words and words[-1] in _FILLERS:
        words.pop()
    words = words[-_MAX_TOKENS:]
    for start in range(len(words)):
        if start and _tokens(words[start - 1 : start]):
            continue  # it would be the end of a longer expression that made no sense
        tokens = _tokens(words[start:]) or _verb_tokens(words[start:])
        if tokens is None or all(token.kind == "number" for token in tokens):
            continue
        parser = _Parser(tokens)
        try:
            value = parser.whole()
        except _NotASum:
            continue
        except CalculationError as exc:
            exc.expression = _in_signs(tokens)
            raise
        return Sum(_in_signs(tokens), _as_said(tokens), parser.used, value)
    return None


class _NotASum(Exception):
    """The tokens do not make an expression."""


def _tokens(words: Sequence[str]) -> list[_Token] | None:
    """All of `words` as tokens; None when one of them is neither number nor operator."""
    tokens: list[_Token] = []
    at = 0
    while at < len(words):
        sign = next(
            ((phrase, kind) for phrase, kind in _OPERATORS if tuple(words[at : at + len(phrase)]) == phrase),
            None,
        )
        if sign is not None:
            tokens.append(_Token(sign[1]))
            at += len(sign[0])
        elif (number := read_number(words, at)) is not None:
            tokens.append(_Token("number", number.value))
            at = number.end
        else:
            return None
    return tokens or None


def _verb_tokens(words: Sequence[str]) -> list[_Token] | None:
    """ "add two and three", "the sum of two and three", "subtract two from three"."""
    if len(words) < 4:
        return None
    first = read_number(words, 2 if words[1] == "of" else 1)
    if first is None or first.end >= len(words):
        return None
    rule = _VERBS.get((words[0], words[first.end]))
    second = read_number(words, first.end + 1)
    if rule is None or second is None or second.end != len(words):
        return None
    left, right = _Token("number", first.value), _Token("number", second.value)
    return [right, _Token(rule[0]), left] if rule[1] else [left, _Token(rule[0]), right]


class _Parser:
    """Recursive descent: sum, product, sign, power, postfix, atom."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._used: set[str] = set()

    @property
    def used(self) -> frozenset[str]:
        """The operations met."""
        return frozenset(self._used)

    def whole(self) -> Fraction:
        value = self._sum()
        if self._at != len(self._tokens) or not self._used:
            raise _NotASum
        return value

    def _take(self, *kinds: str) -> str | None:
        if self._at < len(self._tokens) and self._tokens[self._at].kind in kinds:
            kind = self._tokens[self._at].kind
            self._at += 1
            if kind not in "()":
                self._used.add(kind)
            return kind
        return None

    def _sum(self) -> Fraction:
        value = self._product()
        while kind := self._take("+", "-"):
            other = self._product()
            value = _checked(value + other if kind == "+" else value - other)
        return value

    def _product(self) -> Fraction:
        value = self._signed()
        while kind := self._take("*", "/", "%", "mod"):
            value = _checked(_multiply(kind, value, self._signed()))
        return value

    def _signed(self) -> Fraction:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise _NotASum
        try:
            if self._take("-"):
                return -self._signed()
            if self._take("half"):
                return self._signed() / 2
            if self._take("root"):
                return _root(self._signed())
            return self._power()
        finally:
            self._depth -= 1

    def _power(self) -> Fraction:
        value = self._atom()
        while kind := self._take("squared", "cubed"):
            value = _power_of(value, Fraction(2 if kind == "squared" else 3))
        return _power_of(value, self._signed()) if self._take("^") else value

    def _atom(self) -> Fraction:
        if self._take("("):
            value = self._sum()
            if not self._take(")"):
                raise _NotASum
            return value
        if self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.value is not None:
                self._at += 1
                return token.value
        raise _NotASum


def _multiply(kind: str, left: Fraction, right: Fraction) -> Fraction:
    if kind == "*":
        return left * right
    if kind == "%":
        return left / 100 * right
    if right == 0:
        raise CalculationError("I cannot divide by zero.")
    return left / right if kind == "/" else left % right


def _power_of(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1:
        raise CalculationError("I only know powers with whole exponents.")
    if base == 0 and exponent < 0:
        raise CalculationError("I cannot divide by zero.")
    bits = max(abs(base.numerator).bit_length(), base.denominator.bit_length())
    if abs(exponent) > _MAX_EXPONENT or bits * abs(exponent) > 4 * _MAX_BITS:
        raise CalculationError("That number is too large for me.")
    return _checked(Fraction(base ** int(exponent)))


def _root(value: Fraction) -> Fraction:
    if value < 0:
        raise CalculationError("A negative number has no square root that I could say.")
    scale = 10**24  # exact for squares of fractions with small parts, about 12 decimals for the rest
    exact = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
    return exact if exact * exact == value else Fraction(math.isqrt(int(value * scale)), 10**12)


def _checked(value: Fraction) -> Fraction:
    if abs(value.numerator).bit_length() > _MAX_BITS or value.denominator.bit_length() > _MAX_BITS:
        raise CalculationError("That number is too large for me.")
    return value


def _in_signs(tokens: Sequence[_Token]) -> str:
    return " ".join(
        _SIGNS.get(token.kind, token.kind) if token.value is None else _plain(token.value) for token in tokens
    )


def _as_said(tokens: Sequence[_Token]) -> str:
    words = [
        _SPOKEN.get(token.kind, token.kind) if token.value is None else say_number(token.value)
        for token in tokens
    ]
    return " ".join(words).replace("( ", "(").replace(" )", ")")


def _plain(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else str(float(value))
