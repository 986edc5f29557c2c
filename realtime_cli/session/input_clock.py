"""When was that said? Servers count the user's audio in milliseconds; this remembers when each of them was sent."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from typing import Final

_KEPT: Final = 3_000
"""One minute of 20 ms appends: no server takes longer to notice the end of a turn."""


class InputClock:
    """Positions in all audio of one server session, and the time at which each was captured and sent.

    Source: Realtime reference, `input_audio_buffer.speech_stopped`, field `audio_end_ms`: milliseconds from the start
    of all audio written to the buffer during the session.
    """

    def __init__(self) -> None:
        self._sent_ms = 0.0
        self._heard_ms = 0.0  # by us, in all sessions
        self._base_ms = 0.0  # of it, before this session's first sound
        self._marks: deque[tuple[float, float]] = deque(maxlen=_KEPT)

    @property
    def sent_ms(self) -> float:
        """All audio of this session of the server's so far."""
        return self._sent_ms

    def heard(self, duration_ms: float) -> None:
        """So much audio came from the microphone or a file, sent or not."""
        self._heard_ms += duration_ms

    def sent(self, duration_ms: float, at_s: float) -> None:
        """So much audio goes out now."""
        self._sent_ms += duration_ms
        self._marks.append((self._sent_ms, at_s))

    def lost(self, duration_ms: float) -> None:
        """The line threw the oldest waiting audio away: the server never counts it."""
        self._sent_ms -= duration_ms
        self._marks = deque(((ms - duration_ms, at_s) for ms, at_s in self._marks), maxlen=_KEPT)

    def restart(self) -> None:
        """A new session of the server's counts from zero."""
        self._sent_ms = 0.0
        self._marks.clear()

    def begin(self) -> None:
        """What was kept for this session has been sent: from here on its count and ours differ by the same."""
        self._base_ms = max(0.0, self._heard_ms - self._sent_ms)

    def position_of(self, position_ms: float) -> int:
        """Where a position of this session's is in all audio that was heard, over all sessions."""
        return round(self._base_ms + position_ms)

    def time_of(self, position_ms: float) -> float | None:
        """When the audio up to this position had been sent; None when that is not known (any more)."""
        if not self._marks or position_ms <= 0 or position_ms < self._marks[0][0]:
            return None
        index = bisect_left(self._marks, (position_ms, 0.0))
        return self._marks[index][1] if index < len(self._marks) else None
