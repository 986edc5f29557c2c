"""Real speech is heard: espeak says it, pocketsphinx understands it."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal

import pytest

from realtime_cli.server.engines.contract import EngineFailed, ToolOffer
from realtime_cli.server.engines.espeak_mouth import EspeakMouth
from realtime_cli.server.engines.pocketsphinx_ears import PocketsphinxEars
from realtime_cli.server.engines.rules_brain import RulesBrain
from tests.server.engines.speech import (
    BLOCK_BYTES,
    SILENCE,
    hear,
    is_running,
    needs_espeak,
    needs_pocketsphinx,
    say,
)

pytestmark = [pytest.mark.engines, needs_espeak, needs_pocketsphinx]


def ears_for_rules() -> PocketsphinxEars:
    ears = PocketsphinxEars()
    ears.expect(RulesBrain().phrases(()))
    return ears


def test_commands_are_heard_exactly_and_silence_is_nothing() -> None:
    async def main() -> None:
        mouth, ears = EspeakMouth(), ears_for_rules()
        await ears.start()
        await ears.start()
        pids = ears.pids
        assert len(pids) == 2
        try:
            for text in ("what time is it", "roll two dice", "what is two plus three"):
                assert await hear(ears, await say(mouth, text)) == text
            assert await hear(ears, bytes(48_000)) == ""
            assert (await ears.listen().finish()).text == ""
            assert ears.pids == pids
        finally:
            await ears.stop()
        assert not any(is_running(pid) for pid in pids)

    asyncio.run(main())


def test_partials_grow_word_by_word_and_lead_to_the_transcript() -> None:
    async def main() -> None:
        mouth, ears = EspeakMouth(), ears_for_rules()
        try:
            await ears.start()
            partials: list[str] = []
            utterance = ears.listen(partials.append)
            pcm = SILENCE + await say(mouth, "what is two plus three") + SILENCE * 2
            for at in range(0, len(pcm), BLOCK_BYTES):
                await utterance.feed(pcm[at : at + BLOCK_BYTES])
            final = (await utterance.finish()).text
            assert partials
            assert all(later.startswith(f"{earlier} ") for earlier, later in itertools.pairwise(partials))
            assert final.startswith(partials[-1])
        finally:
            await ears.stop()

    asyncio.run(main())


def test_an_utterance_that_begins_while_the_ears_start_waits_for_them() -> None:
    async def main() -> None:
        ears = ears_for_rules()
        try:
            pcm = await say(EspeakMouth(), "roll two dice")
            heard, *_ = await asyncio.gather(hear(ears, pcm), ears.start(), ears.start())
            assert heard == "roll two dice"
            starting = asyncio.create_task(ears.start())
            assert await hear(ears, pcm) == "roll two dice"
            await starting
            assert len(ears.pids) == 2
        finally:
            await ears.stop()

    asyncio.run(main())


def test_three_utterances_at_once_are_heard_apart() -> None:
    async def main() -> None:
        mouth, ears = EspeakMouth(), ears_for_rules()
        try:
            texts = ["what time is it", "roll two dice", "what is two plus three"]
            spoken = [await say(mouth, text) for text in texts]
            assert await asyncio.gather(*(hear(ears, pcm) for pcm in spoken)) == texts
            assert len(ears.pids) == 4
        finally:
            await ears.stop()

    asyncio.run(main())


@pytest.mark.parametrize("which", [0, 1])
def test_a_worker_killed_in_mid_utterance_fails_it_and_the_next_one_works(which: int) -> None:
    async def main() -> None:
        mouth, ears = EspeakMouth(), ears_for_rules()
        try:
            await ears.start()
            pcm = await say(mouth, "what time is it")
            before = ears.pids
            utterance = ears.listen()
            await utterance.feed(pcm)
            await asyncio.sleep(0)
            os.kill(before[which], signal.SIGKILL)
            with pytest.raises(EngineFailed, match="ended"):
                await utterance.finish()
            assert await hear(ears, pcm) == "what time is it"
            assert not set(before) & set(ears.pids)
            assert not any(is_running(pid) for pid in before)
        finally:
            await ears.stop()

    asyncio.run(main())


def test_a_worker_that_hangs_is_given_up_and_replaced() -> None:
    async def main() -> None:
        ears = PocketsphinxEars(patience_s=0.2)
        try:
            await ears.start()
            stuck = ears.pids
            utterance = ears.listen()
            os.kill(stuck[0], signal.SIGSTOP)
            with pytest.raises(EngineFailed, match="longer than"):
                await utterance.finish()
            ears.patience_s = 10.0
            assert await hear(ears, SILENCE) == ""
            assert not any(is_running(pid) for pid in stuck)
        finally:
            await ears.stop()

    asyncio.run(main())


def test_a_discarded_utterance_leaves_no_trace() -> None:
    async def main() -> None:
        mouth, ears = EspeakMouth(), ears_for_rules()
        try:
            early = ears.listen()
            await early.feed(SILENCE)
            await early.discard()  # before any worker was there
            await ears.start()
            utterance = ears.listen()
            await utterance.feed(await say(mouth, "roll two dice"))
            await utterance.discard()
            assert await hear(ears, await say(mouth, "what time is it")) == "what time is it"
        finally:
            await ears.stop()

    asyncio.run(main())


def test_stop_in_mid_utterance_fails_it() -> None:
    async def main() -> None:
        ears = ears_for_rules()
        await ears.start()
        utterance = ears.listen()
        await utterance.feed(SILENCE)
        await asyncio.sleep(0)
        await ears.stop()
        with pytest.raises(EngineFailed):
            await utterance.finish()
        assert ears.pids == ()

    asyncio.run(main())


def test_words_of_a_function_are_heard_although_no_dictionary_has_them() -> None:
    async def main() -> None:
        mouth, ears = EspeakMouth(), PocketsphinxEars()
        offer = ToolOffer("start_zorblax", "Start the zorblax.", {})
        ears.expect(RulesBrain().phrases((offer,)))
        ears.expect(["naïve größe", "9 to 5"])  # cannot be said; must not undo the rest
        try:
            assert await hear(ears, await say(mouth, "start zorblax")) == "start zorblax"
            assert await hear(ears, await say(mouth, "what time is it")) == "what time is it"
        finally:
            await ears.stop()

    asyncio.run(main())


def test_without_phrases_everything_goes_to_the_general_model() -> None:
    async def main() -> None:
        ears = PocketsphinxEars()
        try:
            partials: list[str] = []
            utterance = ears.listen(partials.append)
            pcm = await say(EspeakMouth(), "one two three four five six seven")
            for at in range(0, len(pcm), BLOCK_BYTES):
                await utterance.feed(pcm[at : at + BLOCK_BYTES])
            assert (await utterance.finish()).text
            assert partials
        finally:
            await ears.stop()

    asyncio.run(main())
