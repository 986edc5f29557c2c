"""`talk` inside tmux, which wraps old lines anew when it is resized: one region, every line whole."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from realtime_cli import clock

pytestmark = [
    pytest.mark.pty,
    pytest.mark.timeout(120),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is missing: apt install tmux"),
]
ROOT = Path(__file__).parents[2]
PATIENCE_S = 20.0
TALK = f"{sys.executable} -m realtime_cli talk --provider local --no-history --no-audio"


class Tmux:
    """One tmux server with one window, and the person in front of it."""

    def __init__(self, folder: Path, command: str, env: Mapping[str, str] | None = None) -> None:
        self._socket = str(folder / "tmux")
        environ = {k: v for k, v in (env or os.environ).items() if k not in ("TMUX", "NO_COLOR")}
        environ |= {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8", "PS1": "$ "}
        self._environ = environ
        self._say("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", "-c", str(ROOT), command)

    def _say(self, *words: str) -> str:
        command = ["tmux", "-S", self._socket, *words]
        return subprocess.run(
            command, env=self._environ, capture_output=True, text=True, check=True, timeout=20
        ).stdout

    def press(self, *keys: str) -> None:
        self._say("send-keys", *keys)

    def type(self, text: str) -> None:
        self._say("send-keys", "-l", text)

    def resize(self, width: int, height: int) -> None:
        self._say("resize-window", "-x", str(width), "-y", str(height))

    @property
    def screen(self) -> str:
        return "\n".join(line.rstrip() for line in self._say("capture-pane", "-p").splitlines())

    @property
    def everything(self) -> str:
        return self._say("capture-pane", "-p", "-J", "-S", "-")

    def until(self, shown: str | Callable[[str], bool]) -> str:
        condition = (lambda text: shown in text) if isinstance(shown, str) else shown
        end_s = clock.monotonic() + PATIENCE_S
        while not condition(screen := self.screen):
            assert clock.monotonic() < end_s, f"{shown!r} did not come; the screen shows:\n{screen}"
            self.pause(0.1)
        return screen

    def pause(self, seconds: float) -> None:
        self._say("run-shell", f"sleep {seconds}")

    def close(self) -> None:
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], capture_output=True, check=False)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    window = Tmux(tmp_path, f"sh -c '{TALK}; echo END $?; exec cat'")
    yield window
    window.close()


def test_one_region_stays_one_whatever_the_size(tmux: Tmux) -> None:
    tmux.until("enter send")
    tmux.type("what can you do")
    tmux.press("Enter")
    tmux.until("built-in demo")
    for width, height in ((40, 20), (100, 30), (60, 12), (160, 40), (30, 10), (100, 30)):
        tmux.resize(width, height)
        tmux.pause(0.5)  # tmux tells the program of quick changes a quarter of a second later
        tmux.type("x")
        tmux.until(lambda screen: "❯ x" in screen)
        tmux.press("BSpace")
        screen = tmux.until(lambda screen: "❯ x" not in screen)
        assert screen.count("○ listening") == 1
        assert screen.count("enter send") == 1
    assert tmux.everything.count("you        what can you do") == 1
    tmux.press("C-d")
    tmux.until("END 0")
    assert "listening" not in tmux.screen


def test_paste_suspend_and_the_way_back(tmp_path: Path) -> None:
    tmux = Tmux(tmp_path, "sh -i")
    try:
        tmux.until(lambda screen: screen.strip()[-1:] in ("$", "#"))
        tmux.type(TALK)
        tmux.press("Enter")
        tmux.until("enter send")
        tmux._say("set-buffer", "hello\nq there")
        tmux._say("paste-buffer", "-p")
        tmux.until("hello⏎q there")
        tmux.press("Enter")
        tmux.until(lambda screen: "assistant" in screen and "○ listening" in screen)
        tmux.press("C-z")
        tmux.until(lambda screen: "listening" not in screen and screen.rstrip()[-1:] in ("$", "#"))
        tmux.type("echo still here")
        tmux.press("Enter")
        tmux.until(lambda screen: screen.count("still here") == 2)
        tmux.type("fg")
        tmux.press("Enter")
        tmux.until(lambda screen: screen.count("○ listening") == 1)
        tmux.type("hello again")
        tmux.press("Enter")
        tmux.until("hello again")
        tmux.press("C-d")
        tmux.until(lambda screen: "○ listening" not in screen)
        tmux.type("echo back in the shell")
        tmux.press("Enter")
        tmux.until(lambda screen: screen.count("back in the shell") == 2)
    finally:
        tmux.close()
