"""Every way a line can fail: nothing that was said is lost, nothing is said twice."""

from __future__ import annotations

import array
import asyncio
import base64
import http
import math
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from realtime_cli import protocol as p
from realtime_cli.server.engines.catalog import EngineChoice
from realtime_cli.session.facts import MicHeard, PromptTyped
from realtime_cli.session.state import CallStatus, ConnectionState, Phase, TurnMode
from realtime_cli.session.wish import Wish
from realtime_cli.tools.python_functions import tool_from
from realtime_cli.tools.toolbox import Toolbox
from realtime_cli.transport import websocket
from tests.faults.visit import TEXT, Visit, visit

Scene = Callable[[Visit], Coroutine[Any, Any, None]]


def played(
    folder: Path,
    scene: Scene,
    wish: Wish | None = None,
    toolbox: Toolbox | None = None,
    engines: EngineChoice | None = None,
) -> None:
    async def main() -> None:
        async with visit(folder, wish, toolbox, engines) as there:
            await scene(there)

    asyncio.run(main())


async def two_turns(there: Visit) -> None:
    await there.ready()
    await there.ask("alpha one")
    await there.ask("beta two")


def test_a_drop_between_turns_loses_nothing(tmp_path: Path) -> None:
    async def scene(there: Visit) -> None:
        await two_turns(there)
        there.proxy.cut()
        await there.ready(2)
        await there.ask("gamma three")
        assert there.proxy.lines[-1].told()[:4] == there.lines()[:4]
        assert len(there.proxy.lines[-1].told()) == 5
        await there.ends_whole("alpha one", "beta two", "gamma three")

    played(tmp_path, scene)


def test_a_drop_in_the_middle_of_an_answer_keeps_its_beginning_and_no_second_one_comes(
    tmp_path: Path,
) -> None:
    async def scene(there: Visit) -> None:
        await two_turns(there)
        there.proxy.once("down", "response.output_text.delta", there.proxy.cut, after=2)
        there.post(PromptTyped("gamma three four five six seven"))
        await there.ready(2)
        there.proxy.on_event = lambda *_: None
        await there.ask("delta")
        await there.ends_whole("alpha one", "beta two", "gamma three four five six seven", "delta")
        users = [item for item in there.kept() if item.role == "user"]
        answers = [item for item in there.kept() if item.role == "assistant"]
        assert (len(users), len(answers)) == (4, 4)
        assert answers[2].status == "interrupted"

    played(tmp_path, scene)


def test_a_drop_before_the_answer_begins_is_answered_once_by_the_next_session(tmp_path: Path) -> None:
    async def scene(there: Visit) -> None:
        await two_turns(there)
        there.proxy.once("up", "response.create", there.proxy.cut)
        await there.ask("gamma three")
        await there.ends_whole("alpha one", "beta two", "gamma three")
        assert there.answers() == 3
        assert there.proxy.lines[-1].types("up").count("response.create") == 1

    played(tmp_path, scene)


def test_a_drop_in_the_middle_of_a_call_brings_its_result_to_the_next_session(tmp_path: Path) -> None:
    release = threading.Event()

    def get_time(zone: str = "local") -> str:
        """Tells the time of day.

        Args:
            zone: Name of a time zone.
        """
        release.wait(20)
        return "ten past nine"

    toolbox = Toolbox([tool_from(get_time, "get_time", source="test")])
    wish = Wish(
        config=p.SessionConfig(output_modalities=("text",), tools=tuple(toolbox.definitions())),
        turn_mode=TurnMode.TYPED,
    )

    async def scene(there: Visit) -> None:
        await there.ready()
        there.post(PromptTyped("what time is it"))
        await there.until(lambda _: any(call.status is CallStatus.RUNNING for call in there.calls()))
        there.proxy.cut()
        await there.ready(2)
        release.set()
        await there.until(lambda _: there.answers() > 0)
        await there.ends_whole("what time is it")
        kinds = [item["type"] for item in there.proxy.lines[-1].created()]
        assert kinds.count("function_call") == 1
        assert kinds.count("function_call_output") == 1
        assert kinds.index("function_call") < kinds.index("function_call_output")
        (call,) = [item for item in there.kept() if item.kind == "call"]
        assert (call.output, call.status) == ("ten past nine", "done")
        assert [entry.output for entry in there.calls()] == ["ten past nine"]

    played(tmp_path, scene, wish, toolbox)


