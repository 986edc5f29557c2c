"""A shell as a user has it: bash, the installed command on PATH, a home of its own, no keys."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cli.strange_server import StrangeServer, strange_server

BIN = Path(sys.executable).parent


@dataclass
class Shell:
    """Runs lines of bash in a folder of its own."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def run(self, line: str, *, stdin: str | bytes | None = None, timeout_s: float = 50) -> Done:
        done = subprocess.run(
            ["bash", "-c", line],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            cwd=self.folder,
            env=self.env,
            timeout=timeout_s,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    @property
    def config_dir(self) -> Path:
        return Path(self.env["REALTIME_CLI_CONFIG_DIR"])


@dataclass(frozen=True)
class Done:
    """How a line of bash ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "home").mkdir()
    return Shell(
        folder,
        {
            "PATH": f"{BIN}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(tmp_path / "home"),
            "LANG": "C.UTF-8",
            "REALTIME_CLI_CONFIG_DIR": str(tmp_path / "config"),
            "REALTIME_CLI_DATA_DIR": str(tmp_path / "data"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        },
    )


@pytest.fixture(scope="session")
def strange() -> Iterator[StrangeServer]:
    with strange_server() as server:
        yield server


@pytest.fixture
def online(shell: Shell, strange: StrangeServer) -> Shell:
    """A shell whose realtime-cli talks to the friendly side of the strange server."""
    shell.env |= {"REALTIME_CLI_URL": strange.at("ok")}
    return shell
