"""How full the model's memory is, and what goes when it is nearly full.

The tokens of the latest response (what it read and what it said) are what the next one reads at least. Single items
are only estimated, from their words, and the estimates are scaled so that they sum up to what the server counted.
"""

from __future__ import annotations

from typing import Final

from realtime_cli.protocol import Ability, ConversationItemDelete, Usage
from realtime_cli.session.desk import Desk
from realtime_cli.session.intents import Purpose
from realtime_cli.session.rows import Kind, Row

WARN_SHARE: Final = 0.8
DROP_SHARE: Final = 0.9
GOAL_SHARE: Final = 0.6
"""Warned at 80 %; from 90 % on the oldest turns go until 60 % is left: rarely, because each time the provider's
prompt cache is lost."""

_LETTERS_PER_TOKEN: Final = 4
_SPOKEN_TOKENS_PER_LETTER: Final = {"assistant": 1.4, "user": 0.7, "system": 0.25}
"""Speech has about 14 letters a second; sound costs 20 tokens a second from the model and 10 from the user."""


class Context:
    """Counts, warns, and drops."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._warned = False

    def answered(self, usage: object) -> None:
        """An answer was done; `usage` as far as the server tells it."""
        desk = self._desk
        if not isinstance(usage, Usage) or not (usage.total_tokens or usage.input_tokens):
            return
        desk.context_tokens = usage.total_tokens or usage.input_tokens + usage.output_tokens
        window = desk.wish.context_window_tokens
        if not window:
            return
        share = desk.context_tokens / window
        if share < WARN_SHARE:
            self._warned = False
        elif desk.wish.context_policy == "delete" and share >= DROP_SHARE:
            self._drop(window)
        elif not self._warned:
            self._warned = True
            desk.notice(
                "warning", f"The conversation fills {share:.0%} of the model's memory.", self._outlook()
            )

    def _outlook(self) -> str:
        match self._desk.wish.context_policy:
            case "delete":
                return f"From {DROP_SHARE:.0%} on its oldest turns are deleted; pin what must stay."
            case "server":
                return "The provider will forget the oldest turns by itself."
            case _:
                return "Answers fail when it is full: delete items, or begin anew."

    def _drop(self, window: int) -> None:
        desk = self._desk
        if Ability.ITEM_DELETE not in desk.abilities:
            if not self._warned:
                self._warned = True
                desk.notice("warning", "The model's memory is nearly full, and this server deletes no items.")
            return
        rows = [row for row in desk.conversation.rows() if row.kind is not Kind.NOTICE and not row.gone]
        scale = desk.context_tokens / max(1, sum(estimated_tokens(row) for row in rows))
        spare = desk.context_tokens - GOAL_SHARE * window
        doomed: list[Row] = []
        for row in rows[: max(0, len(rows) - 2)]:  # the newest question and answer always stay
            if spare <= 0:
                break
            if not row.pinned and row.role != "system":
                doomed.append(row)
                spare -= estimated_tokens(row) * scale
        for row in _with_partners(doomed, rows):
            desk.say(ConversationItemDelete(item_id=row.item_id), Purpose.DELETE, row.item_id)
            row.gone = True
            desk.dropped_items += 1
        if doomed:
            desk.notice("info", f"The model's memory was nearly full: {len(doomed)} old items were deleted.")


def estimated_tokens(row: Row) -> int:
    """What an item takes in the context, by its words."""
    if row.kind is Kind.NOTICE:
        return 0
    call = row.call
    text = row.text if call is None else call.name + call.arguments + call.output
    if row.voiced:
        return round(len(text) * _SPOKEN_TOKENS_PER_LETTER[row.role]) + 4
    return len(text) // _LETTERS_PER_TOKEN + 4


def _with_partners(doomed: list[Row], rows: list[Row]) -> list[Row]:
    """A call goes with its output: a server refuses one without the other."""
    calls = {id(row.call) for row in doomed if row.call is not None}
    chosen = {id(row) for row in doomed}
    return [
        row
        for row in rows
        if id(row) in chosen or (row.call is not None and id(row.call) in calls and not row.pinned)
    ]
