"""What became of a sound on a way with a resampler: which pieces of it were heard, in which order, with what between.

Such a way changes every frame a little, so that nothing can be found bit by bit as `rendition.py` does. What was sent
is cut into pieces of 40 ms; each is looked for, to an eighth of a frame, where the one before it lets it be expected,
and has to fit closely. A busy machine misses blocks: then silence stands between two pieces, and the one that it tears
does not fit. That is a click, and no fault of the program. Sound that does not fit although no silence was put there,
sound that comes twice or in another order, sound that nobody sent, another pitch and another loudness are faults.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from realtime_cli.dsp.pcm16 import Int16
from tests.support.rendition import FRAMES_PER_MS, GAPS_MS, LOST_AT_GAP_MS, LOST_MS

Sound = npt.NDArray[np.float64]

PIECE_FRAMES = 40 * FRAMES_PER_MS

FIT = 0.99
"""The least correlation of a piece with its place."""

LEVEL = (0.9, 1.1)
"""How loud a piece may be beside what was sent."""

STEADY_FRAMES = 2.0
"""By so much a piece may stand beside its place; a rate that is wrong by 0.1 % is 1 frame off after each piece."""

EARLIER_MS, LATER_MS = 120, 240
"""How far from its place a piece is looked for, beside a gap; 92 ms were seen that the machine stood still."""

TORN_SHARE = 1 / 3
"""So much of the pieces may be torn by gaps. The rest must show that the way is right."""

EDGE_MS = 4
"""A resampler rings before and behind a gap: so much may be taken for sound, or for silence."""

_LOUD_RMS = 150
"""Pieces that are softer are not looked for: a bit of noise changes them too much."""

_QUIET = 8
_QUIET_FRAMES = FRAMES_PER_MS
_FRACTIONS = 8
_MARGIN = 64
_HAIR = 0.001
_SURELY = 0.998
_FAR_FRAMES = LATER_MS * FRAMES_PER_MS


@dataclass(frozen=True)
class Piece:
    """40 ms that were heard as they were sent. Frames.

    Attributes:
        sent_at: Its first frame in what was sent.
        late: So much further on it stands in the recording.
        level: How loud it is, beside what was sent.
    """

    sent_at: int
    late: float
    level: float


@dataclass(frozen=True)
class Break:
    """Between two pieces that fit: what of the sound is missing, what is too much, how much silence was put in. ms."""

    at_ms: float
    lost_ms: float
    extra_ms: float
    silence_ms: float

    @property
    def is_noticed(self) -> bool:
        """More than a resampler blurs."""
        return max(self.lost_ms, self.extra_ms, self.silence_ms) > EDGE_MS

    def is_missed_block(self, missed_ms: float) -> bool:
        """The silence stands for what is missing; the device may have dropped so much more, and told it."""
        most_ms = min(self.silence_ms + EDGE_MS + missed_ms, LOST_AT_GAP_MS)
        return self.silence_ms >= 1 and self.lost_ms <= most_ms and self.extra_ms <= EDGE_MS


@dataclass(frozen=True)
class Likeness:
    """How a recording is like what was sent.

    Attributes:
        pieces: Those that were found, in order.
        breaks: Where a piece does not fit, or the next stands somewhere else; also before the first, behind the last.
        torn: How many pieces that are loud enough were not found, of how many.
    """

    pieces: tuple[Piece, ...]
    breaks: tuple[Break, ...]
    torn: tuple[int, int]

    @property
    def lost_ms(self) -> float:
        """Missing in all."""
        return sum(one.lost_ms for one in self.breaks)

    @property
    def gaps_ms(self) -> float:
        """Silence that nobody sent, in all."""
        return sum(one.silence_ms for one in self.breaks)

    def faults(self, *, missed_ms: float = 0.0) -> list[str]:
        """What no standstill of the machine explains, in words; empty when all is well.

        Args:
            missed_ms: In blocks that the device said it missed. It begins anew then, and drops what it still held.
        """
        torn, looked_for = self.torn
        told = [
            f"not as it was sent, without silence in its place: {one}"
            for one in self.breaks
            if not one.is_missed_block(missed_ms)
        ]
        told += [
            f"{piece.level:.2f} times as loud at {piece.sent_at / FRAMES_PER_MS:.0f} ms"
            for piece in self.pieces
            if not LEVEL[0] <= piece.level <= LEVEL[1]
        ]
        amounts = (
            ("pieces do not fit", torn / max(1, looked_for), TORN_SHARE),
            ("ms of sound are missing", self.lost_ms, LOST_MS),
            ("ms of silence were not sent", self.gaps_ms, GAPS_MS),
        )
        return told + [f"{what}: {much:.2f}" for what, much, allowed in amounts if much > allowed]


def likeness(sent: Int16, heard: Int16) -> Likeness:
    """Find a sound in a recording of it.

    Args:
        sent: int16[n] at 24 kHz.
        heard: int16[m], brought to the same rate; all that is in it besides silence is judged.
    """
    places = _Places(sent, heard)
    found: list[Piece] = []
    torn: list[int] = []
    for at in range(0, len(sent) - PIECE_FRAMES + 1, PIECE_FRAMES):
        if np.sqrt(np.mean(np.square(sent[at : at + PIECE_FRAMES], dtype=np.float64))) < _LOUD_RMS:
            continue
        piece = places.find(at, found[-1].late if found else places.first_late)
        if piece is None:
            torn.append(at)
        else:
            found.append(piece)
    lonely = {one.sent_at for one in found} - {one.sent_at for one in _in_company(found)}
    found = [one for one in found if one.sent_at not in lonely]
    torn = [*torn, *lonely]
    breaks = tuple(_breaks(_Amounts(sent, heard), found, torn))
    return Likeness(tuple(found), breaks, (len(torn), len(torn) + len(found)))


def _in_company(found: list[Piece]) -> Iterator[Piece]:
    """Those that have a neighbour as late as they are: one that is torn may be like a period before or behind it."""
    for before, one, behind in zip([None, *found], found, [*found[1:], None], strict=False):
        if any(other and abs(other.late - one.late) <= STEADY_FRAMES for other in (before, behind)):
            yield one


class _Places:
    """Where a piece of what was sent is in the recording."""

    def __init__(self, sent: Int16, heard: Int16) -> None:
        self._heard = np.pad(heard.astype(np.float64), _FAR_FRAMES)
        self._power = np.concatenate(([0.0], np.cumsum(np.square(self._heard))))
        self._shifted = np.array([_later(sent, step / _FRACTIONS) for step in range(_FRACTIONS)])
        self.first_late = float(_first(_is_sound(heard)) - _first(_is_sound(sent)))

    def find(self, at: int, due: float) -> Piece | None:
        """The place nearest to the one where it is due (so late), of those that fit."""
        near = self._find(at, due, round(STEADY_FRAMES) + 1, round(STEADY_FRAMES) + 1)
        if near and near[0] >= _SURELY and abs(near[1].late - due) <= STEADY_FRAMES:
            return near[1]
        far = self._find(at, due, EARLIER_MS * FRAMES_PER_MS, LATER_MS * FRAMES_PER_MS)
        return far[1] if far else None

    def _find(self, at: int, due: float, earlier: int, later: int) -> tuple[float, Piece] | None:
        """How well it fits, and where; None where no place fits."""
        last = len(self._heard) - PIECE_FRAMES
        low = min(max(0, at + _FAR_FRAMES + round(due) - earlier), last)
        high = min(low + earlier + later, last)
        window = self._heard[low : high + PIECE_FRAMES]
        power = self._power[low + PIECE_FRAMES : high + PIECE_FRAMES + 1] - self._power[low : high + 1]
        wanted = self._shifted[:, at : at + PIECE_FRAMES]
        strength = np.sum(np.square(wanted), axis=1)
        products = _correlated(window, wanted)
        scores = (products / np.sqrt(np.maximum(power[:, None] * strength, 1.0))).ravel()
        best = _nearest_peak(scores, (due - (low - at - _FAR_FRAMES)) * _FRACTIONS)
        if best < 0:
            return None
        frames, step = divmod(best, _FRACTIONS)
        late = low + frames - at - _FAR_FRAMES + step / _FRACTIONS
        return float(scores[best]), Piece(at, late, float(products[frames, step] / strength[step]))


def _correlated(window: Sound, wanted: Sound) -> Sound:
    """float[place, piece]: the product of each piece with the window at each place."""
    if len(window) < 2 * wanted.shape[1]:
        return np.lib.stride_tricks.sliding_window_view(window, wanted.shape[1]) @ wanted.T
    size = 1 << len(window).bit_length()
    spectra = np.conj(np.fft.rfft(wanted, size))
    products = np.fft.irfft(np.fft.rfft(window, size) * spectra, size)
    return np.asarray(products[:, : len(window) - wanted.shape[1] + 1].T)


def _nearest_peak(scores: Sound, due: float) -> int:
    """The top of the hill that fits best; of those that fit about as well, the one nearest to `due`; -1 for none.

    Voices repeat themselves from period to period, but not to a hair.
    """
    fitting = np.flatnonzero(scores >= max(FIT, float(scores.max()) - _HAIR))
    if not len(fitting):
        return -1
    hills = np.split(fitting, np.flatnonzero(np.diff(fitting) > _FRACTIONS) + 1)
    tops = [int(hill[np.argmax(scores[hill])]) for hill in hills]
    return min(tops, key=lambda top: abs(top - due))


def _later(sent: Int16, frames: float) -> Sound:
    """The whole of it, later by a fraction of a frame."""
    padded = np.pad(sent.astype(np.float64), _MARGIN)
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(len(padded)) * frames)
    return np.asarray(np.fft.irfft(np.fft.rfft(padded) * turn, len(padded))[_MARGIN:-_MARGIN])


def _breaks(amounts: _Amounts, found: list[Piece], torn: list[int]) -> Iterator[Break]:
    steady: float | None = None
    for one, other in itertools.pairwise([None, *found, None]):
        broken = amounts.between(one, other)
        begin = one.sent_at if one else -1
        is_torn = any(begin < at and (other is None or at < other.sent_at) for at in torn)
        if other is not None and steady is None:
            steady = other.late
        jumped = other is not None and steady is not None and abs(other.late - steady) > STEADY_FRAMES
        if is_torn or jumped or broken.is_noticed:
            yield broken
            steady = other.late if other else None


class _Amounts:
    """How much sound and silence there is somewhere in what was sent, and in the recording."""

    def __init__(self, sent: Int16, heard: Int16) -> None:
        self._sent, self._heard = _is_sound(sent), _is_sound(heard)

    def between(self, one: Piece | None, other: Piece | None) -> Break:
        """Behind the one, before the other; None for the first and the last sound of all."""
        sent, heard = self._sent, self._heard
        begin = one.sent_at + PIECE_FRAMES if one else _first(sent)
        end = other.sent_at if other else _end(sent)
        heard_begin = one.sent_at + round(one.late) + PIECE_FRAMES if one else _first(heard)
        heard_end = other.sent_at + round(other.late) if other else _end(heard)
        was_sent, was_heard = sent[begin : max(begin, end)], heard[heard_begin : max(heard_begin, heard_end)]
        sound = np.count_nonzero(was_sent) - np.count_nonzero(was_heard)
        if one and other:
            sound += max(0, heard_begin - heard_end)
        silence = np.count_nonzero(~was_heard) - np.count_nonzero(~was_sent)
        at_ms, lost_ms, silence_ms = (float(frames) / FRAMES_PER_MS for frames in (begin, sound, silence))
        return Break(at_ms, max(0.0, lost_ms), max(0.0, -lost_ms), max(0.0, silence_ms))


def _is_sound(frames: Int16) -> npt.NDArray[np.bool_]:
    """Of each frame whether it is louder than noise, or stands among such frames."""
    loud = np.flatnonzero(np.abs(frames.astype(np.int32)) > _QUIET)
    sound = np.zeros(len(frames), dtype=np.bool_)
    sound[loud] = True
    for before, behind in itertools.pairwise(loud):
        if behind - before <= _QUIET_FRAMES:
            sound[before:behind] = True
    return sound


def _first(sound: npt.NDArray[np.bool_]) -> int:
    return int(np.argmax(sound)) if sound.any() else 0


def _end(sound: npt.NDArray[np.bool_]) -> int:
    return len(sound) - int(np.argmax(sound[::-1])) if sound.any() else 0
