"""A proxy on loopback between a client and a server that fails on command: cuts, stalls, refuses, closes with codes."""

from __future__ import annotations

import asyncio
import http
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

Event: TypeAlias = dict[str, Any]
Direction: TypeAlias = Literal["up", "down"]
_RETRIEVED = "conversation.item.retrieved"


@dataclass
class Line:
    """One connection that went through the proxy, and what was said on it."""

    client: ServerConnection
    server: ClientConnection | None = None
    said: list[tuple[Direction, Event]] = field(default_factory=list)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    asked: dict[str, asyncio.Future[Event]] = field(default_factory=dict)

    def types(self, direction: Direction) -> list[str]:
        return [event.get("type", "") for way, event in self.said if way == direction]

    def told(self) -> list[str]:
        """Texts of the items the client created, in order: the context as this session knows it."""
        return [
            part["text"]
            for way, event in self.said
            if way == "up" and event["type"] == "conversation.item.create"
            for part in event["item"].get("content", ())
            if "text" in part
        ]

    def created(self) -> list[Event]:
        return [
            event["item"]
            for way, event in self.said
            if way == "up" and event["type"] == "conversation.item.create"
        ]

    def item_ids(self) -> list[str]:
        """Ids of the items of this session in the server's order, from what the server said when it took them in."""
        ids: list[str] = []
        for way, event in self.said:
            if way == "down" and event["type"] == "conversation.item.added":
                before = event.get("previous_item_id")
                ids.insert(ids.index(before) + 1 if before in ids else 0, event["item"]["id"])
            elif way == "down" and event["type"] == "conversation.item.deleted":
                ids.remove(event["item_id"])
        return ids

    async def retrieve(self, item_id: str) -> Event:
        """Ask the server itself for an item; the client learns nothing of it."""
        assert self.server is not None
        answer = self.asked[item_id] = asyncio.get_running_loop().create_future()
        await self.server.send(json.dumps({"type": "conversation.item.retrieve", "item_id": item_id}))
        async with asyncio.timeout(5):
            found: Event = await answer
        return found

    def is_for_us(self, event: Event) -> bool:
        """The answer to `retrieve`."""
        waiting = self.asked.pop(event["item"]["id"], None) if event["type"] == _RETRIEVED else None
        if waiting is not None:
            waiting.set_result(event["item"])
        return waiting is not None


@dataclass
class FaultProxy:
    """Passes everything on until it is told otherwise.

    Attributes:
        url: Where the client connects.
        upstream: Where the server is.
        lines: Connections so far, the newest last.
        refuse: Status of refused handshakes, None lets them pass; with `refusals` that many times only.
        on_event: Called for each message before it is passed on; may cut the line.
    """

    url: str = ""
    upstream: str = ""
    lines: list[Line] = field(default_factory=list)
    attempts: int = 0
    refuse: http.HTTPStatus | None = None
    refusals: int = 1_000_000
    vanish: int = 0
    on_event: Callable[[Line, Direction, Event], None] = lambda _line, _way, _event: None

    def cut(self) -> None:
        """The line breaks without a word."""
        self.lines[-1].client.transport.abort()

    def stall(self) -> None:
        """Half open: nothing is read any more, nothing answered, but the line does not end."""
        line = self.lines[-1]
        line.held.set()
        line.client.transport.pause_reading()

    async def close(self, code: int, reason: str = "") -> None:
        """The server ends the line politely."""
        await self.lines[-1].client.close(code, reason)

    def once(self, way: Direction, kind: str, then: Callable[[], None], after: int = 1) -> None:
        """Do something when a message of this kind passes for the n-th time from now on."""
        count = 0

        def look(_line: Line, direction: Direction, event: Event) -> None:
            nonlocal count
            if direction == way and event.get("type") == kind:
                count += 1
                if count == after:
                    then()

        self.on_event = look


@asynccontextmanager
async def faulty(upstream: str) -> AsyncIterator[FaultProxy]:
    """A proxy to `upstream` on a port of its own."""
    proxy = FaultProxy(upstream=upstream)

    async def meet(connection: ServerConnection, _request: Request) -> Response | None:
        proxy.attempts += 1
        if proxy.vanish:
            proxy.vanish -= 1
            connection.transport.abort()
        if proxy.refuse is not None and proxy.refusals > 0:
            proxy.refusals -= 1
            return connection.respond(proxy.refuse, "no")
        return None

    async def relay(client: ServerConnection) -> None:
        line = Line(client)
        proxy.lines.append(line)
        with suppress(OSError, ConnectionClosed):
            async with connect(proxy.upstream, compression=None, max_size=None, proxy=None) as server:
                line.server = server
                ways = (
                    _pump(proxy, line, client, server, "up"),
                    _pump(proxy, line, server, client, "down"),
                )
                done, left = await asyncio.wait(
                    [asyncio.ensure_future(way) for way in ways], return_when=asyncio.FIRST_COMPLETED
                )
                for task in left:
                    task.cancel()
                await asyncio.gather(*done, *left, return_exceptions=True)

    server: Server
    async with serve(
        relay, "127.0.0.1", 0, compression=None, max_size=None, process_request=meet, ping_interval=None
    ) as server:
        proxy.url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/v1/realtime"
        yield proxy
        for line in proxy.lines:
            line.client.transport.abort()


async def _pump(
    proxy: FaultProxy,
    line: Line,
    source: ServerConnection | ClientConnection,
    sink: ServerConnection | ClientConnection,
    way: Direction,
) -> None:
    with suppress(ConnectionClosed):
        async for text in source:
            event = json.loads(text)
            if way == "down" and line.is_for_us(event):
                continue
            line.said.append((way, event))
            proxy.on_event(line, way, event)
            if line.held.is_set():
                await asyncio.Event().wait()
            await sink.send(text)
    if way == "down":
        await sink.close(source.close_code or 1011, source.close_reason or "")