def test_handshakes_that_fail_are_tried_again_within_the_budget(tmp_path: Path) -> None:
    async def scene(there: Visit) -> None:
        await two_turns(there)
        there.proxy.vanish = 1
        there.proxy.refuse, there.proxy.refusals = http.HTTPStatus.SERVICE_UNAVAILABLE, 1
        there.proxy.cut()
        await there.ready(2)
        assert there.proxy.attempts >= 3
        await there.ends_whole("alpha one", "beta two")

    played(tmp_path, scene)


def test_the_view_says_that_the_line_is_lost_and_then_that_it_is_back(tmp_path: Path) -> None:
    async def scene(there: Visit) -> None:
        await there.ready()
        await there.ask("alpha one")
        there.proxy.refuse = http.HTTPStatus.SERVICE_UNAVAILABLE
        there.proxy.cut()
        await there.until(lambda state: state.phase is Phase.RECONNECTING)
        assert there.state.retry_at_s is not None
        there.proxy.refuse = None
        await there.ready(2)
        await there.until(lambda _: "Connected again." in there.notices())
        await there.ends_whole("alpha one")

    played(tmp_path, scene)


def test_a_wrong_key_after_a_reconnection_ends_at_once_with_the_reason(tmp_path: Path) -> None:
    async def scene(there: Visit) -> None:
        await two_turns(there)
        there.proxy.refuse = http.HTTPStatus.UNAUTHORIZED
        there.proxy.cut()
        assert there.task is not None
        async with asyncio.timeout(20):
            outcome = await there.task
        assert outcome.exit_code == 77
        assert there.proxy.attempts == 2
        await there.ends_whole("alpha one", "beta two")

    played(tmp_path, scene)


def test_a_storm_of_resets_ends_when_the_budget_is_used_up(tmp_path: Path) -> None:
    async def scene(there: Visit) -> None:
        await two_turns(there)
        there.proxy.on_event = lambda line, way, event: (
            line.client.transport.abort() if event["type"] == "session.updated" else None
        )
        there.proxy.cut()
        assert there.task is not None
        async with asyncio.timeout(30):
            outcome = await there.task
        assert outcome.exit_code == 69
        assert len(there.proxy.lines) == 4  # the first, and three tries
        await there.ends_whole("alpha one", "beta two")

    wish = Wish(config=TEXT, turn_mode=TurnMode.TYPED, max_retries=3)
    played(tmp_path, scene, wish)


@pytest.mark.parametrize("code", [1001, 1011, 1012, 1013])
def test_sessions_that_expire_and_servers_that_restart_are_left_for_new_ones(
    tmp_path: Path, code: int
) -> None:
    async def scene(there: Visit) -> None:
        await two_turns(there)
        await there.proxy.close(code, "Your session hit the maximum duration of 60 minutes.")
        await there.ready(2)
        await there.ask("gamma three")
        await there.ends_whole("alpha one", "beta two", "gamma three")
        assert there.proxy.lines[-1].told() == there.lines()[:5]

    played(tmp_path, scene)


def test_a_fatal_code_ends_at_once(tmp_path: Path) -> None:
    async def scene(there: Visit) -> None:
        await two_turns(there)
        await there.proxy.close(4000, "invalid_request_error.insufficient_quota")
        assert there.task is not None
        async with asyncio.timeout(20):
            outcome = await there.task
        assert outcome.exit_code == 76
        assert "insufficient_quota" in outcome.message
        assert len(there.proxy.lines) == 1
        await there.ends_whole("alpha one", "beta two")

    played(tmp_path, scene)


def test_a_half_open_line_is_noticed_and_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "PING_S", 0.5)

    async def scene(there: Visit) -> None:
        await two_turns(there)
        there.proxy.stall()
        there.post(PromptTyped("gamma three"))
        await there.ready(2)
        await there.until(lambda _: there.answers() == 3)
        await there.ends_whole("alpha one", "beta two", "gamma three")
        assert there.proxy.lines[-1].told().count("gamma three") == 1

    played(tmp_path, scene)


def test_what_is_typed_without_a_line_is_said_when_there_is_one(tmp_path: Path) -> None:
    async def scene(there: Visit) -> None:
        await two_turns(there)
        there.proxy.refuse = http.HTTPStatus.SERVICE_UNAVAILABLE
        there.proxy.cut()
        await there.until(lambda state: state.phase is Phase.RECONNECTING)
        there.post(PromptTyped("gamma three"))
        there.proxy.refuse = None
        await there.until(lambda _: there.answers() == 3)
        await there.ends_whole("alpha one", "beta two", "gamma three")

    played(tmp_path, scene)


