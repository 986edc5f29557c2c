"""Keys that are stored: asked for without being shown, private from their first byte, or in the system's keyring."""

from __future__ import annotations

import json
import stat
import termios
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.cli.strange_server import StrangeServer
from tests.support.console import Console

KEY = "sk-planted-0123456789abcdef"
OTHER = "sk-planted-fedcba9876543210"

BACKEND = '''
import json, os
from pathlib import Path
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

PLACE = Path(os.environ["HOME"], "keyring.json")

class Backend(KeyringBackend):
    """Keeps what it is given in a file, as no real one would; locked while there is a file called so."""

    priority = 5

    def _all(self):
        if PLACE.with_name("locked").exists():
            raise KeyringLocked("the user said no")
        return json.loads(PLACE.read_text()) if PLACE.exists() else {}

    def get_password(self, service, username):
        return self._all().get(f"{service}/{username}")

    def set_password(self, service, username, password):
        PLACE.write_text(json.dumps({**self._all(), f"{service}/{username}": password}))

    def delete_password(self, service, username):
        entries = self._all()
        if entries.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError("not there")
        PLACE.write_text(json.dumps(entries))
'''

WITNESS = """
import os, stat, sys

def watch(event, arguments):
    folder = os.environ.get("REALTIME_CLI_CONFIG_DIR", "")
    if not event.startswith(("open", "os.", "shutil.", "tempfile.")) or getattr(watch, "busy", False):
        return
    watch.busy = True
    try:
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            mode = stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode)
            with open(os.path.join(os.environ["HOME"], "seen"), "a") as seen:
                seen.write(f"{name} {mode:o}\\n")
    finally:
        watch.busy = False

sys.addaudithook(watch)
"""


@pytest.fixture
def keyring(shell: Shell) -> Path:
    """A keyring that works; the file it keeps things in."""
    (shell.folder / "pocket.py").write_text(BACKEND)
    shell.env |= {"PYTHONPATH": str(shell.folder), "PYTHON_KEYRING_BACKEND": "pocket.Backend"}
    return Path(shell.env["HOME"]) / "keyring.json"


@pytest.mark.pty
def test_a_key_is_asked_for_and_not_shown(shell: Shell) -> None:
    terminal = Console(["bash", "-c", "realtime-cli keys set work"], shell.env, shell.folder, (100, 30))
    try:
        terminal.wait_for("Key for work (not shown):")
        assert not terminal.attributes()[3] & termios.ECHO
        terminal.type(f"{KEY}\r")
        assert terminal.wait_end() == 0
        terminal.wait_for("Stored as work")
        assert not terminal.was_seen(KEY)
        assert terminal.attributes() == terminal.attributes_before
    finally:
        terminal.close()
    path = shell.config_dir / "keys.json"
    assert json.loads(path.read_text()) == {"work": KEY}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.pty
@pytest.mark.parametrize(("keys", "code"), [("\x03", 130), ("\r", 78), ("two words\r", 78)])
def test_what_is_no_key_is_not_stored_and_the_terminal_shows_again_what_is_typed(
    shell: Shell, keys: str, code: int
) -> None:
    terminal = Console(["bash", "-c", "realtime-cli keys set work"], shell.env, shell.folder, (100, 30))
    try:
        terminal.wait_for("(not shown)")
        terminal.type(keys)
        assert terminal.wait_end() == code
        assert terminal.attributes() == terminal.attributes_before
        assert "Traceback" not in terminal.look()
    finally:
        terminal.close()
    assert not (shell.config_dir / "keys.json").exists()


def test_no_moment_lets_others_read_a_key(shell: Shell) -> None:
    """A witness inside the process looks at every file of the folder whenever one is opened, renamed or changed."""
    (shell.folder / "sitecustomize.py").write_text(WITNESS)
    shell.env["PYTHONPATH"] = str(shell.folder)
    for key in (KEY, OTHER):  # the first makes the file, the second replaces it
        assert shell.run(f"umask 000; echo {key} | realtime-cli keys set work").code == 0
    seen = (Path(shell.env["HOME"]) / "seen").read_text().splitlines()
    assert {line.rpartition(" ")[2] for line in seen} == {"600"}
    assert any(line.startswith(".keys.json.") for line in seen), "the witness saw the file while it was made"
    assert any(line.startswith("keys.json ") for line in seen)
    assert stat.S_IMODE(shell.config_dir.stat().st_mode) == 0o700


def test_a_keyring_keeps_the_key_and_the_file_only_its_name(
    shell: Shell, strange: StrangeServer, keyring: Path
) -> None:
    stored = shell.run(f"echo {KEY} | realtime-cli keys set work --keyring")
    assert (stored.code, "the system keyring" in stored.err) == (0, True)
    assert json.loads(keyring.read_text()) == {"realtime-cli/work": KEY}
    assert KEY not in (shell.config_dir / "keys.json").read_text()
    before = len(strange.headers)
    assert shell.run(f"realtime-cli send-text --url {strange.at('ok')} --key work hi").out == "you said: hi\n"
    assert strange.headers[before]["authorization"] == f"Bearer {KEY}"
    assert shell.run("realtime-cli keys list").out.splitlines()[1] == "work\tthe system keyring"
    assert shell.run("realtime-cli keys remove work").code == 0
    assert json.loads(keyring.read_text()) == {}


def test_a_key_that_moves_out_of_the_keyring_leaves_nothing_there(shell: Shell, keyring: Path) -> None:
    shell.run(f"echo {KEY} | realtime-cli keys set work --keyring; echo {OTHER} | realtime-cli keys set work")
    assert json.loads(keyring.read_text()) == {}
    assert json.loads((shell.config_dir / "keys.json").read_text()) == {"work": OTHER}


def test_a_locked_keyring_is_told_in_one_line_and_loses_nothing(
    shell: Shell, strange: StrangeServer, keyring: Path
) -> None:
    shell.run(f"echo {KEY} | realtime-cli keys set work --keyring")
    keyring.with_name("locked").touch()
    for line in (
        f"realtime-cli send-text --url {strange.at('ok')} --key work hi",
        "realtime-cli keys remove work",
        f"echo {OTHER} | realtime-cli keys set other --keyring",
    ):
        done = shell.run(line)
        assert (done.code, done.out) == (78, "")
        assert "keyring" in done.err
        assert len(done.err.splitlines()) == 1
        assert KEY not in done.err
    keyring.with_name("locked").unlink()
    assert json.loads((shell.config_dir / "keys.json").read_text()) == {"work": {"keyring": True}}


def test_a_key_that_the_keyring_lost_can_be_removed(shell: Shell, keyring: Path) -> None:
    shell.run(f"echo {KEY} | realtime-cli keys set work --keyring")
    keyring.unlink()
    assert shell.run("realtime-cli keys remove work").code == 0
    assert shell.run("realtime-cli keys list").out == ""


@pytest.mark.parametrize("how", ["no package", "no backend"])
def test_without_a_keyring_the_file_is_offered(shell: Shell, how: str) -> None:
    if how == "no package":
        (shell.folder / "keyring.py").write_text("raise ImportError('as on a machine without it')\n")
        shell.env["PYTHONPATH"] = str(shell.folder)
    else:
        shell.env["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    done = shell.run(f"echo {KEY} | realtime-cli keys set work --keyring")
    assert done.code == 78
    assert "the key in the file" in done.err
    assert not (shell.config_dir / "keys.json").exists()
