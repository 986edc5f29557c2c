"""Which microphone, speaker and echo canceller a session wants, as values; and the rig made from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from realtime_cli.devices.buffering import buffering_of
from realtime_cli.devices.contract import Microphone, Speaker
from realtime_cli.devices.microphone import PortAudioMicrophone
from realtime_cli.devices.simulated import SimulatedMicrophone, SimulatedSpeaker
from realtime_cli.devices.speaker import PortAudioSpeaker
from realtime_cli.devices.wav import WavReader
from realtime_cli.errors import RecordingError
from realtime_cli.runtime.audio_rig import AudioRig
from realtime_cli.session.facts import Fact

if TYPE_CHECKING:
    from realtime_cli.dsp.echo import EchoCanceller


@dataclass(frozen=True, slots=True)
class RigPlan:
    """The sound that the user asked for.

    Attributes:
        input_device: Index, name or part of the name; None for the default.
        output_device: The same for the speaker.
        input_file: A WAV file instead of a microphone.
        output_file: A WAV file instead of a speaker.
        latency: "auto", "low", "high" or milliseconds, for the speaker; see `devices.buffering`.
    """

    input_device: int | str | None = None
    output_device: int | str | None = None
    input_file: Path | None = None
    output_file: Path | None = None
    latency: str = "auto"

    def check(self) -> None:
        """Look at the files before anything is started.

        Raises:
            InputError: The input file cannot be read, or is no WAV file known here.
            RecordingError: The output file cannot be written.
        """
        if self.input_file:
            WavReader(self.input_file).close()
        if self.output_file:
            try:
                with self.output_file.open("ab"):
                    pass  # an existing recording is overwritten only when the session begins
            except OSError as exc:
                raise RecordingError(
                    f"{self.output_file}: {exc.strerror or exc}",
                    advice="Choose another place for the recording.",
                ) from exc

    def microphone(self) -> Microphone:
        """The file, else the device."""
        if self.input_file:
            return SimulatedMicrophone(self.input_file)
        return PortAudioMicrophone(self.input_device)

    def speaker(self) -> Speaker:
        """The file, else the device."""
        if self.output_file:
            return SimulatedSpeaker(self.output_file)
        return PortAudioSpeaker(self.output_device, buffering=buffering_of(self.latency))

    def make(self, post: Callable[[Fact], None], echo: EchoCanceller | None = None) -> AudioRig:
        """The rig, not yet started; on the loop."""
        return AudioRig(post, microphone=self.microphone(), speaker=self.speaker(), echo=echo)
