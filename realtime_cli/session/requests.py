"""What the user asks of the conversation and of the session: one place that knows who does it."""

from __future__ import annotations

from typing import assert_never

from msgspec import UNSET
from msgspec.structs import replace

from realtime_cli.protocol import AudioConfig, AudioInput, SemanticVad, SessionConfig, merge
from realtime_cli.session import request_facts as facts
from realtime_cli.session.answers import Answers
from realtime_cli.session.asides import Asides
from realtime_cli.session.commands import ReadFile, SaveTranscript
from realtime_cli.session.connection import Connection
from realtime_cli.session.curation import Curation
from realtime_cli.session.desk import Desk
from realtime_cli.session.fitting import fitted_response
from realtime_cli.session.request_facts import RequestFact
from realtime_cli.session.state import ResponseState, TurnMode
from realtime_cli.session.talk_key import TalkKey
from realtime_cli.session.turns import Happening


class Requests:
    """Requests of the user's, from slash commands and keys."""

    def __init__(
        self,
        desk: Desk,
        connection: Connection,
        answers: Answers,
        curation: Curation,
        asides: Asides,
        talk_key: TalkKey,
    ) -> None:
        self._desk = desk
        self._connection = connection
        self._answers = answers
        self._curation = curation
        self._asides = asides
        self._talk_key = talk_key

    def take(self, fact: RequestFact) -> None:
        """One request."""
        match fact:
            case facts.ItemPut():
                self._curation.put(fact)
            case facts.ItemRetrieveAsked():
                self._curation.retrieve(fact)
            case facts.ItemDeleteAsked(item_ids=item_ids):
                self._curation.delete(item_ids)
            case facts.ItemTruncateAsked():
                self._curation.truncate(fact)
            case facts.ItemPinned(item_id=item_id, pinned=pinned):
                self._curation.pin(item_id, pinned=pinned)
            case facts.ConversationReset():
                self._connection.reset()
            case facts.SessionChanged(config=config):
                self._change(config)
            case facts.TurnsChanged():
                self._change_turns(fact)
            case facts.AskedAside():
                self._asides.ask(fact)
            case facts.AnswerAsked(config=config):
                self._ask(fact)
            case facts.ResponseCancelAsked(response_id=response_id):
                self._cancel(response_id)
            case facts.FilePutAsked(kind=kind, path=path, text=text):
                self._desk.do(ReadFile(kind, path, text))
            case facts.SaveAsked(path=path):
                self._save(path)
            case _:
                assert_never(fact)

    def _save(self, path: str) -> None:
        desk = self._desk
        entries, _ = desk.conversation.entries(desk.heard, speaker_works=desk.speaker_works)
        model = desk.effective.model if isinstance(desk.effective.model, str) else ""
        desk.do(SaveTranscript(path, entries, model))

    def _change(self, config: SessionConfig) -> None:
        desk = self._desk
        voice = config.audio.output.voice if config.audio and config.audio.output else UNSET
        if voice is not UNSET and desk.has_spoken:
            desk.notice(
                "warning",
                "The voice stays: it is fixed once the model has spoken.",
                "Begin a new conversation to change it.",
            )
            desk.wish = replace(desk.wish, config=self._with_voice(config))
            return
        self._connection.change(config)

    def _with_voice(self, config: SessionConfig) -> SessionConfig:
        """The voice for the next session."""
        return merge(self._desk.wish.config, config)

    def _change_turns(self, fact: facts.TurnsChanged) -> None:
        """Switch between the server's turn detection and the talk key while everything goes on."""
        desk = self._desk
        wish = desk.wish
        auto = wish.auto_response if fact.auto_response is None else fact.auto_response
        interrupt = wish.interrupt if fact.interrupt is None else fact.interrupt
        if wish.turn_mode is TurnMode.TYPED:
            desk.notice("warning", "This session has no sound.", "Start again without --no-audio.")
            return
        self._talk_key.discard()
        detection = fact.detection
        if detection is None:
            mode = TurnMode.PUSH_TO_TALK
        else:
            mode = TurnMode.SEMANTIC_VAD if isinstance(detection, SemanticVad) else TurnMode.SERVER_VAD
            detection = replace(detection, create_response=auto, interrupt_response=interrupt)
        desk.wish = replace(wish, turn_mode=mode, auto_response=auto, interrupt=interrupt)
        if desk.ready:
            # What is buffered was said under the other rules: it would hang in the next turn.
            desk.clear_audio()
        desk.happen(Happening.SPEECH_ENDED)
        desk.conversation.drop_reserved()
        config = SessionConfig(audio=AudioConfig(input=AudioInput(turn_detection=detection)))
        self._connection.change(config)
        desk.notice("info", f"Turns: {mode.value}.")

    def _ask(self, fact: facts.AnswerAsked) -> None:
        desk = self._desk
        config, left_out = fitted_response(fact.config, desk.abilities)
        if left_out:
            desk.notice("info", f"This server cannot do: {', '.join(left_out)}.")
        self._answers.want(config)

    def _cancel(self, response_id: str) -> None:
        desk = self._desk
        if self._asides.cancel(response_id):
            return
        current = desk.answer.response_id if desk.answer else ""
        if response_id == current and desk.turns.response is ResponseState.ACTIVE:
            self._answers.cancel()
        else:
            desk.notice("info", f"There is no response {response_id} in progress.")
