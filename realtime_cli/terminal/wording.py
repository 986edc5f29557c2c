"""How states, calls, durations and numbers are put into words; the same words on every kind of screen."""

from __future__ import annotations

import json

from realtime_cli.session.state import Call, CallStatus, Phase, SessionState, Spoken
from realtime_cli.terminal.sanitize import clean_line

_PARSE_LIMIT_CHARS = (
    4_000  # longer arguments are shown as they are written: parsing them ten times a second is waste
)


def role_name(entry: Spoken) -> str:
    """Who speaks, in one word."""
    if entry.role == "user":
        return "you"
    if entry.role == "system":
        return "system"
    return "aside" if entry.commentary else "assistant"


def phase_words(state: SessionState, now_s: float) -> str:
    """The state word, with the seconds until the next try while reconnecting."""
    if state.phase is Phase.RECONNECTING and state.retry_at_s is not None and state.retry_at_s > now_s:
        return f"{state.phase.value} in {state.retry_at_s - now_s:.0f} s"
    return state.phase.value


def call_signature(call: Call, limit_chars: int = 200) -> str:
    """`name(key=value, ...)` in one harmless line; arguments that are no JSON object (yet) as they are."""
    name = clean_line(call.name, 64) or "?"
    return f"{name}({_arguments(call.arguments, limit_chars)})"


def call_outcome(call: Call, now_s: float | None) -> str:
    """What became of a call, in a few words without its output: "running 1.2 s", "done in 0.3 s", "failed"."""
    if call.status is CallStatus.WRITING:
        return "writing"
    if call.status is CallStatus.ASKING:
        return "waits for you"
    end_s = call.ended_at_s if call.ended_at_s is not None else now_s
    took = "" if call.started_at_s is None or end_s is None else seconds(max(0.0, end_s - call.started_at_s))
    if call.status is CallStatus.RUNNING:
        return f"running {took} {clean_line(call.progress, 80)}".rstrip()
    if call.approval == "no":
        return "declined"
    if call.status is CallStatus.DONE:
        return took or "done"
    return f"{call.status.value} {took}".rstrip()


def seconds(duration_s: float) -> str:
    """A duration to read: "20 ms", "0.3 s", "12 s", "3:05 min"."""
    if duration_s < 0.1:
        return f"{duration_s * 1_000:.0f} ms"
    if duration_s < 10:
        return f"{duration_s:.1f} s"
    if duration_s < 100:
        return f"{duration_s:.0f} s"
    return f"{int(duration_s) // 60}:{int(duration_s) % 60:02} min"


def time_left(left_s: float) -> str:
    """Session time left: whole minutes, and seconds in the last two minutes."""
    if left_s <= 0:
        return "time is over"
    if left_s < 120:
        return f"{left_s:.0f} s left"
    return f"{left_s / 60:.0f} min left"


def cost_words(cost_usd: float) -> str:
    """An estimate to read: "≈ $0.0042", "≈ $0.12", "≈ $3.50"."""
    if cost_usd < 0.01:
        return f"≈ ${cost_usd:.4f}"
    return f"≈ ${cost_usd:.2f}"


def amount(number: int) -> str:
    """A count to read: "950", "1.2k", "34k", "1.5M"."""
    if number < 1_000:
        return str(number)
    if number < 9_950:
        return f"{number / 1_000:.1f}k"
    if number < 999_500:
        return f"{number / 1_000:.0f}k"
    return f"{number / 1_000_000:.1f}M"


def _arguments(text: str, limit_chars: int) -> str:
    if len(text) <= _PARSE_LIMIT_CHARS and text.endswith("}"):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = None  # still being written, or not JSON: shown as it is
        if isinstance(value, dict):
            pairs = (f"{key}={json.dumps(item, ensure_ascii=False)}" for key, item in value.items())
            return clean_line(", ".join(pairs), limit_chars)
    return clean_line(text, limit_chars)
