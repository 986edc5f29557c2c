"""The WebSocket door: who gets in, and how it closes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from realtime_cli.errors import ConfigError, Unreachable
from realtime_cli.server.link import Link
from realtime_cli.server.listener import RunningServer, open_door, serve
from realtime_cli.server.options import ServerOptions
from realtime_cli.server.scripted import EndLine, SayText, ScriptedServer
from realtime_cli.server.session_host import Greeting
from tests.server.visit import engines


def with_server(
    script: Callable[[RunningServer], Awaitable[None]], options: ServerOptions | None = None
) -> None:
    """Run a script beside a listening server, and assert that both leave nothing behind."""

    async def main() -> None:
        before = asyncio.all_tasks()
        server = await serve(engines(["Fine."] * 9), options)
        try:
            async with asyncio.timeout(20):
                await script(server)
        finally:
            await server.close()
        assert asyncio.all_tasks() == before

    asyncio.run(main())


async def read(line: ClientConnection) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(await line.recv())
    return event


def test_a_client_is_greeted_at_once_in_its_dialect() -> None:
    async def script(server: RunningServer) -> None:
        async with connect(server.url + "?model=any") as line:
            assert (await read(line))["session"]["type"] == "realtime"
        async with connect(server.url, additional_headers={"OpenAI-Beta": "realtime=v1"}) as line:
            assert (await read(line))["session"]["modalities"] == ["text", "audio"]
        async with connect(server.url + "?intent=transcription") as line:
            assert (await read(line))["session"]["type"] == "transcription"

    with_server(script)


def test_a_strict_server_closes_beta_clients_with_4000() -> None:
    async def script(server: RunningServer) -> None:
        async with connect(server.url, additional_headers={"OpenAI-Beta": "realtime=v1"}) as line:
            assert (await read(line))["error"]["code"] == "beta_api_shape_disabled"
            with pytest.raises(ConnectionClosed) as closed:
                await line.recv()
            assert closed.value.rcvd is not None
            assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (
                4000,
                "invalid_request_error.beta_api_shape_disabled",
            )

    with_server(script, ServerOptions(strict_ga=True))


def test_browsers_are_refused_unless_their_origin_is_allowed() -> None:
    async def script(server: RunningServer) -> None:
        for origin in ("https://evil.example", "http://localhost:3000", "null"):
            with pytest.raises(InvalidStatus) as refused:
                await connect(server.url, origin=Origin(origin))
            assert refused.value.response.status_code == 403
        async with connect(server.url, origin=Origin("http://localhost:8000")) as line:
            assert (await read(line))["type"] == "session.created"

    with_server(script, ServerOptions(allowed_origins=frozenset({"http://localhost:8000"})))


def test_other_paths_are_404_and_health_is_ok() -> None:
    async def script(server: RunningServer) -> None:
        with pytest.raises(InvalidStatus) as refused:
            await connect(server.url.replace("/v1/realtime", "/v2"))
        assert refused.value.response.status_code == 404

        def health() -> bytes:
            with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/healthz") as answer:
                body: bytes = answer.read()
                return body

        assert await asyncio.to_thread(health) == b"ok\n"

    with_server(script)


def test_the_port_is_open_on_loopback_only() -> None:
    async def script(server: RunningServer) -> None:
        assert [bound.getsockname()[0] for bound in server._server.sockets] == ["127.0.0.1"]

    with_server(script)


def test_the_realtime_subprotocol_is_chosen_when_it_is_offered() -> None:
    async def script(server: RunningServer) -> None:
        offered = [Subprotocol("realtime"), Subprotocol("openai-insecure-api-key.x")]
        async with connect(server.url, subprotocols=offered) as line:
            assert line.subprotocol == "realtime"

    with_server(script)


def test_more_sessions_than_allowed_are_turned_away() -> None:
    async def script(server: RunningServer) -> None:
        async with connect(server.url) as line:
            await read(line)
            with pytest.raises(InvalidStatus) as refused:
                await connect(server.url)
            assert refused.value.response.status_code == 503
        async with asyncio.timeout(5):
            while server.sessions:
                await asyncio.sleep(0)
        async with connect(server.url) as line:
            await read(line)

    with_server(script, ServerOptions(max_sessions=1))


def test_binary_messages_are_answered_as_no_event() -> None:
    async def script(server: RunningServer) -> None:
        async with connect(server.url) as line:
            await read(line)
            await line.send(b"\x00\x01")
            assert (await read(line))["error"]["code"] == "invalid_event"

    with_server(script)


def test_a_message_beyond_the_cap_ends_only_that_line() -> None:
    async def script(server: RunningServer) -> None:
        line = await connect(server.url, compression=None)
        async with connect(server.url) as other:
            with contextlib.suppress(ConnectionClosed):
                await line.send("x" * 25 * 1024 * 1024)
            await line.wait_closed()
            assert (await read(other))["type"] == "session.created"

    with_server(script)


def test_closing_the_server_says_1001_to_everybody() -> None:
    async def main() -> None:
        server = await serve(engines())
        async with connect(server.url) as line:
            await read(line)
            await server.close()
            with pytest.raises(ConnectionClosed) as closed:
                await line.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1001

    asyncio.run(main())


def test_a_taken_port_is_said_in_one_line() -> None:
    async def main() -> None:
        with (
            socket.create_server(("127.0.0.1", 0)) as taken,
            pytest.raises(Unreachable, match=r"cannot listen on 127\.0\.0\.1"),
        ):
            await serve(engines(), port=taken.getsockname()[1])

    asyncio.run(main())


@pytest.mark.parametrize(("code", "received"), [(1011, 1011), (None, None)])
def test_a_scenario_can_stand_behind_the_door(code: int | None, received: int | None) -> None:
    async def main() -> None:
        async def session(link: Link, greeting: Greeting) -> None:
            await ScriptedServer([SayText({"type": "hello"}), EndLine(code, "end")]).attend(link)

        server = await open_door(session)
        async with connect(server.url) as line:
            assert (await read(line))["type"] == "hello"
            with pytest.raises(ConnectionClosed) as closed:
                await line.recv()
            assert (closed.value.rcvd and closed.value.rcvd.code) == received
        await server.close()

    asyncio.run(main())


def test_another_machine_needs_a_token_and_everybody_must_show_it() -> None:
    async def main() -> None:
        with pytest.raises(ConfigError, match="lets other machines in"):
            await serve(engines(), ServerOptions(host="0.0.0.0"))
        server = await serve(engines(["Fine."]), ServerOptions(host="127.0.0.1", token="open sesame"))
        try:
            for headers in ({}, {"Authorization": "Bearer open"}, {"api-key": "open sesame2"}):
                with pytest.raises(InvalidStatus) as caught:
                    await connect(server.url, additional_headers=headers)
                assert caught.value.response.status_code == 401
            for headers in ({"Authorization": "Bearer open sesame"}, {"api-key": "open sesame"}):
                async with connect(server.url, additional_headers=headers) as line:
                    assert (await read(line))["type"] == "session.created"
        finally:
            await server.close()
        assert "sesame" not in repr(ServerOptions(token="open sesame"))

    asyncio.run(main())


def test_a_token_may_come_as_browsers_send_it() -> None:
    async def main() -> None:
        server = await serve(engines(), ServerOptions(token="sesame"))
        try:
            offered = [Subprotocol("realtime"), Subprotocol("openai-insecure-api-key.sesame")]
            async with connect(server.url, subprotocols=offered) as line:
                assert line.subprotocol == "realtime"
        finally:
            await server.close()

    asyncio.run(main())
