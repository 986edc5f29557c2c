"""`realtime-cli send-text`: one prompt in, the answer alone on stdout."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from realtime_cli.cli import options
from realtime_cli.cli.boundary import guarded, say, say_error
from realtime_cli.cli.options import MORE

if TYPE_CHECKING:
    from realtime_cli.cli.preparation import Prepared
    from realtime_cli.runtime.run import Outcome

Prompt = Annotated[
    str | None, typer.Argument(help="The prompt; - reads it from stdin. Piped text comes before it.")
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
    tools: options.Tools = None,
    timeout: options.Timeout = None,
    log_file: options.LogFile = None,
    trust_project: options.TrustProject = None,
    debug: options.Debug = False,
) -> int:
    """Send a prompt, print the answer. Made for pipes and scripts.

    Examples: `realtime-cli send-text "Three names for a cat"`; `git diff | realtime-cli send-text "review this"`;
    `realtime-cli send-text --json hello | jq .text`.
    """
    from realtime_cli.cli.preparation import prepare, start_log
    from realtime_cli.cli.standard_input import joined_prompt

    flags = {
        "provider": provider,
        "url": url,
        "model": model,
        "instructions": instructions,
        "dialect": dialect,
        "tools": tools,
        "timeout_s": timeout,
        "log_file": log_file,
        "trust_project": trust_project,
    }
    text = joined_prompt(prompt, forced=stdin is True, refused=stdin is False)
    if text is None:
        raise typer.BadParameter(
            "There is no prompt. Give one as an argument or on stdin.", param_hint="PROMPT"
        )
    prepared = prepare(flags, may_fall_back=False)
    start_log(prepared.settings.log_file, debug=debug)
    for remark in prepared.remarks:
        say(remark)
    return asyncio.run(_send(prepared, text, as_json=as_json, debug=debug))


async def _send(prepared: Prepared, text: str, *, as_json: bool, debug: bool) -> int:
    from realtime_cli.cli.preparation import line_to, protocol_tap
    from realtime_cli.errors import TimedOut
    from realtime_cli.runtime.run import Plan, run
    from realtime_cli.runtime.wishes import written_wish
    from realtime_cli.terminal.views import open_view

    settings, target = prepared.settings, prepared.target
    loop = asyncio.get_running_loop()
    started_s = loop.time()
    try:
        async with line_to(prepared) as opener, asyncio.timeout(settings.timeout_s):
            plan = Plan(
                wish=written_wish(settings, text, prepared.definitions),
                abilities=target.provider.abilities,
                opener=opener,
                view=open_view("silent" if as_json else "answer"),
                dialect=None if target.dialect == "auto" else target.dialect,
                toolbox=prepared.toolbox,
                tap=protocol_tap(debug=debug, log_file=settings.log_file, screen_is_ours=False),
            )
            outcome = await run(plan)
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
    state = outcome.state
    return {
        "text": state.answer_text,
        "session_id": state.session_id,
        "response_id": state.response_id,
        "provider": prepared.target.provider.name,
        "model": state.model or prepared.target.model,
        "usage": asdict(state.tokens),
        "timing": {"total_ms": round(total_s * 1000)},
    }
