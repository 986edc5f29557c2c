"""Which of the client's functions a sentence asks for, and how its result is said."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from realtime_cli.server.engines.contract import PastCall, ToolOffer
from realtime_cli.server.engines.number_words import say_number, words_of
from realtime_cli.server.engines.rules_slots import (
    STOP_WORDS,
    Filled,
    fill,
    narrow,
    placeholder,
    split_name,
    stem,
)

_MAX_SPOKEN_CHARS: Final = 600
_MAX_DEPTH: Final = 3
_VERBS: Final = {"call", "use", "run", "invoke", "try"}


@dataclass(frozen=True, slots=True)
class ToolMatch:
    """A function that fits, how well, and the arguments found."""

    offer: ToolOffer
    score: float
    named: bool
    filled: Filled


def spoken_name(name: str) -> str:
    """A function's name as words."""
    return " ".join(split_name(name))


def find_tool(
    text: str, tools: Sequence[ToolOffer], intent_words: frozenset[str] = frozenset()
) -> ToolMatch | None:
    """The function that `text` asks for.

    A word of the name counts three times a word of the description, and one in the description alone is not
    enough. `intent_words` are what a built-in intent that matched is about: a function about the same counts as
    named, and twice.
    """
    stems = {stem(word) for word in words_of(text)}
    best: tuple[float, bool, ToolOffer] | None = None
    for offer in tools:
        name = _content(split_name(offer.name))
        described = _content(words_of(offer.description)) | _enum_words(offer)
        shared = {stem(word) for word in intent_words} & (name | described)
        hits = len(name & stems)
        score = 3.0 * hits + len((described - name) & stems) + (6.0 if shared else 0.0)
        if set(split_name(offer.name)) <= set(words_of(text)):
            score += 10.0  # called by its full name
        if name:
            score += hits / len(name)
        named = hits > 0 or bool(shared)
        if (named or score >= 2.0) and (best is None or score > best[0]):
            best = (score, named, offer)
    if best is None:
        return None
    return ToolMatch(best[2], best[0], best[1], arguments_of(best[2], text))


def arguments_of(offer: ToolOffer, text: str, *, whole: bool = False) -> Filled:
    """The arguments that `text` has for a function; see `rules_slots.fill`."""
    own = _content(split_name(offer.name)) | {stem(word) for word in _VERBS}
    return fill(offer.parameters, text, frozenset(own), whole=whole)


def complete(offer: ToolOffer, filled: Filled, text: str) -> dict[str, Any]:
    """The arguments with placeholders for what is missing: for a call that the client demands."""
    properties = offer.parameters.get("properties") or {}
    extra = {name: placeholder(narrow(properties.get(name)), text) for name in filled.missing}
    return {**filled.arguments, **extra}


def say_results(calls: Sequence[PastCall]) -> str:
    """What the functions answered, as sentences."""
    parts = [_say_output(call.output or "") for call in calls]
    if len(parts) > 1:
        parts = [f"{spoken_name(call.name)}: {part}" for call, part in zip(calls, parts, strict=True)]
    return " ".join(part if part[-1:] in ".!?" else f"{part}." for part in parts)


def tool_phrases(offer: ToolOffer) -> list[str]:
    """Sentences with which a user may ask for a function, for the recogniser's small language model."""
    name = split_name(offer.name)
    things = [word for word in name if word not in STOP_WORDS] or name
    thing = " ".join(things)
    phrases = [" ".join(name), thing, f"what is the {thing}", f"what's the {thing}", f"call {' '.join(name)}",
               f"use {' '.join(name)}", f"tell me the {thing}", f"please {' '.join(name)}"]  # fmt: skip
    for option in _enum_values(offer)[:40]:
        phrases += [f"{' '.join(name)} {option}", f"{thing} {option}", f"the {option} {thing}", str(option)]
    description = re.split(r"[.!?\n]", offer.description)[0].lower()
    if 0 < len(description.split()) <= 10:
        phrases.append(description)
    return phrases


def _content(words: Sequence[str]) -> set[str]:
    """Stems of the words that mean something; of all words where none does."""
    return {stem(word) for word in words if word not in STOP_WORDS and word[0].isalpha()}


def _enum_values(offer: ToolOffer) -> list[str]:
    properties = offer.parameters.get("properties")
    schemas = [narrow(schema) for schema in properties.values()] if isinstance(properties, dict) else []
    return [" ".join(split_name(str(value))) for schema in schemas for value in schema.get("enum") or ()]


def _enum_words(offer: ToolOffer) -> set[str]:
    return _content([word for value in _enum_values(offer) for word in value.split()])


def _say_output(output: str) -> str:
    try:
        value = json.loads(output)
    except ValueError:
        value = output
    text = " ".join(_say(value, 0).split()) or "Done"
    return (
        text if len(text) <= _MAX_SPOKEN_CHARS else text[:_MAX_SPOKEN_CHARS].rsplit(" ", 1)[0] + ", and so on"
    )


def _say(value: Any, depth: int) -> str:
    """A JSON value in words."""
    if value is None:
        return "nothing" if depth else "Done"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return say_number(Fraction(value))
    if isinstance(value, float):
        return say_number(Fraction(str(value))) if abs(value) < 1e15 else str(value)
    if isinstance(value, str):
        return value
    if depth >= _MAX_DEPTH:
        return "more"
    if isinstance(value, dict):
        said = [f"{spoken_name(str(key)) or key} is {_say(part, depth + 1)}" for key, part in value.items()]
        return ("The " if depth == 0 and said else "") + ", ".join(said) or "nothing"
    said = [_say(part, depth + 1) for part in value]
    return " and ".join((", ".join(said[:-1]), said[-1])) if len(said) > 1 else "".join(said) or "nothing"
