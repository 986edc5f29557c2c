"""Why a server says no: raised where a rule is broken, told to the client as one `error` event."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from realtime_cli.protocol import ErrorDetail, ErrorEvent

MAX_MESSAGE_CHARS = 400


class Refused(Exception):
    """A client's event breaks a rule. Nothing of it has been applied.

    Args:
        message: For people; never holds audio or keys.
        code: Machine-readable; None where the hosted service gives none.
        param: Dotted path of what is wrong, such as `session.audio.output.voice`.
        kind: The error's `type`.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str | None = "invalid_value",
        param: str | None = None,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        # It may quote the client, whose words may end on a terminal: short, and without control characters.
        self.message = "".join(
            letter if letter.isprintable() else "\ufffd" for letter in message[:MAX_MESSAGE_CHARS]
        )
        self.code, self.param, self.kind = code, param, kind

    def event(self, client_event_id: str | UnsetType | None = UNSET) -> ErrorEvent:
        """The answer to the client event of that id."""
        return ErrorEvent(
            error=ErrorDetail(
                type=self.kind,
                code=self.code,
                message=self.message,
                param=self.param,
                event_id=None if client_event_id is UNSET else client_event_id,
            )
        )
