"""The chat brain against an endpoint that streams, and fails, as the known services do. Real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_cli.errors import ConfigError
from realtime_cli.server.engines.chat_brain import ChatBrain
from realtime_cli.server.engines.chat_messages import SPOKEN_NOTE, UNHEARD, messages
from realtime_cli.server.engines.chat_stream import Aloud, ChatStream
from realtime_cli.server.engines.contract import (
    CutShort,
    EngineFailed,
    PastCall,
    Question,
    Thought,
    ToolOffer,
    Used,
    Utterer,
    WantsCall,
    Words,
)
from realtime_cli.server.engines.endpoint import Endpoint, endpoint
from tests.server.engines.fake_chat import FakeChat, call_piece, delta, fake_chat

HELLO = Question("Be kind.", (Utterer("user", "hello"),))
TOOLS = (ToolOffer("get_time", "The time.", {"type": "object"}), ToolOffer("roll", "Roll.", {}))


def with_chat(script: Callable[[FakeChat], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(20), fake_chat() as chat:
            await script(chat)

    asyncio.run(main())


async def answers(
    chat: FakeChat, model: str, question: Question = HELLO, silence_limit_s: float = 10.0
) -> list[Thought]:
    brain = ChatBrain(Endpoint(chat.url, model), silence_limit_s)
    try:
        return [thought async for thought in brain.answer(question)]
    finally:
        await brain.stop()


def text(thoughts: list[Thought]) -> str:
    return "".join(thought.text for thought in thoughts if isinstance(thought, Words))


def test_words_come_as_ollama_streams_them_and_reasoning_is_never_said() -> None:
    async def script(chat: FakeChat) -> None:
        thoughts = await answers(chat, "ollama")
        assert [t.text for t in thoughts if isinstance(t, Words)] == ["Hello ", "there. ", "How are you?"]
        assert chat.asked[0]["stream"] is True
        assert chat.asked[0]["messages"][0]["content"] == f"Be kind.\n\n{SPOKEN_NOTE}"

    with_chat(script)


def test_calls_come_whole_from_ollama_and_in_fragments_from_llama_cpp() -> None:
    async def script(chat: FakeChat) -> None:
        question = Question("", HELLO.history, TOOLS)
        wanted = [WantsCall("get_time", '{"zone":"UTC"}'), WantsCall("roll", "{}")]
        assert await answers(chat, "ollama-call", question) == wanted
        thoughts = await answers(chat, "llama.cpp", question)
        assert text(thoughts) == "I will look."
        assert thoughts[-3:] == [*wanted, Used(1, 2)]
        assert [tool["function"]["name"] for tool in chat.asked[1]["tools"]] == ["get_time", "roll"]

    with_chat(script)


def test_the_count_of_tokens_is_asked_for_and_passed_on_and_nonsense_in_it_is_not() -> None:
    async def script(chat: FakeChat) -> None:
        odd: tuple[object, ...] = (
            {"prompt_tokens": -1, "completion_tokens": 2},
            {"prompt_tokens": True},
            [],
            None,
            7,
        )
        told = {"prompt_tokens": 30, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 10}}
        chat.scripts["counts"] = (
            delta("Yes.", finish="stop"),
            {"choices": [], "usage": told},
            *({"choices": [], "usage": usage} for usage in odd),
            "data: [DONE]",
        )
        assert await answers(chat, "counts") == [Words("Yes."), Used(30, 4, 10)]
        assert chat.asked[0]["stream_options"] == {"include_usage": True}

    with_chat(script)


def test_a_service_that_does_not_know_the_wish_for_a_count_is_asked_without_it() -> None:
    async def script(chat: FakeChat) -> None:
        brain = ChatBrain(Endpoint(chat.url, "strict"))
        for _ in range(2):
            thoughts = [thought async for thought in brain.answer(HELLO)]
            assert thoughts == [Words("Fine.")]
        await brain.stop()
        assert ["stream_options" in asked for asked in chat.asked] == [True, False, False]

    with_chat(script)


def test_a_stream_may_end_without_its_last_word_if_it_gave_a_reason() -> None:
    async def script(chat: FakeChat) -> None:
        assert text(await answers(chat, "no-done")) == "Fine."

    with_chat(script)


def test_thoughts_between_tags_are_left_out_wherever_they_are_cut() -> None:
    async def script(chat: FakeChat) -> None:
        assert text(await answers(chat, "thinks")) == "Aloud 1 <th 2"

    with_chat(script)


def test_an_answer_cut_by_its_limit_says_so() -> None:
    async def script(chat: FakeChat) -> None:
        question = Question("", HELLO.history, max_output_tokens=7)
        assert await answers(chat, "length", question) == [Words("And then"), CutShort("max_output_tokens")]
        assert chat.asked[0]["max_tokens"] == 7

    with_chat(script)


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ("dies", "broke off"),
        ("ends", "broke off"),
        ("bad-json", "no JSON"),
        ("no-object", "no JSON object"),
        ("error-inside", "out of memory"),
        ("refuses", r"refused \(404\): model \[31mnot found"),
        ("hangs", "silent for 0.2 s"),
        ("hangs-at-once", "silent for 0.2 s"),
    ],
)
def test_every_failure_is_one_line_for_the_user(model: str, why: str) -> None:
    async def script(chat: FakeChat) -> None:
        with pytest.raises(EngineFailed, match=why) as caught:
            await answers(chat, model, silence_limit_s=0.2 if "hangs" in model else 10.0)
        assert str(caught.value).isprintable()

    with_chat(script)


def test_an_endpoint_that_is_not_there_is_named() -> None:
    async def main() -> None:
        brain = ChatBrain(Endpoint("http://127.0.0.1:9/v1", "any"))
        with pytest.raises(EngineFailed, match=r"127\.0\.0\.1:9 cannot be reached"):
            async for _ in brain.answer(HELLO):
                pass
        await brain.stop()

    asyncio.run(main())


def test_leaving_an_answer_closes_the_stream_so_that_the_model_stops() -> None:
    async def script(chat: FakeChat) -> None:
        brain = ChatBrain(Endpoint(chat.url, "endless"))
        async with aclosing(brain.answer(HELLO)) as thoughts:  # type: ignore[type-var]
            async for _ in thoughts:
                break
        await chat.left.wait()
        assert chat.hung_up == 1
        await brain.stop()

    with_chat(script)


def test_without_a_name_the_first_model_listed_is_taken() -> None:
    async def script(chat: FakeChat) -> None:
        assert text(await answers(chat, "")).startswith("Hello")
        assert chat.asked[0]["model"] == "ollama"

    with_chat(script)


def test_the_key_is_sent_and_never_shown() -> None:
    async def script(chat: FakeChat) -> None:
        at = Endpoint(chat.url, "refuses", "sk-very-secret")
        brain = ChatBrain(at)
        with pytest.raises(EngineFailed) as caught:
            async for _ in brain.answer(HELLO):
                pass
        await brain.stop()
        assert "Bearer sk-very-secret" in chat.headers[0]
        assert "secret" not in f"{caught.value} {at} {brain.banner}"

    with_chat(script)


@pytest.mark.parametrize(
    "key", ["sk-very-secret-0123456789", "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "some/key+of=a/kind"]
)
def test_a_key_that_the_service_repeats_is_not_shown_not_even_a_part_of_it(key: str) -> None:
    async def script(chat: FakeChat) -> None:
        brain = ChatBrain(Endpoint(chat.url, "repeats the key", key))
        with pytest.raises(EngineFailed, match=r"401.*Incorrect key \[hidden\], not \[hidden\]") as caught:
            async for _ in brain.answer(HELLO):
                pass
        await brain.stop()
        assert key in chat.headers[0]
        assert not any(key[at : at + 6] in str(caught.value) for at in range(len(key) - 5))

    with_chat(script)


def test_tool_choice_none_hides_the_functions_and_a_demand_that_is_ignored_fails() -> None:
    async def script(chat: FakeChat) -> None:
        assert text(await answers(chat, "ollama", Question("", HELLO.history, TOOLS, "none")))
        assert "tools" not in chat.asked[0]
        for choice in ("required", "get_time"):
            with pytest.raises(EngineFailed, match="tool_choice"):
                await answers(chat, "ollama", Question("", HELLO.history, TOOLS, choice))
            assert await answers(chat, "ollama-call", Question("", HELLO.history, TOOLS, choice))
        assert chat.asked[1]["tool_choice"] == "required"
        assert chat.asked[3]["tool_choice"]["function"] == {"name": "get_time"}

    with_chat(script)


def test_the_history_is_told_in_the_services_words() -> None:
    history = (
        Utterer("user", ""),
        Utterer("assistant", ""),
        PastCall("c1", "get_time", "{broken", "12:00"),
        PastCall("c2", "roll", '{"n": 2}', "5"),
        PastCall("c3", "roll", "{}", None),
        Utterer("system", "note"),
    )
    told = messages(Question("", history, spoken=False))
    assert [message["role"] for message in told] == ["user", "assistant", "tool", "tool", "system"]
    assert told[0]["content"] == UNHEARD
    assert [call["function"]["arguments"] for call in told[1]["tool_calls"]] == ["{}", '{"n": 2}']
    assert [message["tool_call_id"] for message in told[2:4]] == ["c1", "c2"]


def calls(*pieces: dict[str, Any]) -> list[WantsCall]:
    stream = ChatStream()
    for piece in pieces:
        stream.take(piece)
    return stream.calls


def test_calls_are_told_apart_however_they_are_numbered() -> None:
    two = [WantsCall("a", "{}"), WantsCall("b", '{"x":1}')]
    zero = (call_piece("{}", index=0, id="1", name="a"), call_piece('{"x":', index=0, id="2", name="b"))
    assert calls(*zero, call_piece("1}", index=0)) == two
    bare = (call_piece("{}", name="a"), call_piece('{"x":', name="b"), call_piece("1}"))
    assert calls(*bare) == two
    mixed = (
        call_piece("{}", index=0, name="a"),
        call_piece('{"x":1', index=1, name="b"),
        call_piece("}", index=1),
    )
    assert calls(*mixed) == two
    assert calls(call_piece("", index=0, id="1", name="a")) == [WantsCall("a", "{}")]
    again = (call_piece('{"x"', index=0, id="1", name="a"), call_piece(":1}", index=0, id="1"))
    assert calls(*again) == [WantsCall("a", '{"x":1}')]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "delta", "content", "tool_calls", "index", "id", "function", "name"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(JSON, st.lists(JSON, max_size=3))
def test_pieces_of_any_shape_do_no_harm(chunk: object, choices: list[object]) -> None:
    stream = ChatStream()
    stream.take({"choices": choices} if not isinstance(chunk, dict) else chunk)
    stream.take({"choices": [{"delta": chunk}]})
    stream.take({"choices": [{"delta": {"tool_calls": choices}}]})
    assert all(isinstance(call.arguments, str) for call in stream.calls)
    assert isinstance(stream.rest(), str)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 9), max_size=40))
def test_where_tags_are_cut_makes_no_difference(cuts: list[int]) -> None:
    whole = "One <think>two</think> three<thinking four <think>five"
    aloud, at, said = Aloud(), 0, ""
    for cut in cuts:
        said += aloud.feed(whole[at : at + cut])
        at += cut
    said += aloud.feed(whole[at:]) + aloud.finish()
    assert said == "One  three<thinking four "


def test_urls_are_read_as_people_write_them() -> None:
    assert endpoint("http://127.0.0.1:11434").at("models") == "http://127.0.0.1:11434/v1/models"
    assert endpoint("https://x.test/api/v1/?a=b").at("models") == "https://x.test/api/v1/models?a=b"
    for wrong in ("127.0.0.1:11434", "ws://x", "http://", "http://u:p@x/", "http://[x"):
        with pytest.raises(ConfigError):
            endpoint(wrong)
