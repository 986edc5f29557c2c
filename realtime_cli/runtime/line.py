"""One connection's text and events: spelling out, spelling in, and a queue that lets old audio go.

A line is made for one open transport and ends with it. It finds the dialect in the first message of the
server, so nothing is spelled before that, and it never lets microphone audio make a slow network slower:
audio that waited for more than two seconds is dropped, oldest first, while control events always leave, in
their order.
"""

from __future__ import annotations

import asyncio
from collections import deque

from msgspec import Struct

from realtime_cli import protocol
from realtime_cli.errors import LocalProtocolError, RemoteProtocolError
from realtime_cli.protocol import (
    ClientEvent,
    Dialect,
    ErrorDetail,
    ErrorEvent,
    InputAudioBufferAppend,
)
from realtime_cli.runtime.inbox import Inbox
from realtime_cli.runtime.speech import Speech
from realtime_cli.runtime.wiretap import Direction, Tap, redacted
from realtime_cli.session.facts import ConnectionLost, ServerGarbled, ServerSaid, UplinkDropped
from realtime_cli.transport.transport import LineClosed, Transport

# Older microphone audio makes the answer come later than the user can bear; two seconds bridge a short stall.
AUDIO_AGE_LIMIT_S = 2.0
# Servers that wait for the client to speak first would never tell their dialect: then the common one is
# assumed.
DIALECT_WAIT_S = 4.0
# At the end, what is queued (an answer to a call, a last cancel) may still leave, but nobody waits for a dead
# line.
DRAIN_S = 1.0
# A drop is told when the line moves again, and during a long stall each time another half second is gone.
DROP_REPORT_MS = 500

_BYTES_PER_MS = 48  # PCM16 mono 24 kHz


class _Waiting(Struct):
    """An event in the queue; `event` is None once it has been dropped."""

    event: ClientEvent | None
    at_s: float


