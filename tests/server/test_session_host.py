"""A session on the loop with engines at work, over the in-memory line."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from realtime_cli.server.engines.contract import (
    EngineFailed,
    Question,
    Thought,
    ToolOffer,
    Transcript,
    WantsCall,
    Words,
)
from realtime_cli.server.engines.scripted_ears import ScriptedEars
from realtime_cli.server.link import LinkClosed
from realtime_cli.server.listener import connect_in_memory
from realtime_cli.server.options import ServerOptions
from realtime_cli.server.outbox import HIGH_WATER_BYTES
from tests.server.desk import LOUD, QUIET
from tests.server.visit import Visit, engines, visiting


def audio(pcm: bytes) -> str:
    return base64.b64encode(pcm).decode()


def test_a_typed_turn_is_answered_aloud() -> None:
    async def script(visit: Visit) -> None:
        await visit.typed("Hello")
        done = await visit.until("response.done")
        assert done["response"]["output"][0]["content"][0]["transcript"] == "Fine, thank you. And you?"

    visit = visiting(script, engines(["Fine, thank you. And you?"]))
    assert "response.output_audio.delta" in visit.kinds()


def test_a_spoken_turn_is_heard_and_answered() -> None:
    async def script(visit: Visit) -> None:
        update = {"type": "realtime", "audio": {"input": {"transcription": {"model": "any"}}}}
        await visit.say("session.update", session=update)
        await visit.say("input_audio_buffer.append", audio=audio(LOUD * 600 + QUIET * 800))
        completed = await visit.until("conversation.item.input_audio_transcription.completed")
        assert completed["transcript"] == "what time is it"
        await visit.until("response.done")

    parts = engines(["Noon."], ["what time is it"])
    visiting(script, parts)
    assert isinstance(parts.ears, ScriptedEars)
    assert parts.ears.heard_bytes[0] > 48 * 600


def test_a_function_call_goes_there_and_back() -> None:
    async def script(visit: Visit) -> None:
        await visit.typed("Dice!")
        call = (await visit.until("response.done"))["response"]["output"][0]
        output = {"type": "function_call_output", "call_id": call["call_id"], "output": "4"}
        await visit.say("conversation.item.create", item=output)
        await visit.say("response.create")
        await visit.until("response.done")

    visiting(script, engines([WantsCall("roll_dice", "{}"), "A four."]))


class EndlessBrain:
    """Says something and goes on thinking until it is stopped."""

    name = "endless"
    banner = "Endless."

    def __init__(self) -> None:
        self.stopped = 0

    def phrases(self, tools: Sequence[ToolOffer]) -> Sequence[str]:
        return ()

    async def answer(self, question: Question) -> AsyncIterator[Thought]:
        try:
            yield Words("And then. ")
            await asyncio.Event().wait()
        finally:
            self.stopped += 1

    async def stop(self) -> None:
        pass


class EndlessMouth:
    """One clause of its never ends; counts how often it was silenced."""

    name = "endless"
    voices: Sequence[str] = ()

    def __init__(self) -> None:
        self.stopped = 0

    async def start(self) -> None:
        pass

    async def speak(self, text: str, *, voice: str, speed: float = 1.0) -> AsyncIterator[bytes]:
        try:
            while True:
                yield bytes(4800)
                await asyncio.sleep(0)
        finally:
            self.stopped += 1

    async def stop(self) -> None:
        pass


def test_barge_in_stops_brain_and_mouth_at_once() -> None:
    brain, mouth = EndlessBrain(), EndlessMouth()
    parts = engines()
    parts.brain, parts.mouth = brain, mouth

    async def script(visit: Visit) -> None:
        await visit.typed("Tell me everything")
        await visit.until("response.output_audio.delta")
        await visit.say("input_audio_buffer.append", audio=audio(LOUD * 300))
        done = await visit.until("response.done")
        assert done["response"]["status_details"]["reason"] == "turn_detected"
        assert (brain.stopped, mouth.stopped) == (1, 1)
        assert visit.kinds().count("response.output_audio.delta") < 5000

    visiting(script, parts)


def test_a_client_that_does_not_read_stops_the_mouth_and_costs_bounded_memory() -> None:
    parts = engines()
    parts.brain, parts.mouth = EndlessBrain(), EndlessMouth()

    async def main() -> None:
        visit = Visit(connect_in_memory(parts))
        await visit.until("session.created")
        await visit.typed("Tell me everything")
        for _ in range(20_000):
            await asyncio.sleep(0)
        waiting: list[object] = list(visit.link._inbox._queue)  # type: ignore[attr-defined]
        assert sum(len(text) for text in waiting if isinstance(text, str)) < 2 * HIGH_WATER_BYTES
        await visit.link.aclose()

    asyncio.run(main())


def test_leaving_in_the_middle_stops_everything() -> None:
    brain, mouth = EndlessBrain(), EndlessMouth()
    parts = engines()
    parts.brain, parts.mouth = brain, mouth

    async def script(visit: Visit) -> None:
        await visit.typed("Go")
        await visit.until("response.output_audio.delta")
        await visit.say("input_audio_buffer.append", audio=audio(LOUD * 100))

    visiting(script, parts)
    assert (brain.stopped, mouth.stopped) == (1, 1)


class DeafEars(ScriptedEars):
    """Fails as soon as it is fed, a few times; then it hears `cured`."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self.failures = failures

    def listen(self, on_partial: Callable[[str], None] | None = None, language: str = "") -> Deaf:  # type: ignore[override]
        return Deaf(self)


