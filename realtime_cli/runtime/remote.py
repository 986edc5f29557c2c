"""The way to a service: a WebSocket as the settings want it."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from realtime_cli.config.settings import Settings
from realtime_cli.errors import ConfigError
from realtime_cli.providers.provider import Target
from realtime_cli.transport.transport import Opener, Transport
from realtime_cli.transport.websocket import WebSocketOpener

INSECURE: Final = (
    "certificates are NOT checked (--insecure): anybody between you and the service can read your key and all that is "
    "said."
)
"""For a caller to say loudly."""


def opener_to(target: Target, settings: Settings) -> Opener:
    """What opens lines to this service; with `ephemeral`, a fresh client secret stands in for the key on each of them.

    Raises:
        ConfigError: The service has no client secrets.
    """
    if not settings.ephemeral:
        return _web_socket(target, target.headers, settings)
    if not target.provider.secrets_path:
        raise ConfigError(
            f"{target.provider.title} has no client secrets", advice="Connect without --ephemeral."
        )

    async def open_with_secret() -> Transport:
        # A secret lives for minutes, a session is renewed after an hour.
        return await _web_socket(target, await _with_client_secret(target, settings), settings)()

    return open_with_secret


def _web_socket(target: Target, headers: dict[str, str], settings: Settings) -> WebSocketOpener:
    return WebSocketOpener(
        target.url,
        headers,
        target.subprotocols,
        ca_file=settings.ca_file,
        proxy=settings.proxy,
        insecure=settings.insecure,
    )


async def _with_client_secret(target: Target, settings: Settings) -> dict[str, str]:
    from realtime_cli.transport.client_secret import client_secret

    parts = urlsplit(target.url)
    scheme = "https" if parts.scheme == "wss" else "http"
    secret = await client_secret(
        f"{scheme}://{parts.netloc}{target.provider.secrets_path}",
        target.headers,
        {"type": "realtime", "model": target.model},
        ca_file=settings.ca_file,
        proxy=settings.proxy,
        insecure=settings.insecure,
    )
    kept = {
        name: value
        for name, value in target.headers.items()
        if name not in ("Authorization", target.provider.key_header)
    }
    return {**kept, "Authorization": f"Bearer {secret}"}
