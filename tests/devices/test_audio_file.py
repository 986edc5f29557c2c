"""Recorded sound of any kind, from a file or from a pipe that has no name."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.devices.audio_file import read_pcm16, sound_in
from realtime_cli.devices.sound_kind import HEAD_BYTES, is_sound_file, is_wav
from realtime_cli.devices.wav import save_pcm16
from realtime_cli.dsp.pcm16 import from_bytes, to_bytes
from realtime_cli.errors import InputError
from tests.support.sound import noise

needs_soundfile = pytest.mark.skipif(
    importlib.util.find_spec("soundfile") is None, reason="needs the extra audiofiles"
)


def test_a_wav_file_needs_no_name(tmp_path: Path) -> None:
    pcm = to_bytes(noise(0.5))
    save_pcm16(tmp_path / "a.wav", pcm)
    assert sound_in((tmp_path / "a.wav").read_bytes(), "standard input") == pcm
    assert read_pcm16(str(tmp_path / "a.wav")) == pcm


def test_an_error_in_a_file_without_a_name_says_where_it_came_from() -> None:
    with pytest.raises(InputError, match=r"^standard input: the WAV header is cut short"):
        sound_in(b"RIFF", "standard input")


@needs_soundfile
@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("kind", ["MP3", "OGG", "FLAC"])
def test_a_file_of_any_rate_is_known_by_its_beginning(kind: str, rate_hz: int) -> None:
    """MP3 files below 32 kHz, as speech services send them, begin with another mark than those above."""
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, noise(0.5).astype(np.float32) / 32_768, rate_hz, format=kind)
    data = file.getvalue()
    assert is_sound_file(data[:HEAD_BYTES])
    assert not is_wav(data)
    found = from_bytes(sound_in(data, "standard input"))
    assert len(found) == pytest.approx(12_000 * 24_000 / rate_hz, rel=0.05, abs=1)


@pytest.mark.parametrize(
    "samples", [[-1025] * 2000, [-3073] * 2000, [-1025, 0] * 1000, [0] * 2000, [-1025, 37008, 1, 2]]
)
def test_loud_samples_are_no_mp3_file(samples: list[int]) -> None:
    pcm = np.array(samples).astype("<u2").tobytes()
    assert not is_sound_file(pcm[:HEAD_BYTES])
    assert sound_in(pcm, "standard input") == pcm


@given(st.binary(max_size=HEAD_BYTES))
def test_any_bytes_may_be_judged(head: bytes) -> None:
    assert is_sound_file(b"RIFF" + head)
    assert isinstance(is_sound_file(head), bool)
    assert isinstance(is_sound_file(b"\xff\xf3" + head), bool)


def test_of_a_file_that_is_too_long_no_more_is_read_than_tells_so(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    save_pcm16(path, b"")
    with path.open("r+b") as file:  # 80,000 s of nothing, on no disk
        file.truncate(44 + 3_840_000_000)
    with pytest.raises(InputError, match="longer than 1 minutes"):
        read_pcm16(str(path), longest_s=60)
