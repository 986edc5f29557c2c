"""WAV files of every kind in; one that is valid at every moment out."""

import os
import signal
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.devices.wav import WavReader, WavWriter, save_pcm16
from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.errors import InputError, RecordingError
from tests.support.sound import noise, read_wav, write_wav

ROOT = Path(__file__).parents[2]
FLOAT_GUID = b"\x03\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"


def wav_bytes(kind: int, bits: int, data: bytes, channels: int = 1, rate_hz: int = 24_000) -> bytes:
    frame_bytes = channels * bits // 8
    form = struct.pack("<HHIIHH", kind, channels, rate_hz, rate_hz * frame_bytes, frame_bytes, bits)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def read(path: Path, block: int = 1000) -> Int16:
    reader = WavReader(path)
    blocks = []
    while len(frames := reader.read(block)):
        blocks.append(frames)
    reader.close()
    return np.concatenate(blocks) if blocks else np.zeros((0, reader.channels), dtype=np.int16)


@pytest.mark.parametrize(
    ("kind", "bits", "data"),
    [
        pytest.param(1, 8, bytes([0, 64, 128, 192]), id="8 bit unsigned"),
        pytest.param(1, 16, struct.pack("<4h", -32768, -16384, 0, 16384), id="16 bit"),
        pytest.param(1, 24, b"\x00\x00\x80\x7f\x00\xc0\x00\x00\x00\xff\x00\x40", id="24 bit"),
        pytest.param(1, 32, struct.pack("<4i", -(2**31), -(2**30), 99, 2**30), id="32 bit"),
        pytest.param(3, 32, struct.pack("<4f", -1, -0.5, 0, 0.5), id="float"),
        pytest.param(3, 64, struct.pack("<4d", -1, -0.5, 0, 0.5), id="double"),
    ],
)
def test_every_sample_format_means_the_same(tmp_path: Path, kind: int, bits: int, data: bytes) -> None:
    path = tmp_path / "in.wav"
    path.write_bytes(wav_bytes(kind, bits, data))
    assert read(path)[:, 0].tolist() == [-32768, -16384, 0, 16384]


def test_the_extensible_header_and_unknown_chunks_are_read(tmp_path: Path) -> None:
    form = (
        struct.pack("<HHIIHH", 0xFFFE, 2, 48_000, 384_000, 8, 32)
        + struct.pack("<HHI", 22, 32, 3)
        + FLOAT_GUID
    )
    data = struct.pack("<4f", 0.5, -0.5, 0.25, 3.0)
    chunks = b"LIST" + struct.pack("<I", 3) + b"abc\x00" + b"fmt " + struct.pack("<I", len(form)) + form
    path = tmp_path / "in.wav"
    path.write_bytes(
        b"RIFF"
        + struct.pack("<I", 0)
        + b"WAVE"
        + chunks
        + b"data"
        + struct.pack("<I", len(data))
        + data
        + b"more"
    )
    reader = WavReader(path)
    reader.close()
    assert (reader.rate_hz, reader.channels) == (48_000, 2)
    assert read(path).tolist() == [[16384, -16384], [8192, 32767]]


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_recording_whose_writer_died_is_read_to_its_end(tmp_path: Path, size: int) -> None:
    content = bytearray(wav_bytes(1, 16, noise(0.1).tobytes() + b"\x01"))
    content[40:44] = struct.pack("<I", size)
    path = tmp_path / "in.wav"
    path.write_bytes(content)
    assert np.array_equal(read(path)[:, 0], noise(0.1))


@given(st.lists(st.integers(-32768, 32767), max_size=300), st.integers(1, 3), st.integers(1, 70))
def test_blocks_of_any_size_lose_nothing(
    tmp_path_factory: pytest.TempPathFactory, values: list[int], channels: int, block: int
) -> None:
    whole = values[: len(values) // channels * channels]
    frames = np.array(whole, dtype=np.int16).reshape(-1, channels)
    path = write_wav(tmp_path_factory.mktemp("wav") / "in.wav", frames)
    assert np.array_equal(read(path, block), frames)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the WAV header is cut short"),
        (b"ID3\x03 this is an mp3 file", "this is not a WAV file"),
        (b"RIFF\x00\x00\x00\x00WAVE", "the WAV file has no sound in it"),
        (b"RIFF\x00\x00\x00\x00WAVEdata\x00\x00\x00\x00", "the WAV file does not say its format"),
        (wav_bytes(7, 8, b"\x00"), "WAV format 7 with 8 bits is not known here"),
        (wav_bytes(1, 16, b"\x00\x00", channels=0), "the WAV header contradicts itself"),
        (wav_bytes(1, 16, b"")[:30], "the WAV file has no sound in it"),
        (
            b"RIFF\x00\x00\x00\x00WAVEfmt \x04\x00\x00\x00abcddata\x00\x00\x00\x00",
            "the WAV header is cut short",
        ),
    ],
)
def test_what_is_no_wav_file_is_an_input_error(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "in.wav"
    path.write_bytes(content)
    with pytest.raises(InputError, match=problem) as caught:
        WavReader(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert caught.value.advice


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        WavReader(tmp_path / "none.wav")
    with pytest.raises(InputError, match="directory"):
        WavReader(tmp_path)


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    writer = WavWriter(path)
    for start in range(0, 24_000, 480):
        writer.write(noise(1.0)[start : start + 480])
    writer.close()
    writer.close()
    frames, rate_hz = read_wav(path)
    assert rate_hz == 24_000
    assert np.array_equal(frames[:, 0], noise(1.0))


def test_a_whole_sound_is_saved_at_its_own_rate(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    save_pcm16(path, noise(0.1).tobytes() + b"x", 16_000)
    frames, rate_hz = read_wav(path)
    assert rate_hz == 16_000
    assert np.array_equal(frames[:, 0], noise(0.1))
    with pytest.raises(RecordingError):
        save_pcm16(tmp_path / "no" / "where.wav", b"", 16_000)


def test_a_killed_program_leaves_a_valid_recording(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    program = (
        "import os, signal, sys; from pathlib import Path; from tests.support.sound import noise;"
        "from realtime_cli.devices.wav import WavWriter; writer = WavWriter(Path(sys.argv[1]));"
        "[writer.write(noise(1.0)[i * 480 : i * 480 + 480]) for i in range(47)];"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(path)], cwd=ROOT)
    assert ended.returncode == -signal.SIGKILL
    frames, _ = read_wav(path)
    assert np.array_equal(frames[:, 0], noise(1.0)[: 40 * 480])  # what was whole 0.2 s


def test_an_unwritable_place_is_a_recording_error(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="No such file") as caught:
        WavWriter(tmp_path / "no" / "where.wav")
    assert caught.value.exit_code == 73


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_is_a_recording_error() -> None:
    with pytest.raises(RecordingError, match="No space left"):
        WavWriter(Path("/dev/full"))
