"""`doctor`: from the name of a service to its first message. Nothing is asked of a model, so nothing is billed."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from realtime_cli.cli.finding import Finding, failure
from realtime_cli.cli.later import asyncio
from realtime_cli.errors import ConfigError, RealtimeCliError, Unreachable

if TYPE_CHECKING:
    from realtime_cli.cli.preparation import Prepared

PART = "network"
_STEP_S = 10.0


async def network(prepared: Prepared) -> AsyncIterator[Finding]:
    """Name, proxy, TLS, handshake, greeting, settings; stops at the first step that fails."""
    url = urlsplit(prepared.target.url)
    if not prepared.target.url:
        yield Finding(PART, "connection", "ok", "none is needed: the local server is inside this program")
        return
    host, secure = url.hostname or "", url.scheme == "wss"
    port = url.port or (443 if secure else 80)
    proxy = prepared.settings.proxy or _proxy(prepared.target.url)
    if proxy and proxy != "none":
        yield Finding(PART, "proxy", "note", f"through {urlsplit(proxy).hostname}:{urlsplit(proxy).port}")
    else:
        yield Finding(PART, "proxy", "ok", "none")
        looked = await _name(host)
        yield looked
        if looked.state == "fail":
            return
        if secure:
            looked = await _tls(host, port, prepared.settings.ca_file)
            yield looked
            if looked.state == "fail":
                return
    async for finding in _visit(prepared):
        yield finding


def _proxy(url: str) -> str:
    """What the line itself asks: the library's own choice, and never a proxy for this machine."""
    from websockets.proxy import get_proxy
    from websockets.uri import parse_uri

    from realtime_cli.transport.refusals import destination

    return "" if destination(url, _STEP_S).is_this_machine else get_proxy(parse_uri(url)) or ""


async def _name(host: str) -> Finding:
    loop = asyncio.get_running_loop()
    begun_s = loop.time()
    try:
        async with asyncio.timeout(_STEP_S):
            found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError, UnicodeError):
        advice = "Check the name, the network, and /etc/resolv.conf (or the VPN)."
        return Finding(PART, "DNS", "fail", f"{host} is not found", advice, Unreachable.exit_code)
    addresses = sorted({str(entry[4][0]) for entry in found})
    took_ms = (loop.time() - begun_s) * 1000
    return Finding(PART, "DNS", "ok", f"{host} is {', '.join(addresses[:3])} ({took_ms:.0f} ms)")


async def _tls(host: str, port: int, ca_file: str | None) -> Finding:
    from realtime_cli.transport.tls import tls_context

    loop = asyncio.get_running_loop()
    begun_s = loop.time()
    try:
        async with asyncio.timeout(_STEP_S):
            _, writer = await asyncio.open_connection(host, port, ssl=tls_context(ca_file))
    except ConfigError as error:
        return failure(PART, "TLS", error)
    except ssl.SSLCertVerificationError as exc:
        advice = "Check the clock; behind a company's proxy give its certificate with --ca-file."
        return Finding(PART, "TLS", "fail", f"the certificate of {host} is not trusted: {exc.verify_message}", advice,
                       Unreachable.exit_code)  # fmt: skip
    except (OSError, TimeoutError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else "no answer"
        advice = "Check the network, the firewall and the address."
        return Finding(PART, "TLS", "fail", f"{host}:{port}: {reason}", advice, Unreachable.exit_code)
    version = writer.get_extra_info("ssl_object").version()
    writer.close()
    return Finding(
        PART, "TLS", "ok", f"{version}, certificate trusted ({(loop.time() - begun_s) * 1000:.0f} ms)"
    )


async def _visit(prepared: Prepared) -> AsyncIterator[Finding]:
    from realtime_cli.cli.preparation import line_to
    from realtime_cli.protocol import Ability
    from realtime_cli.runtime.check import visit

    told: list[Finding] = []

    def report(well: bool, line: str) -> None:
        told.append(Finding(PART, "session", "ok" if well else "note", line))

    target = prepared.target
    try:
        async with line_to(prepared) as opener:
            await visit(opener, target, report)
    except RealtimeCliError as error:
        told.append(failure(PART, "session", error))
    for finding in told:
        yield finding
    lacks = sorted(ability.value for ability in Ability if ability not in target.provider.abilities)
    yield Finding(PART, "abilities", "ok", f"all but: {', '.join(lacks)}" if lacks else "all")
