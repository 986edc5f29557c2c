"""Commands, imperative: everything a session can ask for.

`SessionCore.handle` returns them in the order they must happen; the runtime performs them.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from realtime_cli.protocol import ClientEvent
from realtime_cli.session.facts import Which
from realtime_cli.session.state import Entry

Cue: TypeAlias = Literal["ready", "heard", "lost"]


class Connect(Struct, frozen=True):
    """Open a line to the provider. Answered by `Connected` or `ConnectFailed`."""


class Disconnect(Struct, frozen=True):
    """Close the line; `ConnectionLost` does not follow."""

    code: int = 1000


class Say(Struct, frozen=True):
    """Send an event. Microphone audio (`input_audio_buffer.append`) may be dropped by a stalled line, others never."""

    event: ClientEvent
    keep: bool = False
    """Never dropped, even if it is audio: it comes from a file and loses nothing by waiting."""


class Play(Struct, frozen=True):
    """Queue PCM16 mono 24 kHz bytes of one content part at the speaker. The bytes are whole frames."""

    item_id: str
    content_index: int
    pcm: bytes


class SaveAudio(Struct, frozen=True):
    """Write PCM16 mono bytes as a WAV file. Answered by `NewsArrived`."""

    path: str
    pcm: bytes
    rate_hz: int


class SaveTranscript(Struct, frozen=True):
    """Write the conversation as Markdown; path "": a name of its own. Answered by `NewsArrived`."""

    path: str
    entries: tuple[Entry, ...]
    model: str = ""


class ReadFile(Struct, frozen=True):
    """Make a message of a picture or a recording. Answered by `ItemPut` or `NewsArrived`."""

    kind: Literal["image", "audio"]
    path: str
    text: str = ""


class EndPlay(Struct, frozen=True):
    """The audio of this content part is complete: what waits in the prebuffer may start."""

    item_id: str
    content_index: int


class FlushPlayout(Struct, frozen=True):
    """Fade out and forget everything queued. Answered by `Flushed`, also when there is no speaker."""

    fade_ms: int = 10


class DuckPlayout(Struct, frozen=True):
    """Make the answer quieter by this factor (0 to 1), until `ResumePlayout` or the next flush."""

    factor: float


class PausePlayout(Struct, frozen=True):
    """Fall silent and keep everything, until `ResumePlayout` or the next flush."""


class ResumePlayout(Struct, frozen=True):
    """Go on where the answer was, as loud as before."""


class DozeSpeaker(Struct, frozen=True):
    """No answer is in sight: the speaker's device may stop, if nobody needs its silence."""


class RouseSpeaker(Struct, frozen=True):
    """An answer may come soon: the device goes on."""


class SetVolume(Struct, frozen=True):
    """The speaker's volume: 1.0 is the sound as it came, 2.0 twice as loud."""

    volume: float


class PlayCue(Struct, frozen=True):
    """A short tone of our own, for those who do not look at the screen."""

    cue: Cue


class RunTool(Struct, frozen=True):
    """Call a function; `arguments` is the JSON text the model wrote. Answered by `ToolReturned` or `ToolFailed`."""

    call_id: str
    name: str
    arguments: str


class CancelTool(Struct, frozen=True):
    """Stop a running call. Answered by `ToolFailed`."""

    call_id: str


class StartTimer(Struct, frozen=True):
    """Fire `TimerFired(name)` after so many seconds. Starting a running timer starts it anew."""

    name: str
    after_s: float


class StopTimer(Struct, frozen=True):
    """Forget a timer; unknown names are fine."""

    name: str


class ReopenDevice(Struct, frozen=True):
    """Try to open a device again. Answered by `DeviceChanged`."""

    which: Which


class Finish(Struct, frozen=True):
    """The session is over. `message` is the error's one line ("" when there is none), `advice` the next step."""

    exit_code: int
    message: str = ""
    advice: str = ""


SoundCommand: TypeAlias = (
    DuckPlayout | PausePlayout | ResumePlayout | SetVolume | PlayCue | DozeSpeaker | RouseSpeaker
)

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
