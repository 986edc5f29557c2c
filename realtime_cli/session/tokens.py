"""Tokens of a session, summed over its responses."""

from __future__ import annotations

from realtime_cli.protocol import Usage
from realtime_cli.session.state import TokenUse


def add_usage(sums: TokenUse, usage: Usage) -> TokenUse:
    """The sums after one more response. What a server does not tell counts as nothing.

    Args:
        sums: Everything so far.
        usage: Of one `response.done`. Cached tokens are a part of the input, not beside it.
    """
    spent, made = usage.input_token_details or None, usage.output_token_details or None
    return TokenUse(
        responses=sums.responses + 1,
        input_text=sums.input_text + (spent.text_tokens if spent else 0),
        input_audio=sums.input_audio + (spent.audio_tokens if spent else 0),
        input_image=sums.input_image + (spent.image_tokens if spent else 0),
        cached=sums.cached + (spent.cached_tokens if spent else 0),
        output_text=sums.output_text + (made.text_tokens if made else 0),
        output_audio=sums.output_audio + (made.audio_tokens if made else 0),
        total=sums.total + usage.total_tokens,
    )
