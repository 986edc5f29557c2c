"""Microphone capture: PortAudio's thread copies each block and hands it on. Nothing else happens there."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np

from realtime_cli.devices import portaudio
from realtime_cli.devices.choice import chosen
from realtime_cli.devices.contract import Hear, Lost, MicBlock
from realtime_cli.devices.portaudio import Shape
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ


class PortAudioMicrophone:
    """A real microphone: int16, 24 kHz mono in blocks of 20 ms, or what the device insists on.

    Args:
        wanted: Index, name or part of the name; None for the system's default.
        latency: PortAudio's suggestion, "low", "high" or seconds. "high" with blocks of 20 ms is 40 ms.
        shape: The first form to ask for.
    """

    can_return = True

    def __init__(
        self,
        wanted: int | str | None = None,
        *,
        latency: str | float = "high",
        shape: Shape = Shape(SAMPLE_RATE_HZ, 1),  # noqa: B008 - a frozen value
    ) -> None:
        self._wanted = wanted
        self._latency = latency
        self._shape = shape
        self._capture: _Capture | None = None
        self._name = "default" if wanted is None else str(wanted)
        self.remark = ""

    @property
    def name(self) -> str:
        """The name in PortAudio's list, once it was opened."""
        return self._name

    async def open(self, hear: Hear, lost: Lost) -> None:
        """Begin to capture; PortAudio blocks for a few ms, or seconds when a sound server hangs: in a thread."""
        await asyncio.to_thread(self._open, hear, lost)

    async def close(self) -> None:
        """Abort, then close."""
        capture, self._capture = self._capture, None
        if capture:
            await asyncio.to_thread(capture.close)

    def _open(self, hear: Hear, lost: Lost) -> None:
        row, self.remark = chosen("input", self._wanted)
        self._name = row.name

        def make(shape: Shape) -> _Capture:
            return _Capture(row.index, shape, self._latency, hear, lost)

        what = f"microphone {row.name!r}"
        self._capture = portaudio.open_stream(make, self._shape, row.own_shape("input"), what)


class _Capture:
    """One opening of the device."""

    def __init__(self, index: int, shape: Shape, latency: str | float, hear: Hear, lost: Lost) -> None:
        self._shape = shape
        self._hear, self._lost = hear, lost
        self._done = False  # closed by us, or reported as lost
        self._stream = portaudio.library().RawInputStream(
            device=index,
            samplerate=shape.rate_hz,
            channels=shape.channels,
            dtype="int16",
            blocksize=shape.block_frames(),
            latency=latency,
            callback=self._heard,
            finished_callback=self._finished,
        )
        try:
            self._stream.start()
        except portaudio.errors():
            self.close()
            raise

    def close(self) -> None:
        self._done = True
        self._stream.abort(ignore_errors=True)
        self._stream.close(ignore_errors=True)

    def _heard(self, indata: Any, frames: int, time: Any, status: Any) -> None:
        """In PortAudio's thread. An exception would end the stream with a traceback on the screen."""
        try:
            block = np.frombuffer(bytes(indata), dtype=np.int16)
            if self._shape.channels > 1:
                block = block.reshape(frames, self._shape.channels)
            self._hear(MicBlock(block, self._shape.rate_hz, overflowed=bool(status.input_overflow)))
        except Exception as exc:  # noqa: BLE001 - a callback body
            self._give_up(f"capture failed: {exc!r}")

    def _finished(self) -> None:
        """Also in PortAudio's thread: 10 to 20 ms after a device went away, without any error."""
        self._give_up("the device went away")

    def _give_up(self, reason: str) -> None:
        if not self._done:
            self._done = True
            self._lost(reason)
