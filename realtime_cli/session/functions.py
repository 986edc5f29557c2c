"""Function calls: each is run once, and the model gets all outputs of an answer together."""

from __future__ import annotations

from realtime_cli.errors import ResponseFailed
from realtime_cli.protocol import (
    Ability,
    Content,
    ConversationItemCreate,
    FunctionCallItem,
    FunctionCallOutputItem,
    InputImage,
    InputText,
    Item,
    MessageItem,
    Response,
)
from realtime_cli.session.calls import ARGUMENTS_LIMIT_CHARS, CallRecord, is_object
from realtime_cli.session.commands import CancelTool, RunTool
from realtime_cli.session.desk import Desk
from realtime_cli.session.facts import ApprovalGiven, ToolReturned
from realtime_cli.session.intents import Purpose
from realtime_cli.session.joints import Flag
from realtime_cli.session.rows import Kind
from realtime_cli.session.state import CallStatus

_NOT_RUN = "Not run: the user interrupted the answer."
_STOPPED = "Not run: the user stopped this call."
_DECLINED = "Not run: the user declined this call. Do not try it again unless the user asks for it."
_BAD_ARGUMENTS = "Not run: the arguments are not a JSON object."
_LONG_ARGUMENTS = f"Not run: the arguments are longer than {ARGUMENTS_LIMIT_CHARS} characters."


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

    def returned(self, fact: ToolReturned) -> None:
        """The runtime is through with a call."""
        record = self._ended(fact.call_id, fact.output, CallStatus.DONE)
        if record is not None:
            record.images, record.ends_session = fact.images, fact.ends_session

    def failed(self, call_id: str, reason: str) -> None:
        """A call did not work out, or was stopped."""
        record = self._desk.calls.find(call_id)
        unwanted = record is not None and record.unwanted
        self._ended(call_id, reason, CallStatus.CANCELLED if unwanted else CallStatus.FAILED)

    def progressed(self, call_id: str, text: str) -> None:
        """A running call tells how far it is."""
        record = self._desk.calls.find(call_id)
        if record is not None and record.status is CallStatus.RUNNING:
            record.progress = text

    def approved(self, fact: ApprovalGiven) -> None:
        """The user's word on a call that waits for it."""
        desk = self._desk
        record = desk.calls.find(fact.call_id)
        if record is None or record.status is not CallStatus.ASKING:
            return
        if desk.turn_ended_at_s is not None:
            desk.turn_ended_at_s = desk.at_s  # the latency is ours, not the time a person takes to read
        if fact.verdict == "no":
            record.approval = "no"
            desk.calls.end(record, _DECLINED, CallStatus.CANCELLED, desk.at_s)
            desk.raise_flag(Flag.TURN_OPEN)
            return
        if fact.arguments is not None and fact.arguments != record.arguments:
            if not is_object(fact.arguments):
                desk.notice("warning", "These arguments are not a JSON object.", "Edit them again.")
                return
            record.written, record.arguments = record.arguments or "{}", fact.arguments
        self._launch(record, "edited" if record.written else fact.verdict)
        if fact.verdict == "always":
            desk.approvals.allow(record.name)
            for other in desk.calls.asking():
                if other.name == record.name:
                    self._launch(other, "always")

    def cancel_all(self) -> bool:
        """The user stops what is running, and what waits for an answer; False when nothing does."""
        desk = self._desk
        asking = desk.calls.asking()
        for record in asking:
            record.unwanted, record.approval = True, "no"
            desk.calls.end(record, _STOPPED, CallStatus.CANCELLED, desk.at_s)
            desk.raise_flag(Flag.TURN_OPEN)
        return self._cancel(desk.calls.running()) or bool(asking)

    def user_spoke(self) -> None:
        """The user speaks up: calls that are declared so stop, and nobody leaves any more."""
        desk = self._desk
        self._cancel([record for record in desk.calls.running() if desk.approvals.of(record.name).stops])
        if desk.farewell:
            desk.farewell = False
            desk.drop_flag(Flag.LEAVING)

    def send_outputs(self) -> None:
        """All calls of an answer returned: tell the model, and ask for its answer once."""
        desk = self._desk
        due = desk.calls.ready()
        for record in due:
            self._send(record)
        if any(record.ends_session for record in due):
            desk.farewell = True
            desk.raise_flag(Flag.LEAVING)
        if all(record.unwanted for record in due):
            return
        desk.calls.chain += 1
        limit = desk.wish.chain_limit
        if desk.calls.chain <= limit:  # the last one of these is asked for without functions, see `answers`
            desk.raise_flag(Flag.CHAIN_WANTED)
            return
        text = f"The model called functions {limit} times in a row without an answer."
        if desk.wish.once:
            desk.finish(ResponseFailed.exit_code, text)
        else:
            desk.notice("warning", text, "Ask again to go on.")

    # Inside.

    def _run(self, record: CallRecord) -> None:
        desk, answer = self._desk, self._desk.answer
        if record.status is not CallStatus.WRITING:
            return
        desk.calls.ask(record)
        refusal = desk.approvals.refusal(record.name)
        if answer is not None and answer.abandoned:
            record.unwanted = True
            desk.calls.end(record, _NOT_RUN, CallStatus.CANCELLED, desk.at_s)
        elif len(record.arguments) > ARGUMENTS_LIMIT_CHARS:
            desk.calls.end(record, _LONG_ARGUMENTS, CallStatus.FAILED, desk.at_s)
        elif not is_object(record.arguments or "{}"):
            desk.calls.end(record, _BAD_ARGUMENTS, CallStatus.FAILED, desk.at_s)
        elif refusal:
            record.approval = "refused"
            desk.calls.end(record, refusal, CallStatus.FAILED, desk.at_s)
        elif not desk.approvals.must_ask(record.name):
            self._launch(record, "auto")

    def _launch(self, record: CallRecord, approval: str) -> None:
        desk = self._desk
        if desk.calls.start(record, desk.at_s):
            record.approval = approval
            desk.do(RunTool(record.call_id, record.name, record.arguments or "{}"))

    def _ended(self, call_id: str, output: str, status: CallStatus) -> CallRecord | None:
        desk = self._desk
        record = desk.calls.find(call_id)
        if record is None or record.status is not CallStatus.RUNNING:
            return None
        desk.calls.end(record, output, status, desk.at_s)
        desk.raise_flag(Flag.TURN_OPEN)
        return record

    def _cancel(self, records: list[CallRecord]) -> bool:
        wanted = [record for record in records if not record.unwanted]
        for record in wanted:
            record.unwanted = True
            self._desk.do(CancelTool(record.call_id))
        return bool(wanted)

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
        text = record.output
        if record.written:
            text = f"[The user changed the arguments to {record.arguments}]\n{text}"
        output = FunctionCallOutputItem(id=item_id, call_id=record.call_id, output=text)
        desk.say(ConversationItemCreate(item=output), Purpose.CREATE_OUTPUT, item_id)
        desk.calls.sent(record)
        if record.images:
            self._show_images(record)

    def _show_images(self, record: CallRecord) -> None:
        """An output is text; its images follow as a message of the user, where the server takes images."""
        desk = self._desk
        if Ability.IMAGES not in desk.abilities:
            desk.notice("info", f"{len(record.images)} image(s) of {record.name} were not sent.")
            return
        item_id = desk.new_id("item")
        desk.conversation.open(item_id, Kind.OTHER, "user")
        desk.conversation.created(item_id)
        content: list[Content] = [InputText(f"Image(s) returned by the function {record.name}:")]
        content += [InputImage(image_url=url) for url in record.images]
        item = MessageItem(id=item_id, role="user", content=tuple(content))
        desk.say(ConversationItemCreate(item=item), Purpose.SHOW_IMAGE, item_id)
