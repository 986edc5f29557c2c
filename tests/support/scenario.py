"""Whole text sessions of ours against a server that plays a scenario word for word, on a clock that jumps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from realtime_cli import protocol as p
from realtime_cli.runtime.interpreter import Sound
from realtime_cli.runtime.run import Outcome, Plan, Post, run
from realtime_cli.runtime.speech import Manner
from realtime_cli.server.link import LinkClosed
from realtime_cli.server.scripted import EndLine, Expect, Expire, SayText, ScriptedServer, Step, Wait
from realtime_cli.session.facts import Fact
from realtime_cli.session.state import Notice, SessionState, Spoken, TurnMode
from realtime_cli.session.wish import Wish
from realtime_cli.transport import memory
from realtime_cli.transport.memory import MemoryTransport
from tests.support.clock import run_jumping

TEXT = p.SessionConfig(output_modalities=("text",))

GREETING: dict[str, dict[str, Any]] = {
    "ga": {"type": "realtime", "id": "sess_1", "model": "m", "audio": {}},
    "beta": {"id": "sess_1", "model": "m", "modalities": ["text"], "voice": "v", "turn_detection": None},
}


def once(prompt: str = "hi", **changes: Any) -> Wish:
    """One prompt, one text answer, as `send-text` asks."""
    fields = {"config": TEXT, "turn_mode": TurnMode.TYPED, "once": True, "first_prompt": prompt, **changes}
    return Wish(**fields)


def say(kind: str, **fields: Any) -> SayText:
    return SayText({"type": kind, "event_id": "event_TODO", **fields})


def greeted(dialect: str = "ga") -> list[Step]:
    """Greeting and settings, as every server does it."""
    session = GREETING[dialect]
    return [
        say("session.created", session=session),
        Expect("session.update"),
        say("session.updated", session=session),
    ]


def asked() -> list[Step]:
    return [Expect("conversation.item.create"), Expect("response.create")]


def done(response_id: str = "r1", status: str = "completed", **fields: Any) -> SayText:
    return say("response.done", response={"id": response_id, "status": status, "output": [], **fields})


def failed(
    code: str | None, message: str = "no", kind: str = "invalid_request_error", **more: Any
) -> SayText:
    error = {"type": kind, "code": code, "message": message, "param": None, "event_id": None, **more}
    return say("error", error=error)


@dataclass
class Told:
    """What came of it."""

    outcome: Outcome
    heard: list[list[dict[str, Any]]] = field(default_factory=list)
    """What each of the servers heard."""

    @property
    def state(self) -> SessionState:
        return self.outcome.state

    @property
    def text(self) -> str:
        return self.state.answer_text

    def notices(self) -> list[str]:
        return [entry.text for entry in self.state.entries if isinstance(entry, Notice)]

    def lines(self) -> list[str]:
        spoken = [entry for entry in self.state.entries if isinstance(entry, Spoken)]
        return [f"{entry.role}: {entry.text}" for entry in spoken]

    def said(self, kind: str) -> list[dict[str, Any]]:
        return [event for server in self.heard for event in server if event.get("type") == kind]


class _Nothing:
    def start(self) -> None: ...
    def update(self, state: SessionState, now_s: float) -> None: ...
    def stop(self) -> None: ...


class _Keys:
    def __init__(self, post: Post, presses: Sequence[tuple[float, Fact]]) -> None:
        self._post, self._presses = post, presses

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        for after_s, fact in self._presses:
            loop.call_later(after_s, self._post, fact)

    def stop(self) -> None: ...


def play(
    *servers: Sequence[Step],
    wish: Wish | None = None,
    abilities: frozenset[p.Ability] = p.ALL,
    manner: Manner | None = None,
    dialect: str | None = None,
    presses: Sequence[tuple[float, Fact]] = (),
    sound: Callable[[Post], Sound] | None = None,
) -> Told:
    """Each line that is opened meets the next server; the last scenario must have been played to its end."""
    heard: list[list[dict[str, Any]]] = []

    async def main() -> Outcome:
        scenarios = iter(servers)
        tasks: list[asyncio.Task[None]] = []

        async def open_line() -> MemoryTransport:
            here, there = memory.pair(other_closed=LinkClosed)
            server = ScriptedServer(next(scenarios))
            heard.append(server.heard)
            tasks.append(asyncio.create_task(server.attend(there)))
            return here

        keys: Callable[..., _Keys] | None = None
        if presses:
            keys = lambda post, changed: _Keys(post, presses)  # noqa: E731 - one line says it
        outcome = await run(
            Plan(
                wish=wish or once(),
                abilities=abilities,
                opener=open_line,
                view=_Nothing(),
                dialect=dialect,
                keyboard=keys,
                manner=manner or Manner(abilities),
                sound=sound,
            )
        )
        await asyncio.wait_for(asyncio.gather(*tasks), 30)
        return outcome

    return Told(run_jumping(main()), heard)


__all__ = [
    "EndLine",
    "Expect",
    "Expire",
    "SayText",
    "Told",
    "Wait",
    "asked",
    "done",
    "failed",
    "greeted",
    "once",
    "play",
    "say",
]
