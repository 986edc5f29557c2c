"""What the runtime sees of a program that holds a session: a witness, a sound, a screen and a keyboard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from realtime_cli.errors import RealtimeCliError
from realtime_cli.runtime.library_events import Differences
from realtime_cli.runtime.library_mailbox import Mailbox
from realtime_cli.runtime.run import Outcome
from realtime_cli.runtime.witness import Watched
from realtime_cli.session.commands import Command, SoundCommand
from realtime_cli.session.facts import (
    DeviceChanged,
    Fact,
    InterruptPressed,
    MicHeard,
    Piece,
    QuitPressed,
    Which,
)
from realtime_cli.session.state import ConnectionState, SessionState


class Inside:
    """A witness that keeps for the program what happens, and hands on what the program says.

    Attributes:
        plays: Sound goes in or out.
        mail: What the program has not taken yet.
        state: The last picture; None before the first.
        ready: The session stands, or is over.
        stopped: The last interruption was performed, or the session is over.
        outcome: How the session ended; None before that, and after a bug.
    """

    def __init__(self, *, plays: bool) -> None:
        self.mail = Mailbox(self.tell)
        self.state: SessionState | None = None
        self.ready = asyncio.Event()
        self.stopped = asyncio.Event()
        self.outcome: Outcome | None = None
        self.plays = plays
        self._post: Callable[[Fact], None] | None = None
        self._differences = Differences()
        self._has_left = False

    def tell(self, fact: Fact) -> None:
        """The program did something."""
        assert self._post is not None, "the session stands before the program has it"
        self._post(fact)

    def quit(self) -> None:
        """The program leaves, perhaps before the session began."""
        self._has_left = True
        if self._post is not None:
            self._post(QuitPressed())

    def ended(self, outcome: Outcome | None) -> None:
        """The session is over; None: by a bug."""
        self.outcome = outcome
        self.mail.close()
        self.ready.set()
        self.stopped.set()

    def raise_end(self) -> None:
        """Nothing, unless the session ended by an error.

        Raises:
            RealtimeCliError: It did.
        """
        end = self.outcome
        if end is not None and end.exit_code:
            error = RealtimeCliError(end.message, advice=end.advice)
            error.exit_code = end.exit_code
            raise error

    # --- as a witness ------------------------------------------------------------------------------------------

    def attend(self, post: Callable[[Fact], None]) -> Inside:
        """The session is about to begin."""
        self._post = post
        if self.plays:
            post(DeviceChanged("microphone", "send_audio", ""))
            post(DeviceChanged("speaker", "events", ""))
        if self._has_left:
            post(QuitPressed())
        return self

    def begun(self, at_s: float, commands: Sequence[Command]) -> None:
        """Of no interest here."""

    def note(self, fact: Fact, at_s: float, commands: Sequence[Command], mind: Watched) -> None:
        """Each fact may have changed the picture."""
        if isinstance(fact, MicHeard):
            return
        if isinstance(fact, InterruptPressed):
            self.stopped.set()  # its commands are performed before anybody else runs
        self.state = mind.state
        for event in self._differences.between(self.state):
            self.mail.put(event)
        if self.state.connection is ConnectionState.READY:
            self.ready.set()

    def finish(self, mind: Watched, at_s: float, exit_code: int, message: str) -> None:
        """The last picture."""
        self.state = mind.state
        for event in self._differences.between(self.state):
            self.mail.put(event)

    def close(self) -> None:
        """Nothing is held."""


class SessionSound:
    """The program in the place of microphone and speaker.

    Args:
        mail: Takes the voice of answers.
    """

    def __init__(self, mail: Mailbox) -> None:
        self._mail = mail

    async def start(self) -> None:
        """Nothing is opened."""

    async def stop(self) -> None:
        """Nothing is closed."""

    def come_in_by(self, run: Callable[..., None]) -> None:
        """No device drives it."""

    def play(self, item_id: str, content_index: int, pcm: bytes) -> None:
        """The interpreter hands out a piece of voice."""
        self._mail.put_voice((item_id, content_index), pcm)

    def end_play(self, item_id: str, content_index: int) -> None:
        """The part is complete: it is played when the program has taken all of it."""
        self._mail.end_voice((item_id, content_index))

    def flush(self, fade_ms: int) -> tuple[Piece, ...]:
        """What the program has not taken, nobody will hear."""
        return self._mail.drop_voice()

    def reopen(self, which: Which) -> None:
        """There is no device."""

    def adjust(self, command: SoundCommand) -> None:
        """There is no volume."""


class Silent:
    """A view and a keyboard that show and read nothing."""

    def start(self) -> None:
        """Nothing is taken."""

    def update(self, state: SessionState, now_s: float) -> None:
        """Nothing is shown."""

    def stop(self) -> None:
        """Nothing is given back."""
