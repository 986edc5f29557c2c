"""Tools from commands: an argument list with places for values, never a shell string.

    name: description = command {place} {count:int} {unit:km|mile} {note?} {files...}

A value goes whole into its place: blanks, quotes, `;`, `$( )` and newlines mean nothing to anybody. What could still
be taken for an option by the program (a value that begins with "-") is refused, except behind a `--`.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from realtime_cli.errors import ConfigError, ToolError
from realtime_cli.tools.command_words import words_of
from realtime_cli.tools.programs import Ended, Invocation, run_program
from realtime_cli.tools.python_functions import NAME_PATTERN
from realtime_cli.tools.tool import Approval, OnInterruption, Tool

_PLACE = re.compile(r"\{\{|\}\}|\{([A-Za-z_]\w*)(?::([^{}?]+?))?(\?|\.\.\.)?\}")
_TYPES: Final = {"text": "string", "int": "integer", "number": "number"}
_LIMIT_CHARS = 16_000


@dataclass(frozen=True, slots=True)
class Command:
    """A declared command.

    Attributes:
        argv: Words with places, the program first.
        descriptions: Of the places, for the model.
        folder: Working directory; None: ours.
        env: Variables; a value `$NAME` is taken from our environment.
        output_limit_chars: What the model reads at most; a program that writes more is ended.
    """

    name: str
    description: str
    argv: Sequence[str]
    descriptions: Mapping[str, str] = field(default_factory=dict)
    folder: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    time_limit_s: float | None = None
    output_limit_chars: int = _LIMIT_CHARS
    approval: Approval | None = None
    read_only: bool = False
    on_interruption: OnInterruption = "keep"
    source: str = "command"


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    kind: str  # JSON Schema type, or "" for a choice
    choices: tuple[str, ...]
    optional: bool
    many: bool


def read_line(line: str) -> Command:
    """A command from `--tool 'name: description = command {arg}'`.

    Raises:
        ConfigError: It is not of that form; the message says what is missing.
    """
    head, equals, command = line.partition(" = ")
    name, colon, description = head.partition(":")
    if not (equals and colon and description.strip() and command.strip()):
        raise ConfigError(
            f"--tool {line[:60]!r}: expected 'name: description = command {{arg}}'",
            advice="Example: --tool 'disk_free: Free space of a folder = df -h {folder}'.",
        )
    try:
        argv = words_of(command)
    except ValueError as exc:
        raise ConfigError(f"--tool {name.strip()}: {exc}", advice="Check the quotes.") from exc
    return Command(name.strip(), description.strip(), argv, source="--tool")


def tool_of(command: Command) -> Tool:
    """The command as a tool.

    Raises:
        ConfigError: Its name or a place is wrong.
    """
    if not NAME_PATTERN.fullmatch(command.name):
        raise ConfigError(
            f"The tool {command.name!r} has a name that no model can call",
            advice="Use 1 to 64 of A-Z, a-z, 0-9, _ and -.",
        )
    if not command.argv or _PLACE.search(command.argv[0]):
        raise ConfigError(
            f"The tool {command.name}: the program itself must be given, not chosen by the model",
            advice="Begin the command with a program.",
        )
    places = _places(command)
    unknown = set(command.descriptions) - set(places)
    if unknown:
        raise ConfigError(
            f"The tool {command.name} has no place {{{min(unknown)}}} in its command", advice="Correct it."
        )

    async def run(arguments: str) -> str:
        argv = filled(command, places, arguments)
        limit_bytes = command.output_limit_chars * 4
        ended = await run_program(Invocation(argv, _folder(command), _environment(command), limit_bytes))
        return _told(ended, command.output_limit_chars)

    return Tool(
        command.name,
        command.description,
        _schema(command, places),
        run,
        command.source,
        approval=command.approval or ("auto" if command.read_only else "ask"),
        read_only=command.read_only,
        time_limit_s=command.time_limit_s,
        on_interruption=command.on_interruption,
        note=f"runs: {_shown(command.argv)}",
    )


def filled(command: Command, places: Mapping[str, _Place], arguments: str) -> list[str]:
    """The argument list of one call.

    Raises:
        ToolError: A value is missing, of a wrong type, or could be taken for an option.
    """
    values = _checked(places, arguments)
    argv: list[str] = []
    options_over = False
    for word in command.argv:
        options_over = options_over or word == "--"
        argv += _word(word, values, places, options_over=options_over)
    return argv


def _places(command: Command) -> dict[str, _Place]:
    places: dict[str, _Place] = {}
    for word in command.argv:
        if re.search(r"[{}]", _PLACE.sub("", word)):
            raise ConfigError(
                f"The tool {command.name}: {word!r} holds a brace that is no place",
                advice="Write {{ and }} for the characters themselves.",
            )
        for match in _PLACE.finditer(word):
            if match[1] is None:
                continue
            place = _place(command, match[1], match[2], match[3] or "")
            if place.many and match[0] != word:
                raise ConfigError(
                    f"The tool {command.name}: {match[0]} must be a word of its own", advice="Set it apart."
                )
            if places.setdefault(place.name, place) != place and match[2] is not None:
                raise ConfigError(
                    f"The tool {command.name} describes {{{place.name}}} twice", advice="Say it once."
                )
    return places


def _place(command: Command, name: str, kind: str | None, mark: str) -> _Place:
    choices: tuple[str, ...] = ()
    if kind is not None and kind not in _TYPES:
        choices = tuple(choice.strip() for choice in kind.split("|"))
        if len(choices) < 2 or not all(choices):
            raise ConfigError(
                f"The tool {command.name}: {{{name}:{kind}}} has an unknown type",
                advice="Types are text, int, number, or choices such as {unit:km|mile}.",
            )
    return _Place(name, "string" if choices else _TYPES[kind or "text"], choices, mark == "?", mark == "...")


def _schema(command: Command, places: Mapping[str, _Place]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for place in places.values():
        value: dict[str, Any] = {"type": place.kind}
        if place.choices:
            value["enum"] = list(place.choices)
        if place.many:
            value = {"type": "array", "items": value}
        if place.name in command.descriptions:
            value["description"] = command.descriptions[place.name]
        properties[place.name] = value
    return {
        "type": "object",
        "properties": properties,
        "required": [place.name for place in places.values() if not (place.optional or place.many)],
        "additionalProperties": False,
    }


def _checked(places: Mapping[str, _Place], arguments: str) -> dict[str, list[str]]:
    """Each place's values as text; none for an optional one that was left out."""
    try:
        given = json.loads(arguments or "{}")
    except (ValueError, RecursionError) as exc:
        raise ToolError(f"The arguments are not valid JSON: {exc}") from exc
    if not isinstance(given, dict):
        raise ToolError("The arguments must be a JSON object.")
    for name in given:
        if name not in places:
            raise ToolError(f"Wrong arguments. {name[:64]}: there is no such argument.")
    values: dict[str, list[str]] = {}
    for place in places.values():
        value = given.get(place.name)
        if value is None and not (place.optional or place.many):
            raise ToolError(f"Wrong arguments. {place.name}: missing.")
        if place.many and value is not None and not isinstance(value, list):
            raise ToolError(f"Wrong arguments. {place.name}: expected a list.")
        several = value if isinstance(value, list) and place.many else [] if value is None else [value]
        values[place.name] = [_text(place, one) for one in several]
    return values


