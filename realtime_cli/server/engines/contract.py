"""The three contracts between the server and what hears, thinks and speaks for it.

All audio here is PCM16 mono little endian at 24 kHz. All engines live on one asyncio loop; whatever holds the
interpreter lock or keeps global state works in a process of its own behind these methods.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was understood. `text` is "" when nothing was; `confidence` is 0..1 where the engine knows, else None."""

    text: str
    confidence: float | None = None


class Utterance(Protocol):
    """One stretch of speech being recognised while it is spoken."""

    async def feed(self, pcm: bytes) -> None:
        """Take audio; returns soon, recognition goes on elsewhere."""

    async def finish(self) -> Transcript:
        """The final transcript of all that was fed. Called once.

        Raises:
            EngineFailed: The engine died or is too slow; it restarts for the next utterance.
        """

    async def discard(self) -> None:
        """Forget it; `finish` will not be called."""


class Ears(Protocol):
    """Speech to text.

    Attributes:
        languages: What it understands, such as ("en",); empty: many, or nobody knows.
    """

    name: str
    languages: Sequence[str]

    async def start(self) -> None:
        """Load models. Idempotent; later methods start it when needed."""

    def listen(self, on_partial: Callable[[str], None] | None = None, language: str = "") -> Utterance:
        """Begin an utterance. `on_partial` gets the whole stable text so far, on the loop.

        `language` is the client's hint, such as "en"; "" for none.
        """

    def expect(self, phrases: Sequence[str]) -> None:
        """Phrases that are likely (tool names, template words) for engines with a small language model."""

    async def stop(self) -> None:
        """End processes."""


class Mouth(Protocol):
    """Text to speech."""

    name: str
    voices: Sequence[str]

    async def start(self) -> None:
        """Get ready. Idempotent."""

    def speak(self, text: str, *, voice: str, speed: float = 1.0) -> AsyncIterator[bytes]:
        """Audio of one clause or sentence, in pieces of whole frames. Closing the iterator stops the synthesis.

        An unknown voice falls back to the default one. Raises EngineFailed.
        """

    async def stop(self) -> None:
        """End processes."""


@dataclass(frozen=True, slots=True)
class Utterer:
    """One turn of the conversation as a brain reads it."""

    role: Literal["user", "assistant", "system"]
    text: str


@dataclass(frozen=True, slots=True)
class PastCall:
    """A function call that was made, with its output when it has come."""

    call_id: str
    name: str
    arguments: str
    output: str | None


@dataclass(frozen=True, slots=True)
class ToolOffer:
    """A function the client offers: JSON Schema in `parameters`."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """Everything a brain needs for one response.

    `history` is in conversation order and ends with what is to be answered. `tool_choice` is "auto", "none",
    "required" or a function's name. `spoken`: the answer goes to the mouth, not to a screen.
    """

    instructions: str
    history: tuple[Utterer | PastCall, ...]
    tools: tuple[ToolOffer, ...] = ()
    tool_choice: str = "auto"
    max_output_tokens: int | None = None
    spoken: bool = True


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of answer text."""

    text: str


@dataclass(frozen=True, slots=True)
class WantsCall:
    """The brain wants a function called. `arguments` is JSON text."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class CutShort:
    """The answer ends here although there was more to say."""

    reason: Literal["max_output_tokens", "content_filter"]


@dataclass(frozen=True, slots=True)
class Used:
    """What the answer took, as the brain itself counts tokens. `cached_tokens` is a part of `input_tokens`."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0


Thought: TypeAlias = Words | WantsCall | Used | CutShort


class Brain(Protocol):
    """Something to say."""

    name: str
    banner: str
    """What it is, in one line for the user; said once at the start of a session. "" for none."""

    def phrases(self, tools: Sequence[ToolOffer]) -> Sequence[str]:
        """Sentences a user is likely to say to it, given these tools (for `Ears.expect`)."""

    def answer(self, question: Question) -> AsyncIterator[Thought]:
        """The answer in pieces; calls after the words, `Used` once where it counts, `CutShort` at the very end.

        Closing the iterator stops the work. Raises EngineFailed.
        """

    async def stop(self) -> None:
        """Close connections."""


class EngineFailed(Exception):
    """An engine could not do its work; the message is one line for the user."""


@dataclass(slots=True)
class Engines:
    """What one local server works with. `missing` are lines for the user: what is not installed and what adds it."""

    ears: Ears
    mouth: Mouth
    brain: Brain
    new_vad: Callable[[], Callable[[bytes], float]]
    """Makes one voice detector a session: 512 frames PCM16 at 16 kHz -> probability of speech 0..1, stateful."""
    missing: tuple[str, ...] = ()
