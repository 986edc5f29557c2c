"""A line is lost in the middle of things: which turns of the user's the next session hears again, and which want an
answer.

The server had made no message of a turn, or one without words and without an answer: its sound is sent again, through
the audio buffer, as if the user had spoken a little later. Everything else is told as items (see `memory`), and a
turn whose answer was not heard at all is answered again.
"""

from __future__ import annotations

from realtime_cli.session.desk import Desk
from realtime_cli.session.joints import Flag
from realtime_cli.session.rows import Kind, Row
from realtime_cli.session.state import ResponseState, TurnMode, UserState
from realtime_cli.session.uplink import KEPT_TURN_MS
from realtime_cli.session.utterances import is_wordless


class LostTurns:
    """What becomes of the turns of a lost session: `keep` before anything else is let go, then `want_answer`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._unanswered = False
        self._heard_again = False

    def keep(self) -> None:
        """Turns the server made nothing of yet go to the next session."""
        desk = self._desk
        self._unanswered = self._is_unanswered()
        if desk.uplink.cut:
            desk.notice(
                "warning",
                f"The beginning of your last words is lost: {KEPT_TURN_MS // 1000} s of a turn are kept.",
            )
        again: list[Row] = []
        if self._unanswered or desk.wish.listens_only:
            again = desk.utterances.at_the_end(desk.conversation.live_rows())
        for row in again:
            desk.conversation.take_back(row)
        keyed = desk.wish.turn_mode in (TurnMode.PUSH_TO_TALK, TurnMode.TYPED)
        self._heard_again = desk.uplink.reclaim(desk.utterances.take(again), keyed=keyed)

    def want_answer(self) -> None:
        """A turn that was being answered still wants its answer, unless it is heard, and answered, again."""
        if not self._unanswered or self._heard_again:
            return
        desk = self._desk
        said = [
            row for row in desk.conversation.rows() if row.kind is Kind.MESSAGE and row.role != "assistant"
        ]
        if said and is_wordless(said[-1]) and not desk.utterances.of(said[-1].item_id):
            desk.notice("warning", "Your last words were lost with the connection.", "Say them again.")
        else:
            desk.raise_flag(Flag.ANSWER_WANTED)

    def _is_unanswered(self) -> bool:
        """Nothing of the answer was heard, and the user has not stopped it."""
        desk, answer = self._desk, self._desk.answer
        if desk.turns.response is ResponseState.NONE:
            return False
        stopped = desk.flagged(Flag.CANCEL_DUE) and desk.turns.user is not UserState.SPEAKING
        return not stopped and (answer is None or not (answer.spoke or answer.abandoned))
