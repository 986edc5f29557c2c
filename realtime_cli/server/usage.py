"""Token counts in the hosted service's units, so that clients' meters show something true about size.

Estimates, except where a language model counts itself. Text 4 characters a token, the user's audio
100 ms a token, the model's 50 ms. Source: https://developers.openai.com/api/docs/guides/realtime-costs
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from realtime_cli.protocol import (
    CachedTokenDetails,
    FunctionTool,
    InputTokenDetails,
    MessageItem,
    OutputTokenDetails,
    Usage,
)
from realtime_cli.server.conversation import Entry, history
from realtime_cli.server.engines.contract import Used, Utterer

CHARS_PER_TOKEN: Final = 4
USER_MS_PER_TOKEN: Final = 100
MODEL_MS_PER_TOKEN: Final = 50


def text_tokens(chars: int) -> int:
    """Tokens of so many characters, rounded up."""
    return -(-chars // CHARS_PER_TOKEN)


@dataclass(frozen=True, slots=True)
class InputSize:
    """Tokens that a response read."""

    text: int = 0
    audio: int = 0


def input_size(instructions: str, tools: Iterable[FunctionTool], entries: Iterable[Entry]) -> InputSize:
    """What a response reads: instructions, tools and every entry, spoken ones as audio."""
    text = text_tokens(len(instructions)) + sum(text_tokens(len(repr(tool))) for tool in tools)
    audio = 0
    for entry in entries:
        if entry.audio_ms and isinstance(entry.item, MessageItem):
            scale = USER_MS_PER_TOKEN if entry.item.role == "user" else MODEL_MS_PER_TOKEN
            audio += -(-entry.audio_ms // scale)
            continue
        for told in history((entry,)):
            said = told.text if isinstance(told, Utterer) else told.arguments + (told.output or "")
            text += text_tokens(len(said))
    return InputSize(text, audio)


def usage(read: InputSize, written_text_tokens: int, written_audio_tokens: int) -> Usage:
    """The `usage` of a `response.done`."""
    read_total, written_total = read.text + read.audio, written_text_tokens + written_audio_tokens
    return Usage(
        total_tokens=read_total + written_total,
        input_tokens=read_total,
        output_tokens=written_total,
        input_token_details=InputTokenDetails(
            text_tokens=read.text, audio_tokens=read.audio, cached_tokens_details=CachedTokenDetails()
        ),
        output_token_details=OutputTokenDetails(
            text_tokens=written_text_tokens, audio_tokens=written_audio_tokens
        ),
    )


def counted(used: Used) -> Usage:
    """The same as a brain counts it: all of it is text, for it reads transcripts and others give it a voice."""
    return Usage(
        total_tokens=used.input_tokens + used.output_tokens,
        input_tokens=used.input_tokens,
        output_tokens=used.output_tokens,
        input_token_details=InputTokenDetails(
            text_tokens=used.input_tokens,
            audio_tokens=0,
            cached_tokens=used.cached_tokens,
            cached_tokens_details=CachedTokenDetails(text_tokens=used.cached_tokens, audio_tokens=0),
        ),
        output_token_details=OutputTokenDetails(text_tokens=used.output_tokens, audio_tokens=0),
    )
