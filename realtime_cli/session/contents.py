"""What an answer consists of: items, words and sound, put where they belong as they arrive."""

from __future__ import annotations

from realtime_cli.protocol import (
    FunctionCallItem,
    FunctionCallOutputItem,
    Item,
    McpCallItem,
    MessageItem,
    UnsetType,
    type_of,
)
from realtime_cli.session import settings
from realtime_cli.session.answers import Answers
from realtime_cli.session.commands import EndPlay, Play
from realtime_cli.session.conversation import text_of
from realtime_cli.session.desk import Answer, Desk
from realtime_cli.session.rows import Kind, Row
from realtime_cli.session.state import CallStatus, Role
from realtime_cli.session.turns import Happening


class Contents:
    """Facts about items and their parts."""

    def __init__(self, desk: Desk, answers: Answers) -> None:
        self._desk = desk
        self._answers = answers
        self._item_id = ""  # the newest item of an answer, for servers that do not say which
        self._item_of: Answer | None = None

    # Items of the conversation.

    def item_named(self, item: Item, previous_item_id: object) -> None:
        """`conversation.item.added` or `.done`: it is in the conversation, at this place."""
        conversation = self._desk.conversation
        conversation.acknowledge(item)
        previous_id = previous_item_id if isinstance(previous_item_id, str) else ""
        row = self._open(item, previous_id=previous_id)
        if row is not None and row.role != "assistant":
            row.reserved = False
            if (
                row.item is None
            ):  # what the user put in is told as it was; the server's echo would say it twice
                _fill(row, item)
            if not row.awaits_transcript and isinstance(item, MessageItem) and row.text:
                row.final = True

    def item_added(self, item: Item, response_id: str, output_index: int) -> None:
        """`response.output_item.added`: an item of an answer begins."""
        answer = self._answers.answer_of(response_id)
        row = self._open(item, answer)
        if row is not None:
            self._item_id, self._item_of = row.item_id, answer
            _number(row, output_index)

    def item_done(self, item: Item, response_id: str, output_index: int) -> None:
        """`response.output_item.done`, or an item inside `response.done`: it is complete."""
        answer = self._answers.answer_of(response_id)
        row = self._open(item, answer)
        if row is None or row.frozen:
            return
        _number(row, output_index)
        _fill(row, item)
        if isinstance(item, MessageItem):
            if row.text and answer is not None:
                self._spoke(answer)
            row.final = True

    def item_deleted(self, item_id: str) -> None:
        """The server forgot an item."""
        self._desk.conversation.remove(item_id)

    # Words and sound.

    def words(self, response_id: str, item_id: str, index: int, delta: str, *, voiced: bool) -> None:
        """A delta of text or of a transcript."""
        answer = self._answers.answer_of(response_id)
        row = self._row(answer, item_id)
        if row is None or (answer is not None and answer.abandoned):
            return
        row.voiced = row.voiced or voiced
        row.append(index, delta)
        if answer is not None and delta:
            self._spoke(answer)

    def all_words(self, response_id: str, item_id: str, index: int, text: str, *, voiced: bool) -> None:
        """The whole text of a part."""
        answer = self._answers.answer_of(response_id)
        row = self._row(answer, item_id)
        if row is None or (answer is not None and answer.abandoned):
            return
        row.voiced = row.voiced or voiced
        row.set_part(index, text)
        if answer is not None and text:
            self._spoke(answer)

    def sound(self, response_id: str, item_id: str, index: int, delta: bytes) -> None:
        """Audio: counted, and sent to the speaker unless it comes too late."""
        answer = self._answers.answer_of(response_id)
        if answer is None or answer.abandoned:
            return
        row = self._row(answer, item_id)
        if row is None or row.frozen:
            return
        row.voiced = True
        pcm = self._desk.heard.receive((row.item_id, index), delta)
        if pcm:
            self._spoke(answer, sound=True)
            self._desk.has_spoken = True
            self._desk.do(Play(row.item_id, index, pcm))
            self._desk.happen(Happening.AUDIO_QUEUED)

    def sound_done(self, response_id: str, item_id: str, index: int) -> None:
        """No more audio of a part: what waits to be played may start."""
        answer = self._answers.answer_of(response_id)
        if answer is None or answer.abandoned:
            return
        tag = (item_id or self._item_id, index)
        if tag in self._desk.heard.incomplete_tags():
            self._desk.heard.complete(tag)
            self._desk.do(EndPlay(*tag))

    # Calls as they are written.

    def arguments(self, response_id: str, item_id: str, call_id: str, delta: str) -> None:
        """More of a call's arguments."""
        self._answers.answer_of(response_id)
        record = self._desk.calls.find(call_id) or self._desk.calls.find_item(item_id)
        if record is not None and not record.arguments_complete:
            record.arguments += delta

    def all_arguments(
        self, response_id: str, item_id: str, call_id: str, arguments: str, name: object
    ) -> None:
        """A call's whole arguments. It is run from `output_item.done`, or at the latest from `response.done`."""
        answer = self._answers.answer_of(response_id)
        calls = self._desk.calls
        record = calls.find(call_id) or calls.find_item(item_id)
        if record is None and answer is not None and (call_id or item_id):
            said = name if isinstance(name, str) else ""
            item = FunctionCallItem(id=item_id or call_id, call_id=call_id, name=said)
            self._open(item, answer)
            record = calls.find(call_id or item_id)
        if record is not None and record.status is CallStatus.WRITING:
            record.arguments = arguments or record.arguments
            record.arguments_complete = True
            record.name = record.name or (name if isinstance(name, str) else "")

    # Inside.

    def _spoke(self, answer: Answer, *, sound: bool = False) -> None:
        """The first sound of an answer stops the latency clock; its first words do where no sound is wanted."""
        desk = self._desk
        answer.spoke = True
        if desk.turn_ended_at_s is not None and (sound or not settings.answers_aloud(desk.effective)):
            desk.latency_ms = (desk.at_s - desk.turn_ended_at_s) * 1000.0
            desk.turn_ended_at_s = None

    def _row(self, answer: Answer | None, item_id: str) -> Row | None:
        """The row that words belong to. Words of an answer that is over count while its row is still alive."""
        if answer is None:
            return self._desk.conversation.find(item_id or self._item_id)
        if answer is not self._item_of:
            self._item_of, self._item_id = answer, ""
        name = item_id or self._item_id or self._desk.new_id("item")
        self._item_id = name
        return self._message(name, "assistant", answer, "")

    def _open(self, item: Item, answer: Answer | None = None, previous_id: str = "") -> Row | None:
        """The row of an item of any kind."""
        item_id = item.id if isinstance(item.id, str) else ""
        response_id = answer.response_id if answer else ""
        conversation = self._desk.conversation
        match item:
            case MessageItem(role="tool") if item_id:
                # Some servers echo a function's output like this; it is said by nobody.
                row = conversation.open(item_id, Kind.OTHER, "system", previous_id=previous_id)
                row.wire_kind = "function_call_output"
                return row
            case MessageItem(role=role):
                if not item_id:
                    return None
                who: Role = "assistant" if role == "assistant" else "user" if role == "user" else "system"
                row = self._message(item_id, who, answer, previous_id)
                row.commentary = row.commentary or item.phase == "commentary"
                return row
            case FunctionCallItem():
                return self._call(item, item_id or item.call_id, response_id, previous_id)
            case McpCallItem():
                return self._foreign_call(item, item_id, response_id, previous_id)
            case FunctionCallOutputItem() if item_id:
                row = conversation.open(item_id, Kind.OTHER, "system", previous_id=previous_id)
                row.call = row.call or self._desk.calls.find(item.call_id)
                return row
            case _:
                if not item_id:
                    return None
                row = conversation.open(item_id, Kind.OTHER, "system", previous_id=previous_id)
                row.wire_kind = type_of(item)
                return row

    def _message(self, item_id: str, role: Role, answer: Answer | None, previous_id: str) -> Row:
        conversation = self._desk.conversation
        known = conversation.find(item_id)
        response_id = answer.response_id if answer and role == "assistant" else ""
        row = conversation.open(item_id, role=role, response_id=response_id, previous_id=previous_id)
        if known is None and answer is not None and role == "assistant":
            row.chained = answer.chained
            if answer.abandoned:  # it was begun after the interruption: nobody heard any of it
                row.hidden = row.final = True
                if not row.chained:
                    answer.doomed.append(item_id)
        return row

    def _call(self, item: FunctionCallItem, item_id: str, response_id: str, previous_id: str) -> Row | None:
        if not item_id:
            return None
        row = self._desk.conversation.open(
            item_id, Kind.CALL, response_id=response_id, previous_id=previous_id
        )
        if row.kind is not Kind.CALL:
            return None
        if row.call is None:
            row.call = self._desk.calls.note(item.call_id, item_id, response_id)
        record = row.call
        record.response_id = record.response_id or response_id
        record.name = record.name or item.name
        return row

    def _foreign_call(
        self, item: McpCallItem, item_id: str, response_id: str, previous_id: str
    ) -> Row | None:
        if not item_id:
            return None
        row = self._desk.conversation.open(
            item_id, Kind.CALL, response_id=response_id, previous_id=previous_id
        )
        if row.kind is not Kind.CALL:
            return None
        if row.call is None:
            row.call = self._desk.calls.note("", item_id, response_id)
            row.call.foreign = True
        record = row.call
        record.name, record.arguments = item.name, item.arguments or record.arguments
        if isinstance(item.output, str) and record.status is CallStatus.WRITING:
            record.status, record.output = CallStatus.DONE, item.output
        elif item.error and record.status is CallStatus.WRITING:
            record.status, record.output = CallStatus.FAILED, str(item.error.get("message", "failed"))
        return row


def _fill(row: Row, item: Item) -> None:
    """Words that came with the item itself, where no delta brought them."""
    if not isinstance(item, MessageItem) or row.frozen:
        return
    for index, part in enumerate(item.content):
        text = text_of(part)
        if text and (not row.parts.get(index) or row.role == "assistant"):
            row.parts.pop(index, None)
            row.set_part(index, text)
        kind_has_sound = hasattr(part, "transcript") and not isinstance(part.transcript, UnsetType)
        row.voiced = row.voiced or kind_has_sound


def _number(row: Row, output_index: int) -> None:
    if row.call is not None:
        row.call.output_index = output_index
