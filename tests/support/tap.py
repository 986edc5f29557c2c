"""A listener on the wire: a WebSocket relay that passes everything on and writes down what went by, and when."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

Direction = Literal["up", "down"]


@dataclass(frozen=True)
class Message:
    """One text message: when it passed (monotonic seconds), which way, and what it said."""

    at_s: float
    direction: Direction
    event: dict[str, Any]

    @property
    def type(self) -> str:
        return str(self.event.get("type", ""))


@dataclass
class Tap:
    """What went by so far. `url` is where the client connects."""

    url: str = ""
    messages: list[Message] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def note(self, direction: Direction, text: str | bytes) -> None:
        with self.arrived:
            self.messages.append(Message(time.monotonic(), direction, json.loads(text)))
            self.arrived.notify_all()

    def types(self, direction: Direction) -> list[str]:
        return [m.type for m in list(self.messages) if m.direction == direction]

    def all(self, kind: str) -> list[Message]:
        return [m for m in list(self.messages) if m.type == kind]

    def wait(
        self,
        kind: str,
        within_s: float,
        *,
        after: int = 0,
        where: Callable[[dict[str, Any]], bool] = lambda _: True,
    ) -> tuple[int, Message]:
        """The first message of a kind from index `after` on; fails with what was said instead."""
        deadline = time.monotonic() + within_s
        with self.arrived:
            while True:
                for index, message in enumerate(self.messages[after:], start=after):
                    if message.type == kind and where(message.event):
                        return index, message
                left = deadline - time.monotonic()
                if left <= 0 or not self.arrived.wait(left):
                    if deadline - time.monotonic() > 0:
                        continue
                    raise AssertionError(f"no {kind} within {within_s} s; heard {self.summary(after)}")

    def summary(self, after: int = 0) -> list[str]:
        """Types in order, repeats counted."""
        lines: list[str] = []
        count = 0
        for message in self.messages[after:]:
            line = f"{message.direction} {message.type}"
            if lines and lines[-1].split(" x")[0] == line:
                count += 1
                lines[-1] = f"{line} x{count}"
            else:
                count = 1
                lines.append(line)
        return lines

    def audio(self, item_id: str | None = None) -> bytes:
        """All PCM16 of the audio deltas (of one item)."""
        return b"".join(
            base64.b64decode(m.event["delta"])
            for m in list(self.messages)
            if m.type in ("response.output_audio.delta", "response.audio.delta")
            and (item_id is None or m.event["item_id"] == item_id)
        )


@contextmanager
def tapped(upstream: str) -> Iterator[Tap]:
    """A relay to `upstream` (a whole WebSocket URL) on a port of its own, in a thread of its own."""
    tap = Tap()
    ready, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def relay(client: ServerConnection) -> None:
        async with connect(upstream, compression=None, max_size=None, proxy=None) as server:

            async def pump(source: Any, sink: Any, direction: Direction) -> None:
                try:
                    async for text in source:
                        tap.note(direction, text)
                        await sink.send(text)
                except ConnectionClosed:
                    pass  # the other side is told below
                code = source.close_code
                if code in (None, 1005, 1006):  # no code came, and none may be sent for that
                    await sink.close()
                else:
                    await sink.close(code, source.close_reason or "")

            await asyncio.gather(pump(client, server, "up"), pump(server, client, "down"))

    async def main() -> None:
        async with serve(relay, "127.0.0.1", 0, compression=None, max_size=None) as server:
            port = server.sockets[0].getsockname()[1]
            tap.url = f"ws://127.0.0.1:{port}/v1/realtime"
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()), name="tap")
    thread.start()
    try:
        assert ready.wait(5)
        yield tap
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
