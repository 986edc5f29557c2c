"""A short-lived client secret in exchange for the key: what travels with the session is worth little if it leaks."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from http.client import HTTPException
from typing import IO, Any
from urllib.parse import urlsplit

from realtime_cli.errors import (
    ConfigError,
    NotAuthorized,
    RateLimited,
    RealtimeCliError,
    Refused,
    Unreachable,
)
from realtime_cli.transport.refusals import is_loopback
from realtime_cli.transport.tls import tls_context

PATIENCE_S = 15.0


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the key to another host."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        """No request follows; the answer becomes an HTTPError."""


async def client_secret(
    url: str,
    headers: Mapping[str, str],
    session: Mapping[str, Any],
    *,
    ca_file: str | None = None,
    proxy: str | None = None,
    insecure: bool = False,
) -> str:
    """Ask for one.

    Args:
        url: https, whole.
        headers: With the key.
        session: Type and model of the session it is for.
        ca_file, proxy, insecure: As for the session's own line, see `WebSocketOpener`.

    Raises:
        ConfigError: The certificates cannot be read, or there is no way through such a proxy.
        NotAuthorized, RateLimited, Refused, Unreachable: As the service answered.
    """
    opener = urllib.request.build_opener(
        _NoRedirects,
        _proxies(proxy, urlsplit(url).hostname or ""),
        urllib.request.HTTPSHandler(context=tls_context(ca_file, insecure=insecure)),
    )
    request = urllib.request.Request(  # noqa: S310 - made from a wss or ws URL: http or https
        url, json.dumps({"session": session}).encode(), {**headers, "Content-Type": "application/json"}
    )
    return await asyncio.to_thread(_fetch, opener, request)


def _proxies(proxy: str | None, host: str) -> urllib.request.ProxyHandler:
    if proxy == "none" or (proxy is None and is_loopback(host)):
        return urllib.request.ProxyHandler({})
    if proxy is None:
        return urllib.request.ProxyHandler()  # as the environment says
    if not proxy.startswith("http://"):
        raise ConfigError(
            "a client secret can be had through an http proxy only", advice="Connect without --ephemeral."
        )
    return urllib.request.ProxyHandler({"http": proxy, "https": proxy})


def _fetch(opener: urllib.request.OpenerDirector, request: urllib.request.Request) -> str:
    host = urlsplit(request.full_url).netloc  # a proxy changes `request.host`
    try:
        with opener.open(request, timeout=PATIENCE_S) as answer:
            told = json.loads(answer.read(1 << 20))
    except urllib.error.HTTPError as error:
        error.close()
        raise _refusal(error.code, host) from error
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(
            f"no client secret from {host}: {type(error).__name__}",
            advice="Try again, or without --ephemeral.",
        ) from error
    value = told.get("value") if isinstance(told, dict) else None
    if not isinstance(value, str) or not value:
        raise Refused(f"{host} gave no client secret", advice="Try without --ephemeral.")
    return value


def _refusal(status: int, host: str) -> RealtimeCliError:
    told = f"{host} gave no client secret: HTTP {status}"
    if status in (401, 403):
        return NotAuthorized(told, advice="Check the API key.")
    if status == 429:
        return RateLimited(told, advice="Wait a little, then try again.")
    if status >= 500:
        return Unreachable(told, advice="The service has trouble; try again later.")
    return Refused(told, advice="This service may have no client secrets; try without --ephemeral.")
