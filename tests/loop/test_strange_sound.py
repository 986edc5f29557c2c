"""Deltas as no good server sends them: cut inside of samples, empty, ten megabytes long. Not a sample is lost."""

from __future__ import annotations

import base64
import random
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from realtime_cli import protocol as p
from realtime_cli.devices.simulated import SimulatedSpeaker
from realtime_cli.runtime.audio_rig import AudioRig
from realtime_cli.server.scripted import Step
from tests.support.scenario import asked, done, greeted, once, play, say

SPOKEN = p.SessionConfig(output_modalities=("audio",))
WHERE: dict[str, Any] = {"response_id": "r1", "item_id": "i1", "output_index": 0, "content_index": 0}
TEN_MEGABYTES = 7_500_000  # of samples' bytes: a third more as base64


def spoken(*pieces: bytes) -> list[Step]:
    """One answer whose sound comes in these pieces."""
    item = {"id": "i1", "object": "realtime.item", "type": "message", "role": "assistant", "content": []}
    deltas = [
        say("response.output_audio.delta", delta=base64.b64encode(piece).decode(), **WHERE)
        for piece in pieces
    ]
    whole = {**item, "status": "completed", "content": [{"type": "output_audio", "transcript": "x"}]}
    return [
        *greeted(),
        *asked(),
        say("response.created", response={"id": "r1", "status": "in_progress", "output": []}),
        say(
            "response.output_item.added",
            response_id="r1",
            output_index=0,
            item={**item, "status": "in_progress"},
        ),
        *deltas,
        say("response.output_audio.done", **WHERE),
        say("response.output_item.done", response_id="r1", output_index=0, item=whole),
        done(),
    ]


def heard(path: Path, *pieces: bytes) -> bytes:
    """What a speaker that writes a file was given of it, without the silence around it."""
    told = play(
        spoken(*pieces),
        wish=once(config=SPOKEN),
        sound=lambda post: AudioRig(post, microphone=None, speaker=SimulatedSpeaker(path)),
    )
    assert told.outcome.exit_code == 0, told.outcome.message
    assert told.notices() == []
    with wave.open(str(path), "rb") as file:
        frames = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    loud = np.flatnonzero(frames)
    return frames[loud[0] : loud[-1] + 1].tobytes() if len(loud) else b""


def sound(size: int) -> bytes:
    """So many bytes of samples that are never zero."""
    samples = np.random.default_rng(5).integers(1, 9_000, size // 2)
    return samples.astype("<i2").tobytes()


def test_a_delta_of_ten_megabytes_is_heard_whole(tmp_path: Path) -> None:
    pcm = sound(TEN_MEGABYTES)
    assert heard(tmp_path / "heard.wav", pcm) == pcm


@pytest.mark.parametrize("seed", range(3))
def test_cuts_inside_of_samples_and_empty_deltas_are_not_heard(tmp_path: Path, seed: int) -> None:
    pcm, chance = sound(48_000), random.Random(seed)
    cuts = sorted({chance.randrange(len(pcm)) | 1 for _ in range(30)})
    pieces = [pcm[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(pcm)], strict=True)]
    for _ in range(5):
        pieces.insert(chance.randrange(len(pieces)), b"")
    assert heard(tmp_path / "heard.wav", *pieces) == pcm


def test_an_answer_of_empty_deltas_alone_ends_as_any_other(tmp_path: Path) -> None:
    assert heard(tmp_path / "heard.wav", b"", b"") == b""


def test_half_a_sample_at_the_end_is_no_sample(tmp_path: Path) -> None:
    pcm = sound(9_600)
    assert heard(tmp_path / "heard.wav", pcm + b"\x07") == pcm
