"""What `talk` and `send-text` need before a session begins: settings, target, tools, a way to the other end."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from realtime_cli.cli.boundary import say
from realtime_cli.cli.equipment import Equipment
from realtime_cli.cli.log_lines import LogLines, harmless
from realtime_cli.config.environment import refuse_secret
from realtime_cli.config.paths import DOTENV_FILE, PROJECT_FILE
from realtime_cli.config.settings import Loaded, Settings, load
from realtime_cli.config.trust import check_project
from realtime_cli.errors import ConfigError, RecordingError
from realtime_cli.providers.address import check_proxy, host_of, is_loopback
from realtime_cli.providers.choice import choose
from realtime_cli.providers.provider import Target

if TYPE_CHECKING:
    from realtime_cli.protocol import FunctionTool
    from realtime_cli.runtime.wiretap import Tap
    from realtime_cli.tools.toolbox import Toolbox
    from realtime_cli.transport.transport import Opener


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that was decided; nothing is open yet.

    Attributes:
        equipment: The functions, once they are there (`equipment.equipped`).
    """

    loaded: Loaded
    target: Target
    equipment: Equipment = field(default_factory=Equipment)

    @property
    def settings(self) -> Settings:
        """The merged settings."""
        return self.loaded.settings

    @property
    def toolbox(self) -> Toolbox | None:
        """None when no functions were given."""
        return self.equipment.toolbox

    @property
    def definitions(self) -> list[FunctionTool]:
        """What the model is told about the tools."""
        return self.equipment.definitions

    @property
    def remarks(self) -> tuple[str, ...]:
        """Lines for the user, such as functions that were left out."""
        return self.equipment.remarks


def prepare(flags: Mapping[str, object], *, may_fall_back: bool) -> Prepared:
    """Read all sources, choose the service.

    Raises:
        ConfigError, NotAuthorized, InputError: See `config.settings.load`, `providers.choice.choose`,
            `providers.address.check_proxy`, `server.engines.endpoint`.
    """
    given = dict(flags)
    if given.get("llm") and not given.get("provider") and not given.get("url"):
        given["provider"] = "local"  # only the local server asks a language model
    loaded = load(given, os.environ, Path())
    if given.get("url") and not given.get("provider") and loaded.settings.provider == "local":
        # A variable or a file says "local", the command line an address: the nearer word counts, and it is no default.
        loaded = load({**given, "provider": "auto"}, os.environ, Path())
    refuse_secret(loaded.settings.key or "")
    target = choose(loaded, may_fall_back=may_fall_back)
    _check_project(loaded, target)
    check_proxy(loaded.settings.proxy)
    if not target.url and loaded.settings.llm:
        from realtime_cli.server.engines.endpoint import endpoint

        model = loaded.settings.llm_model or "the first model"
        target = replace(target, model=model, why=f"answers by {endpoint(loaded.settings.llm).host}")
    return Prepared(loaded, target)


def _check_project(loaded: Loaded, target: Target) -> None:
    """Files of the current folder decide nothing that could harm, unless the user trusts them."""
    trusted = loaded.settings.trust_project and not loaded.from_project("trust_project")
    here = not target.url or is_loopback(host_of(target.url))
    check_project(loaded.origins, (PROJECT_FILE, DOTENV_FILE), trusted=trusted, is_this_machine=here)
    words = loaded.settings.instructions or ""
    if not trusted and loaded.from_project("instructions") and words.startswith("@"):
        raise ConfigError(
            f"{loaded.origins['instructions']} in this folder wants to send the file {words[1:]} to the model",
            advice="Use --trust-project if this folder is yours.",
        )


_DESTINATION = ("provider", "url", "proxy", "providers")


def project_remark(prepared: Prepared) -> str:
    """Names the file of the current folder that decides where a key goes; "" where none does."""
    loaded, target = prepared.loaded, prepared.target
    found = {loaded.origins[name]: name for name in reversed(_DESTINATION) if loaded.from_project(name)}
    variable = target.provider.url_var
    if variable and loaded.environment.origin(variable) == DOTENV_FILE:
        found[DOTENV_FILE] = variable
    if not found or not target.url:
        return ""
    files = " and ".join(f"{file} ({name})" for file, name in found.items())
    return f"{files} in this folder sends this to {host_of(target.url)}."


@asynccontextmanager
async def line_to(prepared: Prepared, tell: Callable[[str], None] | None = None) -> AsyncIterator[Opener]:
    """The way to the other end: a WebSocket, or the local server inside this process, which ends with the block.

    Args:
        tell: Takes lines for the user: what the local server lacks, what it could use.

    Raises:
        ConfigError: An engine that was asked for is not installed.
    """
    if prepared.target.url:
        from realtime_cli.runtime.early import EarlyOpener
        from realtime_cli.runtime.remote import INSECURE, opener_to

        if prepared.settings.insecure:
            say(f"WARNING: {INSECURE}")
        opener = opener_to(prepared.target, prepared.settings)
        async with EarlyOpener(opener) as early:
            yield early
        return
    from realtime_cli.runtime.local import LocalServer
    from realtime_cli.runtime.local_engines import behaviour_of, engines_of, offer

    engines = engines_of(prepared.loaded)
    if tell is not None:
        for line in (*engines.missing, engines.brain.banner, offer(prepared.settings)):
            if line:
                tell(line)
    async with LocalServer(engines, behaviour_of(prepared.settings, engines)) as server:
        yield server.open


def protocol_tap(*, debug: bool, log_file: str | None, screen_is_ours: bool) -> Tap | None:
    """Where `--debug` writes what goes over the wire, keys and audio taken out.

    To the log file where there is one, else to stderr, but not into the middle of a live view.
    """
    if not debug:
        return None
    if log_file is not None:
        log = logging.getLogger("realtime_cli.wire")
        return lambda direction, text: log.debug("%s %s", direction, text)
    if screen_is_ours:
        return None
    return lambda direction, text: print(direction, harmless(text), file=sys.stderr)  # noqa: T201


def start_log(log_file: str | None, *, debug: bool) -> None:
    """Send the program's log to a file of the user's own (0600); without one there is no log.

    Raises:
        RecordingError: The file cannot be written.
    """
    root = logging.getLogger("realtime_cli")
    if log_file is None:
        root.addHandler(logging.NullHandler())
        return
    try:
        os.close(os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        handler = logging.FileHandler(log_file, encoding="utf-8")
    except OSError as exc:
        raise RecordingError(
            f"The log file {log_file} cannot be written: {exc.strerror or exc}",
            advice="Choose another place.",
        ) from exc
    handler.setFormatter(LogLines())
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if debug else logging.INFO)
