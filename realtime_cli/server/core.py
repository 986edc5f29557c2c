"""The local server's mind: facts in, commands out. The other end of the Realtime language.

Rules:
1. `handle` is the only verb; calling it is the only way the mind changes.
2. It returns commands in the order they must happen and performs none.
3. It is deterministic: no clock, no randomness; ids come from a counter, time comes with the facts.
4. It is total: whatever a client does becomes an event, a refusal or nothing, never an exception.
5. It shares only the language and the workbench with the client's mind: a second, independent reading of the rules.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from realtime_cli import protocol as p
from realtime_cli.server import vocabulary as v
from realtime_cli.server.answering import Answering
from realtime_cli.server.conversation import Conversation, Entry
from realtime_cli.server.item_rules import entry_of
from realtime_cli.server.listening import Listening
from realtime_cli.server.options import Names, ServerOptions
from realtime_cli.server.refused import Refused
from realtime_cli.server.session import Session
from realtime_cli.server.session_settings import default_settings, updated
from realtime_cli.server.terms import offers

Commands = list[v.ServerCommand]

EXPIRY = "session"
IDLE = "idle"


class ServerCore:
    """One client's session on the server.

    Args:
        options: How the server behaves.
        probability: 512 frames PCM16 at 16 kHz -> how likely they are speech, 0 to 1; may remember earlier blocks.
        names: Gives ids.
    """

    def __init__(
        self,
        options: ServerOptions | None = None,
        probability: Callable[[bytes], float] = lambda _block: 0.0,
        names: Names | None = None,
    ) -> None:
        self._options = options or ServerOptions()
        names = names or Names()
        config = default_settings(self._options, names.new("sess"), 0, transcription=False)
        conversation = Conversation(self._options.kept_audio_bytes, self._options.max_items)
        self._session = Session(self._options, names, config, conversation, names.new("conv"))
        self._listening = Listening(
            self._session,
            probability,
            on_speech=lambda: self._answering.user_spoke(),
            on_turn=lambda: self._answering.turn_over(),
        )
        self._answering = Answering(self._session, self._listening)
        self._closed = False

    def handle(self, fact: v.ServerFact, at_s: float) -> Commands:
        """What follows from a fact.

        Args:
            at_s: When it happened, in seconds of any clock that does not go back.
        """
        if self._closed:
            return []
        self._session.now_s = at_s
        return [self._signed(command) for command in self._follow(fact)]

    def _follow(self, fact: v.ServerFact) -> Commands:
        match fact:
            case v.ClientConnected():
                return self._connected(fact)
            case v.ClientSaid(event=event):
                return self._said(event)
            case v.ClientGarbled(error=error):
                return [v.Say(p.ErrorEvent(error=error))]
            case v.ClientLeft():
                self._closed = True
                return [v.StopTimer(EXPIRY), v.StopTimer(IDLE), *self._answering.stop_all()]
            case v.EngineHeardPartial(item_id=item_id, text=text):
                return self._listening.heard_partial(item_id, text)
            case v.EngineTranscribed() | v.EngineHearingFailed():
                return self._words_known(fact)
            case v.TimerFired(name=name):
                return self._timer_fired(name)
            case _:
                return self._answering.heard_from(fact)

    # --- the session --------------------------------------------------------------------------------------------

    def _connected(self, fact: v.ClientConnected) -> Commands:
        session = self._session
        if fact.beta and self._options.strict_ga:
            refused = Refused(
                "The beta shape of this API is no longer served. Use the GA shape.",
                code="beta_api_shape_disabled",
            )
            return [
                v.Say(refused.event()),
                *self._close(4000, "invalid_request_error.beta_api_shape_disabled"),
            ]
        expires_at = int(fact.epoch_s + self._options.max_session_s)
        session_id = str(session.config.id)
        session.config = default_settings(self._options, session_id, expires_at, fact.transcription)
        self._listening.configure()
        return [
            v.Say(p.SessionCreated(session=session.config)),
            v.StartTimer(EXPIRY, self._options.max_session_s),
        ]

    def _update(self, change: p.SessionConfig) -> Commands:
        session = self._session
        untouched = not session.conversation.entries and not self._answering.running
        before = session.config
        session.config = updated(
            before, change, self._options, voice_locked=session.voice_locked, untouched=untouched
        )
        commands = [v.Say(p.SessionUpdated(session=session.config)), *self._listening.configure()]
        if session.config.tools != before.tools:
            tools = session.config.tools
            commands.append(v.Expect(offers(tools if isinstance(tools, tuple) else ())))
        return commands

    def _timer_fired(self, name: str) -> Commands:
        if name == EXPIRY:
            minutes = self._options.max_session_s / 60
            reason = f"Your session hit the maximum duration of {minutes:g} minutes."
            expired = Refused(reason, code="session_expired")
            return [v.Say(expired.event()), *self._close(1001, reason)]
        rules = self._session.rules
        if name == IDLE and rules and rules.idle_ms and not self._listening.speaking:
            return self._listening.nobody_spoke() + self._answering.turn_over()
        return []

    def _close(self, code: int, reason: str) -> Commands:
        self._closed = True
        return [v.StopTimer(EXPIRY), v.StopTimer(IDLE), *self._answering.stop_all(), v.Close(code, reason)]

    # --- what the client says -----------------------------------------------------------------------------------

    def _said(self, event: p.ClientEvent) -> Commands:
        try:
            return self._obey(event)
        except Refused as refused:
            return [v.Say(refused.event(event.event_id))]

    def _obey(self, event: p.ClientEvent) -> Commands:
        match event:
            case p.SessionUpdate(session=change):
                return self._update(change)
            case p.InputAudioBufferAppend(audio=audio):
                return self._listening.append(audio)
            case p.InputAudioBufferCommit():
                return self._listening.commit()
            case p.InputAudioBufferClear():
                return self._listening.clear()
            case p.ConversationItemCreate():
                return self._create_item(event)
            case p.ConversationItemRetrieve(item_id=item_id):
                return [v.Say(p.ConversationItemRetrieved(item=self._find(item_id, "retrieve").with_audio()))]
            case p.ConversationItemDelete(item_id=item_id):
                self._find(item_id, "delete")
                self._session.conversation.remove(item_id)
                return [v.Say(p.ConversationItemDeleted(item_id=item_id))]
            case p.ConversationItemTruncate():
                return self._truncate(event)
            case p.ResponseCreate(response=wish):
                return self._answering.create(wish)
            case p.ResponseCancel(response_id=response_id):
                return self._answering.cancel(response_id)
            case _:
                raise Refused("The output audio buffer exists only over WebRTC and SIP.", param="type")

    def _create_item(self, event: p.ConversationItemCreate) -> Commands:
        session = self._session
        after = event.previous_item_id if isinstance(event.previous_item_id, str) else None
        entry = entry_of(event.item, session.names, session.format_in)
        session.conversation.check_room(entry.id, after)
        item = entry.item
        if isinstance(item, p.FunctionCallOutputItem) and not session.conversation.has_call(item.call_id):
            raise Refused(f"Tool call ID '{item.call_id}' not found in conversation.", param="item.call_id")
        previous_id = session.conversation.add(entry, after)
        return [
            v.Say(p.ConversationItemAdded(item=item, previous_item_id=previous_id)),
            v.Say(p.ConversationItemDone(item=item, previous_item_id=previous_id)),
            *self._listening.read_quietly(entry),
        ]

    def _truncate(self, event: p.ConversationItemTruncate) -> Commands:
        entry = self._find(event.item_id, "truncate")
        if event.content_index != 0:
            raise Refused("Content index out of range: only 0 can be truncated.", param="content_index")
        if event.audio_end_ms < 0:
            raise Refused("Must not be negative.", param="audio_end_ms")
        entry.truncate(event.audio_end_ms)
        truncated = p.ConversationItemTruncated(
            item_id=event.item_id, content_index=0, audio_end_ms=event.audio_end_ms
        )
        return [v.Say(truncated)]

    def _find(self, item_id: str, deed: str) -> Entry:
        entry = self._session.conversation.find(item_id)
        if entry is None:
            doing = {"retrieve": "retrieving", "delete": "deleting", "truncate": "truncating"}[deed]
            raise Refused(
                f"Error {doing} item: the item with id '{item_id}' does not exist.",
                code=f"item_{deed}_invalid_item_id",
                param="item_id",
            )
        return entry

    # --- what the engines say -----------------------------------------------------------------------------------

    def _words_known(self, fact: v.EngineTranscribed | v.EngineHearingFailed) -> Commands:
        entry = self._session.conversation.find(fact.item_id) or self._answering.find_input(fact.item_id)
        if isinstance(fact, v.EngineTranscribed):
            commands = self._listening.transcribed(fact.item_id, fact.text, entry)
            return commands + self._answering.words_known(fact.item_id)
        commands = self._listening.hearing_failed(fact.item_id, fact.message, entry)
        return commands + self._answering.words_known(fact.item_id, fact.message)

    def _signed(self, command: v.ServerCommand) -> v.ServerCommand:
        """Every event leaves with an id of its own."""
        if not isinstance(command, v.Say) or isinstance(command.event, p.Unrecognized):
            return command
        return v.Say(replace(command.event, event_id=self._session.names.new("event")))
