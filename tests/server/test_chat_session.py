"""Whole server sessions whose brain is a chat endpoint: spoken while it streams, stopped with its stream."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable

from realtime_cli.server.engines.chat_brain import ChatBrain
from realtime_cli.server.engines.contract import Engines
from realtime_cli.server.engines.endpoint import Endpoint
from realtime_cli.server.engines.scripted_ears import ScriptedEars
from realtime_cli.server.engines.tone_mouth import ToneMouth
from realtime_cli.server.listener import connect_in_memory
from tests.server.desk import LOUD, QUIET, loud_is_speech
from tests.server.engines.fake_chat import FakeChat, fake_chat
from tests.server.visit import Visit

TEXT = {"output_modalities": ["text"]}
TOOL = {"type": "function", "name": "get_time", "description": "The time.", "parameters": {"type": "object"}}


def chatting(
    model: str, script: Callable[[Visit, FakeChat], Awaitable[None]], silence_limit_s: float = 10.0
) -> None:
    """A session with the fake endpoint's model; no task is left behind."""

    async def main() -> None:
        async with asyncio.timeout(20), fake_chat() as chat:
            brain = ChatBrain(Endpoint(chat.url, model), silence_limit_s)
            parts = Engines(ScriptedEars(["hello there"]), ToneMouth(), brain, lambda: loud_is_speech)
            visit = Visit(connect_in_memory(parts))
            await visit.until("session.created")
            await script(visit, chat)
            await visit.link.aclose()
            await brain.stop()

    asyncio.run(main())


def test_the_first_clause_is_spoken_before_the_last_word_is_thought() -> None:
    async def script(visit: Visit, chat: FakeChat) -> None:
        chat.scripts["slow"] = (*chat.scripts["slow"][:1], 0.3, *chat.scripts["slow"][2:])
        await visit.typed("hello")
        done = await visit.until("response.done")
        assert done["response"]["output"][0]["content"][0]["transcript"] == "One. Two. Three."
        kinds = visit.kinds()
        last_words = len(kinds) - kinds[::-1].index("response.output_audio_transcript.delta")
        assert kinds.index("response.output_audio.delta") < last_words
        assert [m["role"] for m in chat.asked[0]["messages"]] == ["system", "user"]

    chatting("slow", script)


def test_a_spoken_question_with_a_call_its_output_and_the_answer() -> None:
    async def script(visit: Visit, chat: FakeChat) -> None:
        await visit.say("session.update", session={"type": "realtime", "tools": [TOOL]})
        audio = LOUD * 400 + QUIET * 700
        await visit.say("input_audio_buffer.append", audio=base64.b64encode(audio).decode())
        done = await visit.until("response.done")
        call = next(item for item in done["response"]["output"] if item["type"] == "function_call")
        assert (call["name"], call["arguments"]) == ("get_time", '{"zone":"UTC"}')
        output = {"type": "function_call_output", "call_id": call["call_id"], "output": "noon"}
        await visit.say("conversation.item.create", item=output)
        await visit.say("response.create", response={"tool_choice": "none", **TEXT})
        await visit.until("response.done")
        roles = [message["role"] for message in chat.asked[1]["messages"]]
        assert roles == ["system", "user", "assistant", "assistant", "tool"]
        assert chat.asked[1]["messages"][1]["content"] == "hello there"
        assert chat.asked[1]["messages"][-1]["content"] == "noon"
        assert "tools" not in chat.asked[1]

    chatting("llama.cpp", script)


def test_the_usage_of_a_response_is_what_the_endpoint_counted_and_an_estimate_where_it_does_not() -> None:
    async def script(visit: Visit, chat: FakeChat) -> None:
        for modality in ("audio", "text"):
            await visit.say("response.create", response={"output_modalities": [modality]})
            usage = (await visit.until("response.done"))["response"]["usage"]
            assert (usage["input_tokens"], usage["output_tokens"], usage["total_tokens"]) == (1, 2, 3), (
                modality
            )
            assert usage["input_token_details"]["text_tokens"] == 1
            assert usage["output_token_details"] == {"text_tokens": 2, "audio_tokens": 0}
        chat.scripts["ollama"] = chat.scripts["no-done"]
        await visit.typed("hello")
        usage = (await visit.until("response.done"))["response"]["usage"]
        assert usage["output_token_details"]["audio_tokens"] > 2

    chatting("ollama", script)


def test_cancel_closes_the_stream_and_the_session_goes_on() -> None:
    async def script(visit: Visit, chat: FakeChat) -> None:
        await visit.typed("talk")
        await visit.until("response.output_audio.delta")
        await visit.say("response.cancel")
        done = await visit.until("response.done")
        assert done["response"]["status_details"]["reason"] == "client_cancelled"
        await chat.left.wait()
        await visit.say("response.create", response={**TEXT, "conversation": "none", "max_output_tokens": 5})
        done = await visit.until("response.done")
        assert done["response"]["status"] == "incomplete"

    chatting("endless", script)


def test_a_failing_model_is_a_failed_response_and_nothing_worse() -> None:
    async def script(visit: Visit, chat: FakeChat) -> None:
        for _ in range(2):
            await visit.typed("hello")
            response = (await visit.until("response.done"))["response"]
            assert response["status"] == "failed"
            assert "broke off" in response["status_details"]["error"]["message"]

    chatting("dies", script)


def test_a_model_that_hangs_is_given_up() -> None:
    async def script(visit: Visit, chat: FakeChat) -> None:
        await visit.typed("hello")
        response = (await visit.until("response.done"))["response"]
        assert "silent for 0.3 s" in response["status_details"]["error"]["message"]

    chatting("hangs", script, silence_limit_s=0.3)


def test_out_of_band_responses_stream_beside_the_conversation() -> None:
    async def script(visit: Visit, chat: FakeChat) -> None:
        await visit.typed("hello")
        for topic in ("a", "b"):
            await visit.say(
                "response.create",
                response={
                    **TEXT,
                    "conversation": "none",
                    "instructions": "Sum up.",
                    "metadata": {"t": topic},
                },
            )
        done = [(await visit.until("response.done"))["response"] for _ in range(3)]
        assert sorted((d["metadata"] or {}).get("t", "-") for d in done) == ["-", "a", "b"]
        assert all(d["status"] == "completed" for d in done)
        assert len(chat.asked) == 3

    chatting("slow", script)
