"""All tools of a session: what the model is told, and one door through which every call goes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from realtime_cli.errors import InputError, ToolError
from realtime_cli.protocol import FunctionTool
from realtime_cli.tools.tool import Tool

TIME_LIMIT_S = 120.0
OUTPUT_LIMIT_CHARS = (
    64_000  # about 16,000 tokens: half of the smallest context window in use (protocol notes, 32k)
)


class Toolbox:
    """Tools by name.

    Raises:
        InputError: Two tools have the same name.
    """

    def __init__(self, tools: Iterable[Tool] = (), *, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._tools: dict[str, Tool] = {}
        self._time_limit_s = time_limit_s
        for tool in tools:
            if (other := self._tools.get(tool.name)) is not None:
                raise InputError(
                    f"Two tools are called {tool.name!r} ({other.source} and {tool.source})",
                    advice="Rename one of them.",
                )
            self._tools[tool.name] = tool

    def __len__(self) -> int:
        return len(self._tools)

    def definitions(self) -> list[FunctionTool]:
        """For `session.tools`."""
        return [
            FunctionTool(name=t.name, description=t.description, parameters=t.parameters)
            for t in self._tools.values()
        ]

    async def call(self, name: str, arguments: str) -> str:
        """Run one call; `arguments` is the JSON text the model wrote.

        Returns:
            What the model will read, cut at `OUTPUT_LIMIT_CHARS` with a note.

        Raises:
            ToolError: Unknown name, wrong arguments, failure, or the time limit; one line for the model.
        """
        tool = self._tools.get(name)
        if tool is None:
            known = ", ".join(sorted(self._tools)) or "none"
            raise ToolError(f"There is no function {name!r}. Known functions: {known}.")
        try:
            async with asyncio.timeout(self._time_limit_s):
                output = await tool.run(arguments)
        except TimeoutError as exc:
            raise ToolError(f"{name} took longer than {self._time_limit_s:g} s and was given up.") from exc
        if len(output) > OUTPUT_LIMIT_CHARS:
            return output[:OUTPUT_LIMIT_CHARS] + f"\n[cut: {len(output)} characters in all]"
        return output
