"""`send-text` between other programs: what goes in, what comes out, and that it never hangs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.cli.conftest import Shell
from tests.cli.strange_server import MANY, StrangeServer

SEND = "realtime-cli send-text"


def test_the_answer_alone_is_on_stdout(online: Shell) -> None:
    done = online.run(f"{SEND} hello")
    assert (done.code, done.out) == (0, "you said: hello\n")


def test_piped_text_comes_before_the_prompt(online: Shell) -> None:
    done = online.run(f"echo the text | {SEND} 'the question'")
    assert done.out == "you said: the text\n\nthe question\n"


@pytest.mark.parametrize("spelling", ["-", "--stdin", ""])
def test_a_pipe_alone_is_the_prompt(online: Shell, spelling: str) -> None:
    assert online.run(f"(sleep 0.4; echo late) | {SEND} {spelling}").out == "you said: late\n"


def test_an_inherited_pipe_that_says_nothing_does_not_hang(online: Shell) -> None:
    with subprocess.Popen(
        ["bash", "-c", f"{SEND} hello"],
        stdin=subprocess.PIPE,  # held open, never written to
        stdout=subprocess.PIPE,
        cwd=online.folder,
        env=online.env,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.read() == b"you said: hello\n"
        assert process.wait(20) == 0


def test_no_stdin_leaves_the_pipe_to_the_next_program(online: Shell) -> None:
    done = online.run(f"printf 'one\\ntwo\\n' | while read -r line; do {SEND} --no-stdin \"$line\"; done")
    assert done.out == "you said: one\nyou said: two\n"


def test_without_any_prompt_it_is_a_usage_error(online: Shell) -> None:
    done = online.run(f"{SEND} </dev/null")
    assert done.code == 2
    assert "no prompt" in done.err


@pytest.mark.parametrize("also", ["hello", "--file x.txt", "--no-stdin"])
def test_lines_and_another_prompt_contradict_each_other(online: Shell, also: str) -> None:
    (online.folder / "x.txt").write_text("words")
    done = online.run(f"echo one | {SEND} --lines {also}")
    assert (done.code, done.out) == (2, "")


def test_a_recording_without_sound_is_remarked(shell: Shell) -> None:
    done = shell.run("realtime-cli talk -p local --no-audio --record sound")
    assert done.code == 0
    assert "Nothing is recorded" in done.out + done.err


def test_a_closed_stdin_is_no_stdin(online: Shell) -> None:
    assert online.run(f"{SEND} hello <&-").out == "you said: hello\n"


def test_binary_stdin_is_refused_with_a_reason(online: Shell) -> None:
    done = online.run(f"head -c 1000 /dev/urandom | {SEND} --stdin hello")
    assert done.code == 66
    assert "not UTF-8" in done.err


def test_ten_megabytes_go_through(online: Shell, strange: StrangeServer) -> None:
    done = online.run(f"yes 0123456789abcde | head -c 10000000 | {SEND} - | wc -c")
    assert done.code == 0
    assert abs(int(done.out) - 10_000_010) < 10
    assert max(len(prompt) for prompt in strange.prompts) >= 9_999_990


def test_a_reader_that_leaves_ends_it_quietly(shell: Shell, strange: StrangeServer) -> None:
    done = shell.run(f"set -o pipefail; {SEND} --url {strange.at('many')} go | head -n 1")
    assert done.out == "word\n"
    assert done.err.count("\n") <= 1
    assert "Traceback" not in done.err
    assert done.code in (0, 141)


def test_every_piece_arrives(shell: Shell, strange: StrangeServer) -> None:
    assert shell.run(f"{SEND} --url {strange.at('many')} go | wc -l").out.strip() == str(MANY)


def test_json_is_one_object(online: Shell) -> None:
    done = online.run(f"{SEND} --json hello")
    answer = json.loads(done.out)
    assert answer["text"] == "you said: hello"
    assert answer["usage"]["total"] == 3
    assert answer["session_id"] == "sess_1"
    assert answer["timing"]["total_ms"] > 0


def test_eight_at_once_do_not_disturb_each_other(online: Shell) -> None:
    done = online.run(f"seq 8 | xargs -P 8 -I {{}} sh -c '{SEND} \"number {{}}\" > {{}}.txt'")
    assert done.code == 0, done.err
    assert [(online.folder / f"{n}.txt").read_text() for n in range(1, 9)] == [
        f"you said: number {n}\n" for n in range(1, 9)
    ]
    assert online.run("realtime-cli history list --json | grep -c '\"conversation_id\"'").out.strip() == "8"


def test_the_built_in_server_answers_in_a_pipe(shell: Shell) -> None:
    done = shell.run(f"echo hi | {SEND} --provider local")
    assert done.code == 0
    assert len(done.out.strip()) > 1


def test_without_a_key_a_script_gets_an_error_and_not_the_demo(shell: Shell) -> None:
    done = shell.run(f"{SEND} hello")
    assert (done.code, done.out) == (77, "")
    assert "OPENAI_API_KEY" in done.err


def test_python_dash_m_is_the_command(online: Shell) -> None:
    assert online.run(f"{sys.executable} -m realtime_cli send-text hello").out == "you said: hello\n"


def test_a_hosted_prompt_imports_nothing_heavy(online: Shell) -> None:
    heavy = ("numpy", "sounddevice", "pydantic", "rich", "prompt_toolkit", "genai_prices", "keyring", "mcp")
    code = (
        "import sys\nfrom realtime_cli.cli.app import main\n"
        "sys.argv = ['realtime-cli', 'send-text', 'hello']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print([m for m in {heavy!r} if m in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=online.env,
        cwd=online.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["you said: hello", "[]"]
