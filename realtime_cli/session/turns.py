"""Who may do what now: four small machines.

Rules of this file and of `joints`, the table that couples the machines:

1. Everything that moves a machine, and everything that follows from several machines together, stands in these two
   files as a table. Other files only report happenings and raise or drop flags.
2. A happening that a machine does not know in its present state leaves it where it is: servers send anything at
   any time, and that is no reason to stop.
3. Joint rows are tried from top to bottom; the first that fits is carried out, then all are tried again, until none
   fits. Each consequence therefore must make its own row unfit.

`scripts/draw-turns` draws these tables.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from typing import Final

from realtime_cli.session.joints import JOINTS, Flag, Joint
from realtime_cli.session.state import ConnectionState, PlayoutState, ResponseState, UserState


class Happening(Enum):
    """What moves the machines."""

    CONNECT_ASKED = "connect asked"
    LINE_OPENED = "line opened"
    SESSION_CONFIGURED = "session configured"
    LINE_LOST = "line lost"
    SESSION_ENDED = "session ended"
    SPEECH_BEGAN = "speech began"
    SPEECH_ENDED = "speech ended"
    ANSWER_ASKED = "answer asked"
    ANSWER_BEGAN = "answer began"
    ANSWER_CANCELLED = "answer cancelled"
    ANSWER_OVER = "answer over"
    AUDIO_QUEUED = "audio queued"
    AUDIO_GONE = "audio gone"


CONNECTION_MOVES: Final[dict[ConnectionState, dict[Happening, ConnectionState]]] = {
    ConnectionState.OFFLINE: {
        Happening.CONNECT_ASKED: ConnectionState.CONNECTING,
        Happening.SESSION_ENDED: ConnectionState.CLOSED,
    },
    ConnectionState.CONNECTING: {
        Happening.LINE_OPENED: ConnectionState.CONFIGURING,
        Happening.LINE_LOST: ConnectionState.OFFLINE,
        Happening.SESSION_ENDED: ConnectionState.CLOSED,
    },
    ConnectionState.CONFIGURING: {
        Happening.SESSION_CONFIGURED: ConnectionState.READY,
        Happening.LINE_LOST: ConnectionState.OFFLINE,
        Happening.SESSION_ENDED: ConnectionState.CLOSED,
    },
    ConnectionState.READY: {
        Happening.LINE_LOST: ConnectionState.OFFLINE,
        Happening.SESSION_ENDED: ConnectionState.CLOSED,
    },
    ConnectionState.CLOSED: {},
}

USER_MOVES: Final[dict[UserState, dict[Happening, UserState]]] = {
    UserState.SILENT: {Happening.SPEECH_BEGAN: UserState.SPEAKING},
    UserState.SPEAKING: {
        Happening.SPEECH_ENDED: UserState.SILENT,
        Happening.SESSION_ENDED: UserState.SILENT,
    },
}

RESPONSE_MOVES: Final[dict[ResponseState, dict[Happening, ResponseState]]] = {
    ResponseState.NONE: {
        Happening.ANSWER_ASKED: ResponseState.REQUESTED,
        Happening.ANSWER_BEGAN: ResponseState.ACTIVE,  # the server began by itself
    },
    ResponseState.REQUESTED: {
        Happening.ANSWER_BEGAN: ResponseState.ACTIVE,
        Happening.ANSWER_OVER: ResponseState.NONE,  # refused, or nothing came
        Happening.LINE_LOST: ResponseState.NONE,
    },
    ResponseState.ACTIVE: {
        Happening.ANSWER_CANCELLED: ResponseState.CANCELLING,
        Happening.ANSWER_OVER: ResponseState.NONE,
        Happening.LINE_LOST: ResponseState.NONE,
    },
    ResponseState.CANCELLING: {
        Happening.ANSWER_BEGAN: ResponseState.ACTIVE,  # another one, the server gave up the first silently
        Happening.ANSWER_OVER: ResponseState.NONE,
        Happening.LINE_LOST: ResponseState.NONE,
    },
}

PLAYOUT_MOVES: Final[dict[PlayoutState, dict[Happening, PlayoutState]]] = {
    PlayoutState.QUIET: {Happening.AUDIO_QUEUED: PlayoutState.PLAYING},
    PlayoutState.PLAYING: {Happening.AUDIO_GONE: PlayoutState.QUIET},
}


class Turns:
    """The four machines and the raised flags of one session."""

    def __init__(self) -> None:
        self.connection = ConnectionState.OFFLINE
        self.user = UserState.SILENT
        self.response = ResponseState.NONE
        self.playout = PlayoutState.QUIET
        self.flags: set[Flag] = set()

    def happen(self, happening: Happening) -> None:
        """Move every machine that knows this happening where it stands."""
        self.connection = CONNECTION_MOVES[self.connection].get(happening, self.connection)
        self.user = USER_MOVES[self.user].get(happening, self.user)
        self.response = RESPONSE_MOVES[self.response].get(happening, self.response)
        self.playout = PLAYOUT_MOVES[self.playout].get(happening, self.playout)

    def next_joint(self, derived: Collection[Flag]) -> Joint | None:
        """The first row that fits, with `derived` flags beside the raised ones."""
        up = self.flags.union(derived)
        if not up:  # every row needs a flag: most facts (50 blocks of sound a second) end here
            return None
        for row in JOINTS:
            if row.up <= up and not (row.down & up) and self._stands(row):
                return row
        return None

    def _stands(self, row: Joint) -> bool:
        return (
            (not row.connection or self.connection in row.connection)
            and (not row.user or self.user in row.user)
            and (not row.response or self.response in row.response)
            and (not row.playout or self.playout in row.playout)
        )
