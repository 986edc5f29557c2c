"""Microphone audio on its way to the server: gate, mute, pre-roll, batches, and turns made by the talk key."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from msgspec import Struct, field

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

KEPT_TURN_MS: Final = 60_000
"""Audio of one turn, kept until the server has made a message of it: the next session hears it again, whole."""

_CATCH_UP_MS: Final = 200
"""Size of appends that bring kept audio."""

_NOTICED_MS: Final = 5_000
"""So much new audio after what was kept: by then a server has noticed speech in it, if there was any."""


class Turn(Struct):
    """What a talk key's turn has become."""

    spoken_ms: float = 0.0
    joined: bool = False  # it goes on with one that ended before there was a session


class _Ring(Struct):
    """The newest milliseconds of audio; what falls out is counted."""

    limit_ms: int
    pieces: deque[bytes] = field(default_factory=deque)
    size_bytes: int = 0
    dropped_bytes: int = 0

    def push(self, pcm: bytes, limit_ms: int | None = None) -> None:
        if len(pcm) <= _CATCH_UP_MS * BYTES_PER_MS:
            self.pieces.append(pcm)
        else:
            self.pieces.extend(_cut(pcm))
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
    (10 s at most, the oldest goes first) and sent when it is. Audio of a turn is kept until the server has made a
    message of it (60 s at most): where the line breaks before that, the next session hears it again.

    Attributes:
        muted: The user does not want to be heard.
        turn: The talk key's turn, None between turns.
        commit_due: A talk key's turn ended before there was a session.
        owed: A turn was or will be sent again, and the server has not made a message of it yet.
        cut: The beginning of the turn in progress is no longer kept.
    """

    def __init__(self) -> None:
        self.muted = False
        self.turn: Turn | None = None
        self.commit_due = False
        self.owed = False
        self.cut = False
        self._pre_roll = _Ring(PRE_ROLL_MS)
        self._kept = _Ring(KEPT_MS)
        self._unanswered = _Ring(KEPT_TURN_MS)
        self._again = b""  # was sent on a line that is lost: goes out before anything new
        self._commits: deque[bytes] = deque()  # sound of our own commits that the server has not acknowledged
        self._unnoticed_ms = 0.0
        self._speaking = False
        self._batch = bytearray()

    @property
    def dropped_ms(self) -> int:
        """Audio lost because no session came in time."""
        return self._kept.dropped_bytes // BYTES_PER_MS

    @property
    def own_commits(self) -> int:
        """Commits of ours that the server has not acknowledged."""
        return len(self._commits)

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
        """The talk key went down: what was said just before is due at once.

        A turn that ended without a session and still waits for one is gone on with: none is lost.
        """
        joined, self.commit_due = self.commit_due, False
        if not joined:
            self.forget()
        self.turn = Turn(joined=joined)
        self._batch.clear()
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
        long_enough = turn is not None and (turn.spoken_ms >= SHORTEST_COMMIT_MS or turn.joined)
        rest = [bytes(self._batch)] if self._batch and long_enough else []
        self._batch.clear()
        if not long_enough:
            self.forget()
        return rest, long_enough

    def forget(self) -> None:
        """Nothing said so far is to be sent (again)."""
        self.turn = None
        self.commit_due = self.owed = self.cut = False
        self._again = b""
        for ring in (self._kept, self._unanswered):
            ring.take()
        self._batch.clear()

    # Turns, from the first sound to the server's message.

    def speech_began(self) -> None:
        """The server hears the user."""
        self._speaking = True

    def commit(self, sound: bytes = b"") -> None:
        """We end a turn. `sound`: of the turn where it did not come through here."""
        self._commits.append(sound or self._unanswered.take())

    def commit_refused(self) -> None:
        """The server would not make a message of it."""
        if self._commits:
            self._commits.pop()

    def committed(self, rest_ms: float = 0.0) -> bytes:
        """The server has made a message of a turn: its sound, as far as it was kept.

        Args:
            rest_ms: Of what was sent comes after the turn, and may be the beginning of the next one.
        """
        self._speaking = self.owed = self.cut = False
        if self._commits:
            return self._commits.popleft()
        pcm = self._unanswered.take()
        end = max(0, len(pcm) - round(rest_ms) * BYTES_PER_MS)
        self._unanswered.push(pcm[end:])
        return pcm[:end]

    def reclaim(self, unanswered: bytes, *, keyed: bool) -> bool:
        """The line is lost: what the server made no message of goes to the next session, before anything new.

        Args:
            unanswered: Sound of messages that have neither words nor an answer: said again as well.
            keyed: Turns end by our own commits.

        Returns:
            Whether the user's turn will be heard again, and therefore be answered there.
        """
        whole_turns = unanswered + b"".join(self._commits)
        self._again += whole_turns + self._unanswered.take()
        if self.turn is not None:
            self.turn.joined = self.turn.joined or bool(whole_turns)
        elif whole_turns and keyed:
            self.commit_due = True
        begun = self._speaking or self.turn is not None or self.commit_due
        self.owed = self.owed or begun or bool(whole_turns)
        self._commits.clear()
        self._batch.clear()
        self._speaking = False
        return self.owed

    def kept(self) -> list[bytes]:
        """The session is ready: what was kept for it, in appends of 200 ms."""
        pcm = self._again + self._kept.take()
        self._again = b""
        if pcm:
            self._unanswered.push(pcm)
            self._unnoticed_ms = _NOTICED_MS
        return list(_cut(pcm))

    def _pass_on(self, pcm: bytes, *, ready: bool) -> list[bytes]:
        if not ready:
            self._kept.push(pcm)
            return []
        self._unnoticed_ms = max(0.0, self._unnoticed_ms - len(pcm) / BYTES_PER_MS)
        in_turn = self._speaking or self.turn is not None
        dropped = self._unanswered.dropped_bytes
        self._unanswered.push(pcm, None if in_turn or self._unnoticed_ms else UNDECIDED_MS)
        self.cut = self.cut or (in_turn and self._unanswered.dropped_bytes > dropped)
        if not self._batch and len(pcm) == BATCH_MS * BYTES_PER_MS:
            return [pcm]  # as nearly always
        self._batch += pcm
        due: list[bytes] = []
        if len(self._batch) >= BATCH_MS * BYTES_PER_MS:
            due.append(bytes(self._batch))
            self._batch.clear()
        return due


def _cut(pcm: bytes) -> Iterator[bytes]:
    """In pieces of 200 ms at most: what has to go goes piece by piece."""
    step = _CATCH_UP_MS * BYTES_PER_MS
    for at in range(0, len(pcm), step):
        yield pcm[at : at + step]
