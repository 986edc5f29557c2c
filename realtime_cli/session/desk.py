"""What the stories of a session share: its machines, its memory, and the commands they write down.

A story (`connection`, `listening`, `answers`, ...) changes the desk and writes commands. It never calls another
story: it reports happenings and raises flags, and the joint rows of `turns` bring in whoever is concerned.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from realtime_cli.protocol import (
    Ability,
    ClientEvent,
    InputAudioBufferAppend,
    InputAudioBufferClear,
    InputAudioBufferCommit,
    McpApprovalRequestItem,
    ResponseConfig,
    SessionConfig,
)
from realtime_cli.session.approvals import Approvals
from realtime_cli.session.calls import Calls
from realtime_cli.session.commands import (
    Command,
    Cue,
    Disconnect,
    Finish,
    FlushPlayout,
    PlayCue,
    Say,
    StartTimer,
    StopTimer,
)
from realtime_cli.session.conversation import Conversation
from realtime_cli.session.facts import Severity
from realtime_cli.session.heard import Heard
from realtime_cli.session.holdings import Aside, Limit, Retrieved
from realtime_cli.session.input_clock import InputClock
from realtime_cli.session.intents import Intent, Intents, Purpose
from realtime_cli.session.joints import Flag
from realtime_cli.session.rates import Rates
from realtime_cli.session.state import ConnectionState, Notice, TokenUse
from realtime_cli.session.turns import Happening, Turns
from realtime_cli.session.uplink import BYTES_PER_MS, Uplink
from realtime_cli.session.utterances import Utterances
from realtime_cli.session.wish import Wish

_CUES: Final[dict[Happening, Cue]] = {
    Happening.SESSION_CONFIGURED: "ready",
    Happening.SPEECH_ENDED: "heard",
    Happening.LINE_LOST: "lost",
}


class Answer(Struct):
    """The default conversation's response as far as it goes.

    Attributes:
        response_id: "" until it begins; then the server's id, or one of ours where it gives none.
        server_id: As the server calls it, "" where it does not.
        asked: We asked for it; otherwise the server began by itself.
        chained: It was asked for by the outputs of calls only.
        config: The wishes it was asked for with.
        abandoned: Interrupted: late words and late audio do not count.
        spoke: Words or audio of it arrived.
        heard_of_at_s: When the last event of it came.
        doomed: Items of it that nobody heard: to be deleted when it is over.
    """

    response_id: str = ""
    asked: bool = False
    chained: bool = False
    config: ResponseConfig | None = None
    server_id: str = ""
    abandoned: bool = False
    spoke: bool = False
    heard_of_at_s: float = 0.0
    doomed: list[str] = field(default_factory=list)


class Desk(Struct):
    """Everything one session knows. `answer` is set from the moment an answer is asked for until it is over."""

    wish: Wish
    abilities: frozenset[Ability]
    effective: SessionConfig
    at_s: float = 0.0
    commands: list[Command] = field(default_factory=list)
    turns: Turns = field(default_factory=Turns)
    conversation: Conversation = field(default_factory=Conversation)
    heard: Heard = field(default_factory=Heard)
    calls: Calls = field(default_factory=Calls)
    uplink: Uplink = field(default_factory=Uplink)
    utterances: Utterances = field(default_factory=Utterances)
    input_clock: InputClock = field(default_factory=InputClock)
    intents: Intents = field(default_factory=Intents)
    tokens: TokenUse = field(default_factory=TokenUse)
    answer: Answer | None = None
    prompts: list[str] = field(default_factory=list)  # item ids of typed prompts not sent yet
    finished: bool = False
    farewell: bool = False  # a function ends the session as soon as the last words are said
    approvals: Approvals = field(default_factory=Approvals)

    # What the user may ask for.
    next_ask: ResponseConfig | None = None  # wishes for the next answer alone
    streamed: list[bytes] = field(default_factory=list)  # recorded sound for the buffer, then one commit
    asides: dict[str, Aside] = field(default_factory=dict)
    hosted: dict[str, McpApprovalRequestItem] = field(default_factory=dict)
    retrieved: Retrieved | None = None
    has_spoken: bool = False  # in this session of the server's: its voice is fixed

    # For the screen.
    context_tokens: int = 0
    dropped_items: int = 0
    limits: tuple[Limit, ...] = ()
    limit_reset_s: float = 0.0  # until a rate limit that was met is over
    last_status: str = ""
    last_metadata: tuple[tuple[str, str], ...] = ()
    mic_dbfs: float = -100.0
    speaker_dbfs: float = -100.0
    speaker_delay_ms: float | None = None
    volume_percent: int = 100
    held_back: bool = False  # the answer is ducked or paused because the user seems to speak
    mic_works: bool = False
    speaker_works: bool = False
    mic_problem: str = ""
    local_speech: bool = False
    answer_waits: bool = False
    was_ready: bool = False
    ready_at_s: float = 0.0
    moving: bool = False  # to a new session, by our own will: nothing to be alarmed about
    epoch_offset_s: float | None = None
    rates: Rates | None = None
    cost_usd: float = 0.0
    transcription_usd: float = 0.0
    transcriptions: list[dict[str, Any]] = field(default_factory=list)  # not priced yet
    retry_at_s: float | None = None
    latency_ms: float | None = None
    turn_ended_at_s: float | None = None  # the latency clock runs
    line_dropped_ms: int = 0
    last_response_id: str = ""

    _count: int = 0

    @property
    def ready(self) -> bool:
        """There is a session that knows the conversation."""
        return self.turns.connection is ConnectionState.READY and Flag.REBUILD_DUE not in self.turns.flags

    def new_id(self, kind: str) -> str:
        """An id of our own, such as `item_rt1`: from a counter, so that a replay gives the same."""
        self._count += 1
        return f"{kind}_rt{self._count}"

    def do(self, command: Command) -> None:
        """Write a command down."""
        if isinstance(command, FlushPlayout):
            self.held_back = False  # what comes next is neither ducked nor paused
        self.commands.append(command)

    def say(self, event: ClientEvent, purpose: Purpose, item_id: str = "") -> str:
        """Say an event under an id of its own, so that an error can name it; that id."""
        event_id = self.new_id("evt")
        self.intents.remember(event_id, Intent(purpose, item_id))
        self.commands.append(Say(replace(event, event_id=event_id)))
        return event_id

    def send_audio(self, due: list[bytes], *, keep: bool = False) -> None:
        """Say microphone audio. It is never acknowledged, and 50 ids a second would push out those of others.

        Args:
            due: The appends.
            keep: A slow line may not drop any of it.
        """
        for pcm in due:
            self.input_clock.sent(len(pcm) / BYTES_PER_MS, self.at_s)
            self.commands.append(Say(InputAudioBufferAppend(audio=pcm), keep=keep))

    def clear_audio(self) -> None:
        """The server forgets the audio of this turn."""
        if Ability.BUFFER_CLEAR in self.abilities:
            self.say(InputAudioBufferClear(), Purpose.CLEAR)

    def commit_audio(self, sound: bytes = b"") -> None:
        """A talk key's turn becomes a message. `sound`: of a turn that did not come from the microphone."""
        self.uplink.commit(sound)
        self.say(InputAudioBufferCommit(), Purpose.COMMIT)
        self.turn_ended_at_s = self.at_s
        self.want_answer()

    def want_answer(self) -> None:
        """The user's turn is over: an answer is wanted, by itself or when the user says so."""
        self.calls.chain = 0
        if self.wish.listens_only:
            return  # nobody answers in it
        if self.wish.auto_response:
            self.raise_flag(Flag.ANSWER_WANTED)
        else:
            self.answer_waits = True
            self.notice("info", "Your turn is over.", "Ask for the answer with its key, or with /answer.")

    def start_timer(self, name: str, after_s: float) -> None:
        """Fire `TimerFired(name)` later."""
        self.commands.append(StartTimer(name, after_s))

    def stop_timer(self, name: str) -> None:
        """Forget a timer."""
        self.commands.append(StopTimer(name))

    def happen(self, happening: Happening) -> None:
        """Move the machines."""
        before = (self.turns.connection, self.turns.user)
        self.turns.happen(happening)
        if self.wish.cues and happening in _CUES and before != (self.turns.connection, self.turns.user):
            self.do(PlayCue(_CUES[happening]))

    def raise_flag(self, flag: Flag) -> None:
        """Put a flag up."""
        self.turns.flags.add(flag)

    def drop_flag(self, flag: Flag) -> None:
        """Take a flag down."""
        self.turns.flags.discard(flag)

    def flagged(self, flag: Flag) -> bool:
        """A raised flag is up."""
        return flag in self.turns.flags

    def derived(self) -> set[Flag]:
        """The flags that nobody raises."""
        flags: set[Flag] = set()
        if self.prompts or self.streamed:
            flags.add(Flag.PROMPTS_WAITING)
        if self.calls.ready():
            flags.add(Flag.OUTPUTS_READY)
        if self.answer is not None and not self.answer.abandoned and self.heard.incomplete_tags():
            flags.add(Flag.ANSWER_UNFINISHED)
        asides_run = any(not aside.over for aside in self.asides.values())
        asking = self.calls.running() or self.calls.asking()
        if asides_run or asking or self.conversation.awaits_words() or self.uplink.owed:
            flags.add(Flag.WORK_LEFT)
        return flags

    def hand_out(self) -> list[Command]:
        """The commands written down since the last time."""
        commands, self.commands = self.commands, []
        return commands

    def notice(self, severity: Severity, text: str, advice: str = "") -> None:
        """Tell the user something."""
        self.conversation.add_notice(Notice(severity, text, advice, self.at_s))

    def finish(self, exit_code: int, message: str = "", advice: str = "") -> None:
        """The session is over: close the line, settle everything."""
        if self.finished:
            return
        self.finished = True
        if self.turns.connection is not ConnectionState.OFFLINE:
            self.commands.append(Disconnect(1000))
        self.commands.append(Finish(exit_code, message, advice))
        self.happen(Happening.SESSION_ENDED)
        self.conversation.close_all()
        self.conversation.settle(self.heard)
