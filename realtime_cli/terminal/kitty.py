"""The kitty keyboard protocol: keys that go down, repeat and go up.

Source: https://sw.kovidgoyal.net/kitty/keyboard-protocol/. A key is `CSI code:shifted:base ; modifiers:event ; text u`
(other finals for function keys), every part but the first may be missing.
"""

from __future__ import annotations

import re
from enum import Enum

from msgspec import Struct

ASK = "\x1b[?u"
"""Terminals that speak the protocol answer with their flags, the others stay silent."""

# 1 unambiguous escape codes, 2 event types and 8 all keys as escape codes make the space bar's release visible;
# 4 adds the key's place on a Latin keyboard (Ctrl+C on a Cyrillic one), 16 the text it types.
TALKING = 31
# While a line is typed, text comes as text: keyboards, input methods and compose keys know it best.
TYPING = 1

POP = "\x1b[<u"

_CSI = re.compile(r"\x1b\[([0-9:;]*)([A-Za-z~])")
_ANSWER = re.compile(r"\x1b\[\?(\d+)u")

_SHIFT, _ALT, _CTRL, _LOCKS = 1, 2, 4, 64 | 128
_NAMES = {27: "escape", 13: "c-m", 9: "c-i", 127: "c-h", 57414: "c-m"} | {
    57417: "left",
    57418: "right",
    57419: "up",
    57420: "down",
    57421: "pageup",
    57422: "pagedown",
    57423: "home",
    57424: "end",
    57426: "delete",
}
_KEYPAD = dict(zip(range(57399, 57414), "0123456789./*-+", strict=True))
_PRIVATE = range(57344, 63744)  # keys without a character: modifiers, media keys


class Action(Enum):
    """What a key did."""

    PRESS = 1
    REPEAT = 2
    RELEASE = 3


class Stroke(Struct, frozen=True):
    """One key.

    Attributes:
        key: A character ("q", " ", "é"), or prompt_toolkit's name of a key ("escape", "c-c", "left").
        text: What it types, "" for keys that type nothing; a paste has all of it.
        action: Terminals without the protocol report presses only.
        alt: Held together with Alt.
    """

    key: str
    text: str = ""
    action: Action = Action.PRESS
    alt: bool = False


def push(flags: int) -> str:
    """The sequence that turns the protocol on, to be undone with `POP`."""
    return f"\x1b[>{flags}u"


def switch(flags: int) -> str:
    """The sequence that changes the flags that were pushed."""
    return f"\x1b[={flags};1u"


def answer(sequence: str) -> int | None:
    """The flags in the answer to `ASK`, None when it is another sequence."""
    match = _ANSWER.fullmatch(sequence)
    return int(match[1]) if match else None


def key_of(sequence: str) -> Stroke | None:
    """The key in a `CSI ... u` sequence; None when it is none, or a key that means nothing (Shift alone)."""
    match = _CSI.fullmatch(sequence)
    if match is None or match[2] != "u" or not match[1]:
        return None
    codes, modifiers, action, text = _parts(match[1])
    code, base = codes[0], codes[2] or codes[0]
    if code in _NAMES:
        name = "s-tab" if code == 9 and modifiers & _SHIFT else _NAMES[code]
        return Stroke(name, "", action, alt=bool(modifiers & _ALT))
    if code in _KEYPAD:
        return Stroke(_KEYPAD[code], _KEYPAD[code], action)
    if code in _PRIVATE or modifiers & ~(_SHIFT | _ALT | _CTRL):
        return None
    letter = _character(code)
    # A command is found by the key's place where the letter itself is not Latin.
    command = letter if letter.isascii() else _character(base)
    if modifiers & _CTRL:
        name = f"c-{command.lower()}" if command.isascii() and command.isalpha() else f"ctrl {command}"
        return Stroke(name, "", action, alt=bool(modifiers & _ALT))
    typed = text or (_character(codes[1]) if modifiers & _SHIFT and codes[1] else letter)
    if text and len(text) == 1 and text.isascii():
        command = text  # "?" is Shift and something else on many keyboards
    elif modifiers & _SHIFT and codes[1]:
        command = _character(codes[1])
    alt = bool(modifiers & _ALT)
    return Stroke(command, "" if alt else typed, action, alt=alt)


def legacy(sequence: str) -> str:
    """A function key's sequence as terminals without the protocol write it; "" when the key went up.

    `CSI 1;1:2D` (left, repeated) becomes `CSI D`, `CSI 3;5:1~` becomes `CSI 3;5~`. Lock keys do not count.
    """
    match = _CSI.fullmatch(sequence)
    if match is None or ";" not in match[1]:
        return sequence
    codes, modifiers, action, _ = _parts(match[1])
    if action is Action.RELEASE:
        return ""
    number = str(codes[0]) if match[2] == "~" or modifiers else ""
    return f"\x1b[{number}{f';{modifiers + 1}' if modifiers else ''}{match[2]}"


def _parts(parameters: str) -> tuple[tuple[int, int, int], int, Action, str]:
    """Codes (key, shifted, base; 0 where missing), modifier bits without locks, action and text."""
    fields = [field.split(":") for field in parameters.split(";")] + [[""], [""], [""]]
    codes = [_number(part, 0) for part in fields[0][:3]] + [0, 0, 0]
    modifiers = max(0, _number(fields[1][0], 1) - 1) & ~_LOCKS
    event = _number(fields[1][1], 1) if len(fields[1]) > 1 else 1
    text = "".join(_character(_number(part, 0)) for part in fields[2] if part)
    action = Action(event) if event in (1, 2, 3) else Action.PRESS
    return (codes[0], codes[1], codes[2]), modifiers, action, text


def _number(digits: str, missing: int) -> int:
    return int(digits) if digits and len(digits) < 9 else missing


def _character(code: int) -> str:
    """The character of a code point; "" for controls and numbers that are no characters."""
    if code < 32 or 127 <= code < 160 or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        return ""
    return chr(code)