def _text(place: _Place, value: object) -> str:
    kinds: dict[str, tuple[type, ...]] = {"integer": (int,), "number": (int, float), "string": (str,)}
    wanted = kinds[place.kind]
    if isinstance(value, bool) or not isinstance(value, wanted):
        raise ToolError(f"Wrong arguments. {place.name}: expected {place.kind}.")
    text = str(value)
    if "\0" in text:
        raise ToolError(f"Wrong arguments. {place.name}: holds a zero byte.")
    if place.choices and text not in place.choices:
        raise ToolError(f"Wrong arguments. {place.name}: expected one of {', '.join(place.choices)}.")
    return text


def _word(
    word: str, values: Mapping[str, list[str]], places: Mapping[str, _Place], *, options_over: bool
) -> list[str]:
    """One word of the command with its values; no word where an optional value was left out."""
    used = [match for match in _PLACE.finditer(word) if match[1] is not None]
    if not used:
        return [word.replace("{{", "{").replace("}}", "}")]
    if any(not values[match[1]] for match in used):
        return []
    first = places[used[0][1]]
    if used[0].start() == 0 and not options_over and first.kind == "string":
        for value in values[first.name]:
            if value.startswith("-"):
                raise ToolError(f"Wrong arguments. {first.name}: must not begin with '-'.")
    if first.many:
        return values[first.name]

    def put(match: re.Match[str]) -> str:
        return values[match[1]][0] if match[1] is not None else match[0][0]

    return [_PLACE.sub(put, word)]


def _shown(argv: Sequence[str]) -> str:
    """The command for people: quoted where a word would not be one, places as they are."""
    return " ".join(word if _PLACE.search(word) and " " not in word else shlex.quote(word) for word in argv)


def _folder(command: Command) -> str | None:
    return os.path.expanduser(command.folder) if command.folder else None


def _environment(command: Command) -> dict[str, str]:
    def value(text: str) -> str:
        return os.environ.get(text[1:].strip("{}"), "") if text.startswith("$") else text

    return {name: value(text) for name, text in command.env.items()}


def _told(ended: Ended, limit_chars: int) -> str:
    """What the model reads. A command that failed raises it as its error."""
    out, err = (data.decode("utf-8", "replace")[:limit_chars] for data in (ended.stdout, ended.stderr))
    parts = [out.strip("\n")]
    if err.strip():
        parts.append(f"[stderr]\n{err.strip()}" if out.strip() else err.strip())
    if ended.cut:
        parts.append("[cut: it wrote more than it may, and was stopped]")
    text = "\n".join(part for part in parts if part)
    if ended.exit_code != 0 and not ended.cut:
        raise ToolError(f"exit code {ended.exit_code}\n{text}".strip())
    return text or "done (exit code 0, no output)"
