"""A neural voice in a process of its own: `neural_worker piper|kokoro FILES LANGUAGE`. Frames: see `speaking`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from realtime_cli.server.engines.frames import claim_stdio, pack
from realtime_cli.server.engines.speaking import Speaker, serve


class PiperSpeaker:
    """A voice of `piper-tts`: one piece of audio for each sentence."""

    def __init__(self, file: str) -> None:
        from piper import PiperVoice

        self._voice = PiperVoice.load(file)
        config = self._voice.config
        self.rate_hz = int(config.sample_rate)
        self._speakers: dict[str, int] = dict(config.speaker_id_map)
        self.voices: Sequence[str] = tuple(self._speakers)
        self._length_scale = float(config.length_scale)

    def speak(self, request: dict[str, Any], on_pcm: Any) -> None:
        """Say it, sentence by sentence."""
        from piper import SynthesisConfig

        config = SynthesisConfig(
            speaker_id=self._speakers.get(str(request["voice"])),
            length_scale=self._length_scale / float(request["speed"]),
        )
        for chunk in self._voice.synthesize(str(request["text"]), config):
            if on_pcm(chunk.audio_int16_bytes):
                return


class KokoroSpeaker:
    """A model of `kokoro-onnx` with its voices."""

    def __init__(self, files: str, language: str) -> None:
        from kokoro_onnx import Kokoro

        model, _, voices = files.partition(",")
        self._kokoro = Kokoro(model.strip(), voices.strip())
        self._language = language or "en-us"
        self.rate_hz = 24_000
        self.voices: Sequence[str] = tuple(self._kokoro.get_voices())

    def speak(self, request: dict[str, Any], on_pcm: Any) -> None:
        """Say it; a clause is one piece of audio."""
        speed = min(2.0, max(0.5, float(request["speed"])))
        voice = str(request["voice"])
        samples, _ = self._kokoro.create(
            str(request["text"]),
            voice=voice if voice in self.voices else self.voices[0],
            speed=speed,
            lang=self._language,
        )
        on_pcm((np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes())


class Trouble(OSError):
    """Whatever the package raised, as the one exception that `serve` passes on."""


class Careful:
    """A speaker whose package may raise anything."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self.rate_hz, self.voices = speaker.rate_hz, speaker.voices

    def speak(self, request: dict[str, Any], on_pcm: Any) -> None:
        """Say it."""
        try:
            self._speaker.speak(request, on_pcm)
        except BrokenPipeError:
            raise
        except Exception as exc:  # a foreign package: its failure is told, the process goes on
            raise Trouble(f"{type(exc).__name__}: {exc}") from exc


def main() -> None:
    """Load the voice and serve; say why when that fails."""
    kind, files, language = sys.argv[1:4]
    source, sink = claim_stdio()
    try:
        speaker: Speaker = PiperSpeaker(files) if kind == "piper" else KokoroSpeaker(files, language)
    except Exception as exc:  # noqa: BLE001 - a foreign package; whatever it is, the user reads it
        sink.write(pack("!", f"{type(exc).__name__}: {exc}".encode()))
        return
    try:
        serve(Careful(speaker), source, sink)
    except BrokenPipeError:
        return  # the other end is gone


if __name__ == "__main__":
    main()
