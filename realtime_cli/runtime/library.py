"""The session as a Python library: `async with realtime_cli.connect(...) as session`.

Everything here is public and stays: names only ever get added. Settings come from the arguments, then from the
environment and the user's configuration; files of the current folder are not read.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from realtime_cli.config.settings import Loaded, load
from realtime_cli.errors import RealtimeCliError, ResponseFailed
from realtime_cli.providers.choice import choose
from realtime_cli.providers.provider import Target
from realtime_cli.runtime.library_events import Answered, AudioDelta, Differences, Event, TextDelta
from realtime_cli.runtime.run import Outcome, Plan, run
from realtime_cli.runtime.speech import Manner
from realtime_cli.runtime.wishes import spoken_answer, spoken_wish, written_wish
from realtime_cli.runtime.witness import Watched
from realtime_cli.session.commands import Command, SoundCommand
from realtime_cli.session.facts import (
    DeviceChanged,
    Fact,
    InterruptPressed,
    MicHeard,
    Piece,
    PlayoutEmpty,
    PromptTyped,
    QuitPressed,
    TalkKeyPressed,
    TalkKeyReleased,
    Which,
)
from realtime_cli.session.state import ConnectionState, Phase, SessionState

if TYPE_CHECKING:
    from realtime_cli.tools.toolbox import Toolbox
    from realtime_cli.transport.transport import Opener

Turns: TypeAlias = Literal["typed", "server_vad", "semantic_vad", "manual"]

_STEP_BYTES: Final = 960
"""20 ms of PCM16 at 24 kHz: as a microphone delivers it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `audio` is PCM16 mono 24 kHz, empty where no voice was asked for."""

    text: str
    audio: bytes
    status: str
    interrupted: bool


class Session:
    """One conversation. Made by `connect`; all methods belong to the loop it was made on."""

    def __init__(self, *, plays: bool) -> None:
        self._plays = plays
        self._post: Callable[[Fact], None] | None = None
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._differences = Differences()
        self._state: SessionState | None = None
        self._ready = asyncio.Event()
        self._outcome: Outcome | None = None

    @property
    def state(self) -> SessionState:
        """The whole picture: phase, conversation, items, tokens, settings. Read only."""
        assert self._state is not None, "the session stands before connect() hands it out"
        return self._state

    async def send_text(self, text: str) -> None:
        """A message of the user's, to be answered. An answer that is being spoken is interrupted."""
        self._tell(PromptTyped(text))

    async def send_audio(self, pcm: bytes) -> None:
        """Sound of the user's: PCM16 mono 24 kHz, whole frames; any length, at the pace of speech or faster."""
        from realtime_cli.dsp.level import rms_dbfs
        from realtime_cli.dsp.pcm16 import from_bytes

        for at in range(0, len(pcm), _STEP_BYTES):
            piece = pcm[at : at + _STEP_BYTES]
            self._tell(MicHeard(piece, rms_dbfs(from_bytes(piece))))
            await asyncio.sleep(0)

    async def begin_turn(self) -> None:
        """With `turns="manual"`: the user begins to speak."""
        self._tell(TalkKeyPressed())

    async def end_turn(self) -> None:
        """With `turns="manual"`: the user has spoken; what was sent is committed and answered."""
        self._tell(TalkKeyReleased())

    async def interrupt(self) -> None:
        """Stop the answer."""
        self._tell(InterruptPressed())

    async def events(self) -> AsyncIterator[Event]:
        """Everything that happens, in order, until the session ends.

        Raises:
            RealtimeCliError: The session ended by an error.
        """
        while (event := await self._events.get()) is not None:
            yield event
        self._events.put_nowait(None)
        self._raise_end()

    async def ask(self, text: str) -> Answer:
        """Send a message and wait for the whole answer, function calls included.

        Reads `events` up to the answer: use one or the other at a time.

        Raises:
            ResponseFailed: The answer failed.
            RealtimeCliError: The session ended before the answer did.
        """
        await self.send_text(text)
        pcm = bytearray()
        async for event in self.events():
            if isinstance(event, AudioDelta):
                pcm += event.pcm
            if isinstance(event, Answered) and self._is_idle():
                if event.status == "failed":
                    raise ResponseFailed("The answer failed")
                return Answer(event.text, bytes(pcm), event.status, event.interrupted)
        raise ResponseFailed("The session ended before the answer did")

    def _is_idle(self) -> bool:
        return self.state.phase in (Phase.LISTENING, Phase.MUTED, Phase.HEARING, Phase.SPEAKING)

    def _tell(self, fact: Fact) -> None:
        assert self._post is not None
        self._post(fact)

    def _raise_end(self) -> None:
        end = self._outcome
        if end is not None and end.exit_code:
            error = RealtimeCliError(end.message, advice=end.advice)
            error.exit_code = end.exit_code
            raise error

    def _ended(self, outcome: Outcome | None) -> None:
        self._outcome = outcome
        self._events.put_nowait(None)
        self._ready.set()

    # --- as the runtime sees it: witness, keyboard, view and sound in one ---------------------------------------

    def _witness(self, post: Callable[[Fact], None]) -> Session:
        self._post = post
        if self._plays:
            post(DeviceChanged("microphone", "send_audio", ""))
            post(DeviceChanged("speaker", "events", ""))
        return self

    def begun(self, at_s: float, commands: Sequence[Command]) -> None:
        """Of no interest here."""

    def note(self, fact: Fact, at_s: float, commands: Sequence[Command], mind: Watched) -> None:
        """Each fact may have changed the picture."""
        if isinstance(fact, MicHeard):
            return
        self._state = mind.state
        for event in self._differences.between(self._state):
            self._events.put_nowait(event)
        if self._state.connection is ConnectionState.READY:
            self._ready.set()

    def finish(self, mind: Watched, at_s: float, exit_code: int, message: str) -> None:
        """The last picture."""
        self._state = mind.state
        for event in self._differences.between(self._state):
            self._events.put_nowait(event)

    def close(self) -> None:
        """Nothing is held."""

    def update(self, state: SessionState, now_s: float) -> None:
        """Nothing is drawn; `note` has told everything already."""

    def play(self, item_id: str, content_index: int, pcm: bytes) -> None:
        """The interpreter hands out a piece of voice."""
        self._events.put_nowait(AudioDelta(item_id, pcm))

    def end_play(self, item_id: str, content_index: int) -> None:
        """Handed out is played, as far as this side can know."""
        self._tell(PlayoutEmpty())

    def flush(self, fade_ms: int) -> tuple[Piece, ...]:
        """What was handed out is in the program's hands."""
        return ()

    def reopen(self, which: Which) -> None:
        """There is no device."""

    def adjust(self, command: SoundCommand) -> None:
        """There is no volume."""


