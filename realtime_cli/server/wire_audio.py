"""Audio as the client's format writes it <-> PCM16 at 24 kHz, as everything inside the server speaks."""

from __future__ import annotations

from realtime_cli.dsp import pcm16
from realtime_cli.dsp.g711 import decode_a_law, decode_mu_law, encode_a_law, encode_mu_law
from realtime_cli.dsp.resample import Resampler
from realtime_cli.protocol import AudioFormat

HOUSE_HZ = pcm16.SAMPLE_RATE_HZ
G711_HZ = 8_000


def bytes_per_ms(audio_format: AudioFormat) -> int:
    """48 for PCM16 at 24 kHz, 8 for G.711."""
    return 48 if audio_format.type == "audio/pcm" else G711_HZ // 1000


class WireDecoder:
    """The client's stream of audio to PCM16 at 24 kHz. Keeps an odd byte and the resampler's state."""

    def __init__(self, audio_format: AudioFormat) -> None:
        self._type = audio_format.type
        self._carry = pcm16.ByteCarry()
        self._resampler = None if self._type == "audio/pcm" else Resampler(G711_HZ, HOUSE_HZ)

    def feed(self, audio: bytes) -> bytes:
        """The next piece, of any length."""
        if self._resampler is None:
            return self._carry.feed(audio)
        frames = decode_mu_law(audio) if self._type == "audio/pcmu" else decode_a_law(audio)
        return pcm16.to_bytes(self._resampler.process(frames))


class WireEncoder:
    """PCM16 at 24 kHz to the client's format. One for each content part: it keeps the resampler's state."""

    def __init__(self, audio_format: AudioFormat) -> None:
        self._type = audio_format.type
        self._resampler = None if self._type == "audio/pcm" else Resampler(HOUSE_HZ, G711_HZ)

    def feed(self, pcm: bytes) -> bytes:
        """Whole frames in, the client's bytes out."""
        if self._resampler is None:
            return pcm
        frames = self._resampler.process(pcm16.from_bytes(pcm))
        return encode_mu_law(frames) if self._type == "audio/pcmu" else encode_a_law(frames)
