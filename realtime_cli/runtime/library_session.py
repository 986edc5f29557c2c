"""The session as a Python program holds it: what it can say, and what it is told. Made by `library.connect`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from realtime_cli.errors import RealtimeCliError, ResponseFailed
from realtime_cli.runtime.library_events import Answered, AudioDelta, Differences, Event
from realtime_cli.runtime.library_mailbox import Mailbox
from realtime_cli.runtime.run import Outcome
from realtime_cli.runtime.witness import Watched
from realtime_cli.session.commands import Command, SoundCommand
from realtime_cli.session.facts import (
    DeviceChanged,
    Fact,
    InterruptPressed,
    MicHeard,
    Piece,
    PromptTyped,
    TalkKeyPressed,
    TalkKeyReleased,
    Which,
)
from realtime_cli.session.state import ConnectionState, Phase, SessionState

_STEP_BYTES: Final = 960
"""20 ms of PCM16 at 24 kHz: as a microphone delivers it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `audio` is PCM16 mono 24 kHz, empty where no voice was asked for."""

    text: str
    audio: bytes
    status: str
    interrupted: bool


class Session:
    """One conversation. Made by `connect`; all methods belong to the loop it was made on."""

    def __init__(self, *, plays: bool) -> None:
        self._plays = plays
        self._post: Callable[[Fact], None] | None = None
        self._mail = Mailbox(self._tell)
        self._differences = Differences()
        self._state: SessionState | None = None
        self._ready = asyncio.Event()
        self._outcome: Outcome | None = None
        self._stopped = asyncio.Event()

    @property
    def state(self) -> SessionState:
        """The whole picture: phase, conversation, items, tokens, settings. Read only."""
        assert self._state is not None, "the session stands before connect() hands it out"
        return self._state

    async def send_text(self, text: str) -> None:
        """A message of the user's, to be answered. An answer that is being spoken is interrupted."""
        self._tell(PromptTyped(text))

    async def send_audio(self, pcm: bytes) -> None:
        """Sound of the user's: PCM16 mono 24 kHz, whole frames; any length, at the pace of speech or faster."""
        from realtime_cli.dsp.level import rms_dbfs
        from realtime_cli.dsp.pcm16 import from_bytes

        for at in range(0, len(pcm), _STEP_BYTES):
            piece = pcm[at : at + _STEP_BYTES]
            self._tell(MicHeard(piece, rms_dbfs(from_bytes(piece))))
            await asyncio.sleep(0)

    async def begin_turn(self) -> None:
        """With `turns="manual"`: the user begins to speak."""
        self._tell(TalkKeyPressed())

    async def end_turn(self) -> None:
        """With `turns="manual"`: the user has spoken; what was sent is committed and answered."""
        self._tell(TalkKeyReleased())

    async def interrupt(self) -> None:
        """Stop the answer; when this returns, `events` holds no more of its sound."""
        self._stopped.clear()
        self._tell(InterruptPressed())
        if not self._mail.closed:
            await self._stopped.wait()

    async def events(self) -> AsyncIterator[Event]:
        """Everything that happens, in order, until the session ends.

        Raises:
            RealtimeCliError: The session ended by an error.
        """
        while (event := await self._mail.take()) is not None:
            yield event
        self._raise_end()

    async def ask(self, text: str) -> Answer:
        """Send a message and wait for the whole answer, function calls included.

        Reads `events` up to the answer: use one or the other at a time.

        Raises:
            ResponseFailed: The answer failed.
            RealtimeCliError: The session ended before the answer did.
        """
        await self.send_text(text)
        pcm = bytearray()
        async for event in self.events():
            if isinstance(event, AudioDelta):
                pcm += event.pcm
            if isinstance(event, Answered) and self._is_idle():
                if event.status == "failed":
                    raise ResponseFailed("The answer failed")
                return Answer(event.text, bytes(pcm), event.status, event.interrupted)
        raise ResponseFailed("The session ended before the answer did")

    def _is_idle(self) -> bool:
        return self.state.phase in (Phase.LISTENING, Phase.MUTED, Phase.HEARING, Phase.SPEAKING)

    def _tell(self, fact: Fact) -> None:
        assert self._post is not None
        self._post(fact)

    def _raise_end(self) -> None:
        end = self._outcome
        if end is not None and end.exit_code:
            error = RealtimeCliError(end.message, advice=end.advice)
            error.exit_code = end.exit_code
            raise error

    def _ended(self, outcome: Outcome | None) -> None:
        self._outcome = outcome
        self._mail.close()
        self._ready.set()
        self._stopped.set()

    # --- as the runtime sees it: a witness ---------------------------------------------------------------------

    def _witness(self, post: Callable[[Fact], None]) -> Session:
        self._post = post
        if self._plays:
            post(DeviceChanged("microphone", "send_audio", ""))
            post(DeviceChanged("speaker", "events", ""))
        return self

    def begun(self, at_s: float, commands: Sequence[Command]) -> None:
        """Of no interest here."""

    def note(self, fact: Fact, at_s: float, commands: Sequence[Command], mind: Watched) -> None:
        """Each fact may have changed the picture."""
        if isinstance(fact, MicHeard):
            return
        if isinstance(fact, InterruptPressed):
            self._stopped.set()  # its commands are performed before anybody else runs
        self._state = mind.state
        for event in self._differences.between(self._state):
            self._mail.put(event)
        if self._state.connection is ConnectionState.READY:
            self._ready.set()

    def finish(self, mind: Watched, at_s: float, exit_code: int, message: str) -> None:
        """The last picture."""
        self._state = mind.state
        for event in self._differences.between(self._state):
            self._mail.put(event)

    def close(self) -> None:
        """Nothing is held."""


class SessionSound:
    """The program in the place of microphone and speaker.

    Args:
        mail: Takes the voice of answers.
    """

    def __init__(self, mail: Mailbox) -> None:
        self._mail = mail

    async def start(self) -> None:
        """Nothing is opened."""

    async def stop(self) -> None:
        """Nothing is closed."""

    def play(self, item_id: str, content_index: int, pcm: bytes) -> None:
        """The interpreter hands out a piece of voice."""
        self._mail.put_voice((item_id, content_index), pcm)

    def end_play(self, item_id: str, content_index: int) -> None:
        """The part is complete: it is played when the program has taken all of it."""
        self._mail.end_voice((item_id, content_index))

    def flush(self, fade_ms: int) -> tuple[Piece, ...]:
        """What the program has not taken, nobody will hear."""
        return self._mail.drop_voice()

    def reopen(self, which: Which) -> None:
        """There is no device."""

    def adjust(self, command: SoundCommand) -> None:
        """There is no volume."""


class Silent:
    """A view and a keyboard that show and read nothing."""

    def start(self) -> None:
        """Nothing is taken."""

    def update(self, state: SessionState, now_s: float) -> None:
        """Nothing is shown."""

    def stop(self) -> None:
        """Nothing is given back."""
