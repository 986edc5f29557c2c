"""Stopping an answer: silence first, then the server learns what was really heard of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from realtime_cli.protocol import Ability, ConversationItemDelete, ConversationItemTruncate
from realtime_cli.session.answers import Answers
from realtime_cli.session.commands import FlushPlayout
from realtime_cli.session.desk import Desk
from realtime_cli.session.facts import Piece
from realtime_cli.session.heard import Cut
from realtime_cli.session.intents import Purpose
from realtime_cli.session.joints import Flag
from realtime_cli.session.rows import Kind, Row
from realtime_cli.session.state import ResponseState
from realtime_cli.session.turns import Happening

FLUSH_TIMER: Final = "flush"
FADE_MS: Final = 10
_FLUSH_S: Final = 2.0
"""A speaker answers within a block; this is for one that died meanwhile."""


class Interruption:
    """The consequences of an interruption, and the speaker's report."""

    def __init__(self, desk: Desk, answers: Answers) -> None:
        self._desk = desk
        self._answers = answers

    def flush(self) -> None:
        """Empty the speaker. The truncation follows when it has told what was heard."""
        desk = self._desk
        self._answers.abandon()
        desk.raise_flag(Flag.FLUSHING)
        desk.raise_flag(Flag.TURN_OPEN)
        desk.do(FlushPlayout(FADE_MS))
        desk.happen(Happening.AUDIO_GONE)
        desk.start_timer(FLUSH_TIMER, _FLUSH_S)

    def abandon(self) -> None:
        """The user speaks and the server stops its answer by itself."""
        desk = self._desk
        if desk.turns.response is ResponseState.REQUESTED:
            # It may begin all the same, and would then talk over the user.
            desk.raise_flag(Flag.CANCEL_DUE)
        self._answers.abandon()
        desk.drop_flag(Flag.BARGE_IN)

    def cancel_later(self) -> None:
        """The answer was asked for and has not begun: it is cancelled as soon as it does."""
        self._desk.raise_flag(Flag.CANCEL_DUE)
        self._desk.drop_flag(Flag.INTERRUPTION)

    def served(self) -> None:
        """Nothing is left to interrupt."""
        self._desk.drop_flag(Flag.INTERRUPTION)

    def flushed(self, pieces: Iterable[Piece]) -> None:
        """The speaker is empty: cut every item where it was heard to."""
        desk = self._desk
        if not desk.flagged(Flag.FLUSHING):
            return
        desk.drop_flag(Flag.FLUSHING)
        desk.stop_timer(FLUSH_TIMER)
        for cut in desk.heard.flushed(pieces):
            row = desk.conversation.find(cut.item_id)
            if row is None or row.frozen:
                continue
            if not desk.speaker_works:
                row.stop()  # nothing was audible: the user reads, and has read all of it
            elif cut.heard_ms == 0:
                self._unheard(row)
            else:
                self._truncate(row, cut)

    # Inside.

    def _truncate(self, row: Row, cut: Cut) -> None:
        desk = self._desk
        row.cut(cut.share)
        if Ability.TRUNCATE in desk.abilities and desk.ready:
            event = ConversationItemTruncate(
                item_id=cut.item_id, content_index=cut.content_index, audio_end_ms=cut.heard_ms
            )
            desk.say(event, Purpose.TRUNCATE, cut.item_id)

    def _unheard(self, row: Row) -> None:
        """Nobody heard any of it: it was never said."""
        desk = self._desk
        if row.chained and not self._other_answer(row):
            row.stop()  # without it the outputs of the calls would stand unanswered
            return
        desk.conversation.remove(row.item_id)
        if Ability.ITEM_DELETE in desk.abilities and desk.ready:
            desk.say(ConversationItemDelete(item_id=row.item_id), Purpose.DELETE, row.item_id)

    def _other_answer(self, row: Row) -> bool:
        return any(
            other is not row and other.kind is Kind.MESSAGE and not other.hidden and other.text
            for other in self._desk.conversation.of_response(row.response_id)
        )
