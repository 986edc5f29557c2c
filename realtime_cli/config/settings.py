"""One settings object from seven sources.

flags > profile > environment > `.env` in the current folder > `realtime-cli.toml` in the current folder > user config
> defaults

Every setting has one name: `silence_ms` in TOML, `REALTIME_CLI_SILENCE_MS` in the environment, `--silence-ms` on the
command line. Keys of services (`OPENAI_API_KEY` ...) come from the environment, `.env` or the store of `keys set`,
never from TOML. A profile is a file of the user's that is asked for by name, so it stands above what is always there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from realtime_cli.config.entries import Approval as Approval
from realtime_cli.config.entries import McpServerEntry as McpServerEntry
from realtime_cli.config.entries import ProviderEntry as ProviderEntry
from realtime_cli.config.entries import ShellToolEntry as ShellToolEntry
from realtime_cli.config.environment import Environment as Environment
from realtime_cli.config.environment import read_environment as read_environment
from realtime_cli.config.paths import DOTENV_FILE, PROJECT_FILE, config_file
from realtime_cli.config.profiles import read_profile, read_toml
from realtime_cli.errors import ConfigError

ENV_PREFIX = "REALTIME_CLI_"
FLAGS = "command line"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the user wants. `None` means: not said, the provider's or the server's default holds."""

    profile: str | None = None
    template: str | None = None
    key: str | None = None
    provider: str = "auto"
    url: str | None = None
    model: str | None = None
    voice: str | None = None
    instructions: str | None = None
    transcription_model: str | None = None
    dialect: Literal["auto", "ga", "beta"] = "auto"

    vad: Literal["server", "semantic"] = "server"
    ptt: bool = False
    eagerness: Literal["auto", "low", "medium", "high"] | None = None
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    prefix_padding_ms: Annotated[int, msgspec.Meta(ge=0, le=10_000)] | None = None
    silence_ms: Annotated[int, msgspec.Meta(ge=0, le=60_000)] | None = None
    auto_response: bool = True
    interrupt: bool = True
    idle_timeout_ms: Annotated[int, msgspec.Meta(ge=1000, le=600_000)] | None = None

    max_tokens: Annotated[int, msgspec.Meta(ge=1)] | Literal["inf"] | None = None
    tool_choice: str | None = None
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh"] | None = None
    parallel_tool_calls: bool | None = None
    truncation: str | None = None
    speed: Annotated[float, msgspec.Meta(ge=0.25, le=1.5)] | None = None
    noise_reduction: Literal["near_field", "far_field", "off"] | None = None
    language: str | None = None
    transcription_prompt: str | None = None
    keywords: tuple[str, ...] = ()
    transcription_delay: Literal["minimal", "low", "medium", "high", "xhigh"] | None = None
    include: tuple[str, ...] = ()
    tracing: bool | None = None
    hosted_mcp: tuple[str, ...] = ()
    hosted_mcp_approval: Literal["ask", "always", "never"] = "ask"
    context_policy: Literal["delete", "server", "off"] = "server"
    context_window: Annotated[int, msgspec.Meta(ge=1000)] | None = None
    retry: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
    ephemeral: bool = False
    header: tuple[str, ...] = ()
    ca_file: str | None = None
    proxy: str | None = None

    input_device: int | str | None = None
    output_device: int | str | None = None
    input_file: str | None = None
    output_file: str | None = None
    audio: bool = True
    echo: Literal["auto", "aec", "gate", "off"] = "auto"
    headphones: bool | None = None
    audio_latency: str = "auto"
    volume: Annotated[int, msgspec.Meta(ge=0, le=200)] = 100
    noise_suppression: bool = True
    auto_gain: bool = False
    local_barge_in: bool = True
    cues: bool = False
    audio_format: Literal["pcm16", "pcmu", "pcma"] = "pcm16"
    trim_silence: bool = False

    tools: tuple[str, ...] = ()
    tool: tuple[str, ...] = ()
    mcp: tuple[str, ...] = ()
    builtin: tuple[str, ...] = ()
    approve: Approval | None = None
    tool_folder: str = "."
    tool_hosts: tuple[str, ...] = ()
    tool_timeout_s: Annotated[float, msgspec.Meta(gt=0)] = 120.0
    tool_rounds: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 20
    tools_debug: bool = False
    tool_approvals: dict[str, Approval] = {}
    shell_tools: dict[str, ShellToolEntry] = {}
    mcp_servers: dict[str, McpServerEntry] = {}

    plain: bool = False
    jsonl: bool = False
    show_cost: bool = True
    keys: dict[str, str | tuple[str, ...]] = {}
    timeout_s: Annotated[float, msgspec.Meta(gt=0)] | None = None
    log_file: str | None = None

    history: bool = True
    history_days: Annotated[float, msgspec.Meta(gt=0)] | None = None
    journal: str | None = None
    journal_audio: bool = False
    record: str | None = None
    record_format: Literal["wav", "flac"] = "wav"
    max_cost: Annotated[float, msgspec.Meta(gt=0)] | None = None
    max_minutes: Annotated[float, msgspec.Meta(gt=0)] | None = None
    idle_timeout_s: Annotated[float, msgspec.Meta(gt=0)] | None = None
    prices: dict[str, dict[str, float | str]] = {}
    title: Literal["words", "model"] = "words"

    trust_project: bool = False
    insecure: bool = False

    stt_engine: str = "auto"
    tts_engine: str = "auto"
    vad_engine: str = "auto"
    brain: str = "auto"
    llm: str | None = None
    llm_model: str | None = None
    stt_url: str | None = None
    stt_model: str | None = None
    tts_url: str | None = None
    tts_model: str | None = None
    tts_voice: str | None = None

    providers: dict[str, ProviderEntry] = {}


