"""Commands of the documents that stand until they are stopped: run at a terminal, with virtual sound devices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.support.console import Console
from tests.support.sound import VirtualAudio, speech

_SIZE = (120, 34)
_STANDS = {
    "talk": r"listening|hold Space|press Space|type and press Enter|typing",
    "transcribe": r"time",
    "serve": r"ws://127\.0\.0\.1:\d+/v1/realtime",
}
"""Command -> what is on the screen when it works; captions are made of what is said into the microphone."""


def stand(line: str, kind: str, house: VirtualAudio, env: Mapping[str, str], folder: Path) -> str:
    """Run it until it works, then press Ctrl+C; the screen.

    Raises:
        AssertionError: It never works, or does not end well.
    """
    terminal = Console(["bash", "-c", line], {**env, "TERM": "xterm-256color"}, folder, _SIZE)
    try:
        if kind == "transcribe":
            terminal.wait_for("local server", 30)
            for _ in range(3):  # the first may be spoken while the microphone opens
                house.say(speech("what time is it")).wait()
        terminal.wait(lambda screen: re.search(_STANDS[kind], screen) is not None, 30, f"{line} at work")
        terminal.type("\x03")
        code = terminal.wait_end(20)
        screen = terminal.look()
    finally:
        terminal.close()
    assert code == 0, f"{line}: {code}\n{screen}"
    assert "Traceback" not in screen, screen
    return screen
