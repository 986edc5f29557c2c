"""The user's voice: the microphone, the turns that the server finds in it, and the words of them."""

from __future__ import annotations

from typing import Final

from realtime_cli.protocol import (
    ErrorDetail,
)
from realtime_cli.session import settings
from realtime_cli.session.answers import Answers
from realtime_cli.session.desk import Desk
from realtime_cli.session.joints import Flag
from realtime_cli.session.rows import NOTHING_UNDERSTOOD
from realtime_cli.session.state import TurnMode, UserState
from realtime_cli.session.trim import SilenceTrim
from realtime_cli.session.turns import Happening
from realtime_cli.session.uplink import BYTES_PER_MS

TRANSCRIPT_TIMER: Final = "transcripts"
AGAIN_TIMER: Final = "said again"
_TRANSCRIPT_S: Final = 10.0
"""Transcripts come seconds after the turn at worst; an answer must not wait longer to be printed."""

_LISTENING_S: Final = 120.0
"""Where words are all that is wanted, they are waited for: a recorded hour comes faster than it can be written down."""

_AUTO_ANSWER_S: Final = 15.0
"""Patience with a server that answers by itself, and may decide that there is nothing to answer."""

_MUTE_TAIL_S: Final = 2.0
"""After muting the server still hears silence for so long, so that it notices the end of the turn."""


