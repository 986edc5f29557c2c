"""Session settings in GA's nested shape. Absent, null and value are three things.

An update changes only what it says, and null clears: `UNSET` is not encoded at all, `None` becomes `null`.
Ranges are the documented ones and are checked when a client's words are read.
"""

from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from realtime_cli.protocol.tools import Tool, ToolChoice

_S = TypeVar("_S", bound=Struct)

Modality: TypeAlias = Literal["text", "audio"]
Eagerness: TypeAlias = Literal["low", "medium", "high", "auto"]
ReasoningEffort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh"]
TokenLimit: TypeAlias = Annotated[int, Meta(ge=1)] | Literal["inf"]
Milliseconds: TypeAlias = Annotated[int, Meta(ge=0)]


class _Part(Struct, frozen=True, kw_only=True):
    pass


class AudioFormat(Struct, frozen=True):
    """How samples are written on the wire, always mono.

    Attributes:
        type: `audio/pcm` (signed 16 bit, little endian), `audio/pcmu`, `audio/pcma` (G.711 at 8 kHz).
        rate: Hz, only with `audio/pcm`; 24000 at OpenAI, others differ.
    """

    type: str = "audio/pcm"
    rate: int | UnsetType = UNSET


PCM16_24KHZ = AudioFormat("audio/pcm", 24000)
PCMU = AudioFormat("audio/pcmu")
PCMA = AudioFormat("audio/pcma")


class _TurnDetection(_Part, tag_field="type", frozen=True, kw_only=True):
    create_response: bool | UnsetType = UNSET
    interrupt_response: bool | UnsetType = UNSET


class ServerVad(_TurnDetection, tag="server_vad", frozen=True, kw_only=True):
    """Turns end after silence.

    Attributes:
        threshold: Speech probability from 0 to 1; servers start with 0.5.
        prefix_padding_ms: Sound kept from before the speech; 300.
        silence_duration_ms: Silence that ends a turn; 200 or 500, sources disagree: say it explicitly.
        idle_timeout_ms: The model speaks up after this silence (GA only).
        create_response: Answer by itself when a turn ends.
        interrupt_response: Cancel the running answer when speech starts.
    """

    threshold: Annotated[float, Meta(ge=0, le=1)] | UnsetType = UNSET
    prefix_padding_ms: Milliseconds | UnsetType = UNSET
    silence_duration_ms: Milliseconds | UnsetType = UNSET
    idle_timeout_ms: Milliseconds | UnsetType | None = UNSET


class SemanticVad(_TurnDetection, tag="semantic_vad", frozen=True, kw_only=True):
    """Turns end when the sentence seems finished.

    Attributes:
        eagerness: Longest wait: `low` 8 s, `medium` and `auto` 4 s, `high` 2 s.
    """

    eagerness: Eagerness | UnsetType = UNSET


TurnDetection: TypeAlias = ServerVad | SemanticVad


class NoiseReduction(_Part, frozen=True, kw_only=True):
    """Filter on the way in. `near_field` for headsets, `far_field` for laptops; not an echo canceller."""

    type: Literal["near_field", "far_field"] | UnsetType = UNSET
    strength: float | UnsetType = UNSET


class Transcription(_Part, frozen=True, kw_only=True):
    """What writes down the user's words.

    Attributes:
        language: ISO 639-1, such as "en".
        languages, keywords: Hints for newer models.
        delay: `minimal` to `xhigh`, gpt-realtime-whisper only.
    """

    model: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    prompt: str | UnsetType = UNSET
    languages: tuple[str, ...] | UnsetType = UNSET
    keywords: tuple[str, ...] | UnsetType = UNSET
    delay: str | UnsetType = UNSET


class AudioInput(_Part, frozen=True, kw_only=True):
    """The way in. `turn_detection=None` means the client says when a turn ends."""

    format: AudioFormat | UnsetType = UNSET
    transcription: Transcription | UnsetType | None = UNSET
    noise_reduction: NoiseReduction | UnsetType | None = UNSET
    turn_detection: TurnDetection | UnsetType | None = UNSET


class VoiceId(Struct, frozen=True):
    """A custom voice by its id."""

    id: str


