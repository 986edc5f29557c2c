"""From a block in any form to steps of 20 ms; the far end stays in line with the near one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.devices.contract import MicBlock
from realtime_cli.dsp.pcm16 import Int16, from_bytes
from realtime_cli.dsp.resample import resample
from realtime_cli.runtime.capture_chain import CaptureChain
from tests.support.sound import correlation, noise


class Subtraction:
    """The simplest canceller there is: right when far and near are in line to the frame."""

    def process(self, near: Int16, far: Int16) -> Int16:
        assert len(near) == len(far) == 480
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


@pytest.mark.parametrize("missed", ["by the speaker", "by the microphone"])
def test_what_a_device_missed_moves_nothing_when_its_time_stamps_tell(missed: str) -> None:
    steps, sound = Steps(), noise(4.0)
    chain = CaptureChain(steps, Subtraction())
    for index in range(100):
        begin = index * 480
        late_s = 0.04 if index >= 50 else 0.0
        at_s = begin / 24_000
        if missed == "by the speaker":  # it is heard 40 ms later than it would have been
            chain.far(sound[begin : begin + 480], 24_000, at_s + late_s)
            heard = begin - round(late_s * 24_000)
            near = sound[heard : heard + 480] if index >= 52 or index < 50 else np.zeros(480, dtype=np.int16)
            chain.near(MicBlock(near, 24_000, captured_at_s=at_s))
        else:
            chain.far(sound[begin : begin + 480], 24_000, at_s)
            if not 50 <= index < 52:
                chain.near(MicBlock(sound[begin : begin + 480], 24_000, captured_at_s=at_s))
    settled = steps.frames[60 * 480 :]
    assert len(settled) > 24_000 / 2
    assert not settled.any()
