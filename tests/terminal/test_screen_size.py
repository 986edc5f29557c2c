"""The size of the screen."""

from __future__ import annotations

import io
import sys

import pytest
from rich.console import Console

from realtime_cli.terminal.screen_size import ScreenSize


def test_without_a_terminal_the_console_is_asked_each_time() -> None:
    console = Console(file=io.StringIO(), width=80, height=24)
    size = ScreenSize(console)
    assert size.now() == (80, 24)
    console.width = 60
    assert size.now() == (60, 24)


@pytest.mark.pty
@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo terminals")
def test_a_terminal_of_another_size_is_noticed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import termios

    for name in ("COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    master, slave = os.openpty()
    monkeypatch.setattr("rich.console._STD_STREAMS", (slave,))
    with open(slave, "w", encoding="utf-8") as file:
        size = ScreenSize(Console(file=file, force_terminal=True))
        for rows, columns in ((24, 80), (24, 80), (30, 100)):
            termios.tcsetwinsize(slave, (rows, columns))
            assert size.now() == (columns, rows)
    os.close(master)
