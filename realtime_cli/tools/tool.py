"""One function that the model may call: what it is told about it, and how it is run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

Run: TypeAlias = Callable[[str], Awaitable[str]]
"""JSON text of the arguments -> what the model will read. Raises `ToolError` with one line for the model."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A callable function.

    Attributes:
        name: 1 to 64 of `A-Za-z0-9_-`.
        description: For the model; from the docstring.
        parameters: JSON Schema of the arguments object.
        run: Performs one call.
        source: Where it comes from, for people ("tools.py").
    """

    name: str
    description: str
    parameters: dict[str, Any]
    run: Run
    source: str
