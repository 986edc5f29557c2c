"""The session as a Python library: `async with realtime_cli.connect(...) as session`.

Everything here is public and stays: names only ever get added. Settings come from the arguments, then from the
environment and the user's configuration; files of the current folder are not read.
"""

from __future__ import annotations

import asyncio
import os
import warnings
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec.structs import replace

from realtime_cli.config.settings import Loaded, load
from realtime_cli.providers.choice import choose
from realtime_cli.providers.provider import Target
from realtime_cli.runtime.library_inside import Inside, SessionSound, Silent
from realtime_cli.runtime.library_session import Answer, Session
from realtime_cli.runtime.run import Plan, run
from realtime_cli.runtime.speech import manner_of
from realtime_cli.runtime.wishes import spoken_answer, spoken_wish, written_wish

if TYPE_CHECKING:
    from realtime_cli.tools.toolbox import Toolbox
    from realtime_cli.transport.transport import Opener

Turns: TypeAlias = Literal["typed", "server_vad", "semantic_vad", "manual"]


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
    flags |= {
        "instructions": instructions,
        "audio": True,
        "ptt": turns == "manual",
        "vad": _vad(turns),
        **settings,
    }
    # Below a file that is no folder nothing is found: the current folder has no say in a program's session.
    loaded = load(flags, os.environ, Path(os.devnull))
    target = choose(loaded, may_fall_back=False)
    speaks = turns != "typed" if speak is None else speak
    inside = Inside(plays=turns != "typed" or speaks)
    async with AsyncExitStack() as house:
        opener = await _opener(loaded, target, house)
        plan = _plan(inside, loaded, target, opener, turns=turns, speaks=speaks, toolbox=_toolbox(tools))
        running = asyncio.create_task(_held(inside, plan), name="realtime session")
        try:
            await inside.ready.wait()
            inside.raise_end()
            if inside.outcome is None and running.done():
                running.result()
            yield Session(inside)
        finally:
            inside.quit()
            await running


async def _held(inside: Inside, plan: Plan) -> None:
    outcome = None
    try:
        outcome = await run(plan)
    finally:
        inside.ended(outcome)


async def _opener(loaded: Loaded, target: Target, house: AsyncExitStack) -> Opener:
    settings = loaded.settings
    if target.url:
        from realtime_cli.runtime.remote import INSECURE, opener_to

        if settings.insecure:
            warnings.warn(INSECURE, stacklevel=2)
        return opener_to(target, settings)
    from realtime_cli.runtime.local import LocalServer
    from realtime_cli.runtime.local_engines import behaviour_of, engines_of

    engines = engines_of(loaded)
    server = await house.enter_async_context(LocalServer(engines, behaviour_of(settings, engines)))
    return server.open


def _plan(
    inside: Inside,
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
    silent = Silent()
    return Plan(
        wish=wish,
        abilities=target.provider.abilities,
        opener=opener,
        view=silent,
        keyboard=lambda _post, _changed: silent,  # somebody is there who may type: the program
        dialect=target.known_dialect,
        sound=(lambda post: SessionSound(inside.mail)) if inside.plays else None,
        toolbox=toolbox,
        manner=manner_of(target, "pcm16" if turns == "typed" else loaded.settings.audio_format),
        witnesses=(inside.attend,),
        handles_signals=False,
    )


def _vad(turns: Turns) -> str | None:
    return {"server_vad": "server", "semantic_vad": "semantic"}.get(turns)


def _toolbox(functions: Sequence[Callable[..., Any]]) -> Toolbox | None:
    if not functions:
        return None
    from realtime_cli.tools.python_functions import tool_from
    from realtime_cli.tools.toolbox import Toolbox

    return Toolbox(tool_from(function, function.__name__, source="this program") for function in functions)


__all__ = ["Answer", "Session", "connect"]
