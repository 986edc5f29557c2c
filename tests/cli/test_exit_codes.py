"""Each exit code of the documented tables is produced from bash, with its one line on stderr and nothing on stdout."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from realtime_cli import errors
from realtime_cli.cli import boundary
from tests.cli.conftest import Shell
from tests.cli.strange_server import StrangeServer

KEY = "sk-planted-0123456789abcdef"


ROOT = Path(__file__).resolve().parents[2]


def urls(strange: StrangeServer) -> dict[str, str]:
    names = ("ok", "slow", "failed", "fatal", "close", "garbage", "nonsense", "401", "429", "503")
    return {name: strange.at(name) for name in names}


LINES = [
    ("realtime-cli --version", 0, ""),
    ("realtime-cli send-text --url $ok hello", 0, ""),
    ("realtime-cli send-text --bogus", 2, "No such option"),
    ("realtime-cli send-text --url $nonsense hello", 65, "nothing that can be understood"),
    ("realtime-cli send-text --url $ok -i @nothing.txt hello", 66, "nothing.txt"),
    ("realtime-cli transcribe -p local nothing.wav", 66, "nothing.wav"),
    ("realtime-cli send-text --url ws://127.0.0.1:1/v1 hello", 69, "127.0.0.1"),
    ("REALTIME_CLI_DATA_DIR=/dev/null/x realtime-cli history off", 73, "/dev/null/x"),
    ("realtime-cli send-text --url $ok --log-file /nowhere/x.log hello", 73, "/nowhere/x.log"),
    ("realtime-cli send-text --url $limited --retry 0 hello", 75, "429"),
    ("realtime-cli send-text --url $close hello", 76, "go away"),
    ("realtime-cli send-text --url $refused hello", 77, "401"),
    ("realtime-cli send-text --provider openai hello", 77, "OPENAI_API_KEY"),
    ("REALTIME_CLI_VAD=x realtime-cli send-text hello", 78, "REALTIME_CLI_VAD in the environment"),
    ("realtime-cli send-text --url $ok --proxy http://me:secret@x:99999 hello", 78, "--proxy is not"),
    ("realtime-cli send-text --url $ok --proxy foo hello", 78, "--proxy is not"),
    ("realtime-cli send-text --provider nobody hello", 78, "There is no provider"),
    ("realtime-cli send-text --url $failed hello", 79, "This cannot be answered"),
    ("realtime-cli send-text --url $slow --timeout 0.5 hello", 124, "within 0.5 s"),
]


@pytest.mark.parametrize(("line", "code", "words"), LINES)
def test_a_class_of_failure_has_its_code(
    shell: Shell, strange: StrangeServer, line: str, code: int, words: str
) -> None:
    names = urls(strange)
    shell.env |= {**names, "refused": names["401"], "limited": names["429"], "REALTIME_CLI_API_KEY": KEY}
    done = shell.run(line)
    assert done.code == code, done.err
    assert words in done.err
    assert KEY not in done.out + done.err
    assert "Traceback" not in done.err
    if code not in (0, 2):
        assert done.out == ""
        said = [text for text in done.err.splitlines() if text.startswith("realtime-cli: ")]
        assert len(said) == 1
        assert said[0].endswith(".")


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_ends_it_as_shells_expect(
    shell: Shell, strange: StrangeServer, name: str, code: int
) -> None:
    process = subprocess.Popen(
        ["realtime-cli", "send-text", "--url", strange.at("slow"), f"wait for {name}"],
        env=shell.env,
        cwd=shell.folder,
        executable=str(next(p for p in _candidates(shell) if os.path.exists(p))),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    while f"wait for {name}" not in strange.prompts:
        assert process.poll() is None
    process.send_signal(signal.Signals[name])
    _, err = process.communicate(timeout=20)
    assert process.returncode == code
    assert b"Traceback" not in err


def _candidates(shell: Shell) -> list[str]:
    return [os.path.join(folder, "realtime-cli") for folder in shell.env["PATH"].split(":")]


def test_timeout_of_coreutils_works_as_for_any_program(shell: Shell, strange: StrangeServer) -> None:
    done = shell.run(f"timeout -s INT 3 realtime-cli send-text --url {strange.at('slow')} hello")
    assert done.code in (124, 130)
    assert "Traceback" not in done.err


def test_a_file_that_is_no_sound_is_code_66(shell: Shell) -> None:
    (shell.folder / "words.wav").write_text("these are words")
    done = shell.run("realtime-cli transcribe -p local words.wav")
    assert (done.code, done.out) == (66, "")
    assert done.err.count("realtime-cli: words.wav") == 1


def test_no_sound_library_is_code_74(shell: Shell) -> None:
    # An own folder that hides PortAudio's Python package, as on a machine where the library is missing.
    hidden = shell.folder / "sounddevice.py"
    hidden.write_text("raise OSError('PortAudio library not found')\n")
    shell.env["PYTHONPATH"] = str(shell.folder)
    done = shell.run("realtime-cli devices")
    assert done.code == 74
    assert "libportaudio2" in done.err


def test_a_server_that_talks_nonsense_is_code_65(shell: Shell, strange: StrangeServer) -> None:
    done = shell.run(f"realtime-cli providers check --url {strange.at('garbage')}")
    assert done.code == 65
    assert "no readable JSON" in done.err


BUGS = {
    "RuntimeError('a bug, planted by a test')": 1,
    "LocalProtocolError('an illegal word, planted by a test')": 70,
}


@pytest.mark.parametrize(("bug", "code"), BUGS.items())
def test_a_bug_of_ours_is_one_line_with_a_code(shell: Shell, bug: str, code: int) -> None:
    # Only a program that was changed has one: Python reads this file first, and one command breaks.
    (shell.folder / "sitecustomize.py").write_text(
        "from realtime_cli.cli import table\nfrom realtime_cli.errors import LocalProtocolError\n"
        f"def broken(*whatever):\n    raise {bug}\ntable.print_json = broken\n"
    )
    done = shell.run(f"PYTHONPATH={shell.folder} realtime-cli voices --json")
    assert (done.code, done.out) == (code, "")
    assert "planted by a test" in done.err
    assert "report" in done.err
    assert len(done.err.splitlines()) == 1
    traced = shell.run(f"PYTHONPATH={shell.folder} realtime-cli voices --json --debug")
    assert (traced.code, "Traceback" in traced.err) == (code, True)


FAILING_TOOLS = '''
def get_time() -> str:
    """Tells the current time of day."""
    raise RuntimeError("the clock stands still")

def delete_note(name: str) -> str:
    """Deletes a note."""
    return "deleted"
'''


def test_a_function_that_failed_is_code_80_where_that_was_asked_for(shell: Shell) -> None:
    (shell.folder / "t.py").write_text(FAILING_TOOLS)
    ask = "realtime-cli send-text -p local --no-history 'what time is it'"
    assert shell.run(f"{ask} --tools t.py").code == 0
    failed = shell.run(f"{ask} --tools t.py --fail-on-tool")
    assert failed.code == 80
    assert failed.out != ""
    assert "Not every function did its work: get_time" in failed.err
    refused = shell.run(
        ask.replace("what time is it", "delete note shopping") + " --tools t.py --fail-on-tool"
    )
    assert (refused.code, "delete_note" in refused.err) == (80, True)
    (shell.folder / "t.py").write_text(FAILING_TOOLS.replace("raise RuntimeError(", "return ("))
    assert shell.run(f"{ask} --tools t.py --fail-on-tool").code == 0
    assert shell.run("realtime-cli tools call get_time nonsense=1 --tools t.py").code == 80


@pytest.mark.parametrize(
    "line",
    [
        "realtime-cli send-text --url $many go",
        "realtime-cli send-text --jsonl --url $many go",
        "realtime-cli send-text --json --url $many go",
        "realtime-cli config list --all",
        "realtime-cli providers",
        "realtime-cli voices --json",
    ],
)
def test_a_reader_that_has_gone_is_code_141(shell: Shell, strange: StrangeServer, line: str) -> None:
    # The reader takes one byte or none, and is gone before the rest is written: no luck is needed.
    shell.env["many"] = strange.at("many")
    done = shell.run(f"mkfifo gone; (exec 3<gone) & exec 4>gone; wait; {line} >&4")
    assert done.code == 141, done.err
    assert done.err == ""


@pytest.mark.parametrize(
    "line", ["realtime-cli --help", "realtime-cli talk --help", "realtime-cli --version"]
)
def test_help_for_a_reader_that_has_gone_is_code_141(shell: Shell, line: str) -> None:
    done = shell.run(f"mkfifo gone; (exec 3<gone) & exec 4>gone; wait; {line} >&4")
    assert (done.code, done.err) == (141, "")


def test_head_takes_one_byte_and_nobody_complains(shell: Shell, strange: StrangeServer) -> None:
    line = f"realtime-cli send-text --url {strange.at('endless')} go"
    done = shell.run(f'{line} | head -c 1; echo " ${{PIPESTATUS[0]}}"')
    assert (done.out, done.err) == ("w 141\n", "")


TESTED = {code for _, code, _ in LINES} | {*BUGS.values()} | {65, 74, 80, 130, 141, 143}


def test_every_documented_code_is_tested_and_every_tested_code_is_documented() -> None:
    readme = (
        (ROOT / "README.md").read_text(encoding="utf-8").partition("## Exit codes")[2].partition("\n## ")[0]
    )
    table = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8").partition("## Exit codes")[2]
    in_readme = {int(code) for code in re.findall(r"\b\d+\b", readme)}
    in_table = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    in_errors = {one.exit_code for one in vars(errors).values() if isinstance(one, type)
                 and issubclass(one, errors.RealtimeCliError)}  # fmt: skip
    assert in_table == in_readme == TESTED
    assert in_errors | {0, 2, boundary.SIGINT_EXIT, boundary.SIGPIPE_EXIT, 143} == TESTED
