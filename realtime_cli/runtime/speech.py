"""How one server wants to be spoken to beyond its dialect: accent, and the rate of the samples it takes."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from realtime_cli.protocol import ALL, Ability, Accent, ClientEvent, Dialect, InputAudioBufferAppend

if TYPE_CHECKING:
    from realtime_cli.dsp.resample import Resampler

HOUSE_RATE_HZ: Final = 24_000


@dataclass(frozen=True, slots=True)
class Manner:
    """What is known about a server before the first word.

    Attributes:
        abilities: What it can read.
        session_extras: Fields that it wants in every `session.update`, as a JSON object.
        input_rate_hz: Of PCM16 sent to it.
    """

    abilities: Set[Ability] = ALL
    session_extras: str = ""
    input_rate_hz: int = HOUSE_RATE_HZ


class Speech:
    """The manner applied to one line. Sound is one stream, so this belongs to one line only."""

    def __init__(self, manner: Manner | None = None) -> None:
        self._manner = manner or Manner()
        self._resampler: Resampler | None = None

    def accented(self, dialect: Dialect) -> Dialect:
        """The dialect as this server wants to hear it."""
        manner = self._manner
        accent = Accent(dialect, manner.abilities, manner.session_extras, manner.input_rate_hz)
        return dialect if accent.is_needless else accent

    def fitted(self, event: ClientEvent) -> ClientEvent:
        """The event with its sound at the server's rate."""
        if self._manner.input_rate_hz == HOUSE_RATE_HZ or not isinstance(event, InputAudioBufferAppend):
            return event
        from realtime_cli.dsp.pcm16 import from_bytes, to_bytes
        from realtime_cli.dsp.resample import Resampler

        if self._resampler is None:
            self._resampler = Resampler(HOUSE_RATE_HZ, self._manner.input_rate_hz)
        return replace(event, audio=to_bytes(self._resampler.process(from_bytes(event.audio))))