class _Sound:
    """The session in the place of microphone and speaker."""

    def __init__(self, session: Session) -> None:
        self.play, self.end_play = session.play, session.end_play
        self.flush, self.reopen, self.adjust = session.flush, session.reopen, session.adjust

    async def start(self) -> None:
        """Nothing is opened."""

    async def stop(self) -> None:
        """Nothing is closed."""


class _Silent:
    """A view and a keyboard that show and read nothing."""

    def start(self) -> None:
        """Nothing is taken."""

    def update(self, state: SessionState, now_s: float) -> None:
        """Nothing is shown."""

    def stop(self) -> None:
        """Nothing is given back."""


@asynccontextmanager
async def connect(  # noqa: PLR0913 - keywords, all of them optional
    *,
    provider: str | None = None,
    url: str | None = None,
    key: str | None = None,
    model: str | None = None,
    voice: str | None = None,
    instructions: str | None = None,
    turns: Turns = "typed",
    speak: bool | None = None,
    tools: Sequence[Callable[..., Any]] = (),
    **settings: Any,
) -> AsyncIterator[Session]:
    """A conversation with a Realtime model, from the open line to the polite end.

    Args:
        provider: "openai", "local" (no key, no network) ...; None: the first whose key is set.
        url: Another address.
        key: A stored key by its name (`realtime-cli keys`); keys themselves come from the environment.
        model, voice, instructions: As on the command line.
        turns: "typed": text only; "server_vad", "semantic_vad": the server finds turns in what `send_audio` sends;
            "manual": `begin_turn` and `end_turn` do.
        speak: Answers have a voice (`AudioDelta`); None: wherever `turns` is not "typed".
        tools: Functions with type hints and docstrings that the model may call. They run unasked: it is your program.
        settings: Any other setting, by the name that `realtime-cli config list --all` shows.

    Raises:
        RealtimeCliError: No key, nobody there, refused; each with `advice` and `exit_code`.
    """
    flags: dict[str, Any] = {"provider": provider, "url": url, "key": key, "model": model, "voice": voice}
    flags |= {"instructions": instructions, "vad": _vad(turns), "ptt": turns == "manual" or None, **settings}
    # Below a file that is no folder nothing is found: the current folder has no say in a program's session.
    loaded = load(flags, os.environ, Path(os.devnull))
    target = choose(loaded, may_fall_back=False)
    speaks = turns != "typed" if speak is None else speak
    session = Session(plays=turns != "typed" or speaks)
    async with AsyncExitStack() as house:
        opener = await _opener(loaded, target, house)
        plan = _plan(session, loaded, target, opener, turns=turns, speaks=speaks, toolbox=_toolbox(tools))
        running = asyncio.create_task(_held(session, plan), name="realtime session")
        try:
            await session._ready.wait()
            session._raise_end()
            if session._outcome is None and running.done():
                running.result()
            yield session
        finally:
            if session._post is not None:
                session._post(QuitPressed())
            await running


