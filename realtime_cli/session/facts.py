"""Facts, past tense: everything that can happen to a session.

A fact is a plain value. The runtime stamps it with the loop's time when it enters the inbox and hands both to
`SessionCore.handle(fact, at_s)`. One total order of facts makes a session replayable.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from realtime_cli.protocol import ServerEvent
from realtime_cli.session.playback_facts import PlaybackFact
from realtime_cli.session.rates import Rates
from realtime_cli.session.request_facts import RequestFact

Which: TypeAlias = Literal["microphone", "speaker"]
Severity: TypeAlias = Literal["info", "warning", "error"]


# --- the line ---------------------------------------------------------------------------------------------------


class Connected(Struct, frozen=True):
    """The handshake succeeded. `attempt` counts from 1 over the whole session: above 1 it is a reconnection."""

    attempt: int


class ConnectFailed(Struct, frozen=True):
    """The handshake failed. `retryable` is False for a refused key, a wrong path and the like."""

    message: str
    advice: str
    exit_code: int
    retryable: bool


class ConnectionLost(Struct, frozen=True):
    """The line ended without our asking. `code` is the WebSocket close code, None when there was none (1006)."""

    code: int | None
    reason: str


class ServerSaid(Struct, frozen=True):
    """One decoded server event, possibly `Unrecognized`."""

    event: ServerEvent


class ServerGarbled(Struct, frozen=True):
    """The server sent something undecodable; `problem` says what, without the text itself."""

    problem: str


class Awoke(Struct, frozen=True):
    """The computer slept for so long (the loop's clock stood still): no line survives that."""

    slept_s: float


class UplinkDropped(Struct, frozen=True):
    """The line could not send microphone audio in time and threw the oldest away (ms of audio)."""

    dropped_ms: int


# --- sound ------------------------------------------------------------------------------------------------------


class MicHeard(Struct, frozen=True):
    """One step of microphone audio: PCM16 mono 24 kHz little endian bytes, and its level (-100..0 dBFS)."""

    pcm: bytes
    level_dbfs: float


class Piece(Struct, frozen=True):
    """Frames (24 kHz) of one content part of one assistant item."""

    item_id: str
    content_index: int
    frames: int


class Played(Struct, frozen=True):
    """The speaker took one block: what it was made of, how loud, and when it will leave the loudspeaker.

    `pieces` are increments. `delay_s` is from now until the block's first frame is heard (for the screen only).
    """

    pieces: tuple[Piece, ...]
    level_dbfs: float
    delay_s: float


class PlayoutEmpty(Struct, frozen=True):
    """All audio given to the speaker so far has been handed to the device; nothing is queued."""


class Flushed(Struct, frozen=True):
    """The answer to the command `FlushPlayout`: what the user will have heard when the fade is over.

    `pieces` holds totals, not increments: for every item that was begun and not yet finished, all frames handed to
    the device since it began, fade included, less one block for each underflow. Items still waiting have 0 frames.
    """

    pieces: tuple[Piece, ...]


class DeviceChanged(Struct, frozen=True):
    """A device stopped working (`problem` says why) or works (again) (`problem` is ""). `name` as people know it."""

    which: Which
    name: str
    problem: str


# --- the user ---------------------------------------------------------------------------------------------------


class TalkKeyPressed(Struct, frozen=True):
    """The talk key went down (only where the terminal reports releases too), or a tap that starts a turn."""


class TalkKeyReleased(Struct, frozen=True):
    """The talk key went up."""


class TalkKeyTapped(Struct, frozen=True):
    """The talk key was pressed on a terminal that reports no releases: starts a turn, or ends the one begun."""


class MuteToggled(Struct, frozen=True):
    """The microphone is to be muted, or heard again."""


class InterruptPressed(Struct, frozen=True):
    """Stop speaking (Esc): flush, cancel, truncate; never ends the session."""


class BreakPressed(Struct, frozen=True):
    """Ctrl+C: stops the speech or call in progress; with nothing in progress, or again within 2 s, ends."""


class AnswerPressed(Struct, frozen=True):
    """Answer now: asks for a response where responses are not automatic."""


class PromptTyped(Struct, frozen=True):
    """A typed message, to be answered."""

    text: str


class QuitPressed(Struct, frozen=True):
    """End the session politely (q, SIGTERM, SIGHUP, end of input)."""


class InputEnded(Struct, frozen=True):
    """The simulated microphone's file is over (`--input-file`): finish what is in progress, then end."""


# --- tools, timers, news ----------------------------------------------------------------------------------------


class ToolReturned(Struct, frozen=True):
    """A tool call succeeded; `output` is what the model will read.

    `images` are `data:` URLs for the model. `ends_session`: the conversation is over after the model's next words.
    """

    call_id: str
    output: str
    images: tuple[str, ...] = ()
    ends_session: bool = False


class ToolFailed(Struct, frozen=True):
    """A tool call failed, was refused or timed out; `reason` is what the model will read."""

    call_id: str
    reason: str


class ToolProgressed(Struct, frozen=True):
    """A running call tells how far it is, in a few words."""

    call_id: str
    text: str


class ToolAnnounced(Struct, frozen=True):
    """A tool has something to say long after its call (a timer is over): the model is told, and speaks."""

    text: str


class ApprovalGiven(Struct, frozen=True):
    """The user's word on a call that waits for it.

    Attributes:
        call_id: The call that was shown; a late answer to another one counts for nothing.
        verdict: "always" also lets later calls of this function run unasked, until the session ends.
        arguments: JSON text to run it with instead; None: as the model wrote it.
    """

    call_id: str
    verdict: Literal["yes", "no", "always"]
    arguments: str | None = None


class TimerFired(Struct, frozen=True):
    """A timer the mind had started (`StartTimer`) is over."""

    name: str


class NewsArrived(Struct, frozen=True):
    """Something a room wants the user to know (a missing engine, a fallback)."""

    severity: Severity
    text: str
    advice: str = ""


class PricesKnown(Struct, frozen=True):
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
