"""Push-to-talk: the user says where a turn begins and ends."""

from __future__ import annotations

from realtime_cli.session.desk import Desk
from realtime_cli.session.joints import Flag
from realtime_cli.session.state import TurnMode
from realtime_cli.session.turns import Happening
from realtime_cli.session.uplink import SHORTEST_COMMIT_MS


class TalkKey:
    """Facts about the talk key."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pressed(self) -> None:
        """A turn begins; whatever is being answered stops."""
        desk = self._desk
        if desk.wish.turn_mode is not TurnMode.PUSH_TO_TALK or desk.uplink.turn is not None:
            return
        if not desk.mic_works:
            desk.notice("warning", "There is no microphone.", "Type your message.")
            return
        if desk.uplink.muted:
            desk.notice("info", "The microphone is muted.", "Press m to be heard again.")
            return
        desk.uplink.commit_due = False
        desk.happen(Happening.SPEECH_BEGAN)
        desk.raise_flag(Flag.TURN_OPEN)
        desk.raise_flag(Flag.INTERRUPTION)
        desk.drop_flag(Flag.ANSWER_WANTED)
        if desk.ready:
            desk.clear_audio()
        desk.send_audio(desk.uplink.begin_turn(ready=desk.ready))

    def released(self) -> None:
        """The turn ends: it is committed and answered, unless it was too short."""
        desk = self._desk
        if desk.uplink.turn is None:
            return
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
        if self._desk.uplink.turn is None:
            self.pressed()
        else:
            self.released()

    def discard(self) -> bool:
        """Drop a turn in progress, as if it had not begun; False when there is none."""
        desk = self._desk
        if desk.uplink.turn is None:
            return False
        desk.uplink.end_turn()
        desk.happen(Happening.SPEECH_ENDED)
        if desk.ready:
            desk.clear_audio()
        return True
