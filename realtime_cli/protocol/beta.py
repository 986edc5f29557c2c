"""The beta dialect: one rename table, flat settings, short content names.

Spoken by Azure's preview, speaches, Qwen and other compatible servers; OpenAI switched it off on 2026-05-12.

What the house cannot hold: `temperature` and `client_secret` are accepted and dropped. What beta cannot say:
MCP, images, reasoning, truncation, idle timeout, a forced function, `conversation.item.done` and the other events of
`names.NOT_IN_BETA`; settings of that kind are left out, whole events give no text, and a client that asks for an
item of that kind has a bug.
"""

from collections.abc import Set

from realtime_cli.errors import LocalProtocolError
from realtime_cli.protocol.asking import Plain, client_event
from realtime_cli.protocol.client_events import ClientEvent
from realtime_cli.protocol.content_kinds import beta_item, house_item, in_beta
from realtime_cli.protocol.event import Unrecognized, type_of
from realtime_cli.protocol.flat_settings import flat, flat_param, nested
from realtime_cli.protocol.names import BETA_NAMES, CLIENT_TYPES, NOT_IN_BETA, TRANSCRIPTION_UPDATE
from realtime_cli.protocol.reading import server_event
from realtime_cli.protocol.refusal import unknown
from realtime_cli.protocol.server_events import ServerEvent
from realtime_cli.protocol.wire import json_text, plain

_COMMON = frozenset({"modalities", "voice", "output_audio_format", "instructions", "tools", "tool_choice"})
_LISTENING = frozenset(
    {"input_audio_format", "input_audio_transcription", "input_audio_noise_reduction", "turn_detection"}
)
_SESSION = _COMMON | _LISTENING | {"speed", "tracing", "max_response_output_tokens", "model"}
_SERVER_SESSION = _SESSION | {"id", "object", "expires_at"}
_TRANSCRIPTION = _LISTENING | {"include"}
_SERVER_TRANSCRIPTION = _TRANSCRIPTION | {"id", "object", "expires_at"}
_RESPONSE_CREATE = _COMMON | {"max_response_output_tokens", "conversation", "metadata", "input"}
_RESPONSE = frozenset(
    {"id", "object", "status", "status_details", "output", "conversation_id", "modalities", "voice"}
    | {"output_audio_format", "metadata", "usage"}
)
_DROPPED = frozenset({"temperature", "client_secret"})


class BetaDialect:
    """The preview's spelling. See `Dialect`."""

    name = "beta"

    def encode_client(self, event: ClientEvent) -> str:
        """One JSON text.

        Raises:
            LocalProtocolError: An item that beta has no words for.
        """
        said = plain(event)
        if "session" in said:
            listening = said["session"]["type"] == "transcription"
            said["session"] = flat(said["session"], _TRANSCRIPTION if listening else _SESSION)
            said["type"] = TRANSCRIPTION_UPDATE if listening else said["type"]
        if "item" in said:
            said["item"] = _sayable(said["item"])
        if "response" in said:
            said["response"] = flat(said["response"], _RESPONSE_CREATE)
            if "input" in said["response"]:
                asked = said["response"]["input"]
                said["response"]["input"] = [_sayable(item, response_input=True) for item in asked]
        return json_text(said)

    def decode_server(self, text: str) -> ServerEvent:
        """See `reading.server_event`: tolerant, any spelling."""
        return server_event(text)

    def encode_server(self, event: ServerEvent) -> list[str]:
        """One JSON text, or none where beta has no such event; an `Unrecognized` is written as it came."""
        if isinstance(event, Unrecognized):
            return [json_text(event.raw)]
        kind = type_of(event)
        said = plain(event)
        if kind in NOT_IN_BETA or ("item" in said and not in_beta(said["item"])):
            return []
        said["type"] = BETA_NAMES.get(kind, kind)
        if "session" in said:
            said = _with_flat_session(said)
        if "item" in said:
            said["item"] = beta_item(said["item"])
        if "response" in said:
            said["response"] = _flat_response(said["response"])
        for name in ("name", "languages"):
            said.pop(name, None)
        return [json_text(said)]

    def decode_client(self, text: str) -> ClientEvent:
        """See `asking.client_event`: strict."""
        return client_event(text, _CLIENT_TYPES, _house_shape, _own_param)


_CLIENT_TYPES = frozenset({*CLIENT_TYPES, TRANSCRIPTION_UPDATE})


def _sayable(item: Plain, *, response_input: bool = False) -> Plain:
    if not in_beta(item, response_input=response_input):
        raise LocalProtocolError(f"The beta dialect has no words for this {item['type']} item.")
    return beta_item(item)


def _with_flat_session(said: Plain) -> Plain:
    listening = said["session"]["type"] == "transcription"
    session = flat(said["session"], _SERVER_TRANSCRIPTION if listening else _SERVER_SESSION)
    kind = said["type"].replace("session.", "transcription_session.") if listening else said["type"]
    return {**said, "type": kind, "session": session}


def _flat_response(response: Plain) -> Plain:
    result = flat(response, _RESPONSE)
    # In the response itself, unlike everywhere else in beta, this limit has GA's name.
    if "max_output_tokens" in response:
        result["max_output_tokens"] = response["max_output_tokens"]
    result["output"] = [beta_item(item) for item in response["output"] if in_beta(item)]
    usage = result.get("usage")
    details = usage.get("input_token_details") if isinstance(usage, dict) else None
    if usage and details:
        result["usage"] = {**usage, "input_token_details": _without_images(details)}
    return result


def _without_images(details: Plain) -> Plain:
    kept = {key: value for key, value in details.items() if key != "image_tokens"}
    if "cached_tokens_details" in kept:
        kept["cached_tokens_details"] = _without_images(kept["cached_tokens_details"])
    return kept


def _house_shape(raw: Plain) -> Plain:
    event = dict(raw)
    session, response = raw.get("session"), raw.get("response")
    if raw["type"] == TRANSCRIPTION_UPDATE:
        event["type"] = "session.update"
    if isinstance(session, dict) and event["type"] == "session.update":
        listening = raw["type"] == TRANSCRIPTION_UPDATE
        allowed = _TRANSCRIPTION | {"modalities"} if listening else _SESSION
        event["session"] = _house_settings(session, allowed, "session")
        event["session"]["type"] = "transcription" if listening else "realtime"
    if isinstance(response, dict) and event["type"] == "response.create":
        event["response"] = _house_response(response)
    if "item" in raw:
        event["item"] = house_item(raw["item"])
    return event


def _house_response(response: Plain) -> Plain:
    # Sources disagree about the name of this limit here: both are taken.
    settings = _house_settings(response, _RESPONSE_CREATE | {"max_output_tokens"}, "response")
    if isinstance(settings.get("input"), list):
        settings["input"] = [house_item(item) for item in settings["input"]]
    return settings


def _house_settings(settings: Plain, allowed: Set[str], prefix: str) -> Plain:
    kept = {key: value for key, value in settings.items() if key not in _DROPPED}
    for key in kept:
        if key not in allowed:
            raise unknown(f"{prefix}.{key}")
    return nested(kept)


def _own_param(param: str) -> str:
    for prefix in ("session", "response"):
        param = flat_param(param, prefix)
    return param


BETA = BetaDialect()
