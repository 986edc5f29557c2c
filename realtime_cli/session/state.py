"""The read-only picture of a session, for the screen and for scripts.

`entries` is the conversation in its right order (a user's line stands above its answer even when its transcript came
late). The first `settled` entries never change any more: a printer prints them once and forgets them; the rest is
the part that is still alive.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal, TypeAlias

from msgspec import Struct, field

from realtime_cli.protocol import SessionConfig
from realtime_cli.session.facts import Severity
from realtime_cli.session.holdings import Aside, ContextUse, ItemLine, Limit, Retrieved

Role: TypeAlias = Literal["user", "assistant", "system"]


class Phase(Enum):
    """The one word that says what is going on; exactly one at any time."""

    CONNECTING = "connecting"
    LISTENING = "listening"
    HEARING = "hearing you"
    THINKING = "thinking"
    SPEAKING = "speaking"
    CALLING = "calling"
    ASKING = "asking you"
    MUTED = "muted"
    RECONNECTING = "reconnecting"
    ENDED = "ended"


class ConnectionState(Enum):
    """One line to the server; a session outlives connections."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    CONFIGURING = "configuring"
    READY = "ready"
    CLOSED = "closed"


class UserState(Enum):
    """Whether the user speaks, by the server's VAD or by the talk key."""

    SILENT = "silent"
    SPEAKING = "speaking"


class ResponseState(Enum):
    """The default conversation's response."""

    NONE = "none"
    REQUESTED = "requested"
    ACTIVE = "active"
    CANCELLING = "cancelling"


class PlayoutState(Enum):
    """Whether assistant audio is accepted but not yet played."""

    QUIET = "quiet"
    PLAYING = "playing"


class TurnMode(Enum):
    """Who decides where a user's turn ends."""

    SERVER_VAD = "server vad"
    SEMANTIC_VAD = "semantic vad"
    PUSH_TO_TALK = "push to talk"
    TYPED = "typed"


class CallStatus(Enum):
    """Life of a function call."""

    WRITING = "writing"  # the model is still writing the arguments
    ASKING = "asking"  # the user is asked whether it may run
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Spoken(Struct, frozen=True):
    """What somebody said or typed: one message item.

    Attributes:
        text: Transcript or text so far. Untrusted: print it through the sanitizer only.
        heard_chars: How many characters of `text` the user has heard or seen by now (all of it for users and for
            text answers; an estimate in step with the voice for spoken answers).
        final: No more text will come.
        interrupted: The answer was cut; `text` ends where it was heard.
        commentary: The model's aside before its final answer (`phase` "commentary").
        problem: Why there is no transcript or why the answer failed, "" when all is well.
        start_ms, end_ms: Of the user's speech, into all sound of the session; None where the server does not say.
    """

    item_id: str
    role: Role
    text: str
    heard_chars: int
    final: bool = False
    interrupted: bool = False
    commentary: bool = False
    problem: str = ""
    start_ms: int | None = None
    end_ms: int | None = None


class Call(Struct, frozen=True):
    """A function call: name, JSON arguments as far as they are written, and its result. All untrusted.

    Attributes:
        arguments: As they are run; where the user changed them, `written` holds the model's own.
        approval: Who let it run or refused it: "auto", "yes", "always", "edited", "no" or "refused"; "" before that.
        progress: The latest word of the running function.
    """

    call_id: str
    name: str
    arguments: str
    status: CallStatus
    output: str = ""
    started_at_s: float | None = None
    ended_at_s: float | None = None
    approval: str = ""
    written: str = ""
    progress: str = ""


class Function(Struct, frozen=True):
    """A function of the client's: "auto" runs, "ask" asks first, "never" is refused. `source`: where it comes from."""

    name: str
    approval: str
    source: str


class Question(Struct, frozen=True):
    """A call that waits for the user's word. Name and arguments are untrusted; `note` is the tool's own.

    `waiting` counts further calls behind this one.
    """

    call_id: str
    name: str
    arguments: str
    note: str = ""
    waiting: int = 0


class Notice(Struct, frozen=True):
    """Something the user should know, with the next step."""

    severity: Severity
    text: str
    advice: str = ""
    at_s: float = 0.0


Entry: TypeAlias = Spoken | Call | Notice


class TokenUse(Struct, frozen=True):
    """Tokens of the whole session, summed over responses. Cached ones are a part of the input."""

    responses: int = 0
    input_text: int = 0
    input_audio: int = 0
    input_image: int = 0
    cached: int = 0
    output_text: int = 0
    output_audio: int = 0
    total: int = 0
    cached_text: int = 0
    cached_audio: int = 0
    cached_image: int = 0
    unknown: int = 0
    """Tokens whose kind the server does not tell: they have no price."""


class Glance(Struct, frozen=True):
    """What a diary needs after every fact: the end of the conversation.

    Attributes:
        entries: The latest ones.
        first: Place of the first of them in the whole conversation.
        settled: So many entries of the whole conversation never change any more.
    """

    entries: tuple[Entry, ...]
    first: int
    settled: int
    model: str
    asked: SessionConfig


class SessionState(Struct, frozen=True):
    """Everything a screen may show. Levels are dBFS (-100..0), times are loop seconds unless they say otherwise."""

    phase: Phase
    connection: ConnectionState
    user: UserState
    response: ResponseState
    playout: PlayoutState
    turn_mode: TurnMode
    entries: tuple[Entry, ...] = ()
    settled: int = 0
    mic_dbfs: float = -100.0
    speaker_dbfs: float = -100.0
    speaker_delay_ms: float | None = None
    """From handing a block to the device until it is heard; None before anything was played."""
    volume_percent: int = 100
    muted: bool = False
    local_speech: bool = False
    """Our own detector hears the user (it listens while an answer sounds); `user` is what the server hears."""
    talk_key_down: bool = False
    mic_works: bool = False
    speaker_works: bool = False
    mic_problem: str = ""
    """Why the microphone does not work; "" while it works, and before anybody knows."""
    answer_waits: bool = False
    """A turn is finished and waits for the key `a` (responses are not automatic)."""
    session_id: str = ""
    model: str = ""
    voice: str = ""
    expires_at_epoch_s: int | None = None
    retry_at_s: float | None = None
    latency_ms: float | None = None
    """End of the user's speech to the first answer audio (or text), of the last turn."""
    uplink_dropped_ms: int = 0
    tokens: TokenUse = TokenUse()
    functions: tuple[Function, ...] = ()
    """What the model may call here, with the user's word on it."""
    question: Question | None = None
    """The oldest call that waits for the user's word."""
    response_id: str = ""
    """Of the latest default-conversation response, for `send-text --json`."""
    answer_text: str = ""
    """Whole text (or transcript) of the latest response's messages, for `send-text`."""
    response_status: str = ""
    """How the latest response ended: completed, cancelled, failed or incomplete; "" before that."""
    metadata: tuple[tuple[str, str], ...] = ()
    """Of the latest response, as the server echoed it."""
    items: tuple[ItemLine, ...] = ()
    """Every item the server's conversation has or had, in order."""
    retrieved: Retrieved | None = None
    asides: tuple[Aside, ...] = ()
    context: ContextUse = field(default_factory=ContextUse)
    limits: tuple[Limit, ...] = ()
    """Rate limits with less than a tenth left."""
    asked: SessionConfig = field(default_factory=SessionConfig)
    """The settings we asked for; compare with `accepted`."""
    accepted: SessionConfig = field(default_factory=SessionConfig)
    """The settings as the server has them."""
    cost_usd: float | None = None
    """About what the session has cost so far; None while nobody knows a price."""
    price_source: str = ""
    """Whose prices these are."""
