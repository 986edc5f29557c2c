"""The lines of `talk --jsonl`: one JSON object each. `talk.schema.json` beside this file is made from these types.

Whoever reads them can rely on the names; new fields and new kinds of lines may come, none go.
"""

from __future__ import annotations

import json
import re
from typing import Any, Literal, TypeAlias

import msgspec

from realtime_cli.session.state import Call, CallStatus, Entry, Notice, Phase, SessionState, Spoken

_PhaseWord: TypeAlias = Literal[
    "connecting",
    "listening",
    "hearing you",
    "thinking",
    "speaking",
    "calling",
    "asking you",
    "muted",
    "reconnecting",
    "ended",
]


class _Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """`at_s`: seconds since the first line."""

    at_s: float


class StateLine(_Line, tag="state", frozen=True, kw_only=True):
    """Something else is going on now. `retry_in_s`: seconds until the next try to reconnect."""

    state: _PhaseWord
    session_id: str = ""
    model: str = ""
    voice: str = ""
    retry_in_s: float | None = None


class TurnLine(_Line, tag="turn", frozen=True, kw_only=True):
    """Somebody has finished speaking or typing.

    Attributes:
        text: What was said; of an interrupted answer, what was heard of it.
        commentary: The model's aside before its final answer.
        problem: Why there are no words, or why the answer failed; "" when all is well.
        latency_ms: Of an answer: from the end of the user's speech to the first sound.
        total_tokens: Of the session so far.
        cost_usd: An estimate for the session so far; null when no price is known.
    """

    item_id: str
    role: Literal["user", "assistant", "system"]
    text: str
    interrupted: bool = False
    commentary: bool = False
    problem: str = ""
    latency_ms: float | None = None
    total_tokens: int = 0
    cost_usd: float | None = None


class CallLine(_Line, tag="call", frozen=True, kw_only=True):
    """A function call is over.

    Attributes:
        arguments: The object they make, or the text where they are none.
        approval: Who let it run or refused it: "auto", "yes", "always", "edited", "no", "refused".
    """

    call_id: str
    name: str
    arguments: Any
    status: Literal["writing", "asking", "running", "done", "failed", "cancelled"]
    output: str = ""
    duration_s: float | None = None
    approval: str = ""


class NoticeLine(_Line, tag="notice", frozen=True, kw_only=True):
    """Something to know that is no error: `severity` "info" or "warning"."""

    severity: Literal["info", "warning"]
    text: str
    advice: str = ""


class ErrorLine(_Line, tag="error", frozen=True, kw_only=True):
    """Something went wrong, and what to do about it."""

    text: str
    advice: str = ""


class AsideLine(_Line, tag="aside", frozen=True, kw_only=True):
    """A question beside the conversation was answered, or not (`problem`)."""

    question: str
    text: str
    problem: str = ""


Line: TypeAlias = StateLine | TurnLine | CallLine | NoticeLine | ErrorLine | AsideLine
_BEYOND_ASCII = re.compile("[^ -~]")
_STATES = {phase: phase.value for phase in Phase}


def state_line(state: SessionState, at_s: float, now_s: float) -> StateLine:
    """What is going on now."""
    retry_in_s = None if state.retry_at_s is None else max(0.0, round(state.retry_at_s - now_s, 1))
    return StateLine(
        at_s=at_s,
        state=_STATES[state.phase],  # type: ignore[arg-type]  # a test compares both
        session_id=state.session_id,
        model=state.model,
        voice=state.voice,
        retry_in_s=retry_in_s if state.phase is Phase.RECONNECTING else None,
    )


def entry_line(entry: Entry, state: SessionState, at_s: float) -> Line:
    """A finished entry. Texts are as they came: JSON makes them harmless."""
    match entry:
        case Spoken():
            answers = entry.role == "assistant"
            return TurnLine(
                at_s=at_s,
                item_id=entry.item_id,
                role=entry.role,
                text=entry.text,
                interrupted=entry.interrupted,
                commentary=entry.commentary,
                problem=entry.problem,
                latency_ms=round(state.latency_ms, 1) if answers and state.latency_ms is not None else None,
                total_tokens=state.tokens.total,
                cost_usd=None if state.cost_usd is None else round(state.cost_usd, 6),
            )
        case Call():
            return _call_line(entry, at_s)
        case Notice(severity="error"):
            return ErrorLine(at_s=at_s, text=entry.text, advice=entry.advice)
        case Notice():
            severity: Literal["info", "warning"] = "info" if entry.severity == "info" else "warning"
            return NoticeLine(at_s=at_s, severity=severity, text=entry.text, advice=entry.advice)


def encode(line: Line) -> str:
    """One line of ASCII JSON: no terminal, log or tool can take anything in it for an order."""
    text = json.dumps(msgspec.to_builtins(line), ensure_ascii=False, separators=(",", ":"))
    # Halves of characters (unpaired surrogates) are no text: strict readers would refuse the whole line.
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _BEYOND_ASCII.sub(_escaped, text)


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of one line."""
    made = msgspec.json.schema(Line)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "realtime-cli talk --jsonl",
        **made,
    }


def _call_line(call: Call, at_s: float) -> CallLine:
    duration_s = None
    if call.started_at_s is not None and call.ended_at_s is not None:
        duration_s = round(max(0.0, call.ended_at_s - call.started_at_s), 3)
    return CallLine(
        at_s=at_s,
        call_id=call.call_id,
        name=call.name,
        arguments=_object(call.arguments),
        status=_CALL_STATES[call.status],
        output=call.output,
        duration_s=duration_s,
        approval=call.approval,
    )


_CALL_STATES: dict[CallStatus, Literal["writing", "asking", "running", "done", "failed", "cancelled"]] = {
    CallStatus.WRITING: "writing",
    CallStatus.ASKING: "asking",
    CallStatus.RUNNING: "running",
    CallStatus.DONE: "done",
    CallStatus.FAILED: "failed",
    CallStatus.CANCELLED: "cancelled",
}


def _object(arguments: str) -> Any:
    try:
        return msgspec.json.decode(arguments)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return arguments


def _escaped(match: re.Match[str]) -> str:
    data = match[0].encode("utf-16-be")
    return "".join(f"\\u{data[at]:02x}{data[at + 1]:02x}" for at in range(0, len(data), 2))
