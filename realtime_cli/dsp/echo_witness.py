"""Is there an echo at all? Looks for what the speaker plays in what the microphone hears.

A canceller that never met an echo takes every sound for one: with a headset it silenced the user's voice for the
whole first answer. So somebody must find out, from the sound alone, because the names of devices tell too little.

Two witnesses are asked, both at 8 kHz, and only while the speaker sounds:

- an adaptive filter (`echo_fit.EchoFit`): does it foretell the microphone from the speaker? A voice it never does;
- the phase of the cross spectrum, every 128 ms: does it find the same delay again and again? It is sooner sure of
  faint echoes and of clocks that drift apart.

What the filter leaves of the microphone is the near voice (`near_voice.py`), for whoever looks for speech.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import Final

import numpy as np

from realtime_cli.dsp.decimator import Decimator
from realtime_cli.dsp.echo_fit import BLOCK_FRAMES, RATE_HZ, EchoFit
from realtime_cli.dsp.echo_trust import Reliance, Trust
from realtime_cli.dsp.framer import Framer
from realtime_cli.dsp.level import rms_dbfs
from realtime_cli.dsp.near_voice import NearVoice
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, Float32, Int16

_FORETOLD_DB: Final = 0.3
"""Echoes came to it 64 to 130 ms after the first sound of them, and to 5 dB in 2 s; voices stayed below 0."""
_SETTLED_DB: Final = -2.0
"""A filter that is this wrong has not found out yet that there is nothing to foretell, or how faint it is."""
_AUDIBLE_DBFS: Final = -50.0
_NEAR_LOUD_DBFS: Final = -58.0
_TAIL_BLOCKS: Final = 20  # 0.3 s: the delay, and the room's own decay
_LOOK_FRAMES: Final = 4 * BLOCK_FRAMES
"""64 ms: as often is a verdict thought over. Counts of looks:"""
_STEP_FRAMES: Final = BLOCK_FRAMES * SAMPLE_RATE_HZ // RATE_HZ  # 16 ms at 24 kHz
_PAUSE_LOOKS: Final = 4  # between words; an echo would fill it
_NEVER: Final = 1 << 20
_QUIET_LOOKS_TO_CLEAR: Final = 14
"""0.9 s in which even a late echo would have come."""
_LOUD_LOOKS_TO_CLEAR: Final = 8
"""0.5 s of another sound, with the pauses between its words: an echo would have shown after 0.13 s."""
_LOUD_LOOKS_TO_PAUSE: Final = 3
_LOOKS_TO_FORGET: Final = 62
"""An echo that was there is believed to be there still for 4 s: the user may be speaking over it."""

_NEAR_FRAMES: Final = 2048
_LONGEST_FRAMES: Final = 5120
"""640 ms: no delay of a device and a room is longer, Bluetooth's included."""
_REACH_FRAMES: Final = _LONGEST_FRAMES + _NEAR_FRAMES
_LATER_FRAMES: Final = _REACH_FRAMES * SAMPLE_RATE_HZ // RATE_HZ
"""Older sound has no echo any more."""
_FFT_FRAMES: Final = 8192
_BAND_HZ: Final = (250.0, 3400.0)
_SAME_FRAMES: Final = 12
"""1.5 ms: delays that differ by no more are one."""
_REMEMBERED: Final = 6
_AGREEING: Final = 3
_FAINT: Final = 4.8
"""A best fit of less than so many times the RMS of all fits is chance."""


class Verdict(Enum):
    """What is known of the room."""

    UNKNOWN = "unknown"
    ECHO = "echo"
    NONE = "none"


