"""A spoken question goes through microphone, wire and server, and the answer is heard at the speaker."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from realtime_cli import clock
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, Int16, from_bytes
from tests.support.console import console
from tests.support.sound import Recording, VirtualAudio, correlation, speech
from tests.support.tap import Tap

pytestmark = [pytest.mark.device, pytest.mark.engines, pytest.mark.pty, pytest.mark.timeout(120)]

RECORDER_LAG_MS = 40
"""What is heard now is in the recording so much later: its latency of 20 ms and one block of the sound system."""

LONG_QUESTION = "what can you do"


def sounding(frames: Int16) -> Int16:
    """From the first to the last frame that is not silence."""
    loud = np.flatnonzero(frames)
    return frames[loud[0] : loud[-1] + 1]


def milliseconds(frames: Int16) -> float:
    return len(frames) * 1000 / SAMPLE_RATE_HZ


def test_a_spoken_question_is_answered_aloud_with_the_result_of_a_function(
    house: VirtualAudio, wire: Tap, workplace: Path
) -> None:
    arguments = ["talk", "--url", wire.url, "--tools", "tools.py"]
    with console(arguments, house.env, workplace) as terminal:
        terminal.wait_for("listening")
        with house.hear() as recording:
            house.say(speech("what time is it")).wait()
            wire.wait("response.output_audio.done", 20)
            recording.until_quiet(600)
        terminal.wait_for("ten past nine")
        terminal.type("q")
        assert terminal.wait_end() == 0
        screen = terminal.look()
        words = [word for word in ("hearing you", "calling", "speaking") if terminal.was_seen(word)]
        assert terminal.attributes() == terminal.attributes_before

    heard = sounding(recording.frames)
    sent = sounding(from_bytes(wire.audio()))
    assert abs(milliseconds(heard) - milliseconds(sent)) <= 60
    likeness, _ = correlation(sent, np.pad(recording.frames, (0, len(sent))))
    assert likeness >= 0.9

    order = [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
    ]
    assert [t for t in wire.types("down") if t in order] == order
    transcript = wire.all("conversation.item.input_audio_transcription.completed")
    assert transcript[0].event["transcript"] == "what time is it"
    call = wire.all("response.function_call_arguments.done")
    assert [m.event["name"] for m in call] == ["get_time"]
    assert len(wire.all("response.create")) == 1, (
        "one follow-up after the call; the first answer came by itself"
    )

    assert "what time is it" in screen
    assert "get_time" in screen
    assert screen.index("what time is it") < screen.index("get_time")
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
            speaking = house.say(speech("what time is it"))
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
    heard = sounding(first_part)
    assert milliseconds(heard) < milliseconds(from_bytes(wire.audio(item_id))) - 500, "it went on to the end"
    assert truncated.event["item_id"] == item_id
    assert abs(truncated.event["audio_end_ms"] - leading_ms(wire.audio(item_id)) - milliseconds(heard)) <= 60

    rest = all_of_it[len(first_part) :]
    answer = sounding(from_bytes(wire.audio(second.event["item_id"])))
    assert abs(milliseconds(sounding(rest)) - milliseconds(answer)) <= 60, (
        "the next answer was not heard whole"
    )
    assert correlation(answer, np.pad(rest, (0, len(answer))))[0] >= 0.9
    assert "what time is it" in screen


def until_heard(recording: Recording, *, after: int) -> Int16:
    """Wait until something was heard behind frame `after`, and it is quiet again."""
    deadline_s = clock.monotonic() + 20
    while not recording.so_far()[after:].any() and clock.monotonic() < deadline_s:
        threading.Event().wait(0.05)
    return recording.until_quiet(600)


def leading_ms(pcm: bytes) -> float:
    """Silence before the first sound of an item."""
    return float(np.flatnonzero(from_bytes(pcm))[0]) * 1000 / SAMPLE_RATE_HZ


def test_push_to_talk_sends_what_was_said_between_two_taps(
    house: VirtualAudio, wire: Tap, workplace: Path
) -> None:
    with console(["talk", "--url", wire.url, "--ptt"], house.env, workplace) as terminal:
        terminal.wait_for("listening")
        with house.hear() as recording:
            house.say(speech("roll two dice")).wait()  # nobody pressed the key: nobody hears it
            terminal.type(" ")
            wire.wait("input_audio_buffer.clear", 5)
            house.say(speech("what time is it")).wait()
            terminal.type(" ")
            wire.wait("response.output_audio.done", 20)
            recording.until_quiet(600)
        terminal.wait_for("what time is it")
        terminal.type("q")
        assert terminal.wait_end() == 0
    ups = [t for t in wire.types("up") if t != "input_audio_buffer.append"]
    assert ups[-3:] == ["input_audio_buffer.clear", "input_audio_buffer.commit", "response.create"]
    completed = wire.all("conversation.item.input_audio_transcription.completed")
    assert [m.event["transcript"] for m in completed] == ["what time is it"]
    assert "input_audio_buffer.speech_started" not in wire.types("down")
    sent = sounding(from_bytes(wire.audio()))
    assert abs(milliseconds(sounding(recording.frames)) - milliseconds(sent)) <= 60
