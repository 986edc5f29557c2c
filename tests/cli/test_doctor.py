"""`doctor`: what it says of every kind of machine, and that it says the truth of this one."""

from __future__ import annotations

import contextlib
import json
import socket
import termios
import threading
from collections.abc import Iterator

import pytest

from realtime_cli.cli.checkup_findings import (
    Display,
    Place,
    device_findings,
    display_findings,
    engine_findings,
    place_findings,
)
from realtime_cli.cli.finding import Finding
from realtime_cli.server.engines.installed import Installed, what_is_installed
from realtime_cli.session.facts import DeviceChanged, Fact, MicHeard
from tests.cli.conftest import Shell
from tests.cli.strange_server import StrangeServer
from tests.device.conftest import house, sound_system
from tests.support.console import Console
from tests.support.sound import VirtualAudio

__all__ = ["house", "sound_system"]

KEY = "sk-planted-0123456789abcdef"
WSL = "Linux version 5.15.153.1-microsoft-standard-WSL2 (root@941d701f84f1)"
SSH = {"SSH_CONNECTION": "10.0.0.1 50000 10.0.0.2 22"}
PULSE = {"PULSE_SERVER": "unix:/mnt/wslg/PulseServer"}


def said(findings: Iterator[Finding]) -> dict[str, Finding]:
    """By what was looked at."""
    return {finding.name: finding for finding in findings}


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (Place(kernel="Linux version 6.1.0-13-amd64"), {}),
        (Place(platform="darwin"), {}),
        (Place(kernel=WSL, wslg=True), {"WSL": ("goes through WSLg", "")}),
        (Place(kernel=WSL, environ=PULSE), {"WSL": ("goes through WSLg", "")}),
        (Place(kernel=WSL), {"WSL": ("no WSLg", "wsl --update")}),
        (Place(environ=SSH), {"SSH": ("far machine", "forward PulseAudio")}),
        (Place(environ={**SSH, **PULSE}), {}),
        (Place(kernel=WSL, environ=SSH), {"WSL": ("no WSLg", ""), "SSH": ("far machine", "")}),
    ],
)
def test_what_is_said_of_a_place(place: Place, expected: dict[str, tuple[str, str]]) -> None:
    found = said(place_findings(place))
    assert found.keys() == expected.keys()
    for name, (detail, advice) in expected.items():
        assert found[name].state == "note"
        assert detail in found[name].detail
        assert advice in found[name].advice


LOUD = MicHeard(b"", -40.0)
SILENT = MicHeard(b"", -100.0)
WORKING: list[Fact] = [DeviceChanged("speaker", "Headset", ""), DeviceChanged("microphone", "Headset", "")]


def test_devices_that_deliver_work() -> None:
    found = said(device_findings([*WORKING, SILENT, LOUD], "linux"))
    assert [(one.name, one.state, one.detail) for one in found.values()] == [
        ("speaker", "ok", "Headset works"),
        ("microphone", "ok", "Headset works"),
    ]


@pytest.mark.parametrize(
    ("platform", "advice"),
    [
        ("darwin", "System Settings, Privacy & Security, Microphone"),
        ("win32", "let desktop apps use it"),
        ("linux", "Is it muted"),
    ],
)
def test_a_microphone_that_gives_silence_only_may_not_be_allowed(platform: str, advice: str) -> None:
    found = said(device_findings([*WORKING, SILENT, SILENT], platform))["microphone level"]
    assert (found.state, advice in found.advice) == ("note", True)


def test_a_device_that_broke_last_is_a_failure_with_the_code_of_devices() -> None:
    facts = [*WORKING, LOUD, DeviceChanged("microphone", "Headset", "Headset was unplugged")]
    found = said(device_findings(facts, "linux"))
    assert (found["microphone"].state, found["microphone"].exit_code) == ("fail", 74)
    assert "--input-device" in found["microphone"].advice
    assert found["speaker"].state == "ok"
    assert said(device_findings([], "linux")) == {}


@pytest.mark.parametrize(
    ("display", "name", "state", "words"),
    [
        (Display(is_terminal=False), "terminal", "note", "plain lines"),
        (Display(columns=39), "size", "note", "At least 40"),
        (Display(columns=40), "size", "ok", "40 x 24"),
        (Display(encoding="UTF-8"), "Unicode", "ok", "utf-8"),
        (Display(encoding="ascii"), "Unicode", "note", "LANG=C.UTF-8"),
        (Display(releases=True), "key releases", "ok", "can be held"),
        (Display(releases=False), "key releases", "note", "pressed to begin and to end"),
        (Display(colour="never", term="dumb"), "colour", "ok", "never (TERM=dumb)"),
        (Display(system="Python 3.13 on Darwin 24"), "system", "ok", "Darwin"),
    ],
)
def test_what_is_said_of_a_terminal(display: Display, name: str, state: str, words: str) -> None:
    found = said(display_findings(display))[name]
    assert found.state == state
    assert words in f"{found.detail} {found.advice}"


