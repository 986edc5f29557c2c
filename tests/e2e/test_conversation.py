"""A spoken question goes through microphone, wire and server, and the answer is heard at the speaker."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from realtime_cli import clock
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, Int16, from_bytes
from tests.e2e.conftest import until_settled
from tests.support.console import console
from tests.support.rendition import rendition
from tests.support.sound import Recording, VirtualAudio, speech
from tests.support.tap import Tap

pytestmark = [pytest.mark.device, pytest.mark.engines, pytest.mark.pty, pytest.mark.timeout(120)]

RECORDER_LAG_MS = 40
"""What is heard now is in the recording so much later: its latency of 20 ms and one block of the sound system."""

COUNTED_MS = 10
"""What the server is told was heard, and what was: a fade's last frames are silence to the ear."""

QUESTION = "roll two dice"
LONG_QUESTION = "what can you do"
"""The recogniser understands both of them however they come to lie (20 of 20; "what time is it": 18 of 20)."""


def test_a_spoken_question_is_answered_aloud_with_the_result_of_a_function(
    house: VirtualAudio, wire: Tap, workplace: Path
) -> None:
    arguments = ["talk", "--url", wire.url, "--tools", "tools.py"]
    with console(arguments, house.env, workplace) as terminal:
        terminal.wait_for("listening")
        until_settled(wire)
        with house.hear() as recording:
            house.say(speech(QUESTION)).wait()
            wire.wait("response.output_audio.done", 20)
            recording.until_quiet(600)
        terminal.wait_for("the dice show a three and a five")
        terminal.type("q")
        assert terminal.wait_end() == 0
        screen = terminal.look()
        words = [word for word in ("hearing you", "calling", "speaking") if terminal.was_seen(word)]
        assert terminal.attributes() == terminal.attributes_before

    assert rendition(from_bytes(wire.audio()), recording.frames).faults() == []

    order = [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
    ]
    assert [t for t in wire.types("down") if t in order] == order
    transcript = wire.all("conversation.item.input_audio_transcription.completed")
    assert transcript[0].event["transcript"] == QUESTION
    call = wire.all("response.function_call_arguments.done")
    assert [m.event["name"] for m in call] == ["roll_dice"]
    assert len(wire.all("response.create")) == 1, (
        "one follow-up after the call; the first answer came by itself"
    )

    assert QUESTION in screen
    assert "roll_dice" in screen
    assert screen.index(QUESTION) < screen.index("roll_dice")
    assert {"hearing you", "speaking"} <= set(words)


def test_speaking_interrupts_the_answer_and_the_server_learns_what_was_heard(
    house: VirtualAudio, wire: Tap, workplace: Path
) -> None:
    # The virtual room has no echo, as with headphones.
    with console(["talk", "--url", wire.url, "--echo", "off"], house.env, workplace) as terminal:
        terminal.wait_for("listening")
        with house.hear() as recording:
            house.say(speech(LONG_QUESTION)).wait()
            _, first_delta = wire.wait("response.output_audio.delta", 20)
            item_id = first_delta.event["item_id"]
            recording.until_sounding()
            start = len(wire.messages)
            speaking = house.say(speech(QUESTION))
            wire.wait("input_audio_buffer.speech_started", 10, after=start)
            heard_by_then = len(recording.so_far())
            _, truncated = wire.wait("conversation.item.truncate", 2, after=start)
            first_part = recording.until_quiet(150)
            speaking.wait()
            _, second = wire.wait(
                "response.output_audio.done", 20, after=start, where=lambda e: e["item_id"] != item_id
            )
            all_of_it = until_heard(recording, after=len(first_part))
        terminal.type("q")
        assert terminal.wait_end() == 0
        screen = terminal.look()

    stopped_after_ms = (np.flatnonzero(first_part)[-1] - heard_by_then) * 1000 / SAMPLE_RATE_HZ
    assert stopped_after_ms <= 100 + RECORDER_LAG_MS
    first = rendition(from_bytes(wire.audio(item_id)), first_part)
    assert first.faults(interrupted=True) == []
    assert first.tail_ms > 500, "it went on to the end"
    assert truncated.event["item_id"] == item_id
    # A block that the speaker missed is taken off, though its sound may have come later; or it was the very last one.
    told_ms = truncated.event["audio_end_ms"]
    assert abs(told_ms - first.end_ms) <= COUNTED_MS + first.gaps_ms

    answer = from_bytes(wire.audio(second.event["item_id"]))
    assert rendition(answer, all_of_it[len(first_part) :]).faults() == [], "the next answer, and nothing else"
    assert QUESTION in screen


def until_heard(recording: Recording, *, after: int) -> Int16:
    """Wait until something was heard behind frame `after`, and it is quiet again."""
    deadline_s = clock.monotonic() + 20
    while not recording.so_far()[after:].any() and clock.monotonic() < deadline_s:
        threading.Event().wait(0.05)
    return recording.until_quiet(600)


def test_push_to_talk_sends_what_was_said_between_two_taps(
    house: VirtualAudio, wire: Tap, workplace: Path
) -> None:
    with console(["talk", "--url", wire.url, "--ptt"], house.env, workplace) as terminal:
        terminal.wait_for("listening")
        with house.hear() as recording:
            house.say(speech("what time is it")).wait()  # nobody pressed the key: nobody hears it
            terminal.type(" ")
            wire.wait("input_audio_buffer.clear", 5)
            house.say(speech(QUESTION)).wait()
            terminal.type(" ")
            wire.wait("response.output_audio.done", 20)
            recording.until_quiet(600)
        terminal.wait_for(QUESTION)
        terminal.type("q")
        assert terminal.wait_end() == 0
    ups = [t for t in wire.types("up") if t != "input_audio_buffer.append"]
    assert ups[-3:] == ["input_audio_buffer.clear", "input_audio_buffer.commit", "response.create"]
    completed = wire.all("conversation.item.input_audio_transcription.completed")
    assert [m.event["transcript"] for m in completed] == [QUESTION]
    assert "input_audio_buffer.speech_started" not in wire.types("down")
    assert rendition(from_bytes(wire.audio()), recording.frames).faults() == []
