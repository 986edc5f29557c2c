"""`doctor`: this machine, its sound, its engines and its terminal."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from realtime_cli.cli.finding import Finding, State, failure
from realtime_cli.cli.later import asyncio
from realtime_cli.errors import DeviceError

if TYPE_CHECKING:
    from realtime_cli.config.settings import Settings
    from realtime_cli.session.facts import Fact

SOUND = "sound"
TERMINAL = "terminal"
_LISTEN_S = 0.6
"""A microphone gives its first block within 0.2 s; what is quieter than -95 dBFS for this long is no microphone."""
_ANSWER_S = 0.3


async def sound(settings: Settings, *, try_devices: bool) -> AsyncIterator[Finding]:
    """PortAudio, the devices, and whether the chosen ones open and deliver."""
    from realtime_cli.devices.listing import list_devices

    try:
        rows = await asyncio.to_thread(list_devices)
    except DeviceError as error:
        found = failure(SOUND, "PortAudio", error)
        yield found if try_devices else replace(found, state="note")
        return
    yield Finding(SOUND, "PortAudio", "ok", f"{len(rows)} devices")
    for hint in _place_hints(os.environ, Path("/proc/version")):
        yield hint
    if not rows:
        advice = "Plug one in, or start the sound server; `talk --no-audio` types and reads."
        state: State = "fail" if try_devices else "note"
        yield Finding(SOUND, "devices", state, "there is none", advice, DeviceError.exit_code)
        return
    if try_devices:
        for finding in await _tried(settings):
            yield finding


async def _tried(settings: Settings) -> list[Finding]:
    from realtime_cli.runtime.audio_rig import AudioRig
    from realtime_cli.runtime.rig_plan import RigPlan
    from realtime_cli.session.facts import DeviceChanged, MicHeard

    facts: list[Fact] = []
    chosen = RigPlan(settings.input_device, settings.output_device)
    rig = AudioRig(facts.append, microphone=chosen.microphone(), speaker=chosen.speaker())
    try:
        await rig.start()
        await asyncio.sleep(_LISTEN_S)
    finally:
        await rig.stop()
    found = []
    for which in ("speaker", "microphone"):
        last = next((f for f in reversed(facts) if isinstance(f, DeviceChanged) and f.which == which), None)
        if last is None:
            continue
        if last.problem:
            advice = "See `realtime-cli devices`; choose with --input-device and --output-device."
            found.append(Finding(SOUND, which, "fail", last.problem, advice, DeviceError.exit_code))
        else:
            found.append(Finding(SOUND, which, "ok", f"{last.name} works"))
    loudest = max((f.level_dbfs for f in facts if isinstance(f, MicHeard)), default=None)
    if loudest is not None and loudest < -95:
        advice = (
            "System Settings, Privacy & Security, Microphone: allow this terminal, then start it anew."
            if sys.platform == "darwin"
            else "Is it muted, or not allowed for this program?"
        )
        found.append(Finding(SOUND, "microphone level", "note", "it delivers silence only", advice))
    return found


def _place_hints(environ: Mapping[str, str], version: Path) -> Iterator[Finding]:
    """Where sound is known to be special: WSL, SSH."""
    kernel = version.read_text().lower() if version.exists() else ""
    if "microsoft" in kernel:
        if "PULSE_SERVER" in environ or Path("/mnt/wslg/PulseServer").exists():
            yield Finding(
                SOUND, "WSL", "note", "sound goes through WSLg, with more delay than on Windows itself"
            )
        else:
            yield Finding(
                SOUND,
                "WSL",
                "note",
                "there is no WSLg, so no sound",
                "wsl --update, or run on Windows itself.",
            )
    if environ.get("SSH_CONNECTION") and "PULSE_SERVER" not in environ:
        advice = "Run it where you sit, or forward PulseAudio (PULSE_SERVER)."
        yield Finding(SOUND, "SSH", "note", "microphone and speaker are those of this far machine", advice)


def engines() -> Iterator[Finding]:
    """What the local server can use here."""
    from realtime_cli.server.engines.installed import what_is_installed

    missing: dict[str, str] = {}
    there: dict[str, list[str]] = {}
    for row in what_is_installed():
        if row.installed:
            there.setdefault(row.part, []).append(row.name)
        elif row.add:
            missing.setdefault(row.part, row.add)
    for part in {**there, **missing}:
        names = [name for name in there.get(part, []) if name not in ("none", "scripted", "tone")]
        if names or part == "answering":
            yield Finding("engines", part, "ok", ", ".join(names or there[part]))
        else:
            yield Finding("engines", part, "note", "only a stand-in", missing.get(part, ""))


async def terminal(environ: Mapping[str, str]) -> AsyncIterator[Finding]:
    """Colour, size, Unicode, key releases."""
    from realtime_cli.terminal.theme import theme_for

    here = f"Python {platform.python_version()} on {platform.system()} {platform.release()}"
    yield Finding(TERMINAL, "system", "ok", here)
    if not sys.stdout.isatty():
        yield Finding(TERMINAL, "terminal", "note", "stdout is none: plain lines are printed")
    theme = theme_for(environ, sys.stdout.encoding or "utf-8")
    size = shutil.get_terminal_size()
    narrow = "" if size.columns >= 40 else "At least 40 columns show everything."
    yield Finding(TERMINAL, "size", "note" if narrow else "ok", f"{size.columns} x {size.lines}", narrow)
    yield Finding(TERMINAL, "colour", "ok", f"{theme.colour.value} (TERM={environ.get('TERM', '')})")
    encoding = (sys.stdout.encoding or "").lower()
    if encoding in ("utf-8", "utf8"):
        yield Finding(TERMINAL, "Unicode", "ok", encoding)
    else:
        yield Finding(
            TERMINAL,
            "Unicode",
            "note",
            f"the encoding is {encoding}",
            "Set LANG=C.UTF-8 (PYTHONUTF8=1 on Windows).",
        )
    releases = await _tells_releases()
    if releases is not None:
        detail = "the talk key can be held" if releases else "no: Space is pressed to begin and to end"
        yield Finding(TERMINAL, "key releases", "ok" if releases else "note", detail)


async def _tells_releases() -> bool | None:
    """Whether the terminal reports key releases (kitty protocol); None where no keys can be read."""
    from realtime_cli.terminal.key_input import find_key_input

    keys = find_key_input()
    if keys is None:
        return None
    keys.open(lambda stroke: None, lambda: None, lambda: None)
    try:
        await asyncio.sleep(_ANSWER_S)
        return keys.can_hold
    finally:
        keys.close()
