"""One assistant message while it is being said: the events of its life in the contractual order.

added, part added, {transcript delta, audio delta}, audio done, transcript done, part done, item done. All `done`
events also come for a message that was cut short. Source: Realtime guide, "Realtime conversations", tables of
lifecycle events; the docstrings of `response.output_audio.done` and its relatives.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from msgspec.structs import replace

from realtime_cli import protocol as p
from realtime_cli.server.conversation import Entry
from realtime_cli.server.wire_audio import WireEncoder, bytes_per_ms

MAX_DELTA_MS = 200
"""Most audio in one delta: small enough to stop soon, large enough to be cheap."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message or call stands in its response."""

    response_id: str
    item_id: str
    output_index: int


@dataclass(slots=True)
class MessageWriter:
    """Writes one message with one content part.

    Attributes:
        place: Its ids.
        modality: `audio` (sound with transcript) or `text`.
        entry: The conversation's record of it, growing with the message.
    """

    place: Place
    modality: Literal["audio", "text"]
    format: p.AudioFormat
    entry: Entry = field(init=False)
    text: str = ""
    _encoder: WireEncoder = field(init=False)

    def __post_init__(self) -> None:
        item = p.MessageItem(id=self.place.item_id, role="assistant", status="in_progress")
        self.entry = Entry(item, format=self.format)
        self._encoder = WireEncoder(self.format)

    @property
    def item(self) -> p.Item:
        """The item as it stands."""
        return self.entry.item

    def part_added(self) -> p.ServerEvent:
        """The content part begins."""
        empty = (
            p.ContentPart(type="text", text="")
            if self.modality == "text"
            else p.ContentPart(type="audio", transcript="")
        )
        return p.ResponseContentPartAdded(part=empty, **self._where())

    def said(self, text: str) -> p.ServerEvent:
        """More words."""
        self.text += text
        if self.modality == "text":
            return p.ResponseOutputTextDelta(delta=text, **self._where())
        if not self.entry.truncated:
            self.entry.words = self.text
        return p.ResponseOutputAudioTranscriptDelta(delta=text, **self._where())

    def sounded(self, pcm: bytes) -> list[p.ServerEvent]:
        """More sound, PCM16 at 24 kHz, as deltas of a handy size in the client's format."""
        audio = self._encoder.feed(pcm)
        self.entry.grow(audio)
        step = MAX_DELTA_MS * bytes_per_ms(self.format)
        pieces = (audio[at : at + step] for at in range(0, len(audio), step))
        return [p.ResponseOutputAudioDelta(delta=piece, **self._where()) for piece in pieces]

    def close(self, status: str) -> list[p.ServerEvent]:
        """The end: everything up to the content part's `done`. The item gets its final shape."""
        where = self._where()
        part: p.OutputText | p.OutputAudio
        if self.modality == "text":
            part = p.OutputText(self.text)
            events: list[p.ServerEvent] = [
                p.ResponseOutputTextDone(text=self.text, **where),
                p.ResponseContentPartDone(part=p.ContentPart(type="text", text=self.text), **where),
            ]
        else:
            part = p.OutputAudio() if self.entry.truncated else p.OutputAudio(transcript=self.text)
            events = [
                p.ResponseOutputAudioDone(**where),
                p.ResponseOutputAudioTranscriptDone(transcript=self.text, **where),
                p.ResponseContentPartDone(part=p.ContentPart(type="audio", transcript=self.text), **where),
            ]
        self.entry.item = replace(self.entry.item, content=(part,), status=status)
        return events

    def _where(self) -> dict[str, Any]:
        return {
            "response_id": self.place.response_id,
            "item_id": self.place.item_id,
            "output_index": self.place.output_index,
            "content_index": 0,
        }


def call_events(place: Place, call: p.FunctionCallItem) -> list[p.ServerEvent]:
    """The arguments of a finished call: deltas, then the whole."""
    middle = (len(call.arguments) + 1) // 2
    pieces = [piece for piece in (call.arguments[:middle], call.arguments[middle:]) if piece]
    where: dict[str, Any] = {
        "response_id": place.response_id,
        "item_id": place.item_id,
        "output_index": place.output_index,
    }
    deltas: list[p.ServerEvent] = [
        p.ResponseFunctionCallArgumentsDelta(call_id=call.call_id, delta=piece, **where) for piece in pieces
    ]
    done = p.ResponseFunctionCallArgumentsDone(
        call_id=call.call_id, arguments=call.arguments, name=call.name, **where
    )
    return [*deltas, done]
