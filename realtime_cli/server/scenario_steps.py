"""Short steps of scenario files, written out as the events that a server says for them.

{"greet": true}                                          session.created with the usual settings
{"answer": "Hello there.", "pieces": 3, "audio_ms": 400, "pause_ms": 20}   a whole response, sound included
{"call": "get_time", "arguments": {"zone": "UTC"}}       a response that is one function call
{"heard": "item_1"}                                      the user spoke: started, stopped, committed, item
{"transcript": "what time is it", "of": "item_1"}        the user's words, whenever this step comes
{"error": "invalid_value", "message": "No.", "param": "session.voice"}     answers the event expected last
"""

from __future__ import annotations

import base64
import json
import math
from typing import Any, Final, TypeAlias

from realtime_cli.errors import InputError
from realtime_cli.server.splitting import split_delta

Json: TypeAlias = dict[str, Any]

MAX_AUDIO_MS: Final = 60_000
MAX_PIECES: Final = 1_000
_HUM_HZ, _RATE_HZ, _LEVEL = 440, 24_000, 3_000
_USAGE: Final[Json] = {"total_tokens": 0, "input_tokens": 0, "output_tokens": 0}

_ALLOWED: Final[dict[str, dict[str, type | tuple[type, ...]]]] = {
    "greet": {"greet": bool, "session": dict},
    "answer": {"answer": str, "pieces": int, "audio_ms": int, "pause_ms": int, "status": str, "reason": str},
    "call": {"call": str, "arguments": dict},
    "heard": {"heard": str},
    "transcript": {"transcript": str, "of": str},
    "error": {"error": str, "message": str, "param": str, "event_id": (str, type(None))},
}
"""Short step -> the keys it may have and what they hold."""


def expanded(number: int, raw: object) -> list[object]:
    """The plain steps of a short one; a plain step as it is.

    Args:
        number: Place of the step in the file, from 1; makes the ids.

    Raises:
        InputError: A short step has a wrong key or value; the message names the step.
    """
    name = next((key for key in _ALLOWED if isinstance(raw, dict) and key in raw), None)
    if name is None or not isinstance(raw, dict):
        return [raw]
    _check(number, name, raw)
    match name:
        case "greet":
            session = {
                "type": "realtime",
                "object": "realtime.session",
                "id": "sess_1",
                **raw.get("session", {}),
            }
            return [{"say": _event(number, "session.created", session=session)}]
        case "answer":
            return _answer(number, raw)
        case "call":
            return _call(number, raw)
        case "heard":
            return _heard(number, raw["heard"])
        case "transcript":
            kind = "conversation.item.input_audio_transcription.completed"
            said = {
                "item_id": raw.get("of", "item_1"),
                "content_index": 0,
                "transcript": _literal(raw["transcript"]),
            }
            return [{"say": _event(number, kind, **said, usage={"type": "duration", "seconds": 1.0})}]
        case _:
            error = {
                "type": "invalid_request_error",
                "code": raw["error"],
                "message": _literal(str(raw.get("message", raw["error"]))),
                "param": raw.get("param"),
                "event_id": raw.get("event_id", "$event_id"),
            }
            return [{"say": _event(number, "error", error=error)}]


def _check(number: int, name: str, raw: Json) -> None:
    for key, value in raw.items():
        wanted = _ALLOWED[name].get(key)
        is_right = wanted is not None and isinstance(value, wanted)
        if (
            not is_right
            or (isinstance(value, bool) and wanted is int)
            or (isinstance(value, int) and value < 0)
        ):
            raise InputError(f"scenario, step {number} ({name}): wrong {key}")
    if raw.get("audio_ms", 0) > MAX_AUDIO_MS or not 0 < raw.get("pieces", 1) <= MAX_PIECES:
        raise InputError(f"scenario, step {number} ({name}): too much")


def _event(number: int, kind: str, **fields: Any) -> Json:
    name = kind.replace(".", "_")
    return {"type": kind, "event_id": f"event_{number}_{name}", **fields}


def _answer(number: int, raw: Json) -> list[object]:
    text, pieces, pause_ms = _literal(raw["answer"]), raw.get("pieces", 1), raw.get("pause_ms", 0)
    audio_ms = raw.get("audio_ms", 0)
    family = "output_audio" if audio_ms else "output_text"
    words = "output_audio_transcript" if audio_ms else "output_text"
    where: Json = {
        "response_id": f"resp_{number}",
        "item_id": f"item_answer_{number}",
        "output_index": 0,
        "content_index": 0,
    }
    part: Json = {"type": "audio", "transcript": text} if audio_ms else {"type": "text", "text": text}
    empty: Json = {**part, "transcript" if audio_ms else "text": ""}
    status = raw.get("status", "completed")
    item = _message(where["item_id"], "incomplete" if status != "completed" else status, family, text)
    steps: list[object] = _begun(number, _message(where["item_id"], "in_progress", family, None))
    steps.append({"say": _event(number, "response.content_part.added", **where, part=empty)})
    steps += _paced(
        {"say": _event(number, f"response.{words}.delta", **where, delta=raw["answer"])}, pieces, pause_ms
    )
    if audio_ms:
        sound = base64.b64encode(_hum(audio_ms)).decode()
        steps += _paced(
            {"say": _event(number, "response.output_audio.delta", **where, delta=sound)}, pieces, pause_ms
        )
        steps.append({"say": _event(number, "response.output_audio.done", **where)})
    done = {"transcript": text} if audio_ms else {"text": text}
    steps.append({"say": _event(number, f"response.{words}.done", **where, **done)})
    steps.append({"say": _event(number, "response.content_part.done", **where, part=part)})
    return steps + _ended(number, item, status, raw.get("reason"))


