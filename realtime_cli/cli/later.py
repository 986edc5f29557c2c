"""`asyncio`, imported when it is first used: `--help` prints without it, which is a tenth of its time."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any


class _Later:
    """Stands for a module until something of it is wanted."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name), name)


if TYPE_CHECKING:
    import asyncio as asyncio
else:
    asyncio = _Later("asyncio")
