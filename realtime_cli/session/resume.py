"""A conversation as the events that rebuild it in a new session.

Sound cannot be sent again as the assistant's, so items go back as text: what the user said or typed, what of the
answers was heard, and function calls with their outputs. What the user said and nobody wrote down goes back as sound
while that is kept. Calls without an output are left out: a server refuses
outputs that come before their call, and models are confused by calls without any.

Source: `conversation.item.create` in the Realtime reference; clients' practice (livekit-agents, openai-agents).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from realtime_cli.protocol import (
    ConversationItemCreate,
    FunctionCallItem,
    FunctionCallOutputItem,
    InputAudio,
    InputText,
    Item,
    MessageItem,
    OutputText,
)
from realtime_cli.session.rows import Kind, Row


def rebuild(
    rows: Iterable[Row], sound_of: Callable[[str], bytes] = lambda _item_id: b""
) -> list[ConversationItemCreate]:
    """The events, in order, under the ids that the items had.

    Args:
        rows: All rows of the conversation. Hidden, empty and unsent ones are left out.
        sound_of: The sound of a turn whose words are not known (PCM16 mono 24 kHz), empty where it is not kept.
    """
    events: list[ConversationItemCreate] = []
    for row in rows:
        item = None if row.gone else _item(row, sound_of)
        if item is not None:
            events.append(ConversationItemCreate(item=item))
    return events


def _item(row: Row, sound_of: Callable[[str], bytes]) -> Item | None:
    if row.item is not None:
        return None if row.unsent or row.hidden else row.item
    if row.kind is Kind.MESSAGE:
        return _message(row, sound_of)
    record = row.call
    if record is None or not record.sent or record.foreign:
        return None
    if row.kind is Kind.CALL:
        return FunctionCallItem(
            id=row.item_id, call_id=record.call_id, name=record.name, arguments=record.arguments or "{}"
        )
    return FunctionCallOutputItem(id=row.item_id, call_id=record.call_id, output=record.output)


def _message(row: Row, sound_of: Callable[[str], bytes]) -> MessageItem | None:
    text = row.text.strip()
    if row.hidden or row.unsent or row.reserved:
        return None
    sound = sound_of(row.item_id) if row.role == "user" else b""
    if sound:  # its words are not known, or not all of them
        return MessageItem(id=row.item_id, role="user", content=(InputAudio(audio=sound),))
    if not text:
        return None
    if row.role == "assistant":
        return MessageItem(id=row.item_id, role="assistant", content=(OutputText(text),))
    return MessageItem(id=row.item_id, role=row.role, content=(InputText(text),))
