"""A strict judge of wire texts: the official package's own types, taken literally.

`openai` validates laxly (extra keys pass, numbers come from strings, iterables are never looked at). Here each
annotation of its types is walked by hand: unknown keys, wrong kinds and missing required keys are faults, and unions
are decided by `type` and `role`. Client texts are judged by the `...Param` TypedDicts, which tell "may be absent"
from "may be null"; server texts by the response models.

Where those types are known to be wrong, `_CORRECTIONS` says how. Not judged: ranges, base64, the order of events.
"""

import collections.abc
import json
import types
import typing
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

import typing_extensions
from openai.types.beta.realtime.realtime_client_event_param import RealtimeClientEventParam as BetaClientEvent
from openai.types.beta.realtime.realtime_server_event import RealtimeServerEvent as BetaServerEvent
from openai.types.realtime import RealtimeServerEvent as GaServerEvent
from openai.types.realtime import RealtimeSessionCreateResponse, RealtimeTranscriptionSessionCreateResponse
from openai.types.realtime.realtime_client_event_param import RealtimeClientEventParam as GaClientEvent
from openai.types.realtime.realtime_transcription_session_audio_input_turn_detection import (
    RealtimeTranscriptionSessionAudioInputTurnDetection as ListeningTurnDetection,
)
from openai.types.realtime.response_create_event_with_references_param import (
    ResponseCreateEventWithReferencesParam,
)
from pydantic import BaseModel

_OR_NULL = object()  # the annotated type, or null
_SESSION = RealtimeSessionCreateResponse | RealtimeTranscriptionSessionCreateResponse
_GA_CLEARS = {"noise_reduction": _OR_NULL, "transcription": _OR_NULL}
_BETA_CLEARS = {
    "turn_detection": _OR_NULL,
    "input_audio_transcription": _OR_NULL,
    "input_audio_noise_reduction": _OR_NULL,
}
_PHASE = {"phase": str | None}

# "module.Class" under `openai.types` -> field -> its true type.
_CORRECTIONS: dict[str, dict[str, Any]] = {
    # Typed with the request's models; what servers send is the create response.
    "realtime.session_created_event.SessionCreatedEvent": {"session": _SESSION},
    "realtime.session_updated_event.SessionUpdatedEvent": {"session": _SESSION},
    # "This can be set to `null` to turn off", say the docstrings; the Param types forbid it.
    "realtime.realtime_audio_config_input_param.RealtimeAudioConfigInputParam": _GA_CLEARS,
    "realtime.realtime_transcription_session_audio_input_param.RealtimeTranscriptionSessionAudioInputParam": _GA_CLEARS,
    "beta.realtime.session_update_event_param.Session": {**_BETA_CLEARS, "tracing": _OR_NULL, "model": str},
    "beta.realtime.transcription_session_update_param.Session": _BETA_CLEARS,
    # An update may say more about turns than the type of its answer has.
    "realtime.realtime_transcription_session_create_response.AudioInput": {
        "turn_detection": ListeningTurnDetection
    },
    # The answer's type forgot what the request's has.
    "realtime.realtime_session_create_response.RealtimeSessionCreateResponse": {"parallel_tool_calls": bool},
    # The only event without one, against the guide's "all".
    "realtime.input_audio_buffer_dtmf_event_received_event.InputAudioBufferDtmfEventReceivedEvent": {
        "event_id": str
    },
    # Live 2.x models say it.
    "realtime.realtime_conversation_item_assistant_message.RealtimeConversationItemAssistantMessage": _PHASE,
    "realtime.realtime_conversation_item_assistant_message_param.RealtimeConversationItemAssistantMessageParam": _PHASE,
    # As in GA: the update may say more than the type of its answer has.
    "beta.realtime.transcription_session.TurnDetection": {
        "eagerness": str,
        "create_response": bool,
        "interrupt_response": bool,
    },
    # Beta closes this list of models; the names of deployments are free.
    "beta.realtime.transcription_session_update_param.SessionInputAudioTranscription": {"model": str},
    "beta.realtime.transcription_session.InputAudioTranscription": {"model": str},
    # Beta: servers add these, and the list of models is closed.
    "beta.realtime.session.Session": {"object": str, "expires_at": int, "model": str},
    "beta.realtime.transcription_session.TranscriptionSession": {
        "id": str,
        "object": str,
        "expires_at": int,
        "include": list[str],
        "input_audio_noise_reduction": object,
        "client_secret": object,
    },
    "beta.realtime.realtime_response_usage.InputTokenDetails": {"cached_tokens_details": dict[str, int]},
}

# Required by the type, but "only present when the session is created via REST".
_MAY_BE_ABSENT = {"beta.realtime.transcription_session.TranscriptionSession": {"client_secret"}}

_EVENTS = {
    ("client", "ga"): GaClientEvent,
    ("server", "ga"): GaServerEvent,
    ("client", "beta"): BetaClientEvent,
    ("server", "beta"): BetaServerEvent,
}


def accepts_client(text: str, dialect: str) -> str | None:
    """None if `text` is a client event as the official types have it, else what is wrong with it.

    Args:
        text: One JSON text.
        dialect: "ga" or "beta".
    """
    return _judge(text, "client", dialect)


def accepts_server(text: str, dialect: str) -> str | None:
    """None if `text` is a server event as the official types have it, else what is wrong with it."""
    return _judge(text, "server", dialect)


