"""Errands with files that the mind sends for; each is answered by one fact, whatever happens."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from realtime_cli import clock
from realtime_cli.errors import RealtimeCliError
from realtime_cli.protocol import MessageItem
from realtime_cli.runtime.transcript import markdown
from realtime_cli.session.commands import ReadFile, SaveAudio, SaveTranscript
from realtime_cli.session.facts import NewsArrived
from realtime_cli.session.request_facts import ItemPut


async def save_audio(command: SaveAudio) -> NewsArrived:
    """Sound into a WAV file."""
    # Imported when it is needed: numpy is no part of a text session.
    from realtime_cli.devices.wav import save_pcm16

    try:
        await asyncio.to_thread(save_pcm16, Path(command.path), command.pcm, command.rate_hz)
    except RealtimeCliError as error:
        return NewsArrived("error", str(error), error.advice)
    seconds = len(command.pcm) / 2 / command.rate_hz
    return NewsArrived("info", f"Saved {seconds:.1f} s of sound as {command.path}.")


async def save_transcript(command: SaveTranscript) -> NewsArrived:
    """The conversation into a Markdown file. A name that the user did not choose never overwrites a file."""
    now = clock.wall()
    text = markdown(command.entries, command.model, now)
    path = command.path or f"realtime-cli-{now:%Y-%m-%d-%H%M%S}.md"
    try:
        await asyncio.to_thread(_write, path, text, over=bool(command.path))
    except OSError as exc:
        return NewsArrived(
            "error",
            f"{path} cannot be written: {exc.strerror or exc}",
            "Save under another name: /export FILE.",
        )
    return NewsArrived("info", f"Saved the conversation as {path}.")


async def read_file(command: ReadFile) -> ItemPut | NewsArrived:
    """A picture or a recording as a message that wants an answer."""
    from realtime_cli.runtime.material import user_message

    def read() -> MessageItem:
        files = (os.path.expanduser(command.path),)
        is_image = command.kind == "image"
        return user_message(command.text, images=files if is_image else (), sounds=() if is_image else files)

    try:
        message = await asyncio.to_thread(read)
    except RealtimeCliError as error:
        return NewsArrived("error", str(error), error.advice)
    return ItemPut(message, answer=True)


def _write(path: str, text: str, *, over: bool) -> None:
    # 0600: what was said is the user's own business.
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if over else os.O_EXCL)
    with os.fdopen(os.open(os.path.expanduser(path), flags, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
