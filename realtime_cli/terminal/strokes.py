"""What a terminal sends, text in any pieces, into strokes: kitty keys here, all others by prompt_toolkit's parser.

That parser comes with its whole package, 70 ms of import, so it is loaded for the first key, not for the start.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from realtime_cli.terminal.kitty import Stroke, answer, key_of, legacy

if TYPE_CHECKING:
    from prompt_toolkit.input.vt100_parser import Vt100Parser
    from prompt_toolkit.key_binding import KeyPress

_PASTE_BEGIN, _PASTE_END = "\x1b[200~", "\x1b[201~"
_SEQUENCE = re.compile(
    r"\x1b(?:"
    r"\[\[[A-E]"  # function keys of the Linux console
    r"|\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|O[ -~]"  # SS3
    r"|[\]P_^X][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)"  # answers to questions we did not ask (OSC, DCS, APC, PM, SOS)
    r")"
)
_BEGUN = re.compile(r"\x1b(?:\[\[?[0-?]*[ -/]*|O|[\]P_^X][^\x07\x1b]{0,4096}\x1b?)?")


class KittyAnswered(Struct, frozen=True):
    """The terminal speaks the kitty keyboard protocol."""

    flags: int


class FocusLost(Struct, frozen=True):
    """The window is another one now: a key held down will go up unseen."""


Said = Stroke | KittyAnswered | FocusLost


class StrokeReader:
    """Cuts the terminal's text into strokes; nothing in it can pass for a key that was not pressed."""

    def __init__(self) -> None:
        self._rest = ""
        self._said: list[Said] = []

    @cached_property
    def _parser(self) -> Vt100Parser:
        from realtime_cli.terminal.typing_parts import Vt100Parser

        return Vt100Parser(self._parsed)

    @property
    def waits(self) -> bool:
        """A sequence has begun. Call `flush` when nothing follows for a while: then it was the Escape key."""
        return bool(self._rest) and not self._rest.startswith(_PASTE_BEGIN)

    def feed(self, text: str) -> list[Said]:
        """Strokes of the next piece of text."""
        data, self._rest = self._rest + text, ""
        position = 0
        while position < len(data):
            if data.startswith(_PASTE_BEGIN, position):
                end = data.find(_PASTE_END, position)
                if end < 0:
                    self._rest = data[position:]
                    break
                self._parser.feed(data[position : end + len(_PASTE_END)])
                position = end + len(_PASTE_END)
            elif data[position] == "\x1b":
                step = self._escape(data, position)
                if step == 0:
                    self._rest = data[position:]
                    break
                position += step
            else:
                end = data.find("\x1b", position)
                end = end if end >= 0 else len(data)
                self._parser.feed(data[position:end])
                self._parser.flush()
                position = end
        return self._taken()

    def flush(self) -> list[Said]:
        """Strokes of what was held back."""
        rest, self._rest = self._rest, ""
        if rest:
            self._said.append(Stroke("escape"))
            for character in rest[1:]:
                self._parser.feed(character)
        if "_parser" in self.__dict__:
            self._parser.flush()
        return self._taken()

    def _escape(self, data: str, position: int) -> int:
        """Handle what begins with ESC at `position`; its length, 0 when it is not complete yet."""
        match = _SEQUENCE.match(data, position)
        if match is not None:
            self._sequence(match[0])
            return len(match[0])
        if _BEGUN.fullmatch(data, position):
            return 0
        following = data[position + 1]
        if following == "\x1b" or (following < " " and following not in "\r\n\t\b"):
            self._said.append(Stroke("escape"))  # Escape, and then something else
            return 1
        before = len(self._said)
        self._parser.feed(following)
        self._parser.flush()
        self._said[before:] = [
            Stroke(said.key, "", said.action, alt=True)
            for said in self._said[before:]
            if isinstance(said, Stroke)
        ]
        return 2

    def _sequence(self, sequence: str) -> None:
        flags = answer(sequence)
        stroke = key_of(sequence)
        if flags is not None:
            self._said.append(KittyAnswered(flags))
        elif stroke is not None:
            self._said.append(stroke)
        elif sequence == "\x1b[O":
            self._said.append(FocusLost())
        elif not sequence.startswith("\x1b[?"):  # the terminal's answers to questions, which no key sends
            from realtime_cli.terminal.typing_parts import ANSI_SEQUENCES

            known = legacy(sequence)
            # The parser would take an unknown sequence apart into Escape and letters, which are commands here.
            if known in ANSI_SEQUENCES:
                self._parser.feed(known)
                self._parser.flush()

    def _parsed(self, press: KeyPress) -> None:
        from realtime_cli.terminal.typing_parts import Keys

        key = press.key.value if isinstance(press.key, Keys) else press.key
        if press.key == Keys.BracketedPaste:
            self._said.append(Stroke(key, press.data))
        elif press.key not in (Keys.Ignore, Keys.CPRResponse, Keys.Vt100MouseEvent):
            self._said.append(Stroke(key, press.data if len(key) == 1 else ""))

    def _taken(self) -> list[Said]:
        said, self._said = self._said, []
        return said


OnSaid = Callable[[Said], None]
