"""The resampler, with libsoxr as the oracle."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.dsp.resample import Resampler, resample
from tests.dsp.signals import decibels, noise, rms, tone

RATES = [8_000, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000]
PAIRS = [(rate, 24_000) for rate in RATES] + [(24_000, rate) for rate in RATES]


def in_blocks(resampler: Resampler, frames: Int16, size: int) -> list[Int16]:
    return [resampler.process(frames[at : at + size]) for at in range(0, len(frames), size)]


@pytest.mark.parametrize(("from_hz", "to_hz"), PAIRS)
def test_a_tone_stays_the_same_tone(from_hz: int, to_hz: int) -> None:
    ours = resample(tone(1000, from_hz), from_hz, to_hz)
    wanted = tone(1000, to_hz)
    edge = to_hz // 20
    error = ours[edge:-edge].astype(float) - wanted[edge:-edge]
    assert decibels(float(np.sqrt(np.mean(error**2))) / rms(wanted)) < -75
    assert len(ours) == to_hz


@pytest.mark.parametrize(
    ("from_hz", "to_hz"), [(48_000, 24_000), (44_100, 24_000), (24_000, 48_000), (24_000, 16_000)]
)
def test_speech_band_equals_libsoxr(from_hz: int, to_hz: int) -> None:
    wide = noise(from_hz * 2)
    speech = soxr.resample(
        soxr.resample(wide, from_hz, 12_000, quality="VHQ"), 12_000, from_hz, quality="VHQ"
    )
    ours = resample(speech, from_hz, to_hz)
    oracle = soxr.resample(speech, from_hz, to_hz, quality="VHQ")
    shared = slice(to_hz // 10, min(len(ours), len(oracle)) - to_hz // 10)
    error = ours[shared].astype(float) - oracle[shared]
    assert decibels(float(np.sqrt(np.mean(error**2))) / rms(oracle)) < -55


@pytest.mark.parametrize(("hz", "at_most_db"), [(13_000, -60), (15_000, -85), (20_000, -85)])
def test_what_cannot_be_kept_is_removed_not_folded(hz: int, at_most_db: float) -> None:
    folded = resample(tone(hz, 48_000), 48_000, 24_000)[1000:-1000]
    assert decibels(rms(folded) / rms(tone(hz, 48_000))) < at_most_db


def test_ten_kilohertz_passes() -> None:
    passed = resample(tone(10_000, 48_000), 48_000, 24_000)[1000:-1000]
    assert decibels(rms(passed) / rms(tone(10_000, 48_000))) > -1


@given(st.sampled_from(PAIRS), st.lists(st.integers(0, 700), max_size=12))
@settings(max_examples=60, deadline=None)
def test_the_length_is_exact_whatever_the_blocks(pair: tuple[int, int], sizes: list[int]) -> None:
    from_hz, to_hz = pair
    resampler, taken, given_out = Resampler(from_hz, to_hz), 0, 0
    for size in sizes:
        given_out += len(resampler.process(noise(size)))
        taken += size
        assert given_out == -(-taken * to_hz // from_hz)


@given(st.sampled_from([(44_100, 24_000), (48_000, 24_000), (24_000, 16_000)]), st.integers(1, 900))
@settings(max_examples=30, deadline=None)
def test_how_the_stream_is_cut_does_not_matter(pair: tuple[int, int], size: int) -> None:
    frames = noise(2000)
    at_once = Resampler(*pair).process(frames)
    cut = np.concatenate(in_blocks(Resampler(*pair), frames, size))
    assert np.abs(at_once.astype(int) - cut).max() <= 1  # rounding of float sums in another order


def test_equal_blocks_in_give_steady_blocks_out() -> None:
    sizes = {len(block) for block in in_blocks(Resampler(24_000, 16_000), noise(4800), 480)}
    assert sizes == {320}
    sizes = {len(block) for block in in_blocks(Resampler(44_100, 24_000), noise(88_200), 441)}
    assert sizes == {240}
    sizes = {len(block) for block in in_blocks(Resampler(22_050, 24_000), noise(22_000), 220)}
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize(("from_hz", "to_hz"), PAIRS)
def test_the_delay_is_as_stated_and_short(from_hz: int, to_hz: int) -> None:
    resampler = Resampler(from_hz, to_hz)
    click = np.zeros(from_hz // 10, dtype=np.int16)
    click[from_hz // 50] = 20_000
    out = resampler.process(click)
    heard_s = float(np.argmax(np.abs(out))) / to_hz - 1 / 50
    assert heard_s == pytest.approx(resampler.delay_s, abs=1.0 / to_hz)
    assert resampler.delay_s <= 0.0021


def test_flush_gives_the_end_and_begins_anew() -> None:
    resampler = Resampler(48_000, 24_000)
    frames = noise(960)
    whole = np.concatenate((resampler.process(frames), resampler.flush()))
    assert len(whole) == 480 + 16
    assert np.array_equal(whole[16:], resample(frames, 48_000, 24_000))
    again = np.concatenate((resampler.process(frames), resampler.flush()))
    assert np.array_equal(again, whole)


@given(st.sampled_from(PAIRS), st.lists(st.integers(0, 700), max_size=8))
@settings(max_examples=60, deadline=None)
def test_without_its_delay_a_stream_equals_the_whole_sound(pair: tuple[int, int], sizes: list[int]) -> None:
    resampler, frames, at = Resampler(*pair), noise(sum(sizes)), 0
    resampler.skip_delay()
    parts = []
    for size in sizes:
        parts.append(resampler.process(frames[at : at + size]))
        at += size
    streamed = np.concatenate([*parts, resampler.flush()]) if at else frames
    whole = resample(frames, *pair)
    assert len(streamed) == len(whole)
    assert np.all(np.abs(streamed.astype(int) - whole) <= 1)


def test_equal_rates_change_nothing() -> None:
    resampler, frames = Resampler(24_000, 24_000), noise(100)
    assert resampler.is_identity
    assert resampler.process(frames) is frames
    assert len(resampler.flush()) == 0
    assert resampler.delay_s == 0.0
    assert resample(frames, 24_000, 24_000) is frames


def test_full_scale_is_clipped_not_wrapped() -> None:
    square = np.where(np.arange(9600) // 24 % 2, 32767, -32768).astype(np.int16)
    out = resample(square, 48_000, 24_000)
    assert out.max() == 32767
    assert out.min() == -32768
    steps = np.abs(np.diff(out.astype(int)))
    assert (
        np.count_nonzero(steps > 40_000) <= 9600 // 24
    )  # one for each edge: a wrapped peak would add two more


@pytest.mark.parametrize("frames", [0, 1, 2, 441, 100_003])
def test_a_whole_sound_keeps_its_length(frames: int) -> None:
    assert len(resample(noise(frames), 44_100, 24_000)) == -(-frames * 24_000 // 44_100)


def test_rates_must_be_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        Resampler(0, 24_000)
