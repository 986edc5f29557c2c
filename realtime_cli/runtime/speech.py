"""How one server wants to be spoken to beyond its dialect: accent, and the rate of the samples it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from realtime_cli.protocol import (
    ALL,
    Ability,
    Accent,
    ClientEvent,
    Content,
    ConversationItemCreate,
    Dialect,
    InputAudio,
    InputAudioBufferAppend,
    MessageItem,
    ResponseOutputAudioDelta,
    ResponseOutputAudioDone,
    ResponseOutputAudioTranscriptDelta,
    ResponseOutputAudioTranscriptDone,
    ResponseOutputTextDelta,
    ResponseOutputTextDone,
    ServerEvent,
)

if TYPE_CHECKING:
    from realtime_cli.dsp.resample import Resampler
    from realtime_cli.providers.provider import Target
    from realtime_cli.runtime.wire_codec import WireCodec, WireFormat

HOUSE_RATE_HZ: Final = 24_000
_TYPE: Final = re.compile(r'"type"\s*:\s*"([^"]*)"')
_FAMILY: Final[dict[type, type]] = {
    ResponseOutputTextDelta: ResponseOutputTextDelta,
    ResponseOutputTextDone: ResponseOutputTextDelta,
    ResponseOutputAudioDelta: ResponseOutputAudioDelta,
    ResponseOutputAudioDone: ResponseOutputAudioDelta,
    ResponseOutputAudioTranscriptDelta: ResponseOutputAudioTranscriptDelta,
    ResponseOutputAudioTranscriptDone: ResponseOutputAudioTranscriptDelta,
}
_TWICE_SAID: Final = (
    ResponseOutputTextDelta
    | ResponseOutputTextDone
    | ResponseOutputAudioDelta
    | ResponseOutputAudioDone
    | ResponseOutputAudioTranscriptDelta
    | ResponseOutputAudioTranscriptDone
)
_KEPT: Final = 256


class Manner(Struct, frozen=True):
    """What is known about a server before the first word.

    Attributes:
        abilities: What it can read.
        session_extras: Fields that it wants in every `session.update`, as a JSON object.
        input_rate_hz: Of PCM16 sent to it.
        audio_format: Of all sound, both ways.
    """

    abilities: Set[Ability] = ALL
    session_extras: str = ""
    input_rate_hz: int = HOUSE_RATE_HZ
    audio_format: WireFormat = "pcm16"


def manner_of(target: Target, audio_format: WireFormat = "pcm16") -> Manner:
    """How a service wants to be spoken to, in the format of sound that its session is asked for."""
    provider = target.provider
    return Manner(provider.abilities, provider.session_extras, provider.input_rate_hz, audio_format)


class Speech:
    """The manner applied to one line. Sound is one stream, so this belongs to one line only."""

    def __init__(self, manner: Manner | None = None) -> None:
        self._manner = manner or Manner()
        self._resampler: Resampler | None = None
        self._codec: WireCodec | None = None
        self._spellings: dict[tuple[str, str, type], str] = {}

    def accented(self, dialect: Dialect) -> Dialect:
        """The dialect as this server wants to hear it."""
        manner = self._manner
        accent = Accent(dialect, manner.abilities, manner.session_extras, manner.input_rate_hz)
        return dialect if accent.is_needless else accent

    def is_echo(self, event: ServerEvent, text: str) -> bool:
        """Whether a server says the same once more under the other dialect's name, as xAI does.

        The first name that an answer's words or sound come under counts; events under the other one are echoes.
        """
        if not isinstance(event, _TWICE_SAID):
            return False
        spelling = _TYPE.search(text)
        name = spelling[1] if spelling else ""
        is_old = "output_" not in name
        family = _FAMILY[type(event)]
        key = (event.response_id, event.item_id, family)
        first = self._spellings.setdefault(key, "old" if is_old else "new")
        if len(self._spellings) > _KEPT:
            self._spellings.pop(next(iter(self._spellings)))
        return first != ("old" if is_old else "new")

    def understood(self, event: ServerEvent) -> Iterator[ServerEvent]:
        """The event with its sound as PCM16 at 24 kHz; the end of a part may bring the last of it."""
        if self._manner.audio_format != "pcm16" and isinstance(
            event, ResponseOutputAudioDelta | ResponseOutputAudioDone
        ):
            codec = self._wire_codec()
            if isinstance(event, ResponseOutputAudioDelta):
                event = codec.decoded(event)
            elif (rest := codec.ended(event)) is not None:
                yield rest
        yield event

    def _wire_codec(self) -> WireCodec:
        from realtime_cli.runtime.wire_codec import WireCodec

        if self._codec is None:
            self._codec = WireCodec(self._manner.audio_format)
        return self._codec

    def fitted(self, event: ClientEvent) -> ClientEvent:
        """The event with its sound in the server's format and rate."""
        if isinstance(event, ConversationItemCreate):
            return self._item_fitted(event)
        if isinstance(event, InputAudioBufferAppend) and self._manner.audio_format != "pcm16":
            return self._wire_codec().encoded(event)
        if self._manner.input_rate_hz == HOUSE_RATE_HZ or not isinstance(event, InputAudioBufferAppend):
            return event
        from realtime_cli.dsp.pcm16 import from_bytes, to_bytes
        from realtime_cli.dsp.resample import Resampler

        if self._resampler is None:
            self._resampler = Resampler(HOUSE_RATE_HZ, self._manner.input_rate_hz)
        return replace(event, audio=to_bytes(self._resampler.process(from_bytes(event.audio))))

    def _item_fitted(self, event: ConversationItemCreate) -> ConversationItemCreate:
        """Sound inside an item is whole: it has nothing to do with the stream of the microphone."""
        item = event.item
        plain = self._manner.audio_format == "pcm16" and self._manner.input_rate_hz == HOUSE_RATE_HZ
        if plain or not isinstance(item, MessageItem):
            return event
        content = tuple(self._part_fitted(part) for part in item.content)
        return replace(event, item=replace(item, content=content))

    def _part_fitted(self, part: Content) -> Content:
        if not isinstance(part, InputAudio) or not isinstance(part.audio, bytes):
            return part
        whole = Speech(self._manner)
        fitted = whole.fitted(InputAudioBufferAppend(audio=part.audio))
        assert isinstance(fitted, InputAudioBufferAppend)
        return replace(part, audio=fitted.audio)
