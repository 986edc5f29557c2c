"""How the answer sounds: quieter, paused, louder, and cues between answers."""

from __future__ import annotations

from itertools import count

from realtime_cli.devices.contract import Speaker
from realtime_cli.dsp.cue import cue
from realtime_cli.session.commands import (
    DuckPlayout,
    PausePlayout,
    PlayCue,
    ResumePlayout,
    SetVolume,
    SoundCommand,
)


class Adjustment:
    """Carries out what the session wants done to a speaker.

    Attributes:
        held_back: The answer is ducked or paused for the moment.
    """

    def __init__(self, speaker: Speaker | None) -> None:
        self._speaker = speaker
        self._numbers = count(1)
        self.held_back = False

    def perform(self, command: SoundCommand, *, given_up: bool) -> None:
        """Nothing of the answer is lost by any of them. `given_up`: the speaker is gone for good, queue nothing."""
        speaker = self._speaker
        if speaker is None:
            return
        match command:
            case DuckPlayout(factor=factor):
                self.held_back = True
                speaker.duck(factor)
            case PausePlayout():
                self.held_back = True
                speaker.pause()
            case ResumePlayout():
                self.held_back = False
                speaker.duck(1.0)
                speaker.resume()
            case SetVolume(volume=volume):
                speaker.set_volume(volume)
            case PlayCue(cue=name) if not given_up:
                tag = (f"cue {next(self._numbers)}", 0)
                speaker.write(tag, cue(name))
                speaker.end(tag)