async def _held(session: Session, plan: Plan) -> None:
    outcome = None
    try:
        outcome = await run(plan)
    finally:
        session._ended(outcome)


async def _opener(loaded: Loaded, target: Target, house: AsyncExitStack) -> Opener:
    if target.url:
        from realtime_cli.transport.websocket import WebSocketOpener

        chosen = loaded.settings
        return WebSocketOpener(
            target.url, target.headers, target.subprotocols, ca_file=chosen.ca_file, proxy=chosen.proxy
        )
    from realtime_cli.runtime.local import LocalServer
    from realtime_cli.server.engines.catalog import assemble

    server = await house.enter_async_context(LocalServer(assemble()))
    return server.open


def _plan(
    session: Session,
    loaded: Loaded,
    target: Target,
    opener: Opener,
    *,
    turns: Turns,
    speaks: bool,
    toolbox: Toolbox | None,
) -> Plan:
    definitions = toolbox.definitions() if toolbox is not None else []
    if turns == "typed":
        wish = replace(written_wish(loaded.settings, "", definitions), once=False)
        if speaks:
            wish = replace(wish, config=spoken_answer(wish.config, target))
    else:
        wish = spoken_wish(loaded.settings, target, definitions)
    if toolbox is not None:
        from realtime_cli.session.approvals import ToolTerms

        terms = {tool.name: ToolTerms("auto", "", tool.source, False) for tool in toolbox.tools}
        wish = replace(wish, tools=terms)
    provider = target.provider
    view = _Silent()
    return Plan(
        wish=wish,
        abilities=provider.abilities,
        opener=opener,
        view=view,
        dialect=None if target.dialect == "auto" else target.dialect,
        sound=(lambda post: _Sound(session)) if session._plays else None,
        toolbox=toolbox,
        manner=Manner(provider.abilities, provider.session_extras, provider.input_rate_hz),
        witnesses=(session._witness,),
    )


def _vad(turns: Turns) -> str | None:
    return {"server_vad": "server", "semantic_vad": "semantic"}.get(turns)


def _toolbox(functions: Sequence[Callable[..., Any]]) -> Toolbox | None:
    if not functions:
        return None
    from realtime_cli.tools.python_functions import tool_from
    from realtime_cli.tools.toolbox import Toolbox

    return Toolbox(tool_from(function, function.__name__, source="this program") for function in functions)


__all__ = ["Answer", "Answered", "AudioDelta", "Event", "Session", "TextDelta", "connect"]
