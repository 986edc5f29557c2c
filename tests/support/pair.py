"""Two minds and a fake line: the client's and the local server's, talking through dialect text.

No loop, no thread, no clock: a calendar of what happens next. The line takes 15 ms each way and keeps the order; a
drop loses what is on its way. The microphone gives 20 ms blocks, the speaker is the real `Playout` read in 20 ms
blocks, the engines are scripts. Every text of both sides is judged by the strict oracle.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from typing import TypeAlias

import numpy as np

from realtime_cli import protocol as p
from realtime_cli.dsp.playout import Playout
from realtime_cli.server import vocabulary as v
from realtime_cli.server.core import ServerCore
from realtime_cli.server.engines.contract import Question, WantsCall
from realtime_cli.server.options import Names, ServerOptions
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session.core import SessionCore
from realtime_cli.session.state import Call, SessionState, Spoken
from realtime_cli.session.wish import Wish
from tests.support.oracle import accepts_client, accepts_server

LINE_S = 0.015
BLOCK_S = 0.020
BLOCK_FRAMES = 480
LETTER_MS = 50
"""How long the scripted mouth speaks for each letter; it makes sound ten times as fast."""

Reply: TypeAlias = Sequence[str | WantsCall]


class Pair:
    """A conversation between the two minds.

    Args:
        wish: The client's wish.
        dialect: How both sides spell.
        transcripts: What the ears understand, turn by turn.
        replies: What the brain says, answer by answer; the last one is repeated.
        tools: Output of each function by its name.

    Attributes:
        said: Wire types of everything the client said but audio, in order.
        heard_ms: Sound that left the speaker, by item.
    """

    def __init__(
        self,
        wish: Wish,
        dialect: p.Dialect,
        *,
        transcripts: Sequence[str] = (),
        replies: Sequence[Reply] = (("Hello.",),),
        tools: dict[str, str] | None = None,
        options: ServerOptions | None = None,
    ) -> None:
        self.client = SessionCore(wish)
        self.dialect = dialect
        self.at_s = 0.0
        self.said: list[str] = []
        self.client_events: list[p.ClientEvent] = []
        self.server_events: list[p.ServerEvent] = []
        self.questions: list[Question] = []
        self.heard_ms: dict[str, float] = {}
        self.finish: c.Finish | None = None
        self.notes: list[str] = []
        self._options = options or ServerOptions()
        self._transcripts, self._replies, self._tools = deque(transcripts), deque(replies), tools or {}
        self._server: ServerCore | None = None
        self._calendar: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._line = 0  # a new number for each line: late messages of an old one are lost
        self._attempts = 0
        self._timers: dict[tuple[str, str], int] = {}
        self._works: dict[str, int] = {}
        self._playout = Playout()
        self._speech: deque[bool] = deque()

    # --- doing ---------------------------------------------------------------------------------------------------

    @property
    def state(self) -> SessionState:
        return self.client.state

    def begin(self) -> None:
        self._perform(self.client.begin(self.at_s))
        self.tell(f.DeviceChanged("microphone", "mic", ""), f.DeviceChanged("speaker", "box", ""))
        self._in(BLOCK_S, self._block)
        self.run(0.2)

    def tell(self, *facts: f.Fact) -> None:
        for fact in facts:
            self._perform(self.client.handle(fact, self.at_s))

    def speak(self, loud_s: float, quiet_s: float = 0.0) -> None:
        """The user speaks into the microphone, from now on, then is silent; waits until that is over."""
        self._speech.extend([True] * round(loud_s / BLOCK_S))
        self.run(loud_s + quiet_s)

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end_s = self.at_s + seconds
        while self._calendar and self._calendar[0][0] <= end_s:
            self.at_s, _, happens = heapq.heappop(self._calendar)
            happens()
        self.at_s = end_s

    def until(self, what: Callable[[SessionState], bool], within_s: float = 30.0) -> None:
        """Let time pass until the picture shows something."""
        end_s = self.at_s + within_s
        while not what(self.state):
            assert self.at_s < end_s, f"it did not happen: {self.state}"
            self.run(BLOCK_S)

    def drop(self, code: int | None = None) -> None:
        """The line breaks; what is on its way is lost."""
        self._line += 1
        self._server = None
        self.tell(f.ConnectionLost(code, "broken"))

    # --- looking -------------------------------------------------------------------------------------------------

    def lines(self) -> list[str]:
        return [f"{entry.role}: {entry.text}" for entry in self.state.entries if isinstance(entry, Spoken)]

    def calls(self) -> list[Call]:
        return [entry for entry in self.state.entries if isinstance(entry, Call)]

    def errors(self) -> list[p.ErrorDetail]:
        return [event.error for event in self.server_events if isinstance(event, p.ErrorEvent)]

    # --- the client's side ---------------------------------------------------------------------------------------

    def _perform(self, commands: Sequence[c.Command]) -> None:
        for command in commands:
            match command:
                case c.Connect():
                    self._in(LINE_S, self._connect)
                case c.Disconnect():
                    self._line += 1
                    self._server = None
                case c.Say(event=event):
                    self._send(event)
                case c.Play(item_id=item_id, content_index=index, pcm=pcm):
                    self._playout.write((item_id, index), np.frombuffer(pcm, np.int16))
                case c.EndPlay(item_id=item_id, content_index=index):
                    self._playout.end((item_id, index))
                case c.FlushPlayout(fade_ms=fade_ms):
                    pieces = tuple(f.Piece(*tag, frames) for tag, frames in self._playout.flush(fade_ms))
                    self._in(0.0, partial(self.tell, f.Flushed(pieces)))
                case c.RunTool(call_id=call_id, name=name):
                    self._in(0.3, partial(self.tell, f.ToolReturned(call_id, self._tools[name])))
                case c.CancelTool(call_id=call_id):
                    self._in(0.0, partial(self.tell, f.ToolFailed(call_id, "cancelled")))
                case c.StartTimer(name=name, after_s=after_s):
                    self._start_timer("client", name, after_s, partial(self.tell, f.TimerFired(name)))
                case c.StopTimer(name=name):
                    self._timers.pop(("client", name), None)
                case c.Finish():
                    self.finish = command
                case c.ReopenDevice():
                    pass

    def _connect(self) -> None:
        self._line += 1
        self._attempts += 1
        names = Names(f"s{self._attempts}x")
        self._server = ServerCore(self._options, lambda block: 1.0 if any(block) else 0.0, names)
        self.tell(f.Connected(self._attempts))
        self._serve(v.ClientConnected(epoch_s=1_800_000_000.0, beta=self.dialect is p.BETA))

    def _send(self, event: p.ClientEvent) -> None:
        text = self.dialect.encode_client(event)
        self.client_events.append(event)
        if not isinstance(event, p.InputAudioBufferAppend):
            self.said.append(p.type_of(event))
            self._judge(accepts_client(text, self.dialect.name), text)
        line = self._line

        def arrive() -> None:
            if line == self._line:
                self._serve(v.ClientSaid(self.dialect.decode_client(text)))

        self._in(LINE_S, arrive)

    def _block(self) -> None:
        """20 ms of both devices."""
        if self.finish is not None:
            return
        self._in(BLOCK_S, self._block)
        loud = self._speech.popleft() if self._speech else False
        self.tell(f.MicHeard(b"\x00\x20" * BLOCK_FRAMES if loud else bytes(2 * BLOCK_FRAMES), -20.0))
        _, report = self._playout.read(BLOCK_FRAMES)
        if report.pieces:
            pieces = tuple(f.Piece(*tag, frames) for tag, frames in report.pieces)
            for piece in pieces:
                self.heard_ms[piece.item_id] = self.heard_ms.get(piece.item_id, 0.0) + piece.frames / 24
            self.tell(f.Played(pieces, -20.0, 0.04))
        if report.emptied:
            self.tell(f.PlayoutEmpty())

    # --- the server's side ---------------------------------------------------------------------------------------

    def _serve(self, fact: v.ServerFact) -> None:
        if self._server is None:
            return
        for command in self._server.handle(fact, self.at_s):
            self._do(command)

    def _do(self, command: v.ServerCommand) -> None:
        match command:
            case v.Say(event=event):
                self._answer(event)
            case v.Transcribe(item_id=item_id):
                words = self._transcripts.popleft() if self._transcripts else ""
                self._later(0.25, v.EngineTranscribed(item_id, words))
            case v.Reply(response_id=response_id, question=question):
                self._reply(response_id, question)
            case v.Speak(response_id=response_id, text=text):
                self._speak(response_id, text)
            case v.StopWork(response_id=response_id):
                self._works[response_id] = self._works.get(response_id, 0) + 1
            case v.StartTimer(name=name, after_s=after_s):
                self._start_timer("server", name, after_s, partial(self._serve, v.TimerFired(name)))
            case v.StopTimer(name=name):
                self._timers.pop(("server", name), None)
            case v.Close(code=code):
                self._in(LINE_S, partial(self.drop, code))
            case _:
                pass  # the scripted ears need no feeding

    def _answer(self, event: p.ServerEvent) -> None:
        self.server_events.append(event)
        line = self._line
        for text in self.dialect.encode_server(event):
            if not isinstance(event, p.ResponseOutputAudioDelta):
                self._judge(accepts_server(text, self.dialect.name), text)

            def arrive(text: str = text) -> None:
                if line == self._line:
                    self.tell(f.ServerSaid(self.dialect.decode_server(text)))

            self._in(LINE_S, arrive)

    def _reply(self, response_id: str, question: Question) -> None:
        self.questions.append(question)
        reply = self._replies.popleft() if len(self._replies) > 1 else self._replies[0]
        for number, thought in enumerate(reply):
            fact: v.ServerFact = (
                v.EngineCalled(response_id, thought.name, thought.arguments)
                if isinstance(thought, WantsCall)
                else v.EngineReplied(response_id, thought)
            )
            self._work(response_id, 0.1 + number * 0.02, fact)
        self._work(response_id, 0.1 + len(reply) * 0.02, v.EngineReplyEnded(response_id))

    def _speak(self, response_id: str, text: str) -> None:
        pieces = max(1, len(text) * LETTER_MS // 100)
        for number in range(pieces):
            self._work(response_id, 0.02 + number * 0.01, v.EngineSpoke(response_id, b"\x00\x10" * 2400))
        self._work(response_id, 0.02 + pieces * 0.01, v.EngineSpeechEnded(response_id))

    def _work(self, response_id: str, after_s: float, fact: v.ServerFact) -> None:
        stopped = self._works.get(response_id, 0)

        def happens() -> None:
            if self._works.get(response_id, 0) == stopped:
                self._serve(fact)

        self._in(after_s, happens)

    def _later(self, after_s: float, fact: v.ServerFact) -> None:
        self._in(after_s, partial(self._serve, fact))

    # --- the calendar --------------------------------------------------------------------------------------------

    def _in(self, after_s: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._calendar, (self.at_s + after_s, next(self._order), happens))

    def _start_timer(self, side: str, name: str, after_s: float, happens: Callable[[], None]) -> None:
        number = next(self._order)
        self._timers[(side, name)] = number

        def fire() -> None:
            if self._timers.get((side, name)) == number:
                del self._timers[(side, name)]
                happens()

        self._in(after_s, fire)

    @staticmethod
    def _judge(fault: str | None, text: str) -> None:
        assert fault is None, f"{fault}\n{text}"
