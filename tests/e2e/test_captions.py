"""Words spoken into the microphone are captions on the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.console import console
from tests.support.sound import VirtualAudio, speech
from tests.support.tap import Tap

pytestmark = [pytest.mark.device, pytest.mark.engines, pytest.mark.pty, pytest.mark.timeout(120)]


def test_the_microphone_is_written_down_and_nobody_answers(
    house: VirtualAudio, wire: Tap, workplace: Path
) -> None:
    arguments = ["transcribe", "--url", wire.url, "-o", "out.srt", "-f", "srt"]
    with console(arguments, house.env, workplace) as terminal:
        wire.wait("session.updated", 20)
        house.say(speech("roll two dice")).wait()
        wire.wait("conversation.item.input_audio_transcription.completed", 30)
        terminal.type("\x03")
        assert terminal.wait_end() in (0, 130)
    written = (workplace / "out.srt").read_text(encoding="utf-8")
    assert written.startswith("1\n00:00:")
    assert "dice" in written
