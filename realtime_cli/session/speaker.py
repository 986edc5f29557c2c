"""The speaker's and the microphone's reports: what was handed over, when all is quiet, what broke."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from realtime_cli.session.desk import Desk
from realtime_cli.session.facts import DeviceChanged, Piece, Which
from realtime_cli.session.heard import FRAMES_PER_MS
from realtime_cli.session.turns import Happening

QUIET_TIMER: Final = "quiet"
_GRACE_S: Final = 1.0

_SILENCE_DBFS: Final = -100.0


class Speaker:
    """Facts about sound devices."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting_frames = 0  # when the quiet timer was started
        self._failed: set[Which] = set()

    def played(self, pieces: Iterable[Piece], level_dbfs: float, delay_s: float) -> None:
        """The device took a block."""
        self._desk.heard.played(pieces)
        self._desk.speaker_dbfs = level_dbfs
        self._desk.speaker_delay_ms = delay_s * 1000

    def emptied(self) -> None:
        """The queue ran empty. More may have been queued since this was reported: then it does not count."""
        desk = self._desk
        if not desk.speaker_works or desk.heard.all_handed:
            self._quiet()
            return
        # Either another report follows, or some frames were lost at the device and none ever will.
        self._waiting_frames = desk.heard.waiting_frames
        desk.start_timer(QUIET_TIMER, self._waiting_frames / (FRAMES_PER_MS * 1000) + _GRACE_S)

    def waited(self) -> None:
        """Nothing was played since the queue was reported empty: what is missing was lost.

        Otherwise an answer goes on, or a device said only now that it lost a block: nobody else may report again.
        """
        if self._desk.heard.waiting_frames == self._waiting_frames:
            self._quiet()
        else:
            self.emptied()

    def device_changed(self, fact: DeviceChanged) -> None:
        """A device stopped working, or works (again)."""
        desk, works = self._desk, not fact.problem
        if fact.which == "microphone":
            worked, desk.mic_works = desk.mic_works, works
            desk.mic_dbfs, desk.mic_problem = _SILENCE_DBFS, fact.problem
        else:
            worked, desk.speaker_works = desk.speaker_works, works
            desk.speaker_dbfs = _SILENCE_DBFS
        if not works:
            name = f" {fact.name}" if fact.name else ""
            desk.notice("warning", f"The {fact.which}{name} does not work: {fact.problem}")
            self._failed.add(fact.which)
        elif not worked and fact.which in self._failed:
            self._failed.discard(fact.which)
            desk.notice("info", f"The {fact.which} works again: {fact.name}")

    def _quiet(self) -> None:
        desk = self._desk
        desk.happen(Happening.AUDIO_GONE)
        desk.heard.forget_heard(all_complete=not desk.speaker_works)
        desk.speaker_dbfs = _SILENCE_DBFS
