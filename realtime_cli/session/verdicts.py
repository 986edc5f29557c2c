"""What an error means for us: nothing, wait, try again, tell the user, or the end.

Codes are looked up in one table. Some servers put the code into `type`, some give only a sentence, so all three are
tried. Sources: OpenAI's Realtime reference (errors), and what maintainers of clients met (livekit-agents, pipecat).
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from msgspec import Struct

from realtime_cli.errors import NotAuthorized, RateLimited, RealtimeCliError, Refused, Unreachable
from realtime_cli.protocol import ErrorDetail, ResponseError


class Act(Enum):
    """What to do about an error."""

    IGNORE = "a race that has settled itself"
    TOO_SHORT = "a commit with too little audio: a hint, where the user ended the turn"
    WAIT_FOR_DONE = "an answer is being made already: ask again when it is done"
    TRY_AGAIN = "a fault of the server: ask again after a pause"
    SLOW_DOWN = "too much for now: ask again after a longer pause"
    NEW_SESSION = "the session is over; a new one may begin"
    SHOW = "the user should know; the session goes on"
    END = "no retry can help"


class Verdict(Struct, frozen=True):
    """What an error means.

    Attributes:
        text: One line for the user, the server's own words included (untrusted).
        advice: The next step, "" when there is none.
        exit_code: Of the error tree, for when this ends the program.
    """

    act: Act
    text: str
    advice: str = ""
    exit_code: int = Refused.exit_code


_KEY_ADVICE: Final = "Check the API key and its project; then start again."
_MONEY_ADVICE: Final = "Check the plan and the billing of this account."
_MODEL_ADVICE: Final = "Choose a model this service has with --model."
_DIALECT_ADVICE: Final = "This endpoint wants the current event names: use --dialect ga."

_Row = tuple[Act, type[RealtimeCliError], str]

_CODES: Final[dict[str, _Row]] = {
    "beta_api_shape_disabled": (Act.END, Refused, _DIALECT_ADVICE),
    "invalid_api_key": (Act.END, NotAuthorized, _KEY_ADVICE),
    "authentication_error": (Act.END, NotAuthorized, _KEY_ADVICE),
    "permission_denied": (Act.END, NotAuthorized, _KEY_ADVICE),
    "account_deactivated": (Act.END, NotAuthorized, _KEY_ADVICE),
    "billing_hard_limit_reached": (Act.END, Refused, _MONEY_ADVICE),
    "insufficient_quota": (Act.END, Refused, _MONEY_ADVICE),
    "model_not_found": (Act.END, Refused, _MODEL_ADVICE),
    "invalid_model": (Act.END, Refused, _MODEL_ADVICE),
    "session_limit_reached": (Act.END, RateLimited, "Close another session, or try later."),
    "session_expired": (Act.NEW_SESSION, Refused, ""),
    "rate_limit_error": (Act.SLOW_DOWN, RateLimited, "Wait a little, then ask again."),
    "rate_limit_exceeded": (Act.SLOW_DOWN, RateLimited, "Wait a little, then ask again."),
    "inference_rate_limit_exceeded": (Act.SLOW_DOWN, RateLimited, "Wait a little, then ask again."),
    "overloaded_error": (Act.TRY_AGAIN, Refused, "Try again; the service has too much to do."),
    "internal_server_error": (Act.TRY_AGAIN, Refused, "Try again; the fault is on the server's side."),
    "server_error": (Act.TRY_AGAIN, Refused, "Try again; the fault is on the server's side."),
    "response_cancel_not_active": (Act.IGNORE, Refused, ""),
    "conversation_already_has_active_response": (Act.WAIT_FOR_DONE, Refused, ""),
    "input_audio_buffer_commit_empty": (Act.TOO_SHORT, Refused, ""),
    "item_truncate_invalid_item_id": (Act.IGNORE, Refused, ""),
    "item_delete_invalid_item_id": (Act.IGNORE, Refused, ""),
    "item_retrieve_invalid_item_id": (Act.IGNORE, Refused, ""),
    "item_already_truncated": (Act.IGNORE, Refused, ""),
    "cannot_update_voice": (Act.SHOW, Refused, "The voice stays as it is until the next session."),
}

# Older and third-party servers give these sentences without a code.
_SENTENCES: Final[tuple[tuple[str, str], ...]] = (
    ("no active response found", "response_cancel_not_active"),
    ("cancellation failed", "response_cancel_not_active"),
    ("already has an active response", "conversation_already_has_active_response"),
    ("buffer too small", "input_audio_buffer_commit_empty"),
    ("is already shorter than", "item_already_truncated"),
    ("error deleting item", "item_delete_invalid_item_id"),
    ("error truncating item", "item_truncate_invalid_item_id"),
    ("maximum duration", "session_expired"),
    ("incorrect api key", "invalid_api_key"),
)

_RECOVERABLE_CLOSES: Final = frozenset({1001, 1005, 1006, 1011, 1012, 1013, 1015})
"""Going away, no status, abnormal, server error, restart, try later, TLS. Source: openai-python, its reconnect set."""


def judge(detail: ErrorDetail | ResponseError) -> Verdict:
    """What an `error` event, or the error inside a failed response, means."""
    code, kind, message = _word(detail.code), _word(detail.type), _word(detail.message)
    known = _known(code, kind, message)
    text = _sentence(code or kind, message)
    if known is None:
        return Verdict(Act.SHOW, text)
    act, error, advice = _CODES[known]
    return Verdict(act, text, advice, error.exit_code)


def judge_close(code: int | None, reason: str) -> Verdict:
    """What the end of a line means that we did not ask for.

    Args:
        code: WebSocket close code, None when the line broke without one.
        reason: The server's words, such as `invalid_request_error.invalid_api_key`; may be empty.
    """
    known = _known(*reason.split("."), reason)
    text = f"the server closed the line ({code}{', ' if reason else ''}{reason})"
    if code is None:  # nobody said goodbye; a reason is what this side knows of it
        text = reason or "the line broke"
    if known is not None and _CODES[known][0] is Act.END:
        _, error, advice = _CODES[known]
        return Verdict(Act.END, text, advice, error.exit_code)
    if code is None or code in _RECOVERABLE_CLOSES:
        return Verdict(Act.NEW_SESSION, text, "", Unreachable.exit_code)
    if code == 1008:
        return Verdict(Act.END, text, _KEY_ADVICE, NotAuthorized.exit_code)
    if code == 1000:
        return Verdict(Act.END, text, "The server ended the session; start again.")
    return Verdict(Act.END, text, "The server refuses this session; the words in brackets are its reason.")


def _known(*words: str) -> str | None:
    for word in words:
        if word in _CODES:
            return word
    whole = words[-1].lower()
    for sentence, code in _SENTENCES:
        if sentence in whole:
            return code
    return None


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _sentence(code: str, message: str) -> str:
    if code and message:
        return f"{code}: {message}"
    return message or code or "the server reports an error without saying which"
