"""Faults on demand, and sessions written down and played again."""

from __future__ import annotations

import asyncio
import base64
import json
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from realtime_cli.errors import ConfigError, RecordingError
from realtime_cli.server.faults import FAULTS, FaultyLink, read_faults
from realtime_cli.server.link import Link, LinkClosed, MemoryLink
from realtime_cli.server.listener import attend
from realtime_cli.server.recording import RecordingLink, check_folder
from realtime_cli.server.scripted import ScriptedServer, load_scenario
from tests.server.desk import LOUD, QUIET
from tests.server.visit import engines

Json = dict[str, Any]


class Client:
    """A client of a session behind something that stands between. `seen` are all events."""

    def __init__(self, link: MemoryLink) -> None:
        self.link = link
        self.seen: list[Json] = []

    async def say(self, kind: str, **fields: Any) -> None:
        await self.link.send(json.dumps({"type": kind, **fields}))

    async def until(self, kind: str) -> Json:
        async with asyncio.timeout(10):
            while True:
                event: Json = json.loads(await self.link.receive())
                self.seen.append(event)
                if event["type"] == kind:
                    return event

    async def typed(self, text: str = "hello") -> None:
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
        await self.say("conversation.item.create", item=item)
        await self.say("response.create")

    async def spoken(self) -> None:
        audio = {"input": {"transcription": {"model": "any"}}}
        await self.say("session.update", session={"type": "realtime", "audio": audio})
        pcm = LOUD * 400 + QUIET * 700
        await self.say("input_audio_buffer.append", audio=base64.b64encode(pcm).decode())

    def kinds(self) -> list[str]:
        return [event["type"] for event in self.seen]


def met(
    between: Callable[[Link], Link],
    script: Callable[[Client], Awaitable[None]],
    answer: str = "One sentence, and. Another one.",
) -> Client:
    """Run a script against a session behind `between`."""

    async def main() -> Client:
        near, far = MemoryLink.pair()
        parts = engines([answer] * 5, ["my words"] * 5)
        session = asyncio.create_task(attend(between(far), parts))
        client = Client(near)
        await script(client)
        await near.close()
        await session
        return client

    return asyncio.run(main())


def with_faults(*names: str) -> Callable[[Link], Link]:
    return lambda link: FaultyLink(link, read_faults(",".join(names)))


def test_names_of_faults_are_checked() -> None:
    assert read_faults("drop, stall,") == {"drop", "stall"}
    with pytest.raises(ConfigError, match="no fault 'x'"):
        read_faults("drop,x")


@pytest.mark.parametrize(
    ("fault", "code"), [("break-off", 1011), ("drop", None), ("expire", 1001), ("reject-key", 3000)]
)
def test_lines_that_end(fault: str, code: int | None) -> None:
    async def script(client: Client) -> None:
        async def whole_answer() -> None:
            await client.typed()
            await client.until("response.done")

        with pytest.raises(LinkClosed) as caught:
            await whole_answer()
        assert caught.value.code == code
        assert ("error" in client.kinds()) == (fault == "expire")

    met(with_faults(fault), script)


def test_a_stalled_answer_never_ends() -> None:
    async def script(client: Client) -> None:
        await client.typed()
        await client.until("response.output_audio_transcript.delta")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await client.until("response.done")

    met(with_faults("stall"), script)


def test_no_acknowledgements_and_no_created() -> None:
    async def script(client: Client) -> None:
        await client.spoken()
        await client.until("response.done")
        kinds = set(client.kinds())
        assert not kinds & {"session.updated", "conversation.item.added", "response.created"}
        assert not kinds & {"input_audio_buffer.committed", "conversation.item.done"}
        assert "response.output_audio.delta" in kinds

    met(with_faults("drop-acks", "no-created"), script)


def test_words_that_come_late_and_words_that_come_early() -> None:
    completed = "conversation.item.input_audio_transcription.completed"

    async def late(client: Client) -> None:
        await client.spoken()
        await client.until("response.done")
        assert completed not in client.kinds()
        assert (await client.until(completed))["transcript"] == "my words"

    met(with_faults("late-transcripts"), late)

    async def early(client: Client) -> None:
        await client.spoken()
        item_id = (await client.until(completed))["item_id"]
        assert not any(
            event["type"] == "conversation.item.added" and event["item"]["id"] == item_id
            for event in client.seen
        )
        added = await client.until("conversation.item.added")
        while added["item"]["id"] != item_id:
            added = await client.until("conversation.item.added")

    met(with_faults("early-transcripts"), early)


def test_odd_bytes_both_spellings_strangers_twins_and_nameless_errors() -> None:
    async def script(client: Client) -> None:
        await client.say("response.cancel", event_id="mine")
        assert (await client.until("error"))["error"]["event_id"] is None
        await client.typed()
        await client.until("response.done")
        kinds = client.kinds()
        assert "response.something_new" in kinds
        assert {"response.audio.delta", "response.output_audio.delta"} <= set(kinds)
        assert kinds.count("response.created") == 2
        sizes = [
            len(base64.b64decode(event["delta"]))
            for event in client.seen
            if event["type"] == "response.audio.delta"
        ]
        assert any(size % 2 for size in sizes)

    met(
        with_faults("odd-bytes", "both-spellings", "unknown-events", "duplicates", "anonymous-errors"), script
    )


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_every_fault_leaves_the_server_whole(fault: str) -> None:
    async def script(client: Client) -> None:
        try:
            await client.spoken()
            await client.typed()
            async with asyncio.timeout(0.3):
                await client.until("never")
        except (LinkClosed, TimeoutError):
            pass

    met(with_faults(fault), script)


def test_a_recorded_session_plays_again_for_a_client_with_other_ids(tmp_path: Path) -> None:
    file = tmp_path / "session.json"

    async def script(client: Client) -> None:
        await client.until("session.created")
        await client.say("response.cancel", event_id="first")
        await client.until("error")
        item = {
            "id": "mine",
            "type": "message",
            "role": "user",
            "content": [{"type": "input_text", "text": "$x"}],
        }
        await client.say("conversation.item.create", item=item)
        await client.say("response.create")
        await client.until("response.done")

    first = met(lambda link: RecordingLink(link, file), script)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    met(lambda link: RecordingLink(link, file), script)
    assert (tmp_path / "session-2.json").exists()

    async def again() -> None:
        near, far = MemoryLink.pair()
        played = asyncio.create_task(ScriptedServer(load_scenario(file)).attend(far))
        client = Client(near)
        await client.until("session.created")
        await client.say("response.cancel", event_id="second")
        assert (await client.until("error"))["error"]["event_id"] == "second"
        item = {"id": "other", "type": "message", "role": "user", "content": []}
        await client.say("conversation.item.create", item=item)
        added = await client.until("conversation.item.added")
        assert added["item"]["id"] == "other"
        assert added["item"]["content"][0]["text"] == "$x"
        await client.say("response.create")
        done = await client.until("response.done")
        assert done["response"] == first.seen[-1]["response"]
        await near.close()
        await played

    asyncio.run(again())


def test_a_record_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(RecordingError):
        check_folder(tmp_path / "missing" / "x.json")
