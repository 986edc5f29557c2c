"""A recorded conversation on virtual devices: both sides stand where they were heard, and can be heard again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, Int16, from_bytes
from tests.support.console import console
from tests.support.sound import VirtualAudio, correlation, speech
from tests.support.tap import Tap

pytestmark = [pytest.mark.device, pytest.mark.engines, pytest.mark.pty, pytest.mark.timeout(120)]

ROOM_MS = 80
"""The virtual room brings what the speaker says back to the microphone so much later."""

ALIGNED_MS = 60
QUESTION = "roll two dice"


def sides(folder: Path) -> tuple[Path, Int16, Int16]:
    """The one recording in a folder: user, model."""
    (path,) = folder.glob("*.wav")
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, SAMPLE_RATE_HZ)
        frames = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)
    return path, frames[:, 0].copy(), frames[:, 1].copy()


def history(folder: Path, env: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "realtime_cli", "history", *words],
        env={**env, "REALTIME_CLI_DATA_DIR": str(folder / "data")},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout


def ask_aloud(house: VirtualAudio, wire: Tap, folder: Path, *, kill: bool) -> Int16:
    """One question and its answer on a recording line; what the speaker played. The program is killed, or left."""
    env = {**house.env, "REALTIME_CLI_DATA_DIR": str(folder / "data")}
    arguments = ["talk", "--url", wire.url, "--tools", "tools.py", "--echo", "off", "--record", "sound"]
    house.do("echo", "on", str(ROOM_MS), "0.005")  # too little to be taken for the user
    with console(arguments, env, folder) as terminal:
        terminal.wait_for("listening")
        with house.hear() as recording:
            house.say(speech(QUESTION)).wait()
            wire.wait("response.output_audio.done", 20)
            recording.until_quiet(1_500)
        if kill:
            os.kill(terminal.process.pid, signal.SIGKILL)
            assert terminal.wait_end() == -signal.SIGKILL
        else:
            terminal.type("q")
            assert terminal.wait_end() == 0
    return recording.frames


def sounding(frames: Int16) -> Int16:
    loud = np.flatnonzero(frames)
    return frames[loud[0] : loud[-1] + 1]


def pieces(sent: Int16, side: Int16) -> list[tuple[Int16, int]]:
    """Loud pieces of 250 ms and where they stand on a side; a busy machine may have torn some of them."""
    size = SAMPLE_RATE_HZ // 4
    cut = [sent[at : at + size] for at in range(0, len(sent) - size, size)]
    found = [(piece, *correlation(piece, side)) for piece in cut if np.abs(piece).max() > 1_000]
    return [(piece, place) for piece, likeness, place in found if likeness >= 0.9]


def later_ms(piece: Int16, place: int, other: Int16) -> float | None:
    """How much later a piece stands on the other side; None where it cannot be told."""
    before = min(place, SAMPLE_RATE_HZ // 5)
    window = other[place - before : place + len(piece) + SAMPLE_RATE_HZ // 2]
    likeness, found = correlation(piece, window) if len(window) > len(piece) else (0.0, 0)
    return (found - before) * 1000 / SAMPLE_RATE_HZ if likeness >= 0.8 else None


def test_both_sides_stand_where_they_were_heard_and_are_played_again(
    house: VirtualAudio, wire: Tap, workplace: Path
) -> None:
    ask_aloud(house, wire, workplace, kill=False)
    path, user, model = sides(workplace / "sound")

    asked = pieces(sounding(from_bytes(speech(QUESTION).read_bytes()[44:])), user)
    assert len(asked) >= 2, "the user's side is the question"
    assert [place for _, place in asked] == sorted(place for _, place in asked)
    found = pieces(sounding(from_bytes(wire.audio())), model)
    assert found, "the model's side is its answer"
    assert asked[-1][1] < found[0][1]
    # The room brings the answer back to the microphone: the recording shows it as much later as it really came.
    lags_ms = [lag_ms for piece, place in found if (lag_ms := later_ms(piece, place, user)) is not None]
    assert len(lags_ms) >= 2
    assert abs(float(np.median(lags_ms)) - ROOM_MS) <= ALIGNED_MS, lags_ms

    words = [json.loads(line) for line in path.with_suffix(".jsonl").read_text().splitlines()]
    assert QUESTION in [word.get("text") for word in words]
    house.do("echo", "off", "0", "0")
    with house.hear() as heard:
        told = json.loads(history(workplace, house.env, "play", "last", "--json"))
    assert told["seconds"] == pytest.approx(len(user) / SAMPLE_RATE_HZ, abs=0.01)
    both = np.clip(user.astype(int) + model, -32768, 32767).astype(np.int16)
    assert len(pieces(sounding(both), np.pad(heard.frames, (0, len(both))))) >= 2


def test_a_recording_is_whole_after_a_kill(house: VirtualAudio, wire: Tap, workplace: Path) -> None:
    played = ask_aloud(house, wire, workplace, kill=True)
    _, user, model = sides(workplace / "sound")
    sent = sounding(from_bytes(wire.audio()))
    assert pieces(sent[: len(sent) * 2 // 3], model)
    assert user.any()
    assert len(played) - len(model) < 4 * SAMPLE_RATE_HZ
    (row,) = json.loads(history(workplace, house.env, "list", "--json"))
    assert row["status"] == "interrupted"
    with house.hear() as heard:
        history(workplace, house.env, "play", "last")
    assert heard.frames.any()
