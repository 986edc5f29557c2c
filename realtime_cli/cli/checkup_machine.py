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

from realtime_cli.cli.checkup_findings import (
    SOUND,
    Display,
    Place,
    device_findings,
    display_findings,
    engine_findings,
    place_findings,
)
from realtime_cli.cli.finding import Finding, State, failure
from realtime_cli.cli.later import asyncio
from realtime_cli.errors import DeviceError

if TYPE_CHECKING:
    from realtime_cli.config.settings import Settings
    from realtime_cli.session.facts import Fact

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
    for hint in place_findings(_place()):
        yield hint
    if not rows:
        advice = "Plug one in, or start the sound server; `talk --no-audio` types and reads."
        state: State = "fail" if try_devices else "note"
        yield Finding(SOUND, "devices", state, "there is none", advice, DeviceError.exit_code)
        return
    if try_devices:
        for finding in await _tried(settings):
            yield finding


def _place() -> Place:
    version = Path("/proc/version")
    kernel = version.read_text(encoding="utf-8", errors="replace") if version.exists() else ""
    return Place(sys.platform, kernel, Path("/mnt/wslg/PulseServer").exists(), os.environ)


async def _tried(settings: Settings) -> list[Finding]:
    from realtime_cli.runtime.audio_rig import AudioRig
    from realtime_cli.runtime.rig_plan import RigPlan

    facts: list[Fact] = []
    chosen = RigPlan(settings.input_device, settings.output_device)
    rig = AudioRig(facts.append, microphone=chosen.microphone(), speaker=chosen.speaker())
    try:
        await rig.start()
        await asyncio.sleep(_LISTEN_S)
    finally:
        await rig.stop()
    return list(device_findings(facts, sys.platform))


def engines() -> Iterator[Finding]:
    """What the local server can use here."""
    from realtime_cli.server.engines.installed import what_is_installed

    yield from engine_findings(what_is_installed())


async def terminal(environ: Mapping[str, str]) -> AsyncIterator[Finding]:
    """Colour, size, Unicode, key releases."""
    from realtime_cli.terminal.theme import theme_for

    size = shutil.get_terminal_size()
    encoding = sys.stdout.encoding or "utf-8"
    display = Display(
        system=f"Python {platform.python_version()} on {platform.system()} {platform.release()}",
        is_terminal=sys.stdout.isatty(),
        columns=size.columns,
        lines=size.lines,
        colour=theme_for(environ, encoding).colour.value,
        term=environ.get("TERM", ""),
        encoding=encoding,
        releases=await _tells_releases(),
    )
    for finding in display_findings(display):
        yield finding


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
