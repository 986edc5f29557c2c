"""The types of events: which there are, and how beta calls them. Dialects and the README's table read this."""

from typing import Any, get_args

from realtime_cli.protocol.client_events import ClientEvent
from realtime_cli.protocol.event import type_of_struct
from realtime_cli.protocol.server_events import KnownServerEvent

CLIENT_TYPES: dict[str, Any] = {type_of_struct(struct): struct for struct in get_args(ClientEvent)}
"""GA wire type -> struct, of all that a client may say."""

SERVER_TYPES: dict[str, Any] = {type_of_struct(struct): struct for struct in get_args(KnownServerEvent)}
"""GA wire type -> struct, of all that a server may say."""

BETA_NAMES = {
    "conversation.item.added": "conversation.item.created",
    "response.output_text.delta": "response.text.delta",
    "response.output_text.done": "response.text.done",
    "response.output_audio.delta": "response.audio.delta",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.delta": "response.audio_transcript.delta",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
}
"""GA wire type -> beta's other name for the same event. Everything else has one name."""

GA_NAMES = {beta: ga for ga, beta in BETA_NAMES.items()} | {
    "transcription_session.created": "session.created",
    "transcription_session.updated": "session.updated",
}
"""Old wire type of a server event -> GA wire type."""

TRANSCRIPTION_UPDATE = "transcription_session.update"
"""Beta's client event for the settings of a listening session; in GA a `session.update`."""

NOT_IN_BETA = frozenset(
    {
        "conversation.item.done",
        "conversation.item.input_audio_transcription.segment",
        "input_audio_buffer.timeout_triggered",
        "input_audio_buffer.dtmf_event_received",
    }
    | {name for name in SERVER_TYPES if name.startswith(("mcp_list_tools.", "response.mcp_call"))}
)
"""Server events that beta cannot say at all."""
