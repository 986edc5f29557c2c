"""Rude clients get errors or the door; polite ones beside them never notice."""

from __future__ import annotations

import asyncio
import json
import random

import pytest
from websockets.asyncio.client import connect

from realtime_cli import clock
from realtime_cli.server.engines.contract import Engines
from realtime_cli.server.engines.echo_brain import EchoBrain
from realtime_cli.server.engines.scripted_ears import ScriptedEars
from realtime_cli.server.engines.tone_mouth import ToneMouth
from realtime_cli.server.listener import serve
from realtime_cli.server.options import ServerOptions
from tests.server.desk import loud_is_speech
from tests.server.rudeness import anything, be_rude, rude_message

HAD_ENOUGH = {None, 1001, 1003, 1007, 1008, 1009}


def parts() -> Engines:
    return Engines(ScriptedEars(["so"] * 9, loop=True), ToneMouth(), EchoBrain(), lambda: loud_is_speech)


async def polite_turn(url: str) -> float:
    """A typed turn with sound, in seconds."""
    began = clock.monotonic()
    async with asyncio.timeout(20), connect(url, max_size=None) as line:
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hello"}]}
        await line.send(json.dumps({"type": "conversation.item.create", "item": item}))
        await line.send(json.dumps({"type": "response.create"}))
        kinds: list[str] = []
        while not kinds or kinds[-1] != "response.done":
            event = json.loads(await line.recv())
            kinds.append(event["type"])
        assert "error" not in kinds
        assert event["response"]["status"] == "completed"
    return clock.monotonic() - began


@pytest.mark.timeout(90)
def test_rude_clients_get_errors_or_the_door_and_nobody_else_notices() -> None:
    async def main() -> None:
        before = asyncio.all_tasks()
        server = await serve(parts(), ServerOptions(max_sessions=20))
        try:
            rude = [asyncio.create_task(be_rude(server.url, seed, 60)) for seed in range(8)]
            polite = [await polite_turn(server.url) for _ in range(6)]
            codes = await asyncio.gather(*rude)
            assert set(codes) <= HAD_ENOUGH, codes
            assert max(polite) < 10.0
            assert await polite_turn(server.url) < 10.0
        finally:
            await server.close()
        assert asyncio.all_tasks() == before

    asyncio.run(main())


def test_the_same_seed_is_rude_in_the_same_way() -> None:
    said = [[rude_message(random.Random(5)) for _ in range(9)] for _ in range(2)]
    assert said[0] == said[1]
    assert json.dumps(anything(random.Random(1)))
