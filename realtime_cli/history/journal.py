"""The journal: every fact of a session with its time, as lines of JSON, so that the session can be played again.

    {"journal": 1, "wish": {...}, "abilities": [...], "at_s": 12.5, "commands": [...]}
    {"at_s": 12.6, "fact": "ServerSaid", "event": "ResponseDone", "value": {...}, "commands": [...]}

Keys never get in. Sound is written only when asked for; otherwise its length stands for it (`~silence:1280`), and
the mind, which counts sound but does not listen to it, decides exactly the same.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias, get_args

import msgspec

from realtime_cli import protocol as p
from realtime_cli.errors import InputError, RecordingError
from realtime_cli.history.writer import Writer
from realtime_cli.key_shapes import without_keys
from realtime_cli.session import facts as f
from realtime_cli.session.commands import Command
from realtime_cli.session.facts import Fact
from realtime_cli.session.wish import Wish

FORM: Final = 1

# 160 base64 characters are 2.5 ms of sound: shorter ones are ids and hashes.
_SOUND: Final = re.compile(r'"([A-Za-z0-9+/]{160,})(={0,2})"')
_SILENCE: Final = re.compile(r'"~silence:(\d{3,9})(={0,2})"')

Lost: TypeAlias = Callable[[Exception], None]


def _classes() -> dict[str, type[Any]]:
    return {kind.__name__: kind for kind in get_args(Fact) if kind is not f.ServerSaid}


_FACTS: Final = _classes()
_EVENTS: Final[dict[str, type[Any]]] = {kind.__name__: kind for kind in get_args(p.ServerEvent)}


class Journal:
    """An open journal file (0600). Fed on the loop, written in a thread.

    Args:
        path: An existing file is written anew.
        sound: Keep the sound.
        lost: Called once, from any thread, when it cannot be written any more.

    Raises:
        RecordingError: The file cannot be opened.
    """

    def __init__(self, path: Path, *, sound: bool, lost: Lost) -> None:
        try:
            number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as exc:
            raise RecordingError(
                f"The journal {path} cannot be written: {exc.strerror or exc}", advice="Choose another place."
            ) from exc
        self._file = os.fdopen(number, "wb", buffering=0)
        self._sound = sound
        self._writer = Writer("journal", lost, (OSError,))

    def begin(
        self, wish: Wish, abilities: frozenset[p.Ability], at_s: float, commands: Sequence[Command]
    ) -> None:
        """The session began."""
        self._write(
            {
                "journal": FORM,
                "wish": wish,
                "abilities": sorted(ability.name for ability in abilities),
                "at_s": at_s,
                "commands": named(commands),
            }
        )

    def note(self, fact: Fact, at_s: float, commands: Sequence[Command]) -> None:
        """A fact, and what followed from it."""
        line: dict[str, Any] = {"at_s": at_s, "fact": type(fact).__name__}
        if isinstance(fact, f.ServerSaid):
            line["event"] = type(fact.event).__name__
            line["value"] = fact.event
        else:
            line["value"] = fact
        line["commands"] = named(commands)
        self._write(line)

    def close(self) -> None:
        """Write what waits."""
        self._writer.close()
        self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        text = hidden(msgspec.json.encode(line).decode(), sound=self._sound) + "\n"
        self._writer.do(lambda: self._put(text.encode()))

    def _put(self, data: bytes) -> None:
        while data:  # a full disk may take a part
            data = data[self._file.write(data) :]


def named(commands: Sequence[Command]) -> list[dict[str, Any]]:
    """Commands as they stand in a journal."""
    return [{"do": type(command).__name__, "value": command} for command in commands]


def hidden(text: str, *, sound: bool) -> str:
    """One line without keys, and without sound unless it is wanted. Doing it twice changes nothing more."""
    if not sound:
        text = _SOUND.sub(lambda body: f'"~silence:{len(body[1])}{body[2]}"', text)
    return without_keys(text)


def read(path: Path) -> Iterator[tuple[float, Fact | tuple[Wish, frozenset[p.Ability]], str]]:
    """The lines of a journal: time, then (wish, abilities) first and a fact in all others, then the commands' text.

    A last line that was cut by a crash is left out.

    Raises:
        InputError: The file cannot be read, or is no journal of this form.
    """
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                if raw.endswith(b"\n"):
                    yield _line(raw.decode(), number)
    except OSError as exc:
        raise InputError(f"{path}: {exc.strerror or exc}") from exc
    except (UnicodeDecodeError, msgspec.MsgspecError, KeyError, TypeError) as exc:
        raise InputError(f"{path} is no journal of this program: {exc}") from exc


def _line(text: str, number: int) -> tuple[float, Any, str]:
    line = msgspec.json.decode(_SILENCE.sub(lambda mark: f'"{"A" * int(mark[1])}{mark[2]}"', text))
    if not isinstance(line, dict):
        raise TypeError(f"line {number} is no object")
    if number == 1:
        if line.get("journal") != FORM:
            raise KeyError(f"form {line.get('journal')!r}")
        known = p.Ability.__members__
        abilities = frozenset(known[name] for name in line["abilities"] if name in known)
        start: Any = (_value(line["wish"], Wish), abilities)
    elif line["fact"] == "ServerSaid":
        start = f.ServerSaid(_value(line["value"], _EVENTS[line["event"]]))
    else:
        start = _value(line["value"], _FACTS[line["fact"]])
    return float(line["at_s"]), start, msgspec.json.encode(line["commands"]).decode()


def _value(value: Any, kind: type[Any]) -> Any:
    return msgspec.convert(value, kind, builtin_types=(), str_keys=True)


def commands_text(commands: Sequence[Command]) -> str:
    """Commands of a replay, to be compared with those of a journal."""
    plain = msgspec.json.decode(msgspec.json.encode(named(commands)))
    return msgspec.json.encode(plain).decode()
