"""What the parts of one server session share: its settings, its conversation, its ids."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from realtime_cli import protocol as p
from realtime_cli.server.conversation import Conversation
from realtime_cli.server.input_buffer import TurnRules, turn_rules
from realtime_cli.server.options import Names, ServerOptions


@dataclass(slots=True)
class Session:
    """One client's session.

    Attributes:
        config: Effective settings; nothing in them is absent.
        voice_locked: The model has spoken aloud.
        now_s: Time of the fact at hand.
    """

    options: ServerOptions
    names: Names
    config: p.SessionConfig
    conversation: Conversation
    conversation_id: str
    voice_locked: bool = False
    now_s: float = 0.0

    @property
    def listens_only(self) -> bool:
        """A transcription session: nobody answers in it."""
        return self.config.type == "transcription"

    @property
    def audio_in(self) -> p.AudioInput:
        """The way in."""
        audio = self.config.audio
        if isinstance(audio, p.AudioConfig) and isinstance(audio.input, p.AudioInput):
            return audio.input
        return p.AudioInput()

    @property
    def format_in(self) -> p.AudioFormat:
        """How the client writes its audio."""
        audio_format = self.audio_in.format
        return audio_format if isinstance(audio_format, p.AudioFormat) else p.PCM16_24KHZ

    @property
    def rules(self) -> TurnRules | None:
        """How turns are found; None where the client says it."""
        return turn_rules(self.audio_in.turn_detection)

    @property
    def language(self) -> str:
        """What the client says is spoken; "" when it does not say."""
        transcription = self.audio_in.transcription
        language = transcription.language if isinstance(transcription, p.Transcription) else ""
        return language if isinstance(language, str) else ""

    @property
    def transcribes(self) -> bool:
        """Whether the client wants to read what the user said."""
        return isinstance(self.audio_in.transcription, p.Transcription)


def with_transcript(item: p.Item, transcript: str) -> p.Item:
    """A user's item with its words written down."""
    if not isinstance(item, p.MessageItem):
        return item
    content = tuple(
        replace(part, transcript=transcript) if isinstance(part, p.InputAudio) else part
        for part in item.content
    )
    return replace(item, content=content)
