"""Push-to-talk: the user says where a turn begins and ends."""

from __future__ import annotations

from typing import Final

from realtime_cli.session.desk import Desk
from realtime_cli.session.joints import Flag
from realtime_cli.session.state import TurnMode
from realtime_cli.session.turns import Happening
from realtime_cli.session.uplink import SHORTEST_COMMIT_MS

POST_ROLL_TIMER: Final = "post-roll"


class TalkKey:
    """Facts about the talk key."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rolling = False  # the key is up and the turn still open

    def pressed(self) -> None:
        """A turn begins; whatever is being answered stops."""
        desk = self._desk
        if self._rolling:
            self._end()  # the next turn begins; this one is complete
        if desk.wish.turn_mode is not TurnMode.PUSH_TO_TALK or desk.uplink.turn is not None:
            return
        if not desk.mic_works:
            desk.notice("warning", "There is no microphone.", "Type your message.")
            return
        if desk.uplink.muted:
            desk.notice("info", "The microphone is muted.", "Unmute it to be heard again.")
            return
        desk.happen(Happening.SPEECH_BEGAN)
        desk.raise_flag(Flag.TURN_OPEN)
        desk.raise_flag(Flag.INTERRUPTION)
        desk.drop_flag(Flag.ANSWER_WANTED)
        if desk.ready:
            desk.clear_audio()
        desk.send_audio(desk.uplink.begin_turn(ready=desk.ready))

    def released(self) -> None:
        """The key went up: the turn ends when the post-roll is over."""
        desk = self._desk
        if desk.uplink.turn is None or self._rolling:
            return
        if desk.wish.post_roll_ms and desk.mic_works and desk.uplink.turn_is_long:
            self._rolling = True
            desk.start_timer(POST_ROLL_TIMER, desk.wish.post_roll_ms / 1000)
        else:
            self._end()

    def post_rolled(self) -> None:
        """The last syllable had its time."""
        if self._rolling:
            self._end()

    def _end(self) -> None:
        """The turn ends: it is committed and answered, unless it was too short."""
        desk = self._desk
        if self._rolling:
            self._rolling = False
            desk.stop_timer(POST_ROLL_TIMER)
        rest, long_enough = desk.uplink.end_turn()
        desk.happen(Happening.SPEECH_ENDED)
        if not long_enough:
            if desk.ready:
                desk.clear_audio()
            desk.notice(
                "info",
                "That was too short.",
                f"Hold the key while you speak, {SHORTEST_COMMIT_MS} ms at least.",
            )
        elif desk.ready:
            desk.send_audio(rest)
            desk.commit_audio()
        else:
            desk.uplink.commit_due = True

    def tapped(self) -> None:
        """A terminal without key releases: each tap begins or ends a turn."""
        if self._desk.uplink.turn is None or self._rolling:
            self.pressed()
        else:
            self.released()

    def discard(self) -> bool:
        """Drop a turn in progress, as if it had not begun; False when there is none."""
        desk = self._desk
        if desk.uplink.turn is None:
            return False
        self._rolling = False
        desk.uplink.forget()
        desk.happen(Happening.SPEECH_ENDED)
        if desk.ready:
            desk.clear_audio()
        return True
