"""`/answer`: an answer now, with wishes for just this one; and what Tab offers behind it."""

from __future__ import annotations

import shlex
from typing import Any, Final

from realtime_cli.protocol import (
    AudioConfig,
    AudioOutput,
    FunctionTool,
    ResponseConfig,
    ToolChoiceFunction,
)
from realtime_cli.session.request_facts import AnswerAsked
from realtime_cli.session.state import SessionState
from realtime_cli.terminal.counter import Counter
from realtime_cli.terminal.sanitize import clean_line

OPTIONS: Final = ("--instructions", "--voice", "--tools", "--tool-choice", "--max-tokens", "--text")
USAGE: Final = (
    "[--instructions TEXT] [--voice NAME] [--tools NAMES|none] [--tool-choice X] [--max-tokens N] [--text]"
)
_CHOICES: Final = ("auto", "none", "required")


def answer(counter: Counter, rest: str) -> None:
    """`/answer [OPTIONS]`: what is not said is as in the session; a mistake asks for nothing."""
    try:
        counter.post(AnswerAsked(wishes(rest, counter.state)))
    except ValueError as exc:
        counter.note([f"{exc} No answer was asked for."])


def wishes(rest: str, state: SessionState) -> ResponseConfig:
    """The wishes that a line of options names.

    Args:
        rest: Behind `/answer`, quoted as for a shell. The words of the instructions need no quotes.
        state: Tells which functions there are.

    Raises:
        ValueError: Not understood, in a sentence for the user.
    """
    found: dict[str, Any] = {}
    for option, value in _pairs(rest):
        if option == "--text":
            if value:
                raise ValueError(f"--text takes no value: {clean_line(value, 40)!r}.")
            found["output_modalities"] = ("text",)
            continue
        if not value:
            raise ValueError(f"{option} wants a value: /answer {USAGE}.")
        match option:
            case "--instructions":
                found["instructions"] = value
            case "--voice":
                found["audio"] = AudioConfig(output=AudioOutput(voice=value))
            case "--tools":
                found["tools"] = _tools(value, state)
            case "--tool-choice":
                found["tool_choice"] = value if value in _CHOICES else _must_call(value, state)
            case _:
                found["max_output_tokens"] = _limit(value)
    return ResponseConfig(**found)


def offered(head: str, word: str, state: SessionState | None) -> list[str]:
    """What Tab offers for the word: options that were not given yet, or values of the one before.

    Args:
        head: The line before the word.
        word: As far as it is typed.
        state: Tells which functions there are; None before the first picture.
    """
    given = head.split()
    names = [tool.name for tool in _functions(state)] if state is not None else []
    match given[-1]:
        case "--tools":
            before, comma, last = word.rpartition(",")
            choices = [before + comma + name for name in names if name.startswith(last)]
            return choices + (["none"] if not comma and "none".startswith(word) else [])
        case "--tool-choice":
            choices = [*_CHOICES, *names]
        case "--instructions" | "--voice" | "--max-tokens":
            choices = []
        case _:
            choices = [option for option in OPTIONS if option not in given]
    return [choice for choice in choices if choice.startswith(word)]


def _pairs(rest: str) -> list[tuple[str, str]]:
    """Options, each with all words up to the next."""
    try:
        words = shlex.split(rest)
    except ValueError:
        words = rest.split()  # an apostrophe is a letter
    pairs: list[tuple[str, str]] = []
    for word in words:
        name, equals, value = word.partition("=")
        if word.startswith("--"):
            if name not in OPTIONS:
                raise ValueError(f"There is no option {clean_line(name, 40)}: /answer {USAGE}.")
            if any(name == known for known, _ in pairs):
                raise ValueError(f"{name} was given twice.")
            pairs.append((name, value if equals else ""))
        elif not pairs:
            raise ValueError(f"{clean_line(word, 40)!r} is no option: /answer {USAGE}.")
        else:
            option, before = pairs[-1]
            pairs[-1] = (option, f"{before} {word}".strip())
    return pairs


def _functions(state: SessionState) -> list[FunctionTool]:
    return [tool for tool in state.asked.tools or () if isinstance(tool, FunctionTool)]


def _tools(value: str, state: SessionState) -> tuple[FunctionTool, ...]:
    """`none`, or names with commas or blanks between them."""
    if value == "none":
        return ()
    return tuple(_known(name, state) for name in value.replace(",", " ").split())


def _must_call(value: str, state: SessionState) -> ToolChoiceFunction:
    return ToolChoiceFunction(_known(value, state).name)


def _known(name: str, state: SessionState) -> FunctionTool:
    for tool in _functions(state):
        if tool.name == name:
            return tool
    raise ValueError(f"There is no function {clean_line(name, 60)!r}: see /tools.")


def _limit(value: str) -> int | str:
    if value == "inf":
        return value
    if value.isascii() and value.isdecimal() and 0 < int(value) < 10_000_000:
        return int(value)
    raise ValueError(f"--max-tokens wants a number above 0, or inf: {clean_line(value, 40)!r}.")
