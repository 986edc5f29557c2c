"""`doctor`: from what was seen of this machine to what is said of it: plain values in, findings out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from realtime_cli.cli.finding import Finding
from realtime_cli.errors import DeviceError

if TYPE_CHECKING:
    from realtime_cli.server.engines.installed import EngineRow
    from realtime_cli.session.facts import Fact

SOUND = "sound"
TERMINAL = "terminal"
ENGINES = "engines"
_SILENT_DBFS = -95.0
_STAND_INS = ("none", "scripted", "tone")
_COLUMNS = 40


@dataclass(frozen=True, slots=True)
class Place:
    """Where this program runs.

    Attributes:
        platform: As `sys.platform` has it.
        kernel: What the kernel says of itself (/proc/version), "" elsewhere.
        wslg: WSL's sound server is there.
        environ: The environment.
    """

    platform: str = "linux"
    kernel: str = ""
    wslg: bool = False
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Display:
    """The terminal, or what stands in its place.

    Attributes:
        system: Python and the operating system, in words.
        is_terminal: stdout is one.
        columns: Width.
        lines: Height.
        colour: What colours are written, in words.
        term: The variable TERM.
        encoding: Of stdout.
        releases: It tells when a key goes up; None where no keys can be read.
    """

    system: str = "Python on some system"
    is_terminal: bool = True
    columns: int = 80
    lines: int = 24
    colour: str = "auto"
    term: str = "xterm"
    encoding: str = "utf-8"
    releases: bool | None = None


def place_findings(place: Place) -> Iterator[Finding]:
    """Where sound is known to be special: WSL, SSH."""
    if "microsoft" in place.kernel.lower():
        if "PULSE_SERVER" in place.environ or place.wslg:
            detail = "sound goes through WSLg, with more delay than on Windows itself"
            yield Finding(SOUND, "WSL", "note", detail)
        else:
            advice = "wsl --update, or run on Windows itself."
            yield Finding(SOUND, "WSL", "note", "there is no WSLg, so no sound", advice)
    if place.environ.get("SSH_CONNECTION") and "PULSE_SERVER" not in place.environ:
        advice = "Run it where you sit, or forward PulseAudio (PULSE_SERVER)."
        yield Finding(SOUND, "SSH", "note", "microphone and speaker are those of this far machine", advice)


def device_findings(facts: Sequence[Fact], platform: str) -> Iterator[Finding]:
    """What a moment with open devices showed."""
    from realtime_cli.session.facts import DeviceChanged, MicHeard

    for which in ("speaker", "microphone"):
        last = next((f for f in reversed(facts) if isinstance(f, DeviceChanged) and f.which == which), None)
        if last is None:
            continue
        if last.problem:
            advice = "See `realtime-cli devices`; choose with --input-device and --output-device."
            yield Finding(SOUND, which, "fail", last.problem, advice, DeviceError.exit_code)
        else:
            yield Finding(SOUND, which, "ok", f"{last.name} works")
    loudest = max((f.level_dbfs for f in facts if isinstance(f, MicHeard)), default=None)
    if loudest is not None and loudest < _SILENT_DBFS:
        yield Finding(SOUND, "microphone level", "note", "it delivers silence only", _allow(platform))


def _allow(platform: str) -> str:
    if platform == "darwin":
        return "System Settings, Privacy & Security, Microphone: allow this terminal, then start it anew."
    if platform == "win32":
        return "Settings, Privacy & security, Microphone: let desktop apps use it. Is it muted?"
    return "Is it muted, or not allowed for this program?"


def engine_findings(rows: Iterable[EngineRow]) -> Iterator[Finding]:
    """What the local server can use, part by part."""
    missing: dict[str, str] = {}
    there: dict[str, list[str]] = {}
    for row in rows:
        if row.installed:
            there.setdefault(row.part, []).append(row.name)
        elif row.add:
            missing.setdefault(row.part, row.add)
    for part in {**there, **missing}:
        names = [name for name in there.get(part, []) if name not in _STAND_INS]
        if names:
            yield Finding(ENGINES, part, "ok", ", ".join(names))
        else:
            yield Finding(ENGINES, part, "note", "only a stand-in", missing.get(part, ""))


def display_findings(display: Display) -> Iterator[Finding]:
    """Colour, size, Unicode, key releases."""
    yield Finding(TERMINAL, "system", "ok", display.system)
    if not display.is_terminal:
        yield Finding(TERMINAL, "terminal", "note", "stdout is none: plain lines are printed")
    narrow = "" if display.columns >= _COLUMNS else f"At least {_COLUMNS} columns show everything."
    size = f"{display.columns} x {display.lines}"
    yield Finding(TERMINAL, "size", "note" if narrow else "ok", size, narrow)
    yield Finding(TERMINAL, "colour", "ok", f"{display.colour} (TERM={display.term})")
    encoding = display.encoding.lower()
    if encoding in ("utf-8", "utf8"):
        yield Finding(TERMINAL, "Unicode", "ok", encoding)
    else:
        advice = "Set LANG=C.UTF-8 (PYTHONUTF8=1 on Windows)."
        yield Finding(TERMINAL, "Unicode", "note", f"the encoding is {encoding}", advice)
    if display.releases is not None:
        detail = (
            "the talk key can be held" if display.releases else "no: Space is pressed to begin and to end"
        )
        yield Finding(TERMINAL, "key releases", "ok" if display.releases else "note", detail)
