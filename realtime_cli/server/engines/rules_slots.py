"""The values a sentence has for the parameters of a function, as its JSON Schema asks for them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, TypeAlias

from realtime_cli.server.engines.calculator import CalculationError, find_sum
from realtime_cli.server.engines.number_words import Number, find_numbers, row, words_of

JsonValue: TypeAlias = Any  # str, int, float, bool, list or None: what a JSON argument can be
Schema: TypeAlias = dict[str, Any]

STOP_WORDS: Final = frozenset(
    row(
        "a about an and any are as at be but by call called can could current did do does fetch find for "
        "from function get gets give given has have hey how i if in input integer into is it its just let "
        "like look lookup make me much my name named now number of on one or our out output please query "
        "return returns right run set should show so some string tell text than that the their them then "
        "there this to tool up us use user users using value want was we what what's when where which who "
        "will with would you your"
    )
)
"""Words that say nothing about which function is meant."""

_PREPOSITIONS: Final = "in for at to of about called named on from with that saying says by into as"
_BEFORE_STRING: Final = re.compile(rf"\b(?:{_PREPOSITIONS.replace(' ', '|')})\s+", re.IGNORECASE)
_QUOTED: Final = re.compile(r"[\"“”]([^\"“”]+)[\"“”]")
_TAIL: Final = re.compile(r"(?:\s+(?:please|now|right now|today|for me|thanks))+$|[.?!,;:]+$", re.IGNORECASE)
_YES: Final = frozenset(row("on yes true enable enabled start open activate with"))
_NO: Final = frozenset(row("off no false not don't disable disabled stop close deactivate without"))
_COUNTS: Final = frozenset({"count", "number", "num", "n", "amount", "quantity", "tim"})  # stems
_SIDES: Final = frozenset({"sid", "fac"})
_MINUS: Final = frozenset({"minus", "negative", "-", "−"})
_FORMULAS: Final = frozenset(row("expression formula calculation sum equation"))


def split_name(name: str) -> list[str]:
    """The words of an identifier: `getTime`, `get_time` and `get-time` are all "get", "time"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", " ", name).lower().split()


def stem(word: str) -> str:
    """A word without its ending, so that "rolling", "rolled", "rolls" and "roll" are one."""
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return stem(word[: -len(ending)]) if ending == "s" else word[: -len(ending)]
    return word


@dataclass(slots=True)
class Filled:
    """Arguments found, and the names of required parameters for which the sentence has no value."""

    arguments: dict[str, JsonValue] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def fill(parameters: Schema, text: str, tool_words: frozenset[str], *, whole: bool = False) -> Filled:
    """Read the arguments out of `text`.

    Args:
        parameters: The function's JSON Schema (type object).
        text: What the user said.
        tool_words: Stems that name the function; they are no values.
        whole: The text is an answer to our question, so all of it may be the value of a string.
    """
    properties = parameters.get("properties")
    filled = Filled()
    if not isinstance(properties, dict):
        return filled
    reader = _Reader(text, tool_words, whole)
    required = [name for name in parameters.get("required") or () if name in properties]
    order = sorted(properties, key=lambda name: (name not in required, list(properties).index(name)))
    schemas = {name: narrow(properties[name]) for name in order}
    for wanted in (
        reader.named_number,
        reader.choice,
        reader.switch,
        reader.number,
        reader.numbers,
        reader.string,
    ):
        for name in order:
            if name not in filled.arguments:
                value = wanted(name, schemas[name], name in required)
                if value is not None:
                    filled.arguments[name] = value
    for name in required:
        if name not in filled.arguments and schemas.get(name, {}).get("default") is not None:
            filled.arguments[name] = schemas[name]["default"]
    filled.missing = [name for name in required if name not in filled.arguments]
    return filled


def narrow(schema: Any) -> Schema:
    """The one type that is meant: the first of a list of types or alternatives that is not null."""
    if not isinstance(schema, dict):
        return {}
    for key in ("anyOf", "oneOf"):
        options = schema.get(key)
        if isinstance(options, list):
            return next((narrow(option) for option in options if option != {"type": "null"}), {})
    kind = schema.get("type")
    if isinstance(kind, list):
        return {**schema, "type": next((one for one in kind if one != "null"), None)}
    return schema


def placeholder(schema: Schema, text: str) -> JsonValue:
    """A value of the right type for a call that must be made although nobody named one."""
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type")
    if kind in ("integer", "number"):
        return schema.get("minimum", 0)
    return {"boolean": False, "array": [], "object": {}}.get(str(kind), text)


