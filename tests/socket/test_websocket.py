"""The WebSocket client against real servers on 127.0.0.1."""

import asyncio
import contextlib
import http
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from realtime_cli.errors import (
    ConfigError,
    NotAuthorized,
    RateLimited,
    RealtimeCliError,
    Refused,
    RemoteProtocolError,
    Unreachable,
)
from realtime_cli.transport.transport import LineClosed, NobodyThere
from realtime_cli.transport.websocket import WebSocketOpener

KEY = "sk-test-0123456789abcdefghij"
HEADERS = {"Authorization": f"Bearer {KEY}", "api-key": KEY}
Talk = Callable[[ServerConnection], Awaitable[None]]


@contextlib.asynccontextmanager
async def serving(
    talk: Talk, answer: Callable[[ServerConnection, Request], Response | None] | None = None
) -> AsyncIterator[str]:
    async with serve(talk, "127.0.0.1", 0, process_request=answer, max_size=None) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"ws://127.0.0.1:{port}/v1/realtime?api_key={KEY}"


@contextlib.asynccontextmanager
async def answering(answer: bytes | None) -> AsyncIterator[int]:
    """A TCP server that reads a request and answers with these bytes (None: never); gives its port."""
    over = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer is not None:
            writer.write(answer)
            await writer.drain()
        else:
            await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        over.set()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await over.wait()


async def silent(connection: ServerConnection) -> None:
    await connection.wait_closed()


def refusing(status: int, body: str, **headers: str) -> Callable[[ServerConnection, Request], Response]:
    def answer(connection: ServerConnection, _request: Request) -> Response:
        response = connection.respond(http.HTTPStatus(status), body)
        for name, value in headers.items():
            response.headers[name.replace("_", "-")] = value
        return response

    return answer


async def failure(url: str, open_timeout_s: float = 5.0) -> RealtimeCliError:
    with pytest.raises(RealtimeCliError) as caught:
        await WebSocketOpener(url, HEADERS, open_timeout_s=open_timeout_s)()
    error = caught.value
    for text in (str(error), error.advice, repr(error)):
        assert KEY not in text
        assert "\n" not in text
        assert "\x1b" not in text
    assert error.advice
    return error


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("status", "kind", "word"),
    [
        (401, NotAuthorized, "key"),
        (403, NotAuthorized, "key"),
        (404, Refused, "/v1/realtime"),
        (400, Refused, "model"),
        (429, RateLimited, "Wait"),
        (500, Unreachable, "later"),
        (503, Unreachable, "later"),
    ],
)
def test_each_refused_handshake_is_told_once_with_the_next_step(
    status: int, kind: type[RealtimeCliError], word: str
) -> None:
    async def main() -> None:
        body = f'{{"error":{{"message":"Incorrect \\u001b[31m API key: {KEY}.\\nTry again"}}}}'
        async with serving(silent, refusing(status, body)) as url:
            error = await failure(url)
        assert type(error) is kind
        assert str(status) in str(error)
        assert "127.0.0.1:" in str(error)
        assert "Incorrect" in str(error)
        assert word in error.advice

    asyncio.run(main())


@pytest.mark.parametrize("place", ["header", "query", "subprotocol"])
def test_a_key_of_no_known_shape_is_not_repeated_by_a_refusal(place: str) -> None:
    key = "fedcba9876543210"

    async def main() -> str:
        async with serving(silent, refusing(401, f"the key {key} is unknown")) as url:
            opener = WebSocketOpener(
                f"{url}&sig={key}" if place == "query" else url,
                {"Authorization": f"Bearer {key}"} if place == "header" else {},
                [f"openai-insecure-api-key.{key}"] if place == "subprotocol" else (),
            )
            with pytest.raises(NotAuthorized) as caught:
                await opener()
        return str(caught.value)

    assert "the key [hidden] is unknown" in asyncio.run(main())


def test_a_limit_says_how_long_to_wait() -> None:
    async def main() -> None:
        async with serving(silent, refusing(429, "slow down", Retry_After="17")) as url:
            error = await failure(url)
        assert "17 s" in error.advice

    asyncio.run(main())


def test_a_page_of_html_is_not_repeated() -> None:
    async def main() -> None:
        async with serving(silent, refusing(404, "<html><h1>nginx</h1></html>")) as url:
            assert "html" not in str(await failure(url))

    asyncio.run(main())


def test_a_redirect_never_takes_the_key_to_another_host() -> None:
    visitors = []

    async def main() -> None:
        def note(_connection: ServerConnection, request: Request) -> None:
            visitors.append(dict(request.headers.raw_items()))

        async with serving(silent, note) as other:
            location = other.replace("127.0.0.1", "localhost")
            async with serving(silent, refusing(307, "", Location=location)) as url:
                error = await failure(url)
        assert isinstance(error, Refused)
        assert "localhost" in error.advice

    asyncio.run(main())
    assert visitors == []


