"""`realtime-cli devices --test`: the user's microphone and speaker tried, in plain words."""

from __future__ import annotations

import sys

from realtime_cli.config.settings import Settings
from realtime_cli.devices.headset import is_headset
from realtime_cli.dsp.echo import load
from realtime_cli.runtime.device_check import DeviceCheck, Echo, RoundTrip, open_check, tone
from realtime_cli.runtime.rig_plan import RigPlan
from realtime_cli.terminal.sanitize import clean_line

_SILENT_DBFS = -95.0
_NOISY_DBFS = -45.0
_FAINT_DBFS = -50.0
_LOUD_DBFS = -9.0


async def try_devices(plan: RigPlan, settings: Settings) -> int:
    """Say what was found, line by line; 0 when both devices can be used, 1 when not.

    Raises:
        DeviceError: One of them cannot be opened.
    """
    canceller = load("webrtc")
    async with open_check(plan.microphone(), plan.speaker(), canceller) as check:
        tell(f"Microphone: {clean_line(check.microphone.name)}")
        tell(f"Speaker:    {clean_line(check.speaker.name)}")
        for remark in (check.microphone.remark, check.speaker.remark):
            if remark:
                tell(remark)
        quiet_dbfs = await check.level_dbfs(1.0)
        tell(room_words(quiet_dbfs))
        tell("You should hear three notes now.")
        await check.play(tone())
        trip = await check.round_trip()
        tell(trip_words(trip))
        headset = bool(settings.headphones) or is_headset(check.speaker.name)
        if trip.own_signal:
            tell("The echo canceller is not tried on a loopback.")
        elif canceller is None:
            tell("No echo canceller is installed: the microphone is shut while an answer sounds.")
        else:
            tell("Rustling for five seconds, to try the echo canceller ...")
            tell(echo_words(await check.echo(quiet_dbfs), headset=headset))
        usable = await speak_back(check)
        if check.underflows:
            tell(
                f"The speaker missed {check.underflows} blocks: try --audio-latency high if answers crackle."
            )
        return 0 if usable else 1


async def speak_back(check: DeviceCheck) -> bool:
    """Three seconds of the user's voice, with a meter, and back again."""
    tell("Say something: three seconds are recorded ...")
    recorded = []
    for _ in range(30):
        step = await check.record(0.1)
        recorded.append(step)
        meter(step)
    from numpy import concatenate

    from realtime_cli.dsp.level import peak_dbfs

    voice = concatenate(recorded)
    peak = peak_dbfs(voice)
    tell(voice_words(peak))
    tell("And back:")
    await check.play(voice)
    return peak > _SILENT_DBFS


def room_words(dbfs: float) -> str:
    """What the microphone's level in silence means."""
    if dbfs <= _SILENT_DBFS:
        return "The microphone delivers only zeros: is it switched off, or not allowed to this program?"
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
        return f"{told} For headphones that is much; are they headphones? Then --speakers."
    if echo.erle_db >= 20:
        return f"{told} Echo cancelling works in this room; you can interrupt by speaking."
    if echo.erle_db >= 10:
        return f"{told} That is little: turn the speaker down, or move the microphone away from it."
    return f"{told} Cancelling does not work here: use headphones, --echo gate, or --ptt."


def voice_words(peak_dbfs: float) -> str:
    """How loud the user was."""
    if peak_dbfs <= _SILENT_DBFS:
        return "Nothing was heard."
    if peak_dbfs < _FAINT_DBFS:
        return f"That was very quiet (peak {peak_dbfs:.0f} dBFS): turn the microphone up, or try --auto-gain."
    if peak_dbfs > -1:
        return "That was too loud: the microphone clips. Turn it down."
    if peak_dbfs > _LOUD_DBFS:
        return f"Loud and clear (peak {peak_dbfs:.0f} dBFS)."
    return f"Good (peak {peak_dbfs:.0f} dBFS)."


def meter(step: object) -> None:
    """One line that moves, on a terminal only."""
    if not sys.stdout.isatty():
        return
    from realtime_cli.dsp.level import rms_dbfs

    dbfs = rms_dbfs(step)  # type: ignore[arg-type]
    filled = max(0, min(30, round((dbfs + 60) / 2)))
    sys.stdout.write(f"\r  {'#' * filled:<30} {dbfs:5.0f} dBFS")
    sys.stdout.flush()


def tell(line: str) -> None:
    """One line; on a terminal it replaces the meter."""
    erase = "\r\x1b[K" if sys.stdout.isatty() else ""
    sys.stdout.write(f"{erase}{line}\n")
    sys.stdout.flush()
