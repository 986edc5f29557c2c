"""A conversation as the events that rebuild it in a new session.

Sound cannot be sent again as the assistant's, so items go back as text: what the user said or typed, what of the
answers was heard, and function calls with their outputs. Calls without an output are left out: a server refuses
outputs that come before their call, and models are confused by calls without any.

Source: `conversation.item.create` in the Realtime reference; clients' practice (livekit-agents, openai-agents).
"""

from __future__ import annotations

from collections.abc import Iterable

from realtime_cli.protocol import (
    ConversationItemCreate,
    FunctionCallItem,
    FunctionCallOutputItem,
    InputText,
    Item,
    MessageItem,
    OutputText,
)
from realtime_cli.session.rows import Kind, Row


def rebuild(rows: Iterable[Row]) -> list[ConversationItemCreate]:
    """The events, in order, under the ids that the items had.

    Args:
        rows: All rows of the conversation. Hidden, empty and unsent ones are left out.
    """
    events: list[ConversationItemCreate] = []
    for row in rows:
        item = None if row.gone else _item(row)
        if item is not None:
            events.append(ConversationItemCreate(item=item))
    return events


def _item(row: Row) -> Item | None:
    if row.item is not None:
        return None if row.unsent or row.hidden else row.item
    if row.kind is Kind.MESSAGE:
        return _message(row)
    record = row.call
    if record is None or not record.sent or record.foreign:
        return None
    if row.kind is Kind.CALL:
        return FunctionCallItem(
            id=row.item_id, call_id=record.call_id, name=record.name, arguments=record.arguments or "{}"
        )
    return FunctionCallOutputItem(id=row.item_id, call_id=record.call_id, output=record.output)


def _message(row: Row) -> MessageItem | None:
    text = row.text.strip()
    if row.hidden or row.unsent or row.reserved or not text:
        return None
    if row.role == "assistant":
        return MessageItem(id=row.item_id, role="assistant", content=(OutputText(text),))
    return MessageItem(id=row.item_id, role=row.role, content=(InputText(text),))
