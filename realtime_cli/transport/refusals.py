"""Handshake failures, translated once at the border: what failed, where, and what the user can do.

Every sentence names host and port, never the path's query, a header or a key; words of the server are cut,
cleaned of control characters, and searched for our own secrets before they are repeated.
"""

from __future__ import annotations

import ipaddress
import json
import re
import socket
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from websockets.exceptions import (
    InvalidHandshake,
    InvalidMessage,
    InvalidProxy,
    InvalidProxyStatus,
    InvalidStatus,
    InvalidURI,
    ProxyError,
    WebSocketException,
)
from websockets.http11 import Response

from realtime_cli.errors import (
    ConfigError,
    NotAuthorized,
    RateLimited,
    RealtimeCliError,
    Refused,
    Unreachable,
)
from realtime_cli.key_shapes import without_keys
from realtime_cli.transport.hiding import Hider
from realtime_cli.transport.transport import NobodyThere

# What opening a line may raise: the library's own, the network's (TimeoutError and ssl errors are OSErrors),
# what a URL or a name that cannot be encoded gives (ValueError), no TLS answer (EOFError), and SOCKS without
# its package.
FAILURES: tuple[type[Exception], ...] = (WebSocketException, OSError, EOFError, ValueError, ImportError)

_WORDS_LIMIT = 200
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a line was to lead, as far as it may be told.

    Attributes:
        host_port: `host:port`, from the URL.
        secure: TLS.
        is_this_machine: A loopback address: no proxy on the way can reach that.
        open_timeout_s: After which opening was given up.
    """

    host_port: str
    secure: bool
    is_this_machine: bool
    open_timeout_s: float


def destination(url: str, open_timeout_s: float) -> Destination:
    """Take a URL apart.

    Raises:
        ConfigError: It is no ws or wss URL with a host. The URL itself is not repeated, it may hold a key.
    """
    advice = "Give a URL like wss://host/v1/realtime with --url."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigError("the URL of the service cannot be understood", advice=advice) from error
    if parts.scheme not in ("ws", "wss") or not host:
        raise ConfigError("the URL of the service must begin with ws:// or wss:// and a host", advice=advice)
    secure = parts.scheme == "wss"
    shown = f"[{host}]" if ":" in host else host
    host_port = f"{shown}:{port or (443 if secure else 80)}"
    return Destination(host_port, secure, is_loopback(host), open_timeout_s)


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return host == "localhost" or host.endswith(".localhost")


def translate(error: Exception, where: Destination, hide: Hider) -> RealtimeCliError:
    """The error of our own tree for a failed opening.

    Args:
        error: One of `FAILURES`.
        where: Where the line was to lead.
        hide: Takes our own keys out of what the server said.

    Returns:
        NotAuthorized (401, 403), Refused (other 3xx and 4xx), RateLimited (429), ConfigError (URL),
        `NobodyThere` (name, port, TLS) or another Unreachable (5xx, timeouts, proxies, no WebSocket).
    """
    match error:
        case InvalidStatus():
            return _status(error.response, where, hide)
        case InvalidURI():
            return ConfigError(f"the URL for {where.host_port} cannot be used", advice="Check --url.")
        case InvalidProxy() | ProxyError() | ImportError():
            return _proxy(error, where)
        case TimeoutError():
            return Unreachable(
                f"{where.host_port} did not answer within {where.open_timeout_s:g} s",
                advice="Check the network and the URL, then try again.",
            )
        case ssl.SSLError():
            return _tls(error, where)
        case OSError():
            return _network(error, where)
        case InvalidMessage() | InvalidHandshake() | EOFError():
            return Unreachable(
                f"{where.host_port} answered, but not as a WebSocket server",
                advice="Check scheme (ws or wss), port and path of the URL.",
            )
        case _:
            return Unreachable(
                f"no line to {where.host_port} ({type(error).__name__})", advice="Check --url."
            )


def _status(response: Response, where: Destination, hide: Hider) -> RealtimeCliError:
    """The table of HTTP answers to a handshake."""
    status = response.status_code
    said = _words(response, hide)
    told = f"{where.host_port} refused the connection: HTTP {status} {_phrase(status)}".rstrip()
    told += f" ({said})" if said else ""
    if status in (401, 403):
        return NotAuthorized(told, advice="Check the API key and that it may use this model.")
    if status == 429:
        wait = response.headers.get("Retry-After", "")
        return RateLimited(
            told,
            advice=f"Wait {wait} s, then try again." if wait.isdigit() else "Wait a little, then try again.",
        )
    if 300 <= status < 400:
        return Refused(
            told,
            advice=f"It redirects{_redirect(response)}. Redirects are not followed, because the key would go with "
            "them; give the right URL with --url.",
        )
    if status == 404:
        return Refused(told, advice="Check the path of the URL (often /v1/realtime) and the model's name.")
    if 400 <= status < 500:
        return Refused(told, advice="Check the URL, the model and the provider's settings.")
    if status >= 500:
        return Unreachable(told, advice="The service has trouble; try again later.")
    return Refused(told, advice="This is no Realtime endpoint: check the URL.")


def _proxy(error: Exception, where: Destination) -> Unreachable:
    """Proxy addresses may hold a password, so none is repeated."""
    if isinstance(error, ImportError):
        return Unreachable(
            f"{where.host_port} is to be reached through a SOCKS proxy, which needs the package python-socks",
            advice="pip install 'python-socks[asyncio]', or unset all_proxy.",
        )
    problem = "refused" if isinstance(error, InvalidProxyStatus) else "failed"
    if isinstance(error, InvalidProxyStatus):
        problem += f" with HTTP {error.response.status_code}"
    if isinstance(error, InvalidProxy):
        problem = "has an address that cannot be used"
    return Unreachable(
        f"the proxy on the way to {where.host_port} {problem}",
        advice="Check http_proxy, https_proxy, all_proxy and no_proxy.",
    )


def _tls(error: ssl.SSLError, where: Destination) -> NobodyThere:
    # Both attributes are set by OpenSSL's own errors only.
    if isinstance(error, ssl.SSLCertVerificationError):
        problem = _clean(getattr(error, "verify_message", "") or "it does not fit")
        return NobodyThere(
            f"the certificate of {where.host_port} was not accepted: {problem}",
            advice="Check the host name and this machine's clock; behind a company's proxy give its certificate with "
            "--ca-file.",
        )
    problem = getattr(error, "reason", None) or type(error).__name__
    return NobodyThere(
        f"{where.host_port} does not speak TLS as expected ({problem})",
        advice="Check the port; for a server without TLS use ws:// instead of wss://.",
    )


def _network(error: OSError, where: Destination) -> Unreachable:
    if isinstance(error, socket.gaierror):
        return NobodyThere(
            f"the name of {where.host_port} cannot be found", advice="Check the host name and the network."
        )
    if isinstance(error, ConnectionRefusedError) or "refused" in str(error).lower():
        return NobodyThere(
            f"nobody listens at {where.host_port}", advice="Is the server running? Check host and port."
        )
    if isinstance(error, ConnectionError):
        scheme = (
            "try ws:// if this server has no TLS" if where.secure else "try wss:// if this server wants TLS"
        )
        return Unreachable(
            f"{where.host_port} hung up during the handshake",
            advice=f"Try again; if it stays so, check the port, and {scheme}.",
        )
    problem = _clean(error.strerror or type(error).__name__)
    return Unreachable(
        f"{where.host_port} cannot be reached: {problem}", advice="Check the network and the URL."
    )


def _phrase(status: int) -> str:
    """Our own words for a status; the server's could be anything."""
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""


def _redirect(response: Response) -> str:
    host = urlsplit(response.headers.get("Location", "")).hostname
    return f" to {_clean(host)}" if host else ""


def _words(response: Response, hide: Hider) -> str:
    """What the body says, when it is the usual JSON error or one short line; "" otherwise."""
    text = (response.body or b"")[:4096].decode(errors="replace").strip()
    try:
        body = json.loads(text)
    except ValueError:
        return "" if "<" in text or "\n" in text else _clean(hide(text))
    error = body.get("error", body) if isinstance(body, dict) else body
    message = error.get("message", "") if isinstance(error, dict) else error
    return _clean(hide(message)) if isinstance(message, str) else ""


def _clean(text: str) -> str:
    text = without_keys(_UNPRINTABLE.sub(" ", text)).strip()
    return text if len(text) <= _WORDS_LIMIT else text[: _WORDS_LIMIT - 1] + "…"
