"""A small Realtime server written as text, for whole runs: it answers what every session needs, the rest is a
script.

It shares no code with the client's protocol room, so a spelling that is wrong on both sides cannot pass here.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from realtime_cli.transport import memory
from realtime_cli.transport.memory import MemoryTransport
from realtime_cli.transport.transport import LineClosed

Event: TypeAlias = dict[str, Any]
Reply: TypeAlias = "Callable[[Client], Awaitable[None]]"


class Client:
    """One connection, seen from the server."""

    def __init__(self, link: MemoryTransport, numbers: itertools.count[int]) -> None:
        self.link = link
        self._numbers = numbers

    async def say(self, kind: str, **fields: Any) -> None:
        await self.link.send(json.dumps({"type": kind, "event_id": f"event_{next(self._numbers)}", **fields}))

    async def hello(self) -> None:
        session = {
            "type": "realtime",
            "id": f"sess_{next(self._numbers)}",
            "model": "text-server",
            "audio": {},
        }
        await self.say("session.created", session=session)

    async def respond(self, items: Sequence[Event], status: str = "completed", **details: Any) -> None:
        """A whole response with these finished items; message items are streamed word by word."""
        response_id = f"resp_{next(self._numbers)}"
        head = {"id": response_id, "object": "realtime.response", "output": []}
        await self.say("response.created", response={**head, "status": "in_progress"})
        for index, item in enumerate(items):
            await self._item(response_id, index, item)
        usage = {"total_tokens": 12, "input_tokens": 5, "output_tokens": 7}
        done = {**head, "status": status, "output": list(items), "usage": usage, **details}
        await self.say("response.done", response=done)

    async def _item(self, response_id: str, index: int, item: Event) -> None:
        place = {"response_id": response_id, "output_index": index}
        begun = {**item, "status": "in_progress"}
        if item["type"] == "message":
            begun["content"] = []
        await self.say("response.output_item.added", **place, item=begun)
        await self.say("conversation.item.added", item=begun, previous_item_id=None)
        if item["type"] == "message":
            await self._content({**place, "item_id": item["id"], "content_index": 0}, item["content"][0])
        await self.say("response.output_item.done", **place, item=item)
        await self.say("conversation.item.done", item=item, previous_item_id=None)

    async def _content(self, place: Event, part: Event) -> None:
        if part["type"] == "output_text":
            for word in part["text"].split(" "):
                await self.say("response.output_text.delta", **place, delta=word + " ")
                await asyncio.sleep(0.05)
            await self.say("response.output_text.done", **place, text=part["text"])
            return
        await self.say("response.output_audio_transcript.delta", **place, delta=part["transcript"])
        audio = base64.b64decode(part["audio"])
        for start in range(0, len(audio), 4800):
            delta = base64.b64encode(audio[start : start + 4800]).decode()
            await self.say("response.output_audio.delta", **place, delta=delta)
        await self.say("response.output_audio.done", **place)
        await self.say("response.output_audio_transcript.done", **place, transcript=part["transcript"])


def text_item(text: str, item_id: str = "item_answer") -> Event:
    content = [{"type": "output_text", "text": text}]
    return {"id": item_id, "type": "message", "role": "assistant", "status": "completed", "content": content}


def call_item(name: str, arguments: str, call_id: str = "call_1") -> Event:
    return {
        "id": f"item_{call_id}",
        "type": "function_call",
        "status": "completed",
        "call_id": call_id,
        "name": name,
        "arguments": arguments,
    }


class TextServer:
    """Opens lines (`open` is an `Opener`) and plays one reply for each `response.create`.

    Attributes:
        heard: Everything clients said, in order.
        clients: All connections.
    """

    def __init__(self, *replies: Reply) -> None:
        self._replies = iter(replies)
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self.heard: list[Event] = []
        self.clients: list[Client] = []

    async def open(self) -> MemoryTransport:
        here, there = memory.pair()
        client = Client(there, self._numbers)
        self.clients.append(client)
        self._tasks.add(asyncio.create_task(self._serve(client)))
        return here

    async def end(self) -> None:
        """All lines are over: wait for what served them. An error in a script is raised here."""
        async with asyncio.timeout(30):
            await asyncio.gather(*self._tasks)

    def said(self, kind: str) -> list[Event]:
        return [event for event in self.heard if event["type"] == kind]

    async def _serve(self, client: Client) -> None:
        try:
            await client.hello()
            while True:
                event = json.loads(await client.link.receive())
                self.heard.append(event)
                await self._answer(client, event)
        except LineClosed:
            return

    async def _answer(self, client: Client, event: Event) -> None:
        match event["type"]:
            case "session.update":
                await client.say("session.updated", session={**event["session"], "id": "sess", "model": "m"})
            case "conversation.item.create":
                item = {"id": f"item_{next(self._numbers)}", "status": "completed", **event["item"]}
                await client.say("conversation.item.added", item=item, previous_item_id=None)
                await client.say("conversation.item.done", item=item, previous_item_id=None)
            case "response.create":
                await next(self._replies)(client)
