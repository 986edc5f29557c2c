"""The user's editor on a file of the configuration."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from realtime_cli.config.private_file import write_privately
from realtime_cli.errors import ConfigError
from realtime_cli.tools.command_words import words_of


def edit(path: Path, first_content: str) -> None:
    """Open a file in `VISUAL` or `EDITOR`; a new one begins with `first_content`.

    Raises:
        ConfigError: There is no terminal or no editor, or it failed.
    """
    if not path.exists():
        write_privately(path, first_content)
    wanted = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        command = words_of(wanted)
    except ValueError as exc:
        raise ConfigError(f"The editor {wanted!r}: {exc}", advice="Correct VISUAL or EDITOR.") from exc
    if not command:
        found = next((name for name in ("nano", "vi", "notepad") if shutil.which(name)), None)
        command = [found] if found else []
    if not command or (not sys.stdin.isatty() and "VISUAL" not in os.environ and "EDITOR" not in os.environ):
        raise ConfigError(
            f"No editor can be opened for {path}", advice="Set EDITOR, or change the file yourself."
        )
    try:
        code = subprocess.run(
            [*command, str(path)], check=False
        ).returncode  # the user's own choice of program
    except OSError as exc:
        raise ConfigError(
            f"The editor {command[0]} cannot be started: {exc.strerror}", advice="Set EDITOR."
        ) from exc
    if code:
        raise ConfigError(f"The editor ended with code {code}")
