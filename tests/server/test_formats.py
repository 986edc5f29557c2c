"""PCM at other rates than the hosted service's, and languages that the ears do not understand."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from realtime_cli.server.options import ServerOptions
from tests.server.visit import Visit, engines, visiting


def formatted(rate_hz: int) -> dict[str, Any]:
    sound = {"type": "audio/pcm", "rate": rate_hz}
    audio_in = {"format": sound, "turn_detection": None, "transcription": {"model": "any"}}
    return {"type": "realtime", "audio": {"input": audio_in, "output": {"format": sound}}}


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 48_000])
def test_a_second_is_a_second_at_every_rate(rate_hz: int) -> None:
    async def script(visit: Visit) -> None:
        await visit.say("session.update", session=formatted(rate_hz))
        updated = await visit.until("session.updated")
        assert updated["session"]["audio"]["output"]["format"]["rate"] == rate_hz
        loud = base64.b64encode(b"\x00\x20" * rate_hz).decode()
        await visit.say("input_audio_buffer.append", audio=loud)
        await visit.say("input_audio_buffer.commit")
        heard = await visit.until("conversation.item.input_audio_transcription.completed")
        assert heard["usage"]["seconds"] == pytest.approx(1.0, abs=0.01)
        await visit.say("response.create")
        await visit.until("response.done")
        deltas = [event for event in visit.seen if event["type"] == "response.output_audio.delta"]
        spoken = sum(len(base64.b64decode(event["delta"])) for event in deltas)
        tokens = visit.seen[-1]["response"]["usage"]["output_token_details"]["audio_tokens"]
        assert spoken / 2 / rate_hz == pytest.approx(tokens * 0.05, abs=0.06)
        item_id = deltas[0]["item_id"]
        await visit.say("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=100)
        await visit.until("conversation.item.truncated")
        await visit.say("conversation.item.retrieve", item_id=item_id)
        kept = (await visit.until("conversation.item.retrieved"))["item"]["content"][0]["audio"]
        assert len(base64.b64decode(kept)) == rate_hz // 10 * 2

    visiting(script, engines(["A few words."], ["hello"]))


def test_a_language_that_the_ears_do_not_know_is_refused() -> None:
    async def script(visit: Visit) -> None:
        for language, kind in (("en-GB", "session.updated"), ("de", "error")):
            transcription = {"model": "any", "language": language}
            audio = {"input": {"transcription": transcription}}
            await visit.say("session.update", session={"type": "realtime", "audio": audio})
            told = await visit.until(kind)
        assert told["error"]["param"] == "session.audio.input.transcription.language"

    visiting(script, engines(), ServerOptions(languages=("en",)))
