"""What was played set against what is captured: two streams that arrive in bursts of their own, on one line of time.

    put:  |== report ==|== report ==|   gap   |== report ==|      -> next_in
    take:         |step|step|step|                                 -> next_out

An echo canceller learns at which distance the echo follows. Each slip of that distance costs it up to 3 s, in which an
answer interrupts itself; a hole costs next to nothing. So while something sounds the distance stays: a report that
comes too late leaves a hole, and is dropped for the part whose turn is over. What the devices themselves skip, a
missed block or lost frames, is told by their time stamps (`StreamTime`), and is silence on the line too. Only while
nothing sounds the distance is chosen: as small as the bursts allow, since an echo that is met before its sound cannot
be taken away.

Measured on a starved machine: callbacks up to 60 ms late, time stamps right to 0.5 ms, 16 ms to 240 ms missed at the
beginning of an answer; 27 of 40 first answers interrupted themselves when each of these was a slip.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, Int16, frames_in

STEP_FRAMES: Final = frames_in(20)
"""What is taken at a time."""

MOST_FRAMES: Final = SAMPLE_RATE_HZ
"""Kept at most: 1 s, when the microphone stalls. Time that skips by more is another time."""

SPARE_FRAMES: Final = frames_in(10)
"""Left in the queue at least: a speaker's own monitor is met 40 ms after it was told, so 30 ms remain."""

_FIRST_FRAMES: Final = frames_in(20)  # played before the microphone delivered; no echo of it is captured
_LINE_FRAMES: Final = 4 * SAMPLE_RATE_HZ
_TAIL_FRAMES: Final = frames_in(300)  # so long after the last sound an echo may still come
_QUIET_STEPS: Final = 10
_SOUNDING_STEPS: Final = 50
_TOO_DEEP_FRAMES: Final = frames_in(30)  # then the echo is about to be met before its sound
_ALWAYS_LATE_STEPS: Final = 8
_SILENT_STEPS: Final = 4


class FarEnd:
    """Gives for each step of the microphone what was played."""

    def __init__(self) -> None:
        self._line: Int16 = np.zeros(_LINE_FRAMES, dtype=np.int16)
        self._begun = False
        self._next_in = self._next_out = 0
        self._sound_end = -_TAIL_FRAMES
        self._steps = self._late_steps = self._steps_since_report = 0
        self._least_left = MOST_FRAMES

    @property
    def queued_frames(self) -> int:
        """Frames played that no captured ones were set against yet; below 0: so far behind are the reports."""
        return self._next_in - self._next_out

    def put(self, frames: Int16, gap_frames: int = 0) -> None:
        """Append int16[n] at 24 kHz.

        Args:
            gap_frames: The speaker was silent for so long before them, without saying so.
        """
        if abs(gap_frames) > MOST_FRAMES:
            self.clear()
            gap_frames = 0
        self._make_room(len(frames) + max(0, gap_frames))
        begin = max(0, self._next_in + gap_frames)
        self._line[begin : self._next_in] = 0
        self._next_in = begin + len(frames)
        in_time = frames[max(0, self._next_out - begin) :]
        if len(in_time):
            self._line[self._next_in - len(in_time) : self._next_in] = in_time
            if np.count_nonzero(in_time):  # a third of what any() costs
                self._sound_end = self._next_in
        most = MOST_FRAMES if self._begun else _FIRST_FRAMES
        self._next_out = max(self._next_out, self._next_in - most)
        self._steps_since_report = 0

    def skip(self, frames: int) -> None:
        """The microphone lost so many frames before the next step (or, below 0, gives some a second time)."""
        if abs(frames) <= MOST_FRAMES:
            self._make_room(abs(frames))
            self._next_out = max(0, self._next_out + frames)

    def take(self) -> Int16:
        """int16[480] for the next 20 ms of the microphone; what is not there is silence."""
        self._begun = True
        self._make_room(STEP_FRAMES)
        late = self.queued_frames < STEP_FRAMES
        turn = slice(self._next_out, self._next_out + STEP_FRAMES)
        step = self._line[turn].copy()
        self._line[turn] = 0
        self._next_out = turn.stop
        self._next_in = max(self._next_in, self._next_out - MOST_FRAMES)
        self._late_steps = self._late_steps + 1 if late else 0
        self._steps += 1
        self._steps_since_report += 1
        self._least_left = min(self._least_left, self.queued_frames)
        if self._steps_since_report > _SILENT_STEPS:
            self._begin_window()  # the speaker says nothing: nothing can be learned, and time runs on
        else:
            self._choose_distance()
        return step

    def clear(self) -> None:
        """Forget everything: the microphone begins anew."""
        self._line[:] = 0
        self._next_in = self._next_out = 0
        self._sound_end = -_TAIL_FRAMES
        self._begun = False
        self._steps_since_report = 0
        self._begin_window()

    def _choose_distance(self) -> None:
        quiet = self._next_out - self._sound_end > _TAIL_FRAMES
        always_late = self._late_steps >= _ALWAYS_LATE_STEPS
        if self._steps < (_QUIET_STEPS if quiet else _SOUNDING_STEPS) and not always_late:
            return
        if quiet or always_late or self._least_left > _TOO_DEEP_FRAMES:
            self._next_out = max(0, self._next_out + self._least_left - SPARE_FRAMES)
        self._begin_window()

    def _begin_window(self) -> None:
        self._steps = self._late_steps = 0
        self._least_left = MOST_FRAMES

    def _make_room(self, frames: int) -> None:
        """Move what is still wanted to the line's beginning, with a second of the past."""
        if max(self._next_in, self._next_out) + frames <= _LINE_FRAMES:
            return
        past = max(0, min(self._next_in, self._next_out) - MOST_FRAMES)
        kept = self._line[past : max(past, self._next_in)].copy()
        self._line[:] = 0
        self._line[: len(kept)] = kept
        self._next_in, self._next_out = self._next_in - past, self._next_out - past
        self._sound_end -= past


