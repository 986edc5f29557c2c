"""The conversation in its right order, growing from whatever events a server sends.

Items are made lazily from any event that names one: servers leave events out, repeat them, and send a user's
transcript after the answer to it. `previous_item_id` puts things right where it is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from realtime_cli.protocol import (
    FunctionCallItem,
    FunctionCallOutputItem,
    InputAudio,
    InputText,
    Item,
    MessageItem,
    OutputAudio,
    OutputText,
)
from realtime_cli.session.heard import Heard
from realtime_cli.session.rows import Kind, Row
from realtime_cli.session.state import Entry, Notice, Role

KEPT_ROWS: Final = 2_000
"""Settled rows that can still be listed, deleted and told to a new session. A day of talk has ten thousand."""


class Conversation:
    """Rows in order. The first ones are settled: closed for good, and kept as finished entries."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._by_id: dict[str, Row] = {}
        self._by_response: dict[str, list[Row]] = {}
        self._settled_rows = 0
        self._settled: list[Entry] = []
        self._settled_tuple: tuple[Entry, ...] = ()
        self._unacknowledged: list[str] = []  # items we created and the server has not named yet

    # The rows.

    def find(self, item_id: str) -> Row | None:
        """The row of an item."""
        return self._by_id.get(item_id)

    def rows(self) -> Iterator[Row]:
        """All rows in order."""
        return iter(self._rows)

    def live_rows(self) -> list[Row]:
        """Rows that are not settled."""
        return self._rows[self._settled_rows :]

    def of_response(self, response_id: str) -> list[Row]:
        """Rows of one answer that are not closed."""
        return [row for row in self.answer_rows(response_id) if not row.closed]

    def answer_rows(self, response_id: str) -> list[Row]:
        """All rows of one answer, in order of arrival."""
        return self._by_response.get(response_id, [])

    def awaits_words(self) -> bool:
        """Some words of the user are still being written down."""
        return any(row.awaits_transcript for row in self.live_rows())

    def give_up_words(self, problem: str) -> None:
        """No transcript will come any more."""
        for row in [row for row in self.live_rows() if row.awaits_transcript]:
            row.awaits_transcript = False
            row.problem = row.problem or ("" if row.text else problem)
            row.final = True

    def open(
        self,
        item_id: str,
        kind: Kind = Kind.MESSAGE,
        role: Role = "assistant",
        *,
        response_id: str = "",
        previous_id: str = "",
    ) -> Row:
        """The row of an item, made at its place if it is new.

        Args:
            item_id: The item.
            kind: What it is, if it is new.
            role: Whose it is, if it is new.
            response_id: The answer it belongs to, if known.
            previous_id: The item before it, "" if not told.
        """
        row = self._by_id.get(item_id)
        if row is None:
            row = Row(item_id, kind, role, previous_id=previous_id)
            self._by_id[item_id] = row
            self._rows.insert(self._place_for(row), row)
            self._pull_followers(row)
        if response_id and not row.response_id:
            row.response_id = response_id
            self._by_response.setdefault(response_id, []).append(row)
        if previous_id and not row.previous_id:
            row.previous_id = previous_id
            before = self._by_id.get(previous_id)
            if before is not None:
                self._pull_followers(before)
        return row

    def add_notice(self, notice: Notice) -> None:
        """Something the user should know, at the end."""
        self._rows.append(Row("", Kind.NOTICE, "system", notice=notice, closed=True))

    def remove(self, item_id: str) -> None:
        """The item is gone from the conversation; what is settled stays on the screen."""
        row = self._by_id.get(item_id)
        if row is None:
            return
        row.gone = True
        if not row.closed:
            row.hidden = row.final = True

    def move(self, row: Row, *, to_front: bool) -> None:
        """An item that was put before all others; or one that is only now on its way, after what came meanwhile."""
        self._rows.remove(row)
        self._rows.insert(self._settled_rows if to_front else len(self._rows), row)

    def forget_all(self) -> None:
        """A new conversation begins; what was said stays on the screen."""
        for row in self._rows:
            row.gone = True
        self.close_all()

    def drop_reserved(self) -> None:
        """Announced items that never came: the buffer was cleared, or other speech was announced."""
        for row in [row for row in self.live_rows() if row.reserved and not (row.text or row.closed)]:
            self.take_back(row)

    def take_back(self, row: Row) -> None:
        """A live row was never there; if its item comes after all, it is as new."""
        self._rows.remove(row)
        del self._by_id[row.item_id]

    # What we created, and what the server calls it.

    def created(self, item_id: str) -> None:
        """An item of ours is on its way to the server."""
        self._unacknowledged.append(item_id)

    def acknowledge(self, item: Item) -> None:
        """The server named an item: if it is one of ours under a name of the server's, remember that name."""
        item_id = item.id if isinstance(item.id, str) else ""
        if item_id in self._unacknowledged:
            self._unacknowledged.remove(item_id)
            return
        if not item_id or item_id in self._by_id:
            return
        for ours in self._unacknowledged:
            row = self._by_id.get(ours)
            if row is not None and _same(row, item):
                self._unacknowledged.remove(ours)
                del self._by_id[ours]
                row.item_id = item_id
                self._by_id[item_id] = row
                return

    def forget_unacknowledged(self) -> None:
        """The line is lost: nothing will be acknowledged."""
        self._unacknowledged.clear()

    # Settling.

    def close_turn(self) -> None:
        """The turn is over: every row that is done will not change any more.

        Nothing of the server's is being made then: words it never finished are as finished as they will be.
        """
        for row in self.live_rows():
            row.final = row.final or (row.kind is Kind.MESSAGE and row.role != "user")
            if row.done:
                row.closed = True

    def close_all(self) -> None:
        """The session is over."""
        for row in self.live_rows():
            row.hidden = row.hidden or row.reserved
            row.closed = True

    def settle(self, heard: Heard) -> None:
        """Turn leading closed rows into finished entries.

        A user's words are finished when they are final and something follows them: some servers say a transcript
        more than once, with more each time.
        """
        while self._settled_rows < len(self._rows):
            row = self._rows[self._settled_rows]
            if not row.closed and not self._finished_words(row):
                break
            row.closed = True
            entry = row.entry(1.0)
            if entry is not None:
                self._settled.append(entry)
            self._settled_rows += 1
            heard.forget(row.item_id)
        if self._settled_rows > 2 * KEPT_ROWS and not self._unacknowledged:
            self._forget_rows(self._settled_rows - KEPT_ROWS)

    def entries(self, heard: Heard, *, speaker_works: bool) -> tuple[tuple[Entry, ...], int]:
        """Everything to be seen, and how many of the first entries are settled."""
        if len(self._settled_tuple) != len(self._settled):
            self._settled_tuple = tuple(self._settled)
        live = self._live(heard, speaker_works=speaker_works)
        return (*self._settled_tuple, *live), len(self._settled_tuple)

    def latest(self, since: int, heard: Heard, *, speaker_works: bool) -> tuple[tuple[Entry, ...], int]:
        """The entries from a place on, and how many of all are settled. Its cost does not grow with the rest."""
        live = self._live(heard, speaker_works=speaker_works)
        return (*self._settled[since:], *live), len(self._settled)

    # Inside.

    def _forget_rows(self, count: int) -> None:
        """The oldest rows are on the screen and in the history; no model remembers so much. Pinned ones stay."""
        kept: list[Row] = []
        for row in self._rows[:count]:
            if row.pinned:
                kept.append(row)
                continue
            if self._by_id.get(row.item_id) is row:
                del self._by_id[row.item_id]
            self._by_response.pop(row.response_id, None)
        self._rows[:count] = kept
        self._settled_rows -= count - len(kept)

    def _live(self, heard: Heard, *, speaker_works: bool) -> list[Entry]:
        live = []
        for row in self.live_rows():
            entry = row.entry(heard.share(row.item_id) if speaker_works else 1.0)
            if entry is not None:
                live.append(entry)
        return live

    def _finished_words(self, row: Row) -> bool:
        followed = any(other.kind is not Kind.NOTICE for other in self._rows[self._settled_rows + 1 :])
        return row.role == "user" and row.done and not row.tentative and followed

    def _place_for(self, row: Row) -> int:
        """Where a new row belongs: after the item before it, before the item after it, else at the end."""
        if row.previous_id and (before := self._by_id.get(row.previous_id)):
            return max(self._settled_rows, self._index(before) + 1)
        for index in range(self._settled_rows, len(self._rows)):
            if self._rows[index].previous_id == row.item_id:
                return index
        return len(self._rows)

    def _pull_followers(self, row: Row) -> None:
        """Move rows that stand above the item they follow below it, and their own followers with them."""
        moved: set[int] = set()  # servers can say anything, also that two items follow each other
        waiting = [row]
        while waiting:
            before = waiting.pop()
            for after in self.live_rows():
                follows = after.previous_id == before.item_id and bool(before.item_id)
                if not follows or after.closed or before.closed or id(after) in moved:
                    continue
                moved.add(id(after))
                here, there = self._index(after), self._index(before)
                if here < there:
                    self._rows.insert(there + 1, after)
                    del self._rows[here]
                    waiting.append(after)

    def _index(self, row: Row) -> int:
        # From the end: what is asked for is nearly always among the last rows.
        for index in range(len(self._rows) - 1, -1, -1):
            if self._rows[index] is row:
                return index
        return len(self._rows)


def text_of(part: object) -> str:
    """The words of a content part, "" if it has none."""
    match part:
        case InputText(text=text) | OutputText(text=text):
            return text
        case InputAudio(transcript=transcript) | OutputAudio(transcript=transcript):
            return transcript if isinstance(transcript, str) else ""
        case _:
            return ""


def _same(row: Row, item: Item) -> bool:
    match item:
        case MessageItem():
            words = "\n".join(text_of(part) for part in item.content)
            return row.kind is Kind.MESSAGE and row.role == item.role and words == row.text
        case FunctionCallItem() | FunctionCallOutputItem():
            kind = Kind.CALL if isinstance(item, FunctionCallItem) else Kind.OTHER
            return row.kind is kind and row.call is not None and row.call.call_id == item.call_id
        case _:
            return False
