"""What a response or a transcription used, as the history keeps it."""

from __future__ import annotations

from realtime_cli.history.records import Opening, UsageRecord
from realtime_cli.protocol import Response, SessionConfig
from realtime_cli.session.tokens import number, split


def response_usage(response: Response, opening: Opening, model: str, at: float) -> UsageRecord | None:
    """The tokens of one `response.done`; None where the server tells none."""
    if not response.usage:
        return None
    use = split(response.usage)
    return UsageRecord(
        at=at,
        kind="response",
        provider=opening.provider,
        model=model or opening.model,
        response_id=response.id,
        input_text=use.input_text,
        input_audio=use.input_audio,
        input_image=use.input_image,
        cached_text=use.cached_text,
        cached_audio=use.cached_audio,
        cached_image=use.cached_image,
        output_text=use.output_text,
        output_audio=use.output_audio,
        total=use.total,
    )


def transcription_usage(
    usage: object, opening: Opening, settings: SessionConfig, at: float
) -> UsageRecord | None:
    """What writing down the user's words used; it is billed apart from responses, by tokens or by seconds."""
    if not isinstance(usage, dict):
        return None
    details = usage.get("input_token_details")
    audio = int(number(details.get("audio_tokens"))) if isinstance(details, dict) else 0
    return UsageRecord(
        at=at,
        kind="transcription",
        provider=opening.provider,
        model=_transcription_model(settings),
        input_audio=audio,
        input_text=max(0, int(number(usage.get("input_tokens"))) - audio),
        output_text=int(number(usage.get("output_tokens"))),
        total=int(number(usage.get("total_tokens"))),
        seconds=number(usage.get("seconds")),
    )


def _transcription_model(settings: SessionConfig) -> str:
    audio_in = settings.audio.input if settings.audio else None
    transcription = audio_in.transcription if audio_in else None
    model = transcription.model if transcription else None
    return model if isinstance(model, str) else ""
