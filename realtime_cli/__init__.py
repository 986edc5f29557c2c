"""Talk with Realtime voice models in your terminal, or from Python: `async with realtime_cli.connect() as session`."""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"

_PLACES = {
    "connect": "runtime.library",
    "Session": "runtime.library_session",
    "Answer": "runtime.library_session",
    "RealtimeCliError": "errors",
    "Event": "runtime.library_events",
    "TextDelta": "runtime.library_events",
    "AudioDelta": "runtime.library_events",
    "UserSaid": "runtime.library_events",
    "Answered": "runtime.library_events",
    "Called": "runtime.library_events",
    "Noticed": "runtime.library_events",
}

__all__ = [*_PLACES, "__version__"]


def __getattr__(name: str) -> Any:
    """Public names are loaded when they are used, so that `realtime-cli --help` does not pay for them."""
    if name in _PLACES:
        from importlib import import_module

        return getattr(import_module(f"realtime_cli.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'realtime_cli' has no attribute {name!r}")
