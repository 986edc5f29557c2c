"""What is done to the answer that sounds: it waits when the user seems to speak, and is as loud as the user likes.

    local speech --- at once ---> quieter --- 100 ms of it ---> paused --- the server hears it -> flushed
                                     |                             |
                                     +--- it was short ------------+--- 800 ms without the server's word ---> it goes on

Nothing is dropped by such a hunch, and the server learns nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from realtime_cli.session.commands import DuckPlayout, PausePlayout, ResumePlayout, SetVolume
from realtime_cli.session.desk import Desk
from realtime_cli.session.joints import Flag
from realtime_cli.session.playback_facts import (
    LocalSpeechEnded,
    LocalSpeechStarted,
    PlaybackFact,
    VolumeTurned,
)
from realtime_cli.session.state import PlayoutState, TurnMode, UserState

PAUSE_TIMER: Final = "hunch pause"
DECIDE_TIMER: Final = "hunch decide"

_PAUSE_S: Final = 0.1
_DECIDE_S: Final = 0.8
_DUCKED: Final = 0.25
"""-12 dB: plainly a reaction, and still to be understood if it was a cough."""


LOUDEST_PERCENT: Final = 200


class Playback:
    """Facts of the local speech detector, at most one hunch at a time; and the volume."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._paused = False
        desk.volume_percent = desk.wish.volume_percent

    @property
    def timers(self) -> dict[str, Callable[[], None]]:
        """What to call when they fire."""
        return {PAUSE_TIMER: self._lasted, DECIDE_TIMER: self._undecided}

    def take(self, fact: PlaybackFact) -> None:
        """Something that concerns the sound in progress."""
        match fact:
            case LocalSpeechStarted():
                self._desk.local_speech = True
                self._speech_began()
            case LocalSpeechEnded():
                self._desk.local_speech = False
                self._speech_ended()
            case VolumeTurned(by_percent=by_percent):
                desk = self._desk
                desk.volume_percent = max(0, min(LOUDEST_PERCENT, desk.volume_percent + by_percent))
                desk.do(SetVolume(desk.volume_percent / 100))

    def _speech_began(self) -> None:
        """Somebody speaks, as far as the microphone without the echo tells."""
        if self._desk.held_back or not self._matters():
            return
        self._desk.held_back, self._paused = True, False
        self._desk.do(DuckPlayout(_DUCKED))
        self._desk.start_timer(PAUSE_TIMER, _PAUSE_S)
        self._desk.start_timer(DECIDE_TIMER, _DECIDE_S)

    def _speech_ended(self) -> None:
        """It was short. What is paused already waits for the server all the same: its word takes a journey."""
        if self._desk.held_back and not self._paused:
            self._let_go()

    def _lasted(self) -> None:
        """It goes on: silence."""
        if self._desk.held_back and not self._paused:
            self._paused = True
            self._desk.do(PausePlayout())

    def _undecided(self) -> None:
        """The server has heard nothing: the answer goes on where it was."""
        if self._desk.held_back:
            self._let_go()

    def _let_go(self) -> None:
        self._desk.held_back = False
        self._desk.do(ResumePlayout())
        self._desk.stop_timer(PAUSE_TIMER)
        self._desk.stop_timer(DECIDE_TIMER)

    def _matters(self) -> bool:
        """Speaking interrupts here, and there is something to interrupt."""
        desk = self._desk
        by_voice = desk.wish.turn_mode in (TurnMode.SERVER_VAD, TurnMode.SEMANTIC_VAD)
        return (
            by_voice
            and desk.wish.interrupt
            and desk.ready
            and not desk.uplink.muted
            and desk.turns.playout is PlayoutState.PLAYING
            and desk.turns.user is UserState.SILENT
            and not desk.flagged(Flag.FLUSHING)
        )
