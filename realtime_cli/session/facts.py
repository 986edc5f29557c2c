"""Facts, past tense: everything that can happen to a session.

A fact is a plain value. The runtime stamps it with the loop's time when it enters the inbox and hands both to
`SessionCore.handle(fact, at_s)`. One total order of facts makes a session replayable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from realtime_cli.protocol import ServerEvent
from realtime_cli.session.playback_facts import PlaybackFact
from realtime_cli.session.rates import Rates
from realtime_cli.session.request_facts import RequestFact

Which: TypeAlias = Literal["microphone", "speaker"]
Severity: TypeAlias = Literal["info", "warning", "error"]


# --- the line ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Connected:
    """The handshake succeeded. `attempt` counts from 1 over the whole session: above 1 it is a reconnection."""

    attempt: int


@dataclass(frozen=True, slots=True)
class ConnectFailed:
    """The handshake failed. `retryable` is False for a refused key, a wrong path and the like."""

    message: str
    advice: str
    exit_code: int
    retryable: bool


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    """The line ended without our asking. `code` is the WebSocket close code, None when there was none (1006)."""

    code: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class ServerSaid:
    """One decoded server event, possibly `Unrecognized`."""

    event: ServerEvent


@dataclass(frozen=True, slots=True)
class ServerGarbled:
    """The server sent something undecodable; `problem` says what, without the text itself."""

    problem: str


@dataclass(frozen=True, slots=True)
class Awoke:
    """The computer slept for so long (the loop's clock stood still): no line survives that."""

    slept_s: float


@dataclass(frozen=True, slots=True)
class UplinkDropped:
    """The line could not send microphone audio in time and threw the oldest away (ms of audio)."""

    dropped_ms: int


# --- sound ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MicHeard:
    """One step of microphone audio: PCM16 mono 24 kHz little endian bytes, and its level (-100..0 dBFS)."""

    pcm: bytes
    level_dbfs: float


@dataclass(frozen=True, slots=True)
class Piece:
    """Frames (24 kHz) of one content part of one assistant item."""

    item_id: str
    content_index: int
    frames: int


@dataclass(frozen=True, slots=True)
class Played:
    """The speaker took one block: what it was made of, how loud, and when it will leave the loudspeaker.

    `pieces` are increments. `delay_s` is from now until the block's first frame is heard (for the screen only).
    """

    pieces: tuple[Piece, ...]
    level_dbfs: float
    delay_s: float


@dataclass(frozen=True, slots=True)
class PlayoutEmpty:
    """All audio given to the speaker so far has been handed to the device; nothing is queued."""


@dataclass(frozen=True, slots=True)
class Flushed:
    """The answer to the command `FlushPlayout`: what the user will have heard when the fade is over.

    `pieces` holds totals, not increments: for every item that was begun and not yet finished, all frames handed to
    the device since it began, fade included, less one block for each underflow. Items still waiting have 0 frames.
    """

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """A device stopped working (`problem` says why) or works (again) (`problem` is ""). `name` as people know it."""

    which: Which
    name: str
    problem: str


# --- the user ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TalkKeyPressed:
    """The talk key went down (only where the terminal reports releases too), or a tap that starts a turn."""


@dataclass(frozen=True, slots=True)
class TalkKeyReleased:
    """The talk key went up."""


@dataclass(frozen=True, slots=True)
class TalkKeyTapped:
    """The talk key was pressed on a terminal that reports no releases: starts a turn, or ends the one begun."""


@dataclass(frozen=True, slots=True)
class MuteToggled:
    """The microphone is to be muted, or heard again."""


@dataclass(frozen=True, slots=True)
class InterruptPressed:
    """Stop speaking (Esc): flush, cancel, truncate; never ends the session."""


@dataclass(frozen=True, slots=True)
class BreakPressed:
    """Ctrl+C: stops the speech or call in progress; with nothing in progress, or again within 2 s, ends."""


@dataclass(frozen=True, slots=True)
class AnswerPressed:
    """Answer now: asks for a response where responses are not automatic."""


@dataclass(frozen=True, slots=True)
class PromptTyped:
    """A typed message, to be answered."""

    text: str


@dataclass(frozen=True, slots=True)
class QuitPressed:
    """End the session politely (q, SIGTERM, SIGHUP, end of input)."""


@dataclass(frozen=True, slots=True)
class InputEnded:
    """The simulated microphone's file is over (`--input-file`): finish what is in progress, then end."""


# --- tools, timers, news ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToolReturned:
    """A tool call succeeded; `output` is what the model will read.

    `images` are `data:` URLs for the model. `ends_session`: the conversation is over after the model's next words.
    """

    call_id: str
    output: str
    images: tuple[str, ...] = ()
    ends_session: bool = False


@dataclass(frozen=True, slots=True)
class ToolFailed:
    """A tool call failed, was refused or timed out; `reason` is what the model will read."""

    call_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ToolProgressed:
    """A running call tells how far it is, in a few words."""

    call_id: str
    text: str


@dataclass(frozen=True, slots=True)
class ToolAnnounced:
    """A tool has something to say long after its call (a timer is over): the model is told, and speaks."""

    text: str


@dataclass(frozen=True, slots=True)
class ApprovalGiven:
    """The user's word on a call that waits for it.

    Attributes:
        call_id: The call that was shown; a late answer to another one counts for nothing.
        verdict: "always" also lets later calls of this function run unasked, until the session ends.
        arguments: JSON text to run it with instead; None: as the model wrote it.
    """

    call_id: str
    verdict: Literal["yes", "no", "always"]
    arguments: str | None = None


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer the mind had started (`StartTimer`) is over."""

    name: str


@dataclass(frozen=True, slots=True)
class NewsArrived:
    """Something a room wants the user to know (a missing engine, a fallback)."""

    severity: Severity
    text: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class PricesKnown:
    """What the model's tokens cost, by a price list: sums made with it are estimates."""

    rates: Rates


LineFact: TypeAlias = Connected | ConnectFailed | ConnectionLost | ServerGarbled | UplinkDropped | Awoke

SoundFact: TypeAlias = MicHeard | Played | PlayoutEmpty | Flushed | PlaybackFact | DeviceChanged

KeyFact: TypeAlias = (
    TalkKeyPressed
    | TalkKeyReleased
    | TalkKeyTapped
    | MuteToggled
    | InterruptPressed
    | BreakPressed
    | AnswerPressed
    | ApprovalGiven
    | PromptTyped
    | QuitPressed
    | InputEnded
)

ToolFact: TypeAlias = ToolReturned | ToolFailed | ToolProgressed | ToolAnnounced

Fact: TypeAlias = (
    ServerSaid
    | LineFact
    | SoundFact
    | KeyFact
    | RequestFact
    | ToolFact
    | TimerFired
    | NewsArrived
    | PricesKnown
)
