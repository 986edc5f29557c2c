"""What the history keeps, as values. Times are seconds since 1970 (UTC); every text is untrusted."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

Kind: TypeAlias = Literal["message", "call", "notice"]
Status: TypeAlias = Literal["active", "ended", "failed", "interrupted"]


class Opening(Struct, frozen=True):
    """How a run begins: which command talks to whom.

    Attributes:
        command: `talk` or `send-text`.
        conversation_id: The conversation that goes on; "" begins a new one.
        recording: Folder of the sound, "" without.
    """

    command: str
    provider: str
    model: str
    conversation_id: str = ""
    recording: str = ""


class ItemRecord(Struct, frozen=True):
    """One item of a conversation: a message, a call with its result, or a notice.

    Attributes:
        key: Its id within the run; writing the same key again replaces what was known.
        position: Its place within the run, from 0.
        text: All of a message as the model made it or the user said it; for a notice its words.
        heard_text: What of it the user has heard or seen.
        heard_ms: Sound of it that left the loudspeaker, None for text.
        status: `completed`, `interrupted`, `removed` (nobody heard it), or a call's or notice's own word.
        approval: Who let a call run or refused it: `auto`, `yes`, `always`, `edited`, `no`, `refused`; "" unknown.
        written: The arguments as the model wrote them, where the user changed them; "" otherwise.
    """

    key: str
    position: int
    kind: Kind
    role: str
    text: str
    heard_text: str
    status: str
    started_at: float
    ended_at: float
    heard_ms: int | None = None
    item_id: str = ""
    call_id: str = ""
    name: str = ""
    arguments: str = ""
    output: str = ""
    problem: str = ""
    approval: str = ""
    written: str = ""


class UsageRecord(Struct, frozen=True):
    """Tokens (or seconds) of one response or one transcription. Cached tokens are a part of the input."""

    at: float
    kind: Literal["response", "transcription"]
    provider: str
    model: str
    response_id: str = ""
    input_text: int = 0
    input_audio: int = 0
    input_image: int = 0
    cached_text: int = 0
    cached_audio: int = 0
    cached_image: int = 0
    output_text: int = 0
    output_audio: int = 0
    total: int = 0
    seconds: float = 0.0


class Ending(Struct, frozen=True):
    """How a run ended."""

    at: float
    status: Status
    exit_code: int = 0
    error: str = ""


class ConversationRow(Struct, frozen=True):
    """One line of `history list`."""

    conversation_id: str
    title: str
    started_at: float
    ended_at: float | None
    status: str
    command: str
    provider: str
    model: str
    items: int
    runs: int
    error: str
    recording: str


class Found(Struct, frozen=True):
    """One hit of a search; `snippet` marks the words with \\x02 and \\x03."""

    conversation_id: str
    title: str
    at: float
    role: str
    kind: str
    snippet: str
