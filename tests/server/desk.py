"""A client's desk in front of a `ServerCore`: values in, values out, everything judged on the way.

Engines are played by hand or by a short script: `replies` are lists of words and calls, `transcripts` plain texts.
Speech is 20 ms of sound for each letter. Every event is judged for its order, and its text in both dialects by the
strict oracle.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from realtime_cli import protocol as p
from realtime_cli.server import vocabulary as v
from realtime_cli.server.core import ServerCore
from realtime_cli.server.engines.contract import WantsCall
from realtime_cli.server.options import ServerOptions
from tests.support.oracle import accepts_server
from tests.support.order import OrderJudge

LETTER_MS = 20
LOUD = b"\x00\x20" * 24
"""1 ms that the desk's voice detector takes for speech."""

QUIET = bytes(48)
"""1 ms of silence."""

_E = TypeVar("_E")
Reply = Sequence[str | WantsCall]


def loud_is_speech(block: bytes) -> float:
    """A voice detector for tests: whatever is not digital silence."""
    return 1.0 if any(block) else 0.0


def typed(text: str, **more: object) -> p.ConversationItemCreate:
    """A typed user message."""
    item = p.MessageItem(role="user", content=(p.InputText(text),))
    return p.ConversationItemCreate(item=item, **more)  # type: ignore[arg-type]


class Desk:
    """Talks to one core. `said` are all events so far, `commands` all other commands."""

    def __init__(
        self,
        options: ServerOptions | None = None,
        *,
        replies: Sequence[Reply] = (),
        transcripts: Sequence[str] = (),
        probability: Callable[[bytes], float] = loud_is_speech,
        hello: v.ClientConnected | None = None,
    ) -> None:
        self.core = ServerCore(options, probability)
        self.judge = OrderJudge()
        self.said: list[p.ServerEvent] = []
        self.commands: list[v.ServerCommand] = []
        self.now_s = 0.0
        self._replies, self._transcripts = deque(replies), deque(transcripts)
        self._todo: deque[v.ServerCommand] = deque()
        self.happen(hello or v.ClientConnected(epoch_s=1_800_000_000.0))

    # --- doing ---------------------------------------------------------------------------------------------------

    def happen(self, *facts: v.ServerFact) -> list[p.ServerEvent]:
        """Let facts happen; returns what the server said to them."""
        before = len(self.said)
        for fact in facts:
            for command in self.core.handle(fact, self.now_s):
                self._take(command)
        return self.said[before:]

    def say(self, *events: p.ClientEvent) -> list[p.ServerEvent]:
        """The client says something."""
        return self.happen(*(v.ClientSaid(event) for event in events))

    def sound(self, *, loud_ms: int = 0, quiet_ms: int = 0) -> list[p.ServerEvent]:
        """The client sends speech, then silence, in blocks of 20 ms."""
        before = len(self.said)
        pcm = LOUD * loud_ms + QUIET * quiet_ms
        for at in range(0, len(pcm), 960):
            self.say(p.InputAudioBufferAppend(audio=pcm[at : at + 960]))
        return self.said[before:]

    def work(self) -> list[p.ServerEvent]:
        """Let the scripted engines do everything that was asked of them."""
        before = len(self.said)
        while self._todo:
            self._do(self._todo.popleft())
        return self.said[before:]

    def ask(self, text: str, response: p.ResponseConfig | p.UnsetType = p.UNSET) -> list[p.ServerEvent]:
        """A whole typed turn."""
        before = len(self.said)
        self.say(typed(text), p.ResponseCreate(response=response))
        self.work()
        return self.said[before:]

    # --- looking -------------------------------------------------------------------------------------------------

    def last(self, kind: type[_E]) -> _E:
        """The latest event or command of that kind."""
        return next(thing for thing in reversed([*self.commands, *self.said]) if isinstance(thing, kind))

    def all(self, kind: type[_E]) -> list[_E]:
        """All events or commands of that kind."""
        return [thing for thing in [*self.commands, *self.said] if isinstance(thing, kind)]

    def error(self, events: Sequence[p.ServerEvent]) -> p.ErrorDetail:
        """The one error among these events, which has to be the only event."""
        assert len(events) == 1, kinds(events)
        assert isinstance(events[0], p.ErrorEvent)
        return events[0].error

    # --- inside --------------------------------------------------------------------------------------------------

    def _take(self, command: v.ServerCommand) -> None:
        if not isinstance(command, v.Say):
            self.commands.append(command)
            self._todo.append(command)
            return
        self.judge.judge(command.event)
        for dialect in (p.GA, p.BETA):
            for text in dialect.encode_server(command.event):
                fault = accepts_server(text, dialect.name)
                assert fault is None, f"{dialect.name}: {fault}: {text[:300]}"
        self.said.append(command.event)

    def _do(self, command: v.ServerCommand) -> None:
        match command:
            case v.Reply(response_id=response_id):
                for thought in self._replies.popleft() if self._replies else ("Yes.",):
                    self.happen(
                        v.EngineCalled(response_id, thought.name, thought.arguments)
                        if isinstance(thought, WantsCall)
                        else v.EngineReplied(response_id, thought)
                    )
                self.happen(v.EngineReplyEnded(response_id))
            case v.Speak(response_id=response_id, text=text):
                self.happen(v.EngineSpoke(response_id, LOUD * LETTER_MS * len(text)))
                self.happen(v.EngineSpeechEnded(response_id))
            case v.Transcribe(item_id=item_id):
                text = self._transcripts.popleft() if self._transcripts else ""
                self.happen(v.EngineTranscribed(item_id, text))


def kinds(events: Sequence[p.ServerEvent]) -> list[str]:
    """The types of events, in order."""
    return [p.type_of(event) for event in events]
