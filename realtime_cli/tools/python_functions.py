"""Tools from Python: every public function with type hints and a docstring, of a file or a module.

Functions run in a thread of their own: blocking ones never hold up the receive loop or the sound, and a call that is
given up leaves a daemon thread behind that cannot keep the program from ending. A function that asks for it runs in
a process of its own instead (`tools.processes`).
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from realtime_cli.errors import InputError
from realtime_cli.tools.approval import sounds_like_change
from realtime_cli.tools.declaration import Declaration, declaration_of
from realtime_cli.tools.schema import checked, description_of, parameters_of
from realtime_cli.tools.threads import in_own_thread, spoken_form
from realtime_cli.tools.tool import Approval, Result, Run, Tool

NAME_PATTERN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def load(given: Path | str) -> tuple[list[Tool], list[str]]:
    """The tools of a file or of a module, and one line for each public function that was left out and why.

    Args:
        given: A path (`tools.py`, `lib/tools.py`), or the dotted name of a module that can be imported from here.

    Raises:
        InputError: It is missing, cannot be imported, or holds no tool.
    """
    module = load_module(str(given))
    source = _source_name(str(given))
    tools: list[Tool] = []
    left_out: list[str] = []
    for name, function in vars(module).items():
        if name.startswith("_") or not inspect.isfunction(function) or function.__module__ != module.__name__:
            continue
        try:
            tools.append(tool_from(function, name, source=source, origin=str(given)))
        except TypeError as exc:
            left_out.append(f"{source}: {name}() is not offered to the model: {exc}")
    if not tools:
        raise InputError(
            f"{given} holds no tool" + (f" ({left_out[0]})" if left_out else ""),
            advice="A tool is a public function with type hints on all parameters and a docstring.",
        )
    return tools, left_out


def tool_from(function: Callable[..., Any], name: str, *, source: str, origin: str = "") -> Tool:
    """One function as a tool.

    Args:
        function: The function.
        name: For the model.
        source: Where it comes from, for people.
        origin: File or module, for functions that run in a process of their own.

    Raises:
        TypeError: It cannot be one; the message says why.
    """
    if not NAME_PATTERN.fullmatch(name):
        raise TypeError("its name must be 1 to 64 of A-Z, a-z, 0-9 and _")
    description = description_of(function)
    if not description:
        raise TypeError("it has no docstring")
    said = declaration_of(function)
    return Tool(
        name,
        description,
        parameters_of(function),
        _runner(function, said, origin),
        source,
        approval=_approval(name, said),
        read_only=said.read_only,
        destructive=said.destructive,
        time_limit_s=said.time_limit_s,
        on_interruption=said.on_interruption,
    )


def load_module(given: str) -> ModuleType:
    """The module of a path or a dotted name; `print` inside it goes to stderr, because stdout belongs to the answer.

    Raises:
        InputError: It is missing or cannot be imported.
    """
    if _is_path(given):
        return _import_file(Path(given))
    # As `python -m` would find it, but behind everything installed: nothing of ours is shadowed.
    here = os.getcwd()
    if here not in sys.path:
        sys.path.append(here)
    try:
        module = importlib.import_module(given)
    except ModuleNotFoundError as exc:
        if exc.name is not None and (given == exc.name or given.startswith(f"{exc.name}.")):
            raise InputError(
                f"There is no module {given}",
                advice="Give FILE.py, or a module that Python can import from this folder.",
            ) from exc
        raise _cannot_be_loaded(given, exc) from exc
    except Exception as exc:
        raise _cannot_be_loaded(given, exc) from exc
    vars(module)["print"] = _print_to_stderr
    return module


def _is_path(given: str) -> bool:
    return given.endswith(".py") or not re.fullmatch(r"\w+(\.\w+)*", given) or Path(given).is_file()


def _source_name(given: str) -> str:
    return Path(given).name if _is_path(given) else given


def _import_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise InputError(f"There is no tools file {path}", advice="Give the path of a Python file.")
    name = f"realtime_cli_tools_{path.stem}_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
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
        raise _cannot_be_loaded(str(path), exc) from exc
    return module


def _cannot_be_loaded(given: str, exc: Exception) -> InputError:
    said = f"{type(exc).__name__}: {exc}".splitlines()[0]
    how = f"python {given}" if _is_path(given) else f"python -m {given}"
    return InputError(f"{given} cannot be loaded: {said}", advice=f"Try: {how}")


def _print_to_stderr(*values: object, **options: Any) -> None:
    options.setdefault("file", sys.stderr)
    print(*values, **options)  # noqa: T201 - the tool's own output, kept away from stdout


def _approval(name: str, said: Declaration) -> Approval:
    if said.approve is not None:
        return said.approve
    if said.read_only:
        return "auto"
    return "ask" if said.destructive or sounds_like_change(name) else "auto"


def _runner(function: Callable[..., Any], said: Declaration, origin: str) -> Run:
    prepare = checked(function)
    if said.runs_in == "process" and origin:
        from realtime_cli.tools.processes import in_own_process

        async def run_apart(arguments: str) -> str | Result:
            prepare(arguments)  # refused here, without the price of a process
            return await in_own_process(origin, function.__name__, arguments)

        return run_apart

    async def run(arguments: str) -> str | Result:
        return spoken_form(await in_own_thread(prepare(arguments)))

    return run
