"""The input audio buffer: the client's sound, where speech begins and ends in it, and what becomes a message.

Pure: the probability of speech is a callable given from outside. Positions count frames of the whole stream since
the session began, because the protocol's `audio_start_ms` and `audio_end_ms` do. Source: Realtime reference,
`input_audio_buffer.speech_started` and its relatives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from realtime_cli.dsp import pcm16
from realtime_cli.dsp.vad import SpeechDetector, SpeechGate, Started
from realtime_cli.protocol import PCM16_24KHZ, AudioFormat, SemanticVad, ServerVad, TurnDetection
from realtime_cli.server.options import MIN_COMMIT_MS
from realtime_cli.server.refused import Refused
from realtime_cli.server.wire_audio import WireDecoder

FRAMES_PER_MS: Final = pcm16.SAMPLE_RATE_HZ // 1000
IDLE_KEPT_S: Final = 30
"""Silence kept under voice detection, should the client commit it by hand."""

SEMANTIC_SILENCE_MS: Final = {"low": 1500, "medium": 800, "auto": 800, "high": 400}
"""This server has no model of meaning: eagerness becomes a silence window, shorter for the eager."""

_STEP_BYTES = 2 * 768  # one judgement of the voice detector: events come out at their place in the stream


@dataclass(frozen=True, slots=True)
class TurnRules:
    """A turn detection in numbers."""

    threshold: float = 0.5
    prefix_ms: int = 300
    silence_ms: int = 500
    idle_ms: int | None = None
    create_response: bool = True
    interrupt_response: bool = True


def turn_rules(detection: TurnDetection | object) -> TurnRules | None:
    """The rules of a complete turn detection; None where the client decides about turns."""
    if isinstance(detection, SemanticVad):
        silence_ms = SEMANTIC_SILENCE_MS.get(str(detection.eagerness), SEMANTIC_SILENCE_MS["auto"])
        return TurnRules(
            silence_ms=silence_ms,
            create_response=detection.create_response is not False,
            interrupt_response=detection.interrupt_response is not False,
        )
    if not isinstance(detection, ServerVad):
        return None
    plain = TurnRules()
    return TurnRules(
        threshold=_number(detection.threshold, plain.threshold),
        prefix_ms=int(_number(detection.prefix_padding_ms, plain.prefix_ms)),
        silence_ms=int(_number(detection.silence_duration_ms, plain.silence_ms)),
        idle_ms=detection.idle_timeout_ms if isinstance(detection.idle_timeout_ms, int) else None,
        create_response=detection.create_response is not False,
        interrupt_response=detection.interrupt_response is not False,
    )


@dataclass(frozen=True, slots=True)
class Onset:
    """Speech began; with the padding before it, at this place."""

    start_ms: int


@dataclass(frozen=True, slots=True)
class Heard:
    """Audio of the utterance in progress, each piece once and in order."""

    pcm: bytes


@dataclass(frozen=True, slots=True)
class Offset:
    """Speech ended, the silence that proves it included. `pcm` is the whole utterance."""

    end_ms: int
    pcm: bytes


BufferNews: TypeAlias = Onset | Heard | Offset


@dataclass(frozen=True, slots=True)
class Cut:
    """A buffer taken out by hand: all of it, and the part of it that was not `Heard` yet."""

    pcm: bytes
    unheard: bytes


class InputBuffer:
    """What the client appended and has not become a message yet.

    Args:
        probability: 512 frames PCM16 at 16 kHz -> how likely they are speech, 0 to 1.
        max_turn_s: A longer turn is ended.
        max_manual_s: More waiting audio is refused when there is no turn detection.
    """

    def __init__(
        self, probability: Callable[[bytes], float], *, max_turn_s: float = 120.0, max_manual_s: float = 600.0
    ) -> None:
        self._probability = probability
        self._max_turn_bytes = int(max_turn_s * 1000) * FRAMES_PER_MS * 2
        self._max_manual_bytes = int(max_manual_s * 1000) * FRAMES_PER_MS * 2
        self._pcm = bytearray()
        self._start = self._heard = (
            0  # stream positions in frames: of the buffer's first, of the next to be heard
        )
        self._base = 0  # where the detector's own count began
        self._rules: TurnRules | None = None
        self._detector: SpeechDetector | None = None
        self._format = PCM16_24KHZ
        self._decoder = WireDecoder(self._format)
        self.speaking = False

    @property
    def end_ms(self) -> int:
        """Length of all input so far."""
        return self._end // FRAMES_PER_MS

    @property
    def start_ms(self) -> int:
        """Where the waiting audio begins in all input so far."""
        return self._start // FRAMES_PER_MS

    def configure(self, audio_format: AudioFormat, rules: TurnRules | None) -> None:
        """New settings from now on. Audio that waits stays, whatever they are."""
        if audio_format != self._format:
            self._format, self._decoder = audio_format, WireDecoder(audio_format)
        if rules is None:
            self._detector, self.speaking = None, False
        elif self._detector is None:
            gate = SpeechGate(rules.threshold, rules.silence_ms)
            self._detector = SpeechDetector(lambda block: self._probability(pcm16.to_bytes(block)), gate)
            self._base, self._heard = self._end, self._start
        else:
            self._detector.gate.configure(rules.threshold, rules.silence_ms)
        self._rules = rules

    def append(self, audio: bytes) -> list[BufferNews]:
        """Take audio in the client's format.

        Raises:
            Refused: Too much is waiting for a commit; none of it was taken.
        """
        pcm = self._decoder.feed(audio)
        if self._detector is None:
            if len(self._pcm) + len(pcm) > self._max_manual_bytes:
                raise Refused(
                    "The input audio buffer is full: commit or clear it.", code="input_audio_buffer_full"
                )
            self._pcm += pcm
            return self._hear(self._end)
        news: list[BufferNews] = []
        for at in range(0, len(pcm), _STEP_BYTES):
            step = pcm[at : at + _STEP_BYTES]
            self._pcm += step
            for event in self._detector.feed(pcm16.from_bytes(step)):
                news += (
                    self._begin(event.frame)
                    if isinstance(event, Started)
                    else self._stop(event.decided_frame)
                )
            if self.speaking and len(self._pcm) > self._max_turn_bytes:
                self._detector.reset()
                news += self._stop(self._end - self._base)
        if self.speaking:
            return news + self._hear(_whole(self._end))
        self._drop_before(self._end - IDLE_KEPT_S * 1000 * FRAMES_PER_MS)
        return news

    def commit(self) -> Cut:
        """Take everything out.

        Raises:
            Refused: Less than 100 ms are there; they stay.
        """
        duration_ms = len(self._pcm) / 2 / FRAMES_PER_MS
        if duration_ms < MIN_COMMIT_MS:
            raise Refused(
                "Error committing input audio buffer: buffer too small. Expected at least "
                f"{MIN_COMMIT_MS}ms of audio, but buffer only has {duration_ms:.2f}ms of audio.",
                code="input_audio_buffer_commit_empty",
            )
        cut = Cut(bytes(self._pcm), bytes(self._slice(self._heard, self._end)))
        self.clear()
        return cut

    def take(self) -> bytes:
        """Take everything out, however little it is."""
        pcm = bytes(self._pcm)
        self.clear()
        return pcm

    def clear(self) -> None:
        """Forget everything; positions go on."""
        self._drop_before(self._end)
        self._heard, self.speaking = self._end, False
        if self._detector is not None:
            self._detector.reset()

    @property
    def _end(self) -> int:
        return self._start + len(self._pcm) // 2

    def _begin(self, frame: int) -> list[BufferNews]:
        prefix_ms = self._rules.prefix_ms if self._rules else 0
        self._drop_before(_whole(self._base + frame - prefix_ms * FRAMES_PER_MS))
        self._heard, self.speaking = self._start, True
        return [Onset(self._start // FRAMES_PER_MS)]

    def _stop(self, decided_frame: int) -> list[BufferNews]:
        if not self.speaking:  # cleared in between
            return []
        end = _whole(min(self._base + decided_frame, self._end))
        news = self._hear(end)
        news.append(Offset(end // FRAMES_PER_MS, bytes(self._slice(self._start, end))))
        self._drop_before(end)
        self._heard, self.speaking = self._start, False
        return news

    def _hear(self, end: int) -> list[BufferNews]:
        pcm = bytes(self._slice(self._heard, end))
        self._heard = max(self._heard, end)
        return [Heard(pcm)] if pcm else []

    def _slice(self, start: int, end: int) -> bytearray:
        return self._pcm[max(0, start - self._start) * 2 : max(0, end - self._start) * 2]

    def _drop_before(self, frame: int) -> None:
        dropped = max(0, min(frame, self._end) - self._start)
        del self._pcm[: dropped * 2]
        self._start += dropped


def _whole(frame: int) -> int:
    """The frame where its millisecond begins: what clients are told about places is then exactly what is kept."""
    return frame - frame % FRAMES_PER_MS


def _number(value: object, default: float) -> float:
    return value if isinstance(value, int | float) else default
