"""Builders for tests of the mind: a driver that keeps its time and timers, and stories a server may tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from realtime_cli import protocol as p
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session.core import SessionCore
from realtime_cli.session.state import Call, Notice, SessionState, Spoken, TurnMode
from realtime_cli.session.wish import Wish

MS = 48  # bytes of PCM16 at 24 kHz
_E = TypeVar("_E")


class Mind:
    """A mind under test, with its own clock.

    Attributes:
        log: Every command so far.
        at_s: The time of the next fact.
    """

    def __init__(self, wish: Wish | None = None, abilities: frozenset[p.Ability] = p.ALL) -> None:
        self.core = SessionCore(wish or voice_wish(), abilities)
        self.log: list[c.Command] = []
        self.at_s = 100.0
        self._due: dict[str, float] = {}

    def see(self) -> SessionState:
        """The picture. A method, because a type checker believes that properties do not change."""
        return self.core.state

    def begin(self) -> list[c.Command]:
        return self._note(self.core.begin(self.at_s))

    def tell(self, *facts: f.Fact) -> list[c.Command]:
        """Facts one after the other, 1 ms apart; the commands that followed."""
        told: list[c.Command] = []
        for fact in facts:
            self.at_s += 0.001
            told += self._note(self.core.handle(fact, self.at_s))
        return told

    def hear(self, *events: p.ServerEvent) -> list[c.Command]:
        """Server events, one after the other."""
        return self.tell(*(f.ServerSaid(event) for event in events))

    def connect(self, session: p.SessionConfig | None = None, attempt: int = 1) -> list[c.Command]:
        """Handshake, `session.created`, `session.updated` with the settings that were asked for."""
        told = self.tell(f.Connected(attempt))
        told += self.hear(p.SessionCreated(session=p.SessionConfig(id="sess_1", model="m")))
        asked = session or self.core._desk.wish.config
        return told + self.hear(p.SessionUpdated(session=asked))

    def ready(self, session: p.SessionConfig | None = None) -> list[c.Command]:
        """From nothing to a session that listens, with working devices."""
        told = self.begin()
        told += self.tell(f.DeviceChanged("microphone", "mic", ""), f.DeviceChanged("speaker", "box", ""))
        return told + self.connect(session)

    def wait(self, seconds: float) -> list[c.Command]:
        """Let time pass; timers fire when they are due."""
        told: list[c.Command] = []
        end_s = self.at_s + seconds
        while self._due:
            name = min(self._due, key=lambda timer: self._due[timer])
            if self._due[name] > end_s:
                break
            self.at_s = max(self.at_s, self._due.pop(name))
            told += self._note(self.core.handle(f.TimerFired(name), self.at_s))
        self.at_s = end_s
        return told

    def spoken(self) -> list[Spoken]:
        return [entry for entry in self.see().entries if isinstance(entry, Spoken)]

    def lines(self) -> list[str]:
        """The conversation as short lines."""
        return [f"{entry.role}: {entry.text}" for entry in self.spoken()]

    def calls(self) -> list[Call]:
        return [entry for entry in self.see().entries if isinstance(entry, Call)]

    def notices(self) -> list[str]:
        return [entry.text for entry in self.see().entries if isinstance(entry, Notice)]

    def _note(self, commands: list[c.Command]) -> list[c.Command]:
        for command in commands:
            if isinstance(command, c.StartTimer):
                self._due[command.name] = self.at_s + command.after_s
            elif isinstance(command, c.StopTimer):
                self._due.pop(command.name, None)
        self.log += commands
        return commands


def said(commands: Iterable[c.Command], kind: type[_E]) -> list[_E]:
    """The client events of one kind among commands."""
    return [
        command.event
        for command in commands
        if isinstance(command, c.Say) and isinstance(command.event, kind)
    ]


def kinds(commands: Iterable[c.Command]) -> list[str]:
    """Commands as short words: wire types of what is said, class names of the rest; timers left out."""
    words: list[str] = []
    for command in commands:
        if isinstance(command, c.Say):
            words.append(p.type_of(command.event))
        elif not isinstance(command, c.StartTimer | c.StopTimer):
            words.append(type(command).__name__)
    return words


def of(commands: Iterable[c.Command], kind: type[_E]) -> list[_E]:
    """The commands of one class."""
    return [command for command in commands if isinstance(command, kind)]


def voice_config(
    detection: p.TurnDetection | None = p.ServerVad(silence_duration_ms=500),  # noqa: B008 - frozen
    *,
    transcribed: bool = True,
) -> p.SessionConfig:
    audio_in = p.AudioInput(
        turn_detection=detection, transcription=p.Transcription(model="whisper-1") if transcribed else None
    )
    return p.SessionConfig(
        output_modalities=("audio",),
        audio=p.AudioConfig(input=audio_in, output=p.AudioOutput(voice="marin")),
    )


def voice_wish(**changes: object) -> Wish:
    return Wish(**{"config": voice_config(), **changes})  # type: ignore[arg-type]


def key_wish(**changes: object) -> Wish:
    settings = {"config": voice_config(None), "turn_mode": TurnMode.PUSH_TO_TALK, **changes}
    return Wish(**settings)  # type: ignore[arg-type]


def typed_wish(**changes: object) -> Wish:
    config = p.SessionConfig(output_modalities=("text",))
    return Wish(**{"config": config, "turn_mode": TurnMode.TYPED, **changes})  # type: ignore[arg-type]


def mic(ms: int = 20, level_dbfs: float = -20.0) -> f.MicHeard:
    return f.MicHeard(b"\x01\x02" * (ms * MS // 2), level_dbfs)


def sound(ms: int) -> bytes:
    return b"\x03\x04" * (ms * MS // 2)


def played(item_id: str, ms: int) -> f.Played:
    return f.Played((f.Piece(item_id, 0, ms * 24),), -20.0, 0.05)


def flushed(**totals_ms: int) -> f.Flushed:
    return f.Flushed(tuple(f.Piece(item_id, 0, ms * 24) for item_id, ms in totals_ms.items()))


def user_turn(item_id: str = "u1", transcript: str | None = "hello there") -> list[p.ServerEvent]:
    """Speech found by the server's turn detection."""
    events: list[p.ServerEvent] = [
        p.InputAudioBufferSpeechStarted(item_id=item_id),
        p.InputAudioBufferSpeechStopped(item_id=item_id),
        p.InputAudioBufferCommitted(item_id=item_id),
        p.ConversationItemAdded(
            item=p.MessageItem(id=item_id, role="user", content=(p.InputAudio(transcript=None),))
        ),
    ]
    if transcript is not None:
        events.append(
            p.ConversationItemInputAudioTranscriptionCompleted(item_id=item_id, transcript=transcript)
        )
    return events


