"""Recorded sound from files of any kind: whole, mono, 24 kHz.

WAV needs nothing; FLAC, OGG, MP3 and the like are read by libsndfile (extra `audiofiles`).
"""

from __future__ import annotations

import io
import math
import sys
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from realtime_cli.devices.sound_kind import HEAD_BYTES, is_sound_file, is_wav
from realtime_cli.devices.wav import WavReader
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, Int16, from_bytes, from_float, mono, to_bytes
from realtime_cli.dsp.resample import resample
from realtime_cli.errors import InputError

LONGEST_S: Final = 15 * 60
"""Of one item: 43 MB of samples. Longer sound belongs into the buffer piece by piece, or into `transcribe`."""

BARE_SUFFIXES: Final = (".raw", ".pcm", ".s16")
_BLOCK_FRAMES: Final = 1 << 16
_ADVICE: Final = "Give a WAV, FLAC, OGG or MP3 file."


def read_pcm16(path: str, *, longest_s: float = LONGEST_S, bare_rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """The whole sound of a file as PCM16 mono 24 kHz bytes.

    Args:
        path: A file, or "-" for standard input (a WAV, FLAC, OGG or MP3 file, or bare PCM16 mono).
        longest_s: What is too much.
        bare_rate_hz: Of bare PCM16: standard input without a header, and files whose names end in .raw or .pcm.

    Raises:
        InputError: It cannot be read, is of no known kind, silent or too long.
    """
    if path == "-":
        pcm = sound_in(sys.stdin.buffer.read(), "standard input", bare_rate_hz, longest_s=longest_s)
    elif path.lower().endswith(BARE_SUFFIXES):
        pcm = sound_in(_bytes_of(path), path, bare_rate_hz, longest_s=longest_s)
    elif _is_wav(Path(path)):
        pcm = _read_wav(Path(path), path, longest_s)
    else:
        pcm = _read_foreign(path, path)
    if not pcm:
        raise InputError(f"{path}: there is no sound in it", advice=_ADVICE)
    if len(pcm) / 2 / SAMPLE_RATE_HZ > longest_s:
        raise InputError(
            f"{path}: longer than {longest_s / 60:g} minutes", advice="Cut it, or use --append or transcribe."
        )
    return pcm


def sound_in(
    data: bytes, name: str, bare_rate_hz: int = SAMPLE_RATE_HZ, *, longest_s: float = math.inf
) -> bytes:
    """The sound of a file that was read already; bytes of no known kind are bare PCM16 mono.

    Args:
        name: For messages.
        longest_s: A WAV file is read a little farther than that, no more.

    Raises:
        InputError: It cannot be understood.
    """
    if is_wav(data):
        return _read_wav(io.BytesIO(data), name, longest_s)
    if is_sound_file(data[:HEAD_BYTES]):
        return _read_foreign(io.BytesIO(data), name)
    frames = from_bytes(data[: len(data) - len(data) % 2])
    return to_bytes(resample(frames, bare_rate_hz, SAMPLE_RATE_HZ))


def _bytes_of(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as exc:
        raise InputError(f"{path}: {exc.strerror or exc}") from exc


def _is_wav(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return is_wav(file.read(4))
    except OSError as exc:
        raise InputError(f"{path}: {exc.strerror or exc}") from exc


def _read_wav(source: Path | BinaryIO, name: str, longest_s: float) -> bytes:
    reader = WavReader(source, name)
    try:
        blocks, count = list[Int16](), 0
        while count <= longest_s * reader.rate_hz and len(block := reader.read(_BLOCK_FRAMES)):
            blocks.append(mono(block))
            count += len(block)
        frames: Int16 = np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.int16)
        return to_bytes(resample(frames, reader.rate_hz, SAMPLE_RATE_HZ))
    finally:
        reader.close()


def _read_foreign(source: Any, name: str) -> bytes:
    try:
        import soundfile
    except ImportError as exc:
        raise InputError(
            f"{name}: this is no WAV file, and other kinds need the extra audiofiles",
            advice="pip install 'realtime-cli[audiofiles]', or convert it: sox IN OUT.wav",
        ) from exc
    try:
        samples, rate_hz = soundfile.read(source, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError, OSError) as exc:
        raise InputError(f"{name}: {exc}", advice=_ADVICE) from exc
    frames = from_float(np.asarray(samples.mean(axis=1), dtype=np.float32))
    return to_bytes(resample(frames, int(rate_hz), SAMPLE_RATE_HZ))
