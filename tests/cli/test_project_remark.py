"""A file of the current folder that decides where a key goes is named, each time."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Shell
from tests.cli.strange_server import StrangeServer

ASK = "OPENAI_API_KEY=sk-planted-0123456789abcdef realtime-cli send-text --trust-project"


@pytest.mark.parametrize(
    ("name", "line"), [("realtime-cli.toml", 'url = "{url}"\n'), (".env", "REALTIME_CLI_URL={url}\n")]
)
def test_a_trusted_folder_that_chooses_the_address_is_named(
    shell: Shell, strange: StrangeServer, name: str, line: str
) -> None:
    (shell.folder / name).write_text(line.format(url=strange.at("ok")))
    done = shell.run(f"{ASK} hello")
    assert (done.code, done.out) == (0, "you said: hello\n")
    assert done.err == f"{name} (url) in this folder sends this to 127.0.0.1.\n"


def test_quiet_is_quiet(shell: Shell, strange: StrangeServer) -> None:
    (shell.folder / ".env").write_text(f"REALTIME_CLI_URL={strange.at('ok')}\n")
    assert shell.run(f"{ASK} -q hello").err == ""


def test_a_folder_that_decides_nothing_of_the_kind_is_not_named(shell: Shell, strange: StrangeServer) -> None:
    (shell.folder / "realtime-cli.toml").write_text('voice = "cedar"\n')
    assert shell.run(f"{ASK} --url {strange.at('ok')} hello").err == ""


def test_what_the_user_chose_on_the_command_line_is_not_the_folders_doing(
    shell: Shell, strange: StrangeServer
) -> None:
    (shell.folder / "realtime-cli.toml").write_text('url = "wss://elsewhere.example/v1"\n')
    done = shell.run(f"{ASK} --url {strange.at('ok')} hello")
    assert (done.out, done.err) == ("you said: hello\n", "")
