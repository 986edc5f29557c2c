"""Microphone capture: PortAudio's thread copies each block and hands it on. Nothing else happens there."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias

from realtime_cli.devices import portaudio
from realtime_cli.devices.choice import chosen
from realtime_cli.devices.contract import Hear, Lost, MicBlock
from realtime_cli.devices.portaudio import Opening, Shape
from realtime_cli.dsp.rate import SAMPLE_RATE_HZ
from realtime_cli.errors import RealtimeCliError


class RawBlock(NamedTuple):
    """A `MicBlock` before numpy is needed: int16 samples of all channels, and their shape."""

    pcm: bytes
    shape: Shape
    overflowed: bool
    captured_at_s: float | None


Captured: TypeAlias = Callable[[RawBlock], None]
"""Gets every block in PortAudio's thread."""

_LONGEST_DELAY_S: Final = 2.0
"""Time stamps that say more are wrong."""

_KEPT_BLOCKS: Final = 100
"""2 s: more than any start takes."""


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
        self._early: _EarlyEar | None = None
        self._beginning: asyncio.Task[None] | None = None
        self._name = "default" if wanted is None else str(wanted)
        self.remark = ""

    @property
    def name(self) -> str:
        """The name in PortAudio's list, once it was opened."""
        return self._name

    def begin(self) -> None:
        """Begin to capture before anybody listens; `open` hands over what was heard meanwhile. Needs a running loop.

        The device gets ready while numpy and all the rest is loaded, which it does without. Whatever goes wrong is
        forgotten here: `open` meets it again.
        """
        self._early = _EarlyEar()
        self._beginning = asyncio.create_task(self._begin(self._early), name="begin to capture")

    async def open(self, hear: Hear, lost: Lost) -> None:
        """Begin to capture; PortAudio blocks for a few ms, or seconds when a sound server hangs: in a thread."""
        early, self._early = self._early, None
        if early is not None:
            await self._begun()
            heard = _as_blocks(hear)
            if self._capture and early.pass_on(heard, lost):
                self._capture.hand_to(heard)
                return
            await self._release()
        await asyncio.to_thread(self._open, _as_blocks(hear), lost)

    async def close(self) -> None:
        """Abort, then close."""
        await self._begun()
        await self._release()

    async def _begin(self, early: _EarlyEar) -> None:
        try:
            await asyncio.to_thread(self._open, early.captured, early.lost)
        except RealtimeCliError:
            self._early = None  # `open` tries again, and tells

    async def _begun(self) -> None:
        beginning, self._beginning = self._beginning, None
        if beginning is not None:
            await beginning

    async def _release(self) -> None:
        capture, self._capture = self._capture, None
        if capture:
            await asyncio.to_thread(capture.close)

    def _open(self, captured: Captured, lost: Lost) -> None:
        row, self.remark = chosen("input", self._wanted)
        self._name = row.name

        def make(shape: Shape) -> _Capture:
            return _Capture(row.index, shape, self._latency, captured, lost)

        what = f"microphone {row.name!r}"
        self._capture = portaudio.open_stream(make, self._shape, row.own_shape("input"), what)


def _as_blocks(hear: Hear) -> Captured:
    """Bytes into blocks."""
    import numpy as np  # not before somebody listens

    from realtime_cli.dsp.pcm16 import INT16

    def captured(block: RawBlock) -> None:
        frames = np.frombuffer(block.pcm, INT16)
        if block.shape.channels > 1:
            frames = frames.reshape(-1, block.shape.channels)
        rate_hz, at_s = block.shape.rate_hz, block.captured_at_s
        hear(MicBlock(frames, rate_hz, overflowed=block.overflowed, captured_at_s=at_s))

    return captured


class _EarlyEar:
    """Keeps what is captured until somebody listens, in order, across both threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[RawBlock] = deque(maxlen=_KEPT_BLOCKS)
        self._listener: tuple[Captured, Lost] | None = None
        self._loss: str | None = None

    def captured(self, block: RawBlock) -> None:
        """In PortAudio's thread."""
        if self._listener is None:  # once there is one it stays; before, it may be about to come
            with self._lock:
                if self._listener is None:
                    self._kept.append(block)
                    return
        self._listener[0](block)

    def lost(self, reason: str) -> None:
        """In PortAudio's thread."""
        with self._lock:
            self._loss = reason
            listener = self._listener
        if listener is not None:
            listener[1](reason)

    def pass_on(self, captured: Captured, lost: Lost) -> bool:
        """Give what was kept, and from now on everything; False when the device is gone already."""
        with self._lock:
            if self._loss is not None:
                return False
            for block in self._kept:
                captured(block)
            self._kept.clear()
            self._listener = (captured, lost)
        return True


def _captured_at_s(time: Any) -> float | None:
    at_s = float(time.inputBufferAdcTime)
    return at_s if at_s > 0 and abs(time.currentTime - at_s) < _LONGEST_DELAY_S else None


class _Capture(Opening):
    """One opening of the device for capture."""

    def __init__(
        self, index: int, shape: Shape, latency: str | float, captured: Captured, lost: Lost
    ) -> None:
        super().__init__(lost)
        self._shape = shape
        self._captured = captured
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
        self._start()

    def hand_to(self, captured: Captured) -> None:
        """From now on, without those who handed it on so far: what they had kept they gave already."""
        self._captured = captured

    def _heard(self, indata: Any, frames: int, time: Any, status: Any) -> None:
        """In PortAudio's thread. An exception would end the stream with a traceback on the screen."""
        try:
            overflowed, at_s = bool(status) and bool(status.input_overflow), _captured_at_s(time)
            self._captured(RawBlock(bytes(indata), self._shape, overflowed, at_s))
        except Exception as exc:  # noqa: BLE001 - a callback body
            self._give_up(f"capture failed: {exc!r}")
