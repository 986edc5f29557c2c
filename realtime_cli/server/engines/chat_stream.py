"""A chat endpoint's stream of pieces put together: words to say at once, calls when they are complete. Pure.

Services differ. Ollama sends each call whole, older ones without an index; llama.cpp sends fragments that only an index
holds together; some number every call 0. Reasoning comes in fields of its own or between `<think>` and `</think>`,
and is never said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from realtime_cli.server.engines.contract import Used, WantsCall

Json: TypeAlias = dict[str, Any]

OPEN, CLOSE = "<think>", "</think>"
CUTS: Final[dict[str, Literal["max_output_tokens", "content_filter"]]] = {
    "length": "max_output_tokens",
    "content_filter": "content_filter",
}


@dataclass(slots=True)
class _Call:
    index: int | None
    id: str
    name: str
    arguments: str = ""


class ChatStream:
    """One answer.

    Attributes:
        finish_reason: None while it goes on.
        used: What the service counted; None until it says so, which some never do.
    """

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._aloud = Aloud()
        self.finish_reason: str | None = None
        self.used: Used | None = None

    def take(self, chunk: Json) -> str:
        """A piece of the stream; returns what of it is to be said, maybe "". Pieces of any shape do no harm."""
        self.used = _used(chunk.get("usage")) or self.used
        choices = chunk.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict):
            return ""  # the last piece of some services carries the usage only
        if isinstance(reason := choice.get("finish_reason"), str):
            self.finish_reason = reason
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            return ""
        pieces = delta.get("tool_calls")
        for piece in pieces if isinstance(pieces, list) else ():
            if isinstance(piece, dict):
                self._add(piece)
        content = delta.get("content")
        return self._aloud.feed(content) if isinstance(content, str) else ""

    def rest(self) -> str:
        """What was held back and turned out to be words."""
        return self._aloud.finish()

    @property
    def calls(self) -> list[WantsCall]:
        """The calls, in the order they began. Arguments are passed on as they came: who runs them judges them."""
        return [WantsCall(call.name, call.arguments or "{}") for call in self._calls if call.name]

    @property
    def cut(self) -> Literal["max_output_tokens", "content_filter"] | None:
        """Why the answer is not whole."""
        return CUTS.get(self.finish_reason or "")

    def _add(self, piece: Json) -> None:
        function = piece.get("function")
        function = function if isinstance(function, dict) else {}
        index = piece.get("index")
        index = index if isinstance(index, int) else None
        call_id, name, arguments = (
            value if isinstance(value, str) else ""
            for value in (piece.get("id"), function.get("name"), function.get("arguments"))
        )
        call = self._goes_on(index, call_id, name)
        if call is None:
            call = _Call(index, call_id, "")
            self._calls.append(call)
        call.name = call.name or name
        call.arguments += arguments

    def _goes_on(self, index: int | None, call_id: str, name: str) -> _Call | None:
        """The call that a fragment continues; None when it begins one."""
        if call_id:
            known = next((call for call in reversed(self._calls) if call.id == call_id), None)
            if known is not None:
                return known
        same = [call for call in self._calls if index is None or call.index == index]
        if not same or (call_id and same[-1].id) or (index is None and name):
            return None
        return same[-1]


class Aloud:
    """Leaves out what stands between the thinking tags, which may be cut anywhere."""

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False
        self._begun = False

    def feed(self, text: str) -> str:
        """More text; returns what is to be said."""
        self._held += text
        said = ""
        while self._held:
            tag = CLOSE if self._thinking else OPEN
            at = self._held.find(tag)
            if at >= 0:
                said += "" if self._thinking else self._held[:at]
                self._held = self._held[at + len(tag) :]
                self._thinking = not self._thinking
                continue
            kept = _overlap(self._held, tag)
            said += "" if self._thinking else self._held[: len(self._held) - kept]
            self._held = self._held[len(self._held) - kept :]
            break
        return self._without_lead(said)

    def finish(self) -> str:
        """The end: a tag that was not finished is text after all."""
        held, self._held = self._held, ""
        return "" if self._thinking else self._without_lead(held)

    def _without_lead(self, said: str) -> str:
        """No white space before the first word, as is left where the thinking ended."""
        if not self._begun:
            said = said.lstrip()
            self._begun = bool(said)
        return said


def _used(said: object) -> Used | None:
    """A `usage` object; None where it is none. Services that count all the time say the whole each time."""
    if not isinstance(said, dict):
        return None
    read, written = _count(said.get("prompt_tokens")), _count(said.get("completion_tokens"))
    if read is None or written is None:
        return None
    details = said.get("prompt_tokens_details")
    cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else None
    return Used(read, written, min(cached or 0, read))


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _overlap(text: str, tag: str) -> int:
    """How many of the last letters may be the beginning of the tag."""
    return next(
        (size for size in range(min(len(tag) - 1, len(text)), 0, -1) if tag.startswith(text[-size:])), 0
    )
