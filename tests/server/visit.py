"""Visiting a real server session over a line of text, as a client would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from realtime_cli.server.engines.contract import Engines
from realtime_cli.server.engines.scripted_brain import Answer, ScriptedBrain
from realtime_cli.server.engines.scripted_ears import ScriptedEars
from realtime_cli.server.engines.tone_mouth import ToneMouth
from realtime_cli.server.listener import EmbeddedLink, connect_in_memory
from realtime_cli.server.options import ServerOptions
from tests.server.desk import loud_is_speech

PATIENCE_S = 10.0


def engines(answers: Sequence[Answer] = (), transcripts: Sequence[str] = ()) -> Engines:
    """Engines without any dependency, all deterministic."""
    return Engines(
        ScriptedEars(transcripts),
        ToneMouth(),
        ScriptedBrain(answers),
        lambda: loud_is_speech,
    )


class Visit:
    """One client of an embedded server, in wire JSON."""

    def __init__(self, link: EmbeddedLink) -> None:
        self.link = link
        self.seen: list[dict[str, Any]] = []

    async def say(self, kind: str, **fields: Any) -> None:
        await self.link.send(json.dumps({"type": kind, **fields}))

    async def until(self, kind: str) -> dict[str, Any]:
        """Read up to the next event of that type."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                event: dict[str, Any] = json.loads(await self.link.receive())
                self.seen.append(event)
                if event["type"] == kind:
                    return event

    async def typed(self, text: str) -> None:
        content = [{"type": "input_text", "text": text}]
        await self.say(
            "conversation.item.create", item={"type": "message", "role": "user", "content": content}
        )
        await self.say("response.create")

    def kinds(self) -> list[str]:
        return [event["type"] for event in self.seen]


def visiting(
    script: Callable[[Visit], Awaitable[None]],
    parts: Engines | None = None,
    options: ServerOptions | None = None,
) -> Visit:
    """Run a script against an embedded server, and assert that it leaves no task behind."""

    async def main() -> Visit:
        before = asyncio.all_tasks()
        visit = Visit(connect_in_memory(parts or engines(["Fine."]), options))
        await visit.until("session.created") if not (options and options.strict_ga) else None
        await script(visit)
        await visit.link.aclose()
        assert asyncio.all_tasks() == before
        return visit

    return asyncio.run(main())
