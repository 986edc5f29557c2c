"""An HTTP service that speaks OpenAI's language for chat, hearing or speaking: where it is, how it fails.

The client is `httpx2`, the maintained continuation of httpx: streams that close when they are left, on every
platform, with TLS and proxies done. It comes with the extra `local`; the plain install does without.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit, urlunsplit

from realtime_cli.errors import ConfigError
from realtime_cli.key_shapes import HIDDEN, without_keys
from realtime_cli.server.engines.contract import EngineFailed

if TYPE_CHECKING:
    import httpx2

CONNECT_LIMIT_S: Final = 5.0
MAX_REASON_CHARS: Final = 200
MAX_REFUSAL_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a service is.

    Attributes:
        url: Base URL up to the version, such as `http://127.0.0.1:11434/v1`.
        model: "" lets the service, or the first one it lists, decide.
        key: Sent as a bearer token; "" sends none.
    """

    url: str
    model: str = ""
    key: str = field(default="", repr=False)

    def at(self, path: str) -> str:
        """URL of one of its doors, such as `chat/completions`. What follows a `?` in the base is kept."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{path}", parts.query, ""))

    @property
    def host(self) -> str:
        """Host and port, for messages: `endpoint` lets no name or password stand before them."""
        return urlsplit(self.url).netloc

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine: no proxy leads there."""
        host = urlsplit(self.url).hostname or ""
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


def endpoint(url: str, model: str = "", key: str = "") -> Endpoint:
    """An endpoint from a URL as people write it: `/v1` is added where no path is given.

    Raises:
        ConfigError: It is no http or https URL, or it carries a user or password.
    """
    try:
        parts = urlsplit(url.strip())
        has_host, _ = bool(parts.hostname), parts.port
    except ValueError:
        has_host, parts = False, urlsplit("")
    if parts.scheme not in ("http", "https") or not has_host:
        raise ConfigError(
            f"{url!r} is not an http or https URL", advice="Example: --llm http://127.0.0.1:11434/v1"
        )
    if parts.username or parts.password:
        raise ConfigError(
            "A URL must not carry a user or a password", advice="Put the key into an environment variable."
        )
    path = parts.path.rstrip("/") or "/v1"
    return Endpoint(urlunsplit((parts.scheme, parts.netloc, path, parts.query, "")), model, key)


def is_http_client_installed() -> bool:
    """Whether `httpx2` is there; it is not imported for that."""
    return importlib.util.find_spec("httpx2") is not None


class EndpointClient:
    """Requests to one endpoint over connections that are kept.

    Args:
        at: Where.
        what: What it is in messages, such as "chat endpoint".
        silence_limit_s: Longest wait for the first and for every next piece of an answer.
    """

    def __init__(self, at: Endpoint, what: str, silence_limit_s: float) -> None:
        self.at, self._what = at, what
        self._silence_limit_s = silence_limit_s
        self._client: httpx2.AsyncClient | None = None

    @asynccontextmanager
    async def stream(self, method: str, path: str, **request: Any) -> AsyncIterator[httpx2.Response]:
        """An answer that is read piece by piece; leaving the block closes its connection if it is not read out.

        Raises:
            EngineFailed: It cannot be reached, refuses, is silent for too long, or breaks off (also inside the block).
        """
        import httpx2

        name = f"{self._what} {self.at.host}"
        try:
            async with self._opened().stream(method, self.at.at(path), **request) as answer:
                if answer.status_code >= 400:
                    raise EngineFailed(
                        f"{name} refused ({answer.status_code}): {await _refusal(answer, self.at.key)}"
                    )
                yield answer
        except httpx2.ConnectTimeout as problem:
            raise EngineFailed(f"{name} does not answer") from problem
        except httpx2.TimeoutException as problem:
            raise EngineFailed(f"{name} was silent for {self._silence_limit_s:g} s") from problem
        except httpx2.ConnectError as problem:
            raise EngineFailed(f"{name} cannot be reached: {shown(str(problem))}") from problem
        except httpx2.HTTPError as problem:
            raise EngineFailed(f"{name} broke off: {shown(str(problem))}") from problem

    async def close(self) -> None:
        """Close all connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _opened(self) -> httpx2.AsyncClient:
        import httpx2

        if self._client is None:
            headers = {"Authorization": f"Bearer {self.at.key}"} if self.at.key else {}
            self._client = httpx2.AsyncClient(
                headers=headers,
                timeout=httpx2.Timeout(self._silence_limit_s, connect=CONNECT_LIMIT_S),
                trust_env=not self.at.is_loopback,
            )
        return self._client


async def _refusal(answer: httpx2.Response, key: str) -> str:
    """The service's own reason, one line; some repeat the key that they were sent."""
    body = b""
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > MAX_REFUSAL_BYTES:
            break
    text = body.decode("utf-8", "replace")
    text = text.replace(key, HIDDEN) if key else text
    try:
        return error_text(json.loads(text))
    except ValueError:
        return shown(text) or "without a reason"


def error_text(said: object) -> str:
    """The message of an error object in one of the shapes that services use."""
    error = said.get("error", said) if isinstance(said, dict) else said
    if isinstance(error, dict):
        error = error.get("message", error.get("detail", error))
    return shown(str(error)) or "without a reason"


def shown(text: str) -> str:
    """Somebody else's text as part of one line of ours, without anything like a key."""
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return without_keys(" ".join(line.split()))[:MAX_REASON_CHARS]
