"""Typed messages, and answers on demand."""

from __future__ import annotations

from msgspec import UNSET

from realtime_cli.protocol import ConversationItemCreate, InputAudioBufferAppend, InputText, MessageItem
from realtime_cli.session.commands import Say
from realtime_cli.session.desk import Desk
from realtime_cli.session.intents import Purpose
from realtime_cli.session.joints import Flag
from realtime_cli.session.state import PlayoutState, ResponseState


class Prompts:
    """Facts about the prompt line and the answer key, and the consequence that sends what was typed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def typed(self, text: str) -> None:
        """A typed message. If an answer is being spoken, it stops; one that is being made is waited for."""
        desk = self._desk
        if not text.strip():
            return
        item_id = desk.new_id("item")
        row = desk.conversation.open(item_id, role="user")
        row.parts, row.unsent = {0: text}, True
        desk.prompts.append(item_id)
        desk.raise_flag(Flag.TURN_OPEN)
        spoken = desk.turns.response is ResponseState.ACTIVE and bool(desk.heard.incomplete_tags())
        if spoken or desk.turns.playout is PlayoutState.PLAYING:
            desk.raise_flag(Flag.INTERRUPTION)

    def announced(self, text: str) -> None:
        """A tool has something to say: the model is told as soon as nobody speaks, and tells the user."""
        desk = self._desk
        item_id = desk.new_id("item")
        row = desk.conversation.open(item_id, role="system")
        row.parts, row.unsent = {0: text}, True
        desk.prompts.append(item_id)
        desk.raise_flag(Flag.TURN_OPEN)

    def send_prompts(self) -> None:
        """The session can take them: say the typed messages, and want an answer to them."""
        desk = self._desk
        typed = wanted = False
        for item_id in desk.prompts:
            row = desk.conversation.find(item_id)
            if row is None or row.gone:
                continue
            row.unsent, row.final = False, True
            typed = typed or (not row.quiet and (row.role == "user" or row.item is not None))
            wanted = wanted or not row.quiet
            item = row.item or MessageItem(id=item_id, role=row.role, content=(InputText(row.text),))
            if not row.place:
                desk.conversation.move(row, to_front=False)
            desk.conversation.created(item_id)
            event = ConversationItemCreate(item=item, previous_item_id=row.place or UNSET)
            desk.say(event, Purpose.CREATE_ITEM, item_id)
        desk.prompts.clear()
        if desk.streamed:
            self._send_streamed()
            return
        if not wanted:  # items alone: nobody asked for an answer
            return
        desk.calls.chain = 0
        if not typed:  # an announcement: it does not talk over the user
            desk.raise_flag(Flag.CHAIN_WANTED)
            return
        desk.turn_ended_at_s = desk.at_s
        desk.raise_flag(Flag.ANSWER_WANTED)

    def _send_streamed(self) -> None:
        """Recorded sound: appended piece by piece, committed once, answered once."""
        desk = self._desk
        desk.clear_audio()
        for pcm in desk.streamed:
            desk.do(Say(InputAudioBufferAppend(audio=pcm), keep=True))
        sound, desk.streamed = b"".join(desk.streamed), []
        desk.commit_audio(sound)

    def answer_pressed(self) -> None:
        """The user wants the answer now."""
        desk = self._desk
        if desk.turns.response is ResponseState.NONE:
            desk.answer_waits = False
            desk.turn_ended_at_s = desk.at_s
            desk.raise_flag(Flag.ANSWER_WANTED)