class EchoWitness:
    """Watches two streams that run side by side.

    Attributes:
        verdict: UNKNOWN until the speaker has sounded for some 0.4 s (echo) or 0.9 s (none).
    """

    def __init__(self) -> None:
        self.verdict = Verdict.UNKNOWN
        self._near: list[Int16] = []
        self._far: list[Int16] = []
        self._pending_frames = 0
        self._later: deque[tuple[Int16, Int16]] = deque()
        self._later_frames = self._silent_frames = 0
        self._decimator = Decimator(2, _STEP_FRAMES)
        self._fit = EchoFit()
        self._delay = SteadyDelay()
        self._looked_at = Framer(_LOOK_FRAMES), Framer(_LOOK_FRAMES)
        self._trust, self._near_voice = Trust(), NearVoice()
        self._voice: deque[Int16] = deque(maxlen=8)
        self._unseen: deque[tuple[Int16, Int16]] = deque(maxlen=_REACH_FRAMES // BLOCK_FRAMES)
        self._idle_blocks = _NEVER
        self._quiet_looks = self._loud_looks = 0

    def watch(self, near: Int16, far: Int16) -> Verdict:
        """Take both sides' int16[n] at 24 kHz of the same moment; give the verdict as it is now."""
        far_sounds = bool(np.count_nonzero(far))
        if self._is_idle and not far_sounds:
            self._near, self._far, self._pending_frames = [], [], 0
            return self.verdict
        if self.verdict is Verdict.NONE and rms_dbfs(near) < _NEAR_LOUD_DBFS:
            # No echo is likely to begin: this is looked at when one may have begun.
            self._put_off(near, far, far_sounds)
            return self.verdict
        while self._later:
            self._collect(*self._later.popleft())
        self._later_frames = 0
        self._collect(near, far)
        return self.verdict

    def _put_off(self, near: Int16, far: Int16, far_sounds: bool) -> None:
        self._later.append((near, far))
        self._later_frames += len(near)
        while self._later_frames > _LATER_FRAMES:
            self._later_frames -= len(self._later.popleft()[0])
        self._silent_frames = 0 if far_sounds else self._silent_frames + len(far)
        if self._silent_frames > _LATER_FRAMES:
            self._later.clear()
            self._later_frames = 0
            self._idle_blocks = _NEVER

    def _collect(self, near: Int16, far: Int16) -> None:
        self._near.append(near)
        self._far.append(far)
        self._pending_frames += len(near)
        if self._pending_frames >= _STEP_FRAMES:
            near, far = np.concatenate(self._near), np.concatenate(self._far)
            cut = self._pending_frames - self._pending_frames % _STEP_FRAMES
            self._near, self._far, self._pending_frames = [near[cut:]], [far[cut:]], len(near) - cut
            for at in range(0, cut, _STEP_FRAMES):
                self._look(near[at : at + _STEP_FRAMES], far[at : at + _STEP_FRAMES])

    def take_voice(self) -> Int16 | None:
        """The near voice without the echo since the last call: int16[n] at 8 kHz, in pieces of 16 ms, 16 ms late.

        Returns:
            None while it is not to be relied upon, or nothing sounds; silence where only echo can be expected. Of
            more than 128 ms the oldest is gone.
        """
        pieces = list(self._voice)
        self._voice.clear()
        if not pieces or self.verdict is not Verdict.ECHO or self._trust.reliance is Reliance.CANCELLER:
            return None
        voice = np.concatenate(pieces)
        return voice if self._trust.reliance is Reliance.NEAR_VOICE else np.zeros_like(voice)

    @property
    def hears_only_echo(self) -> bool:
        """The speaker sounds or did just now, and the filter says that nothing else is in the microphone, or is
        just learning what an echo is.
        """
        sounds = self._idle_blocks <= _TAIL_BLOCKS
        return sounds and self.verdict is Verdict.ECHO and self._trust.reliance is Reliance.NOTHING

    def _look(self, near: Int16, far: Int16) -> None:
        self._idle_blocks = 0 if rms_dbfs(far) > _AUDIBLE_DBFS else self._idle_blocks + 1
        if self._is_idle:
            return
        if self.verdict is Verdict.NONE and rms_dbfs(near) < _NEAR_LOUD_DBFS:
            self._unseen.append((near, far))  # see `watch`
            return
        while self._unseen:
            self._take_in(*self._unseen.popleft(), unseen=True)
        self._take_in(near, far)

    def _take_in(self, near: Int16, far: Int16, *, unseen: bool = False) -> None:
        near, far = self._decimator.process(near, far)
        if unseen:
            self._fit.skip(far)
        else:
            self._learn(near, far)
        looks = zip(self._looked_at[0].push(near), self._looked_at[1].push(far), strict=True)
        for near_look, far_look in looks:
            if unseen:
                self._delay.skip(near_look, far_look)
            else:
                self._judge(near_look, far_look)

    @property
    def _is_idle(self) -> bool:
        """Nothing sounds and no echo is left: no news, and no work."""
        return self._idle_blocks * BLOCK_FRAMES > _REACH_FRAMES

    def _learn(self, near: Int16, far: Int16) -> None:
        fit = self._fit.watch(near, far)
        if self._trust.watch(fit, self._fit.foretold_db):
            self._fit.forget()
        if self.verdict is not Verdict.NONE:
            self._voice.append(self._near_voice.process(fit))

    def _judge(self, near: Int16, far: Int16) -> None:
        loud = rms_dbfs(near) > _NEAR_LOUD_DBFS
        foretold_db = self._fit.foretold_db
        if self._delay.watch(near, far) or (loud and foretold_db > _FORETOLD_DB):
            self.verdict = Verdict.ECHO
            self._quiet_looks = self._loud_looks = 0
            return
        sounds = self._idle_blocks <= 4 * _PAUSE_LOOKS
        other = foretold_db > _SETTLED_DB if loud else sounds and self._loud_looks >= _LOUD_LOOKS_TO_PAUSE
        self._loud_looks += other
        # An echo that is just beginning takes back what its late coming seemed to prove.
        self._quiet_looks = max(0, self._quiet_looks - 4) if loud else self._quiet_looks + sounds
        if self.verdict is Verdict.ECHO:
            clear = max(self._quiet_looks, self._loud_looks) >= _LOOKS_TO_FORGET
        else:
            clear = self._quiet_looks >= _QUIET_LOOKS_TO_CLEAR or self._loud_looks >= _LOUD_LOOKS_TO_CLEAR
        if clear:
            self.verdict = Verdict.NONE


class SteadyDelay:
    """Finds the delay at which two streams at 8 kHz fit each other, if it stays the same."""

    def __init__(self) -> None:
        self._near: Int16 = np.zeros(_NEAR_FRAMES, dtype=np.int16)
        self._far: Int16 = np.zeros(_REACH_FRAMES, dtype=np.int16)
        self._places: deque[int | None] = deque(maxlen=_REMEMBERED)
        hz = np.fft.rfftfreq(_FFT_FRAMES, 1 / RATE_HZ)
        self._band = ((hz > _BAND_HZ[0]) & (hz < _BAND_HZ[1])).astype(np.float32)
        self._window: Float32 = np.hanning(_NEAR_FRAMES).astype(np.float32)
        self._odd = False

    def watch(self, near: Int16, far: Int16) -> bool:
        """Take int16[512] of both; True when several of the last windows agree."""
        self.skip(near, far)
        self._odd = not self._odd
        if self._odd:
            return False
        self._places.append(self._best_place())
        known = [place for place in self._places if place is not None]
        return any(sum(abs(other - place) <= _SAME_FRAMES for other in known) >= _AGREEING for place in known)

    def skip(self, near: Int16, far: Int16) -> None:
        """Take int16[512] of both, and look for nothing."""
        self._near = np.concatenate((self._near, near))[-_NEAR_FRAMES:]
        self._far = np.concatenate((self._far, far))[-_REACH_FRAMES:]

    def _best_place(self) -> int | None:
        """The delay in frames at which near fits far best; None when none stands out."""
        if not self._near.any():
            return None
        near = np.fft.rfft(self._near * self._window, _FFT_FRAMES)
        far = np.fft.rfft(self._far.astype(np.float32), _FFT_FRAMES)
        cross = near.conj() * far
        fits = np.fft.irfft(self._band * cross / (np.abs(cross) + 1.0))[: _LONGEST_FRAMES + 1]
        best = int(np.argmax(fits))
        if fits[best] < _FAINT * float(np.sqrt(np.mean(fits**2))):
            return None
        return _LONGEST_FRAMES - best
