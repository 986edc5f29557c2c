"""The microphone and the speaker without hardware, on a clock that jumps."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from realtime_cli.devices.contract import MicBlock, SpeakerBlock
from realtime_cli.devices.simulated import SimulatedMicrophone, SimulatedSpeaker
from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.errors import InputError, RecordingError
from tests.support.clock import run_jumping
from tests.support.sound import noise, read_wav, write_wav


def never(reason: str) -> None:
    raise AssertionError(reason)


async def listen(microphone: SimulatedMicrophone, seconds: float) -> list[tuple[float, MicBlock]]:
    loop, blocks = asyncio.get_running_loop(), []
    began_s = loop.time()
    await microphone.open(lambda block: blocks.append((loop.time() - began_s, block)), never)
    await asyncio.sleep(seconds)
    await microphone.close()
    return blocks


@pytest.mark.parametrize(("rate_hz", "channels"), [(24_000, 1), (22_050, 2), (11_025, 1), (48_000, 2)])
def test_a_file_is_spoken_in_real_time_and_silence_follows(
    tmp_path: Path, rate_hz: int, channels: int
) -> None:
    sound = noise(1.003 * channels, rate_hz=rate_hz)
    sound = sound[: len(sound) // channels * channels].reshape(-1, channels)
    path = write_wav(tmp_path / "in.wav", sound, rate_hz)
    blocks = run_jumping(listen(SimulatedMicrophone(path), 2.01))
    assert len(blocks) == 100
    assert [at for at, _ in blocks] == pytest.approx([0.02 * n for n in range(1, 101)])
    heard = np.concatenate([block.frames.reshape(len(block.frames), -1)[:, :1] for _, block in blocks])
    assert len(heard) == 2 * rate_hz
    assert np.array_equal(heard[: len(sound)], sound[:, :1])
    assert not heard[len(sound) :].any()
    assert {block.rate_hz for _, block in blocks} == {rate_hz}
    assert [block.last for _, block in blocks].index(True) == 50
    assert sum(block.last for _, block in blocks) == 1


def test_a_file_of_whole_blocks_ends_too(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "in.wav", noise(0.1))
    blocks = run_jumping(listen(SimulatedMicrophone(path), 0.21))
    assert [block.last for _, block in blocks] == [False] * 5 + [True] + [False] * 4


def test_without_a_file_there_is_silence() -> None:
    blocks = run_jumping(listen(SimulatedMicrophone(None), 0.11))
    assert len(blocks) == 5
    assert not any(block.frames.any() or block.last for _, block in blocks)


def test_ten_minutes_do_not_drift() -> None:
    blocks = run_jumping(listen(SimulatedMicrophone(None), 600.01))
    assert len(blocks) == 30_000
    assert blocks[-1][0] == pytest.approx(600.0)


def test_opened_again_it_begins_anew(tmp_path: Path) -> None:
    async def twice() -> tuple[Int16, Int16]:
        microphone = SimulatedMicrophone(write_wav(tmp_path / "in.wav", noise(0.5)))
        first, second = await listen(microphone, 0.05), await listen(microphone, 0.05)
        return first[0][1].frames, second[0][1].frames

    first, second = run_jumping(twice())
    assert np.array_equal(first, second)


def test_a_file_that_is_no_wav_is_told_at_the_opening(tmp_path: Path) -> None:
    path = tmp_path / "in.wav"
    path.write_text("no")
    with pytest.raises(InputError):
        run_jumping(listen(SimulatedMicrophone(path), 1))


async def perform(speaker: SimulatedSpeaker, sound: Int16, wait_s: float) -> list[SpeakerBlock]:
    blocks: list[SpeakerBlock] = []
    await speaker.open(blocks.append, never)
    await asyncio.sleep(0.1)
    speaker.write(("item", 0), sound)
    speaker.end(("item", 0))
    await asyncio.sleep(wait_s)
    await speaker.close()
    await speaker.close()
    return blocks


def test_a_recording_holds_what_was_played_and_the_silence_around_it(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    blocks = run_jumping(perform(SimulatedSpeaker(path), noise(0.5), 0.91))
    frames = read_wav(path)[0][:, 0]
    assert len(frames) == 480 * len(blocks) == 24_000
    begin = int(np.flatnonzero(frames)[0])
    assert begin in (4 * 480, 5 * 480)  # 0.1 s was silence
    assert np.array_equal(frames[begin : begin + 12_000], noise(0.5))
    assert not frames[begin + 12_000 :].any()
    assert sum(frames for block in blocks for _, frames in block.pieces) == 12_000
    assert sum(block.emptied for block in blocks) == 1


def test_a_flush_is_in_the_recording(tmp_path: Path) -> None:
    async def interrupted() -> tuple[tuple[tuple[str, int], int], ...]:
        speaker = SimulatedSpeaker(tmp_path / "out.wav")
        await speaker.open(lambda block: None, never)
        speaker.write(("item", 0), noise(5.0))
        await asyncio.sleep(1.001)
        handed = speaker.flush(10)
        await asyncio.sleep(1)
        await speaker.close()
        return handed

    ((_, handed),) = run_jumping(interrupted())
    assert handed == 24_000 + 240
    frames = read_wav(tmp_path / "out.wav")[0][:, 0]
    assert np.array_equal(frames[:24_000], noise(5.0)[:24_000])
    assert not frames[24_240:].any()


def test_without_a_file_it_plays_into_nothing_at_the_same_pace() -> None:
    blocks = run_jumping(perform(SimulatedSpeaker(None), noise(0.5), 0.91))
    assert len(blocks) == 50


def test_an_unwritable_recording_is_told_at_the_opening(tmp_path: Path) -> None:
    with pytest.raises(RecordingError):
        run_jumping(perform(SimulatedSpeaker(tmp_path / "no" / "out.wav"), noise(0.1), 0.1))
