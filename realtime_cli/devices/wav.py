"""WAV files: any kind in, block by block; one kind out, valid at every moment.

The standard library's `wave` reads neither float nor, before Python 3.12, the extensible header that most recorders
write for 24 bits; therefore the header is read here.
"""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from realtime_cli.dsp.pcm16 import BYTES_PER_FRAME, SAMPLE_RATE_HZ, Int16, from_bytes, from_float, to_bytes
from realtime_cli.errors import InputError, RecordingError

_PCM: Final = 1
_FLOAT: Final = 3
_EXTENSIBLE: Final = 0xFFFE
_OPEN_ENDED: Final = (0, 0xFFFFFFFF)
"""Data sizes of files whose writer never came back to the header."""

_FLUSH_FRAMES: Final = SAMPLE_RATE_HZ // 5
"""What a crash may cost: 0.2 s."""


class WavReader:
    """Reads a WAV file as int16 blocks: 8, 16, 24, 32 bit integers, 32 and 64 bit floats, any rate and channels.

    Args:
        source: Where it is, or the file itself, opened at its beginning.
        name: Of an opened file, for messages.

    Raises:
        InputError: It cannot be opened, is no WAV file, or of a kind not known here.
    """

    def __init__(self, source: Path | BinaryIO, name: str = "") -> None:
        self._name = name or str(source)
        try:
            self._file: BinaryIO = source.open("rb") if isinstance(source, Path) else source
        except OSError as exc:
            raise InputError(f"{self._name}: {exc.strerror or exc}") from exc
        try:
            self._read_header()
        except OSError as exc:
            self._file.close()
            raise InputError(f"{self._name}: {exc.strerror or exc}") from exc
        except (struct.error, InputError) as exc:
            self._file.close()
            reason = str(exc) if isinstance(exc, InputError) else "the WAV header is cut short"
            raise InputError(f"{self._name}: {reason}", advice="Convert it: sox IN -b 16 OUT.wav") from exc

    def read(self, frames: int) -> Int16:
        """The next int16[n, channels], n <= `frames`; n = 0 at the end.

        Raises:
            InputError: The file cannot be read any more.
        """
        size = self._frame_bytes * frames
        if self._left is not None:
            size = min(size, self._left)
        try:
            data = self._file.read(size)
        except OSError as exc:
            raise InputError(f"{self._name}: {exc.strerror or exc}") from exc
        if self._left is not None:
            self._left -= len(data)
        whole = data[: len(data) - len(data) % self._frame_bytes]
        return _to_int16(whole, self._kind, self._bits).reshape(-1, self.channels)

    def close(self) -> None:
        """Give the file back; twice is fine."""
        self._file.close()

    def _read_header(self) -> None:
        riff, _, kind = struct.unpack("<4sI4s", self._file.read(12))
        if riff != b"RIFF" or kind != b"WAVE":
            raise InputError("this is not a WAV file")
        form = b""
        while True:
            chunk = self._file.read(8)
            if len(chunk) < 8:
                raise InputError("the WAV file has no sound in it")
            name, size = struct.unpack("<4sI", chunk)
            if name == b"data":
                break
            body = self._file.read(size + size % 2)
            form = body if name == b"fmt " else form
        if not form:
            raise InputError("the WAV file does not say its format")
        self._take_format(form)
        self._left: int | None = None if size in _OPEN_ENDED else size

    def _take_format(self, form: bytes) -> None:
        kind, channels, rate_hz, _, frame_bytes, bits = struct.unpack_from("<HHIIHH", form)
        if kind == _EXTENSIBLE:
            (kind,) = struct.unpack_from("<H", form, 24)  # the first two bytes of the sub-format's GUID
        if (kind, bits) not in {(_PCM, 8), (_PCM, 16), (_PCM, 24), (_PCM, 32), (_FLOAT, 32), (_FLOAT, 64)}:
            raise InputError(f"WAV format {kind} with {bits} bits is not known here")
        if not channels or not rate_hz or frame_bytes != channels * bits // 8:
            raise InputError("the WAV header contradicts itself")
        self.rate_hz: int = rate_hz
        self.channels: int = channels
        self._kind, self._bits, self._frame_bytes = kind, bits, frame_bytes


