"""The user's editor on a file of the configuration."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from realtime_cli.config.private_file import write_privately
from realtime_cli.errors import ConfigError


def edit(path: Path, first_content: str) -> None:
    """Open a file in `VISUAL` or `EDITOR`; a new one begins with `first_content`.

    Raises:
        ConfigError: There is no terminal or no editor, or it failed.
    """
    if not path.exists():
        write_privately(path, first_content)
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
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