def begun(response_id: str = "r1", item_id: str = "a1", phase: str | None = None) -> list[p.ServerEvent]:
    item = p.MessageItem(id=item_id, role="assistant", status="in_progress", phase=phase)
    return [
        p.ResponseCreated(response=p.Response(id=response_id, status="in_progress")),
        p.ResponseOutputItemAdded(item=item, response_id=response_id),
        p.ConversationItemAdded(item=item),
    ]


def voice(ms: int, text: str = "", response_id: str = "r1", item_id: str = "a1") -> list[p.ServerEvent]:
    """Some words and their sound."""
    events: list[p.ServerEvent] = []
    if text:
        events.append(
            p.ResponseOutputAudioTranscriptDelta(response_id=response_id, item_id=item_id, delta=text)
        )
    if ms:
        events.append(p.ResponseOutputAudioDelta(response_id=response_id, item_id=item_id, delta=sound(ms)))
    return events


def ended(
    response_id: str = "r1", item_id: str = "a1", status: str = "completed", reason: str | None = None
) -> list[p.ServerEvent]:
    item_status = "completed" if status == "completed" else "incomplete"
    item = p.MessageItem(id=item_id, role="assistant", status=item_status)
    details = p.StatusDetails(type=status, reason=reason) if reason else None
    return [
        p.ResponseOutputAudioDone(response_id=response_id, item_id=item_id),
        p.ResponseOutputItemDone(item=item, response_id=response_id),
        p.ConversationItemDone(item=item),
        done(response_id, status, details),
    ]


def done(
    response_id: str = "r1", status: str = "completed", details: p.StatusDetails | None = None
) -> p.ResponseDone:
    return p.ResponseDone(response=p.Response(id=response_id, status=status, status_details=details))


def failed(code: str, message: str = "no", response_id: str = "r1") -> p.ResponseDone:
    error = p.ResponseError(type="error", code=code, message=message)
    return done(response_id, "failed", p.StatusDetails(type="failed", error=error))


def text_answer(text: str, response_id: str = "r1", item_id: str = "a1") -> list[p.ServerEvent]:
    return [
        *begun(response_id, item_id),
        p.ResponseOutputTextDelta(response_id=response_id, item_id=item_id, delta=text[:3]),
        p.ResponseOutputTextDelta(response_id=response_id, item_id=item_id, delta=text[3:]),
        p.ResponseOutputTextDone(response_id=response_id, item_id=item_id, text=text),
        *ended(response_id, item_id)[1:],
    ]


def call_item(
    call_id: str, name: str = "clock", arguments: str = "{}", status: str = "completed"
) -> p.FunctionCallItem:
    return p.FunctionCallItem(
        id=f"item_{call_id}", call_id=call_id, name=name, arguments=arguments, status=status
    )


def call_answer(*calls: p.FunctionCallItem, response_id: str = "r1") -> list[p.ServerEvent]:
    """An answer that consists of calls."""
    events: list[p.ServerEvent] = [p.ResponseCreated(response=p.Response(id=response_id))]
    for index, item in enumerate(calls):
        item_id = str(item.id)
        started = p.FunctionCallItem(id=item_id, call_id=item.call_id, name=item.name, status="in_progress")
        events += [
            p.ResponseOutputItemAdded(item=started, response_id=response_id, output_index=index),
            p.ResponseFunctionCallArgumentsDelta(
                response_id=response_id, item_id=item_id, call_id=item.call_id, delta=item.arguments
            ),
            p.ResponseOutputItemDone(item=item, response_id=response_id, output_index=index),
        ]
    return [*events, done(response_id)]


def error(
    code: str | None, message: str = "no", event_id: str | None = None, kind: str = "invalid_request_error"
) -> p.ErrorEvent:
    return p.ErrorEvent(error=p.ErrorDetail(type=kind, message=message, code=code, event_id=event_id))
