"""The way to a service: a WebSocket as the settings want it."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from realtime_cli.config.settings import Settings
from realtime_cli.errors import ConfigError
from realtime_cli.providers.provider import Target
from realtime_cli.transport.websocket import WebSocketOpener

INSECURE: Final = (
    "certificates are NOT checked (--insecure): anybody between you and the service can read your key and all that is "
    "said."
)
"""For a caller to say loudly."""


async def opener_to(target: Target, settings: Settings) -> WebSocketOpener:
    """What opens lines to this service; with `ephemeral`, a client secret has been fetched for the key.

    Raises:
        ConfigError: The service has no client secrets.
        NotAuthorized, RateLimited, Refused, Unreachable: It gave none.
    """
    return WebSocketOpener(
        target.url,
        await _with_client_secret(target, settings) if settings.ephemeral else target.headers,
        target.subprotocols,
        ca_file=settings.ca_file,
        proxy=settings.proxy,
        insecure=settings.insecure,
    )


async def _with_client_secret(target: Target, settings: Settings) -> dict[str, str]:
    path = target.provider.secrets_path
    if not path:
        raise ConfigError(
            f"{target.provider.title} has no client secrets", advice="Connect without --ephemeral."
        )
    from realtime_cli.transport.client_secret import client_secret

    parts = urlsplit(target.url)
    scheme = "https" if parts.scheme == "wss" else "http"
    secret = await client_secret(
        f"{scheme}://{parts.netloc}{path}",
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
