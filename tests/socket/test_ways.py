"""Ways to a server: certificates of the user's own, HTTP and SOCKS proxies, subprotocols."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from realtime_cli.errors import ConfigError
from realtime_cli.transport.websocket import WebSocketOpener

CERTIFICATE = Path(__file__).with_name("self_signed.pem")


async def greet(connection: ServerConnection) -> None:
    await connection.send(f"hello {connection.subprotocol or ''}".strip())


async def greeting_at(opener: WebSocketOpener) -> str:
    line = await opener()
    try:
        return await line.receive()
    finally:
        await line.close()


def port_of(server: object) -> int:
    return int(server.sockets[0].getsockname()[1])  # type: ignore[attr-defined]


def test_a_certificate_of_the_users_own_is_trusted(tmp_path: Path) -> None:
    async def main() -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        async with serve(greet, "127.0.0.1", 0, ssl=context) as server:
            url = f"wss://127.0.0.1:{port_of(server)}/"
            assert await greeting_at(WebSocketOpener(url, ca_file=str(CERTIFICATE))) == "hello"
            with pytest.raises(ConfigError, match=r"nothing\.pem"):
                await WebSocketOpener(url, ca_file=str(tmp_path / "nothing.pem"))()

    asyncio.run(main())


def test_a_key_among_the_subprotocols_opens_the_line() -> None:
    async def main() -> None:
        async with serve(greet, "127.0.0.1", 0, subprotocols=[Subprotocol("realtime")]) as server:
            offered = ("realtime", "openai-insecure-api-key.k3y")
            opener = WebSocketOpener(f"ws://127.0.0.1:{port_of(server)}/", subprotocols=offered)
            assert "k3y" not in repr(opener)
            assert await greeting_at(opener) == "hello realtime"

    asyncio.run(main())


@pytest.mark.parametrize("kind", ["socks5", "socks5h", "http"])
def test_a_proxy_is_gone_through(kind: str) -> None:
    async def main() -> None:
        async with serve(greet, "127.0.0.1", 0) as server, proxy() as (port, reached):
            opener = WebSocketOpener(f"ws://127.0.0.1:{port_of(server)}/", proxy=f"{kind}://127.0.0.1:{port}")
            assert await greeting_at(opener) == "hello"
            assert reached == [port_of(server)]

    asyncio.run(main())


def test_none_means_no_proxy_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:1")

    async def main() -> None:
        async with serve(greet, "127.0.0.1", 0) as server:
            url = f"ws://127.0.0.1:{port_of(server)}/"
            assert await greeting_at(WebSocketOpener(url, proxy="none")) == "hello"

    asyncio.run(main())


@asynccontextmanager
async def proxy() -> AsyncIterator[tuple[int, list[int]]]:
    """A small proxy that speaks SOCKS5 and HTTP CONNECT; the ports it was asked for."""
    reached: list[int] = []
    tasks: list[asyncio.Task[None]] = []

    async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readexactly(1)
        port = await (_socks(reader, writer) if first == b"\x05" else _connect(reader, writer))
        reached.append(port)
        there, back = await asyncio.open_connection("127.0.0.1", port)
        tasks.append(asyncio.create_task(_pump(reader, back)))
        tasks.append(asyncio.create_task(_pump(there, writer)))

    server = await asyncio.start_server(attend, "127.0.0.1", 0)
    try:
        yield port_of(server), reached
    finally:
        await asyncio.gather(*tasks)
        server.close()
        await server.wait_closed()


async def _socks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    await reader.readexactly((await reader.readexactly(1))[0])
    writer.write(b"\x05\x00")
    kind = (await reader.readexactly(4))[3]
    length = 4 if kind == 1 else (await reader.readexactly(1))[0]
    await reader.readexactly(length)
    (port,) = struct.unpack(">H", await reader.readexactly(2))
    writer.write(b"\x05\x00\x00\x01" + socket.inet_aton("127.0.0.1") + b"\x00\x00")
    return int(port)


async def _connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    return int(head.split(b" ")[1].rpartition(b":")[2])


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(4096):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
