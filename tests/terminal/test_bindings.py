"""Which key does what."""

from __future__ import annotations

import pytest

from realtime_cli.errors import ConfigError
from realtime_cli.terminal.bindings import (
    DEFAULT_BINDINGS,
    DEFAULTS,
    MEANINGS,
    Bindings,
    KeyAction,
    bindings_from,
)


def test_every_action_has_a_meaning_and_a_key() -> None:
    assert set(MEANINGS) == set(DEFAULTS) == set(KeyAction)
    keys = [key for keys in DEFAULTS.values() for key in keys]
    assert len(keys) == len(set(keys))


def test_keys_are_shown_as_people_know_them() -> None:
    assert DEFAULT_BINDINGS.shown(KeyAction.TALK) == "space"
    assert DEFAULT_BINDINGS.shown(KeyAction.STOP) == "esc"
    assert DEFAULT_BINDINGS.all_shown(KeyAction.TYPE) == "t, enter, /"
    assert bindings_from({"mute": "ctrl+t"}).shown(KeyAction.MUTE) == "ctrl+t"


def test_capital_letters_do_what_small_ones_do() -> None:
    assert DEFAULT_BINDINGS.action("M") is KeyAction.MUTE
    assert DEFAULT_BINDINGS.action("x") is None


def test_a_key_can_be_given_to_another_action() -> None:
    bindings = bindings_from({"mute": "U", "talk": ["space", "F5"], "new": ""})
    assert bindings.action("u") is KeyAction.MUTE
    assert bindings.action("m") is None
    assert bindings.action("f5") is bindings.action(" ") is KeyAction.TALK
    assert bindings.action("r") is None
    assert bindings.shown(KeyAction.NEW) == ""


def test_a_key_taken_from_another_action_is_gone_there() -> None:
    bindings = bindings_from({"stop": "q"})
    assert bindings.action("q") is KeyAction.STOP
    assert bindings.action("c-d") is KeyAction.QUIT


def test_an_empty_table_changes_nothing() -> None:
    assert bindings_from({}) == Bindings(dict(DEFAULTS))


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"dance": "x"}, "no such action"),
        ({"mute": "hyper"}, "no key 'hyper'"),
        ({"mute": "ctrl+c"}, "reserved"),
        ({"mute": "x", "quit": "x"}, "given to mute and to quit"),
        ({"mute": "\x1b"}, "no key"),
    ],
)
def test_what_cannot_be_is_said(table: dict[str, str], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        bindings_from(table)
