"""View and keyboard on a real pseudo terminal."""

from __future__ import annotations

import os
import signal
import sys
import termios

import pytest

from tests.terminal.pty_child import Terminal
from tests.terminal.screen import Screen

pytestmark = pytest.mark.pty
PROGRAM = ("-m", "tests.terminal.session_program")


def start(*more: str, kitty: bool = False) -> Terminal:
    terminal = Terminal(*PROGRAM, *more, kitty=kitty)
    terminal.until("q quit" if "typing" not in more else "enter send")
    return terminal


def given_back(terminal: Terminal) -> list[str]:
    """What is not as it was before; empty when all is well."""
    screen = terminal.screen
    wrong = {
        "attributes": terminal.attributes != list(terminal.before),
        "cursor": screen.cursor_hidden,
        "paste mode": screen.on("?2004"),
        "focus mode": screen.on("?1004"),
        "kitty": screen.kitty_depth != 0,
        "region": "○ listening" in screen.text,
    }
    return [name for name, bad in wrong.items() if bad]


def test_keys_are_facts_and_q_gives_the_terminal_back() -> None:
    with start() as terminal:
        assert not termios.tcgetattr(terminal._slave)[3] & termios.ECHO
        for keys, fact in (
            (" ", "TalkKeyTapped()"),
            ("m", "MuteToggled()"),
            ("a", "AnswerPressed()"),
            ("\x1b", "InterruptPressed()"),
        ):
            terminal.press(keys)
            terminal.until(fact)
        terminal.press("q")
        assert terminal.end() == 0
        assert given_back(terminal) == []
        assert terminal.screen.shown[-2:] == ["assistant  QuitPressed()", "the end"]


def test_a_line_is_typed_with_every_kind_of_key() -> None:
    with start() as terminal:
        terminal.press("t")
        terminal.until("enter send")
        terminal.press("grüße q  日本\x1b[D\x1b[D\x7f")
        terminal.until("grüße q 日本")
        terminal.press("\x1b[200~ pasted\nm \x1b[201~\r")
        terminal.until("PromptTyped(text='grüße q  pasted\\nm 日本')")
        terminal.until("q quit")
        terminal.press("t\x1b[A")
        terminal.until("pasted⏎m 日本")
        terminal.press("\x1b")
        terminal.until("q quit")
        terminal.press("q")
        assert terminal.end() == 0
        assert "TalkKey" not in "\n".join(terminal.screen.scrollback)


def test_space_is_typed_and_not_talked_while_a_line_is_open() -> None:
    with start() as terminal:
        terminal.press("\r")
        terminal.until("enter send")
        terminal.press("a b\r")
        terminal.until("PromptTyped(text='a b')")
        terminal.press("\x04")
        assert terminal.end() == 0
        assert "TalkKey" not in terminal.screen.text


def test_a_session_that_is_typed_keeps_its_line_open() -> None:
    with start("typing") as terminal:
        terminal.press("one\rtwo\r")
        terminal.until("PromptTyped(text='two')")
        assert "enter send" in terminal.screen.text
        terminal.press("\x04")
        assert terminal.end() == 0
        assert given_back(terminal) == []


def test_the_talk_key_is_held_where_the_terminal_speaks_kitty() -> None:
    with start(kitty=True) as terminal:
        terminal.until("space hold to talk")
        assert terminal.screen.kitty_depth == 1
        terminal.press("\x1b[32;1:1u")
        terminal.until("TalkKeyPressed()")
        terminal.press("\x1b[32;1:2u" * 20 + "\x1b[32;1:3u")
        terminal.until("TalkKeyReleased()")
        terminal.press("\x1b[32;1:1u\x1b[O")
        terminal.until(lambda screen: screen.text.count("TalkKeyReleased()") == 2)
        terminal.press("\x1b[116;;116u\x1b[116;1:3u")
        terminal.until("enter send")
        assert terminal.screen.raw.rstrip().rfind("\x1b[=1;1u") > terminal.screen.raw.rfind("\x1b[>31u")
        terminal.press("tea time\r")
        terminal.until("PromptTyped(text='tea time')")
        terminal.press("\x1b[113;;113u")
        assert terminal.end() == 0
        assert given_back(terminal) == []
        assert terminal.screen.text.count("TalkKeyPressed()") == 2
        assert "TalkKeyTapped" not in terminal.screen.text


