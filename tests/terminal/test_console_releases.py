"""Keys that go up in the Windows console, with its own records; the console itself is not needed."""

from __future__ import annotations

from collections.abc import Iterable
from ctypes import Array
from ctypes.wintypes import DWORD

from prompt_toolkit.win32_types import INPUT_RECORD

from realtime_cli.terminal.console_releases import FOCUS_EVENT, KEY_EVENT, ReleaseWatch


def records(*keys: tuple[str, bool], focus: bool | None = None) -> Array[INPUT_RECORD]:
    made = (INPUT_RECORD * 16)()
    for index, (character, down) in enumerate(keys):
        made[index].EventType = KEY_EVENT
        made[index].Event.KeyEvent.KeyDown = down
        made[index].Event.KeyEvent.uChar.UnicodeChar = character
    if focus is not None:
        made[len(keys)].EventType = FOCUS_EVENT
        made[len(keys)].Event.FocusEvent.SetFocus = focus
    return made


def test_a_key_that_goes_up_is_seen() -> None:
    watch = ReleaseWatch()
    watch.look(1, records((" ", True)))
    assert (watch.seen, watch.take()) == (False, ([], False))
    watch.look(3, records((" ", False), ("M", False), ("\0", False)))
    assert watch.seen
    assert watch.take() == ([" ", "m"], False)
    assert watch.take() == ([], False)


def test_a_window_that_loses_the_focus_is_seen() -> None:
    watch = ReleaseWatch()
    watch.look(1, records(focus=True))
    assert watch.take() == ([], False)
    watch.look(1, records(focus=False))
    assert watch.take() == ([], True)


class Reader:
    """As prompt_toolkit's readers are made."""

    def _get_keys(self, read: DWORD, input_records: Array[INPUT_RECORD]) -> Iterable[str]:
        for index in range(read.value):
            if input_records[index].Event.KeyEvent.KeyDown:
                yield input_records[index].Event.KeyEvent.uChar.UnicodeChar


def test_the_reader_still_gets_everything() -> None:
    watch, reader = ReleaseWatch(), Reader()
    assert watch.attach(reader)
    assert list(reader._get_keys(DWORD(3), records(("a", True), ("a", False), ("b", True)))) == ["a", "b"]
    assert watch.take() == (["a"], False)


def test_a_reader_of_another_kind_is_left_alone() -> None:
    assert not ReleaseWatch().attach(object())
