"""The session as a Python program holds it: what it can say, and what it is told. Made by `library.connect`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from realtime_cli.errors import ResponseFailed
from realtime_cli.runtime.library_events import Answered, AudioDelta, Event
from realtime_cli.runtime.library_inside import Inside
from realtime_cli.session.facts import (
    InterruptPressed,
    MicHeard,
    PromptTyped,
    TalkKeyPressed,
    TalkKeyReleased,
)
from realtime_cli.session.state import Phase, SessionState

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

    def __init__(self, inside: Inside) -> None:
        self._inside = inside

    @property
    def state(self) -> SessionState:
        """The whole picture: phase, conversation, items, tokens, settings. Read only."""
        assert self._inside.state is not None, "the session stands before connect() hands it out"
        return self._inside.state

    async def send_text(self, text: str) -> None:
        """A message of the user's, to be answered. An answer that is being spoken is interrupted."""
        self._inside.tell(PromptTyped(text))

    async def send_audio(self, pcm: bytes) -> None:
        """Sound of the user's: PCM16 mono 24 kHz, whole frames; any length, at the pace of speech or faster."""
        from realtime_cli.dsp.level import rms_dbfs
        from realtime_cli.dsp.pcm16 import from_bytes

        for at in range(0, len(pcm), _STEP_BYTES):
            piece = pcm[at : at + _STEP_BYTES]
            self._inside.tell(MicHeard(piece, rms_dbfs(from_bytes(piece))))
            await asyncio.sleep(0)

    async def begin_turn(self) -> None:
        """With `turns="manual"`: the user begins to speak."""
        self._inside.tell(TalkKeyPressed())

    async def end_turn(self) -> None:
        """With `turns="manual"`: the user has spoken; what was sent is committed and answered."""
        self._inside.tell(TalkKeyReleased())

    async def interrupt(self) -> None:
        """Stop the answer; when this returns, `events` holds no more of its sound."""
        self._inside.stopped.clear()
        self._inside.tell(InterruptPressed())
        if not self._inside.mail.closed:
            await self._inside.stopped.wait()

    async def events(self) -> AsyncIterator[Event]:
        """Everything that happens, in order, until the session ends.

        Raises:
            RealtimeCliError: The session ended by an error.
        """
        while (event := await self._inside.mail.take()) is not None:
            yield event
        self._inside.raise_end()

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
