"""Leaves long silences out of what is sent, where every second of sound costs.

The server still hears the second after each sound, so that it notices the end of a turn, and 300 ms before the next
one, so that no first syllable is lost. Loudness decides, not speech: a fan is trimmed, a key is not.
"""

from __future__ import annotations

from collections import deque
from typing import Final

_ABOVE_FLOOR_DB: Final = 8.0
_QUIETEST_SOUND_DBFS: Final = -60.0
_RISE_DB: Final = 0.02
"""Of the floor, for each step of 20 ms: 1 dB a second."""
_KEPT_AFTER_MS: Final = 1000
_KEPT_BEFORE_MS: Final = 300
_BYTES_PER_MS: Final = 48


class SilenceTrim:
    """One microphone stream.

    Attributes:
        trimmed_ms: Left out so far.
    """

    def __init__(self) -> None:
        self._floor_dbfs = -50.0
        self._silent_ms = 0
        self._held: deque[bytes] = deque()
        self._held_bytes = 0
        self._trimmed_bytes = 0

    @property
    def trimmed_ms(self) -> int:
        """Left out so far."""
        return self._trimmed_bytes // _BYTES_PER_MS

    def pass_on(self, pcm: bytes, level_dbfs: float, *, wanted: bool) -> list[bytes]:
        """What of the stream is to be sent now. `wanted`: the server is in the middle of a turn, leave nothing out."""
        self._floor_dbfs = (
            min(level_dbfs, self._floor_dbfs + _RISE_DB) if level_dbfs > -100 else self._floor_dbfs
        )
        sound = level_dbfs > max(_QUIETEST_SOUND_DBFS, self._floor_dbfs + _ABOVE_FLOOR_DB)
        if sound or wanted:
            due = [*self._held, pcm]
            self._held.clear()
            self._held_bytes = self._silent_ms = 0
            return due
        self._silent_ms += len(pcm) // _BYTES_PER_MS
        if self._silent_ms <= _KEPT_AFTER_MS:
            return [pcm]
        self._held.append(pcm)
        self._held_bytes += len(pcm)
        while self._held_bytes > _KEPT_BEFORE_MS * _BYTES_PER_MS:
            lost = len(self._held.popleft())
            self._held_bytes -= lost
            self._trimmed_bytes += lost
        return []
