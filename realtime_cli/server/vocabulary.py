"""What can happen to the local server (facts, past tense) and what it asks for (commands, imperative).

`ServerCore.handle(fact, at_s)` turns one into the other. All audio in here is PCM16 mono at 24 kHz, whole frames,
except inside protocol events, where it is in the client's format. `response_id` names the response that asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from realtime_cli.protocol import ClientEvent, ErrorDetail, ServerEvent
from realtime_cli.server.engines.contract import Question, ToolOffer, Used

# --- facts: the client ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClientConnected:
    """A line is open.

    Attributes:
        epoch_s: Wall clock, for `expires_at`.
        beta: The client asked for the retired dialect.
        transcription: The client connected with `intent=transcription`.
    """

    epoch_s: float = 0.0
    beta: bool = False
    transcription: bool = False


@dataclass(frozen=True, slots=True)
class ClientSaid:
    """One decoded client event."""

    event: ClientEvent


@dataclass(frozen=True, slots=True)
class ClientGarbled:
    """Something came that is no event of ours; `error` is the whole answer."""

    error: ErrorDetail


@dataclass(frozen=True, slots=True)
class ClientLeft:
    """The line is gone."""


# --- facts: engines and timers ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EngineHeardPartial:
    """The words of an utterance that will not change any more: the whole text so far."""

    item_id: str
    text: str


@dataclass(frozen=True, slots=True)
class EngineTranscribed:
    """The final words of an utterance; "" when nothing was understood."""

    item_id: str
    text: str


@dataclass(frozen=True, slots=True)
class EngineHearingFailed:
    """The ears could not do it."""

    item_id: str
    message: str


@dataclass(frozen=True, slots=True)
class EngineReplied:
    """The brain said a piece of the answer."""

    response_id: str
    text: str


@dataclass(frozen=True, slots=True)
class EngineCalled:
    """The brain wants a function called. `arguments` is JSON text."""

    response_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class EngineReplyEnded:
    """The brain has said all; `cut` says why it is not all there was to say, `used` what it counted itself."""

    response_id: str
    cut: Literal["max_output_tokens", "content_filter"] | None = None
    used: Used | None = None


@dataclass(frozen=True, slots=True)
class EngineReplyFailed:
    """The brain could not do it."""

    response_id: str
    message: str


@dataclass(frozen=True, slots=True)
class EngineSpoke:
    """The mouth made some audio of the clause asked for last."""

    response_id: str
    pcm: bytes


@dataclass(frozen=True, slots=True)
class EngineSpeechEnded:
    """The clause asked for last is spoken."""

    response_id: str


@dataclass(frozen=True, slots=True)
class EngineSpeechFailed:
    """The mouth could not do it."""

    response_id: str
    message: str


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer started by `StartTimer` is over."""

    name: str


ServerFact: TypeAlias = (
    ClientConnected
    | ClientSaid
    | ClientGarbled
    | ClientLeft
    | EngineHeardPartial
    | EngineTranscribed
    | EngineHearingFailed
    | EngineReplied
    | EngineCalled
    | EngineReplyEnded
    | EngineReplyFailed
    | EngineSpoke
    | EngineSpeechEnded
    | EngineSpeechFailed
    | TimerFired
)


# --- commands ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    """Send an event to the client."""

    event: ServerEvent


@dataclass(frozen=True, slots=True)
class Listen:
    """Begin to recognise the utterance that is to become this item; `language` is the client's hint or ""."""

    item_id: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """More audio of an utterance."""

    item_id: str
    pcm: bytes


@dataclass(frozen=True, slots=True)
class Transcribe:
    """The utterance is complete. Answered by `EngineTranscribed` or `EngineHearingFailed`."""

    item_id: str


@dataclass(frozen=True, slots=True)
class StopListening:
    """Forget an utterance; nothing is answered."""

    item_id: str


@dataclass(frozen=True, slots=True)
class Expect:
    """The client offers these tools now: sentences about them become likely."""

    tools: tuple[ToolOffer, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """Ask the brain. Answered by `EngineReplied` and `EngineCalled`, then `EngineReplyEnded` or `...Failed`."""

    response_id: str
    question: Question


@dataclass(frozen=True, slots=True)
class Speak:
    """Say one clause aloud. Answered by `EngineSpoke`, then `EngineSpeechEnded` or `...Failed`.

    A response asks for one clause at a time: the next one only after the end of this one.
    """

    response_id: str
    text: str
    voice: str
    speed: float


@dataclass(frozen=True, slots=True)
class StopWork:
    """Stop thinking and speaking for this response at once; nothing more is answered."""

    response_id: str


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Answer with `TimerFired(name)` after so many seconds; starting a running timer starts it anew."""

    name: str
    after_s: float


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Forget a timer; unknown names are fine."""

    name: str


@dataclass(frozen=True, slots=True)
class Close:
    """Close the line after everything said so far."""

    code: int
    reason: str


ServerCommand: TypeAlias = (
    Say
    | Listen
    | Feed
    | Transcribe
    | StopListening
    | Expect
    | Reply
    | Speak
    | StopWork
    | StartTimer
    | StopTimer
    | Close
)
