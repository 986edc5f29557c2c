"""Tools from a Python file: every public function with type hints and a docstring.

Functions run in a thread of their own: blocking ones never hold up the receive loop or the sound, and a call that is
given up leaves a daemon thread behind that cannot keep the program from ending.
"""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import re
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from realtime_cli.errors import InputError, ToolError
from realtime_cli.tools.schema import checked, description_of, parameters_of
from realtime_cli.tools.tool import Run, Tool

NAME_PATTERN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def load(path: Path) -> tuple[list[Tool], list[str]]:
    """The tools of a file, and one line for each public function that was left out and why.

    Raises:
        InputError: The file is missing, cannot be imported, or holds no tool.
    """
    module = _import(path)
    tools: list[Tool] = []
    left_out: list[str] = []
    for name, function in vars(module).items():
        if name.startswith("_") or not inspect.isfunction(function) or function.__module__ != module.__name__:
            continue
        try:
            tools.append(tool_from(function, name, source=path.name))
        except TypeError as exc:
            left_out.append(f"{path.name}: {name}() is not offered to the model: {exc}")
    if not tools:
        raise InputError(
            f"{path} holds no tool" + (f" ({left_out[0]})" if left_out else ""),
            advice="A tool is a public function with type hints on all parameters and a docstring.",
        )
    return tools, left_out


def tool_from(function: Callable[..., Any], name: str, *, source: str) -> Tool:
    """One function as a tool.

    Raises:
        TypeError: It cannot be one; the message says why.
    """
    if not NAME_PATTERN.fullmatch(name):
        raise TypeError("its name must be 1 to 64 of A-Z, a-z, 0-9 and _")
    description = description_of(function)
    if not description:
        raise TypeError("it has no docstring")
    return Tool(name, description, parameters_of(function), _runner(function), source)


def _import(path: Path) -> ModuleType:
    """The file as a module; `print` inside it goes to stderr, because stdout belongs to the answer."""
    if not path.is_file():
        raise InputError(f"There is no tools file {path}", advice="Give the path of a Python file.")
    name = f"realtime_cli_tools_{path.stem}_{abs(hash(path.resolve()))}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path} is not a Python file", advice="Its name must end in .py.")
    module = importlib.util.module_from_spec(spec)
    vars(module)["print"] = _print_to_stderr
    sys.modules[name] = module  # pydantic resolves forward references through it
    try:
        spec.loader.exec_module(module)
    except Exception as exc:
        del sys.modules[name]
        raise InputError(
            f"{path} cannot be loaded: {type(exc).__name__}: {exc}".splitlines()[0],
            advice=f"Try: python {path}",
        ) from exc
    return module


def _print_to_stderr(*values: object, **options: Any) -> None:
    options.setdefault("file", sys.stderr)
    print(*values, **options)  # noqa: T201 - the tool's own output, kept away from stdout


def _runner(function: Callable[..., Any]) -> Run:
    prepare = checked(function)

    async def run(arguments: str) -> str:
        call = prepare(arguments)
        result = await in_own_thread(call)
        return spoken_form(result)

    return run


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
            result = call()
            if inspect.isawaitable(result):
                result = asyncio.run(_awaited(result))
        except ToolError as exc:
            problem = exc
        except BaseException as exc:  # noqa: BLE001 - SystemExit in a tool must not look like success
            problem = ToolError(f"{type(exc).__name__}: {exc}".strip(": "))
            problem.__cause__ = exc
        try:
            loop.call_soon_threadsafe(deliver, result, problem)
        except RuntimeError:  # the loop was closed: the session is over and nobody waits
            return

    threading.Thread(target=work, name="tool", daemon=True).start()
    return await done


async def _awaited(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


def spoken_form(result: object) -> str:
    """What the model reads: text as it is, anything else as JSON, `None` as a word."""
    if isinstance(result, str):
        return result
    if result is None:
        return "done"
    from pydantic_core import PydanticSerializationError, to_json

    try:
        return to_json(result).decode()
    except PydanticSerializationError:
        return str(result)