class Line:
    """Speaks one dialect over one transport.

    Args:
        transport: Open; the line closes it.
        inbox: Where decoded events, garbled messages, drops and the loss of the line are posted.
        dialect: Given by the user, or None: judged from the server's first message.
        tap: Sees every message, redacted.
        speech: How this server wants to be spoken to, beyond the dialect.
    """

    def __init__(
        self,
        transport: Transport,
        inbox: Inbox,
        dialect: Dialect | None = None,
        tap: Tap | None = None,
        speech: Speech | None = None,
    ) -> None:
        self._transport = transport
        self._inbox = inbox
        self._speech = speech or Speech()
        self._dialect = self._speech.accented(dialect) if dialect is not None else None
        self._tap = tap
        self._loop = asyncio.get_running_loop()
        self._queue: deque[_Waiting] = deque()
        self._queued_audio: deque[_Waiting] = deque()
        self._more = asyncio.Event()
        self._dialect_known = asyncio.Event()
        if dialect is not None:
            self._dialect_known.set()
        self._empty = asyncio.Event()
        self._empty.set()
        self._closing = self._idle = False  # idle: the sender has nothing to do
        self._dropped_ms = 0

    @property
    def dialect(self) -> Dialect | None:
        """Given or found; None before the server's first message."""
        return self._dialect

    def say(self, event: ClientEvent, *, keep: bool = False) -> None:
        """Queue an event; never waits. `keep`: never dropped, though it is audio (a file's, not a microphone's)."""
        if self._idle and self._transport.is_free and not (self._closing or self._dropped_ms):
            self._say_now(event)
            return
        now_s = self._loop.time()
        waiting = _Waiting(event, now_s)
        if isinstance(event, InputAudioBufferAppend) and not keep:
            self._drop_audio_before(now_s - AUDIO_AGE_LIMIT_S)
            self._queued_audio.append(waiting)
        self._queue.append(waiting)
        self._empty.clear()
        self._idle = False
        self._more.set()

    def _say_now(self, event: ClientEvent) -> None:
        """Nothing waits before it, and the line takes it: it need not wait for the sender's turn."""
        assert self._dialect is not None
        text = self._spelled(event, self._dialect)
        if text is not None:
            self._show(">", text)
            self._transport.send_now(text)

    async def run(self) -> None:
        """Send and receive until the line is over, then post `ConnectionLost` (unless `close` was called)."""
        try:
            async with asyncio.TaskGroup() as both:
                sender = both.create_task(self._send_all(), name="line sender")
                await self._receive_all()
                sender.cancel()
        finally:
            self._empty.set()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Let the queue drain for a moment, then close. Nothing is posted any more from now on."""
        self._closing = True
        if self._dialect is not None:
            self._drop_audio_before(float("inf"))
            try:
                async with asyncio.timeout(DRAIN_S):
                    await self._empty.wait()
            except TimeoutError:
                pass  # a stalled line: what is left cannot be delivered
        await self._transport.close(code, reason)

    # --- towards the server ----------------------------------------------------------------------------------

    async def _send_all(self) -> None:
        try:
            await self._learn_dialect()
            while True:
                event = await self._next()
                assert self._dialect is not None
                text = self._spelled(event, self._dialect)
                if text is None:
                    continue
                self._show(">", text)
                await self._transport.send(text)
                self._report_drops()
        except LineClosed:
            self._empty.set()  # the receiver meets the same end and tells it

    def _spelled(self, event: ClientEvent, dialect: Dialect) -> str | None:
        """The text, or None for what this dialect has no words for: the mind is told as if the server refused it."""
        try:
            return dialect.encode_client(self._speech.fitted(event))
        except LocalProtocolError as error:
            event_id = event.event_id if isinstance(event.event_id, str) else None
            detail = ErrorDetail(type="invalid_request_error", message=str(error), event_id=event_id)
            self._inbox.post(ServerSaid(ErrorEvent(error=detail)))
            return None

    async def _learn_dialect(self) -> None:
        await self._more.wait()
        try:
            async with asyncio.timeout(DIALECT_WAIT_S):
                await self._dialect_known.wait()
        except TimeoutError:
            self._settle(protocol.GA)

    async def _next(self) -> ClientEvent:
        while True:
            while self._queue:
                waiting = self._queue.popleft()
                if waiting.event is None:
                    continue
                if self._queued_audio and self._queued_audio[0] is waiting:
                    self._queued_audio.popleft()
                    if self._loop.time() - waiting.at_s > AUDIO_AGE_LIMIT_S:
                        self._count_drop(waiting)
                        continue
                return waiting.event
            self._report_drops()
            self._empty.set()
            self._more.clear()
            self._idle = True
            try:
                await self._more.wait()
            finally:
                self._idle = False

    def _drop_audio_before(self, at_s: float) -> None:
        while self._queued_audio and self._queued_audio[0].at_s < at_s:
            self._count_drop(self._queued_audio.popleft())
        if self._dropped_ms >= DROP_REPORT_MS:
            self._report_drops()

    def _count_drop(self, waiting: _Waiting) -> None:
        if isinstance(waiting.event, InputAudioBufferAppend):
            self._dropped_ms += len(waiting.event.audio) // _BYTES_PER_MS
        waiting.event = None

    def _report_drops(self) -> None:
        if self._dropped_ms and not self._closing:
            self._inbox.post(UplinkDropped(self._dropped_ms))
        self._dropped_ms = 0

    # --- from the server -------------------------------------------------------------------------------------

    async def _receive_all(self) -> None:
        while True:
            try:
                text = await self._transport.receive()
                if self._closing:
                    continue
                self._show("<", text)
                event = self._decode(text)
                if not self._speech.is_echo(event, text):
                    for part in self._speech.understood(event):
                        self._inbox.post(ServerSaid(part))
            except RemoteProtocolError as error:
                if not self._closing:
                    self._inbox.post(ServerGarbled(str(error)))
            except LineClosed as end:
                if not self._closing:
                    self._inbox.post(ConnectionLost(end.code, end.reason))
                return

    def _decode(self, text: str) -> protocol.ServerEvent:
        if self._dialect is None:
            guessed = protocol.guess(text)
            if guessed is not None:
                self._settle(protocol.BETA if guessed == "beta" else protocol.GA)
        event = (self._dialect or protocol.GA).decode_server(text)
        if self._dialect is None and isinstance(event, protocol.SessionCreated):
            self._settle(protocol.GA)  # a session that shows no settings at all
        return event

    def _settle(self, dialect: Dialect) -> None:
        self._dialect = self._speech.accented(dialect)
        self._dialect_known.set()

    def _show(self, direction: Direction, text: str) -> None:
        if self._tap is not None:
            self._tap(direction, redacted(text))
