"""A server that plays a scenario word for word: for tests of clients, ours and other people's.

A scenario is a list of steps, in Python or as JSON (`{"steps": [...]}`), one key naming each:

    {"say": {"type": "session.created", ...}}      an event, or a string that is sent as it is, even broken
    {"split": {"type": "...delta", "delta": "..."}, "into": 3}   the same event with its delta in pieces
    {"expect": "response.create", "within_ms": 5000}             read until the client says this
    {"wait_ms": 40}                                              do nothing for a while
    {"close": 1011, "reason": "..."}  {"drop": true}             end the line, politely or not at all
    {"expire": true}                                             the end of a session's time: error, then 1001

Whole answers, calls, the user's turns and errors have short steps: see `scenario_steps`. `scenario.schema.json` beside
this file says the same for editors and other programs.

In `say` and `split` the string "$path" stands for a value of the client event expected last, such as "$event_id" or
"$item.id"; "$$" begins a plain dollar. After the last step the line stays open until the client leaves.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias, assert_never

from realtime_cli.errors import InputError, RealtimeCliError
from realtime_cli.server.link import Link, LinkClosed
from realtime_cli.server.scenario_steps import expanded
from realtime_cli.server.splitting import split_delta

Json: TypeAlias = dict[str, Any]

EXPECT_LIMIT_MS: Final = 10_000
EXPIRY_TEXT: Final = "Your session hit the maximum duration of 60 minutes."


@dataclass(frozen=True, slots=True)
class SayText:
    """Send an event, or a text as it is."""

    what: Json | str


@dataclass(frozen=True, slots=True)
class SaySplit:
    """Send an event whose `delta` is cut into so many pieces; audio is cut by bytes, even inside a frame."""

    what: Json
    into: int


@dataclass(frozen=True, slots=True)
class Expect:
    """Read until the client says an event of this type; what comes before is kept in `heard` and passed over."""

    type: str
    within_ms: int = EXPECT_LIMIT_MS


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing for a while."""

    wait_ms: float


@dataclass(frozen=True, slots=True)
class EndLine:
    """End the line; without a code as a cut cable would."""

    code: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Expire:
    """Say that the session's time is over, then close with 1001."""


Step: TypeAlias = SayText | SaySplit | Expect | Wait | EndLine | Expire


class ScenarioBroken(RealtimeCliError):
    """The client did not do what the scenario expects. The message names the step."""


class ScriptedServer:
    """Plays one scenario to one client.

    Attributes:
        heard: Everything the client said so far, as JSON values.

    Args:
        steps: What happens, in order.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = tuple(steps)
        self._last: Json = {}
        self.heard: list[Json] = []

    async def attend(self, link: Link) -> None:
        """Play to the end of the line.

        Raises:
            ScenarioBroken: An expected event did not come in time, or the client left before the last step.
        """
        for number, step in enumerate(self._steps, start=1):
            try:
                await self._play(step, link)
            except TimeoutError:
                raise ScenarioBroken(f"step {number}: the client did not say {step}") from None
            except LinkClosed as closed:
                raise ScenarioBroken(f"step {number}: the client left ({closed.code})") from None
        try:
            while True:
                await self._hear(link)
        except LinkClosed:
            return

    async def _play(self, step: Step, link: Link) -> None:
        match step:
            case SayText(what=what):
                await link.send(what if isinstance(what, str) else json.dumps(self._filled(what)))
            case SaySplit(what=what, into=into):
                for piece in split_delta(self._filled(what), into):
                    await link.send(json.dumps(piece))
            case Expect(type=wanted, within_ms=within_ms):
                async with asyncio.timeout(within_ms / 1000):
                    while (await self._hear(link)).get("type") != wanted:
                        pass
            case Wait(wait_ms=wait_ms):
                await asyncio.sleep(wait_ms / 1000)
            case EndLine():
                await (link.drop() if step.code is None else link.close(step.code, step.reason))
            case Expire():
                error = {
                    "type": "invalid_request_error",
                    "code": "session_expired",
                    "message": EXPIRY_TEXT,
                    "param": None,
                    "event_id": None,
                }
                await link.send(json.dumps({"type": "error", "event_id": "event_expired", "error": error}))
                await link.close(1001, EXPIRY_TEXT)
            case _:
                assert_never(step)

    async def _hear(self, link: Link) -> Json:
        try:
            said = json.loads(await link.receive())
        except ValueError:
            said = {}
        self._last = said if isinstance(said, dict) else {}
        self.heard.append(self._last)
        return self._last

    def _filled(self, what: Any) -> Any:
        if isinstance(what, dict):
            return {key: self._filled(value) for key, value in what.items()}
        if isinstance(what, list):
            return [self._filled(value) for value in what]
        if isinstance(what, str) and what.startswith("$$"):
            return what[1:]
        if isinstance(what, str) and what.startswith("$"):
            return _at(self._last, what[1:])
        return what


def read_scenario(text: str) -> tuple[Step, ...]:
    """A scenario from JSON.

    Raises:
        InputError: It is not one; the message names the step.
    """
    try:
        read = json.loads(text)
    except ValueError as problem:
        raise InputError(f"scenario is not JSON: {problem}") from None
    steps = read.get("steps") if isinstance(read, dict) else None
    if not isinstance(steps, list):
        raise InputError('scenario: expected {"steps": [...]}')
    return tuple(
        _step(number, plain) for number, raw in enumerate(steps, start=1) for plain in expanded(number, raw)
    )


def load_scenario(path: Path) -> tuple[Step, ...]:
    """A scenario from a file.

    Raises:
        InputError: It cannot be read, or is not one.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(f"scenario {path} cannot be read: {problem}") from problem
    return read_scenario(text)


def _step(number: int, raw: object) -> Step:
    match raw:
        case {"say": dict() | str() as what, **rest} if not rest:
            return SayText(what)
        case {"split": dict() as what, "into": into, **rest} if not rest and into:
            return SaySplit(what, _count(number, into))
        case {"expect": str() as wanted, **rest} if set(rest) <= {"within_ms"}:
            return Expect(wanted, _count(number, rest.get("within_ms", EXPECT_LIMIT_MS)))
        case {"wait_ms": wait_ms, **rest} if not rest:
            return Wait(_count(number, wait_ms))
        case {"close": int() as code, **rest} if set(rest) <= {"reason"} and 1000 <= code <= 4999:
            reason = rest.get("reason", "")
            if isinstance(reason, str):
                return EndLine(code, reason)
        case {"drop": True, **rest} if not rest:
            return EndLine(None)
        case {"expire": True, **rest} if not rest:
            return Expire()
    raise InputError(f"scenario, step {number}: no such step, or a wrong value in it")


def _count(number: int, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InputError(f"scenario, step {number}: expected a whole number, 0 or more")
    return value


def _at(said: Any, path: str) -> Any:
    for key in path.split("."):
        said = said.get(key) if isinstance(said, dict) else None
    return said