class _Reader:
    """Takes values out of one sentence; a number or a choice is used once."""

    def __init__(self, text: str, tool_words: frozenset[str], whole: bool) -> None:
        self._text = _tidy(text)
        self._words = words_of(text)
        self._stems = [stem(word) for word in self._words]
        self._tool_words = tool_words
        self._whole = whole
        self._numbers = [self._signed(*entry) for entry in find_numbers(self._words)]
        self._taken: set[str] = set()
        self._strings = self._string_pieces()

    def named_number(self, name: str, schema: Schema, _required: bool) -> JsonValue | None:
        """A number beside a word of the parameter's name: "twenty sides", "volume five", "a volume of five"."""
        if schema.get("type") not in ("integer", "number"):
            return None
        names = {stem(word) for word in split_name(name)}
        entry = next((entry for entry in self._numbers if self._is_named(names, *entry)), None)
        return self._use(entry, schema) if entry else None

    def _is_named(self, names: set[str], at: int, number: Number) -> bool:
        before, after = self._stems[max(0, at - 2) : at], self._stems[number.end : number.end + 1]
        if names & _COUNTS and set(after) & {*self._tool_words, "d"}:
            return True  # how many of what the function is about: "two dice", "2 d 20"
        if names & _SIDES and before[-1:] == ["d"]:
            return True
        return bool(names & {*before, *after})

    def number(self, _name: str, schema: Schema, _required: bool) -> JsonValue | None:
        """The next number that nobody took yet."""
        if schema.get("type") not in ("integer", "number") or not self._numbers:
            return None
        return self._use(self._numbers[0], schema)

    def numbers(self, _name: str, schema: Schema, _required: bool) -> JsonValue | None:
        """All numbers that nobody took, for a list of numbers."""
        kind = narrow(schema.get("items")).get("type")
        if schema.get("type") != "array" or kind not in ("integer", "number") or not self._numbers:
            return None
        return [self._use(entry, {"type": kind}) for entry in tuple(self._numbers)]

    def choice(self, _name: str, schema: Schema, _required: bool) -> JsonValue | None:
        """The enum's value whose words are all in the sentence; the longest one wins."""
        options = schema.get("enum")
        if not isinstance(options, list):
            return None
        best: JsonValue | None = None
        length = 0
        said = {*self._stems, *(str(number.value) for _, number in self._numbers)}
        for option in options:
            wanted = {stem(word) for word in split_name(str(option))}
            if wanted and wanted <= said and len(str(option)) > length:
                best, length = option, len(str(option))
        if best is not None:
            self._taken |= {stem(word) for word in split_name(str(best))}
        return best

    def switch(self, name: str, schema: Schema, required: bool) -> JsonValue | None:
        """On or off. An optional one must be named or switched by a clear word."""
        if schema.get("type") != "boolean":
            return None
        said = set(self._words)
        if _NO & said:
            return False
        named = {stem(word) for word in split_name(name)} & set(self._stems)
        if (named or required) and (_YES & said or named):
            return True
        return True if {"on", "yes", "true", "enable"} & said else None

    def string(self, name: str, schema: Schema, required: bool) -> JsonValue | None:
        """Quoted words, words after a preposition, or what is left of the sentence."""
        kind = schema.get("type", "string")
        if kind not in ("string", "array") or schema.get("enum"):
            return None
        if set(split_name(name)) & _FORMULAS and (formula := _formula(self._text)):
            return formula
        text = self._take_string(required)
        if not text:
            return None
        if kind == "array":
            return [part.strip() for part in re.split(r",|\band\b", text) if part.strip()]
        return text

    def _signed(self, at: int, number: Number) -> tuple[int, Number]:
        """With its sign: "minus five", but not "ten minus five"."""
        before = self._words[max(0, at - 2) : at]
        negative = bool(before) and before[-1] in _MINUS and not find_numbers(before[:-1])
        return at, number._replace(value=-number.value) if negative else number

    def _use(self, entry: tuple[int, Number], schema: Schema) -> JsonValue:
        self._numbers.remove(entry)
        at, number = entry
        self._taken |= set(self._stems[at : number.end])
        return _plain_number(number.value, schema["type"] == "integer")

    def _string_pieces(self) -> list[str]:
        if quoted := _QUOTED.findall(self._text):
            return [str(piece) for piece in quoted]
        pieces = [_tidy(piece) for piece in _BEFORE_STRING.split(self._text)[1:]]
        return [piece for piece in pieces if self._is_value(piece)]

    def _is_value(self, piece: str) -> bool:
        return any(stem(word) not in self._tool_words and word not in STOP_WORDS for word in words_of(piece))

    def _take_string(self, required: bool) -> str:
        if self._whole and required and not self._strings:
            text, self._whole, self._text = self._text, False, ""
            return text
        if self._strings:
            return self._without_taken(self._strings.pop(0))
        if not required:
            return ""
        left = [
            word
            for word in self._text.split()
            if not {stem(part) for part in words_of(word)} & (self._tool_words | self._taken)
            and not set(words_of(word)) <= STOP_WORDS
        ]
        self._text = ""
        return _tidy(" ".join(left))

    def _without_taken(self, piece: str) -> str:
        kept = [word for word in piece.split() if not {stem(part) for part in words_of(word)} & self._taken]
        return " ".join(kept)


def _plain_number(value: Fraction, whole: bool) -> int | float:
    return round(value) if whole or value.denominator == 1 else float(value)


def _tidy(text: str) -> str:
    """Without politeness and punctuation at the end."""
    text = " ".join(text.split())
    while (shorter := _TAIL.sub("", text)) != text:
        text = shorter
    return text.strip(" ,")


def _formula(text: str) -> str:
    try:
        found = find_sum(text)
    except CalculationError as exc:
        return exc.expression
    return found.expression if found else ""
