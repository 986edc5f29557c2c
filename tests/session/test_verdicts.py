"""Errors: benign, retryable, fatal."""

import pytest

from realtime_cli.protocol import UNSET, ErrorDetail, ResponseError
from realtime_cli.session.verdicts import Act, judge, judge_close


@pytest.mark.parametrize(
    ("code", "kind", "message", "act"),
    [
        ("response_cancel_not_active", "invalid_request_error", "", Act.IGNORE),
        (None, "invalid_request_error", "Cancellation failed: no active response found", Act.IGNORE),
        (None, "x", "Audio content of 100ms is already shorter than 200ms", Act.IGNORE),
        (None, "x", "Error deleting item: the item with id 'X' does not exist.", Act.IGNORE),
        ("item_truncate_invalid_item_id", "x", "", Act.IGNORE),
        (None, "x", "Conversation already has an active response", Act.WAIT_FOR_DONE),
        ("input_audio_buffer_commit_empty", "x", "buffer too small", Act.TOO_SHORT),
        ("server_error", "server_error", "sorry", Act.TRY_AGAIN),
        (UNSET, "server_error", "sorry", Act.TRY_AGAIN),
        ("rate_limit_exceeded", "x", "", Act.SLOW_DOWN),
        ("session_expired", "x", "", Act.NEW_SESSION),
        (None, "insufficient_quota", "pay", Act.END),
        (None, "session_limit_reached", "", Act.END),
        ("model_not_found", "x", "", Act.END),
        ("beta_api_shape_disabled", "x", "", Act.END),
        ("cannot_update_voice", "x", "", Act.SHOW),
        ("never_seen", "x", "what", Act.SHOW),
        (None, "", "", Act.SHOW),
    ],
)
def test_codes_are_found_in_code_type_or_words(code: str | None, kind: str, message: str, act: Act) -> None:
    verdict = judge(ErrorDetail(type=kind, code=code, message=message))
    assert verdict.act is act
    assert verdict.text


def test_failures_inside_a_response_are_judged_by_the_same_table() -> None:
    verdict = judge(ResponseError(type="insufficient_quota", code=None, message="pay first"))
    assert (verdict.act, verdict.exit_code) == (Act.END, 76)
    assert "pay first" in verdict.text
    assert verdict.advice


@pytest.mark.parametrize(
    ("code", "reason", "act"),
    [
        (None, "", Act.NEW_SESSION),
        (1001, "maximum duration", Act.NEW_SESSION),
        (1006, "", Act.NEW_SESSION),
        (1011, "keepalive ping timeout", Act.NEW_SESSION),
        (1013, "", Act.NEW_SESSION),
        (1000, "", Act.END),
        (1007, "", Act.END),
        (1008, "", Act.END),
        (3000, "invalid_request_error.invalid_api_key", Act.END),
        (1011, "insufficient_quota", Act.END),
        (4000, "invalid_request_error.session_expired", Act.END),
        (4999, "?", Act.END),
    ],
)
def test_closes(code: int | None, reason: str, act: Act) -> None:
    verdict = judge_close(code, reason)
    assert verdict.act is act
    assert reason in verdict.text