class Listening:
    """Facts about the user's voice."""

    def __init__(self, desk: Desk, answers: Answers) -> None:
        self._desk = desk
        self._answers = answers
        self._muted_at_s = -_MUTE_TAIL_S
        self._trim = SilenceTrim()
        self._turn_counted = False  # speech_stopped was seen, its committed not yet
        self._turn_end_ms = 0  # of all audio of the session, where speech_stopped told it

    # The microphone.

    def heard(self, pcm: bytes, level_dbfs: float) -> None:
        """A block of microphone audio."""
        desk, mode = self._desk, self._desk.wish.turn_mode
        desk.mic_dbfs = level_dbfs
        desk.input_clock.heard(len(pcm) / BYTES_PER_MS)
        if mode is TurnMode.TYPED:
            return
        if mode is TurnMode.PUSH_TO_TALK:
            due = desk.uplink.hear_keyed(pcm, ready=desk.ready)
        else:
            tail = desk.turns.user is UserState.SPEAKING or desk.at_s < self._muted_at_s + _MUTE_TAIL_S
            due = []
            for part in self._trimmed(pcm, level_dbfs, tail):
                due += desk.uplink.hear_open(part, ready=desk.ready, silence=tail)
        desk.send_audio(due)

    def _trimmed(self, pcm: bytes, level_dbfs: float, tail: bool) -> list[bytes]:
        if not self._desk.wish.trim_silence:
            return [pcm]
        return self._trim.pass_on(pcm, level_dbfs, wanted=tail)

    def mute(self) -> None:
        """The microphone is to be muted, or heard again."""
        desk = self._desk
        desk.uplink.muted = not desk.uplink.muted
        if desk.uplink.muted:
            self._muted_at_s = desk.at_s

    def catch_up(self) -> None:
        """There is a session: what was said before it was ready goes out now."""
        desk = self._desk
        desk.drop_flag(Flag.CATCH_UP_DUE)
        kept = desk.uplink.kept()
        keyed = desk.uplink.turn is not None or desk.uplink.commit_due
        if keyed:
            desk.clear_audio()
        desk.send_audio(kept, keep=True)
        if desk.uplink.owed:
            desk.start_timer(AGAIN_TIMER, _AUTO_ANSWER_S)
        desk.input_clock.begin()
        if desk.uplink.commit_due:
            desk.uplink.commit_due = False
            desk.commit_audio()

    def heard_again(self) -> None:
        """The new session had its time to find the turn in what it was sent again."""
        self._desk.uplink.owed = False

    # Turns that the server finds.

    def speech_started(self, item_id: str, audio_start_ms: int = 0) -> None:
        """The server hears the user; the item it names is the message to come."""
        desk = self._desk
        desk.happen(Happening.SPEECH_BEGAN)
        desk.uplink.speech_began()
        desk.raise_flag(Flag.TURN_OPEN)
        self._turn_counted = False
        known = desk.conversation.find(item_id)
        if known is None:
            desk.conversation.drop_reserved()
        if item_id and known is None:
            row = desk.conversation.open(item_id, role="user")
            row.reserved, row.start_ms = True, desk.input_clock.position_of(audio_start_ms)
        if desk.wish.interrupt:
            by_itself = settings.server_interrupts(desk.effective)
            desk.raise_flag(Flag.BARGE_IN if by_itself else Flag.INTERRUPTION)

    def speech_stopped(self, audio_end_ms: int = 0, item_id: str = "") -> None:
        """The server heard the end of the turn, so many milliseconds into all audio; 0: it does not say."""
        desk = self._desk
        desk.happen(Happening.SPEECH_ENDED)
        desk.drop_flag(Flag.CANCEL_DUE)
        if audio_end_ms and (row := desk.conversation.find(item_id)) is not None:
            row.end_ms = desk.input_clock.position_of(audio_end_ms)
        self._turn_end_ms = audio_end_ms
        desk.turn_ended_at_s = self._last_word_at_s(audio_end_ms)
        self._turn_counted = True
        if settings.server_answers(desk.effective):
            self._answers.expect(_AUTO_ANSWER_S)

    def committed(self, item_id: str, previous_item_id: object) -> None:
        """The audio became a message of the user's."""
        desk = self._desk
        own_commit = bool(desk.uplink.own_commits)
        rest_ms = desk.input_clock.sent_ms - self._turn_end_ms if self._turn_end_ms else 0.0
        sound, self._turn_end_ms = desk.uplink.committed(max(0.0, rest_ms)), 0
        desk.raise_flag(Flag.TURN_OPEN)
        desk.calls.chain = 0
        if item_id:
            self._await_transcript(item_id, previous_item_id, sound)
        if own_commit:
            return  # its answer was asked for with the commit
        if desk.wish.turn_mode is TurnMode.PUSH_TO_TALK:
            return
        if not self._turn_counted:
            self.speech_stopped()  # some servers never say so
        self._turn_counted = False
        if not settings.server_answers(desk.effective):
            desk.want_answer()

    def transcript_grew(self, item_id: str, delta: str) -> None:
        """More of the user's words."""
        if item_id:
            self._desk.conversation.open(item_id, role="user").append(0, delta)

    def transcript_done(self, item_id: str, transcript: str) -> None:
        """All of the user's words; some servers say this more than once, with more each time."""
        if not item_id:
            return
        row = self._desk.conversation.open(item_id, role="user")
        row.reserved = row.awaits_transcript = False
        self._desk.utterances.known(item_id)
        if not row.frozen:
            row.parts = {0: "\n".join(row.segments) or transcript}
            row.problem = "" if transcript.strip() else NOTHING_UNDERSTOOD
        row.final = True

    def transcript_so_far(self, item_id: object, transcript: object) -> None:
        """All of the user's words until now, from servers that say them anew each time (xAI)."""
        if isinstance(item_id, str) and item_id and isinstance(transcript, str):
            row = self._desk.conversation.open(item_id, role="user")
            if not row.frozen and not row.final:
                row.parts = {0: transcript}

    def segment(self, item_id: str, speaker: str, text: str) -> None:
        """One speaker's piece of a turn, from models that tell speakers apart."""
        if item_id:
            row = self._desk.conversation.open(item_id, role="user")
            row.segments.append(f"{speaker}: {text.strip()}" if speaker else text.strip())
            if not row.frozen:
                row.parts = {0: "\n".join(row.segments)}

    def transcript_failed(self, item_id: str, error: ErrorDetail) -> None:
        """The user's words could not be written down."""
        if not item_id:
            return
        row = self._desk.conversation.open(item_id, role="user")
        row.reserved = row.awaits_transcript = False
        row.problem = (
            "inaudible" if error.code == "audio_unintelligible" else error.message or "not transcribed"
        )
        row.final = True

    def transcripts_waited(self) -> None:
        """No transcript came in time."""
        self._desk.conversation.give_up_words("no transcript came")

    def cleared(self) -> None:
        """The server forgot its audio buffer."""
        if self._desk.wish.turn_mode is not TurnMode.PUSH_TO_TALK:
            self._desk.happen(Happening.SPEECH_ENDED)
        self._desk.conversation.drop_reserved()

    # Inside.

    def _last_word_at_s(self, audio_end_ms: int) -> float:
        """When the user fell silent. The server's figure includes the silence by which it noticed."""
        desk = self._desk
        silence_ms = settings.counted_silence_ms(desk.effective)
        at_s = desk.input_clock.time_of(audio_end_ms - silence_ms) if audio_end_ms else None
        return desk.at_s if at_s is None else min(at_s, desk.at_s)

    def _await_transcript(self, item_id: str, previous_item_id: object, sound: bytes) -> None:
        desk = self._desk
        previous_id = previous_item_id if isinstance(previous_item_id, str) else ""
        row = desk.conversation.open(item_id, role="user", previous_id=previous_id)
        row.reserved = False
        if row.final:
            return  # the transcript was faster
        desk.utterances.keep(item_id, sound)
        if settings.transcribes(desk.effective):
            row.awaits_transcript = True
            patience_s = _LISTENING_S if desk.wish.listens_only else _TRANSCRIPT_S
            desk.start_timer(TRANSCRIPT_TIMER, patience_s)
        else:
            row.problem, row.final, row.tentative = row.problem or "not transcribed", True, True