TONE = array.array("h", (int(12_000 * math.sin(i / 6)) for i in range(480))).tobytes()
EARS = EngineChoice(
    ears="scripted",
    mouth="tone",
    brain="echo",
    vad="energy",
    transcripts=("alpha one", "beta two", "gamma three"),
)
SPOKEN = Wish(
    config=p.SessionConfig(
        output_modalities=("text",),
        audio=p.AudioConfig(
            input=p.AudioInput(
                turn_detection=p.ServerVad(silence_duration_ms=300), transcription=p.Transcription()
            )
        ),
    ),
    turn_mode=TurnMode.SERVER_VAD,
)


async def speak(there: Visit, blocks: int, pcm: bytes) -> None:
    for _ in range(blocks):
        there.post(MicHeard(pcm, -10.0 if any(pcm) else -90.0))
        await asyncio.sleep(0.002)


async def say(there: Visit) -> None:
    """A whole turn, and its answer."""
    answers = there.answers()
    await speak(there, 60, TONE)
    await speak(there, 60, bytes(960))
    await there.until(lambda _: there.answers() > answers)


def loud_blocks(there: Visit) -> int:
    """Blocks of speech that the newest session was sent through its audio buffer."""
    sent = [e for way, e in there.proxy.lines[-1].said if e["type"] == "input_audio_buffer.append"]
    pcm = b"".join(base64.b64decode(e["audio"]) for e in sent)
    return sum(any(pcm[at : at + 960]) for at in range(0, len(pcm), 960))


def test_a_drop_in_the_middle_of_an_utterance_says_it_whole_to_the_next_session(tmp_path: Path) -> None:
    async def scene(there: Visit) -> None:
        await there.ready()
        await say(there)
        await speak(there, 60, TONE)
        await there.until(lambda state: state.phase is Phase.HEARING)
        there.proxy.cut()
        await speak(there, 20, TONE)  # meanwhile
        await there.ready(2)
        await speak(there, 60, bytes(960))
        await there.until(lambda _: there.answers() == 2)
        assert loud_blocks(there) >= 80  # all 60 + 20 blocks of speech
        await there.ends_whole("alpha one", "beta two")

    played(tmp_path, scene, SPOKEN, engines=EARS)


def test_a_turn_that_was_taken_and_not_written_down_is_said_again_and_answered_once(tmp_path: Path) -> None:
    async def scene(there: Visit) -> None:
        await there.ready()
        await say(there)
        there.proxy.once("down", "conversation.item.input_audio_transcription.completed", there.proxy.cut)
        await speak(there, 60, TONE)
        await speak(there, 60, bytes(960))
        await there.ready(2)
        await there.until(lambda _: there.answers() == 2)
        assert loud_blocks(there) >= 60
        assert there.proxy.lines[-1].types("down").count("response.created") == 1
        await there.ends_whole(
            "alpha one", "gamma three"
        )  # what the ears of the lost session heard nobody read

    played(tmp_path, scene, SPOKEN, engines=EARS)


def test_a_server_that_restarts_is_told_everything(tmp_path: Path) -> None:
    async def scene(there: Visit) -> None:
        await two_turns(there)
        await there.restart_server()
        await there.ready(2)
        await there.ask("gamma three")
        await there.ends_whole("alpha one", "beta two", "gamma three")

    played(tmp_path, scene)


@pytest.mark.parametrize("kind", ["session.created", "session.updated"])
def test_a_line_that_breaks_while_the_session_is_agreed_on_loses_nothing(tmp_path: Path, kind: str) -> None:
    async def scene(there: Visit) -> None:
        await two_turns(there)
        there.proxy.once("down", kind, there.proxy.cut)
        there.proxy.cut()
        await there.ready(3)
        await there.ask("gamma three")
        await there.ends_whole("alpha one", "beta two", "gamma three")

    played(tmp_path, scene)


def test_a_stall_of_the_server_alone_loses_nothing(tmp_path: Path) -> None:
    async def scene(there: Visit) -> None:
        await two_turns(there)
        gate = asyncio.get_running_loop().time() + 1.0
        assert there.state.connection is ConnectionState.READY
        there.proxy.lines[-1].client.transport.pause_reading()
        there.post(PromptTyped("gamma three"))
        await asyncio.sleep(max(0.0, gate - asyncio.get_running_loop().time()))
        there.proxy.lines[-1].client.transport.resume_reading()
        await there.until(lambda _: there.answers() == 3)
        assert len(there.proxy.lines) == 1
        await there.ends_whole("alpha one", "beta two", "gamma three")

    played(tmp_path, scene)
