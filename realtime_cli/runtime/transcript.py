"""The conversation on the screen as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from realtime_cli.session.state import Call, Entry, Notice, Spoken
from realtime_cli.terminal.sanitize import clean, clean_line

_NAMES = {"user": "You", "assistant": "Assistant", "system": "System"}


def markdown(entries: Sequence[Entry], model: str, at: datetime) -> str:
    """Who said what, and the calls between; notices are left out.

    Args:
        entries: Untrusted texts in them are made harmless here.
        model: Its name, "" when unknown.
        at: For the title.
    """
    title = f"# Conversation of {at:%Y-%m-%d %H:%M}"
    lines = [title, ""]
    if model:
        lines += [f"Model: {_inline(model)}", ""]
    for entry in entries:
        if isinstance(entry, Spoken) and entry.text.strip():
            lines += [_spoken(entry), ""]
        elif isinstance(entry, Call):
            lines += [*_call(entry), ""]
        elif isinstance(entry, Notice):
            continue
    return "\n".join(lines)


def _spoken(entry: Spoken) -> str:
    name = "Aside" if entry.commentary else _NAMES[entry.role]
    words = clean(entry.text).strip()
    return f"**{name}:** {words}{' *(interrupted)*' if entry.interrupted else ''}"


def _call(call: Call) -> list[str]:
    lines = [f"> `{_inline(call.name)}({_inline(call.arguments)})` {call.status.value}"]
    if call.output.strip():
        lines += [">", *(f"> {line}" for line in clean(call.output).strip().splitlines())]
    return lines


def _inline(text: str) -> str:
    return re.sub("`", "'", clean_line(text, 2_000))
