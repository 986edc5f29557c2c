"""`realtime-cli doctor`: everything between this terminal and the model, looked at in order."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from realtime_cli.cli import options, session_options
from realtime_cli.cli.boundary import guarded
from realtime_cli.cli.finding import Finding, failure
from realtime_cli.cli.flags import Flags, only, takes
from realtime_cli.cli.later import asyncio
from realtime_cli.cli.table import print_json
from realtime_cli.errors import RealtimeCliError
from realtime_cli.terminal.sanitize import clean_line

if TYPE_CHECKING:
    from realtime_cli.cli.preparation import Prepared

CONFIGURATION = "configuration"
_MARKS = {"ok": "ok", "note": "--", "fail": "!!"}


@guarded
@takes(
    options.Service,
    options.Account,
    only(session_options.Way, "ca_file", "proxy"),
    options.Trust,
    options.Project,
)
def doctor(
    *,
    flags: Flags,
    network: Annotated[
        bool,
        typer.Option(
            "--network/--no-network", help="Connect to the service. Nothing is asked, nothing billed."
        ),
    ] = True,
    sound: Annotated[
        bool, typer.Option("--sound/--no-sound", help="Open microphone and speaker for a moment, in silence.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    debug: options.Debug = False,
) -> int:
    """Look at everything between this terminal and the model; each failed line comes with its next step.

    The exit code is that of the first failure (77: the key, 69: the network, 74: sound devices ...), 0 when all works.

    Examples: `realtime-cli doctor`; `realtime-cli doctor --provider xai --no-sound`; `realtime-cli doctor --json`.
    """
    findings = asyncio.run(_look(flags, network=network, try_devices=sound, shown=not as_json))
    failed = [finding for finding in findings if finding.state == "fail"]
    if as_json:
        print_json({"findings": [asdict(finding) for finding in findings], "failed": len(failed)})
    else:
        count = f"{len(failed)} thing{'s' if len(failed) > 1 else ''} to mend" if failed else "All is well"
        sys.stdout.write(f"\n{count}.\n")
    return failed[0].exit_code if failed else 0


async def _look(flags: dict[str, object], *, network: bool, try_devices: bool, shown: bool) -> list[Finding]:
    findings = []
    part = ""
    async for finding in _parts(flags, network=network, try_devices=try_devices):
        findings.append(finding)
        if shown:
            if finding.part != part:
                part = finding.part
                sys.stdout.write(f"\n{part.capitalize()}\n")
            _print(finding)
    return findings


async def _parts(flags: dict[str, object], *, network: bool, try_devices: bool) -> AsyncIterator[Finding]:
    from realtime_cli.cli import checkup_machine, checkup_network
    from realtime_cli.cli.preparation import prepare
    from realtime_cli.config.settings import Settings

    prepared: Prepared | None = None
    for finding in _sources():
        yield finding
    try:
        prepared = prepare(flags, may_fall_back=True)
    except RealtimeCliError as error:
        yield failure(CONFIGURATION, "settings", error)
    else:
        for finding in _configuration(prepared):
            yield finding
    if prepared is not None and network:
        async for finding in checkup_network.network(prepared):
            yield finding
    settings = prepared.settings if prepared is not None else Settings()
    async for finding in checkup_machine.sound(settings, try_devices=try_devices):
        yield finding
    for finding in checkup_machine.engines():
        yield finding
    async for finding in checkup_machine.terminal(os.environ):
        yield finding


def _sources() -> Iterator[Finding]:
    from pathlib import Path

    from realtime_cli.config.paths import DOTENV_FILE, PROJECT_FILE, config_file

    user = config_file(os.environ)
    yield Finding(CONFIGURATION, "user file", "ok", f"{user}{'' if user.exists() else ' (not there)'}")
    for name in (PROJECT_FILE, DOTENV_FILE):
        if Path(name).exists():
            yield Finding(CONFIGURATION, "this folder", "note", f"{name} is read")


def _configuration(prepared: Prepared) -> Iterator[Finding]:
    """Where each value came from; header values are secrets and stay out."""
    loaded, target = prepared.loaded, prepared.target
    by_origin = sorted(loaded.origins.items(), key=lambda pair: pair[1])
    for origin, names in groupby(by_origin, key=lambda pair: pair[1]):
        yield Finding(
            CONFIGURATION, "settings", "ok", f"from {origin}: {', '.join(name for name, _ in names)}"
        )
    yield Finding(
        CONFIGURATION, "service", "ok", f"{target.provider.title}: {target.why}; model {target.model or '-'}"
    )
    if target.key_var:
        place = loaded.environment.origin(target.key_var)
        yield Finding(CONFIGURATION, "key", "ok", f"{target.key_var}, from {place}; it is never shown")
    elif target.url:
        yield Finding(CONFIGURATION, "key", "note", "none is sent")
    else:
        advice = "Set OPENAI_API_KEY, or `realtime-cli keys set openai`, to talk to a hosted model."
        yield Finding(CONFIGURATION, "key", "note", "none is needed: the local server answers", advice)


def _print(finding: Finding) -> None:
    advice = f" {finding.advice}" if finding.advice else ""
    line = clean_line(
        f"{finding.name}: {finding.detail}.{advice}" if advice else f"{finding.name}: {finding.detail}"
    )
    sys.stdout.write(f"  {_MARKS[finding.state]}  {line}\n")
    sys.stdout.flush()
