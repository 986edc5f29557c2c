"""Which story each server event belongs to."""

from __future__ import annotations

from realtime_cli import protocol as p
from realtime_cli.session.answers import Answers
from realtime_cli.session.connection import Connection
from realtime_cli.session.contents import Contents
from realtime_cli.session.ending import Ending
from realtime_cli.session.functions import Functions
from realtime_cli.session.listening import Listening
from realtime_cli.session.trouble import Trouble


class Ear:
    """Hands server events to the stories. What is not named here needs nothing done."""

    def __init__(
        self,
        connection: Connection,
        answers: Answers,
        contents: Contents,
        listening: Listening,
        functions: Functions,
        ending: Ending,
        trouble: Trouble,
    ) -> None:
        self._connection = connection
        self._answers = answers
        self._contents = contents
        self._listening = listening
        self._functions = functions
        self._ending = ending
        self._trouble = trouble

    def hear(self, event: p.ServerEvent) -> None:
        """One event of the server's."""
        contents = self._contents
        match event:
            case p.ResponseOutputAudioDelta():
                contents.sound(event.response_id, event.item_id, event.content_index, event.delta)
            case p.ResponseOutputAudioDone():
                contents.sound_done(event.response_id, event.item_id, event.content_index)
            case p.ResponseOutputTextDelta():
                contents.words(
                    event.response_id, event.item_id, event.content_index, event.delta, voiced=False
                )
            case p.ResponseOutputAudioTranscriptDelta():
                contents.words(
                    event.response_id, event.item_id, event.content_index, event.delta, voiced=True
                )
            case p.ResponseOutputTextDone():
                contents.all_words(
                    event.response_id, event.item_id, event.content_index, event.text, voiced=False
                )
            case p.ResponseOutputAudioTranscriptDone():
                contents.all_words(
                    event.response_id, event.item_id, event.content_index, event.transcript, voiced=True
                )
            case p.ResponseFunctionCallArgumentsDelta():
                contents.arguments(event.response_id, event.item_id, event.call_id, event.delta)
            case p.ResponseFunctionCallArgumentsDone():
                contents.all_arguments(
                    event.response_id, event.item_id, event.call_id, event.arguments, event.name
                )
            case p.ResponseCreated(response=response):
                self._answers.answer_of(response.id)
            case p.ResponseOutputItemAdded():
                contents.item_added(event.item, event.response_id, event.output_index)
            case p.ResponseOutputItemDone():
                contents.item_done(event.item, event.response_id, event.output_index)
                self._functions.complete(event.item)
            case p.ResponseDone(response=response):
                self._answer_done(response)
            case _:
                self._hear_of_user(event)

    def _hear_of_user(self, event: p.ServerEvent) -> None:
        listening = self._listening
        match event:
            case p.InputAudioBufferSpeechStarted(item_id=item_id):
                self._functions.user_spoke()
                listening.speech_started(item_id)
            case p.InputAudioBufferSpeechStopped():
                listening.speech_stopped()
            case p.InputAudioBufferCommitted(item_id=item_id, previous_item_id=previous_id):
                listening.committed(item_id, previous_id)
            case p.InputAudioBufferCleared():
                listening.cleared()
            case p.ConversationItemInputAudioTranscriptionDelta(item_id=item_id, delta=delta):
                listening.transcript_grew(item_id, delta)
            case p.ConversationItemInputAudioTranscriptionCompleted(item_id=item_id, transcript=transcript):
                listening.transcript_done(item_id, transcript)
            case p.ConversationItemInputAudioTranscriptionFailed(item_id=item_id, error=error):
                listening.transcript_failed(item_id, error)
            case p.ConversationItemAdded() | p.ConversationItemDone() | p.ConversationItemCreated():
                self._contents.item_named(event.item, event.previous_item_id)
            case p.ConversationItemDeleted(item_id=item_id):
                self._contents.item_deleted(item_id)
            case p.SessionCreated(session=session):
                self._connection.greeted(session)
            case p.SessionUpdated(session=session):
                self._connection.configured(session)
            case p.RateLimitsUpdated(rate_limits=limits):
                self._answers.limits(limits)
            case p.ErrorEvent(error=error):
                self._trouble.said(error)
            case _:
                pass  # acknowledgements, WebRTC's own events, and those of an unknown kind

    def _answer_done(self, response: p.Response) -> None:
        if not self._answers.follows(response.id):
            return
        for index, item in enumerate(response.output):
            self._contents.item_done(item, response.id, index)
            self._functions.complete(item)
        self._functions.response_done(response)
        answer = self._answers.done(response)
        if answer is None:
            return
        if response.status == "completed":
            self._connection.progressed()
        self._answers.settle_status(answer, response)
        self._ending.answered(response)
