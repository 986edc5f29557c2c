"""A line whose own address is gone is left at once, and no other one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from realtime_cli.transport.route_watch import Ends, address_is_ours, address_used_for, ends_of, has_moved

ENDS = Ends(socket.AF_INET, "192.0.2.7", ("198.51.100.1", 443))


@pytest.mark.parametrize(
    ("ours", "source", "moves"),
    [
        (True, "192.0.2.7", False),  # nothing happened
        (True, "10.0.0.9", False),  # a second network came up; the old one may well work
        (False, None, False),  # offline: a new line would not work either
        (False, "192.0.2.7", False),  # it is being given back
        (False, "10.0.0.9", True),
    ],
)
def test_a_line_is_left_when_its_address_is_gone_and_there_is_another_way(
    ours: bool, source: str | None, moves: bool
) -> None:
    assert has_moved(ENDS, lambda _: ours, lambda _: source) is moves


def test_lines_inside_this_computer_are_not_watched() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as line,
    ):
        assert ends_of(line) is None
    assert ends_of(line) is None
    assert ends_of(None) is None


def test_this_computer_knows_its_own_addresses_and_no_others() -> None:
    assert address_is_ours(Ends(socket.AF_INET, "127.0.0.1", ("127.0.0.1", 1)))
    assert not address_is_ours(ENDS)
    assert address_used_for(Ends(socket.AF_INET, "127.0.0.1", ("127.0.0.1", 1))) is None


# --- a real network --------------------------------------------------------------------------------------------------

CLIENT = """
import asyncio, sys, time
from realtime_cli.transport.transport import LineClosed
from realtime_cli.transport.websocket import WebSocketOpener

async def main():
    line = await WebSocketOpener("ws://10.213.7.1:%d/", proxy="none")()
    print("open", flush=True)
    try:
        while True:
            await line.receive()
    except LineClosed as end:
        print(end.code, end.reason, flush=True)
    await (await WebSocketOpener("ws://10.213.7.1:%d/", proxy="none")()).close()
    print("again", flush=True)

asyncio.run(main())
"""
SERVER = """
import asyncio
from websockets.asyncio.server import serve

async def stay(line):
    async for _ in line:
        pass

async def main():
    async with serve(stay, "10.213.7.1", 0) as server:
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=20)


@contextmanager
def network() -> Iterator[str]:
    """Another network, with this computer as 10.213.7.1 in it, and a computer 10.213.7.2; its namespace."""
    name = f"rtcli{os.getpid()}"
    try:
        ip("netns", "add", name)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no network namespaces here: {error}")
    try:
        ip("link", "add", f"a{name}", "type", "veth", "peer", "name", f"b{name}")
        ip("link", "set", f"b{name}", "netns", name)
        ip("addr", "add", "10.213.7.1/24", "dev", f"a{name}")
        ip("link", "set", f"a{name}", "up")
        ip("-n", name, "addr", "add", "10.213.7.2/24", "dev", f"b{name}")
        ip("-n", name, "link", "set", f"b{name}", "up")
        yield name
    finally:
        with suppress(subprocess.CalledProcessError):
            ip("link", "del", f"a{name}")
        ip("netns", "del", name)


def said(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


@pytest.mark.skipif(shutil.which("ip") is None or os.name == "nt", reason="needs iproute2")
@pytest.mark.timeout(60)
def test_a_computer_that_gets_another_address_leaves_the_line_within_seconds() -> None:
    with network() as name:
        running: list[subprocess.Popen[str]] = []
        try:
            running.append(
                subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
            )
            port = int(said(running[0]))
            code = CLIENT % (port, port)
            words = ["ip", "netns", "exec", name, sys.executable, "-c", code]
            running.append(subprocess.Popen(words, stdout=subprocess.PIPE, text=True))
            assert said(running[1]) == "open"
            device = f"b{name}"
            ip("-n", name, "addr", "add", "10.213.7.3/24", "dev", device)
            ip("-n", name, "addr", "del", "10.213.7.2/24", "dev", device)
            # The second address was a secondary one of the first, and may have gone with it.
            subprocess.run(
                ["ip", "-n", name, "addr", "replace", "10.213.7.3/24", "dev", device], check=True, timeout=20
            )
            assert said(running[1]) == "None the computer is in another network now"
            assert said(running[1]) == "again"
        finally:
            for program in running:
                program.kill()
                program.communicate()
