"""Tables of the configuration: services, commands and servers of the user's own."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec


class ProviderEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[providers.NAME]` in TOML: a service of the user's own."""

    url: str
    key_var: str = ""
    dialect: Literal["auto", "ga", "beta"] = "auto"
    model: str = ""
    voice: str = ""
    title: str = ""
    key_header: str = ""
    transcription_model: str = ""
    input_rate_hz: Literal[8000, 16000, 24000] = 24000
    context_window: int = 0
    lacks: tuple[str, ...] = ()
    """Abilities it has not, by name (`realtime-cli providers --abilities`)."""


Approval: TypeAlias = Literal["auto", "ask", "never"]


class ShellToolEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[shell_tools.NAME]` in TOML: a command that the model may run. `args` describes its places."""

    description: str
    command: tuple[str, ...]
    args: dict[str, str] = {}
    folder: str | None = None
    env: dict[str, str] = {}
    timeout_s: Annotated[float, msgspec.Meta(gt=0)] | None = None
    output_limit_chars: Annotated[int, msgspec.Meta(ge=1, le=64_000)] = 16_000
    read_only: bool = False
    approve: Approval | None = None
    on_interruption: Literal["keep", "cancel"] = "keep"


class McpServerEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[mcp_servers.NAME]` in TOML: a command, or a URL. The same words as in other programs' `mcpServers`."""

    command: str | None = None
    args: tuple[str, ...] = ()
    env: dict[str, str] = {}
    cwd: str | None = None
    url: str | None = None
    headers: dict[str, str] = {}
    type: Literal["stdio", "http", "streamable-http", "sse"] | None = None
    disabled: bool = False
