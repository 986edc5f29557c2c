"""Stored keys: `keys.json` in the user's configuration folder, 0600, or the system's keyring where there is one.

A key is stored under the variable it stands for (`OPENAI_API_KEY`), so that it is found where that variable is not
set, or under a name of the user's own (`work`), to be asked for with `--key work`.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from realtime_cli.config.paths import config_dir
from realtime_cli.config.private_file import write_privately
from realtime_cli.config.secret import Secret
from realtime_cli.errors import ConfigError

KEYS_FILE = "keys.json"
SERVICE = "realtime-cli"
"""Under this name the system keyring holds our keys."""

_IN_KEYRING = {"keyring": True}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")


def keys_file(environ: Mapping[str, str]) -> Path:
    """Where stored keys are; it need not exist."""
    return config_dir(environ) / KEYS_FILE


class KeyStore:
    """The stored keys of one user.

    Args:
        path: The file; read at once, when it is there.

    Raises:
        ConfigError: The file cannot be read, or others may read it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries: dict[str, Any] = _read(path)

    def names(self) -> list[str]:
        """Names of stored keys, sorted."""
        return sorted(self._entries)

    def place(self, name: str) -> str:
        """Where a stored key is kept, in words."""
        return "the system keyring" if self._entries.get(name) == _IN_KEYRING else str(self.path)

    def get(self, name: str) -> Secret | None:
        """A stored key, None when there is none of that name.

        Raises:
            ConfigError: The keyring does not give it.
        """
        entry = self._entries.get(name)
        if entry == _IN_KEYRING:
            return _from_keyring(name)
        return Secret(entry) if isinstance(entry, str) and entry else None

    def set(self, name: str, key: Secret, *, keyring: bool = False) -> None:
        """Store a key; `keyring`: in the system's keyring, with only its name in the file.

        Raises:
            ConfigError: The name cannot be one, there is no keyring, or it is locked.
            RecordingError: The file cannot be written.
        """
        if not is_name(name):
            raise ConfigError(
                "A key's name is a letter followed by up to 39 letters, digits, dots or dashes",
                advice="Give the name first; the key itself is asked for, or read from stdin.",
            )
        if keyring:
            with _told() as there:
                there.set_password(SERVICE, name, key.reveal())
        elif self._entries.get(name) == _IN_KEYRING:
            _forget(name)  # the old one must not stay behind where nobody looks for it
        self._entries[name] = _IN_KEYRING if keyring else key.reveal()
        self._write()

    def remove(self, name: str) -> None:
        """Forget a key.

        Raises:
            ConfigError: There is none of that name, or the keyring that has it is locked.
        """
        if name not in self._entries:
            known = ", ".join(self.names()) or "none"
            raise ConfigError(f"No key is stored as {name!r}", advice=f"Stored: {known}.")
        if self._entries[name] == _IN_KEYRING:
            _forget(name)
        del self._entries[name]
        self._write()

    def _write(self) -> None:
        write_privately(self.path, json.dumps(self._entries, indent=2, sort_keys=True) + "\n")


def is_name(text: str) -> bool:
    """Whether this can be a key's name: it must not look like a key."""
    return bool(_NAME.fullmatch(text)) and not looks_secret(text)


def looks_secret(text: str) -> bool:
    """Whether this is a key rather than a name: a known beginning, or long and mixed as no name is."""
    if text.lower().startswith(("sk-", "sk_", "xai-", "ek_", "eyj", "bearer ")):
        return True
    has_digit, has_letter = any(c.isdigit() for c in text), any(c.isalpha() for c in text)
    return len(text) >= 24 and has_digit and has_letter


def _read(path: Path) -> dict[str, Any]:
    try:
        mode = path.stat().st_mode
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as exc:
        raise ConfigError(
            f"{path} cannot be read: {type(exc).__name__}", advice="Fix its rights, or remove it."
        ) from exc
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise ConfigError(
            f"Others may read {path} (mode {stat.S_IMODE(mode):o})",
            advice=f"chmod 600 {path}, and change the keys.",
        )
    if not isinstance(entries, dict):
        raise ConfigError(f"{path} holds no table of keys", advice="Remove it, and store the keys again.")
    return entries


def _keyring() -> Any:
    """The optional package `keyring` with a backend that keeps something.

    Raises:
        ConfigError: It is not there.
    """
    try:
        keyring: Any = import_module("keyring")
    except ImportError:
        raise ConfigError(
            "The package keyring is not installed",
            advice="pip install keyring, or store the key in the file.",
        ) from None
    if keyring.get_keyring().priority <= 0:
        raise ConfigError(
            "This system has no keyring that keeps anything",
            advice="Store the key in the file: leave --keyring out.",
        )
    return keyring


@contextmanager
def _told() -> Iterator[Any]:
    """The keyring; what it refuses is told as an error of ours, without its own words."""
    keyring = _keyring()
    try:
        yield keyring
    except import_module("keyring.errors").KeyringError as exc:
        raise ConfigError(
            f"The system keyring refuses: {type(exc).__name__}",
            advice="Unlock it, or store the key in the file: leave --keyring out.",
        ) from exc


def _forget(name: str) -> None:
    with _told() as keyring:
        if keyring.get_password(SERVICE, name) is not None:  # somebody may have removed it there
            keyring.delete_password(SERVICE, name)


def _from_keyring(name: str) -> Secret:
    with _told() as keyring:
        value = keyring.get_password(SERVICE, name)
    if not value:
        raise ConfigError(
            f"The system keyring does not give the key {name}",
            advice=f"Unlock it, or `realtime-cli keys set {name}`.",
        )
    return Secret(value)