def test_no_word_of_key_releases_where_no_key_can_be_read() -> None:
    assert "key releases" not in said(display_findings(Display(releases=None)))
    assert "terminal" not in said(display_findings(Display()))


def test_engines_that_are_missing_come_with_the_line_that_adds_them() -> None:
    nothing = Installed(**dict.fromkeys(Installed.__dataclass_fields__, False))
    bare = said(engine_findings(what_is_installed(nothing)))
    assert bare["hearing"].state == "note"
    assert "realtime-cli[local]" in bare["hearing"].advice
    assert bare["speaking"].state == "note"
    assert bare["answering"].detail == "rules, echo"
    full = Installed(**dict.fromkeys(Installed.__dataclass_fields__, True))
    assert {one.state for one in engine_findings(what_is_installed(full))} == {"ok"}


@contextlib.contextmanager
def connect_proxy() -> Iterator[tuple[int, list[str]]]:
    """An HTTP proxy that knows CONNECT alone; its port, and the first lines that came."""
    asked: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def attend(client: socket.socket) -> None:
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            asked.append(head.split(b"\r\n")[0].decode())
            port = int(head.split()[1].rpartition(b":")[2])
            with socket.create_connection(("127.0.0.1", port)) as there:
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                back = threading.Thread(target=pump, args=(there, client))
                back.start()
                pump(client, there)
                back.join()

    def serve() -> None:
        with contextlib.suppress(OSError):  # the listener is closed at the end
            while True:
                attend(listener.accept()[0])

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1], asked
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@pytest.mark.parametrize("how", ["--proxy", "http_proxy", "https_proxy"])
def test_a_real_proxy_is_named_and_gone_through(shell: Shell, strange: StrangeServer, how: str) -> None:
    url = strange.at("ok").replace("127.0.0.1", "voice.example")  # a name that only the proxy can look up
    with connect_proxy() as (port, asked):
        proxy = f"http://ada:secret@127.0.0.1:{port}"
        option = f"--proxy {proxy}" if how == "--proxy" else ""
        shell.env |= {"REALTIME_CLI_API_KEY": KEY} | ({} if option else {how: proxy})
        done = shell.run(f"realtime-cli doctor --no-sound --json {option} --url {url}")
        findings = {finding["name"]: finding for finding in json.loads(done.out)["findings"]}
        assert done.code == 0, done.out
        assert findings["proxy"]["detail"] == f"through 127.0.0.1:{port}"
        assert "DNS" not in findings, "the proxy looks up the name"
        assert asked == [f"CONNECT voice.example:{url.rpartition(':')[2].partition('/')[0]} HTTP/1.1"]
        assert "secret" not in done.out + done.err
        near = shell.run(f"realtime-cli doctor --no-sound --json --url {strange.at('ok')}")
        assert ('"through' in near.out, near.code, len(asked)) == (False, 0, 1), "this machine needs none"
    gone = shell.run(f"realtime-cli doctor --no-sound {option} --url {url}")
    assert gone.code == 69
    assert "proxy" in gone.out


@pytest.mark.device
@pytest.mark.pty
@pytest.mark.parametrize("answers", [True, False])
def test_at_a_terminal_with_devices_everything_is_tried(
    shell: Shell, house: VirtualAudio, answers: bool
) -> None:
    env = {
        name: value for name, value in house.env.items() if not name.startswith("REALTIME_CLI_")
    } | shell.env
    env |= {"TERM": "xterm-kitty", "COLUMNS": "100"}
    with contextlib.closing(
        Console(["bash", "-c", "realtime-cli doctor --provider local"], env, shell.folder, (100, 40))
    ) as terminal:
        terminal.wait_for("voice detection", 30)
        while terminal.attributes()[3] & termios.ICANON:  # until it reads keys
            assert terminal.process.poll() is None
        if answers:
            terminal.type("\x1b[?11u")  # what a terminal says that knows the kitty protocol
        assert terminal.wait_end(20) == 0
        terminal.wait_for("All is well")
        shown = terminal.look()
        assert terminal.attributes() == terminal.attributes_before
    assert "speaker:" in shown
    assert shown.count(" works") == 2
    assert "it delivers silence only" in shown
    assert ("the talk key can be held" if answers else "pressed to begin and to end") in shown
    assert "stdout is none" not in shown


@pytest.mark.device
def test_without_a_microphone_doctor_fails_with_the_code_of_devices(
    shell: Shell, house: VirtualAudio
) -> None:
    shell.env = {
        **{name: value for name, value in house.env.items() if not name.startswith("REALTIME_CLI_")},
        **shell.env,
    }
    line = "realtime-cli doctor --provider local --no-network"
    assert shell.run(line).code == 0
    house.crash()
    broken = shell.run(line)
    assert broken.code == 74
    assert "!!" in broken.out