class Deaf:
    def __init__(self, ears: DeafEars) -> None:
        self.ears = ears

    async def feed(self, pcm: bytes) -> None:
        if self.ears.failures:
            self.ears.failures -= 1
            raise EngineFailed("the recogniser died")

    async def finish(self) -> Transcript:
        return Transcript("cured")

    async def discard(self) -> None:
        pass


@pytest.mark.parametrize(("failures", "status"), [(1, "completed"), (9, "failed")])
def test_ears_that_die_are_asked_once_more(failures: int, status: str) -> None:
    parts = engines(["I heard you."])
    parts.ears = DeafEars(failures)

    async def script(visit: Visit) -> None:
        for _ in range(6):
            await visit.say("input_audio_buffer.append", audio=audio(LOUD * 100))
        await visit.say("input_audio_buffer.append", audio=audio(QUIET * 800))
        assert (await visit.until("response.done"))["response"]["status"] == status

    visiting(script, parts)


def test_what_is_no_json_is_answered_and_survived() -> None:
    async def script(visit: Visit) -> None:
        await visit.link.send("not json")
        assert (await visit.until("error"))["error"]["code"] == "invalid_event"
        await visit.say("no.such.event", event_id="mine")
        assert (await visit.until("error"))["error"]["event_id"] == "mine"
        await visit.typed("Still there?")
        await visit.until("response.done")

    visiting(script)


def test_the_end_of_a_session_is_an_error_and_close_1001() -> None:
    async def main() -> None:
        visit = Visit(connect_in_memory(engines(), ServerOptions(max_session_s=0.05)))
        assert (await visit.until("error"))["error"]["code"] == "session_expired"
        with pytest.raises(LinkClosed) as closed:
            await visit.until("never")
        assert closed.value.code == 1001
        await visit.link.session

    asyncio.run(main())


def test_the_brains_banner_is_the_default_instructions() -> None:
    async def script(visit: Visit) -> None:
        assert visit.seen[0]["session"]["instructions"] == "Scripted responder: it gives prepared answers."

    visiting(script)


def test_ids_of_two_sessions_differ() -> None:
    async def nothing(_visit: Visit) -> None:
        pass

    first, second = visiting(nothing), visiting(nothing)
    assert first.seen[0]["session"]["id"] != second.seen[0]["session"]["id"]


def test_two_sessions_share_the_engines_and_neither_waits_for_the_other() -> None:
    parts = engines(["One."] * 2)

    async def main() -> None:
        visits = [Visit(connect_in_memory(parts)) for _ in range(2)]
        for visit in visits:
            await visit.typed("Hi")
        for visit in visits:
            assert (await visit.until("response.done"))["response"]["status"] == "completed"
        for visit in visits:
            await visit.link.aclose()

    asyncio.run(main())


