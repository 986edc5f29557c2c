"""Function calls: each is run once, and the model gets all outputs of an answer together."""

from __future__ import annotations

from realtime_cli.errors import ResponseFailed
from realtime_cli.protocol import (
    ConversationItemCreate,
    FunctionCallItem,
    FunctionCallOutputItem,
    Item,
    Response,
)
from realtime_cli.session.calls import CHAIN_LIMIT, CallRecord
from realtime_cli.session.commands import CancelTool, RunTool
from realtime_cli.session.desk import Desk
from realtime_cli.session.intents import Purpose
from realtime_cli.session.joints import Flag
from realtime_cli.session.rows import Kind
from realtime_cli.session.state import CallStatus

_NOT_RUN = "Not run: the user interrupted the answer."
_BAD_ARGUMENTS = "Not run: the arguments are not a JSON object."


class Functions:
    """Facts about calls and tools, and the consequence that sends outputs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def complete(self, item: Item) -> None:
        """A call is complete, from `response.output_item.done` or `response.done`: run it, if it ever should."""
        if not isinstance(item, FunctionCallItem):
            return
        item_id = item.id if isinstance(item.id, str) else ""
        record = self._desk.calls.find(item.call_id or item_id)
        if record is None or record.foreign or record.status is not CallStatus.WRITING:
            return
        record.name = item.name or record.name
        record.arguments = item.arguments or record.arguments
        if item.status in ("incomplete", "in_progress"):
            return  # torn by an interruption; `response.done` will give it up
        self._run(record)

    def response_done(self, response: Response) -> None:
        """The last chance for calls of servers that never said `output_item.done`, before they are given up."""
        answer = self._desk.answer
        if answer is None or (isinstance(response.status, str) and response.status != "completed"):
            return
        for row in self._desk.conversation.of_response(answer.response_id):
            record = row.call
            if record is None or record.foreign or record.status is not CallStatus.WRITING:
                continue
            if record.arguments_complete and record.name:
                self._run(record)

    def returned(self, call_id: str, output: str, *, failed: bool) -> None:
        """The runtime is through with a call."""
        desk = self._desk
        record = desk.calls.find(call_id)
        if record is None or record.status is not CallStatus.RUNNING:
            return
        stopped = CallStatus.CANCELLED if record.unwanted else CallStatus.FAILED
        desk.calls.end(record, output, stopped if failed else CallStatus.DONE, desk.at_s)
        desk.raise_flag(Flag.TURN_OPEN)

    def cancel_all(self) -> bool:
        """The user stops what is running; False when nothing is."""
        running = [record for record in self._desk.calls.running() if not record.unwanted]
        for record in running:
            record.unwanted = True
            self._desk.do(CancelTool(record.call_id))
        return bool(running)

    def send_outputs(self) -> None:
        """All calls of an answer returned: tell the model, and ask for its answer once."""
        desk = self._desk
        due = desk.calls.ready()
        for record in due:
            self._send(record)
        if all(record.unwanted for record in due):
            return
        desk.calls.chain += 1
        if desk.calls.chain <= CHAIN_LIMIT:
            desk.raise_flag(Flag.CHAIN_WANTED)
            return
        text = f"The model called functions {CHAIN_LIMIT} times in a row without an answer."
        if desk.wish.once:
            desk.finish(ResponseFailed.exit_code, text)
        else:
            desk.notice("warning", text, "Ask again to go on.")

    # Inside.

    def _run(self, record: CallRecord) -> None:
        desk, answer = self._desk, self._desk.answer
        if not desk.calls.start(record, desk.at_s):
            return
        if answer is not None and answer.abandoned:
            record.unwanted = True
            desk.calls.end(record, _NOT_RUN, CallStatus.CANCELLED, desk.at_s)
        elif not record.runnable():
            desk.calls.end(record, _BAD_ARGUMENTS, CallStatus.FAILED, desk.at_s)
        else:
            desk.do(RunTool(record.call_id, record.name, record.arguments or "{}"))

    def _send(self, record: CallRecord) -> None:
        desk = self._desk
        if not record.known:  # the line was lost meanwhile: the new session has not heard of the call
            call = FunctionCallItem(
                id=record.item_id,
                call_id=record.call_id,
                name=record.name,
                arguments=record.arguments or "{}",
            )
            desk.conversation.created(record.item_id)
            desk.say(ConversationItemCreate(item=call), Purpose.REBUILD, record.item_id)
        item_id = desk.new_id("item")
        row = desk.conversation.open(item_id, Kind.OTHER, "system")
        row.call = record
        desk.conversation.created(item_id)
        output = FunctionCallOutputItem(id=item_id, call_id=record.call_id, output=record.output)
        desk.say(ConversationItemCreate(item=output), Purpose.CREATE_OUTPUT, item_id)
        desk.calls.sent(record)
