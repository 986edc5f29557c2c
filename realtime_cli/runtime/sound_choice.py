"""From settings to the sound of a session: which devices, which echo canceller, how much latency."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from realtime_cli.config.paths import data_dir
from realtime_cli.config.settings import Settings
from realtime_cli.errors import ConfigError

if TYPE_CHECKING:
    from realtime_cli.devices.contract import Microphone
    from realtime_cli.devices.microphone import PortAudioMicrophone
    from realtime_cli.dsp.echo import EchoCanceller
    from realtime_cli.runtime.audio_rig import AudioRig
    from realtime_cli.runtime.rig_plan import RigPlan
    from realtime_cli.session.facts import Fact

LATENCY_FILE = "speaker-latency.json"


def make_sound(
    settings: Settings, environ: Mapping[str, str], microphone: Microphone | None = None
) -> Callable[[Callable[[Fact], None]], AudioRig]:
    """What makes the rig, once there is a loop. Wrong files and unusable wishes are told before.

    Args:
        settings: The user's.
        environ: Says where data are.
        microphone: From `early_microphone`; None for one that is opened with the rest.

    Raises:
        InputError, RecordingError: A file in a device's place cannot be used.
        ConfigError: The canceller that was asked for is not installed, or the latency is no latency.
    """
    plan = plan_of(settings, environ)
    plan.check()
    canceller = canceller_for(settings)
    return lambda post: plan.make(post, echo=canceller, microphone=microphone)


def early_microphone(settings: Settings) -> PortAudioMicrophone | None:
    """The microphone, which begins to capture at once; None where there is no device to open. On the loop."""
    if not settings.audio or settings.input_file:
        return None
    from realtime_cli.devices.microphone import PortAudioMicrophone

    microphone = PortAudioMicrophone(settings.input_device)
    microphone.begin()
    return microphone


def plan_of(settings: Settings, environ: Mapping[str, str]) -> RigPlan:
    """Devices and buffers, as the settings say.

    Raises:
        ConfigError: The latency is no latency.
    """
    from realtime_cli.devices.buffering import buffering_of
    from realtime_cli.runtime.rig_plan import RigPlan

    try:
        buffering_of(settings.audio_latency)
    except ValueError as exc:
        raise ConfigError(
            f"--audio-latency {settings.audio_latency}: that is no latency",
            advice="Give auto, low, high, or milliseconds.",
        ) from exc
    return RigPlan(
        input_device=settings.input_device,
        output_device=settings.output_device,
        input_file=Path(settings.input_file) if settings.input_file else None,
        output_file=Path(settings.output_file) if settings.output_file else None,
        latency=settings.audio_latency,
        volume=settings.volume / 100,
        local_ear=settings.local_barge_in and settings.interrupt and not settings.ptt,
        headphones=settings.headphones,
        latency_file=data_dir(environ) / LATENCY_FILE,
    )


def canceller_for(settings: Settings) -> EchoCanceller | None:
    """A file has no loudspeaker in its room, headphones hardly one; else echo is cancelled, or gated without a library.

    Raises:
        ConfigError: `--echo aec` where the library is missing.
    """
    from realtime_cli.dsp.echo import load, load_polish
    from realtime_cli.dsp.webrtc import Polish
    from realtime_cli.runtime.late_canceller import LateCanceller

    polish = Polish(settings.noise_suppression, settings.auto_gain)
    no_echo = settings.headphones or settings.input_file is not None
    if settings.echo == "off" or (settings.echo == "auto" and no_echo):
        return load_polish(polish) if settings.auto_gain else None
    if settings.echo == "gate":
        return load("half-duplex")
    if settings.echo == "auto":
        return LateCanceller(lambda: load("auto", polish), lambda: load("half-duplex"))
    canceller = load("webrtc", polish)
    if canceller is None:
        raise ConfigError(
            "The echo canceller is not installed", advice="pip install livekit, or --echo gate."
        )
    return canceller
