"""A microphone and a speaker without hardware: WAV files in real time, paced by the loop's own clock.

For conversations in scripts and on machines without sound (`--input-file`, `--output-file`). A loop whose clock
jumps drives them as fast as it likes. Everything here happens on the loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from realtime_cli.devices.contract import BLOCK_S, Hear, Lost, MicBlock, Report
from realtime_cli.devices.feed import FedSpeaker
from realtime_cli.devices.wav import WavReader, WavWriter
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ
from realtime_cli.errors import InputError, RecordingError

_FORGIVEN_S: Final = 1.0
"""A loop that was away for longer (a laptop that slept) does not make up for it."""


class Pace:
    """Calls `step` once for each block, without drift: the times are counted from the beginning."""

    def __init__(self, step: Callable[[], None]) -> None:
        self._step = step
        self._loop = asyncio.get_running_loop()
        self._began_s = self._loop.time()
        self._blocks = 0
        self._schedule()

    def stop(self) -> None:
        """No step is made any more."""
        self._handle.cancel()

    def _schedule(self) -> None:
        due_s = self._began_s + (self._blocks + 1) * BLOCK_S
        late_s = self._loop.time() - due_s
        if late_s > _FORGIVEN_S:
            self._began_s += late_s
            due_s += late_s
        self._handle = self._loop.call_at(due_s, self._tick)

    def _tick(self) -> None:
        self._blocks += 1
        self._schedule()
        self._step()


class SimulatedMicrophone:
    """Plays a WAV file into the program in real time; after its end there is silence.

    Args:
        path: The file; None for silence for ever.
    """

    can_return = False
    remark = ""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._wav: WavReader | None = None
        self._pace: Pace | None = None
        self._rate_hz = SAMPLE_RATE_HZ
        self._blocks = 0

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name if self._path else "silence"

    async def open(self, hear: Hear, lost: Lost) -> None:
        """Begin with the file's beginning."""
        self._wav = WavReader(self._path) if self._path else None
        self._rate_hz = self._wav.rate_hz if self._wav else SAMPLE_RATE_HZ
        self._blocks = 0
        self._hear, self._lost = hear, lost
        self._pace = Pace(self._step)

    async def close(self) -> None:
        """Stop and close the file."""
        if self._pace:
            self._pace.stop()
            self._pace = None
        self._close_file()

    def _step(self) -> None:
        # 22,050 Hz gives 441 frames in 20 ms, 11,025 Hz 220 and 221 in turn.
        frames = self._at(self._blocks + 1) - self._at(self._blocks)
        self._blocks += 1
        try:
            self._hear(self._next(frames))
        except InputError as exc:
            self._close_file()
            self._lost(str(exc))

    def _next(self, frames: int) -> MicBlock:
        if not self._wav:
            return MicBlock(np.zeros(frames, dtype=np.int16), self._rate_hz)
        sound = self._wav.read(frames)
        if len(sound) == frames:
            return MicBlock(sound, self._rate_hz)
        self._close_file()
        missing = np.zeros((frames - len(sound), sound.shape[1]), dtype=np.int16)
        return MicBlock(np.concatenate((sound, missing)), self._rate_hz, last=True)

    def _at(self, blocks: int) -> int:
        return round(blocks * self._rate_hz * BLOCK_S)

    def _close_file(self) -> None:
        if self._wav:
            self._wav.close()
            self._wav = None


class SimulatedSpeaker(FedSpeaker):
    """Plays in real time into a WAV file (24 kHz mono, the silence between the answers included), or into nothing.

    Args:
        path: The file, overwritten when the speaker is opened; None to write nothing.
    """

    can_return = False
    remark = ""

    def __init__(self, path: Path | None) -> None:
        super().__init__()
        self._path = path
        self._wav: WavWriter | None = None
        self._pace: Pace | None = None

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name if self._path else "nowhere"

    async def open(self, report: Report, lost: Lost) -> None:
        """Begin the recording."""
        self._wav = WavWriter(self._path) if self._path else None
        self._report, self._lost = report, lost
        self._pace = Pace(self._step)

    async def close(self) -> None:
        """Finish the file. A file that cannot be finished was reported as lost, or stays as it was 0.2 s ago."""
        if self._pace:
            self._pace.stop()
            self._pace = None
        self._close_file()

    def _step(self) -> None:
        block = self._feed.read(round(SAMPLE_RATE_HZ * BLOCK_S), underflowed=False, delay_s=0.0)
        try:
            if self._wav:
                self._wav.write(block.frames)
        except RecordingError as exc:
            self._lost(str(exc))
            return
        self._report(block)

    def _close_file(self) -> None:
        if self._wav:
            wav, self._wav = self._wav, None
            try:
                wav.close()
            except RecordingError as exc:
                self._lost(str(exc))
