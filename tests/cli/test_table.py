"""JSON for people and for programs: the same values; on a terminal none of them can order it about."""

from __future__ import annotations

import contextlib
import json

import pytest

from tests.cli.conftest import Shell
from tests.support.console import Console

ORDER = "red \u009b31m and \u202eback"


@pytest.mark.pty
def test_json_on_a_terminal_is_escaped_and_in_a_pipe_as_it_is(shell: Shell) -> None:
    shell.config_dir.mkdir()
    (shell.config_dir / "config.toml").write_text(f"instructions = {json.dumps(ORDER)}\n")
    line = "realtime-cli config list --json"
    piped = shell.run(line).out
    assert ORDER in piped
    with contextlib.closing(Console(["bash", "-c", line], shell.env, shell.folder, (100, 30))) as terminal:
        assert terminal.wait_end() == 0
        terminal.wait_for("origin")
        shown = terminal.look()
    assert "\\u009b31m" in shown
    assert "\\u202e" in shown
    assert json.loads(piped)["instructions"]["value"] == ORDER
