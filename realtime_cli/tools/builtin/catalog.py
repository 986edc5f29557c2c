"""The functions that come with the program, in groups that are named on the command line (`--builtin time,files`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec.structs import replace

from realtime_cli import clock
from realtime_cli.errors import ConfigError, ToolError
from realtime_cli.tools.builtin.calculation import calculate
from realtime_cli.tools.builtin.clipboard import read_clipboard, write_clipboard
from realtime_cli.tools.builtin.fetching import Web
from realtime_cli.tools.builtin.folder import Folder
from realtime_cli.tools.builtin.notes import Notes
from realtime_cli.tools.builtin.timers import Timers
from realtime_cli.tools.python_functions import tool_from
from realtime_cli.tools.schema import checked
from realtime_cli.tools.tool import Result, Tool

GROUPS: Final = {
    "time": "date and time, in any time zone",
    "calculator": "arithmetic",
    "files": "read, list and search files below --tool-folder",
    "fetch": "read a page of the public web",
    "clipboard": "read and write the clipboard",
    "notes": "keep and find short notes",
    "timer": "timers that speak up when they are over",
    "goodbye": "end the conversation when you say so",
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What built-in functions work with.

    Attributes:
        folder: What may be read.
        hosts: What may be fetched, see `Web`.
        notes_file: Where notes are kept.
        announce: Tells the session something long after a call.
    """

    folder: Path = field(default_factory=Path)
    hosts: tuple[str, ...] = ()
    notes_file: Path = Path("notes.txt")
    announce: Callable[[str], None] = lambda text: None


def builtin_tools(names: tuple[str, ...], around: Surroundings) -> list[Tool]:
    """The tools of these groups.

    Raises:
        ConfigError: There is no such group.
        InputError: The folder does not exist.
    """
    makers: dict[str, Callable[[Surroundings], list[Tool]]] = {
        "time": _time,
        "calculator": _calculator,
        "files": _files,
        "fetch": _fetch,
        "clipboard": _clipboard,
        "notes": _notes,
        "timer": _timer,
        "goodbye": _goodbye,
    }
    wanted = list(dict.fromkeys(part.strip() for name in names for part in name.split(",") if part.strip()))
    for name in wanted:
        if name not in makers:
            raise ConfigError(
                f"There is no built-in tool {name[:40]!r}", advice=f"There are: {', '.join(makers)}."
            )
    return [replace(tool, source=f"built in: {name}") for name in wanted for tool in makers[name](around)]


def _reading(function: Callable[..., Any]) -> Tool:
    """A function that changes nothing."""
    tool = tool_from(function, function.__name__, source="built in")
    return replace(tool, read_only=True, approval="auto", time_limit_s=30.0)


def _asking(function: Callable[..., Any]) -> Tool:
    tool = tool_from(function, function.__name__, source="built in")
    return replace(tool, approval="ask", time_limit_s=30.0)


def _on_loop(function: Callable[..., str]) -> Tool:
    """A quick function that belongs to the loop and touches nothing outside of this program."""
    prepare = checked(function)

    async def run(arguments: str) -> str | Result:
        return str(prepare(arguments)())

    return replace(_reading(function), run=run)


def _time(around: Surroundings) -> list[Tool]:
    def current_time(time_zone: str = "") -> str:
        """Tells the present date and time.

        Args:
            time_zone: IANA name such as "Europe/Paris"; empty for the user's own.
        """
        now = clock.wall()
        if time_zone:
            try:
                now = now.astimezone(ZoneInfo(time_zone))
            except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
                raise ToolError(f"There is no time zone {time_zone[:60]!r}.") from exc
        return f"{now:%A, %Y-%m-%d %H:%M:%S} {now.tzname() or ''}".strip()

    return [_reading(current_time)]


def _calculator(around: Surroundings) -> list[Tool]:
    def calculator(expression: str) -> str:
        """Calculates. Use it for every calculation.

        Args:
            expression: Arithmetic with + - * / // % ^ ( ) and functions such as sqrt(2), round(x, 2), sin, ln, max.
        """
        return calculate(expression)

    return [_reading(calculator)]


def _files(around: Surroundings) -> list[Tool]:
    folder = Folder(around.folder)

    def read_file(path: str, first_line: int = 1) -> str:
        """Reads a text file of the user's folder.

        Args:
            path: Relative to the folder.
            first_line: Where to begin, for long files.
        """
        return folder.read_file(path, first_line)

    def list_folder(path: str = ".") -> str:
        """Lists files and folders of the user's folder.

        Args:
            path: Relative to the folder.
        """
        return folder.list_folder(path)

    def search_files(text: str, path: str = ".", name: str = "*") -> str:
        """Finds lines with a text in the files of the user's folder and below.

        Args:
            text: Literal text; upper and lower case alike.
            path: Where to search, relative to the folder.
            name: Pattern of file names, such as "*.md".
        """
        return folder.search_files(text, path, name)

    return [_reading(read_file), _reading(list_folder), _reading(search_files)]


def _fetch(around: Surroundings) -> list[Tool]:
    web = Web(around.hosts)

    def fetch_url(url: str) -> str:
        """Reads a public web page as text.

        Args:
            url: Beginning with https:// or http://.
        """
        return web.fetch_url(url)

    # It only reads, but an address can carry out what the model has read elsewhere.
    return [_asking(fetch_url)]


def _clipboard(around: Surroundings) -> list[Tool]:
    async def clipboard_read() -> str:
        """Reads the text on the user's clipboard."""
        return await read_clipboard()

    async def clipboard_write(text: str) -> str:
        """Puts a text on the user's clipboard.

        Args:
            text: All of it.
        """
        return await write_clipboard(text)

    return [_asking(clipboard_read), _asking(clipboard_write)]  # a clipboard often holds a password


def _notes(around: Surroundings) -> list[Tool]:
    notes = Notes(around.notes_file)

    def add_note(text: str) -> str:
        """Keeps a note for the user.

        Args:
            text: One or two sentences.
        """
        return notes.add(text)

    def read_notes(containing: str = "") -> str:
        """Reads the user's notes.

        Args:
            containing: Only notes with this text.
        """
        return notes.read(containing)

    return [_asking(add_note), _reading(read_notes)]


def _timer(around: Surroundings) -> list[Tool]:
    timers = Timers(around.announce)

    def set_timer(seconds: float, label: str = "timer") -> str:
        """Sets a timer; you are told when it is over.

        Args:
            seconds: From now.
            label: What it is for.
        """
        return timers.set(seconds, label)

    def list_timers() -> str:
        """Lists the timers that are running."""
        return timers.list()

    def cancel_timer(label: str) -> str:
        """Stops a timer.

        Args:
            label: Its name.
        """
        return timers.cancel(label)

    return [_on_loop(set_timer), _on_loop(list_timers), _on_loop(cancel_timer)]


def _goodbye(around: Surroundings) -> list[Tool]:
    def end_conversation() -> Result:
        """Ends the conversation. Use it when the user says goodbye; then say goodbye in one short sentence."""
        return Result("The conversation ends after your next words: say goodbye now.", ends_session=True)

    return [_reading(end_conversation)]
