"""Hears the user speak into an answer, before the server does.

The detector (silero) costs 3 % of a core, so it runs only while something sounds and the microphone is not quiet.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from realtime_cli.dsp import pcm16
from realtime_cli.dsp.echo import Separator
from realtime_cli.dsp.echo_fit import RATE_HZ
from realtime_cli.dsp.framer import Framer
from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.dsp.resample import Resampler
from realtime_cli.dsp.vad import (
    VAD_BLOCK_FRAMES,
    VAD_RATE_HZ,
    Silero,
    SpeechGate,
    Started,
    load_silero,
)
from realtime_cli.session.facts import Fact
from realtime_cli.session.playback_facts import LocalSpeechEnded, LocalSpeechStarted

_LOUD_DBFS: Final = -56.0
_LOUD_STEPS: Final = 5
"""After a loud step it listens for 100 ms."""
_BEFORE_STEPS: Final = 10
"""With the first loud step come the 200 ms before it: the canceller takes a voice's beginning for echo, and a
detector without a memory needs some."""


def _gate(*, over_echo: bool) -> SpeechGate:
    # A canceller tears holes into speech: 3 blocks of 32 ms among 4. Over a loudspeaker that has just become louder
    # one more, until the filter knows better. A cough is let go after 160 ms.
    onset_frames = 4 if over_echo else 3
    return SpeechGate(
        threshold=0.5, silence_ms=160, onset_frames=onset_frames, onset_window_frames=onset_frames + 1
    )


class LocalEar:
    """Listens to the microphone without the echo, in steps of 20 ms, on the loop.

    Args:
        post: Takes `LocalSpeechStarted` and `LocalSpeechEnded`, always in turns.
        echo: The canceller in use. A `Separator`'s near voice is judged in the place of the microphone, but not
            before that is loud too: a canceller that passes nothing on is a second opinion.
    """

    def __init__(self, post: Callable[[Fact], None], echo: object = None) -> None:
        self._post = post
        self._separator = echo if isinstance(echo, Separator) else None
        self._judge: Silero | None = None
        self._gate: SpeechGate | None = None
        self._unheard: deque[tuple[Int16, Resampler]] = deque(maxlen=_BEFORE_STEPS)
        self._from_mic = Resampler(pcm16.SAMPLE_RATE_HZ, VAD_RATE_HZ)
        self._from_voice = Resampler(RATE_HZ, VAD_RATE_HZ)
        self._framer = Framer(VAD_BLOCK_FRAMES)
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
        if not sounding and self._gate is None and not self._unheard:
            return  # as most of the time
        voice = self._separator.take_voice() if self._separator else None
        if not sounding:
            self._unheard.clear()
        elif voice is None:
            self._unheard.append((pcm16.from_bytes(pcm), self._from_mic))
        else:
            self._unheard.append((voice, self._from_voice))
        if not sounding or not (self._loud_steps or self._speaking):
            self._gate = None
            self._tell(speaking=False)
            return
        if self._gate is None:
            self._gate = _gate(over_echo=voice is not None)
            self._judge.forget()  # what was said minutes ago makes an echo's remains more likely to be speech
        for frames, resampler in self._unheard:
            for block in self._framer.push(resampler.process(frames)):
                event = self._gate.feed(self._judge(block))
                if event:
                    self._tell(speaking=isinstance(event, Started))
        self._unheard.clear()

    def _tell(self, *, speaking: bool) -> None:
        if speaking != self._speaking:
            self._speaking = speaking
            self._post(LocalSpeechStarted() if speaking else LocalSpeechEnded())
