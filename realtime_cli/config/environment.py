"""Environment variables, those of `.env` and stored keys, as one thing that knows where each value came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from realtime_cli.config.keys import KeyStore, keys_file, looks_secret
from realtime_cli.config.paths import DOTENV_FILE
from realtime_cli.config.secret import Secret
from realtime_cli.errors import ConfigError

NAMED_KEY = "stored key"


@dataclass(frozen=True, slots=True)
class Environment:
    """Environment variables with those of `.env` below them, stored keys at the bottom."""

    values: Mapping[str, str]
    origins: Mapping[str, str]
    stored: KeyStore | None = None

    def key(self, name: str) -> Secret | None:
        """A key by its variable's name; empty counts as not set.

        Raises:
            ConfigError: It is stored, but its place does not give it.
        """
        value = self.values.get(name, "").strip()
        if value:
            return Secret(value)
        return self.stored.get(name) if self.stored is not None else None

    def origin(self, name: str) -> str:
        """ "environment", the path of the `.env` file, or the place of a stored key."""
        if name in self.origins:
            return self.origins[name]
        if not self.values.get(name, "").strip() and self.stored is not None and name in self.stored.names():
            return self.stored.place(name)
        return "environment"

    def with_named_key(self, key_name: str, variable: str) -> Environment:
        """This environment with a stored key in the place of a variable (`--key NAME`).

        Raises:
            ConfigError: There is no such key; or a key was given instead of a name.
        """
        refuse_secret(key_name)
        stored = self.stored
        for name in (key_name, key_name.upper(), f"{key_name.upper()}_API_KEY"):
            key = stored.get(name) if stored is not None else None
            if key is not None:
                return replace(
                    self,
                    values={**self.values, variable: key.reveal()},
                    origins={**self.origins, variable: f"{NAMED_KEY} {name}"},
                )
        known = ", ".join(stored.names()) if stored is not None and stored.names() else "none"
        raise ConfigError(
            f"No key is stored as {key_name!r} (stored: {known})", advice=f"realtime-cli keys set {key_name}."
        )


def refuse_secret(key_name: str) -> None:
    """What stands in the place of a key's name must not be the key, whether or not this session wants one.

    Raises:
        ConfigError: It looks like one.
    """
    if looks_secret(key_name):
        raise ConfigError(
            "--key takes the name of a stored key, not the key: a command line can be read by every program on "
            "this machine and stays in the shell's history",
            advice="Store it with `realtime-cli keys set NAME`, and consider this one as known to others.",
        )


def read_environment(environ: Mapping[str, str], folder: Path) -> Environment:
    """The process environment over the `.env` file of the folder (never of a parent folder), over stored keys.

    Raises:
        ConfigError: `.env` or the file of the stored keys cannot be read.
    """
    path = folder / DOTENV_FILE
    from_file: dict[str, str] = {}
    if path.is_file():
        from dotenv import dotenv_values

        try:
            from_file = {k: v for k, v in dotenv_values(path, interpolate=False).items() if v is not None}
        except (OSError, UnicodeDecodeError) as exc:
            raise ConfigError(f"{path} cannot be read: {exc}", advice="Fix or remove the file.") from exc
    origins = {name: DOTENV_FILE for name in from_file if name not in environ}
    return Environment({**from_file, **environ}, origins, KeyStore(keys_file(environ)))
