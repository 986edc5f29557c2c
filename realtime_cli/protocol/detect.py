"""Which dialect is this? Judged from the first thing a server says."""

import msgspec

_GA_KEYS = frozenset({"type", "audio", "output_modalities"})
_FLAT_KEYS = frozenset({"modalities", "input_audio_format", "output_audio_format", "voice", "turn_detection"})


def guess(first_text: str) -> str | None:
    """The dialect of a server, or None if the text does not tell.

    A server that has retired beta says so with the code `beta_api_shape_disabled`: it wants GA.
    Never raises.

    Args:
        first_text: The first text frame, usually `session.created`.

    Returns:
        "ga", "beta" or None.
    """
    try:
        event = msgspec.json.decode(first_text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    if not isinstance(event, dict):
        return None
    kind = event.get("type")
    if kind in ("transcription_session.created", "transcription_session.updated"):
        return "beta"
    if kind == "error":
        error = event.get("error")
        code = error.get("code") if isinstance(error, dict) else None
        return "ga" if code == "beta_api_shape_disabled" else None
    session = event.get("session")
    if kind not in ("session.created", "session.updated") or not isinstance(session, dict):
        return None
    if session.keys() & _GA_KEYS:
        return "ga"
    return "beta" if session.keys() & _FLAT_KEYS else None
