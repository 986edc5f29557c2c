"""What an engine makes becomes 24 kHz without silent ends."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_cli.dsp.pcm16 import Int16, from_bytes, to_bytes
from realtime_cli.server.engines.speech_shape import SpeechShape


def tone(frames: int) -> Int16:
    wave: Int16 = np.rint(8000 * np.sin(np.arange(frames) * 0.1)).astype(np.int16)
    return wave


def shaped(pcm: bytes, piece: int, from_hz: int = 22_050) -> Int16:
    shape = SpeechShape(from_hz)
    out = b"".join(shape.feed(pcm[at : at + piece]) for at in range(0, len(pcm), piece))
    return from_bytes(out + shape.finish())


SPEECH = to_bytes(
    np.concatenate(
        (
            np.zeros(5000, np.int16),
            tone(22_050),
            np.zeros(3000, np.int16),
            tone(2205),
            np.zeros(9000, np.int16),
        )
    )
)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 9000))
def test_how_it_is_cut_changes_nothing(piece: int) -> None:
    assert np.array_equal(shaped(SPEECH, max(piece, 50)), shaped(SPEECH, len(SPEECH)))


def test_silence_before_and_after_goes_and_a_pause_inside_stays() -> None:
    frames = shaped(SPEECH, 4096)
    expected = round((22_050 + 3000 + 2205) / 22_050 * 24_000)
    kept = round(0.130 * 24_000)  # 10 ms before, 120 ms after
    assert abs(len(frames) - expected - kept) < 100


def test_nothing_but_silence_is_nothing() -> None:
    assert len(shaped(bytes(20_000), 777)) == 0
    assert len(shaped(b"", 1)) == 0


def test_24_khz_passes_unchanged() -> None:
    sound = tone(4000) + 200
    assert np.array_equal(shaped(to_bytes(sound.astype(np.int16)), 1001, 24_000), sound)
