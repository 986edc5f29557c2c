"""Which microphone, speaker and echo canceller a session wants, as values; and the rig made from them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from realtime_cli.devices.buffering import Buffering, buffering_of
from realtime_cli.devices.contract import Microphone, Speaker
from realtime_cli.devices.headset import is_headset
from realtime_cli.devices.microphone import PortAudioMicrophone
from realtime_cli.devices.simulated import SimulatedMicrophone, SimulatedSpeaker
from realtime_cli.devices.speaker import PortAudioSpeaker
from realtime_cli.devices.wav import WavReader
from realtime_cli.errors import RecordingError
from realtime_cli.runtime.audio_rig import AudioRig
from realtime_cli.runtime.care import Care
from realtime_cli.runtime.patience import Memory, Patience
from realtime_cli.session.facts import Fact

if TYPE_CHECKING:
    from realtime_cli.dsp.echo import EchoCanceller


class RigPlan(Struct, frozen=True):
    """The sound that the user asked for.

    Attributes:
        input_device: Index, name or part of the name; None for the default.
        output_device: The same for the speaker.
        input_file: A WAV file instead of a microphone.
        output_file: A WAV file instead of a speaker.
        latency: "auto", "low", "high" or milliseconds, for the speaker; see `devices.buffering`.
        volume: Of the speaker; 1.0 is the sound as it came.
        local_ear: Listen for speech while an answer sounds.
        headphones: No echo can come back; None: the speaker's name may say so.
        latency_file: Where it is remembered which speaker needed more time; None remembers nothing.
    """

    input_device: int | str | None = None
    output_device: int | str | None = None
    input_file: Path | None = None
    output_file: Path | None = None
    latency: str = "auto"
    volume: float = 1.0
    local_ear: bool = False
    headphones: bool | None = None
    latency_file: Path | None = None

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

    def make(
        self,
        post: Callable[[Fact], None],
        echo: EchoCanceller | None = None,
        microphone: Microphone | None = None,
    ) -> AudioRig:
        """The rig, not yet started; on the loop. `microphone`: one that has begun already."""
        speaker = self.speaker()
        speaker.set_volume(self.volume)
        return AudioRig(
            post,
            microphone=microphone or self.microphone(),
            speaker=speaker,
            echo=echo,
            care=Care(self._patience(speaker), self._no_echo, self.local_ear),
        )

    def _patience(self, speaker: Speaker) -> Patience | None:
        if self.latency != "auto" or not isinstance(speaker, PortAudioSpeaker):
            return None

        def give(buffering: Buffering) -> None:
            speaker.buffering = buffering

        return Patience(Memory(self.latency_file), asyncio.get_running_loop().time, give)

    def _no_echo(self, speaker_name: str) -> bool:
        return is_headset(speaker_name) if self.headphones is None else self.headphones
