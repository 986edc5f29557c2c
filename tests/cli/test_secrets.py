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


PLANTED = {
    "OpenAI's shape": "sk-proj-Zk3_planted-77aQ0x9LmNop",
    "xAI's shape": "xai-planted0123456789abcdefABCDEF",
    "32 hex digits": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "84 letters": "Planted" + "aB3dE5gH7jK9" * 6 + "Z0y1X",
    "base64": "cGxhbnRlZA+/key/with+signs/0123456789==",
    "a JWT": "eyJhbGciOiJIUzI1NiJ9.cGxhbnRlZA.s1gn4tur3-x_y",
    "two parts": "plantedid1234567.plantedsecret8901",
}
"""Keys of every shape that services give out."""


def everything_written(shell: Shell) -> dict[Path, bytes]:
    """All files of home, data, configuration and the folder, but for where the key was put by hand."""
    home = Path(shell.env["HOME"]).parent
    kept = {shell.config_dir / "keys.json", shell.folder / ".env"}
    return {path: path.read_bytes() for path in home.rglob("*") if path.is_file() and path not in kept}


@pytest.mark.parametrize("manner", ["echo", "echoclose", "echo401"])
@pytest.mark.parametrize("shape", PLANTED)
def test_a_key_that_the_server_repeats_stays_hidden_whatever_its_shape(
    shell: Shell, strange: StrangeServer, manner: str, shape: str
) -> None:
    """On the screen, in the answer, in --json, log, journal, history and tracebacks."""
    key = PLANTED[shape]
    shell.env["REALTIME_CLI_API_KEY"] = key
    before = len(strange.headers)
    for form in ("--debug -v --log-file run.log --journal run.journal", "--json --debug", "--jsonl"):
        done = shell.run(
            f"realtime-cli send-text {form} --retry 0 --timeout 20 --url {strange.at(manner)} hello"
        )
        assert key not in done.out + done.err, form
    checked = shell.run(f"realtime-cli providers check --debug --url {strange.at(manner)}")
    looked = shell.run(f"realtime-cli doctor --no-sound --json --debug --url {strange.at(manner)}")
    assert key not in checked.out + checked.err + looked.out + looked.err
    assert strange.headers[before]["authorization"] == f"Bearer {key}", "it was sent"
    for path, content in everything_written(shell).items():
        assert key.encode() not in content, path
    if manner != "echo401":
        assert b"[hidden]" in (shell.folder / "run.log").read_bytes(), "it was repeated"


@pytest.mark.parametrize("source", ["environment", ".env", "stored", "--header"])
def test_a_key_from_anywhere_stays_hidden(shell: Shell, strange: StrangeServer, source: str) -> None:
    key = PLANTED["32 hex digits"]
    option = ""
    match source:
        case "environment":
            shell.env["REALTIME_CLI_API_KEY"] = key
        case ".env":
            (shell.folder / ".env").write_text(f"REALTIME_CLI_API_KEY={key}\n")
        case "stored":
            shell.run(f"echo {key} | realtime-cli keys set work")
            option = "--key work"
        case _:
            shell.config_dir.mkdir()
            (shell.config_dir / "config.toml").write_text(f'header = ["api-key={key}"]\n')
    before = len(strange.headers)
    lines = [
        f"realtime-cli send-text --debug -v --log-file a.log --journal a.j {option} --url {strange.at('echo')} hi",
        f"realtime-cli doctor --no-sound {option} --url {strange.at('ok')}",
        "realtime-cli config list --all; realtime-cli config list --json",
        "realtime-cli providers; realtime-cli keys list",
    ]
    for line in lines:
        done = shell.run(line)
        assert key not in done.out + done.err, line
    assert key in str(strange.headers[before]), "it was sent"
    if source == "--header":
        return  # the file of settings is where the user put it
    for path, content in everything_written(shell).items():
        assert key.encode() not in content, path


def test_no_list_of_processes_shows_a_key(shell: Shell, strange: StrangeServer) -> None:
    """Neither our own line nor that of any child holds it."""
    key = PLANTED["OpenAI's shape"]
    url = strange.at("slow")
    assert shell.run("realtime-cli keys set work", stdin=key).code == 0
    asking = f"exec realtime-cli send-text --key work --url {url} look"
    with subprocess.Popen(
        ["bash", "-c", asking],
        env=shell.env, cwd=shell.folder, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        while "look" not in strange.prompts:
            assert process.poll() is None
        listed = subprocess.run(["ps", "-wweo", "args"], capture_output=True, text=True, check=True).stdout
        process.terminate()
    assert url in listed
    assert key not in listed


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
