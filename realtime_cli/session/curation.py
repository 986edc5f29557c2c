"""The conversation in the user's hands: items put in, fetched back with their sound, deleted, truncated, pinned."""

from __future__ import annotations

from msgspec.structs import replace

from realtime_cli.protocol import (
    Ability,
    ConversationItemDelete,
    ConversationItemRetrieve,
    ConversationItemTruncate,
    ErrorDetail,
    InputAudio,
    InputImage,
    Item,
    MessageItem,
    OutputAudio,
)
from realtime_cli.session import settings
from realtime_cli.session.commands import EndPlay, Play, SaveAudio
from realtime_cli.session.conversation import text_of
from realtime_cli.session.desk import Desk
from realtime_cli.session.holdings import Retrieved
from realtime_cli.session.intents import Intent, Purpose
from realtime_cli.session.joints import Flag
from realtime_cli.session.request_facts import ItemPut, ItemRetrieveAsked, ItemTruncateAsked
from realtime_cli.session.rows import Kind
from realtime_cli.session.turns import Happening

_ASKED_FOR = (Purpose.RETRIEVE, Purpose.DELETE_ASKED, Purpose.TRUNCATE_ASKED)


class Curation:
    """Requests about items, and the server's answers to them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._wanted: dict[str, list[ItemRetrieveAsked]] = {}

    def put(self, fact: ItemPut) -> None:
        """An item goes in as soon as the session can take it."""
        desk = self._desk
        item_id = fact.item.id if isinstance(fact.item.id, str) and fact.item.id else desk.new_id("item")
        if desk.conversation.find(item_id) is not None:
            desk.notice("warning", f"There is an item {item_id} already.", "Choose another id.")
            return
        item = replace(fact.item, id=item_id)
        message = isinstance(item, MessageItem)
        role = item.role if isinstance(item, MessageItem) and item.role != "tool" else "system"
        after = "" if fact.previous_item_id == "root" else fact.previous_item_id
        row = desk.conversation.open(
            item_id, Kind.MESSAGE if message else Kind.OTHER, role, previous_id=after
        )
        if fact.previous_item_id == "root":
            desk.conversation.move(row, to_front=True)
        row.parts = {0: shown_as(item)}
        row.item, row.place, row.quiet, row.unsent = item, fact.previous_item_id, not fact.answer, True
        desk.prompts.append(item_id)
        desk.raise_flag(Flag.TURN_OPEN)

    def retrieve(self, fact: ItemRetrieveAsked) -> None:
        """Ask for an item with its sound."""
        desk = self._desk
        if Ability.ITEM_RETRIEVE not in desk.abilities:
            desk.notice("warning", "This server cannot give items back.")
        elif self._can_talk():
            self._wanted.setdefault(fact.item_id, []).append(fact)
            desk.say(ConversationItemRetrieve(item_id=fact.item_id), Purpose.RETRIEVE, fact.item_id)

    def retrieved(self, item: Item) -> None:
        """`conversation.item.retrieved`."""
        desk = self._desk
        item_id = item.id if isinstance(item.id, str) else ""
        pcm = _sound_of(item)
        number = desk.retrieved.number + 1 if desk.retrieved else 1
        desk.retrieved = Retrieved(number, item_id, item, pcm)
        wanted = self._wanted.pop(item_id, [])
        if not pcm and any(one.play or one.save_to for one in wanted):
            desk.notice("info", f"The item {item_id} has no sound.")
            return
        rate_hz = settings.sound_rate_hz(desk.effective)
        for one in wanted:
            if one.save_to:
                desk.do(SaveAudio(one.save_to, pcm, rate_hz))
            if one.play:
                tag = f"replay_{number}"
                desk.do(Play(tag, 0, pcm))
                desk.do(EndPlay(tag, 0))
                desk.happen(Happening.AUDIO_QUEUED)

    def delete(self, item_ids: tuple[str, ...]) -> None:
        """Forget items, here and at the server."""
        desk = self._desk
        if Ability.ITEM_DELETE not in desk.abilities:
            desk.notice("warning", "This server cannot delete items.", "Begin a new conversation instead.")
            return
        if not self._can_talk():
            return
        for item_id in item_ids:
            row = desk.conversation.find(item_id)
            if row is not None and row.gone:
                desk.notice("info", f"The item {item_id} is deleted already.")
                continue
            desk.say(ConversationItemDelete(item_id=item_id), Purpose.DELETE_ASKED, item_id)

    def truncate(self, fact: ItemTruncateAsked) -> None:
        """Cut the sound of an answer."""
        desk = self._desk
        if Ability.TRUNCATE not in desk.abilities:
            desk.notice("warning", "This server cannot truncate items.")
        elif self._can_talk():
            event = ConversationItemTruncate(
                item_id=fact.item_id, content_index=0, audio_end_ms=fact.audio_end_ms
            )
            desk.say(event, Purpose.TRUNCATE_ASKED, fact.item_id)

    def pin(self, item_id: str, *, pinned: bool) -> None:
        """Keep an item when the context is full, or no longer."""
        row = self._desk.conversation.find(item_id)
        if row is None or row.gone:
            self._desk.notice("warning", f"There is no item {item_id}.")
        else:
            row.pinned = pinned

    def refused(self, intent: Intent, detail: ErrorDetail) -> bool:
        """Whether an error answers a request of the user's about an item; then the user is told plainly."""
        if intent.purpose not in _ASKED_FOR:
            return False
        desk, item_id = self._desk, intent.item_id
        self._wanted.pop(item_id, None)
        unknown = "does not exist" in detail.message or str(detail.code or "").endswith("_invalid_item_id")
        if unknown:
            desk.notice("warning", f"The server knows no item {item_id}.", "List the items for their ids.")
            desk.conversation.remove(item_id)
        else:
            desk.notice("warning", f"The server would not {intent.purpose.value}: {detail.message}")
        return True

    def _can_talk(self) -> bool:
        if not self._desk.ready:
            self._desk.notice("warning", "There is no session at the moment.", "Try again when connected.")
        return self._desk.ready


def shown_as(item: Item) -> str:
    """An item the user put in, as a line of the conversation."""
    if not isinstance(item, MessageItem):
        return str(getattr(item, "output", "") or getattr(item, "arguments", ""))
    words = []
    for part in item.content:
        if isinstance(part, InputImage):
            kind = part.image_url.partition(";")[0].removeprefix("data:")
            words.append(f"[{kind}, {max(1, len(part.image_url) * 3 // 4000)} kB]")
        elif isinstance(part, InputAudio) and isinstance(part.audio, bytes):
            words.append(f"[sound, {len(part.audio) / 48_000:.1f} s]")
        else:
            words.append(text_of(part))
    return "\n".join(word for word in words if word)


def _sound_of(item: Item) -> bytes:
    if not isinstance(item, MessageItem):
        return b""
    sound = [
        part.audio
        for part in item.content
        if isinstance(part, InputAudio | OutputAudio) and isinstance(part.audio, bytes)
    ]
    return b"".join(sound)
