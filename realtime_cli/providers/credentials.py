"""How the key travels: in a header of its own, in `Authorization`, or among the subprotocols."""

from __future__ import annotations

from dataclasses import dataclass, field

from realtime_cli.config.settings import Environment
from realtime_cli.errors import NotAuthorized
from realtime_cli.providers.address import host_of, is_loopback
from realtime_cli.providers.provider import Provider


@dataclass(frozen=True, slots=True)
class Credentials:
    """Both hold the key: never print them."""

    headers: dict[str, str] = field(default_factory=dict, repr=False)
    subprotocols: tuple[str, ...] = field(default=(), repr=False)


def credentials_for(provider: Provider, environment: Environment, variable: str, url: str) -> Credentials:
    """What a handshake carries.

    Raises:
        NotAuthorized: The service wants a key and none is set.
    """
    key = environment.key(variable) if variable else None
    headers: dict[str, str] = {}
    subprotocols: tuple[str, ...] = ()
    if key is None:
        if provider.key_vars and provider.name != "custom" and not is_loopback(host_of(url)):
            raise NotAuthorized(
                f"No key for {provider.title} was found (looked for {', '.join(provider.key_vars)} in the "
                "environment and in .env)",
                advice=f"Set {provider.key_vars[0]}, or use --provider local for the offline demo.",
            )
    else:
        match provider.key_style:
            case "bearer":
                headers["Authorization"] = f"Bearer {key.reveal()}"
            case "basic":
                headers["Authorization"] = f"Basic {key.reveal()}"
            case "header":
                headers[provider.key_header] = key.reveal()
            case "subprotocol":
                subprotocols = ("realtime", f"openai-insecure-api-key.{key.reveal()}")
    for header, name in provider.extra_headers:
        if value := environment.values.get(name):
            headers[header] = value
    return Credentials(headers, subprotocols)
