"""Function calls in flight: each runs once, and their outputs go back together."""

from __future__ import annotations

import json
from typing import Final

from msgspec import Struct

from realtime_cli.session.state import Call, CallStatus

CHAIN_LIMIT: Final = 20
"""Answers in a row that only follow calls. A model that still calls then is going round in circles."""

ARGUMENTS_LIMIT_CHARS: Final = 256_000
"""No model writes so much in good faith: a whole output is at most 4,096 tokens."""


class CallRecord(Struct, eq=False):
    """One call.

    Attributes:
        response_over: The answer it belongs to is done, so that its output may be sent.
        sent: The output went to the server.
        known: The present session of the server has the call (not after a reconnection in mid-call).
        unwanted: The user stopped it: its output must not start an answer.
        foreign: Run by the provider itself (MCP); nothing is to be sent.
        approval: Who let it run or refused it, see `state.Call`.
        written: The model's own arguments, where the user changed them.
        progress: The latest word of the running function.
        images: `data:` URLs that go to the model behind the output.
        ends_session: The conversation is over after the model's next words.
    """

    call_id: str
    item_id: str
    response_id: str
    output_index: int = 0
    name: str = ""
    arguments: str = ""
    status: CallStatus = CallStatus.WRITING
    output: str = ""
    started_at_s: float | None = None
    ended_at_s: float | None = None
    arguments_complete: bool = False
    response_over: bool = False
    sent: bool = False
    known: bool = True
    unwanted: bool = False
    foreign: bool = False
    approval: str = ""
    written: str = ""
    progress: str = ""
    images: tuple[str, ...] = ()
    ends_session: bool = False

    @property
    def ended(self) -> bool:
        """Returned, failed or given up."""
        return self.status not in (CallStatus.WRITING, CallStatus.ASKING, CallStatus.RUNNING)

    @property
    def owes_output(self) -> bool:
        """It was run, and the server has not been told what came of it."""
        return not self.foreign and not self.sent and self.started_at_s is not None

    def entry(self) -> Call:
        """The call for the screen."""
        return Call(
            self.call_id,
            self.name,
            self.arguments,
            self.status,
            self.output,
            self.started_at_s,
            self.ended_at_s,
            self.approval,
            self.written,
            self.progress,
        )


class Calls:
    """All calls of the session."""

    def __init__(self) -> None:
        self._records: dict[str, CallRecord] = {}
        self._live: dict[str, CallRecord] = {}  # not ended, or with an output to be sent
        self.chain = 0

    def find(self, call_id: str) -> CallRecord | None:
        """A call by its id."""
        return self._records.get(call_id)

    def find_item(self, item_id: str) -> CallRecord | None:
        """A live call by its item."""
        return next((record for record in self._live.values() if record.item_id == item_id), None)

    def note(self, call_id: str, item_id: str, response_id: str) -> CallRecord:
        """The call with this id (or, where a server gives none, this item); a new one if it is unknown."""
        key = call_id or item_id
        record = self._records.get(key)
        if record is None:
            record = CallRecord(key, item_id or key, response_id)
            self._records[key] = self._live[key] = record
        return record

    def start(self, record: CallRecord, at_s: float) -> bool:
        """Mark a call as running; False if it was started or given up before."""
        if record.status not in (CallStatus.WRITING, CallStatus.ASKING):
            return False
        record.status = CallStatus.RUNNING
        record.started_at_s = at_s
        return True

    def ask(self, record: CallRecord) -> None:
        """A call that may run waits for the user's word."""
        record.status = CallStatus.ASKING

    def give_up(self, record: CallRecord) -> None:
        """A call that will never run."""
        if record.status is CallStatus.WRITING:
            record.status = CallStatus.CANCELLED
            self._live.pop(record.call_id, None)

    def end(self, record: CallRecord, output: str, status: CallStatus, at_s: float) -> None:
        """A running call came back; later answers of the same call do not count."""
        if record.status in (CallStatus.RUNNING, CallStatus.ASKING):
            record.status, record.output, record.ended_at_s = status, output, at_s
            record.started_at_s = at_s if record.started_at_s is None else record.started_at_s

    def close_response(self, response_id: str) -> None:
        """The answer is done: unfinished calls of it never run, the others may report."""
        for record in list(self._live.values()):
            if record.response_id == response_id:
                record.response_over = True
                self.give_up(record)

    def give_up_unwritten(self) -> None:
        """No answer is being made: calls that are still being written never will be."""
        for record in list(self._live.values()):
            self.give_up(record)

    def close_all(self) -> None:
        """The line is lost: no answer goes on, and the next session knows no call that is unanswered."""
        for record in list(self._live.values()):
            record.response_over = True
            record.known = False
            self.give_up(record)

    def asking(self) -> list[CallRecord]:
        """Calls that wait for the user's word, oldest first."""
        return [record for record in self._live.values() if record.status is CallStatus.ASKING]

    def running(self) -> list[CallRecord]:
        """Calls that the runtime is busy with, oldest first."""
        return [record for record in self._live.values() if record.status is CallStatus.RUNNING]

    def ready(self) -> list[CallRecord]:
        """Calls whose outputs are due: of finished answers all of whose calls returned, in output order."""
        if not self._live:
            return []
        busy = {record.response_id for record in self._live.values() if not record.ended}
        due = [
            record
            for record in self._live.values()
            if record.owes_output and record.response_over and record.response_id not in busy
        ]
        responses = list(dict.fromkeys(record.response_id for record in due))
        return sorted(due, key=lambda record: (responses.index(record.response_id), record.output_index))

    def sent(self, record: CallRecord) -> None:
        """The output is with the server."""
        record.sent = record.known = True
        self._live.pop(record.call_id, None)


def is_object(text: str) -> bool:
    """The text is one JSON object: an interrupted answer leaves torn ones."""
    if len(text) > ARGUMENTS_LIMIT_CHARS:
        return False
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
