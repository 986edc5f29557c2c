"""Recordings: both sides aligned, streamed, valid after a crash."""

import os
import signal
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.errors import RecordingError
from realtime_cli.history.recording import RATE_HZ, Recording
from realtime_cli.history.sound_file import WavStream

ROOT = Path(__file__).parents[2]
BLOCK = RATE_HZ // 50


def ramp(count: int, level: int) -> Int16:
    return np.full(count, level, dtype=np.int16)


def sides(path: Path) -> Int16:
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, RATE_HZ, 2)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)


def recorded(tmp_path: Path, far_from_s: float, seconds: float = 4.0, jitter_s: float = 0.0) -> Int16:
    told: list[str] = []
    recording = Recording(tmp_path / "a.wav", lambda _severity, text, _advice: told.append(text), 0)
    for number in range(round(seconds * 50)):
        at_s = (number + 1) * 0.02 + (jitter_s if number % 3 else 0.0)
        recording.put("near", ramp(BLOCK, 100), at_s)
        if at_s > far_from_s:
            recording.put("far", ramp(BLOCK, 200), at_s)
    recording.close()
    assert told == []
    return sides(tmp_path / "a.wav")


def test_a_side_that_begins_later_stands_at_its_time(tmp_path: Path) -> None:
    frames = recorded(tmp_path, 1.5)
    assert len(frames) == 4 * RATE_HZ
    assert (frames[:, 0] == 100).all()
    begin = int(np.flatnonzero(frames[:, 1])[0])
    assert abs(begin - 1.5 * RATE_HZ) <= BLOCK
    assert (frames[begin:, 1] == 200).all()


def test_blocks_that_come_a_little_late_leave_no_gaps(tmp_path: Path) -> None:
    frames = recorded(tmp_path, 0.0, jitter_s=0.05)
    assert (frames[BLOCK:, 0] == 100).all()


def test_sound_kept_from_before_stands_at_its_own_time_and_nothing_is_lost(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "a.wav", lambda *_: None, 0)
    early = [ramp(BLOCK, 100 + number) for number in range(60)]
    for frames in early:  # 1.2 s of the microphone in one go
        recording.put("near", frames, 1.5)
    for number in range(100):
        recording.put("near", ramp(BLOCK, 300), 1.5 + (number + 1) * 0.02)
        recording.put("far", ramp(BLOCK, 200), 1.5 + (number + 1) * 0.02)
    recording.close()
    frames = sides(tmp_path / "a.wav")
    begin = int(np.flatnonzero(frames[:, 0])[0])
    assert begin == round(0.3 * RATE_HZ)
    assert (frames[begin : begin + 60 * BLOCK, 0] == np.concatenate(early)).all()
    assert int(np.flatnonzero(frames[:, 1])[0]) == round(1.5 * RATE_HZ)


@pytest.mark.parametrize("ppm", [-3_000, 3_000])
def test_a_device_whose_clock_runs_differently_stays_at_its_time(tmp_path: Path, ppm: int) -> None:
    recording = Recording(tmp_path / "a.wav", lambda *_: None, 0)
    for number in range(1_500):  # 30 s
        at_s = (number + 1) * 0.02
        mark = 1_000 if number % 50 == 0 else 1
        recording.put("near", ramp(BLOCK, mark), at_s * (1 + ppm / 1e6))
        recording.put("far", ramp(BLOCK, mark), at_s)
    recording.close()
    frames = sides(tmp_path / "a.wav")
    near, far = (np.flatnonzero(np.diff((frames[:, side] == 1_000).astype(int)) == 1) for side in (0, 1))
    late_s = (near[-10:] - far[-10:]) / RATE_HZ - 29 * ppm / 1e6
    assert np.abs(late_s).max() <= 0.05


def test_a_gap_becomes_silence_and_the_sides_stay_together(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "a.wav", lambda *_: None, 0)
    for number in range(300):
        at_s = (number + 1) * 0.02
        if not 2.0 < at_s <= 3.0:  # the microphone was away for a second
            recording.put("near", ramp(BLOCK, 100), at_s)
        recording.put("far", ramp(BLOCK, 200), at_s)
    recording.close()
    frames = sides(tmp_path / "a.wav")
    assert len(frames) == 6 * RATE_HZ
    away = frames[round(2.05 * RATE_HZ) : round(2.95 * RATE_HZ), 0]
    assert not away.any()
    assert (frames[round(3.05 * RATE_HZ) :, 0] == 100).all()


def test_without_a_speaker_the_other_side_is_silent(tmp_path: Path) -> None:
    frames = recorded(tmp_path, 1e9)
    assert len(frames) == 4 * RATE_HZ
    assert not frames[:, 1].any()


@pytest.mark.parametrize("form", ["wav", "flac"])
def test_it_is_valid_after_a_kill(tmp_path: Path, form: str) -> None:
    soundfile = pytest.importorskip("soundfile")
    path = tmp_path / f"a.{form}"
    code = (
        "import sys, os, signal\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from realtime_cli.history.recording import open_sound\n"
        f"file = open_sound(Path({str(path)!r}))\n"
        "for _ in range(5):\n"
        "    file.write((np.random.default_rng(1).standard_normal((24000, 2)) * 3000).astype(np.int16))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -signal.SIGKILL
    frames, rate_hz = soundfile.read(path)
    assert rate_hz == RATE_HZ
    assert 4.5 * RATE_HZ <= len(frames) <= 5 * RATE_HZ
    assert np.abs(frames).max() > 0.1


def test_an_endless_recording_goes_on_in_another_part(tmp_path: Path) -> None:
    file = WavStream(tmp_path / "a.wav", RATE_HZ, 2, limit_bytes=50_000)
    for _ in range(3):
        file.write(np.ones((10_000, 2), dtype=np.int16))
    file.close()
    assert [len(sides(tmp_path / name)) for name in ("a.wav", "a.2.wav", "a.3.wav")] == [10_000] * 3


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"precious")
    with pytest.raises(RecordingError):
        Recording(tmp_path / "a.wav", lambda *_: None)
    assert (tmp_path / "a.wav").read_bytes() == b"precious"


def test_a_nearly_full_disk_ends_the_recording_with_a_word_and_leaves_it_valid(tmp_path: Path) -> None:
    told: list[str] = []
    recording = Recording(tmp_path / "a.wav", lambda _severity, text, _advice: told.append(text), 1 << 62)
    for number in range(200):
        recording.put("near", ramp(BLOCK, 1), (number + 1) * 0.02)
    recording.close()
    assert told == ["The recording ended: the disk is nearly full."]
    assert len(sides(tmp_path / "a.wav")) == 0
    assert os.stat(tmp_path / "a.wav").st_mode & 0o777 == 0o600
