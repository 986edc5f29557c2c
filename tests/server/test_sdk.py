"""The official SDK, both its clients, talks with our server over a real socket."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from openai import AsyncOpenAI

from realtime_cli.server.engines.contract import Engines, WantsCall
from realtime_cli.server.listener import serve
from tests.server.desk import LOUD, QUIET
from tests.server.visit import engines

DIALECTS = ["ga", "beta"]
TOOL = {"type": "function", "name": "get_time", "description": "The time.", "parameters": {"type": "object"}}


class Caller:
    """The SDK's connection, with what it received so far."""

    def __init__(self, line: Any, dialect: str) -> None:
        self.line, self.dialect = line, dialect
        self.seen: list[Any] = []

    async def until(self, kind: str) -> Any:
        """The next event of that type; its class must be the SDK's own."""
        async with asyncio.timeout(15):
            while True:
                event = await self.line.recv()
                assert type(event).__module__.startswith("openai.types"), event
                self.seen.append(event)
                if event.type == kind:
                    return event

    async def typed(self, text: str, **response: Any) -> None:
        content = [{"type": "input_text", "text": text}]
        await self.line.conversation.item.create(item={"type": "message", "role": "user", "content": content})
        await self.line.response.create(**({"response": response} if response else {}))

    def text_only(self) -> dict[str, Any]:
        return {"output_modalities": ["text"]} if self.dialect == "ga" else {"modalities": ["text"]}

    def named(self, kind: str) -> str:
        """The dialect's own name of a GA event type."""
        return (
            kind
            if self.dialect == "ga"
            else kind.replace("output_audio", "audio").replace("output_text", "text")
        )


def calling(
    dialect: str,
    parts: Engines,
    script: Callable[[Caller], Awaitable[None]],
    intent: str = "",
    first: str = "session.created",
) -> None:
    async def main() -> None:
        before = asyncio.all_tasks()
        server = await serve(parts)
        base_url = f"ws://127.0.0.1:{server.port}/v1"
        async with AsyncOpenAI(api_key="x", websocket_base_url=base_url) as client:
            api = client.realtime if dialect == "ga" else client.beta.realtime
            query: dict[str, object] = {"intent": intent} if intent else {}
            async with api.connect(model="any", extra_query=query) as line:
                caller = Caller(line, dialect)
                await caller.until(first)
                await script(caller)
        await server.close()
        assert asyncio.all_tasks() == before

    asyncio.run(main())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_text_turn(dialect: str) -> None:
    async def script(caller: Caller) -> None:
        await caller.typed("How many?", **caller.text_only())
        assert (await caller.until(caller.named("response.output_text.done"))).text == "Four of them."
        assert (await caller.until("response.done")).response.status == "completed"

    calling(dialect, engines(["Four of them."]), script)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_audio_turn_with_server_vad_and_transcription(dialect: str) -> None:
    async def script(caller: Caller) -> None:
        vad = {"type": "server_vad", "silence_duration_ms": 300}
        if dialect == "ga":
            audio_in = {"transcription": {"model": "any"}, "turn_detection": vad}
            await caller.line.session.update(session={"type": "realtime", "audio": {"input": audio_in}})
        else:
            flat = {"input_audio_transcription": {"model": "any"}, "turn_detection": vad}
            await caller.line.session.update(session=flat)
        await caller.until("session.updated")
        pcm = LOUD * 600 + QUIET * 500
        for at in range(0, len(pcm), 4800):
            await caller.line.input_audio_buffer.append(audio=base64.b64encode(pcm[at : at + 4800]).decode())
        await caller.until("input_audio_buffer.speech_started")
        await caller.until("input_audio_buffer.speech_stopped")
        await caller.until("input_audio_buffer.committed")
        heard = await caller.until("conversation.item.input_audio_transcription.completed")
        assert heard.transcript == "what time is it"
        await caller.until("response.done")
        deltas = [event for event in caller.seen if event.type == caller.named("response.output_audio.delta")]
        assert sum(len(base64.b64decode(event.delta)) for event in deltas) > 4800

    calling(dialect, engines(["It is noon."], ["what time is it"]), script)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_push_to_talk(dialect: str) -> None:
    async def script(caller: Caller) -> None:
        if dialect == "ga":
            session: dict[str, Any] = {"type": "realtime", "audio": {"input": {"turn_detection": None}}}
        else:
            session = {"turn_detection": None}
        await caller.line.session.update(session=session)
        await caller.until("session.updated")
        await caller.line.input_audio_buffer.clear()
        await caller.until("input_audio_buffer.cleared")
        await caller.line.input_audio_buffer.commit()
        assert (await caller.until("error")).error.code == "input_audio_buffer_commit_empty"
        await caller.line.input_audio_buffer.append(audio=base64.b64encode(LOUD * 500).decode())
        await caller.line.input_audio_buffer.commit()
        await caller.until("input_audio_buffer.committed")
        await caller.line.response.create()
        response = (await caller.until("response.done")).response
        assert response.output[0].content[0].transcript == "It is noon."

    calling(dialect, engines(["It is noon."], ["what time is it"]), script)