_LEAST_SKIP_S: Final = 0.003
_AGREEING_S: Final = 0.0005
_AGREEING_BLOCKS: Final = 2  # with the one before each: three say the same
_USUAL_SHARE: Final = 0.02
_DRIFT_SHARE: Final = 0.1
"""For seconds PulseAudio's stamps were seen to run 0.5 % fast while the sound itself did not."""
_WORST_S: Final = 0.005


class StreamTime:
    """Tells from the time stamps of a stream's blocks where it skipped.

    A stamp alone is not believed: just after a missed block they wander for 10 to 40 ms, and some systems' are as good
    as guessed. Three in a row must agree, and by more than they usually do.
    """

    def __init__(self) -> None:
        self._expected_s: float | None = None
        self._last_s = self._usual_s = 0.0
        self._agreeing = 0

    def skipped_s(self, at_s: float | None, length_s: float) -> float:
        """Take the next block.

        Args:
            at_s: When its first frame is heard or was captured, on the device's clock; None: not known.
            length_s: Its length.

        Returns:
            Seconds that passed without a block (below 0: came twice), told once. Mostly 0.0.
        """
        if at_s is None or self._expected_s is None:
            self._expected_s = at_s if at_s is not None else self._expected_s
            self._expected_s = None if self._expected_s is None else self._expected_s + length_s
            return 0.0
        error_s = at_s - self._expected_s
        self._expected_s += length_s
        apart_s = min(abs(error_s - self._last_s), _WORST_S)
        self._agreeing = self._agreeing + 1 if apart_s <= max(_AGREEING_S, self._usual_s) else 0
        self._usual_s += _USUAL_SHARE * (apart_s - self._usual_s)
        self._last_s = error_s
        if abs(error_s) <= max(_LEAST_SKIP_S, 4 * self._usual_s):
            self._expected_s += _DRIFT_SHARE * error_s
            return 0.0
        if self._agreeing < _AGREEING_BLOCKS:
            return 0.0
        self._expected_s += error_s
        self._last_s, self._agreeing = 0.0, 0
        return error_s
