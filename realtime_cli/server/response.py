"""One response from `response.created` to `response.done`, as values: words and sound in, commands out.

What the brain thinks is put into an outline of messages and calls; only its head is said, so the events of two items
never mix. Sound is made clause by clause: words of a clause, then its audio, then the next clause. Every way out
goes through `_finish`, so that all `*.done` events come, and `response.done` always.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal, Protocol

from msgspec.structs import replace

from realtime_cli import protocol as p
from realtime_cli.server import vocabulary as v
from realtime_cli.server.clauses import Clauses, aloud
from realtime_cli.server.conversation import Entry
from realtime_cli.server.engines.contract import Used
from realtime_cli.server.message import MessageWriter, Place, call_events
from realtime_cli.server.options import Names
from realtime_cli.server.terms import Terms
from realtime_cli.server.usage import (
    CHARS_PER_TOKEN,
    MODEL_MS_PER_TOKEN,
    InputSize,
    counted,
    text_tokens,
    usage,
)

MAX_UNSAID_CHARS = 200_000
"""A brain that is so far ahead of the voice will never be heard to the end: the response stops."""

CancelReason = Literal["turn_detected", "client_cancelled"]
CutReason = Literal["max_output_tokens", "content_filter"]


class Shelf(Protocol):
    """Where finished and growing items of a response are put; out of band it takes nothing."""

    def add(self, entry: Entry) -> str | None:
        """Take an entry at the end; returns the id before it."""

    def previous_id(self, item_id: str) -> str | None:
        """Id of the item before that one."""

    def holds(self, item_id: str) -> bool:
        """Whether the item is (still) there."""


@dataclass(slots=True)
class _Message:
    clauses: Clauses = field(default_factory=Clauses)
    ready: deque[str] = field(default_factory=deque)
    sealed: bool = False
    writer: MessageWriter | None = None


@dataclass(slots=True)
class _Call:
    name: str
    arguments: str


class ResponseRun:
    """One response at work. Methods return commands in the order they must happen; after `done` they return none.

    Args:
        response_id: Its id.
        terms: What was decided before.
        names: Gives item and call ids.
        conversation_id: None out of band.
        shelf: The conversation, or None out of band.
    """

    def __init__(
        self, response_id: str, terms: Terms, names: Names, conversation_id: str | None, shelf: Shelf | None
    ) -> None:
        self.id, self.terms = response_id, terms
        self.done = False
        self.has_sounded = False
        self.sounded_ms = 0
        self.read = InputSize()
        self._names, self._conversation_id, self._shelf = names, conversation_id, shelf
        self._outline: deque[_Message | _Call] = deque()
        self._output: list[p.Item] = []
        self._count = 0
        self._speaking = False
        self._thinking = True
        self._cut: CutReason | None = None
        self._used: Used | None = None
        self._said_chars = self._received_chars = 0

    # --- what happens to it -------------------------------------------------------------------------------------

    def created(self) -> list[v.ServerCommand]:
        """It begins."""
        return [v.Say(p.ResponseCreated(response=self._report("in_progress", None, None)))]

    def words(self, text: str) -> list[v.ServerCommand]:
        """The brain said more."""
        if self.done or not text:
            return []
        if not self._outline or not isinstance(self._outline[-1], _Message):
            self._outline.append(_Message())
        message = self._outline[-1]
        assert isinstance(message, _Message)
        message.ready.extend(message.clauses.push(text) if self.terms.modality == "audio" else [text])
        self._received_chars += len(text)
        if self._received_chars - self._said_chars > MAX_UNSAID_CHARS:
            return self._finish("incomplete", reason="max_output_tokens")
        return self._advance()

    def call(self, name: str, arguments: str) -> list[v.ServerCommand]:
        """The brain wants a function called."""
        if self.done:
            return []
        self._seal()
        self._outline.append(_Call(name, arguments))
        return self._advance()

    def reply_ended(self, cut: CutReason | None = None, used: Used | None = None) -> list[v.ServerCommand]:
        """The brain has said all; with a reason when there was more to say, and with its own count of tokens."""
        if self.done:
            return []
        self._thinking, self._cut, self._used = False, cut, used
        self._seal()
        return self._advance()

    def spoke(self, pcm: bytes) -> list[v.ServerCommand]:
        """Some sound of the clause in the mouth."""
        writer = self._writer()
        if self.done or writer is None:
            return []
        self.has_sounded = True
        commands: list[v.ServerCommand] = [v.Say(event) for event in writer.sounded(pcm)]
        self.sounded_ms += len(pcm) // 48
        if self._tokens_left() <= 0:
            commands += self._finish("incomplete", reason="max_output_tokens")
        return commands

    def clause_ended(self) -> list[v.ServerCommand]:
        """The clause is spoken: on with the next."""
        if self.done:
            return []
        self._speaking = False
        return self._advance()

    def fail(self, message: str, code: str = "server_error") -> list[v.ServerCommand]:
        """An engine gave up."""
        error = p.ResponseError(type="server_error", code=code, message=message)
        return self._finish("failed", error=error)

    def cancel(self, reason: CancelReason) -> list[v.ServerCommand]:
        """The client or its voice stops it."""
        return self._finish("cancelled", reason=reason)

    # --- saying the head of the outline -------------------------------------------------------------------------

    def _advance(self) -> list[v.ServerCommand]:
        commands: list[v.ServerCommand] = []
        while self._outline and not self.done:
            head = self._outline[0]
            if isinstance(head, _Call):
                commands += self._say_call(head)
                self._outline.popleft()
                continue
            commands += self._say_ready(head)
            if self.done or self._speaking or head.ready or not head.sealed:
                return commands
            self._outline.popleft()
            if head.writer is not None:
                commands += self._close(head.writer, "completed")
        if not self.done and not self._thinking and not self._outline:
            commands += self._finish("incomplete" if self._cut else "completed", reason=self._cut)
        return commands

    def _say_ready(self, message: _Message) -> list[v.ServerCommand]:
        commands: list[v.ServerCommand] = []
        while message.ready and not self._speaking and not self.done:
            text = message.ready.popleft()
            kept = text[: max(self._tokens_left(), 0) * CHARS_PER_TOKEN]
            if message.writer is None:
                message.writer = MessageWriter(self._place(), self.terms.modality, self.terms.format)
                commands += self._added(message.writer.entry)
                commands.append(v.Say(message.writer.part_added()))
            if kept:
                commands.append(v.Say(message.writer.said(kept)))
                self._said_chars += len(kept)
            if len(kept) < len(text):
                return commands + self._finish("incomplete", reason="max_output_tokens")
            if self.terms.modality == "audio" and any(letter.isalnum() for letter in text):
                self._speaking = True
                commands.append(v.Speak(self.id, aloud(text), self.terms.voice_name, self.terms.speed))
        return commands

    def _say_call(self, call: _Call) -> list[v.ServerCommand]:
        place = self._place()
        item = p.FunctionCallItem(
            id=place.item_id, call_id=self._names.new("call"), name=call.name, status="in_progress"
        )
        entry = Entry(item)
        commands = self._added(entry)
        entry.item = done = replace(item, arguments=call.arguments, status="completed")
        self._said_chars += len(call.name) + len(call.arguments)
        commands += [v.Say(event) for event in call_events(place, done)]
        return commands + self._item_done(place, done)

    def _place(self) -> Place:
        place = Place(self.id, self._names.new("item"), self._count)
        self._count += 1
        return place

    def _added(self, entry: Entry) -> list[v.ServerCommand]:
        commands: list[v.ServerCommand] = [
            v.Say(
                p.ResponseOutputItemAdded(response_id=self.id, output_index=self._count - 1, item=entry.item)
            )
        ]
        if self._shelf is not None:
            previous_id = self._shelf.add(entry)
            commands.append(v.Say(p.ConversationItemAdded(item=entry.item, previous_item_id=previous_id)))
        return commands

    def _close(self, writer: MessageWriter, status: str) -> list[v.ServerCommand]:
        commands: list[v.ServerCommand] = [v.Say(event) for event in writer.close(status)]
        return commands + self._item_done(writer.place, writer.item)

    def _item_done(self, place: Place, item: p.Item) -> list[v.ServerCommand]:
        self._output.append(item)
        commands: list[v.ServerCommand] = [
            v.Say(p.ResponseOutputItemDone(response_id=self.id, output_index=place.output_index, item=item))
        ]
        if self._shelf is not None and self._shelf.holds(place.item_id):
            previous_id = self._shelf.previous_id(place.item_id)
            commands.append(v.Say(p.ConversationItemDone(item=item, previous_item_id=previous_id)))
        return commands

    # --- the end ------------------------------------------------------------------------------------------------

    def _finish(
        self, status: str, *, reason: str | None = None, error: p.ResponseError | None = None
    ) -> list[v.ServerCommand]:
        if self.done:
            return []
        self.done = True
        commands: list[v.ServerCommand] = [] if status == "completed" else [v.StopWork(self.id)]
        writer = self._writer()
        if writer is not None:
            commands += self._close(writer, "completed" if status == "completed" else "incomplete")
        self._outline.clear()
        details = None
        if status != "completed":
            details = p.StatusDetails(
                type=status,
                reason=p.UNSET if reason is None else reason,
                error=p.UNSET if error is None else error,
            )
        estimate = usage(self.read, text_tokens(self._said_chars), -(-self.sounded_ms // MODEL_MS_PER_TOKEN))
        spent = counted(self._used) if self._used else estimate
        # Nothing limits a local server, so the list of limits is empty, but clients may wait for the event.
        return [
            *commands,
            v.Say(p.ResponseDone(response=self._report(status, details, spent))),
            v.Say(p.RateLimitsUpdated(rate_limits=())),
        ]

    def _report(self, status: str, details: p.StatusDetails | None, spent: p.Usage | None) -> p.Response:
        terms = self.terms
        return p.Response(
            id=self.id,
            status=status,
            status_details=details,
            output=tuple(self._output),
            conversation_id=self._conversation_id,
            output_modalities=(terms.modality,),
            audio=p.AudioConfig(output=p.AudioOutput(format=terms.format, voice=terms.voice)),
            max_output_tokens=terms.max_output_tokens,
            metadata=terms.metadata,
            usage=spent,
        )

    # --- small things -------------------------------------------------------------------------------------------

    def _seal(self) -> None:
        if self._outline and isinstance(message := self._outline[-1], _Message):
            message.ready.extend(message.clauses.flush())
            message.sealed = True

    def _writer(self) -> MessageWriter | None:
        head = self._outline[0] if self._outline else None
        return head.writer if isinstance(head, _Message) else None

    def _tokens_left(self) -> int:
        limit = self.terms.max_output_tokens
        if limit == "inf":
            return 1 << 30
        return limit - text_tokens(self._said_chars) - self.sounded_ms // MODEL_MS_PER_TOKEN