def test_a_transcription_session() -> None:
    async def script(caller: Caller) -> None:
        audio_in = {"transcription": {"model": "any", "language": "en"}}
        await caller.line.session.update(session={"type": "transcription", "audio": {"input": audio_in}})
        assert (await caller.until("session.updated")).session.type == "transcription"
        pcm = LOUD * 600 + QUIET * 900
        await caller.line.input_audio_buffer.append(audio=base64.b64encode(pcm).decode())
        heard = await caller.until("conversation.item.input_audio_transcription.completed")
        assert heard.transcript == "what time is it"
        assert any(event.type.endswith("transcription.delta") for event in caller.seen)
        await caller.line.response.create()
        assert "transcription session" in (await caller.until("error")).error.message

    calling("ga", engines([], ["what time is it"]), script)


def test_a_transcription_session_in_beta_by_its_intent_and_its_own_update() -> None:
    async def script(caller: Caller) -> None:
        flat = {
            "input_audio_format": "pcm16",
            "input_audio_transcription": {"model": "any", "language": "en"},
            "turn_detection": {"type": "server_vad", "silence_duration_ms": 300},
        }
        await caller.line.transcription_session.update(session=flat)
        session = (await caller.until("transcription_session.updated")).session
        assert session.input_audio_format == "pcm16"
        assert session.input_audio_transcription.language == "en"
        assert session.turn_detection.silence_duration_ms == 300
        pcm = LOUD * 600 + QUIET * 900
        await caller.line.input_audio_buffer.append(audio=base64.b64encode(pcm).decode())
        heard = await caller.until("conversation.item.input_audio_transcription.completed")
        assert heard.transcript == "what time is it"
        await caller.line.response.create(event_id="no")
        error = (await caller.until("error")).error
        assert "transcription session" in error.message
        assert error.event_id == "no"
        assert not any(event.type.startswith("response.") for event in caller.seen)

    parts = engines([], ["what time is it"])
    calling("beta", parts, script, "transcription", "transcription_session.created")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_function_call(dialect: str) -> None:
    async def script(caller: Caller) -> None:
        kind = {"type": "realtime"} if dialect == "ga" else {}
        await caller.line.session.update(session={**kind, "tools": [TOOL]})
        await caller.until("session.updated")
        await caller.typed("What time is it?", **caller.text_only())
        call = (await caller.until("response.output_item.done")).item
        assert (call.name, call.arguments) == ("get_time", '{"zone":"utc"}')
        await caller.until("response.done")
        output = {"type": "function_call_output", "call_id": call.call_id, "output": "12:00"}
        await caller.line.conversation.item.create(item=output)
        await caller.line.response.create(response=caller.text_only())
        assert (await caller.until(caller.named("response.output_text.done"))).text == "Noon."

    calling(dialect, engines([WantsCall("get_time", '{"zone":"utc"}'), "Noon."]), script)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_truncate_retrieve_and_delete(dialect: str) -> None:
    async def script(caller: Caller) -> None:
        await caller.typed("Hi")
        item = (await caller.until("response.done")).response.output[0]
        await caller.line.conversation.item.truncate(item_id=item.id, content_index=0, audio_end_ms=100)
        await caller.until("conversation.item.truncated")
        await caller.line.conversation.item.retrieve(item_id=item.id)
        await caller.until("conversation.item.retrieved")
        await caller.line.conversation.item.delete(item_id=item.id)
        await caller.until("conversation.item.deleted")
        await caller.line.conversation.item.delete(item_id=item.id, event_id="again")
        error = (await caller.until("error")).error
        assert (error.code, error.event_id) == ("item_delete_invalid_item_id", "again")

    calling(dialect, engines(["Hello to you."]), script)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_cancel_and_out_of_band(dialect: str) -> None:
    async def script(caller: Caller) -> None:
        await caller.line.response.cancel(event_id="early")
        assert (await caller.until("error")).error.code == "response_cancel_not_active"
        await caller.typed("Tell me a story")
        await caller.until("response.created")
        await caller.line.response.cancel()
        assert (await caller.until("response.done")).response.status in ("cancelled", "completed")
        aside = {"conversation": "none", "metadata": {"topic": "sum"}, "input": [], **caller.text_only()}
        await caller.line.response.create(response=aside)
        done = (await caller.until("response.done")).response
        assert (done.conversation_id, dict(done.metadata)) == (None, {"topic": "sum"})

    calling(dialect, engines(["word " * 3000, "Aside."]), script)


def test_a_wrong_setting_is_refused_with_its_place() -> None:
    async def script(caller: Caller) -> None:
        await caller.line.session.update(session={"type": "realtime", "temperature": 0.8}, event_id="u1")
        error = (await caller.until("error")).error
        assert (error.code, error.param, error.event_id) == ("unknown_parameter", "session.temperature", "u1")

    calling("ga", engines(), script)


def test_beta_reads_its_own_name_of_a_wrong_setting() -> None:
    async def script(caller: Caller) -> None:
        await caller.typed("Hi")
        await caller.until("response.done")
        await caller.line.session.update(session={"voice": "ash"})
        error = (await caller.until("error")).error
        assert (error.code, error.param) == ("cannot_update_voice", "session.voice")

    calling("beta", engines(["Hello."]), script)
