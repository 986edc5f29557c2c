"""Reading below one folder: a file, a list of files, a search. Nothing outside of it is ever opened.

Every path is resolved, symbolic links too, before it is compared with the folder. Hidden files and folders (`.env`,
`.ssh`, `.git`) stay closed: they hold keys more often than answers.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from realtime_cli.errors import InputError, ToolError

_READ_BYTES = 100_000
_LISTED = 200
_FOUND = 50
_VISITED = 20_000
_SEARCHED_BYTES = 2_000_000
_LINE_CHARS = 300


class Folder:
    """The folder that the model may read.

    Raises:
        InputError: It is no folder.
    """

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise InputError(f"There is no folder {root}", advice="Give an existing one with --tool-folder.")
        self._root = root.resolve()

    def read_file(self, path: str, first_line: int = 1) -> str:
        """Text of a file, from `first_line` on."""
        where = self._inside(path)
        data, size_bytes = _read(where, path, _READ_BYTES * 20)
        if b"\0" in data[:8_192]:
            raise ToolError(f"{path} is not a text file ({size_bytes} bytes).")
        lines = data.decode("utf-8", "replace").splitlines(keepends=True)
        if first_line < 1 or (first_line > len(lines) and lines):
            raise ToolError(f"{path} has {len(lines)} lines.")
        text = "".join(lines[first_line - 1 :])
        if len(text) <= _READ_BYTES:
            return text or "(empty)"
        kept = text[:_READ_BYTES]
        after = first_line + kept.count("\n")
        return f"{kept}\n[cut: read on with first_line={after}]"

    def list_folder(self, path: str = ".") -> str:
        """Names in a folder; folders end with a slash."""
        where = self._inside(path)
        if not where.is_dir():
            raise ToolError(f"{path} is not a folder.")
        try:
            entries = sorted(os.scandir(where), key=lambda entry: entry.name)
        except OSError as exc:
            raise ToolError(f"{path} cannot be listed: {exc.strerror}.") from exc
        shown = [entry for entry in entries if not entry.name.startswith(".") and self._is_inside(entry)]
        lines = [f"{entry.name}/" if entry.is_dir() else entry.name for entry in shown[:_LISTED]]
        if len(shown) > _LISTED:
            lines.append(f"[cut: {len(shown)} entries in all]")
        return "\n".join(lines) or "(empty)"

    def search_files(self, text: str, path: str = ".", name: str = "*") -> str:
        """Lines that contain `text` (upper and lower case alike), as `file:line: words`."""
        if not text:
            raise ToolError("There is nothing to search for.")
        found: list[str] = []
        wanted = text.casefold()
        for file in self._files(self._inside(path), name):
            for number, line in enumerate(_lines(file), 1):
                if wanted in line.casefold():
                    found.append(f"{file.relative_to(self._root)}:{number}: {line.strip()[:_LINE_CHARS]}")
                    if len(found) >= _FOUND:
                        return "\n".join([*found, "[cut: there may be more]"])
        return "\n".join(found) or "Not found."

    def _inside(self, path: str) -> Path:
        """The real place of a path.

        Raises:
            ToolError: It is outside of the folder, hidden, or missing; the message never says what is there.
        """
        if "\0" in path:
            raise ToolError("The path holds a zero byte.")
        try:
            where = (self._root / path).resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            if ".." in Path(path).parts or Path(path).is_absolute():
                raise ToolError(f"{path} is outside of the folder that may be read.") from None
            raise ToolError(f"There is no {path} in the folder.") from None
        if not where.is_relative_to(self._root):
            raise ToolError(f"{path} is outside of the folder that may be read.")
        hidden = (*where.relative_to(self._root).parts, *Path(path).parts)
        if any(part.startswith(".") and part not in (".", "..") for part in hidden):
            raise ToolError(f"{path} is hidden, and hidden files are not read.")
        return where

    def _is_inside(self, entry: os.DirEntry[str]) -> bool:
        try:
            return Path(entry.path).resolve(strict=True).is_relative_to(self._root)
        except (OSError, RuntimeError):
            return False

    def _files(self, start: Path, name: str) -> Iterator[Path]:
        """Files below a folder, without following links to folders."""
        if start.is_file():
            yield start
            return
        visited = 0
        for folder, folders, files in os.walk(start, followlinks=False):
            folders[:] = sorted(one for one in folders if not one.startswith("."))
            for file in sorted(files):
                visited += 1
                if visited > _VISITED:
                    return
                path = Path(folder, file)
                if file.startswith(".") or path.is_symlink() or not path.match(name):
                    continue
                yield path


def _read(where: Path, shown: str, limit_bytes: int) -> tuple[bytes, int]:
    """The beginning of a regular file, and its whole size; pipes and devices are never opened for reading."""
    try:
        # The path has no links left; a link put there meanwhile is not followed. A pipe does not block.
        fd = os.open(where, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as exc:
        raise ToolError(f"{shown} cannot be read: {exc.strerror}.") from exc
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        os.close(fd)
        raise ToolError(f"{shown or '.'} is not a file.")
    with os.fdopen(fd, "rb") as file:
        return file.read(limit_bytes), status.st_size


def _lines(file: Path) -> Iterator[str]:
    try:
        data, _ = _read(file, file.name, _SEARCHED_BYTES)
    except ToolError:
        return  # it cannot be read by the user either
    if b"\0" not in data[:8_192]:
        yield from data.decode("utf-8", "replace").splitlines()
