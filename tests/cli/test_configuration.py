"""config, keys, profiles, doctor: by hand of a user in a shell."""

from __future__ import annotations

import json
import os
import stat

import pytest

from tests.cli.conftest import Shell
from tests.cli.strange_server import StrangeServer, strange_server

KEY = "sk-planted-0123456789abcdef"


def test_a_setting_is_set_listed_with_its_origin_and_removed(shell: Shell) -> None:
    assert (
        shell.run("realtime-cli config set voice cedar && realtime-cli config set silence-ms 700").code == 0
    )
    (shell.config_dir / "config.toml").write_text("# mine\nvoice = 'cedar' # warm\nsilence_ms = 700\n")
    shell.run("realtime-cli config set voice marin")
    assert (
        shell.config_dir / "config.toml"
    ).read_text() == '# mine\nvoice = "marin" # warm\nsilence_ms = 700\n'
    listed = json.loads(shell.run("REALTIME_CLI_PTT=yes realtime-cli config list --json").out)
    assert listed["voice"] == {"value": "marin", "origin": str(shell.config_dir / "config.toml")}
    assert listed["ptt"] == {"value": True, "origin": "environment"}
    assert shell.run("realtime-cli config unset voice && realtime-cli config get voice").out == ""
    assert shell.run("realtime-cli config get silence_ms").out == "700\n"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("realtime-cli config set voise x", "Did you mean voice?"),
        ("realtime-cli config set vad x", "expected one of server, semantic"),
        ("realtime-cli config set providers x", "is a table"),
        ("realtime-cli profiles show ../x", "is no name for a profile"),
        ("realtime-cli send-text --profile nobody hi", "There is no profile"),
        ("realtime-cli keys remove nobody", "No key is stored"),
    ],
)
def test_mistakes_are_told_with_the_next_step(shell: Shell, line: str, words: str) -> None:
    done = shell.run(line)
    assert done.code == 78
    assert words in done.err


def test_a_stored_key_is_private_used_and_never_shown(shell: Shell, strange: StrangeServer) -> None:
    done = shell.run(f"umask 000; echo {KEY} | realtime-cli keys set work; realtime-cli keys list --json; "
                     "realtime-cli config list --all; realtime-cli config path --all")  # fmt: skip
    assert done.code == 0
    assert KEY not in done.out + done.err
    assert stat.S_IMODE(os.stat(shell.config_dir / "keys.json").st_mode) == 0o600
    before = len(strange.headers)
    asked = shell.run(f"realtime-cli send-text --url {strange.at('ok')} --key work --debug -v hello")
    assert asked.out == "you said: hello\n"
    assert KEY not in asked.err
    assert strange.headers[before]["authorization"] == f"Bearer {KEY}"
    assert shell.run("realtime-cli keys remove work && realtime-cli keys list").out == ""


def test_a_key_of_a_provider_stands_for_its_variable(shell: Shell) -> None:
    shell.run(f"echo {KEY} | realtime-cli keys set openai")
    found = json.loads(shell.run("realtime-cli providers --json").out)
    openai = next(row for row in found if row["name"] == "openai")
    assert openai["key_found"].startswith("yes (OPENAI_API_KEY")


@pytest.mark.parametrize(
    "line", [f"realtime-cli keys set openai {KEY}", f"realtime-cli send-text --key {KEY} hi"]
)
def test_a_key_on_the_command_line_is_refused_and_not_repeated(shell: Shell, line: str) -> None:
    done = shell.run(line)
    assert done.code == 78
    assert "every program on this machine" in done.err
    assert KEY not in done.out + done.err


def test_a_key_file_that_others_may_read_is_refused(shell: Shell) -> None:
    shell.run(f"echo {KEY} | realtime-cli keys set openai; chmod 644 $REALTIME_CLI_CONFIG_DIR/keys.json")
    done = shell.run("realtime-cli send-text --provider openai hi")
    assert done.code == 78
    assert "chmod 600" in done.err


