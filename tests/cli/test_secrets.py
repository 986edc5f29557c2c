"""Planted keys, looked for everywhere: output, log, journal, history, debug output, errors of every kind."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.runtime.wiretap import redacted
from tests.cli.conftest import Shell
from tests.cli.strange_server import StrangeServer

KEY = "sk-planted-0123456789abcdef"


@pytest.mark.parametrize("manner", ["ok", "failed", "fatal", "close", "401", "403", "404", "429", "500"])
def test_a_key_is_nowhere_to_be_found(shell: Shell, strange: StrangeServer, manner: str) -> None:
    shell.env["REALTIME_CLI_API_KEY"] = KEY
    done = shell.run(
        f"realtime-cli send-text --debug -v --retry 0 --timeout 20 --url {strange.at(manner)} "
        "--log-file run.log --journal run.journal 'what is the key'"
    )
    assert KEY not in done.out + done.err
    assert strange.headers[-1]["authorization"] == f"Bearer {KEY}"
    home = Path(shell.env["HOME"]).parent
    for path in home.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path


def test_nothing_that_is_written_can_be_read_by_others(shell: Shell, strange: StrangeServer) -> None:
    shell.run(
        f"umask 000; realtime-cli send-text --url {strange.at('ok')} --log-file run.log --journal run.journal hello"
    )
    data = Path(shell.env["REALTIME_CLI_DATA_DIR"])
    written = [shell.folder / "run.log", shell.folder / "run.journal", *data.glob("history.db*")]
    assert len(written) >= 3
    for path in written:
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_server_that_repeats_the_key_does_not_bring_it_to_the_screen(
    shell: Shell, strange: StrangeServer
) -> None:
    shell.env["REALTIME_CLI_API_KEY"] = KEY
    done = shell.run(f"realtime-cli send-text --debug --url {strange.at('ok')} hello")
    assert KEY not in done.err


@given(st.sampled_from(["sk-", "ek_", "sk_"]), st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=20))
def test_keys_are_taken_out_of_what_debug_shows(beginning: str, rest: str) -> None:
    key = beginning + rest
    for text in (
        f'{{"type":"session.created","client_secret":{{"value":"{key}"}}}}',
        f'{{"type":"error","error":{{"message":"Incorrect API key provided: {key}."}}}}',
        f'{{"type":"session.update","session":{{"tools":[{{"type":"mcp","authorization":"{key}"}}]}}}}',
    ):
        assert key not in redacted(text)


def test_insecure_is_loud_and_nothing_else_takes_a_strange_certificate(shell: Shell, tmp_path: Path) -> None:
    made = subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
            "-days",
            "1",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
        ],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("openssl is not installed")
    from tests.cli.strange_server import strange_server

    with strange_server(tmp_path / "cert.pem", tmp_path / "key.pem") as server:
        url = server.at("ok").replace("ws://127.0.0.1", "wss://localhost")
        refused = shell.run(f"realtime-cli send-text --retry 0 --url {url} hello")
        assert (refused.code, refused.out) == (69, "")
        trusted = shell.run(f"realtime-cli send-text --ca-file {tmp_path}/cert.pem --url {url} hello")
        assert trusted.out == "you said: hello\n"
        assert trusted.err == ""
        loud = shell.run(f"realtime-cli send-text -q --insecure --url {url} hello")
        assert loud.out == "you said: hello\n"
        assert "NOT checked" in loud.err
