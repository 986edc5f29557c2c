"""All tools of a session: what the model is told, and one door through which every call goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from realtime_cli import clock
from realtime_cli.errors import InputError, ToolError
from realtime_cli.protocol import FunctionTool
from realtime_cli.tools.announcer import Announcer
from realtime_cli.tools.approval import Policy
from realtime_cli.tools.declaration import reporter
from realtime_cli.tools.tool import Approval, Result, Tool

TIME_LIMIT_S = 120.0
# About 16,000 tokens: half of the smallest context window in use (32k).
OUTPUT_LIMIT_CHARS = 64_000
# A model's whole output is at most 4,096 tokens; what is longer was not written by one in good faith.
ARGUMENTS_LIMIT_CHARS = 256_000
_PROGRESS_CHARS = 200
_PROGRESS_EVERY_S = 0.02


class Toolbox:
    """Tools by name.

    Raises:
        InputError: Two tools have the same name.
    """

    def __init__(
        self,
        tools: Iterable[Tool] = (),
        *,
        time_limit_s: float = TIME_LIMIT_S,
        policy: Policy | None = None,
        announcer: Announcer | None = None,
    ) -> None:
        self._tools: dict[str, Tool] = {}
        self._time_limit_s = time_limit_s
        self._policy = policy or Policy()
        self._announcer = announcer or Announcer()
        for tool in tools:
            if (other := self._tools.get(tool.name)) is not None:
                raise InputError(
                    f"Two tools are called {tool.name!r} ({other.source} and {tool.source})",
                    advice="Rename one of them.",
                )
            self._tools[tool.name] = tool

    def __len__(self) -> int:
        return len(self._tools)

    @property
    def tools(self) -> tuple[Tool, ...]:
        """All of them, in the order in which they were given."""
        return tuple(self._tools.values())

    def find(self, name: str) -> Tool | None:
        """The tool of this name."""
        return self._tools.get(name)

    def approval(self, tool: Tool) -> Approval:
        """What happens to its calls."""
        return self._policy.for_tool(tool)

    def announce_to(self, announce: Callable[[str], None]) -> None:
        """From now on tools that have something to say after their call (a timer) say it there."""
        self._announcer.listen(announce)

    def definitions(self) -> list[FunctionTool]:
        """For `session.tools`: what may be called at all, perhaps after asking."""
        return [
            FunctionTool(name=t.name, description=t.description, parameters=t.parameters)
            for t in self._tools.values()
            if self.approval(t) != "never"
        ]

    async def call(
        self, name: str, arguments: str, on_progress: Callable[[str], None] | None = None
    ) -> Result:
        """Run one call, which has been approved; `arguments` is the JSON text the model wrote.

        Args:
            name: Of the tool.
            arguments: JSON text.
            on_progress: Gets a short line now and then, from any thread.

        Returns:
            What came of it; the text is cut at `OUTPUT_LIMIT_CHARS` with a note.

        Raises:
            ToolError: Unknown name, wrong arguments, failure, or the time limit; one line for the model.
        """
        tool = self._tools.get(name)
        if tool is None:
            known = ", ".join(sorted(self._tools)) or "none"
            raise ToolError(f"There is no function {name[:64]!r}. Known functions: {known}.")
        if len(arguments) > ARGUMENTS_LIMIT_CHARS:
            raise ToolError(
                f"The arguments are too long: {len(arguments)} characters of at most {ARGUMENTS_LIMIT_CHARS}."
            )
        if on_progress is not None:
            reporter.set(_seldom(on_progress))
        limit_s = self._time_limit_s if tool.time_limit_s is None else tool.time_limit_s
        limit = asyncio.timeout(limit_s)
        try:
            async with limit:
                outcome = await tool.run(arguments)
        except TimeoutError as exc:
            if not limit.expired():  # the function's own failure
                raise ToolError(f"TimeoutError: {exc}".strip(": ")) from exc
            raise ToolError(f"{name} took longer than {limit_s:g} s and was given up.") from exc
        except ToolError as exc:
            raise ToolError(_cut(str(exc))) from exc
        return _bounded(outcome if isinstance(outcome, Result) else Result(outcome))


def _seldom(report: Callable[[str], None]) -> Callable[[str], None]:
    """Nobody reads faster than the screen is drawn, and a function may tell its progress in a tight loop."""
    next_s = 0.0

    def tell(text: str) -> None:
        nonlocal next_s
        now_s = clock.monotonic()
        if now_s >= next_s:
            next_s = now_s + _PROGRESS_EVERY_S
            report(str(text)[:_PROGRESS_CHARS])

    return tell


def _bounded(result: Result) -> Result:
    return Result(_cut(result.text), result.images, result.ends_session)


def _cut(text: str) -> str:
    if len(text) <= OUTPUT_LIMIT_CHARS:
        return text
    return text[:OUTPUT_LIMIT_CHARS] + f"\n[cut: {len(text)} characters in all]"
