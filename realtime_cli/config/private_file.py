"""Files that only their owner may read, at every moment of their life."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from realtime_cli.errors import RecordingError


def write_privately(path: Path, text: str) -> None:
    """Replace a file's content at once; mode 0600 from the first byte, the folder 0700 if it has to be made.

    The text goes to a new file beside it (`mkstemp` makes those 0600 whatever the umask says), which then takes its
    place: a crash leaves the old content or the new one.

    Raises:
        RecordingError: The place cannot be written.
    """
    import tempfile  # with random and hashing behind it: 7 ms that only writers pay

    target = path.resolve()  # a link, as dotfile managers make them, stays a link
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as exc:
        raise _cannot(path, exc) from exc
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException as exc:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        if isinstance(exc, OSError):
            raise _cannot(path, exc) from exc
        raise


def _cannot(path: Path, exc: OSError) -> RecordingError:
    return RecordingError(
        f"{path} cannot be written: {exc.strerror or exc}",
        advice="Choose another place with REALTIME_CLI_CONFIG_DIR.",
    )
