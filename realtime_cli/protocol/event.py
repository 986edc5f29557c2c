"""What all events share: their frozen base, and the event nobody knows.

Every event is a frozen msgspec struct tagged by its GA wire type (`tag_field="type"`). Audio is `bytes`
here and base64 only on the wire. `UNSET` means "not said", which differs from `None` (said to be nothing)
and from any value.
"""

from typing import Annotated, Any, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

EventId: TypeAlias = Annotated[str, Meta(max_length=512)]


class ClientSaying(Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of everything a client may say.

    Attributes:
        event_id: The client's own id, at most 512 characters; errors name it.
    """

    event_id: EventId | UnsetType = UNSET


class ServerSaying(Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of everything a server may say.

    Attributes:
        event_id: The server's id; "" where a server gives none. Not unique at every server: never a key.
    """

    event_id: str = ""


class Unrecognized(Struct, frozen=True):
    """An event of a type, or with an item or content kind, that this vocabulary does not have.

    Attributes:
        type: The wire type, for the log.
        raw: The whole JSON object as it came.
    """

    type: str
    raw: dict[str, Any]


def type_of(event: Struct) -> str:
    """The GA wire type of an event or item, such as `response.create`.

    Args:
        event: A tagged struct of this room, or an `Unrecognized`.
    """
    if isinstance(event, Unrecognized):
        return event.type
    return type_of_struct(type(event))


def type_of_struct(struct: type[Struct]) -> str:
    """The GA wire type that a tagged struct class of this room stands for."""
    return str(struct.__struct_config__.tag)
