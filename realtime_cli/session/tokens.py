"""Tokens of a session, summed over its responses, and what they cost by a price list."""

from __future__ import annotations

from msgspec.structs import astuple

from realtime_cli.protocol import Usage
from realtime_cli.session.rates import Rates
from realtime_cli.session.state import TokenUse


def add_usage(sums: TokenUse, usage: Usage) -> TokenUse:
    """The sums after one more response. What a server does not tell counts as nothing.

    Args:
        sums: Everything so far.
        usage: Of one `response.done`. Cached tokens are a part of the input, not beside it.
    """
    return TokenUse(*(one + other for one, other in zip(astuple(sums), astuple(split(usage)), strict=True)))


def split(usage: Usage) -> TokenUse:
    """One response's tokens by kind."""
    spent, made = usage.input_token_details or None, usage.output_token_details or None
    cached = spent.cached_tokens if spent else 0
    parts = (spent.cached_tokens_details or None) if spent else None
    if parts is None:  # not told which: the text that stands before everything else is what caches hold first
        cached_text = min(cached, spent.text_tokens) if spent else 0
        cached_audio, cached_image = cached - cached_text, 0
    else:
        cached_text, cached_audio, cached_image = parts.text_tokens, parts.audio_tokens, parts.image_tokens
    kinds = (spent.text_tokens + spent.audio_tokens + spent.image_tokens) if spent else 0
    kinds += (made.text_tokens + made.audio_tokens) if made else 0
    return TokenUse(
        responses=1,
        input_text=spent.text_tokens if spent else 0,
        input_audio=spent.audio_tokens if spent else 0,
        input_image=spent.image_tokens if spent else 0,
        cached=cached,
        output_text=made.text_tokens if made else 0,
        output_audio=made.audio_tokens if made else 0,
        total=usage.total_tokens,
        cached_text=cached_text,
        cached_audio=cached_audio,
        cached_image=cached_image,
        unknown=max(0, usage.total_tokens - kinds),
    )


def cost_usd(use: TokenUse, rates: Rates) -> float:
    """What the tokens cost by the list. Tokens of unknown kind, and transcription, are not in it."""
    kinds = (
        (use.input_text - use.cached_text, rates.input_text),
        (use.input_audio - use.cached_audio, rates.input_audio),
        (use.input_image - use.cached_image, rates.input_image),
        (use.cached_text, rates.cached_text),
        (use.cached_audio, rates.cached_audio),
        (use.cached_image, rates.cached_image),
        (use.output_text, rates.output_text),
        (use.output_audio, rates.output_audio),
    )
    return sum(max(0, tokens) * rate for tokens, rate in kinds)


def transcription_usd(usage: dict[str, object], rates: Rates) -> float:
    """What one transcription costs: by the second, or by tokens."""
    seconds = number(usage.get("seconds"))
    return (
        seconds * rates.transcription_second
        + number(usage.get("input_tokens")) * rates.transcription_input
        + number(usage.get("output_tokens")) * rates.transcription_output
    )


def number(value: object) -> float:
    """A count from a server, which may say anything: 0 for what is no number."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12:
        return float(value)
    return 0.0
