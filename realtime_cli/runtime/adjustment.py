"""How the answer sounds: quieter, paused, louder, cut off, heard to its end; and cues between answers."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Final

from realtime_cli.devices.contract import Speaker, SpeakerBlock
from realtime_cli.dsp.cue import cue
from realtime_cli.runtime.nap import Nap
from realtime_cli.session.commands import (
    DozeSpeaker,
    DuckPlayout,
    PausePlayout,
    PlayCue,
    ResumePlayout,
    RouseSpeaker,
    SetVolume,
    SoundCommand,
)
from realtime_cli.session.facts import Piece

_LAST_SOUND_S: Final = 0.5
"""More than any device holds of what it was given, Bluetooth included."""


class Adjustment:
    """Carries out what the session wants done to a speaker.

    Attributes:
        nap: Lets the device doze; None: never.
        held_back: The answer is ducked or paused for the moment.
    """

    def __init__(self, speaker: Speaker | None) -> None:
        self._speaker = speaker
        self._numbers = count(1)
        self.nap: Nap | None = None
        self.held_back = False
        self._heard_by_s = 0.0  # when all that the device took has left it, by the loop's clock

    def about_to_play(self) -> None:
        """Something will be written now, expected or not."""
        if self.nap:
            self.nap.end()

    def flush(self, fade_ms: int) -> tuple[Piece, ...]:
        """Fade out and forget what is queued; the totals handed over."""
        self.held_back = False
        self._heard_by_s = 0.0
        if self._speaker is None:
            return ()
        return tuple(Piece(*tag, frames) for tag, frames in self._speaker.flush(fade_ms))

    def played(self, block: SpeakerBlock) -> None:
        """The device took a block."""
        if block.pieces:
            block_s = len(block.frames) / block.rate_hz
            self._heard_by_s = asyncio.get_running_loop().time() + block.delay_s + block_s

    def sounds_on_s(self) -> float:
        """Seconds for which the device still sounds what it took (at most 0.5); 0 where an answer is broken off."""
        if self._speaker is None or self._speaker.queued_frames:
            return 0.0
        return max(0.0, min(_LAST_SOUND_S, self._heard_by_s - asyncio.get_running_loop().time()))

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
            case DozeSpeaker() if self.nap:
                self.nap.begin()
            case RouseSpeaker() if self.nap:
                self.nap.end()
            case PlayCue(cue=name) if not given_up:
                self.about_to_play()
                tag = (f"cue {next(self._numbers)}", 0)
                speaker.write(tag, cue(name))
                speaker.end(tag)
