"""URLs as people write them, made into the one to connect to.

Rule of the SDKs (protocol notes, section 5): http becomes ws, `/realtime` is appended unless a path beyond the
version is given, the model is a query parameter.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from realtime_cli.errors import ConfigError

SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
BASE_PATHS = {"", "/", "/v1", "/v1/", "/openai", "/openai/", "/openai/v1", "/openai/v1/"}


def realtime_url(
    text: str, *, model: str, model_param: str = "model", more: Iterable[tuple[str, str]] = ()
) -> str:
    """The WebSocket URL for a base or full URL of any ws, wss, http or https form, or a bare host.

    Raises:
        ConfigError: It is no such URL, or it carries user and password.
    """
    written = text.strip()
    if "://" not in written:
        written = f"{'ws' if is_loopback(written.split('/')[0].rsplit(':', 1)[0]) else 'wss'}://{written}"
    try:
        parts = urlsplit(written)
        host, _ = parts.hostname, parts.port
    except ValueError as exc:
        raise ConfigError(f"{text!r} is not a URL: {exc}", advice=_EXAMPLE) from exc
    if parts.scheme not in SCHEMES or not host or any(c.isspace() for c in written):
        raise ConfigError(f"{text!r} is not a ws, wss, http or https URL", advice=_EXAMPLE)
    if parts.username or parts.password:
        raise ConfigError(
            "A URL must not carry a user or a password", advice="Put the key into an environment variable."
        )
    path = parts.path
    if host.endswith(".azure.com") and path in ("", "/"):
        path = "/openai"  # the resource's own address, as AZURE_OPENAI_ENDPOINT holds it
    if path in BASE_PATHS:
        path = (path.rstrip("/") or "/v1") + ("/v1" if path.rstrip("/") == "/openai" else "") + "/realtime"
    query = parse_qsl(parts.query, keep_blank_values=True)
    names = {name for name, _ in query}
    selects_model = names & {model_param, "model", "deployment", "call_id", "intent"}
    if model and model_param and not selects_model:
        query.append((model_param, model))
    query.extend((name, value) for name, value in more if name not in names)
    return urlunsplit((SCHEMES[parts.scheme], parts.netloc, path, urlencode(query, safe="/:"), ""))


_EXAMPLE = "Example: --url wss://example.org/v1"


def check_proxy(proxy: str | None) -> None:
    """The setting `proxy`; its address may hold a password, so it is not repeated.

    Raises:
        ConfigError: It is neither an address that a line can go through nor "none".
    """
    if proxy in (None, "none"):
        return
    try:
        parts = urlsplit(proxy)
        fits = parts.scheme in _PROXY_SCHEMES and parts.hostname and (parts.port is None or parts.port)
    except ValueError:
        fits = False
    if not fits:
        raise ConfigError(
            f"--proxy is not the address of a proxy ({', '.join(_PROXY_SCHEMES)})",
            advice="Example: --proxy http://127.0.0.1:3128, or none.",
        )


_PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """Host of a URL in lower case, "" when it has none."""
    return (urlsplit(url).hostname or "").lower()
