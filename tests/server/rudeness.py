"""Clients without manners: valid JSON of wrong shape, huge, binary, deep, broken, out of order. Seeded."""

from __future__ import annotations

import base64
import json
import random
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

KINDS = (
    "session.update", "input_audio_buffer.append", "input_audio_buffer.commit", "input_audio_buffer.clear",
    "conversation.item.create", "conversation.item.retrieve", "conversation.item.truncate",
    "conversation.item.delete", "response.create", "response.cancel", "output_audio_buffer.clear",
    "transcription_session.update", "session.created", "response.done", "", "no.such.event",
)  # fmt: skip
WORDS = (
    "session", "audio", "item", "item_id", "response", "event_id", "type", "content", "content_index", "tools",
    "audio_end_ms", "previous_item_id", "input", "output", "format", "rate", "turn_detection", "threshold",
    "instructions", "voice", "metadata", "conversation", "role", "text", "call_id", "name", "parameters",
    "max_output_tokens", "output_modalities", "transcription", "language", "tool_choice", "id", "status",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1, 10**40, 1.5, 1e308, "", "auto", "none", "realtime", "message", "user", "assistant",
    "function_call", "function_call_output", "input_text", "input_audio", "server_vad", "semantic_vad", "AAAA",
    "\x00\x1b[31m", "é" * 50, "audio/pcm", "root", "item_1", [], {}, "x" * 5_000,
)  # fmt: skip


def anything(dice: random.Random, depth: int = 4) -> Any:
    """A JSON value."""
    if depth == 0 or dice.random() < 0.4:
        return dice.choice(VALUES)
    if dice.random() < 0.3:
        return [anything(dice, depth - 1) for _ in range(dice.randrange(4))]
    return {dice.choice(WORDS): anything(dice, depth - 1) for _ in range(dice.randrange(5))}


def rude_message(dice: random.Random) -> str | bytes:
    """Something a client should not say, mostly; and sometimes something it may."""
    kind = dice.choice(KINDS)
    choice = dice.random()
    if choice < 0.65:
        return json.dumps({**{dice.choice(WORDS): anything(dice) for _ in range(3)}, "type": kind})
    if choice < 0.75:
        audio = base64.b64encode(dice.randbytes(dice.choice((1, 999, 9_600, 96_001)))).decode()
        return json.dumps({"type": "input_audio_buffer.append", "audio": audio})
    return dice.choice(
        (
            dice.randbytes(200),
            "",
            "{",
            "[]",
            "null",
            '"text"',
            '{"type": 7}',
            '{"type": "session.update", "session": "\\ud800"}',
            '{"type": "conversation.item.create", "item": {"type": "message", "role": "user", '
            '"content": [{"type": "input_text", "text": "\\ud800 alone"}]}}',
            "[" * 50_000,
            '{"a":' * 50_000,
            '{"type": "' + "x" * 300_000 + '"}',
            '{"type": "response.create"}',
            '{"type": "response.create", "response": {"conversation": "none"}}',
            '{"type": "response.cancel"}',
            '{"type": "input_audio_buffer.commit"}',
            json.dumps({"type": "session.update", "session": {"type": "realtime", "tools": [{}] * 2_000}}),
        )
    )


async def be_rude(url: str, seed: int, messages: int) -> int | None:
    """Say so many of them, reading only now and then; returns the close code when the server had enough."""
    dice = random.Random(seed)
    headers = {"OpenAI-Beta": "realtime=v1"} if dice.random() < 0.3 else {}
    try:
        async with connect(
            url, additional_headers=headers, max_size=None, compression=None, close_timeout=0.5
        ) as line:
            for number in range(messages):
                await line.send(rude_message(dice))
                if number % 7 == 0:
                    await line.recv()
            if dice.random() < 0.5:
                line.transport.abort()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
    return None
