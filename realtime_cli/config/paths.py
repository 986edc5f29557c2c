"""Where files live on this platform."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

PROJECT_FILE = "realtime-cli.toml"
DOTENV_FILE = ".env"


def config_dir(environ: Mapping[str, str]) -> Path:
    """The user's configuration folder; `REALTIME_CLI_CONFIG_DIR` moves it. It need not exist."""
    if moved := environ.get("REALTIME_CLI_CONFIG_DIR"):
        return Path(moved)
    from platformdirs import user_config_path

    return user_config_path("realtime-cli", appauthor=False)


def config_file(environ: Mapping[str, str]) -> Path:
    """The user's `config.toml`."""
    return config_dir(environ) / "config.toml"


def data_dir(environ: Mapping[str, str]) -> Path:
    """Where the history lives; `REALTIME_CLI_DATA_DIR` moves it. It need not exist."""
    if moved := environ.get("REALTIME_CLI_DATA_DIR"):
        return Path(moved)
    from platformdirs import user_data_path

    return user_data_path("realtime-cli", appauthor=False)
