"""Where the answer of `send-text` goes: lines, sound, JSON lines, silence."""

from __future__ import annotations

import json
import wave

import pytest

from tests.cli.conftest import Shell
from tests.cli.strange_server import StrangeServer

LOCAL = "realtime-cli send-text --provider local --no-history"


def test_lines_are_turns_of_one_conversation(online: Shell, strange: StrangeServer) -> None:
    before = len(strange.headers)
    done = online.run(r"printf 'one\n\ntwo\nthree' | realtime-cli send-text --lines")
    assert done.out.splitlines() == ["you said: one", "", "you said: two", "you said: three"]
    assert done.code == 0
    assert len(strange.headers) == before + 1


def test_lines_are_answered_as_they_come(online: Shell) -> None:
    told = 'while read -r a; do echo "$a $SECONDS"; done'
    done = online.run(f"(echo one; sleep 1; echo two) | realtime-cli send-text --lines | {told}")
    first, second = done.out.splitlines()
    assert int(first.split()[-1]) <= int(second.split()[-1])
    assert first.startswith("you said: one")


def test_a_failed_line_is_empty_and_told_at_the_end(shell: Shell, strange: StrangeServer) -> None:
    done = shell.run(rf"printf 'one\ntwo\n' | realtime-cli send-text --lines --url {strange.at('failed')}")
    assert done.out == "\n\n"
    assert done.code == 79
    assert "This cannot be answered" in done.err


def test_files_pipe_and_prompt_come_in_this_order(online: Shell) -> None:
    (online.folder / "a.txt").write_text("from a file\n")
    done = online.run("echo piped | realtime-cli send-text --file a.txt prompt")
    assert done.out == "you said: from a file\n\npiped\n\nprompt\n"


def test_quiet_leaves_stderr_empty_and_verbose_tells_who(online: Shell) -> None:
    assert online.run("realtime-cli send-text -q hello").err == ""
    told = online.run("realtime-cli send-text -v hello").err
    assert "3 tokens" in told


def test_jsonl_is_json_and_nothing_else(online: Shell) -> None:
    done = online.run("realtime-cli send-text --jsonl hello")
    lines = [json.loads(line) for line in done.out.splitlines()]
    turns = [line for line in lines if line["type"] == "turn"]
    assert [turn["role"] for turn in turns] == ["user", "assistant"]


def test_a_spoken_answer_is_a_wav_file(shell: Shell) -> None:
    done = shell.run(f"{LOCAL} --audio-out a.wav 'repeat hello there'")
    assert done.out.startswith("hello there")
    with wave.open(str(shell.folder / "a.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)
        assert file.getnframes() > 2_400


def test_a_spoken_answer_goes_through_a_pipe_and_back(shell: Shell) -> None:
    done = shell.run(f"{LOCAL} --audio-out - 'repeat hello' | head -c 44 | xxd -p -l 4")
    assert done.out in ("52494646\n", "")  # RIFF
    assert shell.run(f"{LOCAL} --audio-out b.raw 'repeat hello'").code == 0
    assert (shell.folder / "b.raw").stat().st_size % 2 == 0


@pytest.mark.parametrize(
    "options", ["--json --jsonl", "--lines --json", "--json --audio-out -", "--lines --play"]
)
def test_options_that_exclude_each_other_are_refused(shell: Shell, options: str) -> None:
    assert shell.run(f"echo hi | realtime-cli send-text {options}").code == 78