def test_a_port_where_nobody_listens_is_named() -> None:
    port = free_port()

    async def main() -> None:
        error = await failure(f"ws://127.0.0.1:{port}/v1/realtime")
        assert isinstance(error, NobodyThere)
        assert f"127.0.0.1:{port}" in str(error)

    asyncio.run(main())


def test_a_name_that_does_not_exist_is_named() -> None:
    async def main() -> None:
        error = await failure("ws://no-such-host.invalid/v1/realtime")
        assert isinstance(error, NobodyThere)
        assert "no-such-host.invalid:80" in str(error)

    asyncio.run(main())


def test_tls_to_a_server_without_it_suggests_ws() -> None:
    async def main() -> None:
        async with serving(silent) as url:
            error = await failure(url.replace("ws://", "wss://"))
        assert isinstance(error, Unreachable)
        assert "ws://" in error.advice

    asyncio.run(main())


def test_a_certificate_that_nobody_signed_is_refused() -> None:
    async def main() -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(Path(__file__).with_name("self_signed.pem"))
        async with serve(silent, "127.0.0.1", 0, ssl=context) as server:
            port = server.sockets[0].getsockname()[1]
            error = await failure(f"wss://127.0.0.1:{port}/")
        assert isinstance(error, NobodyThere)
        assert "certificate" in str(error)
        assert "--ca-file" in error.advice

    asyncio.run(main())


def test_a_server_that_never_answers_is_given_up() -> None:
    async def main() -> None:
        async with answering(None) as port:
            error = await failure(f"ws://127.0.0.1:{port}/", open_timeout_s=0.2)
        assert isinstance(error, Unreachable)
        assert "0.2 s" in str(error)

    asyncio.run(main())


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", b"SSH-2.0-x\r\n", b""])
def test_a_server_of_another_kind_is_told_apart(answer: bytes) -> None:
    async def main() -> None:
        async with answering(answer) as port:
            error = await failure(f"ws://127.0.0.1:{port}/")
        assert isinstance(error, Unreachable | Refused)
        assert "URL" in error.advice

    asyncio.run(main())


@pytest.mark.parametrize("url", ["http://host/", "ws://", "not a url", "ws://host:port/", "ws://[::1"])
def test_an_impossible_url_is_a_setting_that_is_wrong(url: str) -> None:
    assert isinstance(asyncio.run(failure(url)), ConfigError)


def test_a_key_with_a_line_break_never_becomes_a_header() -> None:
    async def main() -> None:
        with pytest.raises(ConfigError) as caught:
            await WebSocketOpener("ws://127.0.0.1:1/", {"api-key": f"{KEY}\nX-Evil: 1"})()
        assert KEY not in str(caught.value)

    asyncio.run(main())


def test_a_proxy_that_refuses_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        answer = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
        async with answering(answer) as port:
            monkeypatch.setenv("https_proxy", f"http://user:hunter22@127.0.0.1:{port}")
            monkeypatch.delenv("no_proxy", raising=False)
            monkeypatch.delenv("NO_PROXY", raising=False)
            error = await failure("wss://realtime.example/v1/realtime")
        assert isinstance(error, Unreachable)
        assert "proxy" in str(error)
        assert "407" in str(error)
        assert "hunter22" not in str(error) + error.advice

    asyncio.run(main())


def test_a_server_on_this_machine_is_reached_without_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")

    async def main() -> None:
        async with serving(silent) as url:
            for host in ("127.0.0.1", "localhost"):
                line = await WebSocketOpener(url.replace("127.0.0.1", host))()
                await line.close()

    asyncio.run(main())


@pytest.mark.parametrize("code", [1000, 1001, 1011, 4000])
def test_every_close_code_ends_receiving_with_its_reason(code: int) -> None:
    async def main() -> None:
        async def talk(connection: ServerConnection) -> None:
            await connection.send("hello")
            await connection.close(code, "the reason")

        async with serving(talk) as url:
            line = await WebSocketOpener(url)()
            assert await line.receive() == "hello"
            for _ in range(2):
                with pytest.raises(LineClosed) as end:
                    await line.receive()
                assert (end.value.code, end.value.reason) == (code, "the reason")
            with pytest.raises(LineClosed):
                await line.send("too late")
            await line.close()

    asyncio.run(main())


def test_a_line_cut_in_the_middle_of_a_message_has_no_code() -> None:
    async def main() -> None:
        async def talk(connection: ServerConnection) -> None:
            async def parts() -> AsyncIterator[str]:
                yield "the first half"
                connection.transport.abort()
                yield "never sent"

            with contextlib.suppress(Exception):
                await connection.send(parts())

        async with serving(talk) as url:
            line = await WebSocketOpener(url)()
            with pytest.raises(LineClosed) as end:
                await line.receive()
            assert end.value.code is None
            await line.close()

    asyncio.run(main())


