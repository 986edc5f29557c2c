"""Plays a recording: both sides together on the loudspeaker."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from realtime_cli.devices.contract import Speaker
from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.errors import DeviceLost, InputError

_RATE_HZ: Final = 24_000
_BLOCK_FRAMES: Final = _RATE_HZ // 5
_AHEAD_FRAMES: Final = _RATE_HZ
_TAG: Final = ("recording", 0)
_LOOK_S: Final = 0.05


async def play(path: Path, speaker: Speaker) -> float:
    """Play a recording to its end; returns its length in seconds.

    Raises:
        InputError: It cannot be read.
        DeviceError: There is no speaker, or it was lost.
    """
    blocks = _blocks(path)
    first = next(blocks, None)  # a file that cannot be read is told before the speaker opens
    lost: list[str] = []
    loop = asyncio.get_running_loop()

    def told(why: str) -> None:
        loop.call_soon_threadsafe(lost.append, why)

    await speaker.open(lambda _block: None, told)
    frames = 0
    try:
        block = first
        while block is not None:
            speaker.write(_TAG, block)
            frames += len(block)
            await _until_queued(speaker, _AHEAD_FRAMES, lost)
            block = next(blocks, None) if not lost else None
        speaker.end(_TAG)
        await _until_queued(speaker, 0, lost)
        await asyncio.sleep(0.2)  # what the device still holds
    finally:
        await speaker.close()
    if lost:
        raise DeviceLost(f"The speaker was lost: {lost[0]}")
    return frames / _RATE_HZ


async def _until_queued(speaker: Speaker, frames: int, lost: list[str]) -> None:
    """Wait until at most so many frames wait at the speaker, which has no event for that."""
    while speaker.queued_frames > frames and not lost:  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_S)


def _blocks(path: Path) -> Iterator[Int16]:
    """The recording in mono, both sides added."""
    try:
        if path.suffix == ".flac":
            yield from _flac_blocks(path)
            return
        with wave.open(str(path), "rb") as file:
            channels = file.getnchannels()
            if file.getsampwidth() != 2 or file.getframerate() != _RATE_HZ:
                raise InputError(f"{path} is no recording of this program")
            while data := file.readframes(_BLOCK_FRAMES):
                yield _mixed(np.frombuffer(data, dtype="<i2").reshape(-1, channels))
    except (OSError, EOFError, wave.Error) as exc:
        raise InputError(f"The recording {path} cannot be read: {exc}") from exc


def _flac_blocks(path: Path) -> Iterator[Int16]:
    try:
        import soundfile
    except (ImportError, OSError) as exc:
        raise InputError(
            "FLAC needs the extra audiofiles", advice="pip install 'realtime-cli[audiofiles]'"
        ) from exc
    try:
        with soundfile.SoundFile(path) as file:
            while len(block := file.read(_BLOCK_FRAMES, dtype="int16", always_2d=True)):
                yield _mixed(block)
    except soundfile.LibsndfileError as exc:
        raise InputError(f"The recording {path} cannot be read: {exc}") from exc


def _mixed(block: Int16) -> Int16:
    whole = block.astype(np.int32).sum(axis=1)
    mixed: Int16 = np.clip(whole, -32768, 32767).astype(np.int16)
    return mixed
