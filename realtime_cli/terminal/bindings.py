"""Which key does what: the keys we ship, and those of the user's own (`[keys]` in the configuration)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum

from msgspec import Struct, field

from realtime_cli.errors import ConfigError


class KeyAction(Enum):
    """What a key can do; the value is its name in the configuration."""

    TALK = "talk"
    STOP = "stop"
    MUTE = "mute"
    MODE = "mode"
    TYPE = "type"
    ANSWER = "answer"
    INSTRUCTIONS = "instructions"
    NEW = "new"
    DELETE = "delete"
    COPY = "copy"
    SAVE = "save"
    COST = "cost"
    LOUDER = "louder"
    QUIETER = "quieter"
    HELP = "help"
    QUIT = "quit"


MEANINGS: Mapping[KeyAction, str] = {
    KeyAction.TALK: "talk: hold it, or press to start and to end a turn",
    KeyAction.STOP: "stop speaking",
    KeyAction.MUTE: "mute or unmute the microphone",
    KeyAction.MODE: "switch between push-to-talk and voice detection",
    KeyAction.TYPE: "type a message or a command (/help)",
    KeyAction.ANSWER: "answer now",
    KeyAction.INSTRUCTIONS: "change the instructions",
    KeyAction.NEW: "new conversation",
    KeyAction.DELETE: "delete the last turn",
    KeyAction.COPY: "copy the last answer",
    KeyAction.SAVE: "save the conversation",
    KeyAction.COST: "cost and usage",
    KeyAction.LOUDER: "louder answers",
    KeyAction.QUIETER: "quieter answers",
    KeyAction.HELP: "this help",
    KeyAction.QUIT: "quit",
}

DEFAULTS: Mapping[KeyAction, tuple[str, ...]] = {
    KeyAction.TALK: (" ",),
    KeyAction.STOP: ("escape",),
    KeyAction.MUTE: ("m",),
    KeyAction.MODE: ("v",),
    KeyAction.TYPE: ("t", "c-m", "c-j", "/"),
    KeyAction.ANSWER: ("a",),
    KeyAction.INSTRUCTIONS: ("i",),
    KeyAction.NEW: ("r",),
    KeyAction.DELETE: ("d",),
    KeyAction.COPY: ("y",),
    KeyAction.SAVE: ("s",),
    KeyAction.COST: ("c",),
    KeyAction.LOUDER: ("+", "="),
    KeyAction.QUIETER: ("-",),
    KeyAction.HELP: ("?",),
    KeyAction.QUIT: ("q", "c-d"),
}

# Ctrl+C and Ctrl+Z must work whatever a configuration says: they are how people leave.
RESERVED = ("c-c", "c-z")

_SPELLED = {"space": " ", "esc": "escape", "enter": "c-m", "return": "c-m", "tab": "c-i", "backspace": "c-h"}
_NAMED = re.compile(
    r"c-[a-z]|f([1-9]|1[0-9]|2[0-4])|escape|insert|delete|home|end|pageup|pagedown|left|right|up|down"
)
_SHOWN = {name: spelled for spelled, name in _SPELLED.items() if spelled != "return"} | {"c-j": "enter"}


class Bindings(Struct, frozen=True):
    """Keys by what they do. A key is a character or prompt_toolkit's name of it; letters are lower case."""

    keys: Mapping[KeyAction, tuple[str, ...]] = field(default_factory=lambda: DEFAULTS)

    def action(self, key: str) -> KeyAction | None:
        """What a key does; capital letters do what small ones do, unless they have a meaning of their own."""
        for wanted in (key, key.lower()):
            for action, keys in self.keys.items():
                if wanted in keys:
                    return action
        return None

    def shown(self, action: KeyAction) -> str:
        """The first key of an action as people know it: "space", "ctrl+t", "m"; "" when it has none."""
        keys = self.keys.get(action, ())
        return shown_key(keys[0]) if keys else ""

    def all_shown(self, action: KeyAction) -> str:
        """Every key of an action: "t, enter"."""
        return ", ".join(dict.fromkeys(shown_key(key) for key in self.keys.get(action, ())))


DEFAULT_BINDINGS = Bindings()


def bindings_from(table: Mapping[str, str | Sequence[str]]) -> Bindings:
    """The shipped keys with those of a configuration in their place.

    A key that the user gives to one action is taken from the shipped ones of the others.

    Args:
        table: From an action's name to a key, several keys, or "" for none: `{"mute": "u", "talk": ["space", "f5"]}`.

    Raises:
        ConfigError: There is no such action or key, a key is reserved, or one key is given twice.
    """
    actions = {action.value: action for action in KeyAction}
    chosen: dict[KeyAction, tuple[str, ...]] = {}
    owners: dict[str, str] = {}
    for name, spelled in table.items():
        if name not in actions:
            raise ConfigError(
                f"[keys] {name}: there is no such action", advice=f"Choose from: {', '.join(actions)}."
            )
        spellings = [spelled] if isinstance(spelled, str) else list(spelled)
        keys = tuple(_key(name, spelling) for spelling in spellings if spelling)
        for key in keys:
            if owners.setdefault(key, name) != name:
                raise ConfigError(
                    f"[keys] {shown_key(key)} is given to {owners[key]} and to {name}",
                    advice="Give each its own.",
                )
        chosen[actions[name]] = keys
    rest = {
        action: tuple(key for key in keys if key not in owners)
        for action, keys in DEFAULTS.items()
        if action not in chosen
    }
    return Bindings({action: chosen.get(action, rest.get(action, ())) for action in KeyAction})


def shown_key(key: str) -> str:
    """A key as people know it."""
    if key in _SHOWN:
        return _SHOWN[key]
    return f"ctrl+{key[2:]}" if key.startswith("c-") else key


def _key(name: str, spelling: str) -> str:
    text = (
        spelling
        if len(spelling) == 1
        else spelling.strip().lower().replace("ctrl+", "c-").replace("ctrl-", "c-")
    )
    key = _SPELLED.get(text, text)
    if len(key) == 1 and key.isprintable():
        key = key.lower() if key.isalpha() else key
    elif not _NAMED.fullmatch(key):
        raise ConfigError(
            f"[keys] {name}: there is no key {spelling[:20]!r}",
            advice="Write a character, space, enter, tab, esc, f1 to f24, ctrl+x, up, down, pageup, home ...",
        )
    if key in RESERVED:
        raise ConfigError(f"[keys] {name}: {shown_key(key)} is reserved", advice="Choose another key.")
    return key
