"""A question as a chat endpoint wants to read it: messages, functions, limits. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from realtime_cli.server.engines.contract import PastCall, Question, ToolOffer, Utterer

Json: TypeAlias = dict[str, Any]

SPOKEN_NOTE: Final = (
    "Your answer is spoken aloud: answer in short, plain sentences, without lists, markup, code or emoji."
)
UNHEARD: Final = "(The user said something that could not be understood.)"


def chat_request(question: Question, model: str, limit_name: str = "max_tokens") -> Json:
    """The body of a `chat/completions` request, without the wish for a stream.

    Args:
        limit_name: How the service calls the limit of the answer.
    """
    request: Json = {"model": model, "messages": messages(question)}
    if question.max_output_tokens is not None:
        request[limit_name] = question.max_output_tokens
    # Ollama ignores `tool_choice`: a model that must not call anything is simply told of nothing.
    if question.tools and question.tool_choice != "none":
        request["tools"] = [_function(offer) for offer in question.tools]
        if question.tool_choice == "required":
            request["tool_choice"] = "required"
        elif question.tool_choice != "auto":
            request["tool_choice"] = {"type": "function", "function": {"name": question.tool_choice}}
    return request


def messages(question: Question) -> list[Json]:
    """The conversation. Calls that follow each other stand in one message; those without an output are left out."""
    told: list[Json] = []
    notes = [question.instructions.strip(), SPOKEN_NOTE if question.spoken else ""]
    if system := "\n\n".join(note for note in notes if note):
        told.append({"role": "system", "content": system})
    calls: list[PastCall] = []
    for turn in question.history:
        if isinstance(turn, PastCall):
            if turn.output is not None:
                calls.append(turn)
            continue
        told += _called(calls)
        calls = []
        told += _said(turn)
    return told + _called(calls)


def _said(turn: Utterer) -> list[Json]:
    if turn.text:
        return [{"role": turn.role, "content": turn.text}]
    return [{"role": "user", "content": UNHEARD}] if turn.role == "user" else []


def _called(calls: Sequence[PastCall]) -> list[Json]:
    if not calls:
        return []
    wanted = [
        {
            "id": call.call_id,
            "type": "function",
            "function": {"name": call.name, "arguments": _object_text(call.arguments)},
        }
        for call in calls
    ]
    outputs: list[Json] = [
        {"role": "tool", "tool_call_id": call.call_id, "content": call.output or ""} for call in calls
    ]
    return [{"role": "assistant", "content": None, "tool_calls": wanted}, *outputs]


def _object_text(arguments: str) -> str:
    """Arguments as sent, if they are an object: Ollama refuses a whole history because of broken ones."""
    try:
        return arguments if isinstance(json.loads(arguments), dict) else "{}"
    except ValueError:
        return "{}"


def _function(offer: ToolOffer) -> Json:
    parameters = offer.parameters or {"type": "object", "properties": {}}
    return {
        "type": "function",
        "function": {"name": offer.name, "description": offer.description, "parameters": parameters},
    }
