"""Plays a journal through the mind again: the same facts must lead to the same commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from realtime_cli.errors import InputError
from realtime_cli.history.journal import commands_text, hidden, read
from realtime_cli.session.core import SessionCore
from realtime_cli.session.facts import Fact
from realtime_cli.session.state import SessionState


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where the replay goes another way.

    Attributes:
        line: Of the journal, from 1.
        fact: What had happened.
        recorded: The command of the journal there, "" where it has none.
        replayed: The command of the replay there, "" where it has none.
    """

    line: int
    fact: str
    recorded: str
    replayed: str


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of a replay: how far it went, the last picture, and the first difference."""

    facts: int
    seconds: float
    state: SessionState
    difference: Difference | None


def replay(path: Path, watch: Callable[[SessionState, float], None] = lambda _state, _at_s: None) -> Replay:
    """Play a journal through a new mind.

    Args:
        watch: Sees the picture after every fact, with the time of the session.

    Raises:
        InputError: The file is no journal.
    """
    lines = read(path)
    first = next(lines, None)
    if first is None or not isinstance(first[1], tuple):
        raise InputError(f"{path} is no journal of this program")
    begun_s = at_s = first[0]
    wish, abilities = first[1]
    core = SessionCore(wish, abilities)
    difference = _compare(1, "the beginning", first[2], core.begin(begun_s))
    count = 0
    for at_s, fact, recorded in lines:
        count += 1
        commands = core.handle(cast("Fact", fact), at_s)
        difference = difference or _compare(count + 1, type(fact).__name__, recorded, commands)
        watch(core.state, at_s - begun_s)
    return Replay(count, at_s - begun_s, core.state, difference)


def _compare(line: int, fact: str, recorded: str, commands: list[Any]) -> Difference | None:
    # Both without sound: a journal without it holds silence.
    old, new = (json.loads(hidden(text, sound=False)) for text in (recorded, commands_text(commands)))
    if old == new:
        return None
    for index in range(max(len(old), len(new))):
        was = old[index] if index < len(old) else None
        now = new[index] if index < len(new) else None
        if was != now:
            return Difference(line, fact, _words(was), _words(now))
    return None


def _words(command: Any) -> str:
    return "" if command is None else json.dumps(command, ensure_ascii=False)
