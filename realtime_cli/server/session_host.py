"""One client's session on the loop: the core, the engines, the timers, and the line they talk over.

Facts are followed at once and in the order they happen: everything lives on one loop, so nothing can come between a
fact and its commands. When the client leaves, every task and timer ends before `run` returns.
"""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
from dataclasses import dataclass
from typing import Final, assert_never

from msgspec.structs import replace

from realtime_cli import clock
from realtime_cli import protocol as p
from realtime_cli.protocol.flat_settings import flat_param
from realtime_cli.server import vocabulary as v
from realtime_cli.server.core import ServerCore
from realtime_cli.server.engines.contract import Engines
from realtime_cli.server.link import Link, LinkClosed
from realtime_cli.server.options import MAX_APPEND_BYTES, Names, ServerOptions
from realtime_cli.server.outbox import Outbox
from realtime_cli.server.workbench import Workbench

APPEND_STEP_BYTES: Final = 48 * 200
"""A long append is followed 200 ms at a time: one client's file must not stop the others' voices."""

_URGENT = (
    p.InputAudioBufferAppend,
    p.InputAudioBufferClear,
    p.InputAudioBufferCommit,
    p.ResponseCancel,
    p.ConversationItemTruncate,
)
"""Followed even while the client reads too slowly: they stop speech, or say little."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """What the handshake told.

    Attributes:
        beta: The client wants the retired dialect.
        transcription: The client only wants to be written down.
    """

    beta: bool = False
    transcription: bool = False


class SessionHost:
    """Runs one session until its client leaves.

    Args:
        link: The line.
        engines: Shared with other sessions; not stopped here.
        options: How the server behaves.
        greeting: What the handshake told.
    """

    def __init__(
        self, link: Link, engines: Engines, options: ServerOptions, greeting: Greeting | None = None
    ) -> None:
        self._link, self._engines = link, engines
        self._greeting = greeting or Greeting()
        self._dialect: p.Dialect = p.BETA if self._greeting.beta else p.GA
        if not options.instructions:
            options = _introduced(options, engines.brain.banner)
        self._core = ServerCore(options, engines.new_vad(), Names(secrets.token_hex(3)))
        self._outbox = Outbox()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._workbench: Workbench | None = None

    async def run(self) -> None:
        """Serve the client. Returns when the line is over, whoever ended it."""
        try:
            await self._serve()
        except asyncio.CancelledError:
            await self._link.close(1001, "The server is shutting down.")
            raise
        except BaseExceptionGroup:
            await self._link.close(1011, "Internal error.")
            raise

    async def _serve(self) -> None:
        async with asyncio.TaskGroup() as group:
            self._workbench = Workbench(self._engines, self._outbox, self._happen, group)
            sender = group.create_task(self._outbox.drain_into(self._link))
            try:
                greeting = self._greeting
                self._happen(v.ClientConnected(clock.epoch(), greeting.beta, greeting.transcription))
                await self._listen_to_client()
            finally:
                self._happen(v.ClientLeft())
                for timer in self._timers.values():
                    timer.cancel()
                self._workbench.stop_all()
                sender.cancel()

    async def _listen_to_client(self) -> None:
        while True:
            try:
                text = await self._link.receive()
            except LinkClosed:
                return
            try:
                event = self._dialect.decode_client(text)
            except p.Refusal as refusal:
                await self._outbox.room()
                self._happen(v.ClientGarbled(refusal.detail))
            else:
                if not isinstance(event, _URGENT):
                    await self._outbox.room()
                await self._take(event)
            # A client that sends faster than this loop turns must not keep it for itself.
            await asyncio.sleep(0)

    async def _take(self, event: p.ClientEvent) -> None:
        if not isinstance(event, p.InputAudioBufferAppend):
            self._happen(v.ClientSaid(event))
            return
        if self._workbench is not None:
            self._workbench.warm_up()
        if not APPEND_STEP_BYTES < len(event.audio) <= MAX_APPEND_BYTES:
            self._happen(v.ClientSaid(event))
            return
        for at in range(0, len(event.audio), APPEND_STEP_BYTES):
            step = v.ClientSaid(replace(event, audio=event.audio[at : at + APPEND_STEP_BYTES]))
            if any(_is_error(command) for command in self._follow(step)):
                return  # one event is refused once: a full buffer takes nothing of what is left of it
            await asyncio.sleep(0)

    def _happen(self, fact: v.ServerFact) -> None:
        self._follow(fact)

    def _follow(self, fact: v.ServerFact) -> list[v.ServerCommand]:
        commands = self._core.handle(fact, asyncio.get_running_loop().time())
        for command in commands:
            self._perform(command)
        return commands

    def _perform(self, command: v.ServerCommand) -> None:
        bench = self._workbench
        assert bench is not None
        match command:
            case v.Say(event=event):
                for text in self._dialect.encode_server(self._in_clients_words(event)):
                    self._outbox.put(text)
            case v.Listen(item_id=item_id, language=language):
                bench.listen(item_id, language)
            case v.Feed(item_id=item_id, pcm=pcm):
                bench.feed(item_id, pcm)
            case v.Transcribe(item_id=item_id):
                bench.feed(item_id, None)
            case v.StopListening(item_id=item_id):
                bench.stop_listening(item_id)
            case v.Expect():
                bench.expect(command)
            case v.Reply():
                bench.reply(command)
            case v.Speak():
                bench.speak(command)
            case v.StopWork(response_id=response_id):
                bench.stop_work(response_id)
            case v.StartTimer(name=name, after_s=after_s):
                self._start_timer(name, after_s)
            case v.StopTimer(name=name):
                self._stop_timer(name)
            case v.Close(code=code, reason=reason):
                self._outbox.close(code, reason)
            case _:
                assert_never(command)

    def _in_clients_words(self, event: p.ServerEvent) -> p.ServerEvent:
        """An error names the parameter as the client wrote it; the core knows only GA's paths."""
        if not self._greeting.beta or not isinstance(event, p.ErrorEvent):
            return event
        param = event.error.param
        if isinstance(param, str):
            param = flat_param(flat_param(param, "session"), "response")
        return replace(event, error=replace(event.error, param=param))

    def _start_timer(self, name: str, after_s: float) -> None:
        self._stop_timer(name)
        loop = asyncio.get_running_loop()
        self._timers[name] = loop.call_later(after_s, self._happen, v.TimerFired(name))

    def _stop_timer(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()


def _is_error(command: v.ServerCommand) -> bool:
    return isinstance(command, v.Say) and isinstance(command.event, p.ErrorEvent)


def _introduced(options: ServerOptions, banner: str) -> ServerOptions:
    """The brain's own words as default instructions, which clients see in `session.created`."""
    return dataclasses.replace(options, instructions=banner)