def test_control_c_is_a_key_in_both_protocols() -> None:
    with start() as terminal:
        terminal.press("\x03")
        terminal.until("BreakPressed()")
        terminal.press("\x1b[99;5u")
        assert terminal.end() == 0
        assert given_back(terminal) == []


@pytest.mark.parametrize("kitty", [False, True])
def test_sigterm_gives_the_terminal_back(kitty: bool) -> None:
    with start(kitty=kitty) as terminal:
        if kitty:
            terminal.until("space hold to talk")
        terminal.child.send_signal(signal.SIGTERM)
        assert terminal.end() == 0
        assert given_back(terminal) == []


def test_an_exception_gives_the_terminal_back_and_is_readable() -> None:
    with start(kitty=True) as terminal:
        terminal.press("traise\r")
        assert terminal.end() == 1
        assert given_back(terminal) == []
        assert "RuntimeError: asked for" in terminal.screen.text


def test_help_comes_and_goes() -> None:
    with start() as terminal:
        terminal.press("?")
        terminal.until("ctrl+z  suspend")
        terminal.press("\x1b")
        terminal.until(lambda screen: "ctrl+z" not in screen.text)
        assert "InterruptPressed" not in terminal.screen.text


def test_a_resize_is_followed_at_once() -> None:
    with start() as terminal:
        terminal.screen.feed("")
        terminal.resize(40, 20)
        terminal.until(lambda screen: "openai · gpt-realtime-2.1 · marin" in screen.shown)
        terminal.resize(120, 30)
        terminal.until("push to talk")
        assert terminal.screen.text.count("listening") == 1


def test_what_libraries_print_on_descriptor_2_stays_off_the_screen() -> None:
    with start() as terminal:
        terminal.press("tnoise\r")
        terminal.until("PromptTyped(text='noise')")
        assert "ALSA" not in terminal.screen.raw
        assert "python says" in terminal.screen.raw


def test_a_long_answer_scrolls_and_is_whole() -> None:
    with start() as terminal:
        terminal.press("tlong\r")
        terminal.until("word word")
        terminal.press("q")
        assert terminal.end() == 0
        assert "\n".join(terminal.screen.scrollback).count("word") == 400


def test_a_terminal_that_hangs_up_ends_the_session() -> None:
    terminal = start()
    os.close(terminal._master)
    # By SIGHUP, which the runtime will handle; or by the keyboard's end, which is the same wish.
    assert terminal.child.wait(30) in (-signal.SIGHUP, 0)
    os.close(terminal._slave)


def test_a_terminal_without_unicode_shows_what_it_can() -> None:
    with Terminal("-c", WITHOUT_UNICODE) as terminal:
        terminal.until("o listening")
        terminal.press("tgrüße 日本\r")
        terminal.until("PromptTyped(text='gr??e ??')")
        terminal.press("q")
        assert terminal.end() == 0
        assert terminal.screen.raw.isascii()


def test_plain_lines_echo_what_is_typed_and_give_the_terminal_back() -> None:
    with Terminal(*PROGRAM, "plain") as terminal:
        terminal.until("[listening]")
        terminal.press("thi there")
        terminal.until("> hi there")
        terminal.press("\rq")
        assert terminal.end() == 0
        assert given_back(terminal) == []
        assert terminal.screen.shown == [
            "[listening]",
            "> hi there",
            "assistant: PromptTyped(text='hi there')",
            "assistant: QuitPressed()",
            "the end",
        ]
        assert "\x1b[?25l" not in terminal.screen.raw


def test_a_job_in_the_background_leaves_the_keys_alone() -> None:
    with Terminal("-c", BACKGROUND) as terminal:
        terminal.until("no keys")
        assert terminal.attributes == list(terminal.before)
        terminal.press("\n")
        assert terminal.end() == 0


WITHOUT_UNICODE = """
import sys
from tests.terminal.session_program import main
sys.stdout.reconfigure(encoding="ascii")
main()
"""

