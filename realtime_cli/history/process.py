"""Which process wrote a run, and whether it still lives."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path


def process_mark(pid: int) -> str:
    """Tells this process from a later one with the same number: host, and when it began where the system tells it."""
    return f"{socket.gethostname()} {_began(pid) or ''}"


def alive(pid: int, mark: str) -> bool:
    """Whether the process that wrote a run still lives. One of another machine is believed to."""
    host, _, began = mark.partition(" ")
    return host != socket.gethostname() or is_same(began, _began(pid))


def is_same(began: str, now: str | None) -> bool:
    """Whether the process of that number is still the one that began then.

    Args:
        began: What was written down when it ran; "" where the system did not tell.
        now: When the process that has the number now began; "" if that is not told, None if there is none.
    """
    return now is not None and (not began or not now or began == now)


if sys.platform == "win32":

    def _began(pid: int) -> str | None:
        """As below, in 100 ns since 1601. Signal 0, which asks elsewhere, would end a process there."""
        import ctypes
        from ctypes import wintypes

        may_ask_little, access_denied, still_active = 0x1000, 5, 259  # winnt.h, winerror.h, minwinbase.h
        kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel32.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
        kernel32.OpenProcess.restype = wintypes.HANDLE
        kernel32.GetExitCodeProcess.argtypes = (wintypes.HANDLE, ctypes.POINTER(wintypes.DWORD))
        kernel32.GetProcessTimes.argtypes = (wintypes.HANDLE, *[ctypes.POINTER(wintypes.FILETIME)] * 4)
        kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)
        handle = kernel32.OpenProcess(may_ask_little, False, pid)
        if not handle:
            return "" if ctypes.get_last_error() == access_denied else None
        try:
            code, times = wintypes.DWORD(), [wintypes.FILETIME() for _ in range(4)]
            told = kernel32.GetExitCodeProcess(handle, ctypes.byref(code))
            if told and code.value != still_active:
                return None  # somebody still holds a handle of one that has ended
            if not kernel32.GetProcessTimes(handle, *map(ctypes.byref, times)):
                return ""
            return str(times[0].dwHighDateTime << 32 | times[0].dwLowDateTime)
        finally:
            kernel32.CloseHandle(handle)

else:

    def _began(pid: int) -> str | None:
        """When a process began, as its system writes it: "" if that is not told, None if there is no such process."""
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return None
        except PermissionError:
            pass  # it is there, and another user's
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
            fields = stat.rsplit(")", 1)[1].split()
            return None if fields[0] in "ZX" else fields[19]  # it has ended and nobody has asked how
        except (OSError, IndexError):
            return ""
