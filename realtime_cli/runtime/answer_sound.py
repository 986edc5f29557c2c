"""A spoken answer for scripts: into a file, into a pipe, out of the speaker; without a microphone."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from realtime_cli.devices.wav import WavWriter
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, from_bytes
from realtime_cli.runtime.interpreter import Sound
from realtime_cli.session.commands import SoundCommand
from realtime_cli.session.facts import Fact, Piece, PlayoutEmpty, Which

PIPE: Final = "-"
RAW_SUFFIXES: Final = (".raw", ".pcm", ".s16")

_ENDLESS: Final = 0xFFFFFFFF
"""Length in a WAV header whose end is not known yet: what sox and ffmpeg write into pipes too."""


class AnswerSound:
    """Takes the audio of answers as it comes, faster than it is spoken. Implements the interpreter's `Sound`.

    Args:
        post: Takes facts.
        path: A WAV file, bare PCM16 mono 24 kHz where the name ends so, or "-" for a WAV on stdout; None for none.
        speaker: Plays it too, in its own time.

    Raises:
        RecordingError: The file cannot be written.
    """

    def __init__(self, post: Callable[[Fact], None], path: str | None, speaker: Sound | None = None) -> None:
        self._post = post
        self._speaker = speaker
        self._file: WavWriter | None = None
        self._stream: BinaryIO | None = None
        if path == PIPE:
            self._stream = sys.stdout.buffer
            self._stream.write(_endless_header())
        elif path is not None and path.lower().endswith(RAW_SUFFIXES):
            self._stream = _opened(path)
        elif path is not None:
            self._file = WavWriter(Path(path))

    async def start(self) -> None:
        """Open the speaker, if there is one."""
        if self._speaker is not None:
            await self._speaker.start()

    async def stop(self) -> None:
        """Complete the file, close the speaker."""
        if self._file is not None:
            self._file.close()
        if self._stream is not None:
            self._stream.flush()
            if self._stream is not sys.stdout.buffer:
                self._stream.close()
        if self._speaker is not None:
            await self._speaker.stop()

    def come_in_by(self, run: Callable[..., None]) -> None:
        """Only a speaker has a thread of its own."""
        if self._speaker is not None:
            self._speaker.come_in_by(run)

    def play(self, item_id: str, content_index: int, pcm: bytes) -> None:
        """Write one piece, PCM16 mono 24 kHz.

        Raises:
            BrokenPipeError: Nobody reads stdout any more.
        """
        if self._stream is not None:
            self._stream.write(pcm)
            self._stream.flush()
        if self._file is not None:
            self._file.write(from_bytes(pcm))
        if self._speaker is not None:
            self._speaker.play(item_id, content_index, pcm)

    def end_play(self, item_id: str, content_index: int) -> None:
        """A part is complete: without a speaker nothing is left to be waited for."""
        if self._speaker is not None:
            self._speaker.end_play(item_id, content_index)
        else:
            self._post(PlayoutEmpty())

    def flush(self, fade_ms: int) -> tuple[Piece, ...]:
        """Stop the speaker; what is written stays written."""
        return self._speaker.flush(fade_ms) if self._speaker is not None else ()

    def reopen(self, which: Which) -> None:
        """Only devices can be opened again."""
        if self._speaker is not None:
            self._speaker.reopen(which)

    def adjust(self, command: SoundCommand) -> None:
        """Volume and ducking are the speaker's business."""
        if self._speaker is not None:
            self._speaker.adjust(command)


def _opened(path: str) -> BinaryIO:
    from realtime_cli.errors import RecordingError

    try:
        return Path(path).open("wb")
    except OSError as exc:
        raise RecordingError(f"{path}: {exc.strerror or exc}", advice="Choose another place.") from exc


def _endless_header() -> bytes:
    form = struct.pack("<IHHIIHH", 16, 1, 1, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ * 2, 2, 16)
    riff = b"RIFF" + struct.pack("<I", _ENDLESS) + b"WAVEfmt " + form
    return riff + b"data" + struct.pack("<I", _ENDLESS)
