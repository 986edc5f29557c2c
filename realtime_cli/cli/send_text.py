"""`realtime-cli send-text`: one prompt in, the answer alone on stdout."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from realtime_cli.cli import (
    answer_options,
    local_options,
    memory_options,
    options,
    session_options,
    tool_options,
)
from realtime_cli.cli.asking import Outlet, joined, send
from realtime_cli.cli.boundary import guarded
from realtime_cli.cli.flags import Flags, takes
from realtime_cli.cli.later import asyncio
from realtime_cli.cli.material import Material
from realtime_cli.cli.options import ANSWER, MATERIAL, MORE

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
@takes(
    options.Service,
    options.Character,
    options.Account,
    session_options.Way,
    session_options.Answering,
    answer_options.Frame,
    tool_options.Sources,
    tool_options.CallTime,
    tool_options.Calling,
    local_options.ChatModel,
    memory_options.Memory,
    session_options.Hosted,
    options.Patience,
    session_options.Retries,
    options.Trust,
    options.Upkeep,
    options.Project,
)
def send_text(
    *,
    prompt: Prompt = None,
    file: answer_options.TextFile = None,
    lines: answer_options.EachLine = False,
    as_json: answer_options.AsJson = False,
    jsonl: answer_options.JsonLines = False,
    audio_out: answer_options.AudioOut = None,
    play: answer_options.PlayIt = False,
    quiet: answer_options.Quiet = False,
    verbose: answer_options.Verbose = False,
    stdin: Annotated[
        bool | None,
        typer.Option(
            "--stdin/--no-stdin",
            help="Read stdin to its end, or leave it alone. Without this a prompt does not wait for it.",
            show_default=False,
            rich_help_panel=MORE,
        ),
    ] = None,
    flags: Flags,
    system: System = None,
    context: ContextFile = None,
    image: Image = None,
    detail: Detail = None,
    audio_in: AudioIn = None,
    append: Append = None,
    rate: answer_options.Rate = 24_000,
    no_context: NoContext = False,
    out_of_band: OutOfBand = False,
    metadata: Metadata = None,
    fail_on_tool: tool_options.FailOnTool = False,
    continued: memory_options.Continue = None,
    debug: options.Debug = False,
) -> int:
    """Send a prompt, print the answer. Made for pipes and scripts.

    Examples: `realtime-cli send-text "Three names for a cat"`; `git diff | realtime-cli send-text "review this"`;
    `realtime-cli send-text --json hello | jq .text`; `realtime-cli send-text --audio-out hi.wav "Say hello"`;
    `printf 'one\\ntwo\\n' | realtime-cli send-text --lines`.
    """
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
        rate,
    )
    outlet = Outlet(as_json, jsonl, lines, audio_out, play, quiet, verbose, fail_on_tool)
    outlet.check()
    if lines and (prompt not in (None, "-") or file or stdin is False):
        raise typer.BadParameter(
            "With --lines each line of stdin is a prompt: no argument, no --file, no --no-stdin.",
            param_hint="--lines",
        )
    prepared = prepare(flags, may_fall_back=False)
    text = None
    if not lines:
        piped = joined_prompt(prompt, forced=stdin is True, refused=stdin is False or material.takes_stdin)
        text = joined(file or (), piped, prepared.settings.template)
        if text is None and not material.stands_alone:
            raise typer.BadParameter(
                "There is no prompt. Give one as an argument or on stdin.", param_hint="PROMPT"
            )
    start_log(prepared.settings.log_file, debug=debug)
    memory = remember(prepared, "send-text", continued)
    return asyncio.run(send(memory, text or "", material, outlet, debug=debug))
