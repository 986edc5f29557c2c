"""Hears the user speak into an answer, before the server does.

The detector (silero) costs 3 % of a core, so it runs only while something sounds and the microphone is not quiet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from realtime_cli.dsp import pcm16
from realtime_cli.dsp.vad import SpeechDetector, SpeechGate, SpeechProbability, Started, load_silero
from realtime_cli.session.facts import Fact
from realtime_cli.session.playback_facts import LocalSpeechEnded, LocalSpeechStarted

_LOUD_DBFS: Final = -52.0
_LOUD_STEPS: Final = 15
"""After a loud step it listens for 300 ms."""


def _gate() -> SpeechGate:
    # A canceller tears holes into speech: 3 blocks of 32 ms among 4. A cough is let go after 160 ms.
    return SpeechGate(threshold=0.5, silence_ms=160, onset_frames=3, onset_window_frames=4)


class LocalEar:
    """Listens to the microphone without the echo, in steps of 20 ms, on the loop.

    Args:
        post: Takes `LocalSpeechStarted` and `LocalSpeechEnded`, always in turns.
    """

    def __init__(self, post: Callable[[Fact], None]) -> None:
        self._post = post
        self._judge: SpeechProbability | None = None
        self._detector: SpeechDetector | None = None
        self._loud_steps = 0
        self._speaking = False

    async def load(self) -> None:
        """Load the model, in a thread: 30 to 60 ms. Where it is not installed, nothing is ever heard."""
        self._judge = await asyncio.to_thread(load_silero)

    def listen(self, pcm: bytes, level_dbfs: float, *, sounding: bool) -> None:
        """Take 20 ms of PCM16; `sounding`: an answer can be heard."""
        if self._judge is None:
            return
        self._loud_steps = _LOUD_STEPS if level_dbfs > _LOUD_DBFS else max(0, self._loud_steps - 1)
        if not sounding or not (self._loud_steps or self._speaking):
            self._detector = None
            self._tell(speaking=False)
            return
        if self._detector is None:
            self._detector = SpeechDetector(self._judge, _gate())
        for event in self._detector.feed(pcm16.from_bytes(pcm)):
            self._tell(speaking=isinstance(event, Started))

    def _tell(self, *, speaking: bool) -> None:
        if speaking != self._speaking:
            self._speaking = speaking
            self._post(LocalSpeechStarted() if speaking else LocalSpeechEnded())
