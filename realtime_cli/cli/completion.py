"""What the shell offers after Tab. It reads files and lists; it never opens a device or a connection for long."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress

from realtime_cli.errors import RealtimeCliError


def _offered(source: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    def complete(incomplete: str) -> list[str]:
        with suppress(RealtimeCliError, OSError):  # a Tab is no place for an error
            return [name for name in source() if name.lower().startswith(incomplete.lower())]
        return []

    return complete


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
