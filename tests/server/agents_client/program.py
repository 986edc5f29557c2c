"""A realtime session of `openai-agents` against our server: run in an environment of its own, prints what it saw.

    python program.py ws://127.0.0.1:PORT/v1/realtime SPEECH.pcm

Nothing of the library is changed but the URL. Prints one JSON object.
"""

import asyncio
import json
import sys
from typing import Any

from agents import function_tool
from agents.realtime import RealtimeAgent, RealtimeRunner

PATIENCE_S = 20


class Seen:
    """The session's events, and a way to wait for one."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.kinds: list[str] = []
        self.raw: list[str] = []
        self.errors: list[str] = []
        self.transcripts: list[str] = []
        self.audio_bytes, self.news = 0, asyncio.Condition()

    async def read(self) -> None:
        async for event in self.session:
            async with self.news:
                self.kinds.append(event.type)
                if event.type == "audio":
                    self.audio_bytes += len(event.audio.data)
                elif event.type == "error":
                    self.errors.append(str(event.error)[:300])
                elif event.type == "raw_model_event":
                    self.raw.append(event.data.type)
                    if event.data.type == "input_audio_transcription_completed":
                        self.transcripts.append(event.data.transcript)
                self.news.notify_all()

    async def until(self, kind: str, count: int = 1) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S), self.news:
                await self.news.wait_for(lambda: (self.kinds + self.raw).count(kind) >= count)
        except TimeoutError:
            seen = {"kinds": self.kinds[-30:], "raw": self.raw[-30:], "errors": self.errors}
            raise SystemExit(f"no {kind} after {PATIENCE_S} s: {seen}") from None


@function_tool  # type: ignore[untyped-decorator]
def get_weather() -> str:
    """Get the weather."""
    return "sunny and warm"


async def main(url: str, speech: bytes) -> dict[str, Any]:
    agent = RealtimeAgent(name="Assistant", instructions="Be brief.", tools=[get_weather])
    session = await RealtimeRunner(agent).run(model_config={"api_key": "none", "url": url})
    async with session:
        seen = Seen(session)
        reading = asyncio.create_task(seen.read())
        await session.send_message("what time is it")
        await seen.until("audio_end")
        await session.send_message("get the weather")
        await seen.until("tool_end")
        await seen.until("audio_end", 2)
        for at in range(0, len(speech), 4800):
            await session.send_audio(speech[at : at + 4800])
            await asyncio.sleep(0.05)
        await seen.until("input_audio_transcription_completed")
        await seen.until("audio_end", 3)
        await session.send_message("what can you do")
        await seen.until("audio", seen.kinds.count("audio") + 1)
        await session.interrupt()
        await session.send_message("flip a coin")
        await seen.until("turn_ended", 5)
        reading.cancel()
        return {
            "kinds": sorted(set(seen.kinds)),
            "raw": sorted(set(seen.raw)),
            "errors": seen.errors,
            "audio_bytes": seen.audio_bytes,
            "transcripts": seen.transcripts,
            "interrupted": "audio_interrupted" in seen.kinds,
        }


if __name__ == "__main__":
    with open(sys.argv[2], "rb") as file:
        pcm = file.read()
    print(json.dumps(asyncio.run(main(sys.argv[1], pcm))))
