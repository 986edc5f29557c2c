"""Turns the mind's commands into effects: one method each, none of which waits.

What takes time (opening a line, a tool, a polite close) becomes a task of the session's task group and
answers with a fact. The grammar of commands is `session/commands.py`; `perform` is complete, and the type
check keeps it so.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, assert_never

from msgspec import Struct

from realtime_cli.errors import RateLimited, RealtimeCliError, ToolError, Unreachable
from realtime_cli.protocol import Dialect
from realtime_cli.runtime import errands
from realtime_cli.runtime.inbox import Inbox
from realtime_cli.runtime.line import Line
from realtime_cli.runtime.speech import Manner, Speech
from realtime_cli.runtime.timers import Timers
from realtime_cli.runtime.wiretap import Tap
from realtime_cli.session.commands import (
    CancelTool,
    Command,
    Connect,
    Disconnect,
    EndPlay,
    Finish,
    FlushPlayout,
    Play,
    ReadFile,
    ReopenDevice,
    RunTool,
    SaveAudio,
    SaveTranscript,
    Say,
    SoundCommand,
    StartTimer,
    StopTimer,
)
from realtime_cli.session.facts import (
    Connected,
    ConnectFailed,
    Fact,
    Flushed,
    Piece,
    PlayoutEmpty,
    ToolAnnounced,
    ToolFailed,
    ToolProgressed,
    ToolReturned,
    Which,
)
from realtime_cli.tools.tool import Result
from realtime_cli.transport.transport import NobodyThere, Opener

_LOG = logging.getLogger(__name__)


class Sound(Protocol):
    """Microphone and speaker in use: `audio_rig.AudioRig`, which text sessions do not import."""

    def come_in_by(self, run: Callable[..., None]) -> None: ...  # noqa: D102
    def play(self, item_id: str, content_index: int, pcm: bytes) -> None: ...  # noqa: D102
    def end_play(self, item_id: str, content_index: int) -> None: ...  # noqa: D102
    def flush(self, fade_ms: int) -> tuple[Piece, ...]: ...  # noqa: D102
    def reopen(self, which: Which) -> None: ...  # noqa: D102
    def adjust(self, command: SoundCommand) -> None: ...  # noqa: D102
    async def start(self) -> None: ...  # noqa: D102
    async def stop(self) -> None: ...  # noqa: D102


class Hands(Protocol):
    """Runs the functions a model calls and keeps their time limit: `tools.toolbox.Toolbox`."""

    async def call(  # noqa: D102
        self, name: str, arguments: str, on_progress: Callable[[str], None] | None = None
    ) -> Result: ...
    def announce_to(self, announce: Callable[[str], None]) -> None: ...  # noqa: D102


class Means(Struct, frozen=True):
    """What commands are carried out with; None where this session has no such thing."""

    opener: Opener
    dialect: Dialect | None = None
    tap: Tap | None = None
    sound: Sound | None = None
    hands: Hands | None = None
    manner: Manner | None = None


class Interpreter:
    """Performs commands inside one task group; `finished` holds the last of them.

    Args:
        inbox: Where every answer goes.
        crew: Owns all tasks started here; `leave` ends them in order.
        means: What to perform with.
    """

    def __init__(self, inbox: Inbox, crew: asyncio.TaskGroup, means: Means) -> None:
        self._inbox = inbox
        self._crew = crew
        self._means = means
        self._timers = Timers(inbox)
        self._line: Line | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._calls: dict[str, asyncio.Task[None]] = {}
        self._connections = 0
        if means.hands is not None:
            means.hands.announce_to(lambda text: inbox.post(ToolAnnounced(text)))
        self.finished: Finish | None = None

    def perform(self, command: Command) -> None:
        """Carry out one command; never waits, and fails only by a bug."""
        if isinstance(command, Say):  # fifty times a second
            self._say(command)
            return
        if isinstance(command, SoundCommand):
            if self._means.sound is not None:
                self._means.sound.adjust(command)
            return
        match command:
            case Connect():
                self._connect()
            case Disconnect():
                self._disconnect(command.code)
            case Play():
                self._play(command)
            case SaveAudio():
                self._task(self._run_errand(errands.save_audio(command)), "save audio")
            case SaveTranscript():
                self._task(self._run_errand(errands.save_transcript(command)), "save transcript")
            case ReadFile():
                self._task(self._run_errand(errands.read_file(command)), "read file")
            case EndPlay():
                self._end_play(command)
            case FlushPlayout():
                self._flush(command.fade_ms)
            case RunTool():
                self._run_tool(command)
            case CancelTool():
                self._cancel_tool(command.call_id)
            case StartTimer():
                self._timers.start(command.name, command.after_s)
            case StopTimer():
                self._timers.stop(command.name)
            case ReopenDevice():
                self._reopen(command.which)
            case Finish():
                self.finished = command
            case _:
                assert_never(command)

    async def leave(self) -> None:
        """End everything started here: timers, calls, then the line, politely and in bounded time."""
        self._timers.stop_all()
        for task in self._calls.values():
            task.cancel()
        if self._connecting is not None:
            self._connecting.cancel()
        # Not as tasks: a group that ends by a bug accepts none any more.
        if self._line is not None:
            await self._line.close()
        if self._closing:
            await asyncio.wait(self._closing)

    # --- the line --------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._disconnect(1000)
        self._connecting = self._task(self._hold_line(), "line")

    async def _hold_line(self) -> None:
        """Open a line and stay with it until it is over."""
        try:
            transport = await self._means.opener()
        except RealtimeCliError as error:
            self._inbox.post(
                ConnectFailed(
                    str(error), error.advice, error.exit_code, retryable=self._worth_retrying(error)
                )
            )
            return
        speech = Speech(self._means.manner)
        line = Line(transport, self._inbox, self._means.dialect, self._means.tap, speech)
        self._line, self._connecting = line, None
        self._connections += 1
        self._inbox.post(Connected(self._connections))
        try:
            await line.run()
        finally:
            if self._line is line:
                self._line = None
            await transport.close()

    def _worth_retrying(self, error: RealtimeCliError) -> bool:
        """A place that never answered is most likely a wrong address; one that once did will be back."""
        if isinstance(error, NobodyThere):
            return self._connections > 0
        return isinstance(error, Unreachable | RateLimited)

    def _disconnect(self, code: int) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
            self._connecting = None
        line, self._line = self._line, None
        if line is not None:
            closing = self._task(line.close(code), "close line")
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    def _say(self, command: Say) -> None:
        if self._line is None:
            _LOG.debug("no line to say %s", type(command.event).__name__)
            return
        self._line.say(command.event, keep=command.keep)

    # --- sound -----------------------------------------------------------------------------------------------

    def _play(self, command: Play) -> None:
        # Without a speaker nothing is played, and nothing pretends to have been: no `Played` follows.
        if self._means.sound is not None:
            self._means.sound.play(command.item_id, command.content_index, command.pcm)

    def _end_play(self, command: EndPlay) -> None:
        if self._means.sound is not None:
            self._means.sound.end_play(command.item_id, command.content_index)
        else:
            self._inbox.post(PlayoutEmpty())

    def _flush(self, fade_ms: int) -> None:
        sound = self._means.sound
        self._inbox.post(Flushed(sound.flush(fade_ms) if sound is not None else ()))

    def _reopen(self, which: Which) -> None:
        if self._means.sound is not None:
            self._means.sound.reopen(which)

    async def _run_errand(self, errand: Coroutine[Any, Any, Fact]) -> None:
        self._inbox.post(await errand)

    # --- calls -----------------------------------------------------------------------------------------------

    def _run_tool(self, command: RunTool) -> None:
        self._calls[command.call_id] = self._task(self._call(command), f"call {command.name}")

    async def _call(self, command: RunTool) -> None:
        try:
            output = await self._hand_over(command)
        finally:
            # After `CancelTool` the entry is gone and the answer was given.
            answered = self._calls.pop(command.call_id, None) is None
        if not answered:
            self._inbox.post(output)

    async def _hand_over(self, command: RunTool) -> ToolReturned | ToolFailed:
        if self._means.hands is None:
            return ToolFailed(command.call_id, f"There is no function {command.name!r} here.")
        try:
            result = await self._means.hands.call(
                command.name,
                command.arguments,
                lambda text: self._inbox.post(ToolProgressed(command.call_id, text)),
            )
            return ToolReturned(command.call_id, result.text, result.images, result.ends_session)
        except ToolError as error:
            return ToolFailed(command.call_id, str(error))
        except Exception as error:  # noqa: BLE001 - a user's tool may raise anything; the model is told
            _LOG.exception("call of %s", command.name)
            return ToolFailed(command.call_id, f"{type(error).__name__}: {error}")

    def _cancel_tool(self, call_id: str) -> None:
        task = self._calls.pop(call_id, None)
        if task is not None:
            task.cancel()
            self._inbox.post(ToolFailed(call_id, "The user stopped this call."))

    def _task(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        return self._crew.create_task(work, name=name)
