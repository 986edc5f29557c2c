"""A call waits for a key while microphone and speaker go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.test_approval import TOOLS, deleted
from tests.support.console import console
from tests.support.sound import VirtualAudio, speech
from tests.support.tap import Tap

pytestmark = [pytest.mark.device, pytest.mark.engines, pytest.mark.pty, pytest.mark.timeout(120)]


def test_the_conversation_goes_on_by_voice_while_a_call_waits_for_a_key(
    house: VirtualAudio, wire: Tap, tmp_path: Path
) -> None:
    (tmp_path / "tools.py").write_text(TOOLS)
    with console(["talk", "--url", wire.url, "--tools", "tools.py"], house.env, tmp_path) as terminal:
        terminal.wait_for("listening")
        terminal.type("t")
        terminal.type("delete note shopping\r")
        terminal.wait_for("Run this?")
        terminal.wait_for("always run this function")
        before = len(wire.all("input_audio_buffer.append"))
        with house.hear() as recording:
            house.say(speech("what time is it")).wait()
            wire.wait("response.output_audio.done", 20)
            recording.until_quiet(600)
        assert len(wire.all("input_audio_buffer.append")) > before + 20, "the microphone stopped"
        assert recording.frames.any(), "the answer was not heard"
        assert "Run this?" in terminal.screen.text
        assert deleted(tmp_path) == []
        terminal.type("y")
        terminal.wait_for("the note shopping is gone")
        assert deleted(tmp_path) == ["deleted-shopping"]
        terminal.type("q")
        assert terminal.wait_end() == 0
    outputs = [
        message.event["item"]["output"]
        for message in wire.all("conversation.item.create")
        if message.event["item"]["type"] == "function_call_output"
    ]
    assert len(outputs) == 1
    assert "\x07" in outputs[0], "the model gets what the function returned, the terminal does not"
