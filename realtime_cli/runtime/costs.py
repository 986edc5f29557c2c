"""What the history's usage cost, by the price list of its day: an estimate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final, Literal, TypeAlias

from msgspec.structs import fields, replace

from realtime_cli.history.records import UsageRecord
from realtime_cli.runtime.prices import rates
from realtime_cli.session.rates import Rates
from realtime_cli.session.state import TokenUse
from realtime_cli.session.tokens import cost_usd

Overrides: TypeAlias = Mapping[str, Mapping[str, float | str]]
By: TypeAlias = Literal["day", "model", "provider"]

_TOKEN_FIELDS: Final = tuple(field.name for field in fields(TokenUse))


@dataclass(slots=True)
class Sum:
    """One line of `history stats`.

    Attributes:
        usd: About what it cost; None when nothing in it has a price.
        unpriced: Responses and transcriptions nobody knows a price for.
        seconds: Transcribed sound that is billed by time.
    """

    name: str
    responses: int = 0
    transcriptions: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0
    seconds: float = 0.0
    usd: float | None = None
    unpriced: int = 0

    def add(self, usage: UsageRecord, usd: float | None) -> None:
        """Count one more."""
        self.responses += usage.kind == "response"
        self.transcriptions += usage.kind == "transcription"
        self.input_tokens += usage.input_text + usage.input_audio + usage.input_image
        self.cached_tokens += usage.cached_text + usage.cached_audio + usage.cached_image
        self.output_tokens += usage.output_text + usage.output_audio
        self.total_tokens += usage.total
        self.seconds += usage.seconds
        if usd is None:
            self.unpriced += 1
        else:
            self.usd = (self.usd or 0.0) + usd


def price_of(usage: UsageRecord, overrides: Overrides, known: dict[object, Rates | None]) -> float | None:
    """US dollars of one response or transcription, None where nobody knows.

    Args:
        known: Remembers rates between calls (they are looked up for each model and day once).
    """
    day = int(usage.at // 86_400)
    key = (usage.provider, usage.model, day)
    if key not in known:
        at = datetime.fromtimestamp(usage.at, UTC)
        known[key] = rates(usage.provider, usage.model, overrides, at) if usage.model else None
    found = known[key]
    if found is None:
        return None
    if usage.kind == "transcription":
        found = rates_for_writing_down(found)
        return (
            usage.seconds * found.transcription_second
            + (usage.input_text + usage.input_audio) * found.transcription_input
            + usage.output_text * found.transcription_output
        )
    kinds = usage.input_text + usage.input_audio + usage.input_image + usage.output_text + usage.output_audio
    if usage.total and not kinds:
        return None  # only a total: no price without a kind
    return cost_usd(TokenUse(**{n: getattr(usage, n) for n in _TOKEN_FIELDS if hasattr(usage, n)}), found)


def rates_for_writing_down(found: Rates) -> Rates:
    """A transcription model's own token prices are those of its input and output."""
    return replace(
        found,
        transcription_input=found.transcription_input or found.input_audio,
        transcription_output=found.transcription_output or found.output_text,
    )


def sums(usages: Iterable[UsageRecord], by: By, overrides: Overrides, zone: tzinfo) -> list[Sum]:
    """Usage by day, model or provider, in the order of names; the last line is the whole."""

    def day(usage: UsageRecord) -> str:
        return datetime.fromtimestamp(usage.at, UTC).astimezone(zone).strftime("%Y-%m-%d")

    names: dict[By, Callable[[UsageRecord], str]] = {
        "day": day,
        "model": lambda usage: usage.model or "(unknown)",
        "provider": lambda usage: usage.provider,
    }
    known: dict[object, Rates | None] = {}
    found: dict[str, Sum] = {}
    whole = Sum("all")
    for usage in usages:
        usd = price_of(usage, overrides, known)
        name = names[by](usage)
        found.setdefault(name, Sum(name)).add(usage, usd)
        whole.add(usage, usd)
    return [*(found[name] for name in sorted(found)), whole]
