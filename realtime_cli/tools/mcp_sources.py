"""Which MCP servers there are: a command, an address, or a file with `mcpServers` as other programs use it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from realtime_cli.errors import ConfigError, InputError
from realtime_cli.tools.command_words import words_of


@dataclass(frozen=True, slots=True)
class McpSource:
    """One server.

    Attributes:
        label: For people, and in front of tool names that would clash.
        argv: The command that speaks MCP on its stdin and stdout; () where there is a URL.
        env: For the command, besides the harmless part of our environment. May hold secrets.
        folder: Its working directory.
        url: Streamable HTTP, or server-sent events where `legacy` is True.
        headers: May hold secrets.
    """

    label: str
    argv: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    folder: str | None = None
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    legacy: bool = False


def read_source(given: str) -> list[McpSource]:
    """The servers of one `--mcp`: a URL, a JSON file, or a command with its arguments.

    Raises:
        ConfigError, InputError: It cannot be understood.
    """
    given = given.strip()
    if re.match(r"https?://", given):
        return [McpSource(_host(given), url=given)]
    if given.endswith(".json") and (Path(given).expanduser().is_file() or " " not in given):
        return read_file(Path(given).expanduser())
    try:
        argv = tuple(words_of(given))
    except ValueError as exc:
        raise ConfigError(f"--mcp {given[:60]!r}: {exc}", advice="Check the quotes.") from exc
    if not argv:
        raise ConfigError("--mcp is empty", advice="Give a command, a URL, or a JSON file.")
    return [McpSource(_command_label(argv), argv=argv)]


def read_file(path: Path) -> list[McpSource]:
    """The servers of a file `{"mcpServers": {"name": {"command": ..., "args": [...]} | {"url": ...}}}`.

    Raises:
        InputError: It cannot be read, or is not of that form; the message names the entry.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise InputError(f"The MCP file {path} cannot be read: {exc}", advice="Check path and JSON.") from exc
    servers = content.get("mcpServers", content.get("servers")) if isinstance(content, dict) else None
    if not isinstance(servers, dict):
        raise InputError(f"{path} holds no mcpServers", advice='Expected {"mcpServers": {...}}.')
    return [
        source_of(str(label), entry, str(path))
        for label, entry in servers.items()
        if not (isinstance(entry, dict) and entry.get("disabled"))
    ]


def source_of(label: str, entry: object, where: str) -> McpSource:
    """One entry of `mcpServers`. `${NAME}` and `${NAME:-default}` stand for variables of the environment.

    Raises:
        InputError: The entry is not understood.
    """

    def wrong(what: str) -> InputError:
        return InputError(f"{where}: the MCP server {label!r} {what}", advice="Correct it there.")

    if not isinstance(entry, dict):
        raise wrong("is not an object")
    url, command = entry.get("url") or entry.get("serverUrl"), entry.get("command")
    if isinstance(url, str) and re.match(r"https?://", url):
        headers = _texts(entry.get("headers", {}))
        if headers is None:
            raise wrong("has headers that are not text")
        legacy = entry.get("type") == "sse"
        return McpSource(label, url=expanded(url), headers=headers, legacy=legacy)
    words = command if isinstance(command, list) else [command, *_list(entry.get("args"))]
    if not words or not all(isinstance(word, str) and word for word in words):
        raise wrong("has neither a command nor a URL")
    env = _texts(entry.get("env", {}))
    if env is None:
        raise wrong("has an env that is not text")
    folder = entry.get("cwd") or entry.get("folder")
    argv = tuple(expanded(str(word)) for word in words)
    return McpSource(label, argv=argv, env=env, folder=expanded(folder) if folder else None)


def expanded(text: str) -> str:
    """`${NAME}` and `${NAME:-default}` replaced."""

    def value(match: re.Match[str]) -> str:
        return os.environ.get(match[1]) or (match[2] or "")

    return re.sub(r"\$\{(?:env:)?([A-Za-z_]\w*)(?::-([^}]*))?\}", value, text)


def _texts(values: Any) -> dict[str, str] | None:
    if not isinstance(values, dict) or not all(
        isinstance(value, str | int | float) for value in values.values()
    ):
        return None
    return {str(name): expanded(str(value)) for name, value in values.items()}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _host(url: str) -> str:
    return re.sub(r"^https?://([^/@]*@)?([^/:?#]+).*", r"\2", url, flags=re.DOTALL)


def _command_label(argv: tuple[str, ...]) -> str:
    """`npx -y @scope/server-files DIR` -> `server-files`, `python -m mail_mcp` -> `mail_mcp`."""
    words = [word for word in argv if not word.startswith("-")]
    runners = {
        "npx",
        "uvx",
        "uv",
        "run",
        "python",
        "python3",
        "node",
        "docker",
        "pipx",
        "bunx",
        "deno",
        "tool",
    }
    named = [
        word
        for word in words
        if Path(word).name not in runners and not Path(word).name.startswith("python3.")
    ]
    return Path((named or words or list(argv))[0]).stem
