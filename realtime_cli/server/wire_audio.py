"""Audio as the client's format writes it <-> PCM16 at 24 kHz, as everything inside the server speaks."""

from __future__ import annotations

from realtime_cli.dsp import pcm16
from realtime_cli.dsp.g711 import decode_a_law, decode_mu_law, encode_a_law, encode_mu_law
from realtime_cli.dsp.resample import Resampler
from realtime_cli.protocol import AudioFormat

HOUSE_HZ = pcm16.SAMPLE_RATE_HZ
G711_HZ = 8_000


def rate_hz(audio_format: AudioFormat) -> int:
    """Frames in a second."""
    if audio_format.type != "audio/pcm":
        return G711_HZ
    return audio_format.rate if isinstance(audio_format.rate, int) else HOUSE_HZ


def bytes_per_ms(audio_format: AudioFormat) -> int:
    """48 for PCM16 at 24 kHz, 32 at 16 kHz, 8 for G.711."""
    return rate_hz(audio_format) // 1000 * (2 if audio_format.type == "audio/pcm" else 1)


class WireDecoder:
    """The client's stream of audio to PCM16 at 24 kHz. Keeps an odd byte and the resampler's state."""

    def __init__(self, audio_format: AudioFormat) -> None:
        self._type = audio_format.type
        self._carry = pcm16.ByteCarry()
        rate = rate_hz(audio_format)
        self._resampler = None if rate == HOUSE_HZ else Resampler(rate, HOUSE_HZ)

    def feed(self, audio: bytes) -> bytes:
        """The next piece, of any length."""
        if self._resampler is None:
            return self._carry.feed(audio)
        if self._type == "audio/pcm":
            frames = pcm16.from_bytes(self._carry.feed(audio))
        else:
            frames = decode_mu_law(audio) if self._type == "audio/pcmu" else decode_a_law(audio)
        return pcm16.to_bytes(self._resampler.process(frames))


class WireEncoder:
    """PCM16 at 24 kHz to the client's format. One for each content part: it keeps the resampler's state."""

    def __init__(self, audio_format: AudioFormat) -> None:
        self._type = audio_format.type
        rate = rate_hz(audio_format)
        self._resampler = None if rate == HOUSE_HZ else Resampler(HOUSE_HZ, rate)

    def feed(self, pcm: bytes) -> bytes:
        """Whole frames in, the client's bytes out."""
        if self._resampler is None:
            return pcm
        frames = self._resampler.process(pcm16.from_bytes(pcm))
        if self._type == "audio/pcm":
            return pcm16.to_bytes(frames)
        return encode_mu_law(frames) if self._type == "audio/pcmu" else encode_a_law(frames)
