"""Both sides of a conversation in one stereo file: the user left, the model right, aligned by their clocks.

Written while it happens: after a crash the file is valid up to its last two seconds. Beside it stands the transcript
with times that count from the beginning of the sound.
"""

from __future__ import annotations

import contextlib
import shutil
from collections import deque
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

_GAP_FRAMES: Final = RATE_HZ // 25
_AHEAD_FRAMES: Final = RATE_HZ // 50
"""What is 40 ms behind its time gets silence before it; what stands 20 ms after its time is cut: a gap, a late start,
or a clock that runs differently."""

_FORESIGHT_FRAMES: Final = RATE_HZ
_FIRST_FORESIGHT_FRAMES: Final = 2 * RATE_HZ
"""Blocks come late when the machine is busy, never early: the most punctual one of the next second tells the time. In
the beginning of the next two: what was kept while the session began comes all at once."""

_LATE_FRAMES: Final = RATE_HZ // 5
"""Where nothing follows that would tell better, less than 0.2 s is lateness and no gap."""

_STEP_FRAMES: Final = RATE_HZ // 2
_PATIENCE_FRAMES: Final = 3 * RATE_HZ
"""A side that is so far behind has no device: silence stands for it."""

_ROOM_BYTES: Final = 200 * 1024 * 1024
_ROOM_CHECK_FRAMES: Final = 10 * RATE_HZ


class SoundFile(Protocol):
    """A file that grows."""

    def write(self, frames: Int16) -> None: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


@dataclass(slots=True)
class _Track:
    """One side: frames that are not written yet. Positions count frames from the beginning of the recording.

    Attributes:
        end: Where the next frame goes.
        newest: Where the newest block ended, as far as its arrival tells.
    """

    pieces: list[Int16] = field(default_factory=list)
    waiting: deque[tuple[int, Int16]] = field(default_factory=deque)  # latest possible begin, frames
    waiting_frames: int = 0
    end: int = 0
    newest: int = 0

    def put(self, frames: Int16, until: int) -> None:
        """A block whose end was heard at `until`, or a little before."""
        self.waiting.append((until - len(frames), frames))
        self.waiting_frames += len(frames)
        self.newest = max(self.newest, until)

    def place(self, foresight_frames: int) -> None:
        """Give blocks their places, but for the last ones: those tell how late the ones before them came."""
        allowed = _GAP_FRAMES if foresight_frames else _LATE_FRAMES
        if self.waiting_frames <= foresight_frames:
            return
        for place in self._latest_places():
            frames = self.waiting[0][1]
            if self.waiting_frames - len(frames) < foresight_frames:
                return
            self.waiting.popleft()
            self.waiting_frames -= len(frames)
            gap = place - self.end
            if gap > allowed:
                self.silence(gap)
            elif gap < -_AHEAD_FRAMES:
                frames = frames[min(len(frames), -gap) :]
            self.pieces.append(frames)
            self.end += len(frames)

    def _latest_places(self) -> list[int]:
        """Of each waiting block: the latest place at which no block after it stands after its own arrival."""
        places: list[int] = []
        place: int | None = None
        for begin, frames in reversed(self.waiting):
            place = begin if place is None else min(begin, place - len(frames))
            places.append(place)
        return places[::-1]

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
        tracks = self._tracks.values()
        track = self._tracks[side]
        track.put(frames, round(at_s * RATE_HZ))
        track.place(_FORESIGHT_FRAMES if track.end else _FIRST_FORESIGHT_FRAMES)
        newest = max(track.newest for track in tracks)
        horizon = max(min(track.end for track in tracks), newest - _PATIENCE_FRAMES)
        if horizon - self._written >= _STEP_FRAMES:
            self._write_until(horizon)

    def close(self) -> None:
        """Write the rest and close the file."""
        for track in self._tracks.values():
            track.place(0)
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
                track.place(0)
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
        with contextlib.suppress(OSError):  # it is valid as far as it was written all the same
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
