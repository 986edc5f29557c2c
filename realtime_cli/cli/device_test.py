"""`realtime-cli devices --test`: the user's microphone and speaker tried, in plain words or as JSON."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final, TextIO

from realtime_cli.config.settings import Settings
from realtime_cli.devices.headset import is_headset
from realtime_cli.dsp.echo import load
from realtime_cli.dsp.level import peak_dbfs, rms_dbfs
from realtime_cli.runtime.device_check import DeviceCheck, Echo, RoundTrip, open_check, tone
from realtime_cli.runtime.mic_check import ZEROS
from realtime_cli.runtime.rig_plan import RigPlan
from realtime_cli.terminal.sanitize import clean_line

if TYPE_CHECKING:
    from realtime_cli.dsp.pcm16 import Int16

_SILENT_DBFS: Final = -95.0
_NOISY_DBFS: Final = -45.0
_FAINT_DBFS: Final = -50.0
_LOUD_DBFS: Final = -9.0
_VOICE_S: Final = 3.0


@dataclass(slots=True)
class Findings:
    """What was found; what was not tried is None. Levels are dBFS, -100 for zeros.

    Attributes:
        round_trip_ms: From handing sound to the speaker until the microphone delivers it.
        speaker_ms: Of sound that the speaker holds.
        own_signal: The microphone is the speaker's own signal, not a microphone.
        echo_heard: The microphone hears the speaker.
        erle_db: By how much the canceller makes the echo quieter.
        usable: The microphone delivers something and both devices work.
    """

    microphone: str
    speaker: str
    remarks: list[str] = field(default_factory=list)
    quiet_dbfs: float | None = None
    speaker_ms: float | None = None
    round_trip_ms: float | None = None
    own_signal: bool = False
    echo_heard: bool | None = None
    echo_dbfs: float | None = None
    cancelled_dbfs: float | None = None
    erle_db: float | None = None
    voice_peak_dbfs: float | None = None
    missed_blocks: int = 0
    usable: bool = False

    def as_json(self) -> dict[str, Any]:
        """Plain values, to a tenth."""
        return {
            name: round(value, 1) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }


class Teller:
    """Says what happens, line by line; the meter moves on a terminal only."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_screen = stream.isatty()

    def tell(self, line: str) -> None:
        """One line, wrapped to the screen; it replaces the meter."""
        if self._is_screen:
            width = shutil.get_terminal_size().columns - 1
            line = "\r\x1b[K" + textwrap.fill(line, max(20, width), subsequent_indent="  ")
        self._stream.write(f"{line}\n")
        self._stream.flush()

    def meter(self, frames: Int16) -> None:
        """The level of int16[n]."""
        if not self._is_screen:
            return
        dbfs = rms_dbfs(frames)
        filled = max(0, min(30, round((dbfs + 60) / 2)))
        self._stream.write(f"\r  {'#' * filled:<30} {dbfs:5.0f} dBFS")
        self._stream.flush()


async def try_devices(plan: RigPlan, settings: Settings, *, as_json: bool = False) -> int:
    """Say what was found, line by line; 0 when both devices can be used, 1 when not.

    With `as_json` the lines go to stderr, for somebody has to speak, and the findings to stdout.

    Raises:
        DeviceError: One of them cannot be opened.
    """
    teller = Teller(sys.stderr if as_json else sys.stdout)
    canceller = load("webrtc")
    async with open_check(plan.microphone(), plan.speaker(), canceller) as check:
        found = Findings(check.microphone.name, check.speaker.name)
        teller.tell(f"Microphone: {clean_line(found.microphone)}")
        teller.tell(f"Speaker:    {clean_line(found.speaker)}")
        found.remarks = [remark for remark in (check.microphone.remark, check.speaker.remark) if remark]
        for remark in found.remarks:
            teller.tell(clean_line(remark))
        await _hear_the_room(check, found, teller)
        headset = bool(settings.headphones) or is_headset(found.speaker)
        await _cancel_echo(check, found, teller, headset=headset, can_cancel=canceller is not None)
        await _speak_back(check, found, teller)
        found.missed_blocks = check.underflows
    if found.missed_blocks:
        teller.tell(
            f"The speaker missed {found.missed_blocks} blocks: try --audio-latency high if answers crackle."
        )
    if as_json:
        json.dump(found.as_json(), sys.stdout, indent=2)
        sys.stdout.write("\n")
    return 0 if found.usable else 1


