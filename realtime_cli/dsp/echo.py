"""Take the speaker's echo out of the microphone.

The canceller is WebRTC's AEC3 in LiveKit's build, chosen by measurement (`scripts/bench_echo.py`) over
pywebrtc-audio: neither lets the program interrupt itself, but of 76 interruptions by the near voice it let 57 be
heard against 43, mostly with a distorting speaker and with clocks that drift apart. Its price is 140 ms of import,
21 MiB and four threads, so it is imported when it is loaded. Where it is not installed, the half-duplex gate remains.

Its output is what is sent. Interruptions are looked for elsewhere (`near_voice.py`), and nearly all are heard there.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Final, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np

from realtime_cli.dsp import gain
from realtime_cli.dsp.canceller_rest import CancellerRest, Work
from realtime_cli.dsp.echo_witness import EchoWitness, Verdict
from realtime_cli.dsp.gate import HalfDuplexGate
from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.dsp.webrtc import Polish, WebRtc, check_step

EchoKind: TypeAlias = Literal["auto", "webrtc", "half-duplex", "off"]


class EchoCanceller(Protocol):
    """Near and far in, near without far out."""

    def process(self, near: Int16, far: Int16) -> Int16:
        """Remove the speaker's echo from one step.

        Args:
            near: int16[n], microphone, 24 kHz mono; n is a multiple of 240.
            far: int16[n], what the speaker was given at about the same time; zeros when silent. It may be up to
                300 ms early, never late, and never left out: the canceller learns from the silence too.

        Returns:
            int16[n]. The input arrays are not changed.

        Raises:
            ValueError: A length is not such a multiple. `Framer` guarantees it, so this is our bug.
        """
        ...


@runtime_checkable
class Separator(Protocol):
    """An echo canceller that also tells the near voice from the echo."""

    def take_voice(self) -> Int16 | None:
        """The near voice since the last call, int16[n] at 8 kHz (`echo_witness`); None: listen to the output."""
        ...


class PassThrough:
    """No canceller: for headphones."""

    def process(self, near: Int16, far: Int16) -> Int16:
        """`near` as it is."""
        check_step(near, far)
        return near


_POLISH: Final = Polish()


class AutoCanceller:
    """Cancels the echo where there is one, and leaves a voice alone where there is none.

    While nothing is known it cancels: a canceller that knows no room yet takes away everything that comes while the
    speaker sounds, so that the first answer does not interrupt itself. After 0.9 s without an echo the microphone
    passes. Only one of both ways is computed; a canceller that is needed again after that begins with an empty memory,
    which is the careful state. Between answers it rests (`canceller_rest.py`), and keeps what it knows.

    Between both it leaks: 0.6 s after the first sound, and after each slip, faint remains of the answer come through,
    and a server that listens for speech takes -45 dBFS of them for somebody. While the witness knows of nothing but
    echo there, silence is sent.

    Args:
        cancelling: Makes a canceller without a memory.
        plain: Makes the same without cancelling.
    """

    def __init__(self, cancelling: Callable[[], EchoCanceller], plain: Callable[[], EchoCanceller]) -> None:
        self._make = cancelling
        self._witness, self._rest = EchoWitness(), CancellerRest()
        self._canceller, self._plain, self._nothing = cancelling(), plain(), PassThrough()
        self._way: EchoCanceller = self._canceller
        self._passes = False
        self._shut = False

    @property
    def verdict(self) -> Verdict:
        """What is known of the room."""
        return self._witness.verdict

    def take_voice(self) -> Int16 | None:
        """See `EchoWitness.take_voice`."""
        return self._witness.take_voice()

    def process(self, near: Int16, far: Int16) -> Int16:
        """See `EchoCanceller.process`."""
        check_step(near, far)
        passes = self._witness.watch(near, far) is Verdict.NONE
        if passes != self._passes:
            self._passes = passes
            if not passes:
                self._canceller = self._make()
        self._rest.watch(near, far, headset=passes)
        cleaned = self._way.process(near, far)
        if (way := self._wanted()) is not self._way:
            cleaned = _faded(cleaned, self._taking_over(way, near, far))
        self._rest.keep(near, far)
        was_shut, self._shut = self._shut, self._witness.hears_only_echo
        if not (was_shut or self._shut):
            return cleaned
        silence = np.zeros_like(cleaned)
        before, after = (silence if was_shut else cleaned), (silence if self._shut else cleaned)
        return _faded(before, after)

    def _wanted(self) -> EchoCanceller:
        match self._rest.work:
            case Work.CANCEL:
                return self._canceller
            case Work.POLISH:
                return self._plain
            case Work.NOTHING:
                return self._nothing

    def _taking_over(self, way: EchoCanceller, near: Int16, far: Int16) -> Int16:
        """This step by another way, which has not heard anything for a while."""
        self._way = way
        for earlier in self._rest.kept():
            way.process(*earlier)
        return way.process(near, far)


def _faded(before: Int16, after: Int16) -> Int16:
    """From one to the other."""
    falling = gain.fall(len(before))
    return np.asarray(np.rint(before * falling + after * falling[::-1]), dtype=np.int16)


def load(kind: EchoKind, polish: Polish = _POLISH) -> EchoCanceller | None:
    """Make a canceller with no memory of any room.

    Args:
        kind: "auto" (a canceller that looks whether there is an echo), "webrtc" (it always works), "half-duplex"
            (microphone shut while the speaker sounds) or "off".
        polish: What it does besides ("auto" and "webrtc").

    Returns:
        None where the package is missing or its library cannot be loaded ("auto" and "webrtc").
    """
    if kind == "off":
        return PassThrough()
    if kind == "half-duplex":
        return HalfDuplexGate()
    rtc = _library()
    if rtc is None:
        return None
    if kind == "webrtc":
        return WebRtc(rtc, polish)
    return AutoCanceller(lambda: WebRtc(rtc, polish), lambda: WebRtc(rtc, polish, cancels=False))


def load_polish(polish: Polish) -> EchoCanceller | None:
    """Noise suppression and gain alone, for headphones; None where the package is missing."""
    rtc = _library()
    return None if rtc is None else WebRtc(rtc, polish, cancels=False)


def _library() -> ModuleType | None:
    try:
        return importlib.import_module("livekit.rtc")
    except (ImportError, OSError):
        return None
