"""The screen of `talk`: the view and the keyboard that its options ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from realtime_cli.config.settings import Settings
    from realtime_cli.terminal.contract import View
    from realtime_cli.terminal.views import MakeKeyboard

NO_KEYS_REMARK = (
    "There is no terminal here to read keys from: no typing, no talk key; Ctrl+C or SIGTERM ends."
)


def open_screen(settings: Settings, provider: str, epoch_offset_s: float) -> tuple[View, MakeKeyboard | None]:
    """The view, and what makes the keyboard; None where there is no terminal to read keys from.

    Raises:
        ConfigError: `[keys]` holds something that is no key or no action.
    """
    from pathlib import Path

    from realtime_cli.terminal.bindings import bindings_from
    from realtime_cli.terminal.views import Look, keyboard_for, open_view

    bindings = bindings_from(settings.keys)
    look = Look(
        provider=provider,
        epoch_offset_s=epoch_offset_s,
        log_file=Path(settings.log_file) if settings.log_file else None,
        shows_cost=settings.show_cost,
        whole_calls=settings.tools_debug,
    )
    view = open_view("jsonl" if settings.jsonl else "plain" if settings.plain else "live", look)
    return view, keyboard_for(view, typing=not settings.audio, bindings=bindings)