async def _hear_the_room(check: DeviceCheck, found: Findings, teller: Teller) -> None:
    found.quiet_dbfs = await check.level_dbfs(1.0)
    teller.tell(room_words(found.quiet_dbfs))
    teller.tell("You should hear three notes now.")
    await check.play(tone())
    trip = await check.round_trip()
    found.speaker_ms, found.round_trip_ms, found.own_signal = trip.speaker_ms, trip.ms, trip.own_signal
    teller.tell(trip_words(trip))


async def _cancel_echo(
    check: DeviceCheck, found: Findings, teller: Teller, *, headset: bool, can_cancel: bool
) -> None:
    if found.own_signal:
        teller.tell("The echo canceller is not tried on a loopback.")
        return
    if not can_cancel:
        teller.tell("No echo canceller is installed: the microphone is shut while an answer sounds.")
        return
    teller.tell("Rustling for five seconds, to try the echo canceller ...")
    echo = await check.echo(found.quiet_dbfs or 0.0)
    found.echo_heard = echo.heard
    if echo.heard:
        found.echo_dbfs, found.cancelled_dbfs, found.erle_db = echo.raw_dbfs, echo.cleaned_dbfs, echo.erle_db
    teller.tell(echo_words(echo, headset=headset))


async def _speak_back(check: DeviceCheck, found: Findings, teller: Teller) -> None:
    """Three seconds of the user's voice, with a meter, and back again."""
    teller.tell("Say something: three seconds are recorded ...")
    voice = await check.record(_VOICE_S, teller.meter)
    found.voice_peak_dbfs = peak_dbfs(voice)
    found.usable = found.voice_peak_dbfs > _SILENT_DBFS
    teller.tell(voice_words(found.voice_peak_dbfs))
    if found.usable:
        teller.tell("And back:")
        await check.play(voice)


def room_words(dbfs: float) -> str:
    """What the microphone's level in silence means."""
    if dbfs <= _SILENT_DBFS:
        return ZEROS
    if dbfs > _NOISY_DBFS:
        return (
            f"The room is loud ({dbfs:.0f} dBFS): speech will be found late. Move closer, or use a headset."
        )
    return f"The room is quiet enough ({dbfs:.0f} dBFS)."


def trip_words(trip: RoundTrip) -> str:
    """The round trip, and what it says about the way of the sound."""
    own = f"The speaker holds {trip.speaker_ms:.0f} ms of sound."
    if trip.ms is None:
        return f"{own} The microphone does not hear it: headphones, or it is very quiet."
    if trip.own_signal:
        return (
            f"{own} Round trip {trip.ms:.0f} ms, and unchanged: the microphone is the speaker's own signal."
        )
    return f"{own} Round trip through the room {trip.ms:.0f} ms."


def echo_words(echo: Echo, *, headset: bool) -> str:
    """Whether cancelling works here."""
    if not echo.heard:
        return "Nothing of the speaker reaches the microphone: there is no echo to cancel."
    told = f"Echo {echo.raw_dbfs:.0f} dBFS, after cancelling {echo.cleaned_dbfs:.0f}: {echo.erle_db:.0f} dB less."
    if headset:
        return f"{told} That is much for headphones: if they are loudspeakers, say so with --speakers."
    if echo.erle_db >= 20:
        return f"{told} Echo cancelling works in this room; you can interrupt by speaking."
    if echo.erle_db >= 10:
        return f"{told} That is little: turn the speaker down, or move the microphone away from it."
    return f"{told} Cancelling does not work here: use headphones, --echo gate, or --ptt."


def voice_words(peak_dbfs: float) -> str:
    """How loud the user was."""
    if peak_dbfs <= _SILENT_DBFS:
        return "Nothing was heard: the microphone cannot be used like this."
    if peak_dbfs < _FAINT_DBFS:
        return f"That was very quiet (peak {peak_dbfs:.0f} dBFS): turn the microphone up, or try --auto-gain."
    if peak_dbfs > -1:
        return "That was too loud: the microphone clips. Turn it down."
    if peak_dbfs > _LOUD_DBFS:
        return f"Loud and clear (peak {peak_dbfs:.0f} dBFS)."
    return f"Good (peak {peak_dbfs:.0f} dBFS)."
