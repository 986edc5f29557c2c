"""Worker processes: they start, say why they cannot, and never outlive their reason."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import warnings

import pytest

from realtime_cli.server.engines.contract import EngineFailed
from realtime_cli.server.engines.frames import Frame
from realtime_cli.server.engines.worker import Worker, quiet_environment
from tests.server.engines.speech import is_running, needs_library, needs_pocketsphinx

ESPEAK = "realtime_cli.server.engines.espeak_worker"
POCKETSPHINX = "realtime_cli.server.engines.pocketsphinx_worker"


def ignore(_frame: Frame) -> None:
    """No frame is expected."""


def nothing() -> None:
    """A death that is expected."""


@pytest.mark.parametrize(
    "module",
    [pytest.param(ESPEAK, marks=needs_library), pytest.param(POCKETSPHINX, marks=needs_pocketsphinx)],
)
@pytest.mark.engines
def test_a_worker_ends_by_itself_when_its_parent_is_gone(module: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", module, "domain"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(5)[4:] == b"R"
        process.stdin.close()
        assert process.wait(timeout=10) == 0
        assert process.stderr.read() == b""


@needs_library
@pytest.mark.engines
def test_stop_ends_the_process_and_can_be_called_again() -> None:
    async def main() -> None:
        worker = Worker(ESPEAK, (), on_frame=ignore, on_death=nothing)
        ready = await worker.start(20)
        assert ready.json()["rate_hz"] > 8000
        pid = worker.pid
        assert pid is not None
        assert worker.is_alive
        await worker.stop()
        await worker.stop()
        assert worker.pid is None
        assert not is_running(pid)

    asyncio.run(main())


@needs_library
@pytest.mark.engines
def test_death_is_told_once_and_only_when_it_was_not_wanted() -> None:
    async def main() -> None:
        died = asyncio.Event()
        worker = Worker(ESPEAK, (), on_frame=ignore, on_death=died.set)
        await worker.start(20)
        await worker.stop()
        assert not died.is_set()
        await worker.start(20)
        worker.send("S", b"this is no json")
        await died.wait()
        worker.send("S", b"nobody reads this")
        await worker.stop()

    asyncio.run(main())


def test_a_program_that_is_no_worker_is_refused() -> None:
    async def main() -> None:
        with pytest.raises(EngineFailed, match="cannot work"):
            await Worker("realtime_cli.errors", (), on_frame=ignore, on_death=nothing).start(20)

    asyncio.run(main())


@needs_library
def test_a_start_that_takes_too_long_is_given_up() -> None:
    async def main() -> None:
        worker = Worker(ESPEAK, (), on_frame=ignore, on_death=nothing)
        with pytest.raises(EngineFailed, match="not ready"):
            await worker.start(0.0)
        assert worker.pid is None

    asyncio.run(main())


def test_engines_do_not_inherit_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("HF_TOKEN", "secret")
    assert "secret" not in " ".join(quiet_environment().values())
    assert "PATH" in quiet_environment()


def test_a_start_that_is_given_up_twice_leaves_neither_process_nor_pipes_behind() -> None:
    """As when Ctrl+C comes while the engines load: the loop is closed right after."""

    async def main() -> int:
        worker = Worker(
            "http.server", ("0",), on_frame=ignore, on_death=nothing
        )  # never ready, deaf to its stdin
        starting = asyncio.create_task(worker.start(20))
        while worker.pid is None:
            await asyncio.sleep(0)
        pid = worker.pid
        for _ in range(2):
            starting.cancel()
            for _ in range(3):
                await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await starting
        return pid

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        pid = asyncio.run(main())
        gc.collect()
    assert not is_running(pid)
    assert [str(warning.message) for warning in told] == []
