"""WebRTC's audio processing in LiveKit's build, called with as little as possible around each call.

The library's own methods make, fill, send and read two messages for every 10 ms: between other work, with cold caches,
that takes as long as the cancelling itself (1.3 of 2.7 CPU seconds a minute). But the message for a buffer is always
the same one. So it is made once, from the library's own parts, and sent again for every 10 ms. Where a later version
has these parts no more, its methods are called.
"""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final, TypeAlias

import numpy as np

from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, Int16

FRAMES: Final = 240
"""10 ms, of which a call takes any number. Any other length aborts the whole process."""

_Call: TypeAlias = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Polish:
    """What the library does besides cancelling.

    Attributes:
        noise_suppression: Takes steady noise away, about 15 dB of it.
        auto_gain: Brings a quiet voice to a common level. Off by default: it cost a third of the echo reduction.
    """

    noise_suppression: bool = True
    auto_gain: bool = False


class WebRtc:
    """AEC3 with high-pass filter and noise suppression: 0.1 ms for 10 ms, 15 ms of delay.

    No delay is told to it: its own estimate is as good, and a wrong hint slows the start.

    Args:
        rtc: The module `livekit.rtc`.
        cancels: Take the echo out; False leaves the rest.
    """

    def __init__(self, rtc: ModuleType, polish: Polish, *, cancels: bool = True) -> None:
        self._module = rtc.AudioProcessingModule(
            echo_cancellation=cancels,
            noise_suppression=polish.noise_suppression,
            high_pass_filter=True,
            auto_gain_control=polish.auto_gain,
        )
        self._rtc, self._cancels = rtc, cancels
        self._prepare(2 * FRAMES)

    def process(self, near: Int16, far: Int16) -> Int16:
        """See `echo.EchoCanceller.process`."""
        check_step(near, far)  # no courtesy: any other length aborts the whole process
        if len(near) != len(self._near):
            self._prepare(len(near))
        if self._play:
            self._far[:] = far
            self._play()
        self._near[:] = near
        self._hear()
        return self._near.copy()

    def _prepare(self, frames: int) -> None:
        """For steps of this length: the library cuts them into its 10 ms itself, for half of the calls."""
        self._near: Int16 = np.zeros(frames, dtype=np.int16)
        self._far: Int16 = np.zeros(frames, dtype=np.int16)
        self._hear = _call(self._rtc, self._module, "process_stream", self._near)
        self._play = (
            _call(self._rtc, self._module, "process_reverse_stream", self._far) if self._cancels else None
        )


def check_step(near: Int16, far: Int16) -> None:
    """One step of both sides.

    Raises:
        ValueError: It is not int16[n] each, n a multiple of 240.
    """
    if near.shape != far.shape or near.ndim != 1 or not len(near) or len(near) % FRAMES:
        raise ValueError(
            f"a step is a multiple of {FRAMES} frames, not {near.shape} near and {far.shape} far"
        )


def _call(rtc: ModuleType, module: Any, name: str, buffer: Int16) -> _Call:
    try:
        return _quick_call(module, f"apm_{name}", buffer)
    except (ImportError, AttributeError, TypeError, ValueError):
        # Another version: slower, and as good. That the locked one is called the quick way is for a test to tell.
        return _plain_call(rtc, getattr(module, name), buffer)


def _plain_call(rtc: ModuleType, method: Callable[[Any], None], buffer: Int16) -> _Call:
    def call() -> None:
        frame = rtc.AudioFrame(bytearray(buffer.tobytes()), SAMPLE_RATE_HZ, 1, len(buffer))
        method(frame)
        buffer[:] = np.frombuffer(frame.data, dtype=np.int16)

    return call


def _quick_call(module: Any, name: str, buffer: Int16) -> _Call:
    client = importlib.import_module("livekit.rtc._ffi_client").FfiClient.instance
    messages = importlib.import_module("livekit.rtc._proto.ffi_pb2")
    request = messages.FfiRequest()
    part = getattr(request, name)
    part.apm_handle = module._ffi_handle.handle
    part.data_ptr, part.size = buffer.ctypes.data, buffer.nbytes
    part.sample_rate, part.num_channels = SAMPLE_RATE_HZ, 1
    sent = request.SerializeToString()
    message = ctypes.cast(ctypes.c_char_p(sent), ctypes.POINTER(ctypes.c_ubyte))
    answer, length = ctypes.POINTER(ctypes.c_ubyte)(), ctypes.c_size_t()
    ask, drop = client._ffi_lib.livekit_ffi_request, client._ffi_lib.livekit_ffi_drop_handle
    answer_at, length_at = ctypes.byref(answer), ctypes.byref(length)
    good = b""

    def call() -> None:
        nonlocal good
        handle = ask(message, len(sent), answer_at, length_at)  # `sent` must live as long as the call
        said = ctypes.string_at(answer, length.value) if handle else b""
        if said != good or not handle:
            good = _without_error(messages, name, said)
        drop(handle)

    return call


def _without_error(messages: Any, name: str, said: bytes) -> bytes:
    answer = messages.FfiResponse()
    answer.ParseFromString(said)
    error = getattr(answer, name).error
    if error or not said:
        raise RuntimeError(error or "the audio processing gave no answer")
    return said
