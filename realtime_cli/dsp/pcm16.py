"""PCM16, the house format of sound: mono int16, little endian, 24 kHz.

bytes <-> int16[n] <-> float32[n]. A frame is one sample, because everything inside is mono.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from realtime_cli.dsp.rate import SAMPLE_RATE_HZ as SAMPLE_RATE_HZ

if TYPE_CHECKING:
    import numpy.typing as npt

    Int16: TypeAlias = npt.NDArray[np.int16]
    Float32: TypeAlias = npt.NDArray[np.float32]
else:  # numpy's types take 5 ms to import
    Int16 = Float32 = np.ndarray

BYTES_PER_FRAME: Final = 2

# Looked up once: `np.int16` and "<i2" take as long to be understood as a block to be copied, since what is done fifty
# times a second among other things is not in the processor's caches any more.
INT16: Final = np.dtype(np.int16)
FLOAT32: Final = np.dtype(np.float32)
_ON_WIRE: Final = np.dtype("<i2")

SILENCE: Final[Int16] = np.zeros(0, dtype=np.int16)
"""No frames at all; never written to, so everyone may share it."""
SILENCE.setflags(write=False)

_FULL_SCALE = 32768.0


def to_bytes(frames: Int16) -> bytes:
    """The frames as little-endian bytes, two for each, whatever this machine's own byte order is."""
    return frames.astype(_ON_WIRE, copy=False).tobytes()


def from_bytes(data: bytes | bytearray | memoryview) -> Int16:
    """Read little-endian bytes as int16[n].

    Returns:
        A view of `data`, without a copy: read-only when `data` is.

    Raises:
        ValueError: The length is odd. `ByteCarry` makes it even for a stream.
    """
    if len(data) % BYTES_PER_FRAME:
        raise ValueError(f"PCM16 needs an even number of bytes, not {len(data)}")
    return np.frombuffer(data, _ON_WIRE).astype(INT16, copy=False)


def to_float(frames: Int16) -> Float32:
    """int16[n] -> float32[n] in [-1, 1)."""
    return frames.astype(FLOAT32) * np.float32(1.0 / _FULL_SCALE)


def from_float(samples: Float32) -> Int16:
    """float32[n] -> int16[n], rounded; what lies outside [-1, 1) is clipped, NaN becomes silence."""
    scaled = np.rint(np.nan_to_num(samples, posinf=1.0, neginf=-1.0) * np.float32(_FULL_SCALE))
    clipped: Int16 = np.clip(scaled, -32768, 32767).astype(np.int16)
    return clipped


def mono(block: Int16) -> Int16:
    """Mix int16[n, channels] (or int16[n]) down to int16[n] by the mean, so that nothing clips."""
    if block.ndim == 1:
        return block
    if block.shape[1] == 1:
        return block[:, 0]
    mixed: Int16 = np.rint(block.mean(axis=1, dtype=np.float32)).astype(np.int16)
    return mixed


def milliseconds(n_bytes: int) -> int:
    """Duration of so many PCM16 bytes at 24 kHz, in whole milliseconds, rounded down."""
    return n_bytes // BYTES_PER_FRAME * 1000 // SAMPLE_RATE_HZ


def frames_in(duration_ms: float, rate_hz: int = SAMPLE_RATE_HZ) -> int:
    """Frames in so many milliseconds, to the nearest one."""
    return round(duration_ms * rate_hz / 1000)


class ByteCarry:
    """Keeps the odd byte between two pieces of a stream, so that each piece handed on is whole frames."""

    def __init__(self) -> None:
        self._odd = b""

    def feed(self, data: bytes) -> bytes:
        """The even part of everything not yet given out; at most one byte stays here."""
        if self._odd:
            data = self._odd + data
        even = len(data) & ~1
        self._odd = data[even:]
        return data[:even] if self._odd else data

    @property
    def pending(self) -> int:
        """Bytes held back: 0 or 1."""
        return len(self._odd)

    def clear(self) -> None:
        """Forget the byte held back: a new stream begins."""
        self._odd = b""