def _call(number: int, raw: Json) -> list[object]:
    arguments = json.dumps(raw.get("arguments", {}))
    where: Json = {"response_id": f"resp_{number}", "item_id": f"item_call_{number}", "output_index": 0}
    bare: Json = {
        "id": where["item_id"], "object": "realtime.item", "type": "function_call", "status": "in_progress",
        "call_id": f"call_{number}", "name": raw["call"], "arguments": "",
    }  # fmt: skip
    item = {**bare, "status": "completed", "arguments": arguments}
    same = {**where, "call_id": bare["call_id"]}
    delta = _event(number, "response.function_call_arguments.delta", **same, delta=arguments)
    done = _event(
        number, "response.function_call_arguments.done", **same, arguments=arguments, name=raw["call"]
    )
    return [*_begun(number, bare), {"say": delta}, {"say": done}, *_ended(number, item, "completed", None)]


def _heard(number: int, item_id: str) -> list[object]:
    item: Json = {
        "id": item_id, "object": "realtime.item", "type": "message", "role": "user", "status": "completed",
        "content": [{"type": "input_audio", "transcript": None}],
    }  # fmt: skip
    events = (
        _event(number, "input_audio_buffer.speech_started", item_id=item_id, audio_start_ms=0),
        _event(number, "input_audio_buffer.speech_stopped", item_id=item_id, audio_end_ms=1000),
        _event(number, "input_audio_buffer.committed", item_id=item_id, previous_item_id=None),
        _event(number, "conversation.item.added", item=item, previous_item_id=None),
        _event(number, "conversation.item.done", item=item, previous_item_id=None),
    )
    return [{"say": event} for event in events]


def _begun(number: int, item: Json) -> list[object]:
    response_id = f"resp_{number}"
    events = (
        _event(number, "response.created", response=_response(response_id, "in_progress", [])),
        _event(number, "response.output_item.added", response_id=response_id, output_index=0, item=item),
        _event(number, "conversation.item.added", item=item, previous_item_id=None),
    )
    return [{"say": event} for event in events]


def _ended(number: int, item: Json, status: str, reason: str | None) -> list[object]:
    response_id = f"resp_{number}"
    response = _response(response_id, status, [item])
    if status != "completed":
        response["status_details"] = {"type": status, **({"reason": reason} if reason else {})}
    response["usage"] = _USAGE
    events = (
        _event(number, "response.output_item.done", response_id=response_id, output_index=0, item=item),
        _event(number, "conversation.item.done", item=item, previous_item_id=None),
        _event(number, "response.done", response=response),
    )
    return [{"say": event} for event in events]


def _response(response_id: str, status: str, output: list[Json]) -> Json:
    return {
        "id": response_id, "object": "realtime.response", "status": status, "status_details": None,
        "output": output, "conversation_id": "conv_1", "usage": None,
    }  # fmt: skip


def _message(item_id: str, status: str, kind: str, text: str | None) -> Json:
    words = {"transcript": text} if kind == "output_audio" else {"text": text}
    return {
        "id": item_id, "object": "realtime.item", "type": "message", "role": "assistant", "status": status,
        "content": [] if text is None else [{"type": kind, **words}],
    }  # fmt: skip


def _paced(say: Json, pieces: int, pause_ms: int) -> list[object]:
    """The event in pieces, with a pause before each."""
    steps: list[object] = []
    for index, piece in enumerate(split_delta(say["say"], pieces)):
        steps += [{"wait_ms": pause_ms}] if pause_ms else []
        steps.append(
            {"say": {**piece, "delta": _literal(piece["delta"]), "event_id": f"{piece['event_id']}_{index}"}}
        )
    return steps


def _literal(text: str) -> str:
    """A text that begins with a dollar is a text here, no place in the client's event."""
    return f"${text}" if text.startswith("$") else text


def _hum(length_ms: int) -> bytes:
    """PCM16 at 24 kHz."""
    frames = length_ms * _RATE_HZ // 1000
    wave = (round(_LEVEL * math.sin(2 * math.pi * _HUM_HZ * at / _RATE_HZ)) for at in range(frames))
    return b"".join(sample.to_bytes(2, "little", signed=True) for sample in wave)
