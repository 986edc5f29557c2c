"""Answers from any OpenAI-compatible chat endpoint: Ollama, llama.cpp, vLLM, LM Studio, or a hosted one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing
from typing import TYPE_CHECKING, Any, Final

from realtime_cli.server.engines.chat_messages import chat_request
from realtime_cli.server.engines.chat_stream import ChatStream
from realtime_cli.server.engines.contract import CutShort, EngineFailed, Question, Thought, ToolOffer, Words
from realtime_cli.server.engines.endpoint import Endpoint, EndpointClient, error_text, shown
from realtime_cli.server.engines.rules_tools import tool_phrases

if TYPE_CHECKING:
    import httpx2

SILENCE_LIMIT_S: Final = 60.0
"""A local model may be loaded from disk before its first word."""

MAX_LINE_CHARS: Final = 4 * 1024 * 1024


class ChatBrain:
    """Asks a chat endpoint. Closing an answer closes its HTTP stream, which stops the model.

    Args:
        at: Where; without a model the first one it lists is taken.
        silence_limit_s: Longest wait for the first and every next token.
    """

    name = "llm"

    def __init__(self, at: Endpoint, silence_limit_s: float = SILENCE_LIMIT_S) -> None:
        self._client = EndpointClient(at, "the language model at", silence_limit_s)
        self._model = at.model
        self._asks_count = True
        # OpenAI's newer models refuse the old name, most other services know only that.
        hosted = at.host.endswith((".openai.com", ".azure.com"))
        self._limit_name = "max_completion_tokens" if hosted else "max_tokens"
        self.banner = f"Answers by {shown(at.model) or 'a language model'} at {at.host}."

    def phrases(self, tools: Sequence[ToolOffer]) -> Sequence[str]:
        """Only the functions' sentences: anything else may be said to a language model."""
        return [phrase for offer in tools for phrase in tool_phrases(offer)]

    async def answer(self, question: Question) -> AsyncIterator[Thought]:
        """Words as they come, then the calls, then what the service counted, then whether the answer was cut short.

        Raises:
            EngineFailed: The endpoint cannot be reached, refuses, is silent, breaks off, sends nonsense, or did not
                make the call that `tool_choice` demands (Ollama ignores it).
        """
        request = chat_request(question, await self._chosen_model(), self._limit_name)
        request["stream"] = True
        demanded = "tools" in request and question.tool_choice != "auto"
        stream = ChatStream()
        async with aclosing(self._pieces(request)) as pieces:
            async for piece in pieces:
                text = stream.take(piece)
                if text and not demanded:
                    yield Words(text)
                await asyncio.sleep(
                    0
                )  # many pieces may be there at once; nobody else should wait for all of them
        rest = stream.rest()
        calls = stream.calls
        if demanded and not _obeyed(question.tool_choice, [call.name for call in calls]):
            raise EngineFailed(
                f"the language model at {self._client.at.host} did not make the call that tool_choice demands; "
                "not every service supports it"
            )
        if rest and not demanded:
            yield Words(rest)
        for call in calls:
            yield call
        if stream.used is not None:
            yield stream.used
        if stream.cut:
            yield CutShort(stream.cut)

    async def stop(self) -> None:
        """Close connections."""
        await self._client.close()

    async def _pieces(self, request: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """The stream's JSON objects, up to `[DONE]`; a stream without it must have given a reason for its end."""
        ended = False
        async with AsyncExitStack() as connection:
            answer = await self._asked(connection, request)
            if "event-stream" not in answer.headers.get("content-type", "event-stream"):
                raise self._broken("it does not stream")
            async for line in answer.aiter_lines():
                if len(line) > MAX_LINE_CHARS:
                    raise self._broken("a line is too long")
                if not line.startswith("data:"):
                    continue  # comments keep the line alive, events have no names here
                data = line.removeprefix("data:").strip()
                if data == "[DONE]":
                    return
                piece = self._read(data)
                ended = ended or _has_reason(piece)
                yield piece
        if not ended:
            raise self._broken("the answer broke off")

    async def _asked(self, connection: AsyncExitStack, request: dict[str, Any]) -> httpx2.Response:
        """The answer to a request, with the wish for a count of tokens where the service knows that wish."""
        wish = {"stream_options": {"include_usage": True}} if self._asks_count else {}
        try:
            return await connection.enter_async_context(
                self._client.stream("POST", "chat/completions", json={**request, **wish})
            )
        except EngineFailed as failed:
            if not wish or "stream_options" not in str(failed):
                raise
        self._asks_count = False
        return await self._asked(connection, request)

    def _read(self, data: str) -> dict[str, Any]:
        try:
            piece = json.loads(data)
        except ValueError:
            raise self._broken("no JSON") from None
        if not isinstance(piece, dict):
            raise self._broken("no JSON object")
        if "error" in piece and not piece.get("choices"):
            raise self._broken(error_text(piece))
        return piece

    def _broken(self, why: str) -> EngineFailed:
        return EngineFailed(f"the language model at {self._client.at.host} failed: {why}")

    async def _chosen_model(self) -> str:
        if not self._model:
            self._model = (await self.models())[0]
        return self._model

    async def models(self) -> list[str]:
        """Names of what the endpoint offers.

        Raises:
            EngineFailed: It cannot be reached, or lists nothing.
        """
        async with self._client.stream("GET", "models") as answer:
            body = await answer.aread()
        try:
            listed = json.loads(body)["data"]
            names = [str(model["id"]) for model in listed]
        except (ValueError, KeyError, TypeError):
            names = []
        if not names:
            raise self._broken("it lists no models; name one with --llm-model")
        return names


def _obeyed(choice: str, names: Sequence[str]) -> bool:
    return bool(names) if choice == "required" else choice in names


def _has_reason(piece: dict[str, Any]) -> bool:
    choices = piece.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return isinstance(first, dict) and isinstance(first.get("finish_reason"), str)
