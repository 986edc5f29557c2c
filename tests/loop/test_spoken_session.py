"""Whole spoken sessions without hardware: a file speaks, the local server answers, a file listens."""

import json
import threading
import wave
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from realtime_cli import protocol as p
from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.runtime.local import LocalServer
from realtime_cli.runtime.rig_plan import RigPlan
from realtime_cli.runtime.run import Outcome, Plan, run
from realtime_cli.runtime.wiretap import Tap
from realtime_cli.server.engines.contract import Engines, Mouth
from realtime_cli.server.engines.echo_brain import EchoBrain
from realtime_cli.server.engines.scripted_ears import ScriptedEars
from realtime_cli.server.engines.silero import vad_factory
from realtime_cli.server.engines.tone_mouth import ToneMouth
from realtime_cli.session.state import Spoken
from realtime_cli.session.wish import Wish
from tests.loop.test_run import ABLE, Watch
from tests.support.clock import run_jumping

RATE_HZ = 24_000


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def silence(seconds: float) -> Int16:
    return np.zeros(int(RATE_HZ * seconds), np.int16)


def hum(seconds: float) -> Int16:
    """Loud enough to be speech for a detector by loudness."""
    t = np.arange(int(RATE_HZ * seconds)) / RATE_HZ
    return (9000 * np.sin(2 * np.pi * 220 * t)).astype(np.int16)


def write_wav(path: Path, *parts: Int16) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.concatenate(parts).tobytes())


def read_wav(path: Path) -> Int16:
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


class SteadyMouth(ToneMouth):
    """Says everything as ten seconds of one steady tone, so that a recording shows to the frame what was
    heard.
    """

    async def speak(self, text: str, *, voice: str, speed: float = 1.0) -> AsyncIterator[bytes]:
        for _ in range(100):
            yield np.full(RATE_HZ // 10, 5000, np.int16).tobytes()


def hold(
    tmp_path: Path, transcripts: list[str], *parts: Int16, mouth: Mouth | None = None, tap: Tap | None = None
) -> tuple[Outcome, Int16, Watch]:
    spoken, heard = tmp_path / "in.wav", tmp_path / "out.wav"
    write_wav(spoken, *parts)
    watch = Watch()
    hearing = p.AudioInput(
        transcription=p.Transcription(model="local"), turn_detection=p.ServerVad(silence_duration_ms=500)
    )
    wish = Wish(config=p.SessionConfig(output_modalities=("audio",), audio=p.AudioConfig(input=hearing)))
    rig = RigPlan(input_file=spoken, output_file=heard)

    async def main() -> Outcome:
        engines = Engines(ScriptedEars(transcripts), mouth or ToneMouth(), EchoBrain(), vad_factory("energy"))
        async with LocalServer(engines) as local:
            return await run(Plan(wish, ABLE, local.open, watch, sound=rig.make, tap=tap))

    outcome = run_jumping(main())
    return outcome, read_wav(heard), watch


def test_a_spoken_turn_is_heard_answered_and_played_to_its_end(tmp_path: Path) -> None:
    outcome, heard, watch = hold(tmp_path, ["good morning"], silence(0.5), hum(1.5), silence(3.0))
    assert (outcome.exit_code, outcome.message) == (0, "")
    entries = [entry for entry in outcome.state.entries if isinstance(entry, Spoken)]
    assert [entry.role for entry in entries] == ["user", "assistant"]
    assert "good morning" in entries[0].text
    assert "good morning" in entries[1].text
    assert not entries[1].interrupted
    assert np.abs(heard.astype(np.int32)).max() > 1000
    phases = [state.phase.value for _, state in watch.pictures]
    for phase in ("listening", "hearing you", "speaking"):
        assert phase in phases


def test_speaking_into_an_answer_cuts_it(tmp_path: Path) -> None:
    words = " ".join(["again"] * 40)
    outcome, heard, _ = hold(
        tmp_path, [words, "stop"], silence(0.5), hum(1.5), silence(3.0), hum(1.5), silence(3.0)
    )
    assert outcome.exit_code == 0
    answers = [e for e in outcome.state.entries if isinstance(e, Spoken) and e.role == "assistant"]
    assert [answer.interrupted for answer in answers] == [True, False]
    assert len(answers[0].text) < len(words)
    assert heard.size > 0


def test_the_server_is_told_to_the_millisecond_what_was_heard_of_a_cut_answer(tmp_path: Path) -> None:
    sent: list[dict[str, Any]] = []

    def tap(way: str, text: str) -> None:
        if way == ">":
            sent.append(json.loads(text))

    parts = (silence(0.5), hum(1.5), silence(3.0), hum(1.0), silence(1.0))
    _, heard, _ = hold(tmp_path, ["one", ""], *parts, mouth=SteadyMouth(), tap=tap)
    truncated = [event for event in sent if event["type"] == "conversation.item.truncate"]
    assert len(truncated) == 1
    sounding = np.flatnonzero(heard)
    gap = np.flatnonzero(np.diff(sounding) > RATE_HZ // 10)
    end = sounding[gap[0]] if gap.size else sounding[-1]
    recorded_ms = (end - sounding[0] + 1) / RATE_HZ * 1000
    assert truncated[0]["audio_end_ms"] == pytest.approx(recorded_ms, abs=2)