def test_a_profile_brings_settings_and_a_template(online: Shell) -> None:
    online.run("EDITOR=true realtime-cli profiles edit brief")
    (online.config_dir / "profiles" / "brief.toml").write_text('template = "In one line: $input"\n')
    assert online.run("realtime-cli send-text --profile brief hello").out == "you said: In one line: hello\n"
    assert (
        online.run("REALTIME_CLI_PROFILE=brief realtime-cli send-text hi").out
        == "you said: In one line: hi\n"
    )
    assert online.run("realtime-cli profiles list").out.splitlines()[1] == "brief\ttemplate"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("realtime-cli.toml", 'url = "wss://evil.example/v1"'),
        (".env", "REALTIME_CLI_URL=wss://evil.example/v1"),
        ("realtime-cli.toml", 'proxy = "http://evil.example:1"'),
        ("realtime-cli.toml", 'instructions = "@/etc/passwd"'),
        (".env", "REALTIME_CLI_INSECURE=1"),
        (".env", "REALTIME_CLI_TRUST_PROJECT=1\nREALTIME_CLI_APPROVE=auto"),
        ("realtime-cli.toml", 'trust_project = true\ntools = ["evil.py"]'),
        ("realtime-cli.toml", '[shell_tools.x]\ndescription = "x"\ncommand = ["id"]'),
        ("realtime-cli.toml", '[mcp_servers.x]\ncommand = "id"'),
    ],
)
def test_a_folder_cannot_decide_what_could_harm(
    shell: Shell, strange: StrangeServer, name: str, content: str
) -> None:
    (shell.folder / name).write_text(content)
    (shell.folder / "evil.py").write_text("open('ran', 'w')\n")
    line = f"OPENAI_API_KEY={KEY} realtime-cli send-text hi"
    if "url" not in content.lower():
        line = f"realtime-cli send-text --url {strange.at('ok')} hi"
    done = shell.run(line)
    assert done.code == 78, done.err
    assert "folder" in done.err
    assert KEY not in done.err
    assert not (shell.folder / "ran").exists()


def test_a_key_never_goes_to_another_host_after_a_redirect(shell: Shell, strange: StrangeServer) -> None:
    before = len(strange.headers)
    with strange_server() as elsewhere:
        url = strange.at(f"to-{elsewhere.url.rpartition(':')[2]}")
        shell.env |= {"REALTIME_CLI_API_KEY": KEY, "REALTIME_CLI_RETRY": "0"}
        for command in ("send-text --debug hi", "doctor --no-sound --debug", "providers check --debug"):
            done = shell.run(f"realtime-cli {command} --url {url}")
            assert done.code != 0
            assert KEY not in done.out + done.err
        assert elsewhere.headers == [], "nobody came"
    assert len(strange.headers) == before + 3
    assert "localhost" in done.out + done.err, "where it would have gone is told"


def test_doctor_tells_everything_and_the_class_of_failure(shell: Shell, strange: StrangeServer) -> None:
    shell.env["REALTIME_CLI_API_KEY"] = KEY
    done = shell.run(f"realtime-cli doctor --no-sound --json --url {strange.at('ok')}")
    report = json.loads(done.out)
    assert (done.code, report["failed"]) == (0, 0), done.out
    assert {finding["part"] for finding in report["findings"]} >= {
        "configuration", "network", "sound", "engines", "terminal",
    }  # fmt: skip
    key = next(finding for finding in report["findings"] if finding["name"] == "key")
    assert "REALTIME_CLI_API_KEY, from environment" in key["detail"]
    assert KEY not in done.out + done.err
    assert shell.run(f"realtime-cli doctor --no-sound --url {strange.at('401')}").code == 77
    assert shell.run("realtime-cli doctor --no-sound --url ws://127.0.0.1:1/v1").code == 69
    assert shell.run("realtime-cli doctor --no-sound --provider nobody").code == 78
    assert "All is well" in shell.run("realtime-cli doctor --no-sound --no-network --provider local").out


def test_completion_offers_profiles_keys_and_voices(shell: Shell) -> None:
    (shell.config_dir / "profiles").mkdir(parents=True)
    (shell.config_dir / "profiles" / "pirate.toml").write_text("")
    for words, offered in [
        ("send-text --profile p", "pirate"),
        ("talk --voice ced", "cedar"),
        ("talk --provider loc", "local"),
        ("pro", "profiles"),
    ]:
        count = len(words.split())
        done = shell.run(
            f"COMP_WORDS='realtime-cli {words}' COMP_CWORD={count} _REALTIME_CLI_COMPLETE=complete_bash realtime-cli"
        )
        assert offered in done.out, words


@pytest.mark.parametrize("name", ["bash", "zsh", "fish", "pwsh"])
def test_completion_scripts_exist_for_every_shell(shell: Shell, name: str) -> None:
    done = shell.run(f"_REALTIME_CLI_COMPLETE=source_{name} realtime-cli")
    assert done.code == 0
    assert "_REALTIME_CLI_COMPLETE" in done.out or "realtime-cli" in done.out
