"""Take the speaker's echo out of the microphone.

The canceller is WebRTC's AEC3 through pywebrtc-audio, chosen by measurement over LiveKit's build of the same core
(`scripts/bench_echo.py`): equal where it matters, 20 MB and four threads lighter. Where it is not installed, the
half-duplex gate remains. It is imported when it is loaded, because most commands never listen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, Protocol, TypeAlias

import numpy as np

from realtime_cli.dsp.gate import HalfDuplexGate
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, Int16

STEP_FRAMES: Final = 240
"""10 ms, the only length it takes."""

EchoKind: TypeAlias = Literal["webrtc", "half-duplex", "off"]

_NOISE_LEVEL = 1  # 12 dB less noise; more makes no measurable difference to the echo, and hollow voices


class EchoCanceller(Protocol):
    """Near and far in, near without far out."""

    def process(self, near: Int16, far: Int16) -> Int16:
        """Remove the speaker's echo from one 10 ms step.

        Args:
            near: int16[240], microphone, 24 kHz mono.
            far: int16[240], what the speaker was given at about the same time; zeros when silent. It may be up to
                300 ms early, never late, and never left out: the canceller learns from the silence too.

        Returns:
            int16[240]. The input arrays are not changed.

        Raises:
            ValueError: A length is not 240. `Framer` guarantees it, so this is our bug.
        """
        ...


class PassThrough:
    """No canceller: for headphones."""

    def process(self, near: Int16, far: Int16) -> Int16:
        """`near` as it is."""
        _check(near, far)
        return near


class _WebRtc:
    """AEC3 with high-pass filter and noise suppression: 0.1 ms for each step, 15 ms of delay.

    Its own gain control stays off: it cost a third of the echo reduction.
    """

    def __init__(self, process: Callable[[Int16, Int16], Int16]) -> None:
        self._process = process

    def process(self, near: Int16, far: Int16) -> Int16:
        """See `EchoCanceller.process`."""
        _check(near, far)
        return np.asarray(self._process(near, far), dtype=np.int16)


def load(kind: EchoKind) -> EchoCanceller | None:
    """Make a canceller with no memory of any room.

    Args:
        kind: "webrtc", "half-duplex" (microphone shut while the speaker sounds) or "off".

    Returns:
        None where the package is missing ("webrtc" only).
    """
    if kind == "off":
        return PassThrough()
    if kind == "half-duplex":
        return HalfDuplexGate()
    try:
        from pywebrtc_audio import AudioProcessor
    except ImportError:
        return None
    processor = AudioProcessor(
        SAMPLE_RATE_HZ,
        echo_cancellation=True,
        high_pass_filter=True,
        noise_suppression=True,
        ns_level=_NOISE_LEVEL,
    )
    return _WebRtc(processor.process)


def _check(near: Int16, far: Int16) -> None:
    if len(near) != STEP_FRAMES or len(far) != STEP_FRAMES:
        raise ValueError(f"one step is {STEP_FRAMES} frames, not {len(near)} near and {len(far)} far")
