"""What happens in a session, as a Python program sees it: plain values, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from realtime_cli.session.state import Call, CallStatus, Notice, ResponseState, SessionState, Spoken

_BROKEN = ("cancelled", "failed", "incomplete")


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of an answer: its text, or the transcript of its voice. Untrusted: clean it before a terminal sees it."""

    item_id: str
    text: str


@dataclass(frozen=True, slots=True)
class AudioDelta:
    """More of an answer's voice: PCM16 mono 24 kHz, little endian."""

    item_id: str
    pcm: bytes


@dataclass(frozen=True, slots=True)
class UserSaid:
    """What the user said or typed, once it is written down."""

    item_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer is complete.

    Attributes:
        status: completed, cancelled, failed or incomplete.
        interrupted: The user spoke; `text` ends where it was heard.
    """

    item_id: str
    text: str
    status: str
    interrupted: bool


@dataclass(frozen=True, slots=True)
class Called:
    """A function was called and has come back. `arguments` and `output` are text; `worked` is False for a failure."""

    call_id: str
    name: str
    arguments: str
    output: str
    worked: bool


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something to know: severity info, warning or error; `advice` is the next step, "" for none."""

    severity: str
    text: str
    advice: str


Event: TypeAlias = TextDelta | AudioDelta | UserSaid | Answered | Called | Noticed


class Differences:
    """Turns one picture of the session after the other into events."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}
        self._settled = 0
        self._open: set[str] = set()  # answers that began and are not complete
        self._response_id = ""
        self._spoke = False  # in this response

    def between(self, state: SessionState) -> Iterator[Event]:
        """What is new since the last picture."""
        for entry in state.entries[self._settled :]:
            if isinstance(entry, Spoken) and entry.role == "assistant":
                told = self._told.get(entry.item_id, 0)
                if len(entry.text) > told:
                    self._told[entry.item_id] = len(entry.text)
                    self._open.add(entry.item_id)
                    yield TextDelta(entry.item_id, entry.text[told:])
        for entry in state.entries[self._settled : state.settled]:
            self._settled += 1
            match entry:
                case Spoken(role="assistant"):
                    status = state.response_status or "completed"
                    self._open.discard(entry.item_id)
                    self._spoke = True
                    yield Answered(entry.item_id, entry.text, status, entry.interrupted)
                case Spoken(role="user"):
                    yield UserSaid(entry.item_id, entry.text)
                case Call():
                    worked = entry.status is CallStatus.DONE
                    yield Called(entry.call_id, entry.name, entry.arguments, entry.output, worked)
                case Notice():
                    yield Noticed(entry.severity, entry.text, entry.advice)
        yield from self._ended_without_words(state)

    def _ended_without_words(self, state: SessionState) -> Iterator[Answered]:
        """Answers of which nothing was heard, and those that ended before they began: who waits must learn of it."""
        there = {entry.item_id for entry in state.entries[self._settled :] if isinstance(entry, Spoken)}
        for item_id in sorted(self._open - there):
            self._open.discard(item_id)
            self._spoke = True
            yield Answered(item_id, "", state.response_status or "cancelled", True)
        if state.response is not ResponseState.NONE:
            if state.response_id != self._response_id:
                self._response_id, self._spoke = state.response_id, False
        elif state.response_status in _BROKEN and not self._spoke and not self._open and not there:
            self._spoke = True
            if self._response_id:
                yield Answered("", "", state.response_status, state.response_status == "cancelled")
