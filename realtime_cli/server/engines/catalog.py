"""Which engines are there, which one is taken, and what adds the ones that are missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, TypeVar

from realtime_cli.errors import ConfigError
from realtime_cli.server.engines.chat_brain import ChatBrain
from realtime_cli.server.engines.contract import Brain, Ears, Engines, Mouth
from realtime_cli.server.engines.echo_brain import EchoBrain
from realtime_cli.server.engines.endpoint import Endpoint
from realtime_cli.server.engines.espeak_library import EspeakLibraryMouth
from realtime_cli.server.engines.espeak_mouth import EspeakMouth
from realtime_cli.server.engines.http_speech import HttpEars, HttpMouth
from realtime_cli.server.engines.installed import (
    ADD_ESPEAK,
    ADD_KOKORO,
    ADD_LOCAL,
    ADD_PIPER,
    ADD_SILERO,
    ADD_WHISPER,
    Installed,
)
from realtime_cli.server.engines.neural_mouth import NeuralKind, NeuralMouth
from realtime_cli.server.engines.pocketsphinx_ears import PocketsphinxEars
from realtime_cli.server.engines.rules_brain import RulesBrain
from realtime_cli.server.engines.scripted_brain import ScriptedBrain
from realtime_cli.server.engines.scripted_ears import NoEars, ScriptedEars
from realtime_cli.server.engines.silero import VadKind, vad_factory
from realtime_cli.server.engines.tone_mouth import ToneMouth
from realtime_cli.server.engines.whisper_ears import WhisperEars

_Made = TypeVar("_Made")

EarsKind: TypeAlias = Literal["auto", "pocketsphinx", "faster-whisper", "http", "scripted", "none"]
MouthKind: TypeAlias = Literal["auto", "espeak-ng", "espeak-loader", "piper", "kokoro", "http", "tone"]
BrainKind: TypeAlias = Literal["auto", "rules", "llm", "echo", "scripted"]

MISSING_EARS: Final = f"Hearing: no speech recogniser, so speech is not understood. Add one: {ADD_LOCAL}"
MISSING_MOUTH: Final = (
    f"Speaking: no speech synthesis, answers are beeps. Add it: {ADD_ESPEAK} (or {ADD_LOCAL})"
)
MISSING_VAD: Final = (
    f"Voice detection: by loudness only, noise counts as speech. Add the detector: {ADD_SILERO}"
)


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """Engines by name. "auto" takes the best that is installed; a name that is not installed is an error.

    Attributes:
        transcripts: What the "scripted" ears hear, in order; `answers`: what the "scripted" brain says.
        llm: Where the "llm" brain asks; with it, "auto" is that brain.
        stt: Where the "http" ears ask; `tts`: where the "http" mouth asks.
        stt_model: Name or folder of the model for "faster-whisper".
        tts_model: Files of the voice for "piper" or "kokoro".
        tts_voice: The one voice of the "http" mouth; "" passes on the session's.
        language: What the mouth speaks where it can choose, such as "de".
    """

    ears: EarsKind = "auto"
    mouth: MouthKind = "auto"
    brain: BrainKind = "auto"
    vad: VadKind = "auto"
    transcripts: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    llm: Endpoint | None = None
    stt: Endpoint | None = None
    tts: Endpoint | None = None
    stt_model: str = ""
    tts_model: str = ""
    tts_voice: str = ""
    language: str = ""


def assemble(choice: EngineChoice | None = None, installed: Installed | None = None) -> Engines:
    """Put a set of engines together. Nothing is loaded or started yet.

    Args:
        choice: None: the best of what is installed, with the rules as the brain.
        installed: None: look.

    Raises:
        ConfigError: An engine that was asked for by name is not installed or lacks its address or model, or there is
            none of that name.
    """
    choice = choice or EngineChoice()
    installed = installed or Installed.look()
    missing: list[str] = []
    ears = _ears(choice, installed, missing)
    mouth = _mouth(choice, installed, missing)
    new_vad = _vad(choice.vad, installed, missing)
    brain = _brain(choice, installed)
    ears.expect(brain.phrases(()))
    return Engines(ears, mouth, brain, new_vad, tuple(missing))


def _brain(choice: EngineChoice, has: Installed) -> Brain:
    def llm() -> Brain:
        _demand(has.http, "llm", ADD_LOCAL)
        return ChatBrain(_address(choice.llm, "llm", "--llm URL"))

    makers: dict[str, Callable[[], Brain]] = {
        "auto": llm if choice.llm else RulesBrain,
        "rules": RulesBrain,
        "llm": llm,
        "echo": EchoBrain,
        "scripted": lambda: ScriptedBrain(choice.answers),
    }
    return _pick("brain", choice.brain, makers)()


def _ears(choice: EngineChoice, has: Installed, missing: list[str]) -> Ears:
    def best() -> Ears:
        if choice.stt:
            return http()
        if has.pocketsphinx:
            return PocketsphinxEars()
        missing.append(MISSING_EARS)
        return NoEars()

    def pocketsphinx() -> Ears:
        _demand(has.pocketsphinx, "pocketsphinx", ADD_LOCAL)
        return PocketsphinxEars()

    def whisper() -> Ears:
        _demand(has.whisper, "faster-whisper", ADD_WHISPER)
        return WhisperEars(choice.stt_model)

    def http() -> Ears:
        _demand(has.http, "http", ADD_LOCAL)
        return HttpEars(_address(choice.stt, "http", "--stt-url URL"))

    makers: dict[str, Callable[[], Ears]] = {
        "auto": best,
        "pocketsphinx": pocketsphinx,
        "faster-whisper": whisper,
        "http": http,
        "scripted": lambda: ScriptedEars(choice.transcripts),
        "none": NoEars,
    }
    return _pick("ears", choice.ears, makers)()


def _mouth(choice: EngineChoice, has: Installed, missing: list[str]) -> Mouth:
    def best() -> Mouth:
        if choice.tts:
            return http()
        if has.espeak:
            return EspeakMouth(language=choice.language)
        if has.library:
            return EspeakLibraryMouth(choice.language)
        missing.append(MISSING_MOUTH)
        return ToneMouth()

    def espeak() -> Mouth:
        _demand(has.espeak, "espeak-ng", ADD_ESPEAK)
        return EspeakMouth(language=choice.language)

    def library() -> Mouth:
        _demand(has.library, "espeak-loader", ADD_LOCAL)
        return EspeakLibraryMouth(choice.language)

    def http() -> Mouth:
        _demand(has.http, "http", ADD_LOCAL)
        return HttpMouth(_address(choice.tts, "http", "--tts-url URL"), choice.tts_voice)

    makers: dict[str, Callable[[], Mouth]] = {
        "auto": best,
        "espeak-ng": espeak,
        "espeak-loader": library,
        "piper": lambda: _neural("piper", choice, installed=has.piper, add=ADD_PIPER),
        "kokoro": lambda: _neural("kokoro", choice, installed=has.kokoro, add=ADD_KOKORO),
        "http": http,
        "tone": ToneMouth,
    }
    return _pick("mouth", choice.mouth, makers)()


def _neural(kind: NeuralKind, choice: EngineChoice, *, installed: bool, add: str) -> Mouth:
    _demand(installed, kind, add)
    if not choice.tts_model:
        raise ConfigError(
            f"{kind} needs the files of a voice",
            advice="Give --tts-model: VOICE.onnx for piper, MODEL.onnx,VOICES.bin for kokoro.",
        )
    return NeuralMouth(kind, choice.tts_model, choice.language)


def _vad(kind: VadKind, has: Installed, missing: list[str]) -> Callable[[], Callable[[bytes], float]]:
    if kind == "silero":
        _demand(has.silero, kind, ADD_SILERO)
    if kind == "auto" and not has.silero:
        missing.append(MISSING_VAD)
    if kind not in ("auto", "silero", "energy"):
        raise ConfigError(f"voice detection: expected one of auto, silero, energy, not {kind!r}")
    return vad_factory(kind)


def _address(at: Endpoint | None, name: str, option: str) -> Endpoint:
    if at is None:
        raise ConfigError(f"engine {name} needs an address", advice=f"Give {option}.")
    return at


def _demand(installed: bool, name: str, add: str) -> None:
    if not installed:
        raise ConfigError(f"engine {name} is not installed", advice=f"Add it: {add}")


def _pick(part: str, name: str, makers: dict[str, Callable[[], _Made]]) -> Callable[[], _Made]:
    if name not in makers:
        raise ConfigError(f"{part}: expected one of {', '.join(makers)}, not {name!r}")
    return makers[name]
