"""The listening half of the server: sound in, user messages and their transcripts out.

Every utterance is given to the ears while it is being spoken, under the id that its message will have. Its words may
arrive long after the message; responses that need them wait in `answering`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from realtime_cli import protocol as p
from realtime_cli.dsp.pcm16 import milliseconds
from realtime_cli.server import vocabulary as v
from realtime_cli.server.conversation import Entry
from realtime_cli.server.input_buffer import Heard, InputBuffer, Onset
from realtime_cli.server.options import MAX_APPEND_BYTES
from realtime_cli.server.refused import Refused
from realtime_cli.server.session import Session, with_transcript
from realtime_cli.server.wire_audio import WireDecoder, WireEncoder

Commands = list[v.ServerCommand]


@dataclass(slots=True)
class _Utterance:
    """What is being recognised. `told`: the client knows the id. `shown`: transcript deltas so far.

    `broken`: the ears gave up before the turn was over; they get all of it once more when it is.
    """

    told: bool
    wanted: bool
    partial: str = ""
    shown: str = ""
    duration_ms: int = 0
    broken: bool = False


class Listening:
    """Turns the client's sound into messages.

    Args:
        session: Shared with the other half.
        probability: The voice detector.
        on_speech: What happens when the user begins to speak (barge-in).
        on_turn: What happens when a spoken turn has become a message.
    """

    def __init__(
        self,
        session: Session,
        probability: Callable[[bytes], float],
        on_speech: Callable[[], Commands],
        on_turn: Callable[[], Commands],
    ) -> None:
        self._session, self._on_speech, self._on_turn = session, on_speech, on_turn
        options = session.options
        self._buffer = InputBuffer(
            probability, max_turn_s=options.max_turn_s, max_manual_s=options.max_manual_buffer_s
        )
        self._current: str | None = None
        self._utterances: dict[str, _Utterance] = {}
        self.configure()

    @property
    def speaking(self) -> bool:
        """The user is speaking, as far as the voice detector knows."""
        return self._buffer.speaking

    def configure(self) -> Commands:
        """The session's settings changed. Where turns are found no more, a turn in progress is one by hand now."""
        was_speaking, rules = self._buffer.speaking, self._session.rules
        self._buffer.configure(self._session.format_in, rules)
        commands: Commands = [] if rules and rules.idle_ms else [v.StopTimer("idle")]
        if was_speaking:
            return commands + ([] if rules else self._stopped(self._buffer.end_ms))
        return commands + (self._forget_current() if rules else [])

    def append(self, audio: bytes) -> Commands:
        """More sound from the client."""
        if len(audio) > MAX_APPEND_BYTES:
            raise Refused(
                f"Audio is larger than {MAX_APPEND_BYTES} bytes.", code="invalid_value", param="audio"
            )
        commands: Commands = []
        for news in self._buffer.append(audio):
            if isinstance(news, Onset):
                item_id = self._listen(told=True)[0]
                commands += [
                    v.StopTimer("idle"),
                    v.Say(p.InputAudioBufferSpeechStarted(audio_start_ms=news.start_ms, item_id=item_id)),
                    v.Listen(item_id, self._session.language),
                    *self._on_speech(),
                ]
            elif isinstance(news, Heard):
                commands += self._feed(news.pcm)
            else:
                commands += self._turn_ended(news.end_ms, news.pcm)
        return commands

    def commit(self) -> Commands:
        """The client ends a turn by hand."""
        was_speaking, end_ms = self._buffer.speaking, self._buffer.end_ms
        cut = self._buffer.commit()
        commands = self._feed(cut.unheard)
        if was_speaking and self._current:
            commands.append(
                v.Say(p.InputAudioBufferSpeechStopped(audio_end_ms=end_ms, item_id=self._current))
            )
        return commands + self._message(cut.pcm)

    def clear(self) -> Commands:
        """The client throws the buffer away."""
        stopped = self._stopped(self._buffer.end_ms) if self._buffer.speaking else []
        self._buffer.clear()
        return [*stopped, *self._forget_current(), v.Say(p.InputAudioBufferCleared())]

    def nobody_spoke(self) -> Commands:
        """The idle time is over: the silence becomes a message, so that the model speaks up."""
        item_id = self._session.names.new("item")
        start_ms, end_ms = self._buffer.start_ms, self._buffer.end_ms
        triggered = p.InputAudioBufferTimeoutTriggered(
            audio_start_ms=start_ms, audio_end_ms=end_ms, item_id=item_id
        )
        return [v.Say(triggered), *self._committed(item_id, self._buffer.take(), words="")]

    # --- the ears -----------------------------------------------------------------------------------------------

    def read_quietly(self, entry: Entry) -> Commands:
        """Recognise audio that came inside an item; the client hears nothing about it."""
        if entry.words is not None:
            return []
        self._utterances[entry.id] = _Utterance(told=False, wanted=False)
        pcm = WireDecoder(entry.format).feed(bytes(entry.audio))
        return [v.Listen(entry.id, self._session.language), v.Feed(entry.id, pcm), v.Transcribe(entry.id)]

    def heard_partial(self, item_id: str, text: str) -> Commands:
        """Stable words of an utterance: the whole text so far."""
        utterance = self._utterances.get(item_id)
        if utterance is None or not utterance.wanted:
            return []
        utterance.partial = text
        deleted = item_id != self._current and self._session.conversation.find(item_id) is None
        return self._show(item_id, utterance) if utterance.told and not deleted else []

    def transcribed(self, item_id: str, text: str, entry: Entry | None) -> Commands:
        """The final words. `entry` is the item, wherever it is kept; None when it was deleted."""
        utterance = self._utterances.pop(item_id, None)
        if utterance is None or entry is None:
            return []
        entry.words = text
        if not utterance.wanted or self._session.conversation.find(item_id) is None:
            return []
        entry.item = with_transcript(entry.item, text)
        utterance.partial = text
        usage = {"type": "duration", "seconds": round(utterance.duration_ms / 1000, 3)}
        completed = p.ConversationItemInputAudioTranscriptionCompleted(
            item_id=item_id, content_index=0, transcript=text, usage=usage
        )
        return [*self._show(item_id, utterance), v.Say(completed)]

    def hearing_failed(self, item_id: str, message: str, entry: Entry | None) -> Commands:
        """The ears gave up on it: it counts as not understood."""
        if item_id == self._current:
            self._utterances[item_id].broken = True
            return []
        utterance = self._utterances.pop(item_id, None)
        if utterance is None or entry is None:
            return []
        entry.words = ""
        if not utterance.wanted or self._session.conversation.find(item_id) is None:
            return []
        error = p.ErrorDetail(type="server_error", code="transcription_failed", message=message, param=None)
        return [
            v.Say(
                p.ConversationItemInputAudioTranscriptionFailed(item_id=item_id, content_index=0, error=error)
            )
        ]

    # --- inside -------------------------------------------------------------------------------------------------

    def _listen(self, *, told: bool) -> tuple[str, Commands]:
        item_id = self._session.names.new("item")
        self._current = item_id
        self._utterances[item_id] = _Utterance(told=told, wanted=self._session.transcribes)
        return item_id, [v.Listen(item_id, self._session.language)]

    def _feed(self, pcm: bytes) -> Commands:
        if not pcm:
            return []
        begun: Commands = []
        if self._current is None:
            begun = self._listen(told=False)[1]
        assert self._current is not None
        return [*begun, v.Feed(self._current, pcm)]

    def _turn_ended(self, end_ms: int, pcm: bytes) -> Commands:
        return [*self._stopped(end_ms), *self._message(pcm), *self._on_turn()]

    def _stopped(self, end_ms: int) -> Commands:
        """Every `speech_started` gets its `speech_stopped`, however the speech ends."""
        assert self._current is not None
        return [v.Say(p.InputAudioBufferSpeechStopped(audio_end_ms=end_ms, item_id=self._current))]

    def _message(self, pcm: bytes) -> Commands:
        item_id = self._current
        assert item_id is not None
        self._current = None
        utterance = self._utterances[item_id]
        utterance.told, utterance.duration_ms = True, milliseconds(len(pcm))
        again: Commands = (
            [v.Listen(item_id, self._session.language), v.Feed(item_id, pcm)] if utterance.broken else []
        )
        return [
            *self._committed(item_id, pcm, words=None),
            *self._show(item_id, utterance),
            *again,
            v.Transcribe(item_id),
        ]

    def _committed(self, item_id: str, pcm: bytes, words: str | None) -> Commands:
        session = self._session
        item = p.MessageItem(
            id=item_id, role="user", status="completed", content=(p.InputAudio(transcript=None),)
        )
        audio = WireEncoder(session.format_in).feed(pcm)
        previous_id = session.conversation.add(
            Entry(item, audio, milliseconds(len(pcm)), words, session.format_in)
        )
        return [
            v.Say(p.InputAudioBufferCommitted(item_id=item_id, previous_item_id=previous_id)),
            v.Say(p.ConversationItemAdded(item=item, previous_item_id=previous_id)),
            v.Say(p.ConversationItemDone(item=item, previous_item_id=previous_id)),
        ]

    def _show(self, item_id: str, utterance: _Utterance) -> Commands:
        """Tell the words not told yet; words that changed after all wait for the final transcript."""
        news = utterance.partial.removeprefix(utterance.shown)
        if not utterance.wanted or not utterance.partial.startswith(utterance.shown) or not news:
            return []
        utterance.shown = utterance.partial
        delta = p.ConversationItemInputAudioTranscriptionDelta(item_id=item_id, content_index=0, delta=news)
        return [v.Say(delta)]

    def _forget_current(self) -> Commands:
        item_id, self._current = self._current, None
        if item_id is None:
            return []
        self._utterances.pop(item_id, None)
        return [v.StopListening(item_id)]
