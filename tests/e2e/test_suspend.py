"""Ctrl+Z and `fg` with real devices: the shell has the terminal meanwhile, and the sound comes back."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.support.sound import VirtualAudio
from tests.terminal.test_tmux import TALK, Tmux

pytestmark = [
    pytest.mark.device,
    pytest.mark.pty,
    pytest.mark.timeout(120),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is missing: apt install tmux"),
]


def test_after_ctrl_z_and_fg_the_next_answer_is_heard(house: VirtualAudio, tmp_path: Path) -> None:
    spoken = TALK.removesuffix("--no-audio") + "--echo off --stt-engine scripted --tts-engine tone"
    tmux = Tmux(tmp_path, "sh -i", {**os.environ, **house.env})
    try:
        tmux.until(lambda screen: screen.strip()[-1:] in ("$", "#"))
        tmux.type(spoken)
        tmux.press("Enter")
        tmux.until(lambda screen: "listening" in screen and "spk" in screen)
        tmux.press("C-z")
        tmux.until(lambda screen: "listening" not in screen and screen.rstrip()[-1:] in ("$", "#"))
        tmux.pause(2)  # longer than any watchdog of the devices
        tmux.type("fg")
        tmux.press("Enter")
        tmux.until(lambda screen: "listening" in screen and "spk" in screen)
        with house.hear() as recording:
            tmux.type("thello")
            tmux.press("Enter")
            recording.until_sounding(20)
        assert "does not work" not in tmux.everything
        tmux.until("assistant")
        tmux.press("q")
        tmux.until(lambda screen: "listening" not in screen and "speaking" not in screen)
    finally:
        tmux.close()
