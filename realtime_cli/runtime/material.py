"""Items from what the user names: files of sound and pictures, a context file, words of the system."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from realtime_cli.errors import InputError
from realtime_cli.protocol import (
    Content,
    ImageDetail,
    InputAudio,
    InputImage,
    InputItem,
    InputText,
    MessageItem,
    Refusal,
    read_item,
)

APPEND_BYTES: Final = 48_000
"""One second in each append: far below the 15 MiB a server takes, and no event of a conversation waits long."""

SOUND_SUFFIXES: Final = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aiff", ".aif", ".au", ".w64")


def user_message(
    text: str = "",
    *,
    images: Sequence[str] = (),
    sounds: Sequence[str] = (),
    detail: ImageDetail | None = None,
    bare_rate_hz: int = 24_000,
) -> MessageItem:
    """One message of the user's, of mixed content: pictures, whole recorded sounds, text, in this order.

    Raises:
        InputError: A file cannot be read.
    """
    content: list[Content] = []
    for path in images:
        from realtime_cli.devices.picture_file import picture_url

        url = picture_url(path)
        content.append(InputImage(url, detail) if detail else InputImage(url))
    for path in sounds:
        from realtime_cli.devices.audio_file import read_pcm16

        content.append(InputAudio(audio=read_pcm16(path, bare_rate_hz=bare_rate_hz)))
    if text:
        content.append(InputText(text))
    return MessageItem(role="user", content=tuple(content))


def file_message(path: str, text: str = "") -> MessageItem:
    """A message of one file, judged by its name: sound or picture.

    Raises:
        InputError: It cannot be read.
    """
    if Path(path).suffix.lower() in SOUND_SUFFIXES or path == "-":
        return user_message(text, sounds=[path])
    return user_message(text, images=[path])


def streamed_sound(paths: Sequence[str], bare_rate_hz: int = 24_000) -> tuple[bytes, ...]:
    """Recorded sounds, one after the other, as the pieces of appends.

    Raises:
        InputError: A file cannot be read.
    """
    if not paths:
        return ()  # numpy stays away from a prompt of words
    from realtime_cli.devices.audio_file import read_pcm16

    pcm = b"".join(read_pcm16(path, longest_s=3600, bare_rate_hz=bare_rate_hz) for path in paths)
    return tuple(pcm[at : at + APPEND_BYTES] for at in range(0, len(pcm), APPEND_BYTES))


def context_items(path: str) -> tuple[InputItem, ...]:
    """Items from a JSON Lines file: each line a whole item, or short as `{"role": ..., "text": ...}`.

    A line may also be an `item_reference`, or the short form `{"image": FILE}` or `{"audio": FILE}`.

    Raises:
        InputError: It cannot be read; names the line.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise InputError(f"{path} cannot be read: {exc}") from exc
    items = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            items.append(_item(path, number, line))
    return tuple(items)


def _item(path: str, number: int, line: str) -> InputItem:
    where = f"{path}, line {number}"
    try:
        raw = json.loads(line)
    except ValueError as exc:
        raise InputError(f"{where}: this is not JSON: {exc}", advice="One item on each line.") from exc
    if not isinstance(raw, dict):
        raise InputError(f"{where}: an item is a JSON object", advice=_EXAMPLE)
    if "type" not in raw and ("image" in raw or "audio" in raw):
        return file_message(str(raw.get("image") or raw.get("audio")), str(raw.get("text", "")))
    try:
        return read_item(_whole(raw))
    except Refusal as refusal:
        raise InputError(f"{where}: {refusal}", advice=_EXAMPLE) from refusal


def _whole(raw: dict[str, Any]) -> dict[str, Any]:
    """The short form of a message made long."""
    text = raw.get("text", raw.get("content"))
    if "type" in raw or not isinstance(text, str):
        return {"type": "message", **raw}
    role = raw.get("role", "user")
    kind = "output_text" if role == "assistant" else "input_text"
    rest = {key: value for key, value in raw.items() if key not in ("text", "content", "role")}
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}], **rest}


_EXAMPLE: Final = 'Example: {"role": "user", "text": "My name is Ada."}'
