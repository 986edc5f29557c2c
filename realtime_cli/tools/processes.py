"""A Python function in a process of its own: it cannot disturb the sound, and it can be killed.

A fresh process for each call costs about 0.3 s (Python and pydantic starting up); in return nothing is shared: no
lock, no state, no terminal. The other end is `tools.process_worker`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from realtime_cli.errors import ToolError
from realtime_cli.tools.declaration import reporter
from realtime_cli.tools.programs import Invocation, end_program, start_program
from realtime_cli.tools.tool import Result

_LINE_BYTES = 32_000_000  # two million characters, each at most 12 bytes of JSON, and images


async def in_own_process(origin: str, function: str, arguments: str) -> str | Result:
    """Call a function of a file or module elsewhere. Cancelling the wait kills the process.

    Args:
        origin: Path or dotted name, as `python_functions.load_module` takes it.
        function: Its name.
        arguments: JSON text, already checked.

    Raises:
        ToolError: What the function raised, or that its process ended without a word.
    """
    order = json.dumps({"origin": origin, "function": function, "arguments": arguments}).encode()
    # It is the user's own code: it may see the environment, as it would in a thread.
    argv = [sys.executable, "-m", "realtime_cli.tools.process_worker"]
    process = await start_program(Invocation(argv, env=dict(os.environ), stdin=order))
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    errors = asyncio.create_task(_last_line(process.stderr))
    try:
        process.stdin.write(order + b"\n")
        process.stdin.close()
        return await _answer(process.stdout)
    except EOFError:
        said = await errors
        code = await process.wait()
        raise ToolError(f"{function} ended its process (exit code {code}). {said}".strip()) from None
    finally:
        errors.cancel()
        await asyncio.shield(asyncio.ensure_future(end_program(process)))  # also when cancelled once more


async def _answer(stdout: asyncio.StreamReader) -> str | Result:
    """Lines of JSON: progress as often as it likes, then one result."""
    buffer = bytearray()
    while len(buffer) < _LINE_BYTES:
        data = await stdout.read(65_536)
        if not data:
            raise EOFError
        buffer += data
        if b"\n" not in data:
            continue
        *lines, buffer = buffer.split(b"\n")
        for line in lines:
            said = json.loads(line)
            if "progress" in said:
                report = reporter.get()
                if report is not None:
                    report(said["progress"])
            elif "problem" in said:
                raise ToolError(said["problem"])
            else:
                return Result(said["text"], tuple(said["images"]), said["ends_session"])
    raise ToolError("The function returned too much.")


async def _last_line(stderr: asyncio.StreamReader) -> str:
    last = b""
    while data := await stderr.read(65_536):
        last = (last + data)[-2_000:]
    lines = last.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
