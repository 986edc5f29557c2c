"""Whole sessions over real sockets, in real time, and ended by real signals."""

import asyncio
import io
import json
import os
import signal
import sys
from collections.abc import Callable

import pytest
from websockets.asyncio.server import ServerConnection, serve

from realtime_cli import protocol as p
from realtime_cli.runtime.run import Outcome, Plan, run
from realtime_cli.server.engines.catalog import EngineChoice, assemble
from realtime_cli.server.listener import serve as serve_locally
from realtime_cli.session.state import TurnMode
from realtime_cli.session.wish import Wish
from realtime_cli.terminal.answer import AnswerView
from realtime_cli.transport.websocket import WebSocketOpener

ABLE = frozenset(p.Ability)
TEXT = p.SessionConfig(output_modalities=("text",))
ONCE = Wish(config=TEXT, turn_mode=TurnMode.TYPED, once=True, first_prompt="good morning")
TALK = Wish(config=TEXT, turn_mode=TurnMode.TYPED)


def view() -> tuple[AnswerView, io.StringIO]:
    out = io.StringIO()
    return AnswerView(out, io.StringIO()), out


@pytest.mark.parametrize("dialect", [None, "ga", "beta"])
def test_a_prompt_is_answered_over_a_socket_in_either_dialect(dialect: str | None) -> None:
    async def main() -> tuple[Outcome, str]:
        engines = assemble(EngineChoice(ears="none", mouth="tone", brain="echo", vad="energy"))
        server = await serve_locally(engines)
        headers = {"OpenAI-Beta": "realtime=v1"} if dialect == "beta" else {}
        shown, out = view()
        outcome = await run(Plan(ONCE, ABLE, WebSocketOpener(server.url, headers), shown, dialect=dialect))
        await server.close()
        return outcome, out.getvalue()

    outcome, out = asyncio.run(main())
    assert (outcome.exit_code, outcome.message) == (0, "")
    assert "good morning" in out


def test_a_line_cut_at_the_first_word_is_opened_again() -> None:
    lines = 0

    async def talk(connection: ServerConnection) -> None:
        nonlocal lines
        lines += 1
        session = {"type": "realtime", "id": f"sess_{lines}"}
        await connection.send(json.dumps({"type": "session.created", "event_id": "e1", "session": session}))
        if lines == 1:
            await connection.recv()
            connection.transport.abort()
            return
        async for text in connection:
            if json.loads(text)["type"] == "session.update":
                await connection.send(
                    json.dumps({"type": "session.updated", "event_id": "e2", "session": session})
                )
            if json.loads(text)["type"] == "response.create":
                response = {"id": "r", "object": "realtime.response", "status": "completed", "output": []}
                where = {"response_id": "r", "item_id": "i", "output_index": 0, "content_index": 0}
                for event in (
                    {"type": "response.created", "response": {**response, "status": "in_progress"}},
                    {"type": "response.output_text.delta", **where, "delta": "Good morning."},
                    {"type": "response.output_text.done", **where, "text": "Good morning."},
                    {"type": "response.done", "response": response},
                ):
                    await connection.send(json.dumps({"event_id": "e", **event}))

    async def main() -> tuple[Outcome, str]:
        async with serve(talk, "127.0.0.1", 0) as server:
            shown, out = view()
            opener = WebSocketOpener(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/realtime")
            return await run(Plan(ONCE, ABLE, opener, shown)), out.getvalue()

    outcome, out = asyncio.run(main())
    assert (outcome.exit_code, outcome.message) == (0, "")
    assert out.strip() == "Good morning."
    assert lines == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to this process")
@pytest.mark.parametrize(
    ("wish", "sent", "told"),
    [
        (ONCE, [signal.SIGTERM], signal.SIGTERM),
        (ONCE, [signal.SIGINT], signal.SIGINT),
        (TALK, [signal.SIGHUP], signal.SIGHUP),
        (TALK, [signal.SIGINT, signal.SIGINT], None),
    ],
)
def test_signals_end_a_session_in_order(wish: Wish, sent: list[signal.Signals], told: int | None) -> None:
    async def mute(connection: ServerConnection) -> None:
        session = {"type": "session.created", "event_id": "e1", "session": {"type": "realtime", "id": "s"}}
        await connection.send(json.dumps(session))
        await connection.wait_closed()

    closes: list[Callable[[], int | None]] = []

    async def note(connection: ServerConnection) -> None:
        closes.append(lambda: connection.close_code)
        await mute(connection)

    async def main() -> Outcome:
        loop = asyncio.get_running_loop()
        async with serve(note, "127.0.0.1", 0) as server:
            for number, one in enumerate(sent):
                loop.call_later(0.3 + 0.1 * number, os.kill, os.getpid(), one)
            opener = WebSocketOpener(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
            return await run(Plan(wish, ABLE, opener, view()[0]))

    outcome = asyncio.run(main())
    assert outcome.signal == told
    assert outcome.exit_code == 0
    assert [close() for close in closes] == [1000]