BACKGROUND = """
import subprocess, sys
job = subprocess.Popen([sys.executable, "-m", "tests.terminal.session_program", "plain"], process_group=0)
sys.stdin.readline()
job.terminate()
sys.exit(job.wait())
"""


def test_piped_input_leaves_the_keys_to_the_terminal() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    terminal = Terminal(*PROGRAM, stdin=reading)
    os.close(reading)
    with terminal:
        terminal.until("q quit")
        terminal.press(" ")
        terminal.until("TalkKeyTapped()")
        terminal.press("q")
        assert terminal.end() == 0
        assert given_back(terminal) == []


def test_without_any_terminal_there_are_no_keys() -> None:
    with Terminal(
        *PROGRAM, "plain", stdin=(null := os.open(os.devnull, os.O_RDWR)), stdout=null, stderr=null
    ) as terminal:
        os.close(null)
        terminal.child.send_signal(signal.SIGCONT)
        # Neither stdin nor /dev/tty: the program says so to nobody, and lives on until it is told to end.
        terminal.child.send_signal(signal.SIGTERM)
        assert terminal.end() in (0, -signal.SIGTERM)


# A shell in three lines: job control, one job in the foreground, Ctrl+Z gives the terminal to the shell, fg back.
SHELL = """
import os, signal, sys, termios
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
job = os.fork()
if job == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.executable, [sys.executable, "-m", "tests.terminal.session_program"])
print("job", job, flush=True)
while True:
    _, status = os.waitpid(job, os.WUNTRACED)
    os.tcsetpgrp(0, os.getpgid(0))
    if not os.WIFSTOPPED(status):
        print("exit", os.waitstatus_to_exitcode(status), flush=True)
        break
    print("stopped, echo", bool(termios.tcgetattr(0)[3] & termios.ECHO), flush=True)
    sys.stdin.readline()
    os.tcsetpgrp(0, job)
    os.kill(job, signal.SIGCONT)
"""


@pytest.mark.parametrize("kitty", [False, True])
def test_control_z_suspends_and_comes_back(kitty: bool) -> None:
    with Terminal("-c", SHELL, kitty=kitty) as terminal:
        terminal.until("space hold to talk" if kitty else "space talk")
        terminal.press(" " if not kitty else "\x1b[32;1:1u")
        terminal.until("TalkKey")
        terminal.press("\x1a" if not kitty else "\x1b[122;5u")
        terminal.until("stopped, echo True")
        assert given_back(terminal) == []
        terminal.press("fg\n")
        terminal.until("space hold to talk" if kitty else "space talk")
        terminal.until(lambda screen: screen.cursor_hidden)
        terminal.press("m")
        terminal.until("MuteToggled()")
        terminal.press("q")
        terminal.until("exit 0")
        terminal.end()
        assert given_back(terminal) == []
        assert terminal.screen.text.count("TalkKeyReleased") == (1 if kitty else 0)


def test_a_stop_signal_from_elsewhere_gives_the_terminal_back_too() -> None:
    with Terminal("-c", SHELL) as terminal:
        terminal.until("space talk")
        os.kill(int(terminal.screen.raw.split()[1]), signal.SIGTSTP)
        terminal.until("stopped, echo True")
        assert given_back(terminal) == []
        terminal.press("fg\n")
        terminal.until("space talk")
        terminal.press("q")
        terminal.until("exit 0")


def test_without_a_shell_control_z_just_goes_on() -> None:
    with start() as terminal:
        terminal.press("\x1a")
        terminal.until(lambda screen: screen.raw.count("\x1b[?2004h") == 2)
        terminal.press("m")
        terminal.until("MuteToggled()")
        terminal.press("q")
        assert terminal.end() == 0
        assert given_back(terminal) == []


def test_the_helpers_see_a_screen() -> None:
    screen = Screen(10, 2)
    screen.feed("\x1b[?2004h\x1b[>31uhello\r\n")
    assert (screen.shown, screen.on("?2004"), screen.on("?1004"), screen.kitty_depth) == (
        ["hello"],
        True,
        False,
        1,
    )
    assert sys.platform != "win32"
