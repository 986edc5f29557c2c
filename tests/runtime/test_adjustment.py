"""Ducking, pausing and cues: what becomes of the answer meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np

from realtime_cli.devices.simulated import SimulatedSpeaker
from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.session.commands import DuckPlayout, PausePlayout, PlayCue, ResumePlayout, SetVolume
from tests.runtime.test_audio_rig import Rig, live
from tests.support.sound import noise, read_wav


def heard(path: Path) -> Int16:
    frames = read_wav(path)[0][:, 0]
    loud = np.flatnonzero(frames)
    return frames[loud[0] : loud[-1] + 1]


def test_a_pause_loses_nothing_and_goes_on_where_it_was(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        rig.play("one")
        await asyncio.sleep(0.4)
        rig.rig.adjust(DuckPlayout(0.25))
        await asyncio.sleep(0.1)
        rig.rig.adjust(PausePlayout())
        await asyncio.sleep(0.8)
        before = rig.played("one")
        await asyncio.sleep(0.1)
        assert rig.played("one") == before, "it sounds while it is paused"
        rig.rig.adjust(ResumePlayout())
        await asyncio.sleep(1.5)

    rig = live(None, SimulatedSpeaker(tmp_path / "out.wav"), story)
    assert rig.played("one") == 24_000
    sound = heard(tmp_path / "out.wav")
    silence_s = len(sound) / 24_000 - 1.0
    assert 0.8 < silence_s < 1.0
    assert np.array_equal(sound[:9_000], noise(1.0)[:9_000])
    assert np.array_equal(sound[-9_000:], noise(1.0)[-9_000:]), "it is not as loud as before"


def test_an_interruption_during_a_pause_counts_what_was_heard(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        rig.play("one")
        await asyncio.sleep(0.4)
        rig.rig.adjust(DuckPlayout(0.25))
        rig.rig.adjust(PausePlayout())
        await asyncio.sleep(0.3)
        (piece,) = rig.rig.flush(10)
        assert piece.frames == rig.played("one")
        rig.play("two")
        await asyncio.sleep(1.5)

    rig = live(None, SimulatedSpeaker(tmp_path / "out.wav"), story)
    assert rig.played("two") == 24_000, "the next answer is neither paused nor cut"
    assert np.array_equal(heard(tmp_path / "out.wav")[-24_000:], noise(1.0)), "nor ducked"


def test_the_volume_holds_and_a_cue_is_nobodys_answer(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        rig.rig.adjust(SetVolume(0.5))
        rig.rig.adjust(PlayCue("heard"))
        await asyncio.sleep(0.5)
        rig.play("one")
        await asyncio.sleep(1.5)

    rig = live(None, SimulatedSpeaker(tmp_path / "out.wav"), story)
    assert rig.played("one") == 24_000
    late = heard(tmp_path / "out.wav")[-20_000:].astype(int)
    assert np.abs(late - noise(1.0)[-20_000:] * 0.5).max() <= 1
