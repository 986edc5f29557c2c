"""The local server inside the process."""

import json

import pytest

from realtime_cli.runtime.local import LocalServer
from realtime_cli.server.engines.catalog import EngineChoice, assemble
from realtime_cli.server.engines.contract import Engines
from realtime_cli.transport.memory import MemoryTransport
from realtime_cli.transport.transport import LineClosed
from tests.support.clock import run_jumping


def small_engines() -> Engines:
    return assemble(EngineChoice(ears="none", mouth="tone", brain="echo", vad="energy"))


def test_each_line_meets_a_session_of_its_own_and_nothing_is_left() -> None:
    async def main() -> None:
        async with LocalServer(small_engines()) as local:
            one, two = await local.open(), await local.open()
            hellos = [json.loads(await line.receive()) for line in (one, two)]
            assert [hello["type"] for hello in hellos] == ["session.created"] * 2
            assert hellos[0]["session"]["id"] != hellos[1]["session"]["id"]
            await one.close()
            await two.send('{"type":"session.update","session":{"type":"realtime"}}')
            while json.loads(await two.receive())["type"] != "session.updated":
                pass
        with pytest.raises(LineClosed):
            await _read_to_the_end(two)

    run_jumping(main())


def test_a_session_that_breaks_lets_its_client_go_and_is_told_at_the_end() -> None:
    def broken() -> None:
        raise ZeroDivisionError("a bug")

    async def talk() -> None:
        engines = small_engines()
        engines.new_vad = broken  # type: ignore[assignment]
        async with LocalServer(engines) as local:
            line = await local.open()
            with pytest.raises(LineClosed) as end:
                await line.receive()
            assert end.value.code == 1011

    async def main() -> None:
        with pytest.raises(ZeroDivisionError, match="a bug"):
            await talk()

    run_jumping(main())


async def _read_to_the_end(line: MemoryTransport) -> None:
    while True:
        await line.receive()
