"""Is an answer in sight? While none is, the speaker's device may doze; it is roused before the first sound comes."""

from __future__ import annotations

from typing import Final

from realtime_cli.session.commands import DozeSpeaker, RouseSpeaker
from realtime_cli.session.desk import Desk
from realtime_cli.session.state import PlayoutState, ResponseState, UserState

CALM_TIMER: Final = "calm"
CALM_S: Final = 5.0
"""As long as sound systems wait before they put a device to sleep of which nobody wants anything."""


class Calm:
    """Watches the machines: an answer follows somebody's turn, a request or a call, and all of them take longer than a
    device takes to get ready (5 ms; a sleeping Bluetooth speaker half a second).
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._counts = False  # the timer runs
        self._dozes = False

    def look(self) -> None:
        """Something happened."""
        if not self._desk.speaker_works:
            self._dozes = False  # it is awake when it is opened again
        lively = self._lively()
        if lively and self._dozes:
            self._dozes = False
            self._desk.do(RouseSpeaker())
        if lively and self._counts:
            self._counts = False
            self._desk.stop_timer(CALM_TIMER)
        elif not (lively or self._counts or self._dozes) and self._desk.speaker_works:
            self._counts = True
            self._desk.start_timer(CALM_TIMER, CALM_S)

    def waited(self) -> None:
        """It has been calm for a while."""
        self._counts = False
        if self._desk.speaker_works and not self._lively():
            self._dozes = True
            self._desk.do(DozeSpeaker())

    def _lively(self) -> bool:
        desk, turns = self._desk, self._desk.turns
        return (
            turns.user is UserState.SPEAKING
            or turns.response is not ResponseState.NONE
            or turns.playout is PlayoutState.PLAYING
            or desk.uplink.turn is not None
            or bool(desk.calls.running() or desk.prompts)
        )
