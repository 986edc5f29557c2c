"""Copying a text by the terminal and by the desktop."""

from __future__ import annotations

import base64
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.terminal.clipboard import copy, program, sequence

XTERM = {"TERM": "xterm-256color"}


@given(st.text(max_size=500))
def test_a_text_travels_as_base64_only(text: str) -> None:
    order = sequence(text, XTERM)
    assert order.startswith("\x1b]52;c;")
    assert order.endswith("\x07")
    inside = order[7:-1]
    assert inside.isascii()
    assert inside.replace("+", "").replace("/", "").replace("=", "").isalnum() or not inside
    assert base64.b64decode(inside) == text.encode("utf-8", "replace")


def test_terminals_that_cannot_copy_are_not_asked() -> None:
    assert sequence("x", {"TERM": "dumb"}) == sequence("x", {"TERM": "linux"}) == sequence("x", {}) == ""
    assert sequence("x" * 80_000, XTERM) == ""
    assert sequence("x", {"TERM": "screen"}).startswith("\x1bP\x1b]52")
    assert sequence("x", {"TERM": "screen-256color", "TMUX": "1"}).startswith("\x1b]52")


def test_the_desktop_at_the_other_end_of_ssh_is_not_ours() -> None:
    assert program({"SSH_TTY": "/dev/pts/1", "DISPLAY": ":0"}) == []


def test_what_was_done_is_said() -> None:
    written: list[str] = []
    assert "OSC 52" in copy("hello", XTERM, written.append)
    assert len(written) == 1
    assert "cannot copy" in copy("hello", {"TERM": "dumb"}, written.append)
    assert "cannot copy" in copy("hello", XTERM, None)


def test_a_program_of_the_desktop_gets_the_text(tmp_path: Path, monkeypatch: object) -> None:
    from realtime_cli.terminal.clipboard import hand_over

    target = tmp_path / "copied"
    hand_over(["sh", "-c", f"cat > {target}.new; mv {target}.new {target}"], "grüße")
    import threading

    for thread in threading.enumerate():
        if thread.name == "copy":
            thread.join(10)
    assert target.read_text() == "grüße"
