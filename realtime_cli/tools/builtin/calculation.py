"""A calculator with a parser of its own: numbers, + - * / // % ^, brackets, a few functions. Nothing is evaluated
that is not arithmetic, and nothing that would take for ever.

    sum     = product (("+" | "-") product)*
    product = signed (("*" | "/" | "//" | "%") signed)*
    signed  = ("+" | "-") signed | power
    power   = atom (("^" | "**") signed)?
    atom    = number | name | name "(" sum ("," sum)* ")" | "(" sum ")"
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable

from realtime_cli.errors import ToolError

_TOKEN = re.compile(
    r"\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(\*\*|//|[-+*/%^(),]))"
)
_LENGTH_CHARS = 500
_DEPTH = 50
_DIGITS = 1_000  # of a whole number; more is no answer for a person
_NAMES = {"pi": math.pi, "e": math.e, "tau": math.tau}
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "abs": abs, "round": round, "floor": math.floor, "ceil": math.ceil, "sqrt": math.sqrt, "exp": math.exp,
    "ln": math.log, "log": math.log, "log2": math.log2, "log10": math.log10, "sin": math.sin, "cos": math.cos,
    "tan": math.tan, "asin": math.asin, "acos": math.acos, "atan": math.atan, "degrees": math.degrees,
    "radians": math.radians, "min": min, "max": max, "gcd": math.gcd, "hypot": math.hypot,
}  # fmt: skip
_PRODUCTS: dict[str, Callable[[float, float], float]] = {
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}


def calculate(expression: str) -> str:
    """The value of an expression, as text.

    Raises:
        ToolError: It is no arithmetic, or its result is no number a person could use.
    """
    if len(expression) > _LENGTH_CHARS:
        raise ToolError(f"The expression is longer than {_LENGTH_CHARS} characters.")
    text = expression.replace("×", "*").replace("÷", "/").replace("−", "-").replace("·", "*")
    try:
        value = _Reading(_tokens(text)).whole()
        return _shown(value)
    except ZeroDivisionError:
        raise ToolError("Division by zero.") from None
    except OverflowError:
        raise ToolError("The result is too large.") from None
    except (ValueError, TypeError) as exc:
        raise ToolError(f"This cannot be calculated: {exc}.") from exc


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise ToolError(f"{text[at:].strip()[0]!r} is not arithmetic.")
        tokens.append(match.group(0).strip())
        at = match.end()
    return tokens


class _Reading:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = [*tokens, ""]
        self._at = 0
        self._depth = 0

    def whole(self) -> float:
        value = self._sum()
        if self._next():
            raise ToolError(f"{self._next()!r} is not expected there.")
        return value

    def _next(self) -> str:
        return self._tokens[self._at]

    def _take(self) -> str:
        token = self._next()
        if not token:
            raise ToolError("The expression ends too early.")
        self._at += 1
        return token

    def _expect(self, token: str) -> None:
        if self._take() != token:
            raise ToolError(f"A {token!r} is missing.")

    def _sum(self) -> float:
        self._depth += 1
        if self._depth > _DEPTH:
            raise ToolError("Too many brackets.")
        value = self._product()
        while self._next() in ("+", "-"):
            value = value + self._product() if self._take() == "+" else value - self._product()
        self._depth -= 1
        return value

    def _product(self) -> float:
        value = self._signed()
        while self._next() in _PRODUCTS:
            value = _bounded(_PRODUCTS[self._take()](value, self._signed()))
        return value

    def _signed(self) -> float:
        sign = 1
        while self._next() in ("+", "-"):
            sign = -sign if self._take() == "-" else sign
        return sign * self._power()

    def _power(self) -> float:
        base = self._atom()
        if self._next() not in ("^", "**"):
            return base
        self._take()
        self._depth += 1
        if self._depth > _DEPTH:
            raise ToolError("Too many powers.")
        exponent = self._signed()
        self._depth -= 1
        return _power(base, exponent)

    def _atom(self) -> float:
        word = self._take()
        if word == "(":
            value = self._sum()
            self._expect(")")
            return value
        if word[0].isdigit() or word[0] == ".":
            return int(word) if word.isdecimal() else float(word)
        name = word.lower()
        if name in _FUNCTIONS and self._next() == "(":
            return self._call(name)
        if name in _NAMES:
            return _NAMES[name]
        raise ToolError(f"{word!r} is not known. Functions: {', '.join(sorted(_FUNCTIONS))}.")

    def _call(self, name: str) -> float:
        self._expect("(")
        values = [self._sum()]
        while self._next() == ",":
            self._take()
            values.append(self._sum())
        self._expect(")")
        if name == "round" and len(values) == 2:
            return round(values[0], int(values[1]))
        return _FUNCTIONS[name](*values)


def _power(base: float, exponent: float) -> float:
    """Refused before it is computed where the result would have too many digits."""
    if abs(base) > 1 and abs(exponent) * math.log10(abs(base)) > _DIGITS:
        raise OverflowError
    value = base**exponent
    if isinstance(value, complex):
        raise ValueError("a root of a negative number")
    return _bounded(float(value) if isinstance(value, float) else int(value))


def _bounded(value: float) -> float:
    if isinstance(value, int) and value.bit_length() > _DIGITS * 4:
        raise OverflowError
    return value


def _shown(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    if math.isnan(value) or math.isinf(value):
        raise OverflowError
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.12g}"
