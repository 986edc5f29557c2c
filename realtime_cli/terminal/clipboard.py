"""Copying a text: by the terminal itself (OSC 52, also over SSH), and by the desktop's own program."""

from __future__ import annotations

import base64
import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping

_LOG = logging.getLogger(__name__)
_LIMIT_BYTES = 74_994  # what xterm and others take; the base64 of it is just below 100,000 characters
_PATIENCE_S = 3.0
_UNABLE = ("dumb", "linux", "unknown")


def sequence(text: str, environ: Mapping[str, str]) -> str:
    """The terminal sequence that copies a text; "" where the terminal cannot, or the text is too long for it.

    Our own bytes: what is copied travels as base64, so nothing in it can reach the terminal as an order.
    """
    data = text.encode("utf-8", "replace")
    term = environ.get("TERM", "").lower()
    if not term or term in _UNABLE or len(data) > _LIMIT_BYTES:
        return ""
    order = f"\x1b]52;c;{base64.b64encode(data).decode()}\x07"
    if term.startswith("screen") and "TMUX" not in environ:
        return f"\x1bP{order}\x1b\\"  # GNU screen hands it on only when it is wrapped
    return order


def program(environ: Mapping[str, str]) -> list[str]:
    """The desktop's own copying program, [] where there is none, or where the desktop is at the other end of SSH."""
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return []
    candidates: list[list[str]] = []
    if sys.platform == "darwin":
        candidates.append(["pbcopy"])
    elif sys.platform == "win32":
        candidates.append(["clip.exe"])
    elif environ.get("WAYLAND_DISPLAY"):
        candidates.append(["wl-copy"])
    if environ.get("DISPLAY"):
        candidates += [["xclip", "-selection", "clipboard"], ["xsel", "--clipboard", "--input"]]
    return next((one for one in candidates if shutil.which(one[0])), [])


def hand_over(command: list[str], text: str) -> None:
    """Give a text to the copying program, in a thread: it may be slow, and must not hold anything up."""

    def work() -> None:
        try:
            subprocess.run(  # a fixed program of the desktop's; the text goes to its stdin, never to its arguments
                command,
                input=text.encode("utf-16" if os.name == "nt" else "utf-8", "replace"),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_PATIENCE_S,
                check=True,
            )
        except (OSError, subprocess.SubprocessError) as exc:
            _LOG.warning("%s did not copy: %s", command[0], exc)

    threading.Thread(target=work, name="copy", daemon=True).start()


def copy(text: str, environ: Mapping[str, str], write: Callable[[str], None] | None) -> str:
    """Copy by every way there is, and say what was done.

    Args:
        text: What to copy.
        environ: Tells what the terminal and the desktop can do.
        write: Writes to the terminal; None where the output is none.
    """
    order = sequence(text, environ) if write is not None else ""
    if write is not None and order:
        write(order)
    command = program(environ)
    if command:
        hand_over(command, text)
    if not (order or command):
        return "This terminal cannot copy: save the conversation instead, or select it on the screen."
    how = command[0] if command else "the terminal (OSC 52), if it allows that"
    return f"Copied the last answer ({len(text)} characters) by {how}."
