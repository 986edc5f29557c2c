"""The contract of a dialect: text to events and back, for both ends of a line."""

from typing import Protocol

from realtime_cli.protocol.client_events import ClientEvent
from realtime_cli.protocol.server_events import ServerEvent


class Dialect(Protocol):
    """A spelling of the Realtime language. Stateless: one object serves every connection."""

    @property
    def name(self) -> str:
        """`ga` or `beta`."""
        ...

    def encode_client(self, event: ClientEvent) -> str:
        """One JSON text.

        Raises:
            LocalProtocolError: This dialect has no words for it.
        """
        ...

    def decode_server(self, text: str) -> ServerEvent:
        """The event, or `Unrecognized` for one that this vocabulary does not have.

        Raises:
            RemoteProtocolError: It is not JSON, or an event of a known type that makes no sense.
        """
        ...

    def encode_server(self, event: ServerEvent) -> list[str]:
        """JSON texts: one, or none where this dialect has no such event."""
        ...

    def decode_client(self, text: str) -> ClientEvent:
        """The event, checked as strictly as real servers do.

        Raises:
            Refusal: It cannot be taken; says what an `error` event must say.
        """
        ...