def test_a_bug_in_an_engine_ends_only_its_own_session() -> None:
    class BrokenBrain(EndlessBrain):
        async def answer(self, question: Question) -> AsyncIterator[Thought]:
            yield Words("One divided by zero is ")
            yield Words(str(1 // len(question.tools)))

    parts = engines()
    parts.brain = BrokenBrain()

    async def main() -> None:
        visit = Visit(connect_in_memory(parts))
        await visit.typed("Hi")
        with pytest.raises(LinkClosed) as closed:
            await visit.until("never")
        assert closed.value.code == 1011
        with pytest.raises(ExceptionGroup):
            await visit.link.session

    asyncio.run(main())


def test_a_huge_append_leaves_the_loop_free() -> None:
    async def script(visit: Visit) -> None:
        await visit.say("input_audio_buffer.append", audio=audio(QUIET * 60_000))
        turns = 0
        while "response.created" not in visit.kinds() and turns < 50:
            await asyncio.sleep(0)
            turns += 1
        assert turns == 50
        await visit.say("input_audio_buffer.commit")
        await visit.until("input_audio_buffer.committed")

    visiting(script)


def test_a_long_append_that_does_not_fit_is_refused_once() -> None:
    async def script(visit: Visit) -> None:
        by_hand = {"type": "realtime", "audio": {"input": {"turn_detection": None}}}
        await visit.say("session.update", session=by_hand)
        await visit.say("input_audio_buffer.append", audio=audio(LOUD * 4000))
        await visit.say("input_audio_buffer.clear")
        await visit.until("input_audio_buffer.cleared")

    visit = visiting(script, engines(), ServerOptions(max_manual_buffer_s=1.0))
    assert visit.kinds().count("error") == 1


def test_every_event_has_an_id_of_its_own() -> None:
    async def script(visit: Visit) -> None:
        await visit.typed("Hi")
        await visit.until("response.done")

    visit = visiting(script)
    event_ids = [event["event_id"] for event in visit.seen]
    assert len(set(event_ids)) == len(event_ids)
    assert json.dumps(visit.seen)


def test_clearing_the_buffer_discards_the_utterance() -> None:
    async def script(visit: Visit) -> None:
        audio_in = {"turn_detection": None}
        await visit.say("session.update", session={"type": "realtime", "audio": {"input": audio_in}})
        await visit.say("input_audio_buffer.append", audio=audio(LOUD * 200))
        await visit.say("input_audio_buffer.clear")
        await visit.until("input_audio_buffer.cleared")
        await visit.say("input_audio_buffer.append", audio=audio(LOUD * 300))
        await visit.say("input_audio_buffer.commit")
        await visit.say("response.create")
        await visit.until("response.done")

    parts = engines(["Yes."], ["only this"])
    visiting(script, parts)
    assert isinstance(parts.ears, ScriptedEars)
    assert parts.ears.heard_bytes == [48 * 300]


class HoarseMouth(EndlessMouth):
    """Neither starts nor speaks."""

    async def start(self) -> None:
        raise EngineFailed("no voice")

    async def speak(self, text: str, *, voice: str, speed: float = 1.0) -> AsyncIterator[bytes]:
        yield bytes(960)
        raise EngineFailed("no voice")


def test_a_mouth_that_fails_fails_the_response_and_not_the_session() -> None:
    parts = engines(["One.", "Two."])
    parts.mouth = HoarseMouth()

    async def script(visit: Visit) -> None:
        await visit.say("input_audio_buffer.append", audio=audio(QUIET * 100))
        await visit.typed("Hi")
        failed = (await visit.until("response.done"))["response"]
        assert failed["status_details"]["error"]["message"] == "no voice"
        await visit.say("response.create", response={"output_modalities": ["text"]})
        assert (await visit.until("response.done"))["response"]["status"] == "completed"

    visiting(script, parts)


def test_a_brain_that_fails_fails_the_response() -> None:
    async def script(visit: Visit) -> None:
        await visit.typed("Hi")
        assert (await visit.until("response.done"))["response"]["status"] == "failed"

    visiting(script, engines([EngineFailed("no thoughts")]))


def test_a_server_that_is_stopped_tells_its_client_1001() -> None:
    async def main() -> None:
        visit = Visit(connect_in_memory(engines()))
        await visit.until("session.created")
        visit.link.session.cancel()
        with pytest.raises(LinkClosed) as closed:
            await visit.until("never")
        assert closed.value.code == 1001

    asyncio.run(main())
