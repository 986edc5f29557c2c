"""Both sides of a conversation in one stereo file: the user left, the model right, aligned by their clocks.

Written while it happens: after a crash the file is valid up to its last second. Beside it stands the transcript with
times that count from the beginning of the sound.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol

import numpy as np

from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.errors import RecordingError
from realtime_cli.history.sound_file import WavStream
from realtime_cli.history.writer import Writer

if TYPE_CHECKING:
    from realtime_cli.session.facts import Severity

RATE_HZ: Final = 24_000
Side = Literal["near", "far"]

_TOLERANCE_FRAMES: Final = RATE_HZ // 5
"""Blocks come up to 0.2 s early or late when the machine is busy; more is a gap, or a clock that runs differently."""

_STEP_FRAMES: Final = RATE_HZ
_PATIENCE_FRAMES: Final = 2 * RATE_HZ
"""A side that is so far behind has no device: silence stands for it."""

_ROOM_BYTES: Final = 200 * 1024 * 1024
_ROOM_CHECK_FRAMES: Final = 10 * RATE_HZ


class SoundFile(Protocol):
    """A file that grows."""

    def write(self, frames: Int16) -> None: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


@dataclass(slots=True)
class _Track:
    """One side: frames that are not written yet. `end` counts frames from the beginning of the recording."""

    pieces: list[Int16] = field(default_factory=list)
    end: int = 0

    def put(self, frames: Int16, until: int) -> None:
        """Append a block that ended at about frame `until`; gaps become silence, what is too early is cut."""
        gap = until - len(frames) - self.end
        if gap > _TOLERANCE_FRAMES:
            self.silence(gap)
        elif gap < -_TOLERANCE_FRAMES:
            frames = frames[min(len(frames), -gap) :]
        self.pieces.append(frames)
        self.end += len(frames)

    def silence(self, count: int) -> None:
        self.pieces.append(np.zeros(count, dtype=np.int16))
        self.end += count

    def take(self, count: int) -> Int16:
        whole = np.concatenate(self.pieces) if self.pieces else np.zeros(0, dtype=np.int16)
        self.pieces = [whole[count:]]
        return whole[:count]


class Recording:
    """A recording in progress. Fed on the loop, written in a thread.

    Args:
        path: The file to write; must not exist.
        report: Tells the user when it has to end early; called from any thread.
        room_bytes: Ends when the disk has less left.

    Raises:
        RecordingError: The file cannot be made, or FLAC is wanted without the extra.
    """

    def __init__(
        self, path: Path, report: Callable[[Severity, str, str], None], room_bytes: int = _ROOM_BYTES
    ) -> None:
        self.path = path
        self._report = report
        self._room_bytes = room_bytes
        self._file = open_sound(path)
        self._tracks: dict[Side, _Track] = {"near": _Track(), "far": _Track()}
        self._written = 0
        self._checked = -_ROOM_CHECK_FRAMES
        self._writer = Writer("recording", self._failed, (OSError, RecordingError))

    def put(self, side: Side, frames: Int16, at_s: float) -> None:
        """A block at 24 kHz that ended `at_s` seconds after the beginning of the recording."""
        self._tracks[side].put(frames, round(at_s * RATE_HZ))
        ends = [track.end for track in self._tracks.values()]
        horizon = max(min(ends), max(ends) - _PATIENCE_FRAMES)
        if horizon - self._written >= _STEP_FRAMES:
            self._write_until(horizon)

    def close(self) -> None:
        """Write the rest and close the file."""
        self._write_until(max(track.end for track in self._tracks.values()))
        self._writer.do(self._file.close)
        self._writer.close()

    def _write_until(self, horizon: int) -> None:
        count = horizon - self._written
        if count <= 0:
            return
        sides: list[Int16] = []
        for track in self._tracks.values():
            if track.end < horizon:
                track.silence(horizon - track.end)
            sides.append(track.take(count))
        self._written = horizon
        self._writer.do(lambda: self._put(np.column_stack(sides)))

    # In the writer's thread.

    def _put(self, frames: Int16) -> None:
        if self._written - self._checked >= _ROOM_CHECK_FRAMES:
            self._checked = self._written
            if shutil.disk_usage(self.path.parent).free < self._room_bytes:
                raise OSError("the disk is nearly full")
        self._file.write(frames)

    def _failed(self, error: Exception) -> None:
        with contextlib.suppress(OSError):  # it is valid up to its last second all the same
            self._file.close()
        self._report(
            "warning", f"The recording ended: {error}.", f"What was recorded is in {self.path}. Make room."
        )


def open_sound(path: Path) -> SoundFile:
    """A new stereo file at 24 kHz, of the kind that its name says.

    Raises:
        RecordingError: It cannot be made.
    """
    try:
        if path.suffix == ".flac":
            from realtime_cli.history.sound_file import FlacStream

            return FlacStream(path, RATE_HZ, 2)
        return WavStream(path, RATE_HZ, 2)
    except OSError as exc:
        raise RecordingError(
            f"The recording {path} cannot be made: {exc.strerror or exc}", advice="Choose another folder."
        ) from exc
