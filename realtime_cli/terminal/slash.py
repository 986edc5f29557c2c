"""Slash commands: the table of them, what a typed line means, and what Tab makes of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from realtime_cli.session.state import SessionState
from realtime_cli.terminal import slash_answer as of_answer
from realtime_cli.terminal import slash_items as of_items
from realtime_cli.terminal import slash_session as of_session
from realtime_cli.terminal import slash_sound as of_sound
from realtime_cli.terminal.counter import Counter
from realtime_cli.terminal.sanitize import clean_line

Takes = Literal["", "item", "file", "vad", "text", "answer"]


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """One command: its name, what follows it, what it is for, what Tab offers behind it."""

    name: str
    usage: str
    summary: str
    run: Callable[[Counter, str], None]
    takes: Takes = ""


def _help(counter: Counter, rest: str) -> None:
    usages = [f"/{command.name} {command.usage}".rstrip() for command in COMMANDS]
    width = max(len(usage) for usage in usages)
    counter.note(
        [f"{usage.ljust(width)}  {command.summary}" for usage, command in zip(usages, COMMANDS, strict=True)]
    )


COMMANDS: tuple[SlashCommand, ...] = (
    SlashCommand("help", "", "this list", _help),
    SlashCommand("items", "", "every item: id, role, tokens, status", of_items.items),
    SlashCommand(
        "show", "ID [--audio [FILE]]", "fetch an item; play or save its sound", of_items.show, "item"
    ),
    SlashCommand("delete", "ID|last|before ID", "delete items", of_items.delete, "item"),
    SlashCommand("pin", "ID", "keep an item when the memory is full", of_items.pin, "item"),
    SlashCommand("unpin", "ID", "let it go again", of_items.unpin, "item"),
    SlashCommand("truncate", "ID MS", "the model forgets what it said after MS", of_items.truncate, "item"),
    SlashCommand("reset", "", "a new conversation", of_items.reset),
    SlashCommand("instructions", "[TEXT]", "change the instructions", of_session.instructions, "text"),
    SlashCommand(
        "voice", "[NAME]", "change the voice, before the model has spoken", of_session.voice, "text"
    ),
    SlashCommand("vad", "[server|semantic|off]", "who ends your turns", of_session.vad, "vad"),
    SlashCommand("tools", "", "what the model may call", of_session.tools),
    SlashCommand("ask", "QUESTION", "answered beside the conversation", of_session.ask, "text"),
    SlashCommand("summary", "", "the conversation in a few sentences", of_session.summary),
    SlashCommand("image", "FILE [QUESTION]", "show the model a picture", of_items.image, "file"),
    SlashCommand("audio", "FILE", "let the model hear a recording", of_items.audio, "file"),
    SlashCommand("answer", "[OPTION...]", "answer now; Tab: wishes for it", of_answer.answer, "answer"),
    SlashCommand("cancel", "[RESPONSE]", "stop a response", of_session.cancel),
    SlashCommand("volume", "[N|+|-]", "how loud the answers are; the speaker's latency", of_sound.volume),
    SlashCommand("model", "", "which model it is", of_session.model),
    SlashCommand("context", "", "how full the memory is, what would be dropped", of_session.context),
    SlashCommand("cost", "", "tokens and cost", of_session.cost),
    SlashCommand("export", "[FILE]", "write the conversation into a Markdown file", of_items.export, "file"),
    SlashCommand("quit", "", "end", of_session.leave),
)
_BY_NAME = {command.name: command for command in COMMANDS}
_ITEM_WORDS = ("last", "before")
_VAD_WORDS = ("server", "semantic", "off")
_MOST_FILES = 200


def is_command(text: str) -> bool:
    """The line is a command, not a message; two slashes begin a message that begins with one."""
    return text.startswith("/") and not text.startswith("//")


def message(text: str) -> str:
    """A message as it is meant: `//etc` says `/etc`."""
    return text[1:] if text.startswith("//") else text


def run(counter: Counter, text: str) -> None:
    """Carry out a line that is a command; unknown ones are told, with the nearest known one."""
    name, _, rest = text[1:].partition(" ")
    command = _BY_NAME.get(name.strip().lower()) or _only_beginning(name.strip().lower())
    if command is None:
        counter.note(
            [f"There is no command /{clean_line(name, 30)}: see /help. A message may begin with two slashes."]
        )
        return
    command.run(counter, rest.strip())


def complete(text: str, state: SessionState | None) -> tuple[str, tuple[str, ...]]:
    """What Tab makes of the text before the cursor.

    Args:
        text: The line up to the cursor.
        state: For item ids.

    Returns:
        The text as far as it is certain, and the choices where there are several (each replaces the last word).
    """
    if not is_command(text):
        return text, ()
    head, blank, word = text.rpartition(" ")
    if not blank:
        names = [f"/{command.name}" for command in COMMANDS if f"/{command.name}".startswith(text.lower())]
        return _merged("", text, names, closed=" ")
    command = _BY_NAME.get(head[1:].partition(" ")[0].lower())
    takes = command.takes if command is not None else ""
    if takes == "file" or (takes == "item" and "--audio" in head):
        return _merged(head + " ", word, _files(word), closed="")
    if takes == "item":
        ids = [line.item_id for line in state.items if line.status != "deleted"] if state is not None else []
        more = ["--audio"] if command is not None and command.name == "show" else [*_ITEM_WORDS]
        return _merged(head + " ", word, [one for one in (*ids, *more) if one.startswith(word)], closed=" ")
    if takes == "answer":
        return _merged(head + " ", word, of_answer.offered(head, word, state), closed=" ")
    if takes == "vad":
        return _merged(head + " ", word, [one for one in _VAD_WORDS if one.startswith(word)], closed=" ")
    return text, ()


def _only_beginning(name: str) -> SlashCommand | None:
    near = [command for command in COMMANDS if name and command.name.startswith(name)]
    return near[0] if len(near) == 1 else None


def _merged(head: str, word: str, choices: list[str], *, closed: str) -> tuple[str, tuple[str, ...]]:
    if not choices:
        return head + word, ()
    if len(choices) == 1:
        end = "" if choices[0].endswith(os.sep) else closed
        return head + choices[0] + end, ()
    return head + (_common_beginning(choices) or word), tuple(choices)


def _common_beginning(choices: list[str]) -> str:
    first, last = min(choices), max(choices)
    same = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:same]


def _files(word: str) -> list[str]:
    """Files and folders whose path begins with the word; hidden ones only when they are asked for."""
    folder, name = os.path.split(word)
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as entries:
            found = [
                os.path.join(folder, entry.name) + (os.sep if entry.is_dir() else "")
                for entry in entries
                if entry.name.startswith(name) and (name.startswith(".") or not entry.name.startswith("."))
            ]
    except (OSError, ValueError):  # a null character is no part of any path
        return []  # no such folder, or not ours to read: there is nothing to offer
    return sorted(found)[:_MOST_FILES]
