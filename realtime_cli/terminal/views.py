"""Which view and which keyboard this process gets."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec.structs import replace

from realtime_cli.session.facts import Fact
from realtime_cli.terminal.answer import AnswerView
from realtime_cli.terminal.bindings import DEFAULT_BINDINGS, Bindings
from realtime_cli.terminal.contract import View
from realtime_cli.terminal.plain import PlainView
from realtime_cli.terminal.theme import Colour, Theme, theme_for

if TYPE_CHECKING:
    from realtime_cli.terminal.asker import Asker
    from realtime_cli.terminal.keyboard import Keyboard
    from realtime_cli.terminal.live import LiveView

MakeAsker: TypeAlias = "Callable[[Callable[[Fact], None], Callable[[], None]], Asker]"
MakeKeyboard: TypeAlias = "Callable[[Callable[[Fact], None], Callable[[], None]], Keyboard]"
"""From (post a fact, the picture changed)."""
Kind = Literal["live", "plain", "jsonl", "answer", "silent"]


@dataclass(frozen=True, slots=True)
class Look:
    """What the user wants to see.

    Attributes:
        provider: Name for the status line.
        epoch_offset_s: Epoch time minus loop time, for the session time left; None hides it.
        log_file: Gets what libraries print on fd 2 while the screen is ours; None throws it away.
        shows_cost: The estimated cost stands in the status line.
        whole_calls: Arguments and results of calls are not folded.
    """

    provider: str = ""
    epoch_offset_s: float | None = None
    log_file: Path | None = None
    shows_cost: bool = True
    whole_calls: bool = False


def open_view(kind: Kind, look: Look | None = None) -> View:
    """A view on this process' stdout and stderr.

    Args:
        kind: "live": the region where stdout is a terminal that can move its cursor, else as "plain"; "plain":
            sequential lines; "jsonl": JSON lines for programs; "answer": the answer alone on stdout (`send-text`);
            "silent": nothing on stdout.
        look: Details of the live view.
    """
    look = look or Look()
    theme = replace(theme_for(os.environ, sys.stdout.encoding or "utf-8"), whole_calls=look.whole_calls)
    if kind == "answer":
        return AnswerView(sys.stdout, sys.stderr, whole_calls=look.whole_calls)
    if kind == "silent":
        return AnswerView(None, sys.stderr, whole_calls=look.whole_calls)
    if kind == "jsonl":
        from realtime_cli.terminal.jsonl import JsonlView

        return JsonlView(sys.stdout, sys.stderr, theme)
    if kind == "live" and sys.stdout.isatty() and theme.inline_live:
        return _live_view(theme, look)
    return PlainView(sys.stdout, sys.stderr, theme)


def keyboard_for(
    view: View, *, typing: bool = False, bindings: Bindings = DEFAULT_BINDINGS
) -> MakeKeyboard | None:
    """What makes the keyboard of this process' terminal, None where there is no terminal to read keys from.

    Args:
        view: From `open_view`. It shows what is typed; a live one is given back while the process is suspended.
        typing: Keep a line open for messages, because there is no microphone.
        bindings: Which key does what.
    """
    from realtime_cli.terminal.key_input import find_key_input

    key_input = find_key_input()
    if key_input is None:
        return None
    from realtime_cli.terminal.counter import NO_BOARD
    from realtime_cli.terminal.keyboard import Keyboard

    def make(post: Callable[[Fact], None], changed: Callable[[], None]) -> Keyboard:
        shows = view if isinstance(view, PlainView) else _as_live(view)
        answerable = shows.asked.answerable if shows is not None and can_ask(view) else lambda now_s: None
        keyboard = Keyboard(
            key_input,
            post,
            changed,
            typing=typing,
            answerable=answerable,
            board=shows or NO_BOARD,
            bindings=bindings,
        )
        if shows is not None:
            shows.watch_keys(lambda: keyboard.picture, keyboard.saw)
        return keyboard

    return make


def can_ask(view: View) -> bool:
    """A person sees the questions of this view: what nobody has read must not be answered by a key."""
    if isinstance(view, PlainView):
        return view.is_read_by_people
    return takes_screen(view)


def takes_screen(view: View) -> bool:
    """The view draws at the bottom of the terminal: nothing else may write there."""
    return _as_live(view) is not None


def _as_live(view: View) -> LiveView | None:
    module = sys.modules.get(
        "realtime_cli.terminal.live"
    )  # without it there is no such view; it brings 20 ms of Rich
    return view if module is not None and isinstance(view, module.LiveView) else None


def asker_for(view: View) -> MakeAsker | None:
    """What asks about calls while a script's answer is written; None where nobody could read or answer it."""
    if not isinstance(view, AnswerView) or sys.stderr is None or not sys.stderr.isatty():
        return None
    from realtime_cli.terminal.key_input import find_key_input

    key_input = find_key_input()
    if key_input is None:
        return None

    def make(post: Callable[[Fact], None], changed: Callable[[], None]) -> Asker:
        from realtime_cli.terminal.asker import Asker

        asker = Asker(key_input, post, sys.stderr)
        view.ask_with(asker.show)
        return asker

    return make


def _live_view(theme: Theme, look: Look) -> LiveView:
    from realtime_cli.terminal.live import LiveView, ScreenConsole
    from realtime_cli.terminal.quiet import QuietStderr

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(
            errors="replace"
        )  # where the encoding lacks a character: "?" instead of an end
    console = ScreenConsole(
        file=sys.stdout,
        force_terminal=True,
        no_color=theme.colour is Colour.NEVER,
        highlight=False,
        markup=False,
        emoji=False,
    )
    return LiveView(
        console,
        theme,
        provider=look.provider,
        epoch_offset_s=look.epoch_offset_s,
        shows_cost=look.shows_cost,
        quiet=QuietStderr(look.log_file),
    )
