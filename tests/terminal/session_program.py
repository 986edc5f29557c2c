"""A small program for pseudo terminal tests: the real view and keyboard around a session that shows what was pressed.

Typed messages do things: "raise" fails, "noise" prints to file descriptor 2 as libraries do, "long" shows a long
answer. It ends with q, Ctrl+D, SIGTERM, or two Ctrl+C.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from msgspec.structs import replace

from realtime_cli.session.facts import BreakPressed, Fact, PromptTyped, QuitPressed
from realtime_cli.session.state import SessionState, Spoken, TurnMode
from realtime_cli.terminal.contract import OutputClosed, View
from realtime_cli.terminal.views import Look, keyboard_for, open_view
from tests.terminal.states import READY


class Program:
    """What the runtime does, without a session."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.state: SessionState = replace(READY, turn_mode=TurnMode.PUSH_TO_TALK, expires_at_epoch_s=None)
        self.dirty = asyncio.Event()
        self.ended = asyncio.Event()
        self.error: Exception | None = None
        self.breaks = 0

    def post(self, fact: Fact) -> None:
        """Each fact becomes an entry; the last one stays alive."""
        if isinstance(fact, PromptTyped) and fact.text == "raise":
            self.error = RuntimeError("asked for")
            self.ended.set()
        if isinstance(fact, PromptTyped) and fact.text == "noise":
            os.write(2, b"ALSA lib pcm.c: Unknown PCM\n")
            sys.stderr.write("python says\n")
        words = "word " * 400 if fact == PromptTyped("long") else repr(fact)
        entry = Spoken(f"item_{len(self.state.entries)}", "assistant", words, len(words), final=True)
        self.state = replace(
            self.state, entries=(*self.state.entries, entry), settled=len(self.state.entries)
        )
        self.breaks += isinstance(fact, BreakPressed)
        if isinstance(fact, QuitPressed) or self.breaks == 2:
            self.ended.set()
        self.dirty.set()

    async def show(self) -> None:
        """At most a hundred pictures a second: tests are less patient than people."""
        loop = asyncio.get_running_loop()
        while True:
            self.view.update(self.state, loop.time())
            await self.dirty.wait()
            self.dirty.clear()
            await asyncio.sleep(0.01)

    async def run(self, *, typing: bool) -> None:
        """Until it is ended; gives the terminal back in any case."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.ended.set)
        self.view.start()
        make = keyboard_for(self.view, typing=typing)
        keyboard = make(self.post, self.dirty.set) if make is not None else None
        try:
            if keyboard is not None:
                keyboard.start()
            else:
                self.post(PromptTyped("no keys"))
                self.post(PromptTyped("the last one is not settled"))
            showing = asyncio.create_task(self.show())
            ending = asyncio.create_task(self.ended.wait())
            await asyncio.wait([showing, ending], return_when=asyncio.FIRST_COMPLETED)
            for task in (showing, ending):
                task.cancel()
            await asyncio.gather(showing, ending, return_exceptions=True)
            if self.error is not None:
                raise self.error
        finally:
            if keyboard is not None:
                keyboard.stop()
            self.view.update(self.state, loop.time())
            self.view.stop()


def main() -> None:
    """Runs on the terminal of the process; arguments: the kind of view, "typing"."""
    kind = "plain" if "plain" in sys.argv else "live"
    program = Program(open_view(kind, Look(provider="openai")))  # type: ignore[arg-type]
    try:
        asyncio.run(program.run(typing="typing" in sys.argv))
    except OutputClosed:
        sys.exit(OutputClosed.exit_code)
    sys.stdout.write("the end\n")


if __name__ == "__main__":
    main()
