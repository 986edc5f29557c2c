"""`realtime-cli send-text`: one prompt in, the answer alone on stdout."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from realtime_cli.cli import local_options, options, tool_options
from realtime_cli.cli.boundary import guarded, say, say_error
from realtime_cli.cli.material import Material
from realtime_cli.cli.options import ANSWER, MATERIAL, MORE

if TYPE_CHECKING:
    from realtime_cli.cli.preparation import Prepared
    from realtime_cli.cli.remembering import Memory
    from realtime_cli.runtime.run import Outcome
    from realtime_cli.session.state import Call

Prompt = Annotated[
    str | None, typer.Argument(help="The prompt; - reads it from stdin. Piped text comes before it.")
]


class DetailName(StrEnum):
    """How closely a picture is looked at."""

    auto = "auto"
    low = "low"
    high = "high"


System = Annotated[
    str | None,
    typer.Option(
        "--system", metavar="TEXT|@FILE", help="A message of the system, first.", rich_help_panel=MATERIAL
    ),
]
ContextFile = Annotated[
    str | None,
    typer.Option(
        "--context",
        metavar="FILE.jsonl",
        help='Items before the prompt, one on each line, such as {"role": "user", "text": "..."}.',
        rich_help_panel=MATERIAL,
    ),
]
Image = Annotated[
    list[str] | None,
    typer.Option("--image", metavar="FILE", help="A picture. Repeatable.", rich_help_panel=MATERIAL),
]
Detail = Annotated[
    DetailName | None,
    typer.Option("--detail", help="How closely pictures are looked at.", rich_help_panel=MATERIAL),
]
AudioIn = Annotated[
    list[str] | None,
    typer.Option(
        "--audio-in",
        metavar="FILE|-",
        help="Recorded sound as a whole: WAV; FLAC, OGG, MP3 with the extra audiofiles. Repeatable.",
        rich_help_panel=MATERIAL,
    ),
]
Append = Annotated[
    list[str] | None,
    typer.Option(
        "--append",
        metavar="FILE|-",
        help="Recorded sound, streamed: appended piece by piece, committed once. Repeatable.",
        rich_help_panel=MATERIAL,
    ),
]
NoContext = Annotated[
    bool,
    typer.Option(
        "--no-context", help="The model reads nothing but what stands here.", rich_help_panel=ANSWER
    ),
]
OutOfBand = Annotated[
    bool,
    typer.Option(
        "--out-of-band", help="The answer stays outside of the conversation.", rich_help_panel=ANSWER
    ),
]
Metadata = Annotated[
    list[str] | None,
    typer.Option(
        "--metadata", metavar="K=V", help="Sent with the answer and back. Repeatable.", rich_help_panel=ANSWER
    ),
]


@guarded
def send_text(
    prompt: Prompt = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="One JSON object at the end instead of the text.", rich_help_panel=MORE),
    ] = False,
    stdin: Annotated[
        bool | None,
        typer.Option(
            "--stdin/--no-stdin",
            help="Read stdin to its end, or leave it alone. Without this a prompt does not wait for it.",
            show_default=False,
            rich_help_panel=MORE,
        ),
    ] = None,
    provider: options.Provider = None,
    url: options.Url = None,
    model: options.Model = None,
    instructions: options.Instructions = None,
    dialect: options.Dialect = None,
    system: System = None,
    context: ContextFile = None,
    image: Image = None,
    detail: Detail = None,
    audio_in: AudioIn = None,
    append: Append = None,
    no_context: NoContext = False,
    out_of_band: OutOfBand = False,
    metadata: Metadata = None,
    max_tokens: options.MaxTokens = None,
    tool_choice: options.ToolChoice = None,
    reasoning_effort: options.Reasoning = None,
    parallel_tool_calls: options.ParallelCalls = None,
    truncation: options.Truncation = None,
    tracing: options.Tracing = None,
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
    hosted_mcp: options.HostedMcp = None,
    hosted_mcp_approval: options.HostedMcpApproval = None,
    timeout: options.Timeout = None,
    retry: options.Retry = None,
    ephemeral: options.Ephemeral = None,
    header: options.Header = None,
    ca_file: options.CaFile = None,
    proxy: options.Proxy = None,
    llm: local_options.Llm = None,
    llm_model: local_options.LlmModel = None,
    continued: options.Continue = None,
    history: options.History = None,
    journal: options.Journal = None,
    log_file: options.LogFile = None,
    trust_project: options.TrustProject = None,
    debug: options.Debug = False,
) -> int:
    """Send a prompt, print the answer. Made for pipes and scripts.

    Examples: `realtime-cli send-text "Three names for a cat"`; `git diff | realtime-cli send-text "review this"`;
    `realtime-cli send-text --json hello | jq .text`.
    """
    flags = options.settings_among(dict(locals()))
    from realtime_cli.cli.preparation import prepare, start_log
    from realtime_cli.cli.remembering import remember
    from realtime_cli.cli.standard_input import joined_prompt

    material = Material(
        system,
        context,
        tuple(image or ()),
        detail.value if detail else None,
        tuple(audio_in or ()),
        tuple(append or ()),
        no_context,
        out_of_band,
        tuple(metadata or ()),
    )
    text = joined_prompt(prompt, forced=stdin is True, refused=stdin is False or material.takes_stdin)
    if text is None and not material.stands_alone:
        raise typer.BadParameter(
            "There is no prompt. Give one as an argument or on stdin.", param_hint="PROMPT"
        )
    prepared = prepare(flags, may_fall_back=False)
    start_log(prepared.settings.log_file, debug=debug)
    memory = remember(prepared, "send-text", continued)
    return asyncio.run(_send(memory, text or "", material, as_json=as_json, debug=debug))


async def _send(memory: Memory, text: str, material: Material, *, as_json: bool, debug: bool) -> int:
    from realtime_cli import clock
    from realtime_cli.cli.equipment import approval_remarks, equipped, with_tools
    from realtime_cli.cli.preparation import line_to, manner_of, protocol_tap
    from realtime_cli.errors import TimedOut
    from realtime_cli.runtime.run import Plan, run
    from realtime_cli.runtime.wishes import written_wish
    from realtime_cli.terminal.views import asker_for, open_view

    prepared = memory.prepared
    settings, target = prepared.settings, prepared.target
    prompt, asked = material.asked(text, target)
    loop = asyncio.get_running_loop()
    started_s = loop.time()
    try:
        async with (
            asyncio.timeout(settings.timeout_s),
            equipped(prepared.loaded) as equipment,
            line_to(prepared) as opener,
        ):
            view = open_view("silent" if as_json else "answer")
            asker = asker_for(view)
            for remark in (
                *equipment.remarks,
                *approval_remarks(equipment, settings, can_ask=asker is not None),
            ):
                say(remark)
            wish = written_wish(settings, prompt, equipment.definitions, asked)
            plan = Plan(
                wish=with_tools(wish, equipment, settings, can_ask=asker is not None),
                abilities=target.provider.abilities,
                opener=opener,
                view=view,
                keyboard=asker,
                dialect=None if target.dialect == "auto" else target.dialect,
                manner=manner_of(target),
                toolbox=equipment.toolbox,
                tap=protocol_tap(debug=debug, log_file=settings.log_file, screen_is_ours=False),
            )
            outcome = await run(memory.applied(plan, clock.epoch() - started_s))
    except TimeoutError as exc:
        raise TimedOut(
            f"No whole answer within {settings.timeout_s:g} s", advice="Give it more time with --timeout."
        ) from exc
    if outcome.signal is not None:
        return 128 + outcome.signal
    if as_json and outcome.exit_code == 0:
        json.dump(_as_json(outcome, prepared, loop.time() - started_s), sys.stdout, ensure_ascii=False)
        sys.stdout.write("\n")
        sys.stdout.flush()
    if outcome.message:
        say_error(outcome.message, outcome.advice)
    return outcome.exit_code


def _as_json(outcome: Outcome, prepared: Prepared, total_s: float) -> dict[str, Any]:
    """The documented object of `--json`; names only ever get added."""
    from realtime_cli.session.state import Call

    state = outcome.state
    return {
        "text": state.answer_text,
        "session_id": state.session_id,
        "response_id": state.response_id,
        "status": state.response_status,
        "metadata": dict(state.metadata),
        "items": [{"id": item.item_id, "type": item.kind, "role": item.role} for item in state.items],
        "provider": prepared.target.provider.name,
        "model": state.model or prepared.target.model,
        "calls": [_call(entry) for entry in state.entries if isinstance(entry, Call)],
        "usage": asdict(state.tokens),
        "timing": {"total_ms": round(total_s * 1000)},
    }


def _call(call: Call) -> dict[str, Any]:
    """One function call; `arguments` is the JSON text as it was run."""
    took_s = None
    if call.started_at_s is not None and call.ended_at_s is not None:
        took_s = round(call.ended_at_s - call.started_at_s, 3)
    return {
        "call_id": call.call_id,
        "name": call.name,
        "arguments": call.arguments,
        "status": call.status.value,
        "approval": call.approval,
        "output": call.output,
        "took_s": took_s,
    }
