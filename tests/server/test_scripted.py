"""Scenarios, played word for word."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.errors import InputError
from realtime_cli.server.link import LinkClosed, MemoryLink
from realtime_cli.server.scripted import (
    EndLine,
    Expect,
    Expire,
    SaySplit,
    SayText,
    ScenarioBroken,
    ScriptedServer,
    Step,
    Wait,
    load_scenario,
    read_scenario,
)
from realtime_cli.server.splitting import split_delta
from tests.support.oracle import accepts_server


def played(steps: list[Step], client: Callable[[MemoryLink], Awaitable[None]]) -> ScriptedServer:
    """Run a scenario against a client's script; both end."""

    async def main() -> ScriptedServer:
        near, far = MemoryLink.pair()
        server = ScriptedServer(steps)
        async with asyncio.timeout(10):
            playing = asyncio.create_task(server.attend(far))
            await client(near)
            await near.close()
            await playing
        return server

    return asyncio.run(main())


def test_it_says_what_is_written_waits_for_the_client_and_knows_what_it_said() -> None:
    steps: list[Step] = [
        SayText({"type": "session.created", "session": {"type": "realtime"}}),
        SayText("{broken"),
        Expect("response.create"),
        Wait(1),
        SayText(
            {
                "type": "error",
                "error": {"event_id": "$event_id", "param": "$response.metadata.k", "code": "$$x"},
            }
        ),
    ]

    async def client(link: MemoryLink) -> None:
        assert json.loads(await link.receive())["type"] == "session.created"
        assert await link.receive() == "{broken"
        await link.send('{"type": "input_audio_buffer.clear"}')
        await link.send(
            '{"type": "response.create", "event_id": "mine", "response": {"metadata": {"k": "v"}}}'
        )
        error = json.loads(await link.receive())["error"]
        assert error == {"event_id": "mine", "param": "v", "code": "$x"}

    server = played(steps, client)
    assert [event["type"] for event in server.heard] == ["input_audio_buffer.clear", "response.create"]


def test_the_end_of_a_sessions_time() -> None:
    async def client(link: MemoryLink) -> None:
        assert json.loads(await link.receive())["error"]["code"] == "session_expired"
        with pytest.raises(LinkClosed) as closed:
            await link.receive()
        assert closed.value.code == 1001
        assert "maximum duration" in closed.value.reason

    played([Expire()], client)


@pytest.mark.parametrize(("step", "code"), [(EndLine(1011, "oops"), 1011), (EndLine(None), None)])
def test_the_line_can_be_ended_politely_or_not(step: Step, code: int | None) -> None:
    async def client(link: MemoryLink) -> None:
        with pytest.raises(LinkClosed) as closed:
            await link.receive()
        assert closed.value.code == code

    played([step], client)


def test_a_client_that_does_not_play_along_breaks_the_scenario() -> None:
    async def silent(link: MemoryLink) -> None:
        await asyncio.sleep(0.05)

    with pytest.raises(ScenarioBroken, match="step 1"):
        played([Expect("response.create", within_ms=1)], silent)

    async def leaving(link: MemoryLink) -> None:
        await link.close()

    with pytest.raises(ScenarioBroken, match="the client left"):
        played([Expect("response.create")], leaving)


@given(st.binary(max_size=50), st.integers(1, 7))
def test_split_audio_adds_up(audio: bytes, into: int) -> None:
    event = {"type": "response.output_audio.delta", "delta": base64.b64encode(audio).decode()}
    pieces = split_delta(event, into)
    assert len(pieces) <= into
    assert b"".join(base64.b64decode(piece["delta"]) for piece in pieces) == audio


def test_split_text_adds_up_and_keeps_the_rest() -> None:
    pieces = split_delta({"type": "response.output_text.delta", "item_id": "i", "delta": "abcde"}, 2)
    assert [(piece["delta"], piece["item_id"]) for piece in pieces] == [("abc", "i"), ("de", "i")]


