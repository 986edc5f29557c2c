"""`realtime-cli talk`: a spoken conversation."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from realtime_cli.cli import (
    answer_options,
    local_options,
    memory_options,
    options,
    screen,
    session_options,
    sound_options,
    tool_options,
)
from realtime_cli.cli.boundary import guarded, say, say_error
from realtime_cli.cli.later import asyncio
from realtime_cli.cli.options import TURNS

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtime_cli.cli.preparation import Prepared
    from realtime_cli.cli.remembering import Memory
    from realtime_cli.runtime.interpreter import Sound
    from realtime_cli.runtime.run import Outcome, Plan
    from realtime_cli.session.facts import Fact
    from realtime_cli.transport.transport import Opener

Vad = Annotated[
    options.VadName | None,
    typer.Option(
        "--vad", help="Who finds the end of your turn.", show_default="server", rich_help_panel=TURNS
    ),
]
Ptt = Annotated[
    bool | None,
    typer.Option(
        "--ptt/--no-ptt",
        help="Push-to-talk: Space starts and ends your turn.",
        show_default=False,
        rich_help_panel=TURNS,
    ),
]
Eagerness = Annotated[
    options.EagernessName | None,
    typer.Option("--eagerness", help="How soon semantic VAD ends a turn.", rich_help_panel=TURNS),
]
Threshold = Annotated[
    float | None,
    typer.Option(
        "--threshold", min=0.0, max=1.0, help="Speech probability that counts.", rich_help_panel=TURNS
    ),
]
PrefixPadding = Annotated[
    int | None,
    typer.Option(
        "--prefix-padding-ms", min=0, help="Sound kept from before your speech.", rich_help_panel=TURNS
    ),
]
Silence = Annotated[
    int | None,
    typer.Option("--silence-ms", min=0, help="Silence that ends your turn.", rich_help_panel=TURNS),
]
AutoResponse = Annotated[
    bool | None,
    typer.Option(
        "--auto-response/--no-auto-response",
        help="Answer each turn by itself, or when you press a.",
        show_default=False,
        rich_help_panel=TURNS,
    ),
]
Interrupt = Annotated[
    bool | None,
    typer.Option(
        "--interrupt/--no-interrupt",
        help="Speaking interrupts the answer.",
        show_default=False,
        rich_help_panel=TURNS,
    ),
]
Record = Annotated[
    str | None,
    typer.Option(
        "--record",
        metavar="DIR",
        help="Record both sides in stereo (you left, the model right), with transcript and times.",
        rich_help_panel=options.MEMORY,
    ),
]
RecordFormat = Annotated[
    memory_options.RecordFormatName | None,
    typer.Option(
        "--record-format",
        help="flac needs the extra audiofiles.",
        show_default="wav",
        rich_help_panel=options.MEMORY,
    ),
]


@guarded
def talk(
    profile: answer_options.Profile = None,
    key: answer_options.KeyName = None,
    provider: options.Provider = None,
    url: options.Url = None,
    model: options.Model = None,
    voice: options.Voice = None,
    instructions: options.Instructions = None,
    transcription_model: options.TranscriptionModel = None,
    dialect: options.Dialect = None,
    vad: Vad = None,
    ptt: Ptt = None,
    eagerness: Eagerness = None,
    threshold: Threshold = None,
    prefix_padding_ms: PrefixPadding = None,
    silence_ms: Silence = None,
    auto_response: AutoResponse = None,
    interrupt: Interrupt = None,
    idle_timeout_ms: session_options.IdleTimeout = None,
    input_device: sound_options.InputDevice = None,
    output_device: sound_options.OutputDevice = None,
    input_file: sound_options.InputFile = None,
    output_file: sound_options.OutputFile = None,
    audio: sound_options.Audio = None,
    echo: sound_options.Echo = None,
    headphones: sound_options.Headphones = None,
    audio_latency: sound_options.Latency = None,
    volume: sound_options.Volume = None,
    noise_suppression: sound_options.NoiseSuppression = None,
    auto_gain: sound_options.AutoGain = None,
    local_barge_in: sound_options.LocalBargeIn = None,
    cues: sound_options.Cues = None,
    audio_format: sound_options.AudioFormat = None,
    trim_silence: sound_options.TrimSilence = None,
    noise_reduction: session_options.Noise = None,
    speed: session_options.Speed = None,
    language: session_options.Language = None,
    transcription_prompt: session_options.TranscriptionPrompt = None,
    max_tokens: session_options.MaxTokens = None,
    tool_choice: session_options.ToolChoice = None,
    reasoning_effort: session_options.Reasoning = None,
    parallel_tool_calls: session_options.ParallelCalls = None,
    truncation: session_options.Truncation = None,
    tracing: session_options.Tracing = None,
    context_policy: session_options.ContextPolicy = None,
    context_window: session_options.ContextWindow = None,
    hosted_mcp: session_options.HostedMcp = None,
    hosted_mcp_approval: session_options.HostedMcpApproval = None,
    retry: session_options.Retry = None,
    ephemeral: session_options.Ephemeral = None,
    header: session_options.Header = None,
    ca_file: session_options.CaFile = None,
    proxy: session_options.Proxy = None,
    tools: tool_options.Tools = None,
    tool: tool_options.Tool = None,
    mcp: tool_options.Mcp = None,
    builtin: tool_options.Builtin = None,
    approve: tool_options.Approve = None,
    tool_folder: tool_options.ToolFolder = None,
    tool_hosts: tool_options.ToolHosts = None,
    tool_timeout: tool_options.ToolTimeout = None,
    tool_rounds: tool_options.ToolRounds = None,
    tools_debug: tool_options.ToolsDebug = None,
    llm: local_options.Llm = None,
    llm_model: local_options.LlmModel = None,
    brain: local_options.Brain = None,
    stt_engine: local_options.SttEngine = None,
    tts_engine: local_options.TtsEngine = None,
    vad_engine: local_options.VadEngine = None,
    plain: screen.Plain = None,
    jsonl: screen.Jsonl = None,
    show_cost: screen.ShowCost = None,
    jsonl_schema: screen.JsonlSchema = False,
    continued: memory_options.Continue = None,
    history: memory_options.History = None,
    title: memory_options.Title = None,
    journal: memory_options.Journal = None,
    journal_audio: memory_options.JournalAudio = None,
    record: Record = None,
    record_format: RecordFormat = None,
    max_cost: memory_options.MaxCost = None,
    max_minutes: memory_options.MaxMinutes = None,
    idle_timeout_s: memory_options.SessionIdle = None,
    log_file: options.LogFile = None,
    insecure: answer_options.Insecure = None,
    trust_project: options.TrustProject = None,
    debug: options.Debug = False,
) -> int:
    """Speak with a model, and interrupt it. Without a key it talks to the built-in local server.

    Keys: Space talk (push-to-talk), Esc stop speaking, m mute, t type (/help: commands), ? all keys, q quit.

    Examples: `realtime-cli talk`; `realtime-cli talk --ptt --voice cedar`;
    `realtime-cli talk --provider local --tools my_tools.py`.
    """
    flags = options.settings_among(dict(locals()))
    from realtime_cli.cli.preparation import prepare, start_log
    from realtime_cli.cli.remembering import remember

    prepared = prepare(flags, may_fall_back=sys.stdout.isatty() or sys.stdin.isatty())
    start_log(prepared.settings.log_file, debug=debug)
    memory = remember(prepared, "talk", continued)
    return asyncio.run(_talk(prepared, memory, debug=debug))


async def _talk(prepared: Prepared, memory: Memory, *, debug: bool) -> int:
    from realtime_cli import clock
    from realtime_cli.cli.equipment import equipped
    from realtime_cli.cli.loading import TALK_MODULES, import_all
    from realtime_cli.cli.preparation import line_to

    async with line_to(prepared, say) as opener, equipped(prepared.loaded) as equipment:
        await asyncio.to_thread(import_all, TALK_MODULES)  # while the line opens
        from realtime_cli.runtime.run import run

        prepared = replace(prepared, equipment=equipment)
        plan = _plan(prepared, opener, debug=debug)
        return _report(await run(memory.applied(plan, clock.epoch() - asyncio.get_running_loop().time())))


def _plan(prepared: Prepared, opener: Opener, *, debug: bool) -> Plan:
    from realtime_cli import clock
    from realtime_cli.cli.equipment import with_tools
    from realtime_cli.cli.preparation import manner_of, protocol_tap
    from realtime_cli.runtime.run import Plan
    from realtime_cli.runtime.wishes import spoken_wish
    from realtime_cli.terminal.live import LiveView
    from realtime_cli.terminal.views import can_ask

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
    return Plan(
        wish=with_tools(wish, prepared.equipment, settings, can_ask=asks),
        abilities=target.provider.abilities,
        opener=opener,
        view=view,
        dialect=None if target.dialect == "auto" else target.dialect,
        manner=manner_of(target, settings),
        keyboard=keyboard,
        sound=_sound(prepared) if settings.audio else None,
        toolbox=prepared.toolbox,
        tap=protocol_tap(debug=debug, log_file=settings.log_file, screen_is_ours=isinstance(view, LiveView)),
    )


def _greeting(prepared: Prepared, *, can_ask: bool) -> tuple[str, ...]:
    """What the user should know before the first word."""
    from realtime_cli.cli.equipment import approval_remarks

    equipment = prepared.equipment
    lines = [*equipment.remarks, *approval_remarks(equipment, prepared.settings, can_ask=can_ask)]
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


def _sound(prepared: Prepared) -> Callable[[Callable[[Fact], None]], Sound]:
    import os

    from realtime_cli.runtime.sound_choice import make_sound

    return make_sound(prepared.settings, os.environ)


def _report(outcome: Outcome) -> int:
    if outcome.message:
        say_error(outcome.message, outcome.advice)
    return outcome.exit_code
