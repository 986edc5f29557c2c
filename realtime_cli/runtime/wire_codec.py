"""G.711 on the wire, PCM16 at 24 kHz in the house: a sixth of the bytes, for slow lines.

Every position on the wire is in milliseconds, so nothing else has to know.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec.structs import replace

from realtime_cli.dsp import g711
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, from_bytes, to_bytes
from realtime_cli.dsp.resample import Resampler
from realtime_cli.protocol import InputAudioBufferAppend, ResponseOutputAudioDelta, ResponseOutputAudioDone

WireFormat: TypeAlias = Literal["pcm16", "pcmu", "pcma"]

_ENCODERS: Final = {"pcmu": g711.encode_mu_law, "pcma": g711.encode_a_law}
_DECODERS: Final = {"pcmu": g711.decode_mu_law, "pcma": g711.decode_a_law}


class WireCodec:
    """The two directions of one line.

    Args:
        form: "pcmu" or "pcma".
    """

    def __init__(self, form: WireFormat) -> None:
        self._encode, self._decode = _ENCODERS[form], _DECODERS[form]
        self._up = Resampler(SAMPLE_RATE_HZ, g711.RATE_HZ)
        self._down: dict[tuple[str, int], Resampler] = {}

    def encoded(self, event: InputAudioBufferAppend) -> InputAudioBufferAppend:
        """Microphone sound as the server takes it."""
        return replace(event, audio=self._encode(self._up.process(from_bytes(event.audio))))

    def decoded(self, event: ResponseOutputAudioDelta) -> ResponseOutputAudioDelta:
        """An answer's sound as the house plays it. Each content part is a stream of its own."""
        key = (event.item_id, event.content_index)
        resampler = self._down.get(key)
        if resampler is None:
            resampler = self._down[key] = Resampler(g711.RATE_HZ, SAMPLE_RATE_HZ)
            resampler.skip_delay()
        return replace(event, delta=to_bytes(resampler.process(self._decode(event.delta))))

    def ended(self, event: ResponseOutputAudioDone) -> ResponseOutputAudioDelta | None:
        """The last 2 ms, which were still in the filter; None for a part without sound."""
        resampler = self._down.pop((event.item_id, event.content_index), None)
        if resampler is None:
            return None
        return ResponseOutputAudioDelta(
            response_id=event.response_id,
            item_id=event.item_id,
            output_index=event.output_index,
            content_index=event.content_index,
            delta=to_bytes(resampler.flush()),
        )
