"""The GA dialect: the house language itself, so almost the identity."""

from realtime_cli.protocol.asking import Plain, client_event
from realtime_cli.protocol.client_events import ClientEvent
from realtime_cli.protocol.event import Unrecognized
from realtime_cli.protocol.names import CLIENT_TYPES
from realtime_cli.protocol.reading import server_event
from realtime_cli.protocol.refusal import missing, unknown
from realtime_cli.protocol.server_events import ServerEvent
from realtime_cli.protocol.wire import json_text

_ONLY_SERVERS_SAY = ("id", "object", "expires_at")


class GaDialect:
    """General availability, spoken by OpenAI since 2025 and alone since 2026-05. See `Dialect`."""

    name = "ga"

    def encode_client(self, event: ClientEvent) -> str:
        """One JSON text."""
        return json_text(event)

    def decode_server(self, text: str) -> ServerEvent:
        """See `reading.server_event`: tolerant, any spelling."""
        return server_event(text)

    def encode_server(self, event: ServerEvent) -> list[str]:
        """One JSON text; an `Unrecognized` is written as it came."""
        return [json_text(event.raw if isinstance(event, Unrecognized) else event)]

    def decode_client(self, text: str) -> ClientEvent:
        """See `asking.client_event`: strict."""
        return client_event(text, frozenset(CLIENT_TYPES), _house_shape)


def _house_shape(raw: Plain) -> Plain:
    session = raw.get("session")
    if raw["type"] == "session.update" and isinstance(session, dict):
        if "type" not in session:
            raise missing("session.type")
        for name in _ONLY_SERVERS_SAY:
            if name in session:
                raise unknown(f"session.{name}")
    return raw


GA = GaDialect()
