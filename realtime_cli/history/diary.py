"""Keeps the diary of one run: looks at the picture after each fact and has what is finished written down.

An item is written when it is finished, and again when more is known of it (cut by the user, heard to its end,
a result that came later). Nothing here waits: the writing happens in a thread of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from realtime_cli import protocol as p
from realtime_cli.history.accounts import response_usage, transcription_usage
from realtime_cli.history.records import Ending, ItemRecord, Opening, UsageRecord
from realtime_cli.session.facts import Fact, Flushed, MicHeard, Played, ServerSaid
from realtime_cli.session.state import Call, CallStatus, Entry, Glance, Notice, Spoken

_FRAMES_PER_MS: Final = 24
_CALL_OVER: Final = (CallStatus.DONE, CallStatus.FAILED, CallStatus.CANCELLED)


class _Heard(Struct):
    """Sound of one item as far as it left the loudspeaker; times are seconds since 1970."""

    frames: int = 0
    began_at: float = 0.0
    ended_at: float = 0.0
    final: bool = False


class AnyPen(Protocol):
    """What writes a diary down: into the history, or beside a recording. Nothing here waits."""

    def put_items(self, records: list[ItemRecord]) -> None: ...  # noqa: D102
    def put_usage(self, usage: UsageRecord) -> None: ...  # noqa: D102
    def rename(self, old_key: str, new_key: str) -> None: ...  # noqa: D102
    def end(self, ending: Ending) -> None: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


class Diary:
    """The diary of one run. Made, fed and closed on the loop.

    Args:
        opening: Which command talks to whom.
        pen: Writes.
        epoch_offset_s: Added to loop times gives seconds since 1970.
        earlier_entries: Entries at the top of the picture that were written in an earlier run.
    """

    def __init__(
        self, opening: Opening, pen: AnyPen, epoch_offset_s: float, earlier_entries: int = 0
    ) -> None:
        self._opening = opening
        self._offset_s = epoch_offset_s
        self._pen = pen
        self._written: dict[str, ItemRecord] = {}  # of entries that may still change
        self._begun_at: dict[str, float] = {}
        self._speech_ended_at: dict[str, float] = {}
        self._heard: dict[str, _Heard] = {}
        self._notices: dict[int, tuple[Notice, str]] = {}
        self._notice_count = 0
        self._done_entries = earlier_entries

    def note(self, fact: Fact, at_s: float, glance: Callable[[int], Glance]) -> None:
        """A fact was taken in; `glance` shows the conversation from a place on, as it is after it."""
        match fact:
            case MicHeard():
                return
            case Played(pieces=pieces):
                for piece in pieces:
                    self._played(piece.item_id, piece.frames, at_s)
                return
            case Flushed(pieces=pieces):
                for piece in pieces:
                    heard = self._heard.setdefault(piece.item_id, _Heard())
                    heard.frames, heard.final, heard.ended_at = piece.frames, True, at_s + self._offset_s
            case ServerSaid(event=p.ResponseOutputAudioDelta()):
                return
            case ServerSaid(event=p.InputAudioBufferSpeechStopped(item_id=item_id)):
                self._speech_ended_at[item_id] = at_s + self._offset_s
            case ServerSaid(event=p.ResponseDone(response=response)):
                model = glance(self._done_entries).model
                self._count(response_usage(response, self._opening, model, at_s + self._offset_s))
            case ServerSaid(event=p.ConversationItemInputAudioTranscriptionCompleted(usage=usage)):
                asked = glance(self._done_entries).asked
                self._count(transcription_usage(usage, self._opening, asked, at_s + self._offset_s))
        self._look(glance(self._done_entries), at_s + self._offset_s)

    def finish(self, glance: Callable[[int], Glance], at_s: float, exit_code: int, error: str) -> None:
        """The session is over: what is unfinished is written as far as it came."""
        now = at_s + self._offset_s
        self._look(glance(self._done_entries), now, last=True)
        self._pen.end(Ending(now, "failed" if error or exit_code else "ended", exit_code, error))

    def close(self) -> None:
        """Wait until everything is written."""
        self._pen.close()

    # What is seen.

    def _look(self, state: Glance, now: float, *, last: bool = False) -> None:
        """Compare the live end of the picture with what was written."""
        fresh: list[ItemRecord] = []
        seen: set[str] = set()
        for position, entry in enumerate(state.entries, start=state.first):
            key = self._key(entry)
            seen.add(key)
            self._begun_at.setdefault(key, now)
            record = self._record(entry, key, position, now, last=last)
            known = self._written.get(key)
            if record is None or (known is not None and _same(known, record)):
                continue
            if known is not None and record.heard_ms is None:
                record = replace(record, ended_at=known.ended_at)  # it was over when it was first seen to be
            fresh.append(record)
        gone = [key for key in self._written if key not in seen]
        for key in gone:
            self._vanished(key, fresh)
        for record in fresh:
            self._written[record.key] = record
        if fresh:
            self._pen.put_items(fresh)
        self._forget_settled(state)

    def _vanished(self, key: str, fresh: list[ItemRecord]) -> None:
        """An entry is no longer in the picture: the server named it anew, or nobody heard it."""
        known = self._written.pop(key)
        for index, record in enumerate(fresh):
            same = (record.kind, record.role, record.text) == (known.kind, known.role, known.text)
            if same and record.key not in self._written:
                self._pen.rename(key, record.key)
                fresh[index] = replace(record, started_at=known.started_at, ended_at=known.ended_at)
                return
        fresh.append(replace(known, status="removed", heard_text="", heard_ms=0 if known.heard_ms else None))

    def _forget_settled(self, state: Glance) -> None:
        """Settled entries never change: nothing about them has to be kept."""
        for entry in state.entries[: max(0, state.settled - state.first)]:
            key = self._key(entry)
            for memory in (self._written, self._begun_at, self._speech_ended_at, self._heard):
                memory.pop(key, None)
            self._notices.pop(id(entry), None)
        self._done_entries = max(self._done_entries, state.settled)
        for key in [key for key, record in self._written.items() if record.status == "removed"]:
            del self._written[key]

    def _key(self, entry: Entry) -> str:
        match entry:
            case Spoken(item_id=item_id):
                return item_id
            case Call(call_id=call_id):
                return f"call {call_id}"
            case Notice():
                known = self._notices.get(id(entry))
                if known is None:
                    self._notice_count += 1
                    known = self._notices[id(entry)] = (entry, f"notice {self._notice_count}")
                return known[1]

    def _record(self, entry: Entry, key: str, position: int, now: float, *, last: bool) -> ItemRecord | None:
        """The entry as it is to be written; None while it is unfinished."""
        match entry:
            case Spoken():
                return self._spoken(entry, position, now, last=last) if entry.final or last else None
            case Call():
                return self._call(entry, key, position, now) if entry.status in _CALL_OVER or last else None
            case Notice():
                at = entry.at_s + self._offset_s
                text = f"{entry.text} {entry.advice}".strip()
                return ItemRecord(key, position, "notice", "system", text, "", entry.severity, at, at)

    def _spoken(self, entry: Spoken, position: int, now: float, *, last: bool) -> ItemRecord:
        heard = self._heard.get(entry.item_id)
        began, ended = self._begun_at[entry.item_id], self._speech_ended_at.get(entry.item_id, now)
        if heard is not None and heard.began_at:
            began, ended = heard.began_at, max(heard.ended_at, heard.began_at)
        status = "interrupted" if entry.interrupted else "completed" if entry.final else "incomplete"
        return ItemRecord(
            key=entry.item_id,
            position=position,
            kind="message",
            role=entry.role,
            text=entry.text,
            heard_text=entry.text[: entry.heard_chars] if entry.role == "assistant" else entry.text,
            status=status,
            started_at=min(began, ended),
            ended_at=ended,
            heard_ms=heard.frames // _FRAMES_PER_MS if heard is not None else None,
            item_id=entry.item_id,
            problem=entry.problem or ("" if entry.final or not last else "the session ended"),
        )

    def _call(self, entry: Call, key: str, position: int, now: float) -> ItemRecord:
        began = self._begun_at[key] if entry.started_at_s is None else entry.started_at_s + self._offset_s
        ended = now if entry.ended_at_s is None else entry.ended_at_s + self._offset_s
        return ItemRecord(
            key=key,
            position=position,
            kind="call",
            role="assistant",
            text="",
            heard_text="",
            status=entry.status.value,
            started_at=began,
            ended_at=ended,
            call_id=entry.call_id,
            name=entry.name,
            arguments=entry.arguments,
            output=entry.output,
            approval=entry.approval,
            written=entry.written,
        )

    # What was heard, and what it cost.

    def _played(self, item_id: str, frames: int, at_s: float) -> None:
        heard = self._heard.setdefault(item_id, _Heard())
        now = at_s + self._offset_s
        if heard.final:
            return  # the totals of a flush hold its fade already
        heard.began_at = heard.began_at or now
        heard.frames += frames
        heard.ended_at = now

    def _count(self, usage: UsageRecord | None) -> None:
        if usage is not None:
            self._pen.put_usage(usage)


def _same(one: ItemRecord, other: ItemRecord) -> bool:
    """Nothing is new but the time of looking."""
    return replace(one, ended_at=0.0) == replace(other, ended_at=0.0)
