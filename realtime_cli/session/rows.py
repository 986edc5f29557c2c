"""One line of the conversation while it grows: a message, a call, a notice, or an item nobody needs to see."""

from __future__ import annotations

from enum import Enum
from typing import Final

from msgspec import Struct, field

from realtime_cli.protocol import Item
from realtime_cli.session.calls import CallRecord
from realtime_cli.session.holdings import ItemLine
from realtime_cli.session.state import Entry, Notice, Role, Spoken

NOTHING_UNDERSTOOD: Final = "nothing was understood"
"""The problem of a turn in which there were no words."""


class Kind(Enum):
    """What a row stands for."""

    MESSAGE = "message"
    CALL = "call"
    NOTICE = "notice"
    OTHER = "other"  # function outputs and the like: they keep the order, nobody sees them


class Row(Struct, eq=False):
    """A growing line.

    Attributes:
        parts: Text of each content part.
        ended_parts: Content indices whose whole text is known: late deltas do not count.
        voiced: The text is the transcript of audio.
        reserved: The server announced the item; it is not in the conversation yet.
        tentative: No transcript was asked for; one may come all the same, until the turn is over.
        awaits_transcript: The user's words are still being written down.
        unsent: Typed, but not yet told to the server.
        chained: Belongs to an answer that only answers calls.
        hidden: Not shown: unheard, deleted, or of no interest.
        closed: Will not change any more.
        item: As the user put it in (pictures and sound): said once more as it is after a reconnection.
        place: The `previous_item_id` to be said, "" for none.
        quiet: Put in without wanting an answer.
        gone: The server's conversation has it no more.
        pinned: Never dropped when the context is full.
    """

    item_id: str
    kind: Kind = Kind.MESSAGE
    role: Role = "assistant"
    parts: dict[int, str] = field(default_factory=dict)
    ended_parts: set[int] = field(default_factory=set)
    response_id: str = ""
    previous_id: str = ""
    call: CallRecord | None = None
    notice: Notice | None = None
    problem: str = ""
    heard_chars: int = 0
    voiced: bool = False
    final: bool = False
    interrupted: bool = False
    commentary: bool = False
    reserved: bool = False
    awaits_transcript: bool = False
    tentative: bool = False
    unsent: bool = False
    chained: bool = False
    hidden: bool = False
    closed: bool = False
    item: Item | None = None
    place: str = ""
    quiet: bool = False
    gone: bool = False
    pinned: bool = False
    start_ms: int | None = None  # of speech, into all sound of the session
    end_ms: int | None = None
    segments: list[str] = field(default_factory=list)
    wire_kind: str = "item"
    line: ItemLine | None = None  # as `/items` showed it last, with what it depended on
    line_key: tuple[object, ...] = ()

    @property
    def text(self) -> str:
        """The parts in their order."""
        if len(self.parts) == 1:
            return next(iter(self.parts.values()))
        return "\n".join(self.parts[index] for index in sorted(self.parts) if self.parts[index])

    @property
    def frozen(self) -> bool:
        """Later words of the server do not count: it was cut, hidden or settled."""
        return self.interrupted or self.closed or self.hidden

    @property
    def done(self) -> bool:
        """May be settled when the turn is over."""
        if self.kind is Kind.MESSAGE:
            return self.hidden or self.final
        if self.kind is Kind.CALL:
            return self.hidden or self.call is None or self.call.ended
        return True

    def append(self, index: int, delta: str) -> None:
        """More text of a part."""
        if not self.frozen and index not in self.ended_parts:
            self.parts[index] = self.parts.get(index, "") + delta

    def set_part(self, index: int, text: str) -> None:
        """The whole text of a part; "" tells nothing new (some servers leave it out)."""
        if self.frozen:
            return
        if text:
            self.parts[index] = text
        self.ended_parts.add(index)

    def cut(self, share: float) -> None:
        """The answer was interrupted: keep the share of the text that was heard, down to a whole word."""
        text = self.text
        chars = min(len(text), round(len(text) * share))
        if 0 < chars < len(text) and not text[chars].isspace() and not text[chars - 1].isspace():
            chars = max(text.rfind(" ", 0, chars), text.rfind("\n", 0, chars), 0) or chars
        self.parts = {0: text[:chars].rstrip()}
        self.interrupted = self.final = True
        self.heard_chars = len(self.text)

    def stop(self) -> None:
        """The answer was interrupted; all its text so far was seen."""
        self.interrupted = self.final = True

    def entry(self, share: float) -> Entry | None:
        """The row for the screen, or None where nothing is to be seen.

        Args:
            share: Heard part of its audio, 0.0 to 1.0.
        """
        if self.kind is Kind.NOTICE:
            return self.notice
        if self.hidden or self.kind is Kind.OTHER:
            return None
        if self.kind is Kind.CALL:
            return self.call.entry() if self.call is not None else None
        text = self.text
        if self.role == "assistant" and not text and not self.problem:
            return None  # an answer that has no words yet is no line yet
        if not self.interrupted:
            heard = len(text) if share >= 1.0 or not self.voiced else int(len(text) * share)
            self.heard_chars = min(len(text), max(self.heard_chars, heard))  # never backwards
        return Spoken(
            item_id=self.item_id,
            role=self.role,
            text=text,
            heard_chars=len(text) if self.interrupted else self.heard_chars,
            final=self.final,
            interrupted=self.interrupted,
            commentary=self.commentary,
            problem=self.problem,
            start_ms=self.start_ms,
            end_ms=self.end_ms,
        )