def test_a_message_of_ten_megabytes_comes_whole_and_a_binary_one_does_no_harm() -> None:
    async def main() -> None:
        async def talk(connection: ServerConnection) -> None:
            await connection.send("x" * 10_000_000)
            await connection.send(b"\x00" * 17)
            await connection.send("after")
            await connection.wait_closed()

        async with serving(talk) as url:
            line = await WebSocketOpener(url)()
            assert len(await line.receive()) == 10_000_000
            with pytest.raises(RemoteProtocolError, match="17 bytes"):
                await line.receive()
            assert await line.receive() == "after"
            await line.close(1000, "long reason " * 50)

    asyncio.run(main())


def test_headers_and_names_arrive_and_compression_is_not_asked_for() -> None:
    seen: dict[str, str] = {}

    async def main() -> None:
        def note(_connection: ServerConnection, request: Request) -> None:
            seen.update(request.headers.raw_items())

        async with serving(silent, note) as url:
            line = await WebSocketOpener(url, HEADERS)()
            await line.close()

    asyncio.run(main())
    assert seen["Authorization"] == f"Bearer {KEY}"
    assert seen["User-Agent"].startswith("realtime-cli/")
    assert "Sec-WebSocket-Extensions" not in seen


def test_a_server_may_repeat_the_long_name_of_a_model_but_no_key() -> None:
    model, key = "gpt-realtime-mini-2025-10-06", "fedcba9876543210"
    said = f'{{"type":"session.created","session":{{"model":"{model}","id":"%s"}}}}'

    async def main() -> None:
        async def talk(connection: ServerConnection) -> None:
            await connection.send(said % key)
            await connection.wait_closed()

        async with serving(talk) as url:
            line = await WebSocketOpener(f"{url}&model={model}&sig={key}", {"User-Agent": model})()
            assert await line.receive() == said % "[hidden]"
            await line.close()

    asyncio.run(main())


def test_the_key_is_in_no_log_at_any_level(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with serving(silent, refusing(401, KEY)) as url:
            await failure(url)

    with caplog.at_level(logging.DEBUG, logger="realtime_cli"):
        asyncio.run(main())
    assert KEY not in caplog.text
    assert KEY not in repr(WebSocketOpener(f"wss://host/?api_key={KEY}", HEADERS, (KEY,)))


@pytest.mark.skipif(not hasattr(socket, "TCP_NOTSENT_LOWAT"), reason="the kernel cannot limit unsent bytes")
def test_a_peer_that_does_not_read_is_felt_within_a_second_of_audio_and_can_be_left() -> None:
    """Measured: 57 kB (0.9 s of audio events) until `send` waits; without the limit 3.3 MB (52 s)."""

    async def main() -> int:
        over = asyncio.Event()

        async def deaf(connection: ServerConnection) -> None:
            connection.transport.pause_reading()
            await over.wait()
            connection.transport.abort()

        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)  # as little as a slow network carries
        listener.bind(("127.0.0.1", 0))
        async with serve(deaf, sock=listener):
            line = await WebSocketOpener(f"ws://127.0.0.1:{listener.getsockname()[1]}/")()
            sent_bytes = 0
            message = "a" * 1300  # 20 ms of audio
            with contextlib.suppress(TimeoutError):
                while sent_bytes < 5_000_000:
                    async with asyncio.timeout(0.3):
                        await line.send(message)
                    sent_bytes += len(message)

            async def keep_sending() -> None:
                while True:
                    await line.send(message)

            stuck = asyncio.create_task(keep_sending())
            await asyncio.sleep(0.1)
            before_s = asyncio.get_running_loop().time()
            await line.close()
            assert asyncio.get_running_loop().time() - before_s < 5
            over.set()
            for doing in (stuck, line.receive()):
                with pytest.raises(LineClosed):
                    await doing
            return sent_bytes

    assert asyncio.run(main()) < 200_000


def test_what_is_sent_without_waiting_and_what_waits_arrive_in_order_and_whole() -> None:
    async def main() -> None:
        got: list[str] = []

        async def collect(connection: ServerConnection) -> None:
            got.extend([str(message) async for message in connection])

        async with serving(collect) as url:
            line = await WebSocketOpener(url)()
            assert [line.is_free] == [True], "the locked version of the library is called the quick way"
            for number in range(100):
                if number % 3 and line.is_free:
                    line.send_now(f"{number} ä")
                else:
                    await line.send(f"{number} ä")
            await line.close()
            assert not line.is_free
        assert got == [f"{number} ä" for number in range(100)]

    asyncio.run(main())


def test_a_line_whose_peer_does_not_read_is_not_free() -> None:
    async def main() -> None:
        async with serving(silent) as url:
            line = await WebSocketOpener(url)()
            sent = 0
            while line.is_free:
                line.send_now("x" * 65_536)
                sent += 1
                assert sent < 1000, "it took 64 MB that nobody reads"
            line._connection.transport.abort()

    asyncio.run(main())


def test_a_line_that_is_over_is_not_free() -> None:
    async def main() -> None:
        async def leave(connection: ServerConnection) -> None:
            await connection.close(1001)

        async with serving(leave) as url:
            line = await WebSocketOpener(url)()
            with pytest.raises(LineClosed):
                await line.receive()
            assert not line.is_free

    asyncio.run(main())
