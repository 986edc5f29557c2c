"""Microphone audio on its way to the server: gate, mute, pre-roll, batches, and turns made by the talk key."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

BYTES_PER_MS: Final = 48
"""PCM16 mono at 24 kHz."""

BATCH_MS: Final = 20
PRE_ROLL_MS: Final = 300
"""People press the key while they begin to speak; without it the first syllable is lost."""

SHORTEST_COMMIT_MS: Final = 100
"""Servers refuse less: `input_audio_buffer_commit_empty`."""

UNDECIDED_MS: Final = 1_000
"""Audio before which the server said nothing yet: it may be the beginning of a word."""

KEPT_MS: Final = 10_000
"""Audio kept while there is no session to send it to: a start or a short reconnection loses no word."""

_CATCH_UP_MS: Final = 200
"""Size of appends that bring kept audio."""


@dataclass(slots=True)
class Turn:
    """What a talk key's turn has become."""

    spoken_ms: float = 0.0
    pre_roll: bytes = b""


@dataclass(slots=True)
class _Ring:
    """The newest milliseconds of audio; what falls out is counted."""

    limit_ms: int
    pieces: deque[bytes] = field(default_factory=deque)
    size_bytes: int = 0
    dropped_bytes: int = 0

    def push(self, pcm: bytes, limit_ms: int | None = None) -> None:
        self.pieces.append(pcm)
        self.size_bytes += len(pcm)
        limit_ms = self.limit_ms if limit_ms is None else limit_ms
        while self.size_bytes > limit_ms * BYTES_PER_MS:
            lost = len(self.pieces.popleft())
            self.size_bytes -= lost
            self.dropped_bytes += lost

    def take(self) -> bytes:
        pcm = b"".join(self.pieces)
        self.pieces.clear()
        self.size_bytes = 0
        return pcm


class Uplink:
    """Decides which audio becomes appends.

    In a talk-key turn and under the server's turn detection alike, audio heard before the session is ready is kept
    (10 s at most, the oldest goes first) and sent when it is.

    Attributes:
        muted: The user does not want to be heard.
        turn: The talk key's turn, None between turns.
        own_commits: Commits of the talk key that the server has not acknowledged.
        commit_due: A talk key's turn ended before there was a session.
        dropped_ms: Audio lost for lack of a session.
    """

    def __init__(self) -> None:
        self.muted = False
        self.turn: Turn | None = None
        self.own_commits = 0
        self.commit_due = False
        self._pre_roll = _Ring(PRE_ROLL_MS)
        self._kept = _Ring(KEPT_MS)
        self._unanswered = _Ring(KEPT_MS)
        self._speaking = False
        self._batch = bytearray()

    @property
    def dropped_ms(self) -> int:
        """Audio lost because no session came in time."""
        return self._kept.dropped_bytes // BYTES_PER_MS

    def hear_open(self, pcm: bytes, *, ready: bool, silence: bool) -> list[bytes]:
        """Audio under the server's turn detection: the appends that are due.

        Args:
            pcm: Whole frames.
            ready: There is a session that takes audio.
            silence: Muted, but the server still has to hear the end of what was said before.
        """
        if self.muted and not silence:
            return []
        return self._pass_on(bytes(len(pcm)) if self.muted else pcm, ready=ready)

    def hear_keyed(self, pcm: bytes, *, ready: bool) -> list[bytes]:
        """Audio in push-to-talk: only a turn's audio is due; the last 300 ms before it are remembered."""
        if self.turn is None:
            self._pre_roll.push(pcm)
            return []
        self.turn.spoken_ms += len(pcm) / BYTES_PER_MS
        return self._pass_on(pcm, ready=ready)

    def begin_turn(self, *, ready: bool) -> list[bytes]:
        """The talk key went down: what was said just before is due at once."""
        self.turn = Turn()
        self._unanswered.take()
        self._batch.clear()
        self._kept.take()
        return self._pass_on(self._pre_roll.take(), ready=ready)

    @property
    def turn_is_long(self) -> bool:
        """The turn in progress may be committed."""
        return self.turn is not None and self.turn.spoken_ms >= SHORTEST_COMMIT_MS

    def end_turn(self) -> tuple[list[bytes], bool]:
        """The talk key went up: what is left to send, and whether the turn is long enough to be committed.

        The pre-roll does not count: a tap by accident is no turn.
        """
        turn, self.turn = self.turn, None
        long_enough = turn is not None and turn.spoken_ms >= SHORTEST_COMMIT_MS
        rest = [bytes(self._batch)] if self._batch and long_enough else []
        self._batch.clear()
        if not long_enough:
            self._kept.take()
            self._unanswered.take()
        return rest, long_enough

    def speech(self, *, begun: bool) -> None:
        """The server hears the user, or has heard the end of a turn and keeps its sound as a message."""
        self._speaking = begun
        if not begun:
            self._unanswered.take()

    def reclaim(self) -> None:
        """The line is lost: what the server had not made a message of is kept for the next one, before any new."""
        pcm = self._unanswered.take()
        self._batch.clear()
        self._speaking = False
        if pcm:
            later = self._kept.take()
            self._kept.push(pcm)
            if later:
                self._kept.push(later)

    def kept(self) -> list[bytes]:
        """The session is ready: what was kept for it, in appends of 200 ms."""
        pcm = self._kept.take()
        step = _CATCH_UP_MS * BYTES_PER_MS
        return [pcm[at : at + step] for at in range(0, len(pcm), step)]

    def _pass_on(self, pcm: bytes, *, ready: bool) -> list[bytes]:
        if not ready:
            self._kept.push(pcm)
            return []
        self._unanswered.push(pcm, None if self._speaking or self.turn is not None else UNDECIDED_MS)
        self._batch += pcm
        due: list[bytes] = []
        if len(self._batch) >= BATCH_MS * BYTES_PER_MS:
            due.append(bytes(self._batch))
            self._batch.clear()
        return due
