"""What became of a sound on its way through a speaker: which of it was heard, in which order, with what between.

At 24 kHz the way is exact to the bit, so that a recording is a row of stretches of what was sent. A busy machine misses
blocks: then silence stands between two stretches, and a few blocks beside it may be lost. That is a click, and no fault
of the program. Sound that is missing without silence in its place, sound that comes twice or in another order, and
sound that nobody sent are faults, as little of it as there may be.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from realtime_cli.dsp.pcm16 import Int16

FRAMES_PER_MS = 24

LOST_AT_GAP_MS = 60
"""So much may be lost where the machine missed blocks; 37 ms were seen."""

ISLAND_MS = 40
"""What is heard so shortly belongs to the gap beside it: 80 ms of silence were seen, a block of 8 ms, and a loss."""

LOST_MS = 120
GAPS_MS = 400
"""In all. 45 ms were seen that were lost, and 188 ms of silence in an answer of 1.4 s; the machine had stood still for
92 ms at a time."""

FOREIGN_MS = 10
"""In all, of sound between two gaps that is shorter than a seed or softer than one, and of fades."""

SEED_FRAMES = 48
"""2 ms of speech occur once, as loud as `SEED_PEAK`; softer ones, as between words, may not."""

SEED_PEAK = 32
_SEED_STEP = 12

EDGE_MS = 2
"""What is too short to be a seed may be taken for missing, or for another place; so may the last frames of a fade."""

QUIETER_MS = 250
"""In all, of what was sent louder: the program fades, and ducks before it lets itself be interrupted."""

_QUIET_PIECE_MS = 10
_QUIET_PIECE_LEAST_MS = 6

_HOLE_FRAMES = 24
"""Silence of 1 ms in sound that is not silent: no fade, but a gap."""


@dataclass(frozen=True)
class Stretch:
    """Frames that were heard as they were sent, but for a fade at either end.

    Attributes:
        sent_at, heard_at: Its first frame in what was sent, and in the recording.
        again: It was due before: it comes twice, or too late.
    """

    sent_at: int
    heard_at: int
    frames: int
    again: bool = False

    @property
    def sent_end(self) -> int:
        """The frame behind its last one."""
        return self.sent_at + self.frames

    @property
    def heard_end(self) -> int:
        """The frame behind its last one."""
        return self.heard_at + self.frames


@dataclass(frozen=True)
class Break:
    """Between two stretches: how much of what was sent is missing there, and how much silence is heard. ms.

    There may be islands in it: stretches shorter than `ISLAND_MS`.
    """

    lost_ms: float
    silence_ms: float

    @property
    def is_missed_block(self) -> bool:
        """The silence stands for what is missing."""
        most_ms = min(self.silence_ms + EDGE_MS, LOST_AT_GAP_MS) if self.silence_ms else 0
        return self.lost_ms <= most_ms


@dataclass(frozen=True)
class Rendition:
    """What was heard of what was sent. ms; frames of silence count nowhere but in `Break.silence_ms`.

    Attributes:
        stretches: In the order of the recording.
        breaks: Between those that are in order; several with short stretches between them are one.
        head_ms: Missing before the first stretch.
        tail_ms: Missing behind the last one.
        end_ms: How far it was heard, from the first frame of what was sent.
        again_ms: Heard twice, or too late.
        foreign_ms: Heard, and sent by nobody.
        quieter_ms: Heard more quietly than it was sent.
    """

    stretches: tuple[Stretch, ...]
    breaks: tuple[Break, ...]
    head_ms: float
    tail_ms: float
    end_ms: float
    again_ms: float
    foreign_ms: float
    quieter_ms: float

    @property
    def lost_ms(self) -> float:
        """Missing between the first and the last stretch."""
        return sum(broken.lost_ms for broken in self.breaks)

    @property
    def gaps_ms(self) -> float:
        """Silence between the first and the last stretch that nobody sent."""
        return sum(broken.silence_ms for broken in self.breaks)

    def faults(self, *, interrupted: bool = False, gaps_ms: float = GAPS_MS) -> list[str]:
        """What no standstill of the machine explains, in words; empty when all is well.

        Args:
            interrupted: The end may be missing.
            gaps_ms: How much silence is let pass.
        """
        unexplained = sum(broken.lost_ms for broken in self.breaks if not broken.is_missed_block)
        amounts = (
            ("the beginning is missing", self.head_ms, 0.0),
            ("the end is missing", 0.0 if interrupted else self.tail_ms, 0.0),
            ("sound is missing without silence in its place", unexplained, 0.0),
            ("sound is missing", self.lost_ms, LOST_MS),
            ("silence that was not sent", self.gaps_ms, gaps_ms),
            ("sound comes twice or too late", self.again_ms, EDGE_MS),
            ("sound that was not sent", self.foreign_ms, FOREIGN_MS),
            ("sound that is too quiet", self.quieter_ms, QUIETER_MS),
        )
        return [f"{what}: {ms:.1f} ms" for what, ms, allowed_ms in amounts if ms > allowed_ms]


def rendition(sent: Int16, heard: Int16) -> Rendition:
    """Find a sound in a recording of it.

    Args:
        sent: int16[n] at 24 kHz.
        heard: int16[m] at the same rate; all that is in it besides silence is judged.
    """
    stretches = tuple(_stretches(sent, heard))
    in_order = [stretch for stretch in stretches if not stretch.again]
    first, end = (in_order[0].sent_at, in_order[-1].sent_end) if in_order else (len(sent), len(sent))
    unclaimed = heard.copy()
    for stretch in stretches:
        unclaimed[stretch.heard_at : stretch.heard_end] = 0
    return Rendition(
        stretches=stretches,
        breaks=tuple(_breaks(sent, heard, in_order)),
        head_ms=_sounding_ms(sent[:first]),
        tail_ms=_sounding_ms(sent[end:]),
        end_ms=(end if in_order else 0) / FRAMES_PER_MS,
        again_ms=sum(_sounding_ms(heard[s.heard_at : s.heard_end]) for s in stretches if s.again),
        foreign_ms=_sounding_ms(unclaimed),
        quieter_ms=sum(
            _sounding_ms(sent[s.sent_at : s.sent_end] - heard[s.heard_at : s.heard_end]) for s in stretches
        ),
    )


def _breaks(sent: Int16, heard: Int16, in_order: list[Stretch]) -> Iterator[Break]:
    lost_ms = silence_ms = 0.0
    for one, other in itertools.pairwise(in_order):
        lost_ms += _sounding_ms(sent[one.sent_end : other.sent_at])
        silence_ms += _silent_ms(heard[one.heard_end : other.heard_at])
        if other.frames >= ISLAND_MS * FRAMES_PER_MS or other is in_order[-1]:
            yield Break(lost_ms, silence_ms)
            lost_ms = silence_ms = 0.0


def _sounding_ms(frames: Int16) -> float:
    return float(np.count_nonzero(frames)) / FRAMES_PER_MS


def _silent_ms(frames: Int16) -> float:
    return len(frames) / FRAMES_PER_MS - _sounding_ms(frames)


def _stretches(sent: Int16, heard: Int16) -> Iterator[Stretch]:
    """Those that are to be told apart, in the order of the recording; each as long as it can be."""
    seeds = _Seeds(sent)
    due = at = 0  # all before is over: of what was sent, and of the recording
    looked = 0
    loud = np.flatnonzero(np.abs(heard.astype(np.int32)) >= SEED_PEAK)
    while (index := int(np.searchsorted(loud, looked))) < len(loud):
        looked = int(loud[index])
        place = seeds.find(heard[looked : looked + SEED_FRAMES], due)
        if place < 0:
            place = _quieter_place(sent, heard[looked:], due)
        if place < 0:
            looked += _SEED_STEP
            continue
        again = place < due
        low = 0 if again else due
        high = due if again else len(sent)
        before = _common(sent[low:place][::-1], heard[at:looked][::-1])
        behind = _common(sent[place:high], heard[looked:])
        stretch = Stretch(place - before, looked - before, before + behind, again)
        yield stretch
        due, at = max(due, stretch.sent_end), stretch.heard_end
        looked = at


class _Seeds:
    """Where short pieces stand in what was sent."""

    def __init__(self, sent: Int16) -> None:
        self._sent = sent.astype("<i2").tobytes()

    def find(self, seed: Int16, due: int) -> int:
        """The first place from frame `due` on, or else the first one before it; -1 where it was never sent."""
        if len(seed) < SEED_FRAMES:
            return -1
        wanted = seed.astype("<i2").tobytes()
        place = self._place(wanted, due)
        return place if place >= 0 else self._place(wanted, 0)

    def _place(self, wanted: bytes, begin: int) -> int:
        place = self._sent.find(wanted, 2 * begin)
        while place % 2 and place >= 0:  # half a frame off
            place = self._sent.find(wanted, place + 1)
        return place // 2


def _quieter_place(sent: Int16, heard: Int16, due: int) -> int:
    """Where the next 10 ms stand that were sent louder; -1 for no place close to frame `due`.

    Voices repeat themselves from period to period: the first place is taken, which has the least missing before it.
    """
    piece = heard[: _QUIET_PIECE_MS * FRAMES_PER_MS]
    piece = piece[: _before_hole(piece)]
    window = sent[due : due + len(piece) + LOST_AT_GAP_MS * FRAMES_PER_MS]
    if not _QUIET_PIECE_LEAST_MS * FRAMES_PER_MS <= len(piece) <= len(window):
        return -1
    louder = np.lib.stride_tricks.sliding_window_view(window.astype(np.int32), len(piece))
    softer = piece.astype(np.int32)
    rough = _is_quieter(louder[:, ::_SEED_STEP], softer[::_SEED_STEP])  # most places fall out soon
    places = np.flatnonzero(rough.all(axis=1))
    places = places[_is_quieter(louder[places], softer).all(axis=1)]
    return due + int(places[0]) if len(places) else -1


def _common(sent: Int16, heard: Int16) -> int:
    """For how many frames one is the other; a fade behind counts, silence behind does not."""
    length = min(len(sent), len(heard))
    different = np.flatnonzero(sent[:length] != heard[:length])
    same = int(different[0]) if len(different) else length
    fade = slice(same, min(length, same + QUIETER_MS * FRAMES_PER_MS))
    return same + _faded(sent[fade].astype(np.int32), heard[fade].astype(np.int32))


def _faded(sent: npt.NDArray[np.int32], heard: npt.NDArray[np.int32]) -> int:
    """For how many frames, to the last one that sounds, the one is the other more quietly."""
    louder = np.flatnonzero(~_is_quieter(sent, heard))
    last = np.flatnonzero(heard[: _before_hole(heard[: louder[0] if len(louder) else len(heard)])])
    return int(last[-1]) + 1 if len(last) else 0


def _is_quieter(sent: npt.NDArray[np.int32], heard: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Of every frame whether one is a part of the other."""
    return (heard * sent >= 0) & (np.abs(heard) <= np.abs(sent))


def _before_hole(heard: npt.NDArray[np.signedinteger]) -> int:
    """The frames before the first silence of 1 ms; all where there is none."""
    sounding = np.concatenate(([-1], np.flatnonzero(heard), [len(heard)]))
    holes = np.flatnonzero(np.diff(sounding) > _HOLE_FRAMES)
    return int(sounding[holes[0]]) + 1 if len(holes) else len(heard)
