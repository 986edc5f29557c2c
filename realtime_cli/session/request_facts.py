"""Facts of one kind: what the user asks of the conversation and of the session. Part of `facts`, read from there."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec import Struct

from realtime_cli.protocol import Item, ResponseConfig, SessionConfig, TurnDetection

NO_WISHES: Final = ResponseConfig()


class ItemPut(Struct, frozen=True):
    """The user adds an item: a picture, recorded sound, words of another role. `answer`: and wants an answer to it.

    An item without an id gets one. `previous_item_id` "" is the end, "root" the front.
    """

    item: Item
    previous_item_id: str = ""
    answer: bool = False


class ItemRetrieveAsked(Struct, frozen=True):
    """The user wants an item from the server, with its sound: shown, played, or saved as a WAV file."""

    item_id: str
    play: bool = False
    save_to: str = ""


class ItemDeleteAsked(Struct, frozen=True):
    """The user wants these items gone."""

    item_ids: tuple[str, ...]


class ItemTruncateAsked(Struct, frozen=True):
    """The user wants the sound of an answer to end after so many milliseconds."""

    item_id: str
    audio_end_ms: int


class ItemPinned(Struct, frozen=True):
    """The user wants an item kept when the context is full, or no longer."""

    item_id: str
    pinned: bool = True


class ConversationReset(Struct, frozen=True):
    """The user wants to begin anew: a new session that knows nothing."""


class SessionChanged(Struct, frozen=True):
    """The user changes settings while the session runs; only the fields that are said change, None clears."""

    config: SessionConfig


class TurnsChanged(Struct, frozen=True):
    """The user changes who ends turns: the server, by this detection, or the talk key (None).

    `auto_response` and `interrupt` stay as they are where they are None.
    """

    detection: TurnDetection | None
    auto_response: bool | None = None
    interrupt: bool | None = None


class AskedAside(Struct, frozen=True):
    """A question outside of the conversation (`conversation: "none"`); any number may run at once.

    Its answer is in `SessionState.asides`. `context`: "all" reads the conversation and then the question, "none" only
    the question. `config` adds instructions, a token limit and so on.
    """

    text: str
    metadata: tuple[tuple[str, str], ...] = ()
    context: Literal["all", "none"] = "all"
    config: ResponseConfig = NO_WISHES


class AnswerAsked(Struct, frozen=True):
    """The user wants an answer now, with wishes for just this one."""

    config: ResponseConfig = NO_WISHES


class ResponseCancelAsked(Struct, frozen=True):
    """The user cancels a response by its id (an aside's, too)."""

    response_id: str


class FilePutAsked(Struct, frozen=True):
    """The user wants the model to see a picture or to hear a recording, with a few words to it; and answer."""

    kind: Literal["image", "audio"]
    path: str
    text: str = ""


class SaveAsked(Struct, frozen=True):
    """The user wants the conversation as a Markdown file; "": under a name with the time of day."""

    path: str = ""


RequestFact: TypeAlias = (
    ItemPut
    | ItemRetrieveAsked
    | ItemDeleteAsked
    | ItemTruncateAsked
    | ItemPinned
    | ConversationReset
    | SessionChanged
    | TurnsChanged
    | AskedAside
    | AnswerAsked
    | ResponseCancelAsked
    | FilePutAsked
    | SaveAsked
)