@cache
def event_types(side: str, dialect: str) -> dict[str, Any]:
    """Wire type -> official class, of one side ("client", "server") and dialect ("ga", "beta")."""
    kinds = {}
    for option in _options(_EVENTS[side, dialect]):
        (name,) = get_args(_bare(_fields(option)[0]["type"]))
        kinds[name] = option
    if (side, dialect) == ("client", "ga"):
        kinds["response.create"] = ResponseCreateEventWithReferencesParam  # knows `item_reference` too
    if (side, dialect) == ("server", "beta"):
        # In the OpenAPI description, forgotten in the package.
        kinds["transcription_session.created"] = kinds["transcription_session.updated"]
    return kinds


def _judge(text: str, side: str, dialect: str) -> str | None:
    event = json.loads(text)
    kinds = event_types(side, dialect)
    if event.get("type") not in kinds:
        return f"{dialect} has no {side} event {event.get('type')!r}"
    if event["type"] == "transcription_session.created":
        event["type"] = "transcription_session.updated"
    return _fault(event, kinds[event["type"]], event["type"])


def _fault(value: Any, kind: Any, path: str) -> str | None:
    kind = _bare(kind)
    origin, args = get_origin(kind), get_args(kind)
    if kind in (Any, object):
        return None
    if origin in (Union, types.UnionType):
        return _union_fault(value, _options(kind), path)
    if origin is Literal:
        return None if value in args else f"{path}: {value!r} is none of {args}"
    if _is_record(kind):
        return _record_fault(value, kind, path)
    if origin is dict:
        if not isinstance(value, dict):
            return f"{path}: {value!r} is no object"
        return _first(_fault(item, args[1], f"{path}.{key}") for key, item in value.items())
    if (origin is not None and issubclass(origin, collections.abc.Iterable)) or _is_str_sequence(kind):
        if not isinstance(value, list):
            return f"{path}: {value!r} is no array"
        inner = args[0] if args else str
        return _first(_fault(item, inner, f"{path}[{index}]") for index, item in enumerate(value))
    return _scalar_fault(value, kind, path)


def _scalar_fault(value: Any, kind: Any, path: str) -> str | None:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return None
    return None if type(value) is kind else f"{path}: {value!r} is no {getattr(kind, '__name__', kind)}"


def _record_fault(value: Any, kind: Any, path: str) -> str | None:
    if not isinstance(value, dict):
        return f"{path}: {value!r} is no object"
    fields, required = _fields(kind)
    for key in value.keys() - fields.keys():
        return f"{path}: {_name(kind)} has no {key!r}"
    for key in required - value.keys():
        return f"{path}: {_name(kind)} needs {key!r}"
    return _first(_fault(item, fields[key], f"{path}.{key}") for key, item in value.items())


def _union_fault(value: Any, options: list[Any], path: str) -> str | None:
    if isinstance(value, dict):
        records = [option for option in options if _is_record(_bare(option))]
        fitting = [option for option in records if _tags_fit(value, _bare(option))]
        if records and not fitting and not any(_bare(option) in (Any, object) for option in options):
            tags = {tag: value[tag] for tag in ("type", "role") if tag in value}
            return f"{path}: no variant for {tags}"
        options = fitting or options
    faults = [_fault(value, option, path) for option in options]
    return None if None in faults else min(filter(None, faults), key=len)


def _tags_fit(value: dict[str, Any], kind: Any) -> bool:
    fields = _fields(kind)[0]
    for tag in ("type", "role"):
        choices = [get_args(option) for option in _options(fields.get(tag)) if get_origin(option) is Literal]
        if choices and isinstance(value.get(tag), str) and value[tag] not in choices[0]:
            return False
    return True


@cache
def _fields(kind: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """Field name -> annotation, and the required names."""
    if issubclass(kind, BaseModel):
        hints: dict[str, Any] = {name: field.annotation for name, field in kind.model_fields.items()}
        required = {name for name, field in kind.model_fields.items() if field.is_required()}
    else:
        hints = typing_extensions.get_type_hints(kind, include_extras=True)
        wrapped = {name for name, hint in hints.items() if get_origin(hint) is typing_extensions.Required}
        required = wrapped | (set(hints) if kind.__total__ else set())
    for name, hint in _CORRECTIONS.get(_name(kind), {}).items():
        hints[name] = hints[name] | None if hint is _OR_NULL else hint
    return hints, frozenset(required - _MAY_BE_ABSENT.get(_name(kind), set()))


def _bare(kind: Any) -> Any:
    while get_origin(kind) in (typing.Annotated, typing_extensions.Required, typing_extensions.NotRequired):
        kind = get_args(kind)[0]
    return types.NoneType if kind is None else kind


def _options(kind: Any) -> list[Any]:
    kind = _bare(kind)
    if get_origin(kind) in (Union, types.UnionType):
        return [option for arg in get_args(kind) for option in _options(arg)]
    return [kind]


def _is_record(kind: Any) -> bool:
    return isinstance(kind, type) and (issubclass(kind, BaseModel) or typing_extensions.is_typeddict(kind))


def _is_str_sequence(kind: Any) -> bool:
    return getattr(get_origin(kind) or kind, "__name__", "") == "SequenceNotStr"


def _name(kind: Any) -> str:
    return f"{kind.__module__.removeprefix('openai.types.')}.{kind.__name__}"


def _first(faults: collections.abc.Iterable[str | None]) -> str | None:
    return next(filter(None, faults), None)
