"""Which process wrote a run, and whether it still lives."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def process_mark(pid: int) -> str:
    """Tells this process from a later one with the same number: host, and the start time where Linux tells it."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        began = stat.rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        began = ""
    return f"{socket.gethostname()} {began}"


def alive(pid: int, mark: str) -> bool:
    """Whether the process that wrote a run still lives. One of another machine is believed to."""
    if mark.split(" ")[0] != socket.gethostname():
        return True
    if os.name == "nt":  # signal 0 would end a process there
        return pid == os.getpid()
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return process_mark(pid) == mark
