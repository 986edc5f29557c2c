"""`realtime-cli talk`: a spoken conversation."""

from __future__ import annotations

import sys
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from realtime_cli.cli import (
    local_options,
    memory_options,
    options,
    screen,
    screen_options,
    session_options,
    sound_options,
    tool_options,
    turn_options,
)
from realtime_cli.cli.boundary import guarded, say, say_error, say_news
from realtime_cli.cli.flags import Flags, takes
from realtime_cli.cli.later import asyncio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from realtime_cli.cli.preparation import Prepared
    from realtime_cli.cli.remembering import Memory
    from realtime_cli.config.settings import Settings
    from realtime_cli.devices.contract import Microphone
    from realtime_cli.runtime.interpreter import Sound
    from realtime_cli.runtime.run import Outcome, Plan
    from realtime_cli.session.facts import Fact
    from realtime_cli.transport.transport import Opener


@guarded
@takes(
    options.Service,
    options.Character,
    session_options.Way,
    turn_options.Turns,
    sound_options.Sound,
    session_options.Filter,
    session_options.Speech,
    session_options.Writing,
    session_options.Answering,
    tool_options.Sources,
    tool_options.CallTime,
    tool_options.Calling,
    local_options.ChatModel,
    local_options.Engines,
    memory_options.Memory,
    memory_options.Keepsakes,
    memory_options.Limits,
    screen_options.Look,
    session_options.Context,
    session_options.Hosted,
    session_options.Retries,
    options.Account,
    options.Trust,
    options.Upkeep,
    options.Project,
)
def talk(
    *,
    flags: Flags,
    jsonl_schema: screen_options.JsonlSchema = False,
    continued: memory_options.Continue = None,
    debug: options.Debug = False,
) -> int:
    """Speak with a model, and interrupt it. Without a key it talks to the built-in local server.

    Keys: Space talk (push-to-talk), Esc stop speaking, m mute, t type (/help: commands), ? all keys, q quit.

    Examples: `realtime-cli talk`; `realtime-cli talk --ptt --voice cedar`;
    `realtime-cli talk --provider local --tools my_tools.py`.
    """
    from realtime_cli.cli.preparation import prepare, start_log
    from realtime_cli.cli.remembering import remember

    prepared = prepare(flags, may_fall_back=sys.stdout.isatty() or sys.stdin.isatty())
    start_log(prepared.settings.log_file, debug=debug)
    memory = remember(prepared, "talk", continued)
    return asyncio.run(_talk(prepared, memory, debug=debug))


async def _talk(prepared: Prepared, memory: Memory, *, debug: bool) -> int:
    from realtime_cli import clock
    from realtime_cli.cli.equipment import equipped
    from realtime_cli.cli.loading import import_all, settled
    from realtime_cli.cli.preparation import line_to

    async with (
        _quiet_microphone(prepared.settings) as microphone,
        line_to(prepared, say) as opener,
        equipped(prepared.loaded) as equipment,
    ):
        await asyncio.to_thread(import_all, _modules(prepared))  # while the line opens
        from realtime_cli.runtime.run import run

        prepared = replace(prepared, equipment=equipment)
        plan = _plan(prepared, opener, microphone, debug=debug)
        settled()
        return _report(await run(memory.applied(plan, clock.epoch() - asyncio.get_running_loop().time())))


@asynccontextmanager
async def _quiet_microphone(settings: Settings) -> AsyncIterator[Microphone | None]:
    """The microphone, begun first of all: a device takes as long as all imports. Sound libraries print on fd 2."""
    from pathlib import Path

    from realtime_cli.runtime.sound_choice import early_microphone
    from realtime_cli.terminal.quiet import QuietStderr

    quiet = QuietStderr(Path(settings.log_file) if settings.log_file else None)
    if settings.audio:
        quiet.start()
    try:
        microphone = early_microphone(settings)
        await asyncio.sleep(0)  # it is on its way before anything else is imported
        try:
            yield microphone
        finally:
            if microphone is not None:
                await microphone.close()
    finally:
        quiet.stop()


