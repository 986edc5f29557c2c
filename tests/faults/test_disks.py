"""Disks that are slow, full, or suddenly read-only: the conversation goes on, and the user is told."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import subprocess
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from realtime_cli import clock
from realtime_cli.history.pen import DiaryPlan
from realtime_cli.history.records import Opening
from realtime_cli.history.store import Store
from realtime_cli.protocol import ALL
from realtime_cli.runtime import pictures, witnesses
from realtime_cli.runtime.local import LocalServer
from realtime_cli.runtime.recorder import Recorder
from realtime_cli.runtime.run import Outcome, Plan, Post, run
from realtime_cli.server.engines.catalog import EngineChoice, assemble
from realtime_cli.session.facts import MicHeard, PromptTyped, QuitPressed
from realtime_cli.session.state import Notice, SessionState, Spoken
from tests.faults.visit import TYPED

LONG = "word " * 400


@contextlib.contextmanager
def mounted(folder: Path, *words: str) -> Iterator[Path]:
    """A file system of its own; skips where this user may not have one."""
    if os.name == "nt" or shutil.which("mount") is None:
        pytest.skip("no file system of our own here")
    done = subprocess.run(["mount", *words, str(folder)], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no file system of our own here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True, timeout=20)


@contextlib.contextmanager
def failing_disk(folder: Path) -> Iterator[Path]:
    """An ext4 that can be told that its disk has failed."""
    image = folder / "disk.img"
    image.write_bytes(b"")
    os.truncate(image, 16 << 20)
    try:
        subprocess.run(["mke2fs", "-q", "-t", "ext4", str(image)], check=True, timeout=20)
    except FileNotFoundError:
        pytest.skip("needs mke2fs")
    place = folder / "disk"
    place.mkdir()
    with mounted(place, "-o", "loop,errors=remount-ro", str(image)):
        yield place


def fail(place: Path) -> None:
    """What the kernel does after an error of the disk: from now on it can only be read."""
    source = subprocess.run(
        ["findmnt", "-no", "SOURCE", str(place)], check=True, capture_output=True, text=True
    )
    trigger = Path("/sys/fs/ext4", Path(source.stdout.strip()).name, "trigger_fs_error")
    with contextlib.suppress(OSError):  # it may say that the file system is read-only now
        trigger.write_text("1")
    with pytest.raises(OSError, match="Read-only"):
        (place / "probe").write_text("x")


class Visitor:
    """View and keyboard of one session: says something, waits for the answer."""

    def __init__(self) -> None:
        self.post: Post = lambda _fact: None
        self.state: SessionState | None = None
        self.seen = asyncio.Event()

    def start(self) -> None:
        """Nothing to take."""

    def stop(self) -> None:
        """Nothing to give back."""

    def update(self, state: SessionState, now_s: float) -> None:
        self.state = state
        self.seen.set()

    def keyboard(self, post: Post, _changed: object) -> Visitor:
        self.post = post
        return self

    def answers(self) -> int:
        entries = self.state.entries if self.state else ()
        return sum(isinstance(e, Spoken) and e.role == "assistant" and e.final for e in entries)

    def notices(self) -> list[str]:
        return [e.text for e in (self.state.entries if self.state else ()) if isinstance(e, Notice)]

    async def ask(self, text: str) -> None:
        wanted = self.answers() + 1
        self.post(PromptTyped(text))
        for _ in range(30):  # and a second of the microphone
            self.post(MicHeard(b"\x00\x10" * 800, -20.0))
        async with asyncio.timeout(20):
            while self.answers() < wanted:
                self.seen.clear()
                await self.seen.wait()

    async def ask_until(self, text: str, told: str) -> None:
        """Go on with the conversation until there is a notice; recordings are written some seconds behind."""
        async with asyncio.timeout(20):
            while not any(told in notice for notice in self.notices()):
                await self.ask(text)


async def talking(folder: Path, visitor: Visitor, *, record: bool) -> asyncio.Task[Outcome]:
    """A text session that keeps its history, journal and recording in a folder."""
    loop = asyncio.get_running_loop()
    offset_s = clock.epoch() - loop.time()
    makers = [witnesses.diary(DiaryPlan(folder / "history.db", Opening("talk", "local", "echo")), offset_s)]
    if record:
        makers += [
            Recorder(folder / "sound.wav", loop.time(), offset_s, 0).make,
            witnesses.journal(folder / "journal", TYPED, ALL, sound=False),
        ]
    engines = assemble(EngineChoice(ears="none", mouth="tone", brain="echo", vad="energy"))

    async def hold() -> Outcome:
        async with LocalServer(engines) as server:
            plan = Plan(TYPED, ALL, server.open, visitor, keyboard=visitor.keyboard, witnesses=tuple(makers))
            return await run(plan)

    return asyncio.create_task(hold())


async def leave(visitor: Visitor, task: asyncio.Task[Outcome]) -> None:
    visitor.post(QuitPressed())
    async with asyncio.timeout(20):
        assert (await task).exit_code == 0


async def begun(visitor: Visitor) -> None:
    async with asyncio.timeout(20):
        await visitor.seen.wait()


def test_a_full_disk_ends_what_is_written_with_a_word_and_not_the_conversation(tmp_path: Path) -> None:
    async def scene(place: Path) -> None:
        visitor = Visitor()
        task = await talking(place, visitor, record=True)
        await begun(visitor)
        await visitor.ask("alpha one")
        (place / "film").write_bytes(bytes(os.statvfs(place).f_bavail * os.statvfs(place).f_frsize))
        await visitor.ask_until(LONG, "The history is not kept any more")
        await visitor.ask_until(LONG, "The recording ended")
        await visitor.ask("gamma three")
        assert sum("The history is not kept any more" in notice for notice in visitor.notices()) == 1
        await leave(visitor, task)

    folder = tmp_path / "small"
    folder.mkdir()
    with mounted(folder, "-t", "tmpfs", "-o", "size=1m", "tmpfs") as place:
        asyncio.run(scene(place))
        (place / "film").unlink()
        with Store.open(place / "history.db") as store:
            assert store.set_aside is None
            assert store.check() == []
            texts = [row["text"] for row in store.db.execute("SELECT text FROM items WHERE kind = 'message'")]
        assert texts[:2] == ["alpha one", "alpha one"]


def test_a_disk_that_becomes_read_only_ends_what_is_written_and_not_the_conversation(tmp_path: Path) -> None:
    async def scene(place: Path) -> None:
        visitor = Visitor()
        task = await talking(place, visitor, record=False)
        await begun(visitor)
        await visitor.ask("alpha one")
        fail(place)
        await visitor.ask("beta two")
        await visitor.ask("gamma three")
        assert sum("The history is not kept any more" in notice for notice in visitor.notices()) == 1
        await leave(visitor, task)

    with failing_disk(tmp_path) as place:
        asyncio.run(scene(place))


def test_a_disk_that_was_read_only_from_the_beginning_costs_a_word(tmp_path: Path) -> None:
    async def scene(place: Path) -> None:
        visitor = Visitor()
        task = await talking(place, visitor, record=False)
        await begun(visitor)
        await visitor.ask("alpha one")
        await visitor.ask("beta two")
        assert sum("The history is not kept any more" in notice for notice in visitor.notices()) == 1
        await leave(visitor, task)

    folder = tmp_path / "locked"
    folder.mkdir()
    with mounted(folder, "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs") as place:
        asyncio.run(scene(place))


def test_what_is_shown_for_good_is_in_the_history_first_however_slow_the_disk_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "DISK_S", 30.0)
    early: list[str] = []

    class Reader(Visitor):
        """Looks into the file whenever the screen changes."""

        def update(self, state: SessionState, now_s: float) -> None:
            shown = [e.text for e in state.entries[: state.settled] if isinstance(e, Spoken)]
            with contextlib.closing(sqlite3.connect(tmp_path / "history.db")) as db:
                kept = (
                    [row[0] for row in db.execute("SELECT text FROM items WHERE kind = 'message'")]
                    if shown
                    else []
                )
            early.extend(text for text in shown if text not in kept)
            super().update(state, now_s)

    async def scene() -> None:
        visitor = Reader()
        task = await talking(tmp_path, visitor, record=False)
        await begun(visitor)
        await visitor.ask("alpha one")
        busy = sqlite3.connect(tmp_path / "history.db", isolation_level=None)
        busy.execute("BEGIN IMMEDIATE")  # another program writes for half a second
        asyncio.get_running_loop().call_later(0.5, busy.close)
        await visitor.ask("beta two")
        await visitor.ask("gamma three")
        assert early == []
        await leave(visitor, task)

    asyncio.run(scene())


def test_a_recording_in_a_room_that_is_too_small_stays_readable(tmp_path: Path) -> None:
    async def scene(place: Path) -> None:
        visitor = Visitor()
        task = await talking(place, visitor, record=True)
        await begun(visitor)
        await visitor.ask_until("alpha one", "The recording ended: the disk is nearly full")
        await visitor.ask("beta two")
        await leave(visitor, task)
        with wave.open(str(place / "sound.wav"), "rb") as sound:
            assert sound.getnchannels() == 2

    folder = tmp_path / "small"
    folder.mkdir()
    with mounted(folder, "-t", "tmpfs", "-o", "size=4m", "tmpfs") as place:
        asyncio.run(scene(place))
