"""What the shell offers after Tab. It reads files and lists; it never opens a device or a connection for long."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress

from realtime_cli.errors import RealtimeCliError


def _offered(source: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    def complete(incomplete: str) -> list[str]:
        with suppress(RealtimeCliError, OSError):  # a Tab is no place for an error
            return [_fitted(name) for name in source() if name.lower().startswith(incomplete.lower())]
        return []

    return complete


def _fitted(name: str) -> str:
    """bash puts a name into the line as it comes: blanks and other signs of the shell need a backslash."""
    if os.environ.get("_REALTIME_CLI_COMPLETE") != "complete_bash":
        return name
    return re.sub(r"([^\w@%+=:,./-])", r"\\\1", name)


def complete_conversation(incomplete: str) -> list[tuple[str, str]]:
    """Ids that begin so, with their titles, the newest first; a history that is not there is not made."""
    from realtime_cli.cli.remembering import history_path
    from realtime_cli.history.catalog import ids
    from realtime_cli.history.store import Store
    from realtime_cli.terminal.sanitize import clean_line

    with suppress(RealtimeCliError, OSError):
        store = Store.open_existing(history_path())
        if store is not None:
            with store:
                return [(found, clean_line(title)) for found, title in ids(store, incomplete.lower())]
    return []


def _profiles() -> list[str]:
    from realtime_cli.config.profiles import profile_names

    return profile_names(os.environ)


def _keys() -> list[str]:
    from realtime_cli.config.keys import KeyStore, keys_file

    return KeyStore(keys_file(os.environ)).names()


def _voices() -> list[str]:
    from realtime_cli.providers.catalogue import VOICES

    return sorted({voice for voices in VOICES.values() for voice in voices})


def _models() -> list[str]:
    from realtime_cli.providers.catalogue import MODELS

    return sorted({model for models in MODELS.values() for model, _ in models})


def _providers() -> list[str]:
    from realtime_cli.providers.builtin import BUILTIN

    return [provider.name for provider in BUILTIN]


def _settings() -> list[str]:
    from realtime_cli.config.settings import setting_types

    return list(setting_types())


def _devices(direction: str) -> list[str]:
    from realtime_cli.devices.listing import list_devices

    rows = list_devices()
    return [row.name for row in rows if (row.input_channels if direction == "in" else row.output_channels)]


complete_profile = _offered(_profiles)
complete_key = _offered(_keys)
complete_voice = _offered(_voices)
complete_model = _offered(_models)
complete_provider = _offered(_providers)
complete_setting = _offered(_settings)
complete_input_device = _offered(lambda: _devices("in"))
complete_output_device = _offered(lambda: _devices("out"))
