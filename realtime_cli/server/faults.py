"""Faults of real servers on demand, put between a good session and its client: for tests of other people's clients.

Each fault has a name (`FAULTS`); several may be at work at once. What a client says reaches the session unchanged.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from realtime_cli.errors import ConfigError
from realtime_cli.server.link import Link

Json: TypeAlias = dict[str, Any]

LATE_S: Final = 0.2
"""How long after the end of the answer a late transcript comes."""

ACKS: Final = frozenset(
    {
        "session.updated",
        "conversation.item.added",
        "conversation.item.done",
        "conversation.item.created",
        "conversation.item.truncated",
        "conversation.item.deleted",
        "input_audio_buffer.committed",
        "input_audio_buffer.cleared",
    }
)
TRANSCRIPT: Final = "conversation.item.input_audio_transcription."
AUDIO_DELTAS: Final = ("response.output_audio.delta", "response.audio.delta")

FAULTS: Final[dict[str, str]] = {
    "drop-acks": "nothing that a client did is acknowledged",
    "late-transcripts": "the user's words come after the answer",
    "early-transcripts": "the user's words come before their item",
    "no-created": "answers begin without response.created",
    "anonymous-errors": "errors do not say which event they are about",
    "both-spellings": "audio and text deltas come under their old and their new name",
    "unknown-events": "events of unknown types and fields in between",
    "odd-bytes": "audio is cut inside of samples",
    "duplicates": "every event comes twice, with the same event_id",
    "break-off": "the line breaks with 1011 in the middle of the first answer",
    "drop": "the line is cut without a word in the middle of the first answer",
    "reject-key": "the line closes with 3000, as for a wrong key",
    "expire": "the session's time is over in the middle of the first answer: session_expired, then 1001",
    "stall": "answers stop in the middle and nothing more comes",
}
"""Name -> what a client meets."""


def read_faults(names: str) -> frozenset[str]:
    """Faults from `one,two`.

    Raises:
        ConfigError: There is no such fault.
    """
    wanted = frozenset(name.strip() for name in names.split(",") if name.strip())
    for name in wanted:
        if name not in FAULTS:
            raise ConfigError(f"there is no fault {name!r}", advice=f"Known: {', '.join(FAULTS)}.")
    return wanted


class FaultyLink:
    """A line that tells the client something else than the session said.

    Args:
        link: The line to the client.
        faults: Names out of `FAULTS`.
    """

    def __init__(self, link: Link, faults: Iterable[str]) -> None:
        self._link, self._faults = link, frozenset(faults)
        self._late: list[str] = []
        self._answering = self._stalled = self._rejected = False
        self._waiting: set[asyncio.Task[None]] = set()
        self._early: dict[str, list[str]] = {}

    async def receive(self) -> str:
        """What the client says."""
        if "reject-key" in self._faults and not self._rejected:
            self._rejected = True
            await self._link.close(3000, "invalid_request_error.invalid_api_key")
        return await self._link.receive()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the line, and whatever was still to come late."""
        for task in self._waiting:
            task.cancel()
        await self._link.close(code, reason)

    async def drop(self) -> None:
        """Cut the line."""
        await self._link.drop()

    async def send(self, text: str) -> None:
        """What the session says, made worse."""
        event: Json = json.loads(text)
        kind = str(event.get("type"))
        if self._stalled or await self._ends(kind):
            return
        if self._is_kept_back(kind, event, text):
            return
        for spoiled in self._spoiled(kind, event):
            await self._link.send(spoiled)
            if "duplicates" in self._faults:
                await self._link.send(spoiled)
        if kind == "response.done":
            self._answering = False
            late, self._late = self._late, []
            if late:
                self._say_late(late)

    # --- inside -------------------------------------------------------------------------------------------------

    async def _ends(self, kind: str) -> bool:
        """Whether the line (or all that is said on it) ends here: at the second delta of an answer."""
        if not kind.startswith("response.") or not kind.endswith(".delta"):
            return False
        if not self._answering:
            self._answering = True
            return False
        faults = self._faults
        if "stall" in faults:
            self._stalled = True
        elif "drop" in faults:
            await self._link.drop()
        elif "break-off" in faults:
            await self._link.close(1011, "internal error")
        elif "expire" in faults:
            reason = "Your session hit the maximum duration of 60 minutes."
            error = {
                "type": "invalid_request_error",
                "code": "session_expired",
                "message": reason,
                "param": None,
                "event_id": None,
            }
            expired = {"type": "error", "event_id": "event_expired", "error": error}
            await self._link.send(json.dumps(expired))
            await self._link.close(1001, reason)
        return bool(faults & {"stall", "drop", "break-off", "expire"})

    def _is_kept_back(self, kind: str, event: Json, text: str) -> bool:
        faults = self._faults
        if "drop-acks" in faults and kind in ACKS:
            return True
        if "no-created" in faults and kind == "response.created":
            return True
        if "late-transcripts" in faults and kind.startswith(TRANSCRIPT):
            self._late.append(text)
            return True
        if "early-transcripts" in faults:
            return self._is_waiting_for_words(kind, event, text)
        return False

    def _is_waiting_for_words(self, kind: str, event: Json, text: str) -> bool:
        """An item of sound is told only after its words."""
        item = event.get("item")
        item = item if isinstance(item, dict) else {}
        sound = any(part.get("type") == "input_audio" for part in item.get("content", ()))
        if kind.startswith("conversation.item.") and sound and item.get("role") == "user":
            self._early.setdefault(str(item.get("id")), []).append(text)
            return True
        if kind.startswith(TRANSCRIPT) and kind.endswith(("completed", "failed")):
            kept = self._early.pop(str(event.get("item_id")), [])
            if kept:
                self._say_late(kept, 0.0)
        return False

    def _say_late(self, texts: list[str], after_s: float = LATE_S) -> None:
        async def later() -> None:
            await asyncio.sleep(after_s)
            for text in texts:
                await self._link.send(text)

        task = asyncio.create_task(later(), name="late events")
        self._waiting.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._waiting.discard(task)
        if not task.cancelled():
            task.exception()  # the client is gone: the session is told by its own line

    def _spoiled(self, kind: str, event: Json) -> list[str]:
        events = [event]
        if "odd-bytes" in self._faults and kind in AUDIO_DELTAS:
            events = _cut_oddly(event)
        if "both-spellings" in self._faults and (other := _other_spelling(kind)):
            events = [twin for one in events for twin in (one, {**one, "type": other})]
        if "anonymous-errors" in self._faults and kind == "error":
            events = [{**event, "error": {**event.get("error", {}), "event_id": None}}]
        if "unknown-events" in self._faults:
            strange = {
                "type": "response.something_new",
                "event_id": "event_strange",
                "news": [1, {"a": None}],
            }
            events = [strange, *({**one, "field_of_tomorrow": {"x": [1]}} for one in events)]
        return [json.dumps(one) for one in events]


def _cut_oddly(event: Json) -> list[Json]:
    audio = base64.b64decode(event.get("delta", ""))
    at = len(audio) // 2 | 1
    return [
        {**event, "delta": base64.b64encode(piece).decode()} for piece in (audio[:at], audio[at:]) if piece
    ]


def _other_spelling(kind: str) -> str | None:
    families = ("audio", "audio_transcript", "text")
    for family in families:
        for end in ("delta", "done"):
            new, old = f"response.output_{family}.{end}", f"response.{family}.{end}"
            if kind in (new, old):
                return old if kind == new else new
    return None


def faulty(faults: Iterable[str]) -> Callable[[Link], Link]:
    """What puts these faults between a session and its client."""
    names = frozenset(faults)
    return lambda link: FaultyLink(link, names)