def test_a_split_event_arrives_in_pieces_and_nonsense_from_the_client_is_kept_as_nothing() -> None:
    async def client(link: MemoryLink) -> None:
        await link.send("nonsense")
        await link.send('{"type": "go"}')
        assert [json.loads(await link.receive())["delta"] for _ in range(2)] == ["ab", "c"]

    server = played([Expect("go"), SaySplit({"type": "t", "delta": "abc", "list": ["$type"]}, 2)], client)
    assert server.heard == [{}, {"type": "go"}]


def test_a_scenario_file_has_every_kind_of_step(tmp_path: Path) -> None:
    path = tmp_path / "scenario.json"
    raw = [
        {"say": {"type": "x"}},
        {"say": "text"},
        {"split": {"type": "y", "delta": "z"}, "into": 2},
        {"expect": "response.create"},
        {"expect": "response.create", "within_ms": 5},
        {"wait_ms": 7},
        {"close": 4000, "reason": "why"},
        {"drop": True},
        {"expire": True},
    ]
    path.write_text(json.dumps({"steps": raw}))
    assert load_scenario(path) == (
        SayText({"type": "x"}),
        SayText("text"),
        SaySplit({"type": "y", "delta": "z"}, 2),
        Expect("response.create"),
        Expect("response.create", 5),
        Wait(7),
        EndLine(4000, "why"),
        EndLine(None),
        Expire(),
    )


@pytest.mark.parametrize(
    "step",
    [
        {"shout": 1},
        {"say": 1},
        {"wait_ms": -1},
        {"wait_ms": True},
        {"close": 99},
        {"drop": False},
        {"say": "x", "into": 2},
        {"split": {}, "into": 0},
        {"expect": "x", "within": 1},
        "say",
    ],
)
def test_a_wrong_step_is_named(step: object) -> None:
    with pytest.raises(InputError, match="step 2"):
        read_scenario(json.dumps({"steps": [{"drop": True}, step]}))


def test_a_file_that_is_no_scenario_is_an_input_error(tmp_path: Path) -> None:
    for text in ("{", "[]", '{"steps": 1}'):
        with pytest.raises(InputError):
            read_scenario(text)
    with pytest.raises(InputError, match=r"missing\.json"):
        load_scenario(tmp_path / "missing.json")


def test_short_steps_are_whole_answers_that_strict_clients_take() -> None:
    raw = [
        {"greet": True},
        {"answer": "$5 it is, and so on.", "pieces": 3, "audio_ms": 100, "pause_ms": 1},
        {"answer": "Text only.", "status": "incomplete", "reason": "max_output_tokens"},
        {"call": "get_time", "arguments": {"zone": "UTC"}},
        {"heard": "item_u"},
        {"transcript": "what time is it", "of": "item_u"},
        {"error": "invalid_value", "message": "No.", "param": "x", "event_id": None},
    ]
    seen: list[dict[str, Any]] = []

    async def client(link: MemoryLink) -> None:
        while not seen or seen[-1]["type"] != "error":
            text = await link.receive()
            assert accepts_server(text, "ga") is None, text[:300]
            seen.append(json.loads(text))

    played(list(read_scenario(json.dumps({"steps": raw}))), client)
    deltas = [event for event in seen if event["type"] == "response.output_audio_transcript.delta"]
    assert "".join(event["delta"] for event in deltas) == "$5 it is, and so on."
    sound = [event for event in seen if event["type"] == "response.output_audio.delta"]
    assert sum(len(base64.b64decode(event["delta"])) for event in sound) == 4800
    done = [event["response"]["status"] for event in seen if event["type"] == "response.done"]
    assert done == ["completed", "incomplete", "completed"]


@pytest.mark.parametrize(
    "step",
    [
        {"answer": 1},
        {"answer": "x", "pieces": 0},
        {"answer": "x", "audio_ms": 10**9},
        {"answer": "x", "colour": "red"},
        {"call": "x", "arguments": []},
        {"transcript": "x", "of": 1},
        {"answer": "x", "pause_ms": True},
    ],
)
def test_a_wrong_short_step_is_named(step: object) -> None:
    with pytest.raises(InputError, match="step 1"):
        read_scenario(json.dumps({"steps": [step]}))
