"""Modules that take long to import, and may be imported in a thread while a line opens."""

from __future__ import annotations

import gc
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
)
SCREEN_MODULES = ("realtime_cli.terminal.live", "realtime_cli.terminal.keyboard")
"""For a person at a terminal."""

TYPING_MODULES = ("realtime_cli.terminal.typing_parts",)
"""For the first key, if it is none of the kitty protocol, and for the first line."""


def import_all(names: Sequence[str]) -> None:
    """Import modules by name; what is loaded already costs nothing."""
    for name in names:
        import_module(name)


def settled() -> None:
    """Everything is loaded, and stays: from now on garbage is looked for, but not among what was loaded.

    `__main__` switched the search off. A program that uses us as a library never did, and keeps its own ways.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
