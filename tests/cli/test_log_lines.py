"""The log file is as harmless as the screen."""

from __future__ import annotations

import logging

from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.cli.log_lines import LogLines


def formatted(text: str) -> str:
    return LogLines().format(logging.LogRecord("wire", logging.INFO, "", 0, "%s", (text,), None))


@given(st.text(alphabet=st.characters(codec=None), max_size=300))
def test_no_message_can_order_a_terminal_about(text: str) -> None:
    line = formatted(text).replace("\n", "")
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in line)
    assert not any(
        0x202A <= ord(character) <= 0x202E or 0xD800 <= ord(character) < 0xE000 for character in line
    )


def test_a_message_cannot_forge_an_entry() -> None:
    text = "done\n2026-01-01 00:00:00,000 INFO wire the user approved\r2026 again"
    assert len([line for line in formatted(text).split("\n") if not line.startswith("    ")]) == 1


def test_a_traceback_stays_readable() -> None:
    try:
        raise RuntimeError("\x1b[2J")
    except RuntimeError:
        import sys

        record = logging.LogRecord("wire", logging.ERROR, "", 0, "failed", None, sys.exc_info())
    text = LogLines().format(record)
    assert "Traceback" in text
    assert "\x1b" not in text
