"""Modules that take long to import, and may be imported in a thread while a line opens."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

SESSION_MODULES = (
    "realtime_cli.runtime.run",
    "realtime_cli.runtime.wishes",
    "realtime_cli.terminal.views",
    "realtime_cli.terminal.answer",
)
TALK_MODULES = (
    "realtime_cli.runtime.rig_plan",
    "realtime_cli.runtime.run",
    "realtime_cli.runtime.wishes",
    "realtime_cli.terminal.views",
    "realtime_cli.terminal.live",
    "realtime_cli.terminal.keyboard",
)


def import_all(names: Sequence[str]) -> None:
    """Import modules by name; what is loaded already costs nothing."""
    for name in names:
        import_module(name)
