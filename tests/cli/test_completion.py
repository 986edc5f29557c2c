"""Tab, in the shells themselves: bash, zsh and fish on a real terminal or by their own engine."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.device.conftest import house, sound_system
from tests.support.console import Console
from tests.support.sound import VirtualAudio

__all__ = ["house", "sound_system"]

KEY = "sk-planted-0123456789abcdef"


@pytest.fixture
def furnished(shell: Shell) -> Shell:
    """A profile, a key, a provider of the user's own, and two conversations."""
    (shell.config_dir / "profiles").mkdir(parents=True)
    (shell.config_dir / "profiles" / "pirate.toml").write_text("")
    shell.run(f"echo {KEY} | realtime-cli keys set zebra")
    for prompt in ("repeat the ferry", "repeat 'the' $harbour"):
        assert shell.run(f'realtime-cli send-text -p local "{prompt}"').code == 0
    return shell


def ids(shell: Shell) -> list[str]:
    """Of the conversations, the newest first."""
    listed = json.loads(shell.run("realtime-cli history list --json").out)
    return [row["conversation_id"] for row in listed]


WORDS = [
    ("profiles sh", "show"),
    ("talk --provid", "--provider"),
    ("send-text --profile p", "pirate"),
    ("profiles show pi", "pirate"),
    ("talk --key ze", "zebra"),
    ("keys remove z", "zebra"),
    ("talk --voice ced", "cedar"),
    ("talk --model gpt-realtime-1", "gpt-realtime-1.5"),
    ("talk --provider stepf", "stepfun"),
    ("providers check stepf", "stepfun"),
    ("config get silence", "silence_ms"),
]


class Typist:
    """Types into a shell on a terminal and lets it complete."""

    def __init__(self, terminal: Console) -> None:
        self._terminal = terminal
        self._count = 0

    def completed(self, words: str) -> str:
        """What stands behind `echo` after Tab, as the shell itself understands it: one word on each line."""
        self._count += 1
        mark = f"mark{self._count}"
        self._terminal.type(f"realtime-cli {words}\t")
        settled = re.compile(rf"realtime-cli {re.escape(words)}\S")
        self._terminal.wait(lambda shown: settled.search(shown) is not None, 20, f"completion of {words!r}")
        # To the beginning of the line; the command becomes an argument, so that nothing is run.
        self._terminal.type(f"\x01printf '%s|' {mark} \x05; echo {mark}end\r")
        done = re.compile(rf"^{mark}\|realtime-cli\|(.*?)\|?{mark}end$", re.MULTILINE)
        self._terminal.wait(lambda shown: done.search(shown) is not None, 20, f"the words of {words!r}")
        found = done.search(self._terminal.look())
        assert found is not None
        return found[1]


@contextlib.contextmanager
def typist(shell: Shell, name: str, env: dict[str, str] | None = None) -> Iterator[Typist]:
    """At a bare bash or zsh that has read our script and nothing else."""
    setup = {
        "bash": 'PS1="ready> "; eval "$(_REALTIME_CLI_COMPLETE=source_bash realtime-cli)"; bind "set bell-style none"',
        "zsh": "autoload -U compinit; compinit -u -D; bindkey -e; unsetopt beep; "
        'eval "$(_REALTIME_CLI_COMPLETE=source_zsh realtime-cli)"; PROMPT="ready> "',
    }[name]
    command = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}[name]
    console = Console(command, {**shell.env, **(env or {}), "TERM": "xterm"}, shell.folder, (200, 50))
    with contextlib.closing(console) as terminal:
        terminal.type(setup + "; echo set-up-is-over\r")
        terminal.wait(
            lambda shown: re.search(r"^set-up-is-over$", shown, re.MULTILINE) is not None, 20, "set-up"
        )
        yield Typist(terminal)


@pytest.mark.pty
@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_tab_completes_what_is_offered(furnished: Shell, name: str) -> None:
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    newest = ids(furnished)[0]
    begun = newest[:-1]
    with typist(furnished, name) as shell:
        for words, expected in [
            *WORDS,
            (f"history show {begun}", newest),
            (f"talk --continue {begun}", newest),
        ]:
            assert shell.completed(words).split("|")[-1].strip() == expected, words


@pytest.mark.pty
@pytest.mark.device
@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_a_device_with_blanks_in_its_name_is_one_word(shell: Shell, house: VirtualAudio, name: str) -> None:
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    with Path(house.env["ALSA_CONFIG_PATH"]).open("a") as devices:
        devices.write('pcm."desk mic" { type pulse; hint { show on description "Desk" } }\n')
    sound = {key: value for key, value in house.env.items() if key.startswith(("PULSE", "ALSA", "XDG"))}
    with typist(shell, name, sound) as at_work:
        assert at_work.completed("talk --input-device des") == "talk|--input-device|desk mic"


def test_fish_offers_names_with_their_words(furnished: Shell) -> None:
    if not shutil.which("fish"):
        pytest.skip("fish is not installed")
    source = "_REALTIME_CLI_COMPLETE=source_fish realtime-cli | source; "
    for words, expected in WORDS:
        done = furnished.run(f"fish --no-config -c '{source} complete -C \"realtime-cli {words}\"'")
        assert expected in [line.split("\t")[0] for line in done.out.splitlines()], (words, done.err)
    for words in ("history show ", "talk --continue ", "send-text -c "):
        done = furnished.run(f"fish --no-config -c '{source} complete -C \"realtime-cli {words}\"'")
        offered = dict(line.partition("\t")[::2] for line in done.out.splitlines())
        assert set(ids(furnished)) <= set(offered)
        assert "ferry" in offered[ids(furnished)[1]]


def test_powershell_gets_names_and_words_in_the_form_its_script_takes_apart(furnished: Shell) -> None:
    script = furnished.run("_REALTIME_CLI_COMPLETE=source_pwsh realtime-cli").out
    assert script.count("{") == script.count("}")
    assert script.count("(") == script.count(")")
    assert '-Split ":::"' in script
    assert "Register-ArgumentCompleter -Native -CommandName realtime-cli" in script
    newest = ids(furnished)[0]
    for words, word, expected in [
        ("realtime-cli talk --voice ced", "ced", "cedar"),
        (f"realtime-cli talk --continue {newest[:-1]}", newest[:-1], newest),
    ]:
        done = furnished.run(
            f"_REALTIME_CLI_COMPLETE=complete_powershell _TYPER_COMPLETE_ARGS='{words}' "
            f"_TYPER_COMPLETE_WORD_TO_COMPLETE='{word}' realtime-cli"
        )
        assert [line.split(":::")[0] for line in done.out.splitlines()] == [expected]


def test_tab_makes_no_history_and_says_nothing_where_something_is_wrong(shell: Shell) -> None:
    shell.config_dir.mkdir()
    (shell.config_dir / "keys.json").write_text("no JSON")
    for words in ("talk --continue 2", "talk --key a"):
        done = shell.run(
            f"COMP_WORDS='realtime-cli {words}' COMP_CWORD={len(words.split())} "
            "_REALTIME_CLI_COMPLETE=complete_bash realtime-cli"
        )
        assert (done.out.strip(), done.err) == ("", "")
    assert not Path(shell.env["REALTIME_CLI_DATA_DIR"]).exists()
