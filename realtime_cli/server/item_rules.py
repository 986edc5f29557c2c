"""What a client may put into a conversation, and what becomes of it there."""

from __future__ import annotations

from msgspec import UNSET
from msgspec.structs import replace

from realtime_cli.protocol import (
    AudioFormat,
    Content,
    FunctionCallItem,
    FunctionCallOutputItem,
    InputAudio,
    InputImage,
    InputText,
    Item,
    MessageItem,
    OutputText,
    type_of,
)
from realtime_cli.server.conversation import Entry
from realtime_cli.server.options import Names
from realtime_cli.server.refused import Refused
from realtime_cli.server.wire_audio import bytes_per_ms

_ALLOWED: dict[str, tuple[type[Content], ...]] = {
    "user": (InputText, InputAudio, InputImage),
    "system": (InputText,),
    "assistant": (OutputText,),
}
_IMAGE_PREFIXES = ("data:image/png;base64,", "data:image/jpeg;base64,", "data:image/jpg;base64,")
_MAX_ID_CHARS = 64


def entry_of(item: Item, names: Names, audio_format: AudioFormat, param: str = "item") -> Entry:
    """A client's item made ready: an id, the status `completed`, and its audio put aside.

    Args:
        item: As the client sent it.
        names: Gives the id where the client gave none.
        audio_format: How the client writes its audio.
        param: Path of the item in the client's event, for the refusal.

    Raises:
        Refused: The item is of a kind, role or content that cannot be put in.
    """
    if not isinstance(item, MessageItem | FunctionCallItem | FunctionCallOutputItem):
        raise Refused(
            f"Items of type '{type_of(item)}' are not supported by this server.", param=f"{param}.type"
        )
    item_id = item.id if isinstance(item.id, str) and item.id else names.new("item")
    if len(item_id) > _MAX_ID_CHARS:
        raise Refused(f"Item ids have at most {_MAX_ID_CHARS} characters.", param=f"{param}.id")
    if isinstance(item, MessageItem):
        return _message(replace(item, id=item_id, status="completed", phase=UNSET), audio_format, param)
    if not item.call_id and isinstance(item, FunctionCallOutputItem):
        raise Refused(
            f"Missing required parameter: '{param}.call_id'.",
            code="missing_required_parameter",
            param=f"{param}.call_id",
        )
    call_id = item.call_id or names.new("call")
    return Entry(replace(item, id=item_id, status="completed", call_id=call_id))


def _message(item: MessageItem, audio_format: AudioFormat, param: str) -> Entry:
    allowed = _ALLOWED.get(item.role)
    if allowed is None:
        raise Refused(f"Invalid value: '{item.role}'.", param=f"{param}.role")
    if not item.content:
        raise Refused("A message needs at least one content part.", param=f"{param}.content")
    audio, words = b"", ""
    parts = []
    for index, part in enumerate(item.content):
        path = f"{param}.content[{index}]"
        if not isinstance(part, allowed):
            names = ", ".join(f"'{kind.__struct_config__.tag}'" for kind in allowed)
            raise Refused(
                f"Invalid value: '{type_of(part)}'. Messages of the {item.role} take: {names}.",
                param=f"{path}.type",
            )
        if isinstance(part, InputImage) and not part.image_url.startswith(_IMAGE_PREFIXES):
            raise Refused("Images must be PNG or JPEG data URIs.", param=f"{path}.image_url")
        if isinstance(part, InputAudio):
            if audio:
                raise Refused("One message holds at most one audio part.", param=path)
            audio = part.audio if isinstance(part.audio, bytes) else b""
            words = part.transcript if isinstance(part.transcript, str) else ""
            part = InputAudio(transcript=words or None)
        parts.append(part)
    return Entry(
        replace(item, content=tuple(parts)),
        audio,
        len(audio) // bytes_per_ms(audio_format),
        words if words or not audio else None,
        audio_format,
    )
