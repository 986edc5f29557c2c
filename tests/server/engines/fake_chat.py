"""A chat endpoint of our own on a real socket: it streams as Ollama and llama.cpp do, and fails as services fail.

The model's name says what it does. Every request's body is kept in `asked`; `hung_up` counts clients that left early.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

Json = dict[str, Any]
Part = Json | str | bytes | float
"""An object (sent as one `data:` line), a raw line, raw bytes, or seconds to wait."""


def delta(content: str | None = None, *, finish: str | None = None, **more: Any) -> Json:
    body = {**({} if content is None else {"content": content}), **more}
    return {
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": body, "finish_reason": finish}],
    }


def call_piece(arguments: str, **more: Any) -> Json:
    """A fragment of a call: `index`, `id` and `name` where given."""
    name = {"name": more.pop("name")} if "name" in more else {}
    return delta(tool_calls=[{**more, "function": {**name, "arguments": arguments}}])


USAGE: Json = {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}
OLLAMA: tuple[Part, ...] = (
    delta("", role="assistant", reasoning="The user greets me."),
    delta("Hello "),
    delta("there. "),
    delta("How are you?"),
    delta("", finish="stop"),
    USAGE,
    "data: [DONE]",
)
OLLAMA_CALL: tuple[Part, ...] = (
    delta(
        "",
        tool_calls=[
            {"id": "call_a", "index": 0, "type": "function",
             "function": {"name": "get_time", "arguments": '{"zone":"UTC"}'}},
            {"id": "call_b", "index": 0, "type": "function", "function": {"name": "roll", "arguments": "{}"}},
        ],
    ),
    delta("", finish="tool_calls"),
    "data: [DONE]",
)  # fmt: skip
LLAMA_CPP: tuple[Part, ...] = (
    ": ping",
    delta(role="assistant"),
    delta(reasoning_content="Let me think."),
    delta("I will "),
    delta("look."),
    call_piece("", index=0, id="abc", type="function", name="get_time"),
    call_piece('{"zone":', index=0),
    call_piece('"UTC"}', index=0),
    call_piece("", index=1, id="def", type="function", name="roll"),
    call_piece("{}", index=1),
    delta(finish="tool_calls"),
    USAGE,
    "data: [DONE]",
)
SCRIPTS: dict[str, tuple[Part, ...]] = {
    "ollama": OLLAMA,
    "ollama-call": OLLAMA_CALL,
    "llama.cpp": LLAMA_CPP,
    "no-done": (delta("Fine."), delta(finish="stop")),
    "strict": (delta("Fine."), delta(finish="stop")),
    "thinks": (
        delta("<thi"),
        delta("nk>secret</th"),
        delta("ink>\n\nAloud "),
        delta("1 <th 2"),
        delta(finish="stop"),
    ),
    "length": (delta("And then"), delta(finish="length"), "data: [DONE]"),
    "dies": (delta("Half an "), b"!cut"),
    "ends": (delta("Half an "),),
    "bad-json": (delta("Half an "), 'data: {"choices": ['),
    "no-object": ("data: [1]",),
    "error-inside": (delta("Half an "), {"error": {"message": "out of\nmemory"}}),
    "hangs": (delta("Half an "), 60.0),
    "hangs-at-once": (60.0,),
    "slow": (delta("One. "), 0.05, delta("Two. "), 0.05, delta("Three.", finish="stop"), "data: [DONE]"),
    "endless": tuple(delta(f"Word {number} and so on. ") for number in range(100_000)),
}


class FakeChat:
    """The endpoint."""

    def __init__(self, scripts: dict[str, Sequence[Part]] | None = None) -> None:
        self.scripts: dict[str, Sequence[Part]] = {**SCRIPTS, **(scripts or {})}
        self.asked: list[Json] = []
        self.headers: list[str] = []
        self.paths: list[str] = []
        self.hung_up = 0
        self.left = asyncio.Event()
        self.answers: dict[str, Callable[[bytes], tuple[str, bytes]]] = {}
        self.url = ""
        self.tasks: set[asyncio.Task[None]] = set()

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        try:
            while head := await _head(reader):
                self.headers.append(head)
                self.paths.append(head.split()[1])
                body = await reader.readexactly(_length(head))
                await self._answer(head.split()[1], body, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.hung_up += 1
            self.left.set()
        except _Cut:
            writer.transport.abort()
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            writer.close()

    async def _answer(self, path: str, body: bytes, writer: asyncio.StreamWriter) -> None:
        for end, answer in self.answers.items():
            if path.endswith(end):
                kind, data = answer(body)
                await _plain(writer, "200 OK", kind, data)
                return
        if path.endswith("/models"):
            listed = {"data": [{"id": "ollama"}, {"id": "llama.cpp"}]}
            await _plain(writer, "200 OK", "application/json", json.dumps(listed).encode())
            return
        asked = json.loads(body)
        self.asked.append(asked)
        if asked["model"] == "refuses":
            error = {"error": {"message": "model \x1b[31mnot found", "code": 404}}
            await _plain(writer, "404 Not Found", "application/json", json.dumps(error).encode())
            return
        if asked["model"] == "repeats the key":
            sent = self.headers[-1].partition("Bearer ")[2].splitlines()[0]
            words = f"Incorrect key {sent}, not sk-proj-0123456789abcdef. {'x' * 150} {sent}"
            refused = json.dumps({"error": {"message": words}}).encode()
            await _plain(writer, "401 Unauthorized", "application/json", refused)
            return
        if asked["model"] == "strict" and "stream_options" in asked:
            refusal = {"message": "Unknown field: stream_options"}
            await _plain(writer, "422 Unprocessable Entity", "application/json", json.dumps(refusal).encode())
            return
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for part in self.scripts[asked["model"]]:
            await self._part(part, writer)
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    async def _part(self, part: Part, writer: asyncio.StreamWriter) -> None:
        if isinstance(part, float):
            await writer.drain()
            await asyncio.sleep(part)
            return
        if part == b"!cut":
            await writer.drain()
            await asyncio.sleep(0.05)
            raise _Cut
        text = f"data: {json.dumps(part)}" if isinstance(part, dict) else part
        data = text if isinstance(text, bytes) else f"{text}\n\n".encode()
        writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        await writer.drain()


class _Cut(Exception):
    """Break the connection."""


@asynccontextmanager
async def fake_chat(scripts: dict[str, Sequence[Part]] | None = None) -> AsyncIterator[FakeChat]:
    """The endpoint, listening at `url`."""
    chat = FakeChat(scripts)
    server = await asyncio.start_server(chat.attend, "127.0.0.1", 0)
    chat.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield chat
    finally:
        server.close()
        for task in chat.tasks:
            task.cancel()
        await asyncio.wait(chat.tasks or [asyncio.create_task(asyncio.sleep(0))])


async def _head(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return ""


def _length(head: str) -> int:
    for line in head.lower().splitlines():
        if line.startswith("content-length:"):
            return int(line.split(":")[1])
    return 0


async def _plain(writer: asyncio.StreamWriter, status: str, kind: str, body: bytes) -> None:
    writer.write(
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    )
    await writer.drain()
