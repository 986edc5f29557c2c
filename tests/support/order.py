"""A judge of the order of server events: a small state machine of the documented lifecycles.

It reads GA events and asserts: unique ids, the chain of items, one default response at a time, every begun thing
ended in the right order, deltas that sum up to their `done`, nothing after the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from realtime_cli import protocol as p


@dataclass
class _Item:
    item: Any
    index: int
    added: bool = False
    part: str = ""
    text: str = ""
    arguments: str = ""
    stage: list[str] = field(default_factory=list)


@dataclass
class _Response:
    in_conversation: bool
    open: _Item | None = None
    count: int = 0
    finished_ids: list[str] = field(default_factory=list)


class OrderJudge:
    """Give it every event in order; it raises AssertionError at the first wrong one."""

    def __init__(self) -> None:
        self.event_ids: set[str] = set()
        self.order: list[str] = []
        self.responses: dict[str, _Response] = {}
        self.over: set[str] = set()
        self.speaking: str | None = None
        self.announced: set[str] = set()
        self.transcribed: set[str] = set()
        self.expect_added: str | None = None
        self.expect_done: list[str] = []
        self.started = False

    def judge(self, event: p.ServerEvent) -> None:
        kind = p.type_of(event)
        assert not isinstance(event, p.Unrecognized)
        assert event.event_id, kind
        assert event.event_id not in self.event_ids, kind
        self.event_ids.add(event.event_id)
        if not self.started:
            assert kind in ("session.created", "error"), kind
            self.started = True
        if self.expect_added and kind != "error":
            assert kind == "conversation.item.added", f"{kind} before the item of committed was added"
        handler = getattr(self, "_" + kind.replace(".", "_"), None)
        if handler is not None:
            handler(event)
        elif kind.startswith("response."):
            self._in_item(kind, event)

    def finish(self) -> None:
        assert not self.responses, f"never done: {list(self.responses)}"
        assert self.expect_added is None
        assert not self.expect_done

    # --- items ---------------------------------------------------------------------------------------------------

    def _conversation_item_added(self, event: p.ConversationItemAdded) -> None:
        item_id = str(event.item.id)
        assert getattr(event.item, "object", "") == "realtime.item"
        assert item_id not in self.order
        if self.expect_added is not None:
            assert item_id == self.expect_added
            self.expect_added = None
        place = 0 if event.previous_item_id is None else self.order.index(str(event.previous_item_id)) + 1
        self.order.insert(place, item_id)
        for response in self.responses.values():
            if response.open and response.open.item.id == item_id:
                assert response.in_conversation
                assert not response.open.stage
                response.open.added = True
                return
        self.expect_done.append(item_id)

    def _conversation_item_done(self, event: p.ConversationItemDone) -> None:
        item_id = str(event.item.id)
        assert item_id in self.expect_done, f"{item_id} is done out of order"
        self.expect_done.remove(item_id)
        at = self.order.index(item_id)
        assert event.previous_item_id == (self.order[at - 1] if at else None)

    def _conversation_item_deleted(self, event: p.ConversationItemDeleted) -> None:
        self.order.remove(event.item_id)

    # --- the way in ----------------------------------------------------------------------------------------------

    def _input_audio_buffer_speech_started(self, event: p.InputAudioBufferSpeechStarted) -> None:
        assert self.speaking is None
        self.speaking = event.item_id
        self.announced.add(event.item_id)

    def _input_audio_buffer_speech_stopped(self, event: p.InputAudioBufferSpeechStopped) -> None:
        assert self.speaking == event.item_id
        self.speaking = None

    def _input_audio_buffer_committed(self, event: p.InputAudioBufferCommitted) -> None:
        assert self.speaking is None
        assert event.previous_item_id == (self.order[-1] if self.order else None)
        self.announced.add(event.item_id)
        self.expect_added = event.item_id

    def _conversation_item_input_audio_transcription_delta(
        self, event: p.ConversationItemInputAudioTranscriptionDelta
    ) -> None:
        assert event.item_id in self.announced
        assert event.item_id not in self.transcribed

    def _conversation_item_input_audio_transcription_completed(
        self, event: p.ConversationItemInputAudioTranscriptionCompleted
    ) -> None:
        assert event.item_id in self.announced
        assert event.item_id not in self.transcribed
        self.transcribed.add(event.item_id)

    # --- responses -----------------------------------------------------------------------------------------------

    def _response_created(self, event: p.ResponseCreated) -> None:
        response = event.response
        assert response.status == "in_progress"
        assert response.usage is None
        assert response.output == ()
        assert response.id not in self.over | set(self.responses)
        in_conversation = response.conversation_id is not None
        if in_conversation:
            assert not any(other.in_conversation for other in self.responses.values()), "two active responses"
        self.responses[response.id] = _Response(in_conversation)

    def _response_done(self, event: p.ResponseDone) -> None:
        response = self.responses.pop(event.response.id)
        assert response.open is None, "an item is still open"
        assert [item.id for item in event.response.output] == response.finished_ids
        assert isinstance(event.response.usage, p.Usage)
        assert event.response.status in ("completed", "cancelled", "failed", "incomplete")
        self.over.add(event.response.id)

    def _response_output_item_added(self, event: p.ResponseOutputItemAdded) -> None:
        response = self.responses[event.response_id]
        assert response.open is None, "two items at once"
        assert event.output_index == response.count
        assert getattr(event.item, "status", "") == "in_progress"
        response.count += 1
        response.open = _Item(event.item, event.output_index)

    def _response_output_item_done(self, event: p.ResponseOutputItemDone) -> None:
        response = self.responses[event.response_id]
        item = response.open
        assert item is not None
        assert event.item.id == item.item.id
        assert getattr(event.item, "status", "") in ("completed", "incomplete")
        wanted = "part.done" if isinstance(event.item, p.MessageItem) else "arguments.done"
        assert item.stage[-1] == wanted, item.stage
        if isinstance(event.item, p.FunctionCallItem):
            assert event.item.arguments == item.arguments
        response.open = None
        response.finished_ids.append(str(event.item.id))
        if response.in_conversation and event.item.id in self.order:
            self.expect_done.append(str(event.item.id))

    def _in_item(self, kind: str, event: Any) -> None:
        response = self.responses[event.response_id]
        item = response.open
        assert item is not None, f"{kind} outside of an item"
        assert event.item_id == item.item.id
        assert event.output_index == item.index
        if response.in_conversation:
            assert item.added, f"{kind} before conversation.item.added"
        getattr(self, "_item_" + kind.removeprefix("response.").replace(".", "_"))(item, event)

    def _item_content_part_added(self, item: _Item, event: Any) -> None:
        assert item.stage == []
        item.stage.append("part.added")
        item.part = event.part.type

    def _item_output_text_delta(self, item: _Item, event: Any) -> None:
        assert item.stage[-1] == "part.added"
        assert item.part == "text"
        item.text += event.delta

    def _item_output_text_done(self, item: _Item, event: Any) -> None:
        assert item.stage[-1] == "part.added"
        assert event.text == item.text
        item.stage.append("text.done")

    def _item_output_audio_delta(self, item: _Item, event: Any) -> None:
        assert item.stage[-1] == "part.added"
        assert item.part == "audio"
        assert event.delta

    def _item_output_audio_transcript_delta(self, item: _Item, event: Any) -> None:
        assert item.stage[-1] == "part.added"
        assert item.part == "audio"
        item.text += event.delta

    def _item_output_audio_done(self, item: _Item, event: Any) -> None:
        assert item.stage[-1] == "part.added"
        item.stage.append("audio.done")

    def _item_output_audio_transcript_done(self, item: _Item, event: Any) -> None:
        assert item.stage[-1] == "audio.done"
        assert event.transcript == item.text
        item.stage.append("transcript.done")

    def _item_content_part_done(self, item: _Item, event: Any) -> None:
        assert item.stage[-1] == ("text.done" if item.part == "text" else "transcript.done")
        assert event.part.type == item.part
        item.stage.append("part.done")

    def _item_function_call_arguments_delta(self, item: _Item, event: Any) -> None:
        assert item.stage == []
        assert event.call_id == item.item.call_id
        item.arguments += event.delta

    def _item_function_call_arguments_done(self, item: _Item, event: Any) -> None:
        assert event.arguments == item.arguments
        item.stage.append("arguments.done")
