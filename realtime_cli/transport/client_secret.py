"""A short-lived client secret in exchange for the key: what travels with the session is worth little if it leaks."""

from __future__ import annotations

import asyncio
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from typing import IO, Any

from realtime_cli.errors import NotAuthorized, RateLimited, RealtimeCliError, Refused, Unreachable

PATIENCE_S = 15.0


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the key to another host."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        """No request follows; the answer becomes an HTTPError."""


async def client_secret(
    url: str, headers: Mapping[str, str], session: Mapping[str, Any], ca_file: str | None = None
) -> str:
    """Ask for one.

    Args:
        url: https, whole.
        headers: With the key.
        session: Type and model of the session it is for.
        ca_file: Certificates to trust besides the usual ones.

    Raises:
        NotAuthorized, RateLimited, Refused, Unreachable: As the service answered.
    """
    return await asyncio.to_thread(_fetch, url, dict(headers), dict(session), ca_file)


def _fetch(url: str, headers: dict[str, str], session: dict[str, Any], ca_file: str | None) -> str:
    body = json.dumps({"session": session}).encode()
    request = urllib.request.Request(  # noqa: S310 - made from a wss or ws URL: http or https
        url, body, {**headers, "Content-Type": "application/json"}
    )
    context = ssl.create_default_context(cafile=ca_file) if ca_file else ssl.create_default_context()
    opener = urllib.request.build_opener(_NoRedirects, urllib.request.HTTPSHandler(context=context))
    host = request.host
    try:
        with opener.open(request, timeout=PATIENCE_S) as answer:
            told = json.loads(answer.read(1 << 20))
    except urllib.error.HTTPError as error:
        error.close()
        raise _refusal(error.code, host) from error
    except (OSError, ValueError) as error:
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
