"""Signals become calls on the loop, and the handlers of before come back."""

import asyncio
import os
import signal
import sys
import threading

import pytest

from realtime_cli.runtime.signals import Signals

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to this process")


def test_signals_reach_the_loop_and_the_old_handlers_return() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    caught: list[signal.Signals] = []

    async def main() -> None:
        with Signals(caught.append):
            inside = signal.getsignal(signal.SIGTERM)
            for number in before:
                os.kill(os.getpid(), number)
                await asyncio.sleep(0.01)
            assert inside is not signal.SIG_DFL

    asyncio.run(main())
    assert caught == list(before)
    assert {number: signal.getsignal(number) for number in before} == before


def test_outside_the_main_thread_nothing_is_touched() -> None:
    before = signal.getsignal(signal.SIGTERM)
    problems: list[BaseException] = []

    async def main() -> None:
        with Signals(lambda _number: None):
            await asyncio.sleep(0)

    def work() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:
            problems.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert problems == []
    assert signal.getsignal(signal.SIGTERM) is before
