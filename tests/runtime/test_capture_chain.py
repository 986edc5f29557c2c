"""From a block in any form to steps of 20 ms; the far end stays in line with the near one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.devices.contract import MicBlock
from realtime_cli.dsp.pcm16 import Int16, from_bytes
from realtime_cli.dsp.resample import resample
from realtime_cli.runtime.capture_chain import CaptureChain, FarEnd
from tests.support.sound import correlation, noise


class Subtraction:
    """The simplest canceller there is: right when far and near are in line to the frame."""

    def process(self, near: Int16, far: Int16) -> Int16:
        assert len(near) == len(far) == 240
        return near - far


class Steps:
    """Collects what the chain emits."""

    def __init__(self) -> None:
        self.pcm = b""
        self.levels: list[float] = []

    def __call__(self, pcm: bytes, level_dbfs: float) -> None:
        assert len(pcm) == 960
        self.pcm += pcm
        self.levels.append(level_dbfs)

    @property
    def frames(self) -> Int16:
        return from_bytes(self.pcm)


@given(st.lists(st.integers(0, 2000), max_size=30))
def test_blocks_of_any_size_become_steps_of_20_ms_and_nothing_is_lost(sizes: list[int]) -> None:
    sound, steps, at = noise(sum(sizes) / 24_000), Steps(), 0
    chain = CaptureChain(steps)
    for size in sizes:
        chain.near(MicBlock(sound[at : at + size], 24_000))
        at += size
    # 10 ms may wait in each of the two framers.
    assert len(sound) - 480 < len(steps.frames) + 240 <= len(sound) + 240 or not len(sound)
    assert np.array_equal(steps.frames, sound[: len(steps.frames)])


def test_levels_are_those_of_the_steps() -> None:
    steps = Steps()
    chain = CaptureChain(steps)
    chain.near(MicBlock(np.zeros(480, dtype=np.int16), 24_000))
    chain.near(MicBlock(np.full(480, 16384, dtype=np.int16), 24_000))
    assert steps.levels == pytest.approx([-100.0, -6.02], abs=0.01)


@pytest.mark.parametrize(("rate_hz", "channels"), [(48_000, 2), (44_100, 1), (16_000, 1)])
def test_a_foreign_form_is_mixed_and_resampled(rate_hz: int, channels: int) -> None:
    at = np.arange(rate_hz)
    chirp = np.sin(2 * np.pi * (200 + 400 * at / rate_hz) * at / rate_hz)
    tone = np.rint(8000 * chirp).astype(np.int16)
    block_frames = rate_hz // 50
    steps = Steps()
    chain = CaptureChain(steps)
    for start in range(0, rate_hz, block_frames):
        block = tone[start : start + block_frames]
        chain.near(MicBlock(np.stack([block] * channels, axis=1) if channels > 1 else block, rate_hz))
    heard, whole = steps.frames, resample(tone, rate_hz, 24_000)
    assert len(heard) >= 24_000 - 480
    likeness, at_frame = correlation(whole[2000:-2000], heard)
    assert likeness > 0.999
    assert abs(at_frame - 2000) < 30  # 1 ms late at most


def test_a_device_that_comes_back_at_another_rate_is_heard_on() -> None:
    steps = Steps()
    chain = CaptureChain(steps)
    chain.near(MicBlock(noise(0.02), 24_000))
    chain.restart()
    chain.near(MicBlock(noise(0.1, rate_hz=48_000), 48_000))
    assert len(steps.frames) == 480 + 2400


def test_what_the_speaker_plays_is_taken_out() -> None:
    steps, sound = Steps(), noise(0.5)
    chain = CaptureChain(steps, Subtraction())
    for start in range(0, len(sound), 480):
        block = sound[start : start + 480]
        chain.far(block, 24_000)
        chain.near(MicBlock(block, 24_000))
    assert len(steps.frames) == len(sound)
    assert not steps.frames.any()


def test_far_sound_of_a_48_khz_speaker_is_brought_to_24_khz() -> None:
    steps = Steps()
    chain = CaptureChain(steps, Subtraction())
    for _ in range(10):
        chain.far(np.full(960, 1000, dtype=np.int16), 48_000)
        chain.near(MicBlock(np.full(480, 1000, dtype=np.int16), 24_000))
    assert len(steps.frames) == 4800
    assert np.abs(steps.frames[480:]).max() < 10


def test_late_far_sound_is_awaited_once_and_then_in_line() -> None:
    far, sound, outs = FarEnd(), noise(1.0), []
    for index in range(100):
        outs.append(far.take())
        far.put(sound[index * 240 : index * 240 + 240])
    played = np.concatenate(outs)
    assert not played[:240].any()
    assert np.array_equal(played[240:], sound[:-240])


@given(st.lists(st.integers(0, 960), min_size=1, max_size=40))
def test_the_far_end_keeps_the_order_and_adds_only_silence(sizes: list[int]) -> None:
    far, sound, outs, at = FarEnd(), noise(2.0), [], 0
    far.take()
    for size in sizes:
        far.put(sound[at : at + size])
        at += size
        outs.append(far.take())
    played = np.concatenate(outs)
    kept = played[played != 0]
    assert np.array_equal(kept, sound[: len(kept)])


def test_what_was_played_before_the_microphone_delivered_is_forgotten() -> None:
    far = FarEnd()
    for _ in range(10):
        far.put(np.ones(480, dtype=np.int16))
    far.take()
    assert far.queued_frames == 240


@pytest.mark.parametrize(
    ("sound", "until_step"), [pytest.param(0, 40, id="silence"), pytest.param(1, 200, id="sound")]
)
def test_a_surplus_that_stays_is_dropped_sooner_while_nothing_sounds(sound: int, until_step: int) -> None:
    far = FarEnd()
    far.take()
    far.put(np.full(4800, sound, dtype=np.int16))
    depths = []
    for _ in range(220):
        far.put(np.full(240, sound, dtype=np.int16))
        far.take()
        depths.append(far.queued_frames)
    # In the first window of 20 or 100 steps it was empty once, so the second one shows the surplus.
    assert depths[: until_step - 2] == [4800] * (until_step - 2)
    assert set(depths[until_step - 2 :]) == {240}


def test_a_burst_is_not_taken_for_a_surplus() -> None:
    far = FarEnd()
    far.take()
    depths = []
    for index in range(400):
        far.put(np.ones(960 if index % 4 == 0 else 0, dtype=np.int16))
        far.take()
        depths.append(far.queued_frames)
    assert depths == [720, 480, 240, 0] * 100


def test_a_microphone_that_stalls_costs_a_second_of_memory_at_most() -> None:
    far = FarEnd()
    far.take()
    for _ in range(500):
        far.put(np.ones(480, dtype=np.int16))
    assert far.queued_frames == 24_000
    far.clear()
    assert far.queued_frames == 0


@pytest.mark.parametrize("ppm", [100, -100])
def test_clocks_that_drift_apart_for_ten_minutes_stay_lined_up(ppm: int) -> None:
    far, per_step = FarEnd(), 240 * (1 + ppm / 1e6)
    ready, put = 0.0, 0
    deepest = empty = 0
    sound = np.ones(241, dtype=np.int16)
    for step in range(60_000):
        ready += per_step
        frames, put = int(ready) - put, int(ready)
        far.put(sound[:frames])
        empty += not far.take().any()
        if step > 200:
            deepest = max(deepest, far.queued_frames)
    assert deepest <= 4 * 240, "an echo would arrive before what it is an echo of"
    assert empty <= 12, "36,000 frames of drift are made up for in a few steps"