def _modules(prepared: Prepared) -> tuple[str, ...]:
    """What this session needs before it can begin."""
    from realtime_cli.cli.loading import SCREEN_MODULES, TALK_MODULES, TYPING_MODULES

    sound = (
        () if prepared.settings.audio else TYPING_MODULES
    )  # without a microphone a line is open from the start
    return TALK_MODULES + (SCREEN_MODULES + sound if sys.stdout.isatty() else ())


def _plan(prepared: Prepared, opener: Opener, microphone: Microphone | None, *, debug: bool) -> Plan:
    from realtime_cli import clock
    from realtime_cli.cli.equipment import with_tools
    from realtime_cli.cli.preparation import project_remark, protocol_tap
    from realtime_cli.runtime.run import Plan
    from realtime_cli.runtime.speech import manner_of
    from realtime_cli.runtime.wishes import spoken_wish
    from realtime_cli.terminal.views import can_ask, takes_screen

    settings, target = prepared.settings, prepared.target
    epoch_offset_s = clock.epoch() - asyncio.get_running_loop().time()
    view, keyboard = screen.open_screen(settings, target.provider.name, epoch_offset_s)
    asks = keyboard is not None and can_ask(view)
    wish = spoken_wish(
        settings,
        target,
        prepared.definitions,
        first_prompt=_piped_prompt(),
        greeting=_greeting(prepared, can_ask=asks),
    )
    say(f"{target.provider.title}: {target.why}" + (f", model {target.model}" if target.model else ""))
    if remark := project_remark(prepared):
        say(remark)
    return Plan(
        wish=with_tools(wish, prepared.equipment, settings, can_ask=asks),
        abilities=target.provider.abilities,
        opener=opener,
        view=view,
        dialect=target.known_dialect,
        manner=manner_of(target, settings.audio_format),
        keyboard=keyboard,
        sound=_sound(prepared, microphone) if settings.audio else None,
        toolbox=prepared.toolbox,
        tap=protocol_tap(debug=debug, log_file=settings.log_file, screen_is_ours=takes_screen(view)),
        when_open=_load_rest if keyboard is not None else None,
    )


def _load_rest() -> None:
    """Typing; and what is loaded now stays, so that collecting garbage need not look at it: that took 30 ms at a time,
    in which no device gets a block.
    """
    import gc

    from realtime_cli.cli.loading import TYPING_MODULES, import_all

    import_all(TYPING_MODULES)
    gc.freeze()


def _greeting(prepared: Prepared, *, can_ask: bool) -> tuple[str, ...]:
    """What the user should know before the first word."""
    from realtime_cli.cli.equipment import approval_remarks

    equipment = prepared.equipment
    lines = [*equipment.remarks, *approval_remarks(equipment, prepared.settings, can_ask=can_ask)]
    if prepared.settings.record and not prepared.settings.audio:
        lines.append("Nothing is recorded: with --no-audio there is no sound.")
    if not can_ask:
        lines.append(screen.NO_KEYS_REMARK)
    if prepared.target.provider.name == "local" and prepared.settings.provider == "auto":
        lines.insert(
            0,
            "No API key was found: this is the built-in local server. Set OPENAI_API_KEY to talk to a model.",
        )
    return tuple(lines)


def _piped_prompt() -> str:
    """Text piped into `talk` is the first message; a pipe that says nothing does not hold it up."""
    from realtime_cli.cli.standard_input import joined_prompt

    if sys.stdin is None or sys.stdin.isatty():
        return ""
    return joined_prompt("", forced=False, refused=False) or ""


def _sound(prepared: Prepared, microphone: Microphone | None) -> Callable[[Callable[[Fact], None]], Sound]:
    import os

    from realtime_cli.runtime.sound_choice import make_sound

    return make_sound(prepared.settings, os.environ, microphone)


def _report(outcome: Outcome) -> int:
    say_news(outcome.late_news)
    if outcome.message:
        say_error(outcome.message, outcome.advice)
    return outcome.exit_code
