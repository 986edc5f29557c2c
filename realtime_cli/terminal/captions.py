"""What is said, as it is said: plain text, subtitles (SRT, VTT) or JSON Lines on stdout, the rest on stderr."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TextIO, TypeAlias

from realtime_cli.session.state import ConnectionState, Notice, SessionState, Spoken
from realtime_cli.terminal.contract import OutputClosed
from realtime_cli.terminal.output import write
from realtime_cli.terminal.plain import plain_lines
from realtime_cli.terminal.sanitize import clean, clean_line

Format: TypeAlias = Literal["text", "srt", "vtt", "jsonl"]

_SHORTEST_MS = 700
"""A subtitle that is shown for less cannot be read."""

_LETTER_MS = 65
"""Of speech: a guess for servers that do not say when a turn ended."""


@dataclass(frozen=True, slots=True)
class Caption:
    """One turn. Times count from the beginning of the sound; `text` is untrusted."""

    number: int
    item_id: str
    text: str
    start_ms: int
    end_ms: int
    problem: str = ""


class CaptionsView:
    """Writes each turn once, when it is whole and all before it are; on a terminal the words in progress, too.

    Args:
        out: Gets the captions.
        err: Gets notices, and the words in progress where it is a terminal.
        form: How captions are written.
        heed: Told at each picture whether a session listens.
    """

    def __init__(
        self, out: TextIO, err: TextIO, form: Format, heed: Callable[[bool], None] | None = None
    ) -> None:
        self._out = out
        self._err = err
        self._form = form
        self._heed = heed
        self._live = err.isatty()
        self._written: set[str] = set()
        self._count = 0
        self._last_end_ms = 0
        self._noticed = 0
        self._shown = ""

    def start(self) -> None:
        """Subtitles in VTT begin with a word."""
        if self._form == "vtt":
            write(self._out, "WEBVTT\n\n")

    def update(self, state: SessionState, now_s: float) -> None:
        """Write what is whole.

        Raises:
            OutputClosed: Nobody reads stdout any more.
        """
        if self._heed is not None:
            self._heed(state.connection is ConnectionState.READY)
        partial = ""
        for entry in state.entries:
            if not isinstance(entry, Spoken) or entry.role != "user" or entry.item_id in self._written:
                continue
            if not entry.final:
                partial = partial or entry.text
                break
            self._written.add(entry.item_id)
            self._write(entry)
        self._notices(state)
        self._show(partial)

    def stop(self) -> None:
        """Take the words in progress away."""
        try:
            self._show("")
        except OutputClosed:
            return

    def _write(self, entry: Spoken) -> None:
        if not entry.text.strip() and self._form != "jsonl":
            return
        self._show("")
        self._count += 1
        start_ms = self._last_end_ms if entry.start_ms is None else entry.start_ms
        end_ms = start_ms + max(_SHORTEST_MS, len(entry.text) * _LETTER_MS)
        if entry.end_ms is not None:
            end_ms = max(entry.end_ms, start_ms + _SHORTEST_MS)
        self._last_end_ms = end_ms
        caption = Caption(self._count, entry.item_id, entry.text.strip(), start_ms, end_ms, entry.problem)
        write(self._out, written(caption, self._form, harmless=self._out.isatty()))

    def _notices(self, state: SessionState) -> None:
        for entry in state.entries[self._noticed : state.settled]:
            self._noticed += 1
            if isinstance(entry, Notice):
                self._show("")
                write(self._err, plain_lines(entry) + "\n")

    def _show(self, words: str) -> None:
        """The words in progress, on one line that is written over."""
        if not self._live or words == self._shown:
            return
        self._shown = words
        write(self._err, "\r\x1b[K" + (clean_line(words[-70:]) if words else ""))


def written(caption: Caption, form: Format, *, harmless: bool) -> str:
    """A caption in its form, line breaks at the end included.

    Args:
        caption: What to write.
        form: How.
        harmless: For a terminal: without control characters.
    """
    text = clean(caption.text, line_limit_chars=10_000) if harmless else caption.text
    match form:
        case "text":
            return f"{text}\n"
        case "srt":
            times = f"{_clock(caption.start_ms, ',')} --> {_clock(caption.end_ms, ',')}"
            return f"{caption.number}\n{times}\n{_one_block(text)}\n\n"
        case "vtt":
            times = f"{_clock(caption.start_ms, '.')} --> {_clock(caption.end_ms, '.')}"
            safe = _one_block(text).replace("&", "&amp;").replace("<", "&lt;").replace("-->", "--&gt;")
            return f"{times}\n{safe}\n\n"
        case "jsonl":
            told = {
                "type": "turn",
                "item_id": caption.item_id,
                "start_ms": caption.start_ms,
                "end_ms": caption.end_ms,
                "text": caption.text,
            }
            if caption.problem:
                told["problem"] = caption.problem
            return json.dumps(told, ensure_ascii=False) + "\n"


def _one_block(text: str) -> str:
    """An empty line would end a subtitle."""
    return "\n".join(line for line in text.splitlines() if line.strip())


def _clock(ms: int, mark: str) -> str:
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}{rest:03}"
