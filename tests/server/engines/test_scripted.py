"""Prepared transcripts and answers."""

import asyncio

import pytest

from realtime_cli.server.engines.contract import (
    Brain,
    EngineFailed,
    PastCall,
    Question,
    Thought,
    Utterer,
    WantsCall,
    Words,
)
from realtime_cli.server.engines.echo_brain import EchoBrain
from realtime_cli.server.engines.scripted_brain import RAN_DRY, ScriptedBrain
from realtime_cli.server.engines.scripted_ears import NoEars, ScriptedEars
from tests.server.engines.speech import hear

HELLO = Question("", (Utterer("user", "hello there world"),))


async def answer(brain: Brain, question: Question = HELLO) -> list[Thought]:
    return [thought async for thought in brain.answer(question)]


def text_of(thoughts: list[Thought]) -> str:
    return "".join(thought.text for thought in thoughts if isinstance(thought, Words))


def test_a_script_is_given_in_order_and_says_when_it_ran_dry() -> None:
    async def main() -> None:
        call = WantsCall("get_time", "{}")
        brain = ScriptedBrain(["one two", call, [Words("exact"), call]])
        assert await answer(brain) == [Words("one"), Words(" two")]
        assert await answer(brain) == [call]
        assert await answer(brain) == [Words("exact"), call]
        assert text_of(await answer(brain)) == RAN_DRY
        assert brain.questions == [HELLO] * 4

    asyncio.run(main())


def test_a_script_can_loop_and_can_fail() -> None:
    async def main() -> None:
        brain = ScriptedBrain(["a", EngineFailed("out of order")], loop=True)
        for _ in range(2):
            assert text_of(await answer(brain)) == "a"
            with pytest.raises(EngineFailed, match="out of order"):
                await answer(brain)

    asyncio.run(main())


def test_an_echo_repeats_words_and_outputs() -> None:
    async def main() -> None:
        assert text_of(await answer(EchoBrain())) == "hello there world"
        told = Question("", (PastCall("c", "f", "{}", "the output"),))
        assert text_of(await answer(EchoBrain(), told)) == "the output"
        assert text_of(await answer(EchoBrain(), Question("", ()))) == "I heard nothing."
        short = Question("", HELLO.history, max_output_tokens=2)
        assert text_of(await answer(EchoBrain(), short)) == "hello there"

    asyncio.run(main())


def test_scripted_ears_hear_what_was_prepared_word_by_word() -> None:
    async def main() -> None:
        ears = ScriptedEars(["what time is it"])
        await ears.start()
        ears.expect(["one", "two"])
        partials: list[str] = []
        utterance = ears.listen(partials.append)
        for _ in range(10):
            await utterance.feed(bytes(9_600))
        assert (await utterance.finish()).text == "what time is it"
        assert partials == ["what", "what time", "what time is"]
        assert ears.heard_bytes == [96_000]
        assert ears.phrases == ("one", "two")
        assert await hear(ears, b"") == ""
        await ears.stop()

    asyncio.run(main())


def test_scripted_ears_can_fail_and_a_discarded_utterance_takes_nothing() -> None:
    async def main() -> None:
        ears = ScriptedEars([EngineFailed("deaf"), "later"])
        await ears.listen().discard()
        with pytest.raises(EngineFailed, match="deaf"):
            await ears.listen().finish()
        assert (await ears.listen().finish()).text == "later"

    asyncio.run(main())


def test_no_ears_hear_nothing() -> None:
    assert asyncio.run(hear(NoEars(), bytes(48_000))) == ""
