"""Take the speaker's echo out of the microphone.

The canceller is WebRTC's AEC3 in LiveKit's build, chosen by measurement (`scripts/bench_echo.py`) over
pywebrtc-audio: neither lets the program interrupt itself, but of 76 interruptions by the near voice it let 57 be
heard against 43, mostly with a distorting speaker and with clocks that drift apart. Its price is 140 ms of import,
21 MiB and four threads, so it is imported when it is loaded. Where it is not installed, the half-duplex gate remains.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any, Final, Literal, Protocol, TypeAlias

import numpy as np

from realtime_cli.dsp.gate import HalfDuplexGate
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, Int16

STEP_FRAMES: Final = 240
"""10 ms, the only length it takes."""

EchoKind: TypeAlias = Literal["webrtc", "half-duplex", "off"]


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

    Its own gain control stays off: it cost a third of the echo reduction. No delay is told to it: its own estimate
    is as good, and a wrong hint slows the start.
    """

    def __init__(self, rtc: ModuleType) -> None:
        self._frame = rtc.AudioFrame
        self._module = rtc.AudioProcessingModule(
            echo_cancellation=True, noise_suppression=True, high_pass_filter=True, auto_gain_control=False
        )

    def process(self, near: Int16, far: Int16) -> Int16:
        """See `EchoCanceller.process`."""
        _check(near, far)  # no courtesy: any other length aborts the whole process
        self._module.process_reverse_stream(self._as_frame(far))
        frame = self._as_frame(near)
        self._module.process_stream(frame)
        return np.frombuffer(frame.data, dtype=np.int16)

    def _as_frame(self, step: Int16) -> Any:
        """A copy of the step: the module writes into it."""
        data = bytearray(step.astype(np.int16, copy=False).tobytes())
        return self._frame(data, SAMPLE_RATE_HZ, 1, STEP_FRAMES)


def load(kind: EchoKind) -> EchoCanceller | None:
    """Make a canceller with no memory of any room.

    Args:
        kind: "webrtc", "half-duplex" (microphone shut while the speaker sounds) or "off".

    Returns:
        None where the package is missing or its library cannot be loaded ("webrtc" only).
    """
    if kind == "off":
        return PassThrough()
    if kind == "half-duplex":
        return HalfDuplexGate()
    try:
        rtc = importlib.import_module("livekit.rtc")
    except (ImportError, OSError):
        return None
    return _WebRtc(rtc)


def _check(near: Int16, far: Int16) -> None:
    if near.shape != (STEP_FRAMES,) or far.shape != (STEP_FRAMES,):
        raise ValueError(f"one step is {STEP_FRAMES} frames, not {near.shape} near and {far.shape} far")
