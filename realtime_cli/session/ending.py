"""How a session ends: by key, by the end of its input, or with its one answer."""

from __future__ import annotations

from typing import Final

from realtime_cli.errors import ResponseFailed
from realtime_cli.protocol import Response
from realtime_cli.session import settings
from realtime_cli.session.desk import Desk
from realtime_cli.session.functions import Functions
from realtime_cli.session.joints import Flag
from realtime_cli.session.state import ConnectionState, PlayoutState, ResponseState, UserState
from realtime_cli.session.talk_key import TalkKey
from realtime_cli.session.turns import Happening

INPUT_TIMER: Final = "input over"
STUCK_TIMER: Final = "user stuck"

_TWICE_S: Final = 2.0
_LAST_WORDS_S: Final = 3.0
"""On top of the server's own wait for the end of a turn: the way there and back, and its thinking."""

_STUCK_S: Final = 30.0


class Ending:
    """Keys that stop or end, and conditions that do."""

    def __init__(self, desk: Desk, talk_key: TalkKey, functions: Functions) -> None:
        self._desk = desk
        self._talk_key = talk_key
        self._functions = functions
        self._broke_at_s = -_TWICE_S

    def interrupt(self) -> bool:
        """Stop speaking (Esc); False when nothing was to be stopped."""
        desk, turns = self._desk, self._desk.turns
        asking = desk.flagged(Flag.ANSWER_WANTED) or desk.flagged(Flag.CHAIN_WANTED)
        busy = (
            turns.playout is PlayoutState.PLAYING
            or turns.response in (ResponseState.REQUESTED, ResponseState.ACTIVE)
            or asking
        )
        for flag in (Flag.ANSWER_WANTED, Flag.CHAIN_WANTED, Flag.HOLDING):
            desk.drop_flag(flag)
        if busy:
            desk.raise_flag(Flag.INTERRUPTION)
            desk.raise_flag(Flag.TURN_OPEN)
        return self._talk_key.discard() or busy

    def broke(self) -> None:
        """Ctrl+C: stops what is in progress; with nothing in progress, or again within 2 s, it ends."""
        desk = self._desk
        if desk.at_s - self._broke_at_s < _TWICE_S:
            self.quit()
            return
        self._broke_at_s = desk.at_s
        speaking = self.interrupt()
        calling = self._functions.cancel_all()
        if not (speaking or calling):
            self.quit()

    def quit(self) -> None:
        """End politely."""
        self._desk.finish(0)

    def input_ended(self) -> None:
        """The microphone's file is over: its last words get their time."""
        wait_s = settings.turn_end_wait_s(self._desk.effective) + _LAST_WORDS_S
        self._desk.start_timer(INPUT_TIMER, wait_s)

    def input_waited(self) -> None:
        """The last words had their time: leave as soon as everything is answered."""
        desk = self._desk
        if desk.turns.connection is not ConnectionState.READY:
            self.input_ended()
            return
        self._talk_key.released()
        desk.raise_flag(Flag.LEAVING)
        if desk.turns.user is UserState.SPEAKING:
            desk.start_timer(STUCK_TIMER, _STUCK_S)

    def stuck(self) -> None:
        """The server still hears a user who has nothing to say any more."""
        if self._desk.flagged(Flag.LEAVING):
            self._desk.happen(Happening.SPEECH_ENDED)

    def leave(self) -> None:
        """Everything is said and heard."""
        self._desk.finish(0)

    def answered(self, response: Response) -> None:
        """An answer is done: where one is all that was wanted, leave, unless calls or a retry go on."""
        desk = self._desk
        if not desk.wish.once or desk.finished:
            return
        calls = desk.calls
        waiting = calls.running() or calls.asking() or calls.ready() or desk.flagged(Flag.ANSWER_WANTED)
        if waiting:
            return
        if response.status == "cancelled":
            desk.finish(ResponseFailed.exit_code, "The answer was cancelled.")
        else:
            desk.raise_flag(Flag.LEAVING)