class AudioOutput(_Part, frozen=True, kw_only=True):
    """The way out.

    Attributes:
        voice: Locked after the first sound.
        speed: 0.25 to 1.5, changed between turns only.
    """

    format: AudioFormat | UnsetType = UNSET
    voice: str | VoiceId | UnsetType = UNSET
    speed: Annotated[float, Meta(ge=0.25, le=1.5)] | UnsetType = UNSET


class AudioConfig(_Part, frozen=True, kw_only=True):
    """Both ways."""

    input: AudioInput | UnsetType = UNSET
    output: AudioOutput | UnsetType = UNSET


class Reasoning(_Part, frozen=True, kw_only=True):
    """How hard a 2.x model thinks before it speaks; servers start with `low`."""

    effort: ReasoningEffort | UnsetType = UNSET


class TokenLimits(_Part, frozen=True, kw_only=True):
    """Bounds of a truncation."""

    post_instructions: int | UnsetType = UNSET


class RetentionRatio(_Part, tag_field="type", tag="retention_ratio", frozen=True, kw_only=True):
    """Keep this share (0 to 1) of the context when it overflows; 0.8 keeps the prompt cache warm."""

    retention_ratio: Annotated[float, Meta(ge=0, le=1)]
    token_limits: TokenLimits | UnsetType = UNSET


class Tracing(_Part, frozen=True, kw_only=True):
    """Labels of a session's trace; fixed once tracing is on."""

    workflow_name: str | UnsetType = UNSET
    group_id: str | UnsetType = UNSET
    metadata: Any = UNSET


class SessionConfig(_Part, frozen=True, kw_only=True):
    """What a client wishes a session to be, or what a server says it is.

    Attributes:
        type: `realtime` for conversation, `transcription` for listening only; GA wants it in every update.
        output_modalities: `("audio",)` (sound with transcript) or `("text",)`; GA never takes both.
        max_output_tokens: From 1, or "inf".
        id, object, expires_at: Added by the server; `expires_at` in seconds since 1970.
        model: Fixed at connect; a change in an update is ignored by servers.
    """

    type: Literal["realtime", "transcription"] = "realtime"
    object: str | UnsetType = UNSET
    id: str | UnsetType = UNSET
    model: str | UnsetType = UNSET
    expires_at: int | UnsetType = UNSET
    output_modalities: tuple[Modality, ...] | UnsetType = UNSET
    instructions: str | UnsetType = UNSET
    audio: AudioConfig | UnsetType = UNSET
    tools: tuple[Tool, ...] | UnsetType = UNSET
    tool_choice: ToolChoice | UnsetType = UNSET
    max_output_tokens: TokenLimit | UnsetType = UNSET
    truncation: Literal["auto", "disabled"] | RetentionRatio | UnsetType = UNSET
    reasoning: Reasoning | UnsetType = UNSET
    parallel_tool_calls: bool | UnsetType = UNSET
    tracing: Literal["auto"] | Tracing | UnsetType | None = UNSET
    include: tuple[str, ...] | UnsetType | None = UNSET
    prompt: dict[str, Any] | UnsetType | None = UNSET


SERVER_OWNED = ("object", "id", "model", "expires_at")
"""Session fields that a client's update never changes once a server has set them."""


def merge(base: SessionConfig, change: SessionConfig) -> SessionConfig:
    """The session after an update.

    Fields that `change` does not say stay as they are, `None` clears, everything nested is merged the same
    way (a turn detection of another kind replaces the old one). What the server owns stays once it is set.

    Args:
        base: The effective settings so far.
        change: The settings of one `session.update`.
    """
    owned = {name: getattr(base, name) for name in SERVER_OWNED if getattr(base, name) is not UNSET}
    return replace(_merged(base, change), **owned)


def _merged(base: _S, change: _S) -> _S:
    present: dict[str, Any] = {}
    for name in change.__struct_fields__:
        new, old = getattr(change, name), getattr(base, name)
        if new is UNSET:
            continue
        nested = isinstance(new, Struct) and type(new) is type(old)
        present[name] = _merged(old, new) if nested else new
    return replace(base, **present)
