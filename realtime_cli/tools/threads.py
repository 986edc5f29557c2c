"""One call in a daemon thread of its own, and how a result becomes text."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import Any

from realtime_cli.errors import ToolError
from realtime_cli.tools.aside import printing_aside
from realtime_cli.tools.tool import Result


async def in_own_thread(call: Callable[[], Any]) -> Any:
    """Run a function (or the coroutine it returns) in a daemon thread and wait for it.

    Cancelling the wait abandons the thread. Whatever the function raises comes back as `ToolError` with one line.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()

    def deliver(result: Any, problem: ToolError | None) -> None:
        if done.done():  # given up meanwhile
            return
        if problem is not None:
            done.set_exception(problem)
        else:
            done.set_result(result)

    def work() -> None:
        result, problem = None, None
        try:
            with printing_aside():
                result = completed(call)
        except ToolError as exc:
            problem = exc
        except BaseException as exc:  # noqa: BLE001 - SystemExit in a tool must not look like success
            problem = ToolError(f"{type(exc).__name__}: {exc}".strip(": "))
            problem.__cause__ = exc
        try:
            loop.call_soon_threadsafe(deliver, result, problem)
        except RuntimeError:  # the loop was closed: the session is over and nobody waits
            return

    context = copy_context()  # so that the function can tell its progress
    threading.Thread(target=lambda: context.run(work), name="tool", daemon=True).start()
    return await done


def completed(call: Callable[[], Any]) -> Any:
    """The result of a function, of the coroutine it returned, too. Not on a thread with a running loop."""
    result = call()
    return asyncio.run(_awaited(result)) if inspect.isawaitable(result) else result


async def _awaited(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


def spoken_form(result: object) -> str | Result:
    """What the model reads: text as it is, anything else as JSON, `None` as a word."""
    if isinstance(result, str | Result):
        return result
    if result is None:
        return "done"
    from pydantic_core import PydanticSerializationError, to_json

    try:
        return to_json(result).decode()
    except (PydanticSerializationError, ValueError, RecursionError):
        return str(result)
