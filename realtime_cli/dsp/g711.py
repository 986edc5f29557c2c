"""G.711, the telephone codec: `audio/pcmu` (mu-law) and `audio/pcma` (A-law), 8 kHz, one byte for each frame.

Tables from the ITU's piecewise-linear definition, 14 bits for mu-law and 13 for A-law; made at first use.
"""

from __future__ import annotations

from functools import cache
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from realtime_cli.dsp.pcm16 import Int16

RATE_HZ: Final = 8_000

_Codes: TypeAlias = npt.NDArray[np.uint8]
_Wide: TypeAlias = npt.NDArray[np.int32]
_MU_BIAS = 33  # lifts the magnitude so that the segment is the place of its highest bit
_MU_LARGEST = 8191


def encode_mu_law(frames: Int16) -> bytes:
    """int16[n] -> n bytes."""
    return _mu_law_codes()[frames.view(np.uint16)].tobytes()


def decode_mu_law(data: bytes) -> Int16:
    """n bytes -> int16[n]."""
    return _mu_law_values()[np.frombuffer(data, dtype=np.uint8)]


def encode_a_law(frames: Int16) -> bytes:
    """int16[n] -> n bytes."""
    return _a_law_codes()[frames.view(np.uint16)].tobytes()


def decode_a_law(data: bytes) -> Int16:
    """n bytes -> int16[n]."""
    return _a_law_values()[np.frombuffer(data, dtype=np.uint8)]


def _every_value() -> _Wide:
    """All 65,536 frames, in the order of their bits read as unsigned."""
    return np.arange(65_536, dtype=np.uint16).view(np.int16).astype(np.int32)


def _highest_bit(magnitudes: _Wide) -> _Wide:
    """Place of the highest bit set, 0 for 1; magnitudes are positive and exact in float64."""
    return (np.frexp(magnitudes.astype(np.float64))[1] - 1).astype(np.int32)


@cache
def _mu_law_codes() -> _Codes:
    value = _every_value() >> 2
    magnitude = np.minimum(np.abs(value) + _MU_BIAS, _MU_LARGEST)
    segment = _highest_bit(magnitude) - 5
    code = (segment << 4) | ((magnitude >> (segment + 1)) & 0x0F)
    # Sent inverted: silence is all ones, which kept the clocks of old lines running.
    return np.asarray(code ^ np.where(value < 0, 0x7F, 0xFF), dtype=np.uint8)


@cache
def _mu_law_values() -> Int16:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = ((((code & 0x0F) << 1) + _MU_BIAS) << (code >> 4 & 0x07)) - _MU_BIAS
    return (np.where(code & 0x80, -magnitude, magnitude) << 2).astype(np.int16)


@cache
def _a_law_codes() -> _Codes:
    value = _every_value() >> 3
    magnitude = np.where(value < 0, -value - 1, value)
    segment = np.maximum(_highest_bit(np.maximum(magnitude, 1)) - 4, 0)
    code = (segment << 4) | ((magnitude >> np.maximum(segment, 1)) & 0x0F)
    # Every other bit is inverted, against long runs of zeros in silence; the sign bit is 1 for positive.
    return np.asarray(code ^ np.where(value < 0, 0x55, 0xD5), dtype=np.uint8)


@cache
def _a_law_values() -> Int16:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment = code >> 4 & 0x07
    step = ((code & 0x0F) << 4) + 8
    magnitude = np.where(segment == 0, step, (step + 0x100) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)
