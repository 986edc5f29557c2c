"""Sound files that grow and are valid at any moment."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Any, Final

from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.errors import RecordingError

_HEADER_BYTES: Final = 44
_LIMIT_BYTES: Final = 0xFFFF_0000
"""A WAV file counts its bytes in 32 bits: 12 hours of stereo at 24 kHz. Then another part begins."""

_BLOCK_FRAMES: Final = 4096
_TOTAL_AT: Final = 4 + 4 + 13
"""After the mark `fLaC`, the block's header, and what STREAMINFO says before (the first 4 bits belong to the depth)."""


class WavStream:
    """PCM16 in WAV. The lengths in the header are corrected with each write.

    Args:
        path: Must not exist; later parts are named `NAME.2.wav`, `NAME.3.wav`.

    Raises:
        OSError: The file cannot be made.
    """

    def __init__(self, path: Path, rate_hz: int, channels: int, limit_bytes: int = _LIMIT_BYTES) -> None:
        self._path = path
        self._rate_hz = rate_hz
        self._channels = channels
        self._limit_bytes = limit_bytes
        self._part = 1
        self._number = -1
        self._data_bytes = 0
        self._begin(path)

    def write(self, frames: Int16) -> None:
        """Append int16[n, channels].

        Raises:
            OSError: The disk is full or gone.
        """
        data = frames.astype("<i2", copy=False).tobytes()
        if self._data_bytes + len(data) > self._limit_bytes:
            self.close()
            self._part += 1
            self._begin(self._path.with_name(f"{self._path.stem}.{self._part}{self._path.suffix}"))
        os.lseek(self._number, 0, os.SEEK_END)
        _write_all(self._number, data)
        self._data_bytes += len(data)
        self._correct()

    def close(self) -> None:
        """Give the file back; twice is fine."""
        if self._number >= 0:
            os.close(self._number)
            self._number = -1

    def _begin(self, path: Path) -> None:
        self._number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        self._data_bytes = 0
        _write_all(self._number, self._header())

    def _correct(self) -> None:
        os.lseek(self._number, 0, os.SEEK_SET)
        _write_all(self._number, self._header())

    def _header(self) -> bytes:
        frame_bytes = 2 * self._channels
        return struct.pack(
            "<4sI4s4sIHHIIHH4sI",
            b"RIFF",
            _HEADER_BYTES - 8 + self._data_bytes,
            b"WAVE",
            b"fmt ",
            16,
            1,
            self._channels,
            self._rate_hz,
            self._rate_hz * frame_bytes,
            frame_bytes,
            16,
            b"data",
            self._data_bytes,
        )


class FlacStream:
    """FLAC by libsndfile (extra `audiofiles`). The encoder tells the length only at the end, so it is corrected here
    after each write: after a crash the file is read to its last whole block.

    Raises:
        RecordingError: The extra is not installed, or the file cannot be made.
    """

    def __init__(self, path: Path, rate_hz: int, channels: int) -> None:
        try:
            import soundfile
        except (ImportError, OSError) as exc:
            raise RecordingError(
                "FLAC needs the extra audiofiles",
                advice="pip install 'realtime-cli[audiofiles]', or use wav.",
            ) from exc
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        self._path = path
        self._frames = 0
        self._error: type[Exception] = soundfile.LibsndfileError
        self._file: Any = soundfile.SoundFile(
            path, "w", samplerate=rate_hz, channels=channels, format="FLAC", subtype="PCM_16"
        )

    def write(self, frames: Int16) -> None:
        """Append int16[n, channels].

        Raises:
            OSError: The disk is full or gone.
        """
        try:
            self._file.write(frames)
            self._file.flush()
        except self._error as exc:
            raise OSError(str(exc)) from exc
        self._frames += len(frames)
        self._correct()

    def _correct(self) -> None:
        """The total in STREAMINFO, 36 bits. Whole blocks only: the encoder may hold the last one back."""
        whole = max(0, self._frames // _BLOCK_FRAMES - 1) * _BLOCK_FRAMES
        number = os.open(self._path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        try:
            os.lseek(number, _TOTAL_AT, os.SEEK_SET)
            old = int.from_bytes(os.read(number, 5), "big")
            os.lseek(number, _TOTAL_AT, os.SEEK_SET)
            _write_all(number, ((old >> 36 << 36) | whole).to_bytes(5, "big"))
        finally:
            os.close(number)

    def close(self) -> None:
        """Give the file back; twice is fine."""
        self._file.close()


def _write_all(number: int, data: bytes) -> None:
    while data:
        data = data[os.write(number, data) :]
