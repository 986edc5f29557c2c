"""What was played stays at one distance from what is captured, whatever comes late, in bursts, or not at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from realtime_cli.dsp.far_end import MOST_FRAMES, SPARE_FRAMES, STEP_FRAMES, FarEnd, StreamTime
from realtime_cli.dsp.pcm16 import Int16
from tests.support.sound import noise

SOUND = np.where(noise(4.0) == 0, 1, noise(4.0)).astype(np.int16)  # no frame of it is silent
PLACES = {four.tobytes(): at for at, four in enumerate(np.lib.stride_tricks.sliding_window_view(SOUND, 4))}
SILENCE = np.zeros(STEP_FRAMES, dtype=np.int16)
BLOCK_S = 0.008


def settled() -> FarEnd:
    """Nothing sounded for half a second; the distance is chosen."""
    far = FarEnd()
    for _ in range(50):
        far.put(SILENCE)
        far.take()
    assert far.queued_frames == SPARE_FRAMES
    return far


def distances(played: Int16) -> set[int]:
    """By how many frames each frame of `SOUND` is later than it was in `SOUND`."""
    fours = np.lib.stride_tricks.sliding_window_view(played, 4)[::3]
    return {3 * at - PLACES[four.tobytes()] for at, four in enumerate(fours) if four.all()}


@given(st.lists(st.integers(0, 1200), min_size=20, max_size=90))
def test_reports_that_come_late_leave_holes_and_move_nothing(late_frames: list[int]) -> None:
    far, put, outs, late_steps = settled(), 0, [], 0
    for step, late in enumerate(late_frames):
        ready = max(put, (step + 1) * STEP_FRAMES - late)
        far.put(SOUND[put:ready])
        put = ready
        late_steps = late_steps + 1 if far.queued_frames < STEP_FRAMES else 0
        assume(late_steps < 8)
        outs.append(far.take())
    assert distances(np.concatenate(outs)) <= {SPARE_FRAMES}


def test_reports_that_are_always_late_are_waited_for() -> None:
    far, outs = settled(), []
    for step in range(60):
        if step >= 4:
            far.put(SOUND[(step - 4) * STEP_FRAMES : (step - 3) * STEP_FRAMES])
        outs.append(far.take())
    assert distances(np.concatenate(outs[30:])) == {4 * STEP_FRAMES + SPARE_FRAMES - 30 * STEP_FRAMES}


def test_bursts_are_no_surplus() -> None:
    far, depths = FarEnd(), []
    for index in range(400):
        far.put(np.zeros(4 * STEP_FRAMES if index % 4 == 0 else 0, dtype=np.int16))
        far.take()
        depths.append(far.queued_frames)
    assert depths[-4:] == [SPARE_FRAMES + more * STEP_FRAMES for more in (3, 2, 1, 0)]


@pytest.mark.parametrize(("surplus_ms", "left_ms"), [(20, 30), (100, 10)])
def test_while_something_sounds_the_distance_changes_only_before_an_echo_would_overtake(
    surplus_ms: int, left_ms: int
) -> None:
    far = settled()
    far.put(SOUND[: surplus_ms * 24])
    for step in range(110):
        far.put(SOUND[step * STEP_FRAMES :][:STEP_FRAMES])
        far.take()
    assert far.queued_frames == left_ms * 24


def test_a_surplus_goes_as_soon_as_nothing_sounds() -> None:
    far = settled()
    far.put(np.zeros(4800, dtype=np.int16))
    for _ in range(41):
        far.put(SILENCE)
        far.take()
    assert far.queued_frames == SPARE_FRAMES


def test_what_was_played_before_the_microphone_delivered_is_forgotten() -> None:
    far = FarEnd()
    for _ in range(10):
        far.put(np.ones(480, dtype=np.int16))
    far.take()
    assert far.queued_frames == 0


def test_a_microphone_that_stalls_costs_a_second_of_memory_at_most() -> None:
    far = FarEnd()
    far.take()
    for _ in range(500):
        far.put(np.ones(480, dtype=np.int16))
    assert far.queued_frames == MOST_FRAMES
    far.clear()
    assert far.queued_frames == 0


@given(st.integers(1, 20), st.integers(1, 4000))
def test_a_gap_is_silence_of_its_length(before_steps: int, gap_frames: int) -> None:
    far, outs = settled(), []
    for step in range(before_steps):
        far.put(SOUND[step * STEP_FRAMES : (step + 1) * STEP_FRAMES])
    far.put(SOUND[before_steps * STEP_FRAMES :][:2400], gap_frames)
    while far.queued_frames >= STEP_FRAMES:
        outs.append(far.take())
    played = np.concatenate(outs)
    at = SPARE_FRAMES + before_steps * STEP_FRAMES
    assert not played[at : at + gap_frames].any()
    assert distances(played) == {SPARE_FRAMES, SPARE_FRAMES + gap_frames}


@given(st.integers(-2000, 2000))
def test_what_the_microphone_lost_is_left_out(lost_frames: int) -> None:
    far, outs = settled(), []
    far.put(SOUND[:9600])
    far.skip(lost_frames)
    while far.queued_frames > 0:
        outs.append(far.take())
    assert distances(np.concatenate(outs)) == {SPARE_FRAMES - lost_frames}


def test_a_speaker_that_was_silent_for_half_a_second_is_in_line_at_once() -> None:
    far, outs = settled(), []
    for step in range(100):
        if not 25 <= step < 50:
            frames = SOUND[step * STEP_FRAMES : (step + 1) * STEP_FRAMES]
            far.put(frames, 25 * STEP_FRAMES if step == 50 else 0)
        outs.append(far.take())
    assert distances(np.concatenate(outs)) == {SPARE_FRAMES}


@pytest.mark.parametrize("ppm", [100, -100])
def test_clocks_that_drift_apart_for_ten_minutes_stay_lined_up(ppm: int) -> None:
    far, per_step = settled(), STEP_FRAMES * (1 + ppm / 1e6)
    ready, put = 0.0, 0
    deepest = holes = 0
    sound = np.ones(STEP_FRAMES + 1, dtype=np.int16)
    for _ in range(30_000):
        ready += per_step
        frames, put = int(ready) - put, int(ready)
        far.put(sound[:frames])
        holes += int(np.count_nonzero(far.take() == 0))
        deepest = max(deepest, far.queued_frames)
    assert deepest <= 31 * 24, "an echo would arrive before what it is an echo of"
    assert holes <= 6000, "1,440 frames of drift are made up for in a few steps"


@given(st.lists(st.floats(-0.001, 0.001), min_size=1, max_size=200), st.sampled_from([0.0, 0.005, -0.0001]))
def test_stamps_that_jitter_or_run_fast_skip_nothing(jitter_s: list[float], fast: float) -> None:
    time = StreamTime()
    for index, off_s in enumerate(jitter_s):
        assert time.skipped_s(5.0 + index * BLOCK_S * (1 + fast) + off_s, BLOCK_S) == 0.0


@given(
    st.floats(0.004, 0.5) | st.floats(-0.5, -0.004),
    st.lists(st.floats(-2e-4, 2e-4), min_size=60, max_size=60),
)
def test_a_skip_is_told_once_within_three_blocks(skip_s: float, jitter_s: list[float]) -> None:
    time = StreamTime()
    told = []
    for index, off_s in enumerate(jitter_s):
        told.append(time.skipped_s(index * BLOCK_S + (skip_s if index >= 30 else 0.0) + off_s, BLOCK_S))
    places = [index for index, skipped_s in enumerate(told) if skipped_s]
    assert len(places) == 1
    assert 30 <= places[0] <= 33
    assert abs(sum(told) - skip_s) <= 0.0008


def test_stamps_that_wander_after_a_missed_block_end_at_what_was_missed() -> None:
    time, total_s = StreamTime(), 0.0
    # Read off a PulseAudio device on a busy machine, in ms: what was missed by then, as the stamps said.
    wandering = [
        23.7,
        52.7,
        45.1,
        42.5,
        40.5,
        40.3,
        46.6,
        48.9,
        55.4,
        61.9,
        64.0,
        64.0,
        64.0,
        64.1,
        64.0,
        64.0,
    ]
    for index, missed_ms in enumerate([23.7] * 50 + wandering):
        total_s += time.skipped_s(index * BLOCK_S + missed_ms / 1000, BLOCK_S)
    assert abs(total_s - 0.0403) < 0.0008


def test_blocks_without_stamps_are_taken_as_they_come() -> None:
    time = StreamTime()
    told = [time.skipped_s(at_s, BLOCK_S) for at_s in (None, 1.0, None, None, 1.0 + 3 * BLOCK_S, None)]
    assert told == [0.0] * 6
