"""The one place where errors become one line and an exit code."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ParamSpec

import typer

from realtime_cli.errors import RealtimeCliError

if TYPE_CHECKING:
    from realtime_cli.session.facts import NewsArrived

_P = ParamSpec("_P")

PROGRAM = "realtime-cli"
SIGINT_EXIT = 130
SIGPIPE_EXIT = 141
UNEXPECTED_EXIT = 1


def say(text: str) -> None:
    """A line for the user on stderr; stdout belongs to answers. A closed stderr is nobody to tell."""
    try:
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - the front door is where printing happens
    except (BrokenPipeError, ValueError):
        return


def say_error(message: str, advice: str) -> None:
    """`realtime-cli: what and where. What to do next`, on one line, without control characters."""
    line = " ".join(f"{PROGRAM}: {_closed(message)} {advice}".split())
    say("".join(c if c.isprintable() else "?" for c in line))


def say_news(news: Iterable[NewsArrived]) -> None:
    """What came when the screen was gone already, as one line each."""
    for one in news:
        say(" ".join("".join(c if c.isprintable() else "?" for c in f"{one.text} {one.advice}").split()))


def guarded(command: Callable[_P, int | None]) -> Callable[_P, None]:
    """A command whose errors are told in one line and whose result is the exit code.

    With `--debug` (or `REALTIME_CLI_DEBUG=1`) the traceback comes too.
    """

    @functools.wraps(command)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
        debug = bool(kwargs.get("debug")) or os.environ.get("REALTIME_CLI_DEBUG") == "1"
        raise typer.Exit(_code(lambda: command(*args, **kwargs), debug=debug))

    return run


def _code(call: Callable[[], int | None], *, debug: bool) -> int:
    try:
        code = call() or 0
        if sys.stdout is not None and not sys.stdout.closed:
            sys.stdout.flush()  # here and not at Python's exit, where a reader that has gone is code 120
        return code
    except RealtimeCliError as exc:
        _trace(debug)
        say_error(str(exc), exc.advice)
        return exc.exit_code
    except KeyboardInterrupt:
        return SIGINT_EXIT
    except BrokenPipeError:
        # The reader has left, as `head` does: end as filters do. Keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SIGPIPE_EXIT
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except Exception as exc:  # noqa: BLE001 - the last door: a bug becomes a line, not a traceback
        _trace(debug)
        say_error(
            f"unexpected {type(exc).__name__}: {exc}", "This is a bug: please report it with --debug output."
        )
        return UNEXPECTED_EXIT


def _trace(debug: bool) -> None:
    if debug:
        traceback.print_exc()


def _closed(message: str) -> str:
    return message if message.endswith((".", "!", "?")) else message + "."