def _to_int16(data: bytes, kind: int, bits: int) -> Int16:
    if kind == _FLOAT:
        return from_float(np.frombuffer(data, dtype=f"<f{bits // 8}").astype(np.float32))
    if bits == 8:
        return ((np.frombuffer(data, dtype=np.uint8).astype(np.int16) - 128) << 8).astype(np.int16)
    # Of wider samples the two upper bytes are enough; they are the last ones of each.
    width = bits // 8
    upper = np.frombuffer(data, dtype=np.uint8).reshape(-1, width)[:, -2:]
    return np.ascontiguousarray(upper).reshape(-1).view("<i2").astype(np.int16)


class WavWriter:
    """Writes mono int16; the header is true every 0.2 s, so that a killed program leaves a valid file.

    Args:
        path: Where to write; overwritten.
        rate_hz: The sound's rate.

    Raises:
        RecordingError: The file cannot be opened or written.
    """

    def __init__(self, path: Path, rate_hz: int = SAMPLE_RATE_HZ) -> None:
        self._path = path
        self._rate_hz = rate_hz
        self._waiting: list[Int16] = []
        self._waiting_frames = 0
        self._data_bytes = 0
        try:
            self._file: BinaryIO = path.open("wb")
        except OSError as exc:
            raise self._error(exc) from exc
        try:
            self._flush()
        except RecordingError:
            self._give_back()
            raise

    def write(self, frames: Int16) -> None:
        """Append int16[n].

        Raises:
            RecordingError: The disk is full, or the file has reached the 4 GB (24 h) that a WAV file may have.
        """
        self._waiting.append(frames)
        self._waiting_frames += len(frames)
        if self._waiting_frames >= _FLUSH_FRAMES:
            self._flush()

    def close(self) -> None:
        """Write what waits and give the file back; twice is fine.

        Raises:
            RecordingError: The end could not be written.
        """
        if self._file.closed:
            return
        try:
            self._flush()
        finally:
            self._give_back()

    def _give_back(self) -> None:
        with contextlib.suppress(OSError):  # a full disk, told already, tells of itself once more
            self._file.close()

    def _flush(self) -> None:
        """Sound first, then the header that tells of it."""
        data = b"".join(map(to_bytes, self._waiting))
        self._waiting.clear()
        self._waiting_frames = 0
        try:
            header = _header(self._data_bytes + len(data), self._rate_hz)
            self._file.seek(len(header) + self._data_bytes)
            self._file.write(data)
            self._file.seek(0)
            self._file.write(header)
            self._file.flush()
        except (OSError, struct.error) as exc:
            raise self._error(exc) from exc
        self._data_bytes += len(data)

    def _error(self, exc: Exception) -> RecordingError:
        reason = "the recording is too long" if isinstance(exc, struct.error) else str(exc)
        if isinstance(exc, OSError) and exc.strerror:
            reason = exc.strerror
        return RecordingError(f"{self._path}: {reason}", advice="Choose another place for the recording.")


def save_pcm16(path: Path, pcm: bytes, rate_hz: int = SAMPLE_RATE_HZ) -> None:
    """Write mono PCM16 as a whole WAV file; half a frame at its end is left out.

    Raises:
        RecordingError: It cannot be written.
    """
    writer = WavWriter(path, rate_hz)
    try:
        writer.write(from_bytes(pcm[: len(pcm) - len(pcm) % BYTES_PER_FRAME]))
    finally:
        writer.close()


def _header(data_bytes: int, rate_hz: int) -> bytes:
    """44 bytes. Raises struct.error above 4 GB."""
    byte_rate = rate_hz * BYTES_PER_FRAME
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, _PCM, 1, rate_hz, byte_rate, BYTES_PER_FRAME, 16)
    return (
        struct.pack("<4sI4s", b"RIFF", 36 + data_bytes, b"WAVE")
        + form
        + struct.pack("<4sI", b"data", data_bytes)
    )
