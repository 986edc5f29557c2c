"""The PCM16 codec."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_cli.dsp import pcm16


@given(st.lists(st.integers(-32768, 32767)))
@settings(deadline=None)
def test_frames_survive_the_way_to_bytes_and_back(values: list[int]) -> None:
    frames = np.array(values, dtype=np.int16)
    assert pcm16.from_bytes(pcm16.to_bytes(frames)).tolist() == values


def test_bytes_are_little_endian() -> None:
    assert pcm16.to_bytes(np.array([1, -2], dtype=np.int16)) == b"\x01\x00\xfe\xff"
    assert pcm16.to_bytes(np.array([1], dtype=">i2")) == b"\x01\x00"


def test_an_odd_number_of_bytes_is_refused() -> None:
    with pytest.raises(ValueError, match="even number of bytes, not 3"):
        pcm16.from_bytes(b"abc")


def test_bytes_are_viewed_not_copied_and_stay_read_only() -> None:
    assert not pcm16.from_bytes(b"ab").flags.writeable


@given(st.lists(st.integers(-32768, 32767)))
@settings(deadline=None)
def test_frames_survive_the_way_to_floats_and_back(values: list[int]) -> None:
    floats = pcm16.to_float(np.array(values, dtype=np.int16))
    assert floats.dtype == np.float32
    assert np.all(floats >= -1.0)
    assert np.all(floats < 1.0)
    assert pcm16.from_float(floats).tolist() == values


def test_floats_beyond_full_scale_are_clipped_and_nan_is_silence() -> None:
    wild = np.array([1.0, 2.0, -1.0, -3.0, np.inf, -np.inf, np.nan], dtype=np.float32)
    assert pcm16.from_float(wild).tolist() == [32767, 32767, -32768, -32768, 32767, -32768, 0]


def test_channels_are_mixed_without_clipping() -> None:
    block = np.array([[32767, 32767], [-32768, -32768], [100, 300]], dtype=np.int16)
    assert pcm16.mono(block).tolist() == [32767, -32768, 200]
    assert pcm16.mono(block[:, :1]).tolist() == [32767, -32768, 100]
    assert pcm16.mono(block[:, 0]).tolist() == [32767, -32768, 100]


def test_bytes_and_milliseconds() -> None:
    assert pcm16.milliseconds(960) == 20
    assert pcm16.milliseconds(47) == 0
    assert pcm16.milliseconds(48_001) == 1000
    assert pcm16.frames_in(20) == 480
    assert pcm16.frames_in(20, 44_100) == 882


@given(st.lists(st.binary(max_size=7)))
@settings(deadline=None)
def test_a_carry_gives_out_whole_frames_and_loses_nothing(pieces: list[bytes]) -> None:
    carry = pcm16.ByteCarry()
    out = [carry.feed(piece) for piece in pieces]
    assert all(len(part) % 2 == 0 for part in out)
    whole = b"".join(pieces)
    assert b"".join(out) == whole[: len(whole) & ~1]
    assert carry.pending == len(whole) % 2


def test_a_cleared_carry_begins_a_new_stream() -> None:
    carry = pcm16.ByteCarry()
    carry.feed(b"abc")
    carry.clear()
    assert carry.feed(b"de") == b"de"
