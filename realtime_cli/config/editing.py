"""Changes to the user's configuration file that leave everything else in it as it was, comments too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from realtime_cli.config.private_file import write_privately
from realtime_cli.config.settings import LISTS, TABLES, checked
from realtime_cli.errors import ConfigError


def change(path: Path, name: str, values: Sequence[str] | None) -> None:
    """Set one setting, or remove it (`values` None).

    Raises:
        ConfigError: The value does not fit, or the file cannot be read.
        RecordingError: The file cannot be written.
    """
    if name in TABLES:
        raise ConfigError(f"{name} is a table", advice="Change it with `realtime-cli config edit`.")
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
    except (OSError, UnicodeDecodeError, TOMLKitError) as exc:
        raise ConfigError(f"{path} cannot be read: {exc}", advice="Fix or remove the file.") from exc
    for spelling in (name, name.replace("_", "-")):
        if spelling in document and (values is None or spelling != name):
            document.remove(spelling)
    if values is not None:
        document[name] = _value(name, values)
    write_privately(path, tomlkit.dumps(document))


def _value(name: str, values: Sequence[str]) -> Any:
    if name in LISTS:
        return list(checked("command line", name, list(values)))
    if len(values) != 1:
        raise ConfigError(f"{name} takes one value", advice="Quote it when it has spaces.")
    return checked("command line", name, values[0])
