"""What each event of ours was for, so that an error that names it can be understood."""

from __future__ import annotations

from collections import OrderedDict
from enum import Enum
from typing import Final

from msgspec import Struct

_KEPT: Final = 256
"""Errors come within a round trip; nobody sends 256 events (audio is not counted) in one."""


class Purpose(Enum):
    """What an event was to achieve."""

    UPDATE = "change the settings"
    CREATE_ITEM = "add an item"
    CREATE_OUTPUT = "add the output of a call"
    SHOW_IMAGE = "show an image"
    REBUILD = "send the conversation again"
    ASK = "ask for an answer"
    CANCEL = "cancel an answer"
    TRUNCATE = "truncate an item"
    DELETE = "delete an item"
    CLEAR = "clear the audio buffer"
    COMMIT = "commit the audio buffer"
    RETRIEVE = "give that item back"
    DELETE_ASKED = "delete that item"
    TRUNCATE_ASKED = "truncate that item"
    ASIDE = "answer outside of the conversation"
    CANCEL_ASIDE = "cancel an answer outside of the conversation"


class Intent(Struct, frozen=True):
    """A purpose, and the item it is about ("" for none)."""

    purpose: Purpose
    item_id: str = ""


class Intents:
    """The intents of the newest events, by event id."""

    def __init__(self) -> None:
        self._by_event: OrderedDict[str, Intent] = OrderedDict()

    def remember(self, event_id: str, intent: Intent) -> None:
        """An event was said."""
        self._by_event[event_id] = intent
        if len(self._by_event) > _KEPT:
            self._by_event.popitem(last=False)

    def about(self, item_id: str) -> Intent | None:
        """Take the intent of the newest event about an item."""
        for event_id in reversed(self._by_event):
            if self._by_event[event_id].item_id == item_id:
                return self._by_event.pop(event_id)
        return None

    def take(self, event_id: object) -> Intent | None:
        """What the event with this id was for; None for no id, an unknown one, or one asked for before."""
        return self._by_event.pop(event_id, None) if isinstance(event_id, str) else None
