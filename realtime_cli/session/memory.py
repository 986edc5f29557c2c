"""What a new session of the server is told of the conversation so far: after a lost line, and when an earlier
conversation goes on.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from realtime_cli.protocol import ConversationItemCreate, FunctionCallItem, FunctionCallOutputItem
from realtime_cli.session.context import estimated_tokens
from realtime_cli.session.desk import Desk
from realtime_cli.session.intents import Purpose
from realtime_cli.session.joints import Flag
from realtime_cli.session.past import PastCall, PastWords
from realtime_cli.session.resume import rebuild
from realtime_cli.session.rows import Kind, Row
from realtime_cli.session.state import CallStatus
from realtime_cli.session.uplink import BYTES_PER_MS
from realtime_cli.session.utterances import is_wordless

_UNKNOWN_WINDOW_TOKENS: Final = 28_000
"""Of a model nobody knows: the smallest realtime window is 32,000 tokens, 4,096 of them for the answer."""

_SHARE: Final = 0.7
"""Of the window for what was said before: instructions, functions and the next answers need room, too."""

_TOKENS_PER_S: Final = 10
"""Of the user's sound. Source: OpenAI's guide to costs, "1 token per 100 ms" of user audio."""


class Memory(Struct):
    """Rows of earlier times, and the consequence that tells a new session."""

    desk: Desk

    def recall(self) -> None:
        """Put the conversation that goes on in front of everything else."""
        desk = self.desk
        for past in desk.wish.earlier:
            if isinstance(past, PastCall):
                self._recall_call(past)
            else:
                self._recall_words(past)
        if desk.wish.earlier:
            desk.conversation.settle(desk.heard)

    def _recall_words(self, past: PastWords) -> None:
        row = self.desk.conversation.open(self.desk.new_id("item"), role=past.role)
        row.parts = {0: past.text}
        row.final = row.closed = True
        row.interrupted = past.interrupted
        row.heard_chars = len(past.text)

    def _recall_call(self, past: PastCall) -> None:
        desk = self.desk
        item_id = desk.new_id("item")
        # Small servers count their calls from 1 in each session.
        call_id = past.call_id if desk.calls.find(past.call_id) is None else desk.new_id("call")
        record = desk.calls.note(call_id, item_id, "")
        record.name, record.arguments, record.output = past.name, past.arguments, past.output
        record.status = CallStatus.DONE if past.worked else CallStatus.FAILED
        record.arguments_complete = record.response_over = True
        desk.calls.sent(record)
        for row in (
            desk.conversation.open(item_id, Kind.CALL),
            desk.conversation.open(desk.new_id("item"), Kind.OTHER, "system"),
        ):
            row.call = record
            row.final = row.closed = True

    def rebuild(self) -> None:
        """The new session is told the conversation so far, as much of it as fits."""
        desk = self.desk
        desk.drop_flag(Flag.REBUILD_DUE)
        rows = list(desk.conversation.rows())
        by_id = {row.item_id: row for row in rows}
        events = rebuild(rows, desk.utterances.of)
        kept = self._fitting(events, by_id)
        if len(kept) < len(events):
            desk.notice(
                "warning",
                f"The model's memory does not hold everything: the oldest {len(events) - len(kept)} "
                f"of {len(events)} items were left out.",
            )
        for event in kept:
            item_id = event.item.id if isinstance(event.item.id, str) else ""
            desk.conversation.created(item_id)
            desk.say(event, Purpose.REBUILD, item_id)
        self._admit_gaps(rows)

    def _admit_gaps(self, rows: list[Row]) -> None:
        """What was said, never written down, and is not kept as sound any more: the model does not know it now."""
        lost = [row for row in rows if is_wordless(row) and not self.desk.utterances.of(row.item_id)]
        for row in lost:
            row.gone = True  # told once
        if lost:
            turns = "one turn" if len(lost) == 1 else f"{len(lost)} turns"
            self.desk.notice(
                "warning", f"The new session was not told {turns} of yours that nobody wrote down."
            )

    def _fitting(
        self, events: list[ConversationItemCreate], rows: dict[str, Row]
    ) -> list[ConversationItemCreate]:
        """The newest that fit into the model's memory, and what the user pinned; outputs go with their calls."""
        spare = int((self.desk.wish.context_window_tokens or _UNKNOWN_WINDOW_TOKENS) * _SHARE)
        chosen: list[ConversationItemCreate] = []
        full = False
        for event in reversed(events):
            row = rows.get(event.item.id) if isinstance(event.item.id, str) else None
            tokens = self._tokens(row) if row is not None else 0
            full = full or tokens > spare
            if full and not (row is not None and row.pinned):
                continue
            spare -= tokens
            chosen.append(event)
        chosen.reverse()
        called = {event.item.call_id for event in chosen if isinstance(event.item, FunctionCallItem)}
        return [
            event
            for event in chosen
            if not isinstance(event.item, FunctionCallOutputItem) or event.item.call_id in called
        ]

    def _tokens(self, row: Row) -> int:
        sound_s = len(self.desk.utterances.of(row.item_id)) / BYTES_PER_MS / 1000
        return estimated_tokens(row) + round(sound_s * _TOKENS_PER_S)
