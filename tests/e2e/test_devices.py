"""Devices break in the middle of a conversation: it goes on, and the screen says what happened and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.support.console import Console, console
from tests.support.sound import VirtualAudio, speech, virtual_audio
from tests.support.tap import Tap

pytestmark = [pytest.mark.device, pytest.mark.engines, pytest.mark.pty, pytest.mark.timeout(120)]

_LIBRARY_NOISE = re.compile(r"ALSA lib|Expression '|PaAlsa|Pa_|pa_linux|jack server|Cannot connect|Traceback")
GONE = "does not work: the device went away"
BACK = "works again"


def ask_aloud(house: VirtualAudio, wire: Tap, terminal: Console, question: str = "what time is it") -> None:
    """A spoken question is understood, and its answer sounds from the speaker."""
    terminal.wait(lambda _: "listening" in terminal.screen.text, 15, "listening")  # earlier answers are over
    start = len(wire.messages)
    house.say(speech(question)).wait()
    start, heard = wire.wait("conversation.item.input_audio_transcription.completed", 20, after=start)
    with house.hear() as recording:
        wire.wait("response.output_audio.done", 20, after=start)
        recording.until_quiet(600, timeout_s=20)
    assert np.count_nonzero(recording.frames) > 0.3 * house.rate_hz, "the answer was not heard"
    terminal.wait_for(heard.event["transcript"])


def type_and_then_speak(
    house: VirtualAudio, wire: Tap, terminal: Console, bring_back: Callable[[], None]
) -> None:
    """What is typed is answered without any device; with both of them there again one can speak."""
    start = len(wire.messages)
    terminal.type("twhat time is it\r")
    wire.wait("response.done", 20, after=start)
    bring_back()
    terminal.wait(lambda screen: screen.count(BACK) == 2, 20, "word of both")
    ask_aloud(house, wire, terminal, "roll two dice")


def leave(terminal: Console) -> None:
    """The end is in order, and no library wrote a word on the screen."""
    terminal.type("q")
    assert terminal.wait_end() == 0
    for picture in terminal.seen:
        assert not _LIBRARY_NOISE.search(picture), picture
    assert not _LIBRARY_NOISE.search(terminal.look())


def begin_long_answer(house: VirtualAudio, terminal: Console) -> None:
    """An answer of many seconds sounds."""
    with house.hear() as recording:
        terminal.type("thelp\r")
        recording.until_sounding(20)


def times(terminal: Console, text: str) -> int:
    return terminal.look().count(text)


def test_a_headset_pulled_out_while_it_speaks_and_back_as_a_telephone(
    sound_system: None, wire: Tap, workplace: Path
) -> None:
    """Bluetooth: microphone and speaker go in the middle of an answer, and return with 16 kHz, mono."""
    with virtual_audio(rate_hz=48_000) as house:
        arguments = ["talk", "--url", wire.url, "--headphones"]
        with console(arguments, house.env, workplace, (140, 40)) as terminal:
            terminal.wait_for("listening")
            begin_long_answer(house, terminal)
            house.unplug("mic")
            house.unplug("speaker")
            terminal.wait(lambda screen: screen.count(GONE) == 2, 10, "word of both devices")
            house.replug_at("speaker", 16_000)
            house.replug_at("mic", 16_000)
            terminal.wait(lambda screen: screen.count(BACK) == 2, 15, "word of their return")
            terminal.type("\x1b")  # the rest of the old answer
            ask_aloud(house, wire, terminal)
            leave(terminal)


def test_a_sound_server_killed_while_it_speaks_and_started_again(
    house: VirtualAudio, wire: Tap, workplace: Path
) -> None:
    with console(["talk", "--url", wire.url], house.env, workplace, (140, 40)) as terminal:
        terminal.wait_for("listening")
        begin_long_answer(house, terminal)
        house.crash()
        terminal.wait(lambda screen: screen.count(GONE) == 2, 10, "word of both devices")
        type_and_then_speak(house, wire, terminal, house.revive)
        leave(terminal)


def test_a_suspended_speaker_in_the_middle_of_an_answer(
    house: VirtualAudio, wire: Tap, workplace: Path
) -> None:
    with console(["talk", "--url", wire.url, "--headphones"], house.env, workplace, (140, 40)) as terminal:
        terminal.wait_for("listening")
        begin_long_answer(house, terminal)
        house.suspend("speaker")
        terminal.wait_for("does not work: it has delivered no sound for 1 s")
        house.resume("speaker")
        terminal.wait_for(BACK)
        terminal.type("\x1b")
        ask_aloud(house, wire, terminal)
        leave(terminal)


def test_without_any_device_one_can_type_and_speak_once_they_are_there(
    sound_system: None, wire: Tap, workplace: Path
) -> None:
    with (
        virtual_audio(devices="none") as house,
        console(["talk", "--url", wire.url], house.env, workplace, (140, 40)) as terminal,
    ):
        terminal.wait(lambda screen: screen.count("does not work") == 2, 15, "word of both devices")

        def plug_in() -> None:
            house.replug("speaker")
            house.replug("mic")

        type_and_then_speak(house, wire, terminal, plug_in)
        leave(terminal)


def test_a_microphone_of_zeros_is_named_and_does_not_end_the_talk(
    house: VirtualAudio, wire: Tap, workplace: Path
) -> None:
    """A virtual microphone that nobody speaks into delivers what one without permission does."""
    arguments = ["talk", "--url", wire.url, "--echo", "off"]
    with console(arguments, house.env, workplace, (140, 40)) as terminal:
        terminal.wait_for("listening")
        terminal.wait_for("The microphone delivers only zeros")
        terminal.wait_for("privacy settings")
        ask_aloud(house, wire, terminal)
        assert times(terminal, "only zeros") == 1
        leave(terminal)


@pytest.mark.parametrize("echo", ["auto", "off"])
def test_the_speakers_own_monitor_as_a_microphone_is_named(
    house: VirtualAudio, wire: Tap, workplace: Path, echo: str
) -> None:
    env = {**house.env, "PULSE_SOURCE": "speaker.monitor"}
    arguments = ["talk", "--url", wire.url, "--echo", echo, "--no-interrupt"]
    with console(arguments, env, workplace, (140, 40)) as terminal:
        terminal.wait_for("listening")
        terminal.type("thelp\r")
        terminal.wait_for("The microphone hears the speaker's own signal, not the room.", 20)
        terminal.wait_for("--input-device")
        start = len(wire.messages)
        terminal.type("\x1b")
        terminal.type("twhat time is it\r")
        wire.wait("response.done", 20, after=start)
        assert times(terminal, "own signal") == 1
        leave(terminal)


def test_remembered_devices_that_are_gone_are_replaced_with_a_word(
    house: VirtualAudio, wire: Tap, workplace: Path
) -> None:
    (workplace / "nobody").mkdir()
    (workplace / "nobody" / "config.toml").write_text(
        'input_device = "Blue Yeti"\noutput_device = "AirPods Pro"\n'
    )
    with console(["talk", "--url", wire.url], house.env, workplace, (140, 40)) as terminal:
        terminal.wait_for("listening")
        terminal.wait_for("The speaker 'AirPods Pro' is not there: 'default' is used instead.")
        terminal.wait_for("The microphone 'Blue Yeti' is not there: 'default' is used instead.")
        ask_aloud(house, wire, terminal)
        leave(terminal)
