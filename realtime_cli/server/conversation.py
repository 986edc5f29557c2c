"""The default conversation as the server keeps it: items in order, their audio, and what was said in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from msgspec.structs import replace

from realtime_cli.protocol import (
    PCM16_24KHZ,
    AudioFormat,
    FunctionCallItem,
    FunctionCallOutputItem,
    InputAudio,
    InputText,
    Item,
    MessageItem,
    OutputAudio,
    OutputText,
)
from realtime_cli.server.engines.contract import PastCall, Utterer
from realtime_cli.server.refused import Refused
from realtime_cli.server.wire_audio import bytes_per_ms

ROOT: Final = "root"
"""The `previous_item_id` that means the front."""


@dataclass(slots=True)
class Entry:
    """One item, with what clients do not see of it.

    Attributes:
        item: As sent to the client, with an id and without audio bytes.
        audio: All sound of it in the client's `format`; may be forgotten later to save memory.
        audio_ms: Length of the sound, also when the bytes are forgotten.
        words: The spoken words as far as they are known; None while the ears are at work.
        truncated: The client said how much of it was heard; it grows no more.
    """

    item: Item
    audio: bytes | bytearray = b""
    audio_ms: int = 0
    words: str | None = ""
    format: AudioFormat = PCM16_24KHZ
    truncated: bool = False

    @property
    def id(self) -> str:
        """The item's id."""
        return self.item.id if isinstance(self.item.id, str) else ""

    def with_audio(self) -> Item:
        """The item as `conversation.item.retrieved` shows it: audio bytes included where they are known."""
        if not self.audio or not isinstance(self.item, MessageItem):
            return self.item
        content = tuple(
            replace(part, audio=bytes(self.audio)) if isinstance(part, InputAudio | OutputAudio) else part
            for part in self.item.content
        )
        return replace(self.item, content=content)

    def truncate(self, audio_end_ms: int) -> None:
        """Keep the audio up to here, and of the words about as much as was heard; drop the transcript.

        Raises:
            Refused: The item is not an assistant's audio message, or it is shorter than this.
        """
        item = self.item
        if not isinstance(item, MessageItem) or item.role != "assistant" or not self._sounds(item):
            raise Refused("Only model output audio messages can be truncated", code=None)
        if audio_end_ms > self.audio_ms:
            raise Refused(
                f"Audio content of {self.audio_ms}ms is already shorter than {audio_end_ms}ms",
                param="audio_end_ms",
            )
        if self.words and self.audio_ms:
            self.words = self.words[: len(self.words) * audio_end_ms // self.audio_ms]
        self.audio = self.audio[: audio_end_ms * bytes_per_ms(self.format)]
        self.audio_ms, self.truncated = audio_end_ms, True
        if item.content:
            self.item = replace(item, content=(OutputAudio(),))

    def grow(self, audio: bytes) -> None:
        """More sound of an assistant's message that is being said."""
        if not self.truncated:
            if isinstance(self.audio, bytes):  # a long answer grows piece by piece: never copy all of it
                self.audio = bytearray(self.audio)
            self.audio += audio
            self.audio_ms = len(self.audio) // bytes_per_ms(self.format)

    def _sounds(self, item: MessageItem) -> bool:
        return self.audio_ms > 0 or any(isinstance(part, OutputAudio) for part in item.content)


class Conversation:
    """Items in order, found by id.

    Args:
        kept_audio_bytes: Audio kept in all; beyond it the oldest items' audio is forgotten.
        max_items: Most items.
    """

    def __init__(self, kept_audio_bytes: int, max_items: int) -> None:
        self._entries: list[Entry] = []
        self._kept_audio_bytes, self._max_items = kept_audio_bytes, max_items

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries in conversation order."""
        return tuple(self._entries)

    def find(self, item_id: str) -> Entry | None:
        """The entry of that id."""
        return next((entry for entry in self._entries if entry.id == item_id), None)

    def last_id(self) -> str | None:
        """Id of the item at the end."""
        return self._entries[-1].id if self._entries else None

    def previous_id(self, item_id: str) -> str | None:
        """Id of the item before that one; None for the first and for unknown ones."""
        index = self._index(item_id)
        return self._entries[index - 1].id if index else None

    def check_room(self, item_id: str, after: str | None) -> None:
        """Whether an item with this id may be put there.

        Raises:
            Refused: The id is taken, the place does not exist, or the conversation is full.
        """
        if self.find(item_id):
            raise Refused(
                f"An item with the id '{item_id}' already exists in the conversation.", param="item.id"
            )
        if after not in (None, ROOT) and self.find(str(after)) is None:
            raise Refused(
                f"Previous item with id '{after}' not found in the conversation.", param="previous_item_id"
            )
        if len(self._entries) >= self._max_items:
            raise Refused(
                "The conversation is full; delete items first.", code="conversation_full", param="item"
            )

    def add(self, entry: Entry, after: str | None = None) -> str | None:
        """Put an entry behind `after` (None: the end, "root": the front) and say which item it follows.

        Args:
            entry: Its id is new.
            after: Checked with `check_room`.
        """
        index = len(self._entries) if after is None else 0 if after == ROOT else (self._index(after) or 0) + 1
        self._entries.insert(index, entry)
        self.forget_old_audio()
        return self._entries[index - 1].id if index else None

    def remove(self, item_id: str) -> bool:
        """Forget an entry; False if there is none."""
        index = self._index(item_id)
        if index is None:
            return False
        del self._entries[index]
        return True

    def forget_old_audio(self) -> None:
        """Drop the oldest audio beyond the bound."""
        excess = sum(len(entry.audio) for entry in self._entries) - self._kept_audio_bytes
        for entry in self._entries[:-1]:
            if excess <= 0:
                return
            excess -= len(entry.audio)
            entry.audio = b""

    def has_call(self, call_id: str) -> bool:
        """Whether a function call of that id was made."""
        items = (entry.item for entry in self._entries)
        return any(isinstance(item, FunctionCallItem) and item.call_id == call_id for item in items)

    def _index(self, item_id: str) -> int | None:
        return next((index for index, entry in enumerate(self._entries) if entry.id == item_id), None)


def history(entries: Iterable[Entry]) -> tuple[Utterer | PastCall, ...]:
    """What a brain reads of these entries. A call stands where its output came, so that the news comes last."""
    calls: dict[str, FunctionCallItem] = {}
    told: list[Utterer | PastCall] = []
    for entry in entries:
        item = entry.item
        if isinstance(item, MessageItem):
            told.append(Utterer(_role(item), _text(item, entry.words or "")))
        elif isinstance(item, FunctionCallItem):
            calls[item.call_id] = item
            told.append(PastCall(item.call_id, item.name, item.arguments, None))
        elif isinstance(item, FunctionCallOutputItem):
            call = calls.get(item.call_id, FunctionCallItem(call_id=item.call_id))
            told = [
                past for past in told if not (isinstance(past, PastCall) and past.call_id == item.call_id)
            ]
            told.append(PastCall(call.call_id, call.name, call.arguments, item.output))
    return tuple(told)


def _role(item: MessageItem) -> Literal["user", "assistant", "system"]:
    return "user" if item.role == "tool" else item.role


def _text(item: MessageItem, words: str) -> str:
    pieces = []
    for part in item.content:
        if isinstance(part, InputText | OutputText):
            pieces.append(part.text)
        elif isinstance(part, InputAudio | OutputAudio):
            pieces.append(words)
        else:
            pieces.append("[image]")
    return "\n".join(piece for piece in pieces if piece)
