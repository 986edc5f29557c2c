"""Does the filter of `echo_fit.py` know the room? Slow to believe it, quick to doubt."""

from __future__ import annotations

import math
from enum import Enum
from typing import Final

import numpy as np

from realtime_cli.dsp.echo_fit import BLOCK_FRAMES, RATE_HZ, Fit

AUDIBLE_POWER: Final = 3e3 * BLOCK_FRAMES
"""Of a block of foretold echo (-55 dBFS); below it nothing is learned about it."""

_LONG_S: Final = 0.25
_SHORT_S: Final = 0.048
_USUAL_S: Final = 1.0

_KNOWS_DB: Final = 8.0
_KNOWN_BLOCKS: Final = 20
"""0.3 s of sound of which so much was foretold."""

_WRONG_DB: Final = -1.2
"""A foretold echo that does not come makes the rest louder; a voice beside it does not."""
_OF_USUAL: Final = 0.3  # errors in pauses, when little is heard, mean nothing
_RELATED: Final = 0.5
"""Correlation of the rest with the foretold echo: the volume was changed, or the delay by a little."""
_MUCH_LEFT: Final = (
    0.2  # of what is heard; where less is left, a relation is only that of the last few percent
)

_HUSH_AFTER_CHANGE_BLOCKS: Final = 50  # 0.8 s: what comes then is the echo, in a room nobody knows
_HUSH_AFTER_DOUBT_BLOCKS: Final = 25
_LEARNING_BLOCKS: Final = 180
"""2.9 s of sound. A filter that knows nothing then never will (clocks drift apart): its opinion counts no more."""
_MOSTLY_ECHO_DB: Final = 1.0


class Reliance(Enum):
    """What to listen to."""

    NEAR_VOICE = "near voice"
    NOTHING = "nothing"
    """The microphone holds echo, as far as can be said."""
    CANCELLER = "canceller"
    """No opinion: the canceller's output is the best there is."""


class Trust:
    """Watches how well the echo is foretold.

    Attributes:
        reliance: What to listen to at present.
    """

    def __init__(self) -> None:
        self.reliance = Reliance.CANCELLER
        self._long, self._short = _Sums(_LONG_S), _Sums(_SHORT_S)
        self._usual_power = 0.0
        self._knows = False
        self._good_blocks = self._learned_blocks = self._hush_blocks = 0

    def watch(self, fit: Fit, foretold_db: float) -> bool:
        """Take the next 16 ms; True: the room is another one, and the filter had better begin anew."""
        keep = _keep(_USUAL_S)
        self._usual_power = keep * self._usual_power + (1 - keep) * fit.heard_power
        self._long.add(fit)
        self._short.add(fit)
        floor_power = max(AUDIBLE_POWER / 10, _OF_USUAL * self._usual_power)
        wrong = self._short.gain_db(floor_power) < _WRONG_DB
        changed = wrong and self._knows
        self._hush(changed=changed, doubted=self._knows and self._short.is_related(4 * floor_power))
        self._believe(fit, wrong=wrong)
        if changed:
            self._learned_blocks = 0
        self.reliance = self._judge(foretold_db)
        return changed

    def _hush(self, *, changed: bool, doubted: bool) -> None:
        self._hush_blocks = max(0, self._hush_blocks - 1)
        if changed:
            self._hush_blocks = _HUSH_AFTER_CHANGE_BLOCKS
        elif doubted:
            self._hush_blocks = max(self._hush_blocks, _HUSH_AFTER_DOUBT_BLOCKS)

    def _believe(self, fit: Fit, *, wrong: bool) -> None:
        audible = float(np.dot(fit.echo, fit.echo)) > AUDIBLE_POWER
        self._learned_blocks += audible
        if wrong:
            self._knows, self._good_blocks = False, 0
        elif audible and self._long.gain_db(AUDIBLE_POWER / 10) > _KNOWS_DB:
            self._good_blocks += 1
            self._knows = self._knows or self._good_blocks >= _KNOWN_BLOCKS

    def _judge(self, foretold_db: float) -> Reliance:
        learning = not self._knows and self._learned_blocks < _LEARNING_BLOCKS
        if self._hush_blocks or (learning and foretold_db > _MOSTLY_ECHO_DB):
            return Reliance.NOTHING
        return Reliance.NEAR_VOICE if self._knows else Reliance.CANCELLER


class _Sums:
    """Sums of squares and products over the last moments."""

    def __init__(self, memory_s: float) -> None:
        self._keep = _keep(memory_s)
        self._heard = self._left = self._echo = self._product = 0.0

    def add(self, fit: Fit) -> None:
        self._heard = self._keep * self._heard + fit.heard_power
        self._left = self._keep * self._left + fit.left_power
        self._echo = self._keep * self._echo + float(np.dot(fit.echo, fit.echo))
        self._product = self._keep * self._product + float(np.dot(fit.left, fit.echo))

    def gain_db(self, floor_power: float) -> float:
        """By how much the foretelling made it quieter."""
        return 10 * math.log10((self._heard + floor_power) / (self._left + floor_power))

    def is_related(self, least_power: float) -> bool:
        """What is left looks like the foretold echo, and is not little."""
        much = self._left > max(least_power, _MUCH_LEFT * self._heard)
        return much and abs(self._product) > _RELATED * math.sqrt(self._echo * self._left)


def _keep(memory_s: float) -> float:
    return math.exp(-BLOCK_FRAMES / RATE_HZ / memory_s)
