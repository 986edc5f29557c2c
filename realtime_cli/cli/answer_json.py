"""The documented JSON object of `send-text --json`; its schema is `realtime_cli/cli/answer.schema.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

if TYPE_CHECKING:
    from realtime_cli.cli.preparation import Prepared
    from realtime_cli.runtime.run import Outcome
    from realtime_cli.session.state import Call


def answer_json(outcome: Outcome, prepared: Prepared, total_s: float) -> dict[str, Any]:
    """The documented object of `--json`; names only ever get added."""
    from realtime_cli.session.state import Call

    state = outcome.state
    return {
        "text": state.answer_text,
        "session_id": state.session_id,
        "response_id": state.response_id,
        "status": state.response_status,
        "metadata": dict(state.metadata),
        "items": [{"id": item.item_id, "type": item.kind, "role": item.role} for item in state.items],
        "provider": prepared.target.provider.name,
        "model": state.model or prepared.target.model,
        "calls": [_call(entry) for entry in state.entries if isinstance(entry, Call)],
        "usage": asdict(state.tokens),
        "timing": {"total_ms": round(total_s * 1000)},
    }


def _call(call: Call) -> dict[str, Any]:
    """One function call; `arguments` is the JSON text as it was run."""
    took_s = None
    if call.started_at_s is not None and call.ended_at_s is not None:
        took_s = round(call.ended_at_s - call.started_at_s, 3)
    return {
        "call_id": call.call_id,
        "name": call.name,
        "arguments": call.arguments,
        "status": call.status.value,
        "approval": call.approval,
        "output": call.output,
        "took_s": took_s,
    }
