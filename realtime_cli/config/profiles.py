"""Profiles: settings and a template under a name, each a file of its own in the user's configuration folder."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from realtime_cli.config.paths import config_dir
from realtime_cli.errors import ConfigError

INPUT = "$input"
"""In a template: where the prompt goes."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def profiles_dir(environ: Mapping[str, str]) -> Path:
    """Where profiles are; it need not exist."""
    return config_dir(environ) / "profiles"


def profile_file(name: str, environ: Mapping[str, str]) -> Path:
    """The file of one profile; it need not exist.

    Raises:
        ConfigError: The name cannot be one (it never leaves the folder).
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"{name!r} is no name for a profile", advice="Use letters, digits, dots and dashes."
        )
    return profiles_dir(environ) / f"{name}.toml"


def profile_names(environ: Mapping[str, str]) -> list[str]:
    """All profiles, sorted."""
    return sorted(path.stem for path in profiles_dir(environ).glob("*.toml"))


def read_profile(name: str, environ: Mapping[str, str]) -> tuple[Path, dict[str, Any]]:
    """A profile's file and what it says.

    Raises:
        ConfigError: There is no such profile, or it cannot be read.
    """
    path = profile_file(name, environ)
    if not path.is_file():
        near = get_close_matches(name, profile_names(environ), n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Make it with `realtime-cli profiles edit {name}`."
        raise ConfigError(f"There is no profile {name!r}", advice=hint)
    values = read_toml(path)
    if "profile" in values:
        raise ConfigError(f"profile in {path}: a profile cannot take another one", advice="Remove that line.")
    return path, values


def filled(template: str, prompt: str | None) -> str:
    """A template with the prompt in its place, or after it where it names none."""
    text = prompt or ""
    if INPUT in template:
        return template.replace(INPUT, text)
    return f"{template.rstrip()}\n\n{text}" if text else template


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file's top level; dashes in names count as underscores.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise ConfigError(f"{path} cannot be read: {exc}", advice="Fix or remove the file.") from exc
    return {name.replace("-", "_"): value for name, value in values.items()}
