"""Text and events of one connection: dialect, order, and what is let go when the network stalls."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from realtime_cli import protocol as p
from realtime_cli.runtime.inbox import Inbox
from realtime_cli.runtime.line import Line
from realtime_cli.session.facts import ConnectionLost, Fact, ServerGarbled, ServerSaid, UplinkDropped
from realtime_cli.transport import memory
from realtime_cli.transport.memory import MemoryTransport
from tests.support.clock import run_jumping

GA_HELLO = '{"type":"session.created","event_id":"e","session":{"type":"realtime","audio":{}}}'
BETA_HELLO = '{"type":"session.created","event_id":"e","session":{"modalities":["text"],"voice":"alloy"}}'
AUDIO = p.InputAudioBufferAppend(audio=bytes(960))  # 20 ms
COMMIT = p.InputAudioBufferCommit()
SESSION = p.SessionUpdate(session=p.SessionConfig(output_modalities=("text",)))


class Bench:
    """A line on one end of a pair, the test on the other."""

    def __init__(self, dialect: p.Dialect | None = None, capacity: int = 256) -> None:
        self.inbox = Inbox()
        self.near, self.server = memory.pair(capacity)
        self.seen: list[tuple[str, str]] = []
        self.line = Line(self.near, self.inbox, dialect, tap=lambda way, text: self.seen.append((way, text)))
        self.task = asyncio.create_task(self.line.run())

    async def read(self) -> dict[str, object]:
        message: dict[str, object] = json.loads(await self.server.receive())
        return message

    async def facts(self) -> list[Fact]:
        self.inbox.close()
        return [fact async for fact, _ in self.inbox]


def on_bench(
    story: Callable[[Bench], Awaitable[None]], dialect: p.Dialect | None = None, capacity: int = 256
) -> None:
    async def main() -> None:
        bench = Bench(dialect, capacity)
        await story(bench)
        await bench.server.close()
        await bench.task

    run_jumping(main())


@pytest.mark.parametrize(
    ("hello", "name", "sign"),
    [(GA_HELLO, "ga", "output_modalities"), (BETA_HELLO, "beta", "modalities")],
)
def test_nothing_is_spelled_before_the_server_showed_its_dialect(hello: str, name: str, sign: str) -> None:
    async def story(bench: Bench) -> None:
        bench.line.say(SESSION)
        await asyncio.sleep(1)
        assert bench.seen == []
        await bench.server.send(hello)
        sent = (await bench.read())["session"]
        assert isinstance(sent, dict)
        assert sign in sent
        assert bench.line.dialect is not None
        assert bench.line.dialect.name == name

    on_bench(story)


def test_a_given_dialect_speaks_at_once_whatever_the_server_shows() -> None:
    async def story(bench: Bench) -> None:
        bench.line.say(SESSION)
        sent = (await bench.read())["session"]
        assert isinstance(sent, dict)
        assert "modalities" in sent
        await bench.server.send(GA_HELLO)
        await asyncio.sleep(1)
        assert bench.line.dialect is p.BETA

    on_bench(story, p.BETA)


def test_a_server_that_waits_for_us_is_spoken_to_in_ga() -> None:
    async def story(bench: Bench) -> None:
        bench.line.say(COMMIT)
        assert (await bench.read())["type"] == "input_audio_buffer.commit"
        assert bench.line.dialect is p.GA

    on_bench(story)


def test_a_session_that_shows_nothing_of_its_settings_is_spoken_to_in_ga_at_once() -> None:
    async def story(bench: Bench) -> None:
        bench.line.say(COMMIT)
        await bench.server.send('{"type":"session.created","event_id":"e","session":{"id":"s"}}')
        await bench.read()
        assert asyncio.get_running_loop().time() < 1

    on_bench(story)


def test_events_of_the_server_become_facts_and_garbage_becomes_a_notice() -> None:
    async def story(bench: Bench) -> None:
        await bench.server.send(GA_HELLO)
        await bench.server.send("{this is not JSON")
        await bench.server.send('{"type":"something.new","x":1}')
        await bench.server.send("[]")
        await asyncio.sleep(1)
        first, garbled, new, second_garbled = await bench.facts()
        assert isinstance(first, ServerSaid)
        assert isinstance(first.event, p.SessionCreated)
        assert isinstance(garbled, ServerGarbled)
        assert isinstance(new, ServerSaid)
        assert isinstance(new.event, p.Unrecognized)
        assert isinstance(second_garbled, ServerGarbled)

    on_bench(story)


@pytest.mark.parametrize("code", [1000, 1001, 1011, 4000])
def test_every_end_from_the_other_side_is_a_loss_with_its_code(code: int) -> None:
    async def story(bench: Bench) -> None:
        await bench.server.close(code, "the reason")
        await bench.task
        assert await bench.facts() == [ConnectionLost(code, "the reason")]

    on_bench(story)


def test_our_own_close_lets_the_queue_leave_and_is_no_loss() -> None:
    async def story(bench: Bench) -> None:
        bench.line.say(COMMIT)
        bench.line.say(p.ResponseCancel())
        await bench.line.close(1000, "bye")
        await bench.task
        assert [(await bench.read())["type"] for _ in range(2)] == [
            "input_audio_buffer.commit",
            "response.cancel",
        ]
        assert await bench.facts() == []

    on_bench(story, p.GA)


def test_closing_a_stalled_line_takes_bounded_time() -> None:
    async def story(bench: Bench) -> None:
        for _ in range(5):
            bench.line.say(COMMIT)
        before_s = asyncio.get_running_loop().time()
        await bench.line.close()
        assert asyncio.get_running_loop().time() - before_s <= 1.5
        await bench.task

    on_bench(story, p.GA, capacity=1)


def test_a_stalled_peer_loses_the_oldest_audio_and_never_a_control_event() -> None:
    """The peer reads nothing for 10 s while 20 ms of audio come every 20 ms, with a commit each second."""

    async def story(bench: Bench) -> None:
        marked = 0
        for second in range(10):
            for _ in range(50):
                marked += 1
                bench.line.say(p.InputAudioBufferAppend(audio=marked.to_bytes(2, "little") * 480))
                await asyncio.sleep(0.02)
            bench.line.say(p.InputAudioBufferCommit(event_id=f"commit {second}"))
        sent: list[dict[str, object]] = []
        while not (sent and sent[-1].get("event_id") == "commit 9"):
            sent.append(await bench.read())
        commits = [event["event_id"] for event in sent if event["type"] == "input_audio_buffer.commit"]
        assert commits == [f"commit {second}" for second in range(10)]

        decoded = [p.GA.decode_client(json.dumps(event)) for event in sent]
        numbers = [
            int.from_bytes(event.audio[:2], "little")
            for event in decoded
            if isinstance(event, p.InputAudioBufferAppend)
        ]
        assert numbers == sorted(numbers)
        assert numbers[-1] == marked
        late = [number for number in numbers[5:] if number <= marked - 101]
        assert late == [], "audio older than two seconds left, beyond the few that the transport had taken"

        # Order between what stayed: commit n comes after all audio said before it and before all said after it.
        seconds = 0
        for event in decoded:
            if isinstance(event, p.InputAudioBufferCommit):
                seconds += 1
            elif isinstance(event, p.InputAudioBufferAppend):
                assert (int.from_bytes(event.audio[:2], "little") - 1) // 50 == seconds

        dropped = sum(f.dropped_ms for f in await bench.facts() if isinstance(f, UplinkDropped))
        assert dropped == (marked - len(numbers)) * 20

    on_bench(story, p.GA, capacity=4)


def test_a_long_stall_is_told_while_it_lasts() -> None:
    async def story(bench: Bench) -> None:
        for _ in range(200):
            bench.line.say(AUDIO)
            await asyncio.sleep(0.02)
        told = [fact for fact in await bench.facts() if isinstance(fact, UplinkDropped)]
        assert told
        assert all(fact.dropped_ms >= 500 for fact in told)

    on_bench(story, p.GA, capacity=1)


def test_the_tap_sees_both_directions_without_audio() -> None:
    async def story(bench: Bench) -> None:
        await bench.server.send(GA_HELLO)
        bench.line.say(AUDIO)
        await bench.read()
        ways = [way for way, _ in bench.seen]
        assert ways == ["<", ">"]
        assert "base64 characters" in bench.seen[1][1]

    on_bench(story)


def test_a_bug_in_the_sender_is_not_swallowed() -> None:
    class Broken(MemoryTransport):
        async def send(self, text: str) -> None:
            raise ZeroDivisionError

    async def main() -> None:
        near, server = memory.pair()
        near.__class__ = Broken
        line = Line(near, Inbox(), p.GA)
        line.say(COMMIT)
        with pytest.raises(ExceptionGroup) as group:
            await line.run()
        assert group.group_contains(ZeroDivisionError)
        await server.close()

    run_jumping(main())
