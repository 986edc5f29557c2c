"""`talk` itself on a terminal: every key and every way out, with the local server and files instead of devices."""

from __future__ import annotations

import os
import signal
import subprocess
import wave
from pathlib import Path

import pytest

from tests.terminal.pty_child import Terminal
from tests.terminal.test_pty import given_back

pytestmark = [pytest.mark.pty, pytest.mark.timeout(120)]
TYPED = ("-m", "realtime_cli", "talk", "--provider", "local", "--no-history", "--no-audio")


@pytest.fixture
def spoken(tmp_path: Path) -> tuple[str, ...]:
    """Arguments of a spoken session that hears silence for a minute."""
    path = tmp_path / "silence.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(bytes(48_000 * 60))
    files = ("--input-file", str(path), "--output-file", str(tmp_path / "out.wav"))
    return (*TYPED[:-1], *files, "--stt-engine", "scripted", "--tts-engine", "tone")


def talk(*arguments: str, kitty: bool = False, width: int = 100) -> Terminal:
    terminal = Terminal(*arguments, kitty=kitty, width=width, height=30)
    terminal.until("listening")
    return terminal


def ask(terminal: Terminal, text: str, answer: str) -> None:
    terminal.press(f"{text}\r")
    terminal.until(answer)


def test_a_typed_conversation_and_its_manager(tmp_path: Path) -> None:
    saved = tmp_path / "conversation.md"
    with talk(*TYPED) as terminal:
        ask(terminal, "hello", "assistant  Hello")
        ask(terminal, "/items", "≈5  hello")
        ask(terminal, "/sum\t", "the conversation so far:")
        ask(terminal, "/ask what can you do", "beside the conversation: what can you do")
        ask(terminal, "/context", "items, ≈")
        ask(terminal, "/voice cedar", "enter send")
        ask(terminal, "/show last", "  Hello")
        ask(terminal, f"/export {saved}", "Saved the conversation as")
        ask(terminal, "/delete last", "2 items deleted")
        ask(terminal, "/instructions Answer briefly.", "The instructions are changed.")
        ask(terminal, "/reset", "enter send")
        ask(terminal, "/nonsense", "There is no command /nonsense")
        ask(terminal, "//etc is a folder", "/etc is a folder")
        terminal.press("/quit\r")
        assert terminal.end() == 0
        assert given_back(terminal) == []
    assert "**You:** hello" in saved.read_text(encoding="utf-8")
    assert saved.stat().st_mode & 0o077 == 0


def test_the_talk_key_is_held_and_v_goes_to_voice_and_back(spoken: tuple[str, ...]) -> None:
    with talk(*spoken, "--ptt", kitty=True) as terminal:
        terminal.until("space hold to talk")
        terminal.press("\x1b[32;1:1u")
        terminal.until("talk key down")
        terminal.until("release to send")
        terminal.press("\x1b[32;1:3u")
        terminal.until("talk key up")
        terminal.press("\x1b[118;1:1u\x1b[118;1:3u")
        terminal.until("Turns: server vad.")
        terminal.until(lambda screen: "space hold" not in screen.shown[-1])
        terminal.press("\x1b[118;1:1u")
        terminal.until("Turns: push to talk.")
        terminal.press("\x1b[109;1:1u")
        terminal.until("microphone off")
        terminal.press("\x1b[113;;113u")
        assert terminal.end() == 0
        assert given_back(terminal) == []


WAYS_OUT: dict[str, str | signal.Signals] = {
    "q": "q",
    "ctrl+d": "\x04",
    "ctrl+c with nothing in progress": "\x03",
    "sigterm": signal.SIGTERM,
    "sighup": signal.SIGHUP,
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_the_terminal_is_as_it_was_after_every_way_out(way: str, spoken: tuple[str, ...]) -> None:
    action = WAYS_OUT[way]
    with talk(*spoken, kitty=True) as terminal:
        terminal.until(lambda screen: screen.kitty_depth == 1)
        if isinstance(action, str):
            terminal.press(action)
        else:
            terminal.child.send_signal(action)
        assert terminal.end() == 0
        assert given_back(terminal) == []


def test_a_killed_child_does_not_disturb_the_terminal(tmp_path: Path, spoken: tuple[str, ...]) -> None:
    pytest.importorskip("pocketsphinx")
    engines = [part for part in spoken if part not in ("--stt-engine", "scripted", "--tts-engine", "tone")]
    with talk(*engines) as terminal:
        children = subprocess.run(
            ["pgrep", "-P", str(terminal.child.pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        terminal.press("thello\r")
        terminal.until("you        hello")
        terminal.press("q")
        assert terminal.end() == 0
        assert given_back(terminal) == []


def test_keys_of_ones_own_come_from_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoken: tuple[str, ...]
) -> None:
    (tmp_path / "config.toml").write_text('[keys]\nquit = "x"\nmute = "f5"\n')
    monkeypatch.setenv("REALTIME_CLI_CONFIG_DIR", str(tmp_path))
    with talk(*spoken) as terminal:
        terminal.until("f5 mute")
        terminal.until("x quit")
        terminal.press("\x1b[15~")
        terminal.until("microphone off")
        terminal.press("x")
        assert terminal.end() == 0


def test_where_the_microphone_is_missing_a_line_opens_by_itself(tmp_path: Path) -> None:
    device = ("--input-device", "no-such-microphone", "--output-file", str(tmp_path / "out.wav"))
    with Terminal(*TYPED[:-1], *device, "--tts-engine", "tone", width=100, height=30) as terminal:
        terminal.until("no-such-microphone does not work")
        terminal.until("enter send")
        ask(terminal, "hello", "you        hello")
        terminal.press("\x04")
        assert terminal.end() == 0


def test_a_dumb_terminal_gets_lines_that_only_go_forward(monkeypatch: pytest.MonkeyPatch) -> None:
    with Terminal("-c", _AS_DUMB, width=100, height=30) as terminal:
        terminal.until("[listening]")
        terminal.press("hello\r")
        terminal.until("assistant: Hello")
        terminal.press("\x04")
        assert terminal.end() == 0
        moves = (
            terminal.screen.raw.replace("\x1b[?2004h", "").replace("\x1b[?2004l", "").replace("\x1b[?u", "")
        )
        assert "\x1b" not in moves


_AS_DUMB = f"""
import os, sys
os.environ["TERM"] = "dumb"
os.execv(sys.executable, [sys.executable, *{list(TYPED)!r}])
"""
