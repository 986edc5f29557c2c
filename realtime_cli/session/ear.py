"""Which story each server event belongs to."""

from __future__ import annotations

from msgspec import Struct

from realtime_cli import protocol as p
from realtime_cli.session.answers import Answers
from realtime_cli.session.asides import Asides
from realtime_cli.session.connection import Connection
from realtime_cli.session.contents import Contents
from realtime_cli.session.context import Context
from realtime_cli.session.curation import Curation
from realtime_cli.session.ending import Ending
from realtime_cli.session.functions import Functions
from realtime_cli.session.hosted import Hosted
from realtime_cli.session.limits import Limits
from realtime_cli.session.listening import Listening
from realtime_cli.session.outcomes import Outcomes
from realtime_cli.session.trouble import Trouble


class Stories(Struct, frozen=True):
    """Everybody who listens to the server."""

    connection: Connection
    answers: Answers
    contents: Contents
    listening: Listening
    functions: Functions
    ending: Ending
    trouble: Trouble
    curation: Curation
    asides: Asides
    hosted: Hosted
    context: Context
    limits: Limits
    outcomes: Outcomes


class Ear:
    """Hands server events to the stories. What is not named here needs nothing done."""

    def __init__(self, stories: Stories) -> None:
        self._connection = stories.connection
        self._answers = stories.answers
        self._contents = stories.contents
        self._listening = stories.listening
        self._functions = stories.functions
        self._ending = stories.ending
        self._trouble = stories.trouble
        self._curation = stories.curation
        self._asides = stories.asides
        self._hosted = stories.hosted
        self._context = stories.context
        self._limits = stories.limits
        self._outcomes = stories.outcomes

    def hear(self, event: p.ServerEvent) -> None:
        """One event of the server's."""
        if not (self._asides.hear(event) or self._hosted.hear(event)):
            self._hear_of_answer(event)

    def _hear_of_answer(self, event: p.ServerEvent) -> None:
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
                self._hosted.item(event.item)
            case p.ResponseDone(response=response):
                self._answer_done(response)
            case _:
                self._hear_of_user(event)

    def _hear_of_user(self, event: p.ServerEvent) -> None:
        listening = self._listening
        match event:
            case p.InputAudioBufferSpeechStarted(item_id=item_id, audio_start_ms=start_ms):
                self._functions.user_spoke()
                listening.speech_started(item_id, start_ms)
            case p.InputAudioBufferSpeechStopped(audio_end_ms=end_ms, item_id=item_id):
                listening.speech_stopped(end_ms, item_id)
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
            case p.Unrecognized(type="conversation.item.input_audio_transcription.updated", raw=raw):
                listening.transcript_so_far(raw.get("item_id"), raw.get("transcript"))
            case p.ConversationItemInputAudioTranscriptionSegment(item_id=item_id):
                listening.segment(item_id, event.speaker, event.text)
            case p.ConversationItemAdded() | p.ConversationItemDone() | p.ConversationItemCreated():
                self._contents.item_named(event.item, event.previous_item_id)
                self._hosted.item(event.item)
            case p.ConversationItemRetrieved(item=item):
                self._curation.retrieved(item)
            case p.ConversationItemDeleted(item_id=item_id):
                self._contents.item_deleted(item_id)
            case p.SessionCreated(session=session):
                self._connection.greeted(session)
            case p.SessionUpdated(session=session):
                self._connection.configured(session)
            case p.RateLimitsUpdated(rate_limits=limits):
                self._limits.updated(limits)
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
        self._context.answered(response.usage)
        if response.status == "completed":
            self._connection.progressed()
        self._outcomes.settle(answer, response)
        self._ending.answered(response)
