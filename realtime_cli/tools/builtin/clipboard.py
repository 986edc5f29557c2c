"""The clipboard, through the program that the desktop has for it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from realtime_cli.errors import ToolError
from realtime_cli.tools.programs import Invocation, run_program

_READERS: tuple[tuple[str, ...], ...] = (
    ("wl-paste", "--no-newline"),
    ("xclip", "-selection", "clipboard", "-out"),
    ("xsel", "--clipboard", "--output"),
    ("pbpaste",),
    ("powershell", "-NoProfile", "-Command", "Get-Clipboard -Raw"),
)
_WRITERS: tuple[tuple[str, ...], ...] = (
    ("wl-copy",),
    ("xclip", "-selection", "clipboard", "-in"),
    ("xsel", "--clipboard", "--input"),
    ("pbcopy",),
    ("clip",),
)


async def read_clipboard() -> str:
    """The text on the clipboard.

    Raises:
        ToolError: There is no program for it, or it fails.
    """
    ended = await run_program(Invocation(_found(_READERS)))
    if ended.exit_code != 0 and not ended.cut:
        raise ToolError("The clipboard is empty, or cannot be read.")
    return ended.stdout.decode("utf-8", "replace") or "(empty)"


async def write_clipboard(text: str) -> str:
    """Put a text on the clipboard.

    Raises:
        ToolError: There is no program for it, or it fails.
    """
    # Under X11 the program stays behind as the owner of the clipboard.
    ended = await run_program(Invocation(_found(_WRITERS), stdin=text.encode(), may_leave_children=True))
    if ended.exit_code != 0:
        raise ToolError("The clipboard cannot be written.")
    return "done"


def _found(commands: Sequence[Sequence[str]]) -> Sequence[str]:
    for command in commands:
        if (program := shutil.which(command[0])) is not None:
            return [program, *command[1:]]
    what = "pbcopy" if sys.platform == "darwin" else "wl-clipboard, xclip or xsel"
    raise ToolError(f"There is no program for the clipboard here; {what} would be one.")
