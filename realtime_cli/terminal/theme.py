"""Colours and glyphs: what this terminal can show, decided once from the environment; no files, no questions."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct

from realtime_cli.session.state import CallStatus, Phase


class Colour(Enum):
    """Whether colours are written."""

    NEVER = "never"
    AUTO = "auto"  # where the output is a terminal
    ALWAYS = "always"


class Glyphs(Struct, frozen=True):
    """Every special character of the screen, one cell wide each (except `cut` and `times`)."""

    phases: Mapping[Phase, str]
    calls: Mapping[CallStatus, str]
    user: str
    assistant: str
    system: str
    call: str
    warning: str
    bar: tuple[str, ...]
    """Meter cell from empty to full, in equal steps."""
    bar_left: str
    bar_right: str
    peak: str
    """Where the loudest of the last moments was."""
    dot: str
    dash: str
    arrow: str
    ellipsis: str
    prompt: str
    newline: str


UNICODE = Glyphs(
    phases={
        Phase.CONNECTING: "◌",
        Phase.LISTENING: "○",
        Phase.HEARING: "●",
        Phase.THINKING: "◐",
        Phase.SPEAKING: "◆",
        Phase.CALLING: "ƒ",
        Phase.ASKING: "?",
        Phase.MUTED: "⊘",
        Phase.RECONNECTING: "↻",
        Phase.ENDED: "■",
    },
    calls={
        CallStatus.WRITING: "…",
        CallStatus.ASKING: "?",
        CallStatus.RUNNING: "…",
        CallStatus.DONE: "✓",
        CallStatus.FAILED: "✗",
        CallStatus.CANCELLED: "⊘",
    },
    user="❯",
    assistant="◆",
    system="·",
    call="ƒ",
    warning="!",
    bar=(" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"),
    bar_left="▕",
    bar_right="▏",
    peak="╵",
    dot="·",
    dash="—",
    arrow="→",
    ellipsis="…",
    prompt="❯",
    newline="⏎",
)

ASCII = Glyphs(
    phases={
        Phase.CONNECTING: ".",
        Phase.LISTENING: "o",
        Phase.HEARING: "@",
        Phase.THINKING: "*",
        Phase.SPEAKING: "#",
        Phase.CALLING: "f",
        Phase.ASKING: "?",
        Phase.MUTED: "x",
        Phase.RECONNECTING: "~",
        Phase.ENDED: "-",
    },
    calls={
        CallStatus.WRITING: ".",
        CallStatus.ASKING: "?",
        CallStatus.RUNNING: ".",
        CallStatus.DONE: "+",
        CallStatus.FAILED: "x",
        CallStatus.CANCELLED: "-",
    },
    user=">",
    assistant="#",
    system=".",
    call="f",
    warning="!",
    bar=(" ", "-", "="),
    bar_left="[",
    bar_right="]",
    peak="'",
    dot="|",
    dash="-",
    arrow="->",
    ellipsis="...",
    prompt=">",
    newline="|",
)

# Only the 16 colours of the terminal's own palette: they suit light and dark backgrounds alike.
PHASE_STYLES: Mapping[Phase, str] = {
    Phase.CONNECTING: "yellow",
    Phase.LISTENING: "green",
    Phase.HEARING: "bold green",
    Phase.THINKING: "magenta",
    Phase.SPEAKING: "bold cyan",
    Phase.CALLING: "blue",
    Phase.ASKING: "bold yellow",
    Phase.MUTED: "bold red",
    Phase.RECONNECTING: "bold yellow",
    Phase.ENDED: "dim",
}


class Theme(Struct, frozen=True):
    """What the terminal at the other end can show.

    Attributes:
        glyphs: Unicode or ASCII drawing characters.
        colour: Whether colours are written.
        unicode: Text outside of ASCII can be written at all.
        inline_live: The cursor can be moved, so a live region is possible.
        reflows: The terminal wraps old lines anew when it becomes narrower.
        whole_calls: Arguments and results of calls are not folded (`--tools-debug`).
    """

    glyphs: Glyphs = UNICODE
    colour: Colour = Colour.AUTO
    unicode: bool = True
    inline_live: bool = True
    reflows: bool = True
    whole_calls: bool = False


def theme_for(environ: Mapping[str, str], encoding: str) -> Theme:
    """The theme for an environment and the encoding of the output.

    `NO_COLOR` (not empty, no-color.org) wins over `FORCE_COLOR` and `CLICOLOR_FORCE`. `TERM=dumb` or an empty
    terminal name has neither colours nor a cursor to move. The Linux console's font holds few of our glyphs.
    """
    term = environ.get("TERM", "").lower()
    dumb = term in ("dumb", "unknown")
    unicode = encoding.lower().replace("-", "").replace("_", "").startswith("utf")
    if environ.get("NO_COLOR"):
        colour = Colour.NEVER
    elif environ.get("FORCE_COLOR", "0") not in ("", "0") or environ.get("CLICOLOR_FORCE", "0") not in (
        "",
        "0",
    ):
        colour = Colour.ALWAYS
    else:
        colour = Colour.NEVER if dumb else Colour.AUTO
    return Theme(
        glyphs=UNICODE if unicode and term != "linux" else ASCII,
        colour=colour,
        unicode=unicode,
        inline_live=not dumb,
        reflows=not (
            term == "linux"
            or "XTERM_VERSION" in environ
            or (term.startswith("screen") and "TMUX" not in environ)
        ),
    )
