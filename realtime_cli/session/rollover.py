"""A session of the server lives 30 or 60 minutes: shortly before its end, in a quiet moment, the conversation moves
to a new one.
"""

from __future__ import annotations

from typing import Final

from realtime_cli.session.connection import Connection
from realtime_cli.session.desk import Desk
from realtime_cli.session.joints import Flag
from realtime_cli.session.state import ConnectionState

ROLLOVER_TIMER: Final = "rollover"
ROLLOVER_WARNING_TIMER: Final = "rollover warning"

_LEAD_S: Final = 300.0
"""Looking for a quiet moment begins so long before the end, or in the last tenth of a short session."""

_WARNING_S: Final = 120.0


class Rollover:
    """Knows when the session ends, and moves in time."""

    def __init__(self, desk: Desk, connection: Connection) -> None:
        self._desk = desk
        self._connection = connection
        self._ends_at_s: float | None = None

    def look(self) -> None:
        """Something happened: is there a session with another end than the one known?"""
        desk = self._desk
        if desk.turns.connection is not ConnectionState.READY:
            if self._ends_at_s is not None and desk.turns.connection is ConnectionState.OFFLINE:
                self._forget()
            return
        ends_at_s = self._end()
        if ends_at_s is None or (self._ends_at_s is not None and abs(ends_at_s - self._ends_at_s) < 1.0):
            return
        self._ends_at_s = ends_at_s
        left_s = ends_at_s - desk.at_s
        if left_s <= 0:
            return  # a clock of ours or of the server's is wrong: the server will tell by closing the line
        desk.start_timer(ROLLOVER_TIMER, left_s - min(_LEAD_S, left_s * 0.1))
        desk.start_timer(ROLLOVER_WARNING_TIMER, left_s - min(_WARNING_S, left_s * 0.04))

    def due(self) -> None:
        """From now on any quiet moment will do."""
        if self._desk.turns.connection is ConnectionState.READY:
            self._desk.raise_flag(Flag.ROLLOVER_DUE)

    def warn(self) -> None:
        """No quiet moment came."""
        desk = self._desk
        if desk.flagged(Flag.ROLLOVER_DUE) and self._ends_at_s is not None:
            left_s = max(0.0, self._ends_at_s - desk.at_s)
            words = f"{left_s / 60:.0f} minutes" if left_s >= 90 else f"{left_s:.0f} s"
            desk.notice(
                "warning",
                f"The server ends this session in {words}.",
                "A short pause lets the conversation move to a new one; nothing is lost.",
            )

    def move(self) -> None:
        """The quiet moment."""
        self._desk.drop_flag(Flag.ROLLOVER_DUE)
        self._connection.move()

    # Inside.

    def _end(self) -> float | None:
        """When the server will end this session, in loop seconds."""
        desk = self._desk
        expires = desk.effective.expires_at
        if isinstance(expires, int) and expires > 0 and desk.epoch_offset_s is not None:
            return expires - desk.epoch_offset_s
        if desk.wish.session_limit_s is not None:
            return desk.ready_at_s + desk.wish.session_limit_s
        return None

    def _forget(self) -> None:
        self._ends_at_s = None
        self._desk.drop_flag(Flag.ROLLOVER_DUE)
        for timer in (ROLLOVER_TIMER, ROLLOVER_WARNING_TIMER):
            self._desk.stop_timer(timer)