LISTS = ("tools", "tool", "mcp", "hosted_mcp", "builtin", "tool_hosts", "header", "keywords", "include")
"""Settings that are lists: separated by commas in variables; `tool` by line breaks, as a command may hold commas."""

TABLES = ("providers", "keys", "prices", "tool_approvals", "shell_tools", "mcp_servers")
"""Settings that are tables: in files only."""

_FIELDS = {field.name: field.type for field in msgspec.structs.fields(Settings)}


def setting_types() -> dict[str, Any]:
    """All settings with their types."""
    return dict(_FIELDS)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The merged settings, where each one came from, and the environment they were read with."""

    settings: Settings
    origins: Mapping[str, str]
    environment: Environment

    def from_project(self, name: str) -> bool:
        """Whether a setting was made by a file of the current folder (which may be somebody else's)."""
        origin = self.origins.get(name, "")
        return Path(origin).name in (PROJECT_FILE, DOTENV_FILE) and Path(origin).parent == Path()


def load(flags: Mapping[str, Any], environ: Mapping[str, str], folder: Path) -> Loaded:
    """Merge all sources; flags that are None were not given.

    Raises:
        ConfigError: A source cannot be read or holds a wrong value; names the source, the key and what was expected.
    """
    environment = read_environment(environ, folder)
    layers: list[tuple[str, dict[str, Any]]] = [
        (str(path), read_toml(path)) for path in (config_file(environ),) if path.is_file()
    ]
    project = folder / PROJECT_FILE
    if project.is_file():
        layers.append((PROJECT_FILE, read_toml(project)))
    layers.extend(_variables(environment))
    given = {name: value for name, value in flags.items() if value is not None}
    layers.append((FLAGS, given))
    wanted = [values["profile"] for _, values in layers if values.get("profile")]
    if wanted:  # just below the flags; the last that names one decides which
        path, values = read_profile(str(wanted[-1]), environ)
        layers.insert(-1, (str(path), values))

    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for source, values in layers:
        for name, value in values.items():
            if name == "trust_project" and source in (PROJECT_FILE, DOTENV_FILE):
                raise ConfigError(
                    f"{source} in this folder asks to be trusted",
                    advice="Remove trust_project there; give --trust-project yourself if you trust the folder.",
                )
            merged[name] = checked(source, name, value)
            origins[name] = source
    return Loaded(Settings(**merged), origins, environment)


def _variables(environment: Environment) -> list[tuple[str, dict[str, Any]]]:
    """`REALTIME_CLI_*`: first those of `.env`, then the real ones, which win."""
    found: dict[str, dict[str, Any]] = {DOTENV_FILE: {}, "environment": {}}
    for variable, text in environment.values.items():
        name = variable.removeprefix(ENV_PREFIX).lower()
        if not variable.startswith(ENV_PREFIX) or name not in _FIELDS or name in TABLES or not text:
            continue  # other variables may carry our prefix for reasons of their own
        parts = (part.strip() for part in text.split("\n" if name == "tool" else ","))
        value: Any = [part for part in parts if part] if name in LISTS else text
        found[environment.origin(variable)][name] = value
    return list(found.items())


def checked(source: str, name: str, value: Any) -> Any:
    """The value in its declared type; text from variables may spell numbers and booleans."""
    expected = _FIELDS.get(name)
    where = (
        f"{ENV_PREFIX}{name.upper()} in the environment" if source == "environment" else f"{name} in {source}"
    )
    if expected is None:
        raise ConfigError(f"{where}: there is no such setting", advice="See `realtime-cli talk --help`.")
    choices, others = _choices(expected)
    if isinstance(value, str):
        if value in choices:
            return value  # msgspec would try "inf" as a number alone
        value = _spelled_out(value, expected)
    try:
        return msgspec.convert(value, expected, strict=not isinstance(value, str))
    except msgspec.ValidationError as exc:
        problem = _in_words(str(exc))
        if choices and not others:
            problem = f"expected one of {', '.join(choices)}"
        elif choices and not problem.startswith("expected"):
            problem = f"expected a number, or {', '.join(choices)}"
        shown = "" if isinstance(value, dict) else f" (got {str(value)[:40]!r})"
        raise ConfigError(f"{where}: {problem}{shown}", advice="Correct it there.") from exc


def _in_words(problem: str) -> str:
    """msgspec's sentence with types as people call them."""
    told = re.sub(r"`(\w+)(?: \| \w+)*`", lambda match: _TYPE_WORDS.get(match[1], match[0]), problem)
    return told[:1].lower() + told[1:]


_TYPE_WORDS = {
    "int": "a whole number", "float": "a number", "bool": "true or false", "str": "text", "array": "a list",
    "object": "a table",
}  # fmt: skip


def _choices(expected: Any) -> tuple[list[str], bool]:
    """The words a setting may be, and whether it may be something else, too (None apart)."""
    parts = get_args(expected) if get_origin(expected) in (Union, UnionType) else (expected,)
    words = [str(word) for part in parts if get_origin(part) is Literal for word in get_args(part)]
    return words, any(part is not NoneType and get_origin(part) is not Literal for part in parts)


def _spelled_out(text: str, expected: Any) -> Any:
    """Words for booleans, and device numbers, as people write them in variables."""
    if expected is bool or bool in get_args(expected):
        return {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(text.lower(), text)
    if int in get_args(expected) and str in get_args(expected) and text.isdecimal():
        return int(text)
    return text
