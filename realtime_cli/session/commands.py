"""Commands, imperative: everything a session can ask for.

`SessionCore.handle` returns them in the order they must happen; the runtime performs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from realtime_cli.protocol import ClientEvent
from realtime_cli.session.facts import Which
from realtime_cli.session.state import Entry

Cue: TypeAlias = Literal["ready", "heard", "lost"]


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a line to the provider. Answered by `Connected` or `ConnectFailed`."""


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Close the line; `ConnectionLost` does not follow."""

    code: int = 1000


@dataclass(frozen=True, slots=True)
class Say:
    """Send an event. Microphone audio (`input_audio_buffer.append`) may be dropped by a stalled line, others never."""

    event: ClientEvent
    keep: bool = False
    """Never dropped, even if it is audio: it comes from a file and loses nothing by waiting."""


@dataclass(frozen=True, slots=True)
class Play:
    """Queue PCM16 mono 24 kHz bytes of one content part at the speaker. The bytes are whole frames."""

    item_id: str
    content_index: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class SaveAudio:
    """Write PCM16 mono bytes as a WAV file. Answered by `NewsArrived`."""

    path: str
    pcm: bytes
    rate_hz: int


@dataclass(frozen=True, slots=True)
class SaveTranscript:
    """Write the conversation as Markdown; path "": a name of its own. Answered by `NewsArrived`."""

    path: str
    entries: tuple[Entry, ...]
    model: str = ""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Make a message of a picture or a recording. Answered by `ItemPut` or `NewsArrived`."""

    kind: Literal["image", "audio"]
    path: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class EndPlay:
    """The audio of this content part is complete: what waits in the prebuffer may start."""

    item_id: str
    content_index: int


@dataclass(frozen=True, slots=True)
class FlushPlayout:
    """Fade out and forget everything queued. Answered by `Flushed`, also when there is no speaker."""

    fade_ms: int = 10


@dataclass(frozen=True, slots=True)
class DuckPlayout:
    """Make the answer quieter by this factor (0 to 1), until `ResumePlayout` or the next flush."""

    factor: float


@dataclass(frozen=True, slots=True)
class PausePlayout:
    """Fall silent and keep everything, until `ResumePlayout` or the next flush."""


@dataclass(frozen=True, slots=True)
class ResumePlayout:
    """Go on where the answer was, as loud as before."""


@dataclass(frozen=True, slots=True)
class SetVolume:
    """The speaker's volume: 1.0 is the sound as it came, 2.0 twice as loud."""

    volume: float


@dataclass(frozen=True, slots=True)
class PlayCue:
    """A short tone of our own, for those who do not look at the screen."""

    cue: Cue


@dataclass(frozen=True, slots=True)
class RunTool:
    """Call a function; `arguments` is the JSON text the model wrote. Answered by `ToolReturned` or `ToolFailed`."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class CancelTool:
    """Stop a running call. Answered by `ToolFailed`."""

    call_id: str


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Fire `TimerFired(name)` after so many seconds. Starting a running timer starts it anew."""

    name: str
    after_s: float


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Forget a timer; unknown names are fine."""

    name: str


@dataclass(frozen=True, slots=True)
class ReopenDevice:
    """Try to open a device again. Answered by `DeviceChanged`."""

    which: Which


@dataclass(frozen=True, slots=True)
class Finish:
    """The session is over. `message` is the error's one line ("" when there is none), `advice` the next step."""

    exit_code: int
    message: str = ""
    advice: str = ""


SoundCommand: TypeAlias = DuckPlayout | PausePlayout | ResumePlayout | SetVolume | PlayCue

Command: TypeAlias = (
    Connect
    | Disconnect
    | Say
    | Play
    | SaveAudio
    | SaveTranscript
    | ReadFile
    | EndPlay
    | FlushPlayout
    | SoundCommand
    | RunTool
    | CancelTool
    | StartTimer
    | StopTimer
    | ReopenDevice
    | Finish
)
