"""One `send-text` from prompt to exit code: where the answer goes, and in which form."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from realtime_cli.cli.boundary import say, say_error, say_news
from realtime_cli.cli.later import asyncio
from realtime_cli.cli.loading import SESSION_MODULES, import_all, settled
from realtime_cli.errors import ConfigError, DeviceError, InputError, TimedOut

if TYPE_CHECKING:
    from realtime_cli.cli.equipment import Equipment
    from realtime_cli.cli.material import Material
    from realtime_cli.cli.preparation import Prepared
    from realtime_cli.cli.remembering import Memory
    from realtime_cli.runtime.interpreter import Sound
    from realtime_cli.runtime.lines import Lines
    from realtime_cli.runtime.run import Outcome, Plan
    from realtime_cli.session.facts import Fact
    from realtime_cli.session.wish import Wish
    from realtime_cli.terminal.contract import View
    from realtime_cli.transport.transport import Opener


class Outlet(Struct, frozen=True):
    """What becomes of the answer.

    Attributes:
        as_json: One object at the end.
        jsonl: JSON lines as things happen.
        lines: Each line of stdin is a turn, each answer one line.
        audio_out: A file for the spoken answer, "-" for stdout.
        play: Speak it.
        quiet: Nothing on stderr but errors.
        verbose: On stderr: whom we talk to, how long it took, what it used.
        fail_on_tool: A function that failed or was refused is a failure of the whole.
    """

    as_json: bool = False
    jsonl: bool = False
    lines: bool = False
    audio_out: str | None = None
    play: bool = False
    quiet: bool = False
    verbose: bool = False
    fail_on_tool: bool = False

    def check(self) -> None:
        """Raises ConfigError where options exclude each other."""
        forms = [name for name in ("as_json", "jsonl", "lines") if getattr(self, name)]
        if self.audio_out == "-":
            forms.append("audio_out")
        if len(forms) > 1:
            shown = {
                "as_json": "--json",
                "jsonl": "--jsonl",
                "lines": "--lines",
                "audio_out": "--audio-out -",
            }
            raise ConfigError(
                f"{' and '.join(shown[name] for name in forms)} both want stdout", advice="Take one."
            )
        if self.lines and (self.audio_out or self.play):
            raise ConfigError("--lines answers in text", advice="Leave --audio-out and --play out.")

    @property
    def speaks(self) -> bool:
        """The answer is wanted aloud."""
        return self.play or self.audio_out is not None


def joined(files: Sequence[str], text: str | None, template: str | None) -> str | None:
    """Files, what was piped in and the argument, in this order, inside the template; None when there is nothing.

    Raises:
        InputError: A file cannot be read.
    """
    from realtime_cli.config.profiles import filled

    parts = [_file_text(path) for path in files]
    if text:
        parts.append(text)
    prompt = "\n\n".join(part for part in parts if part) or None
    if template is None:
        return prompt
    return filled(template, prompt)


def _file_text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig").strip("\n")
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8 text"
        raise InputError(f"{path} cannot be read: {reason}") from exc


async def send(memory: Memory, text: str, material: Material, outlet: Outlet, *, debug: bool) -> int:
    """Hold the session; the exit code.

    Raises:
        TimedOut: `--timeout` was reached.
    """
    from realtime_cli import clock
    from realtime_cli.cli.equipment import equipped
    from realtime_cli.cli.preparation import line_to, project_remark

    prepared = memory.prepared
    settings = prepared.settings
    loop = asyncio.get_running_loop()
    started_s = loop.time()
    if outlet.verbose:
        target = prepared.target
        say(f"{target.provider.title}: {target.why}" + (f", model {target.model}" if target.model else ""))
    if not outlet.quiet and (remark := project_remark(prepared)):
        say(remark)
    lines = _lines(prepared, outlet) if outlet.lines else None
    try:
        async with (
            asyncio.timeout(settings.timeout_s),
            line_to(prepared) as opener,
            _loaded(),
            equipped(prepared.loaded) as equipment,
        ):
            from realtime_cli.runtime.run import run

            plan = _plan(prepared, (text, material), outlet, equipment, opener, lines=lines, debug=debug)
            settled()
            outcome = await run(memory.applied(plan, clock.epoch() - started_s))
    except TimeoutError as exc:
        raise TimedOut(
            f"No whole answer within {settings.timeout_s:g} s", advice="Give it more time with --timeout."
        ) from exc
    if lines is not None and lines.problem is not None:
        raise lines.problem
    code = _report(outcome, prepared, outlet, loop.time() - started_s)
    code = code or (lines.exit_code if lines is not None else 0)
    return code or (_judge_calls(outcome) if outlet.fail_on_tool else 0)


def _judge_calls(outcome: Outcome) -> int:
    """For `--fail-on-tool`: whether each call did what it should; what did not is named."""
    from realtime_cli.errors import ToolError
    from realtime_cli.session.state import Call, CallStatus

    calls = [entry for entry in outcome.state.entries if isinstance(entry, Call)]
    bad = [call.name for call in calls if call.status is not CallStatus.DONE]
    if not bad:
        return 0
    names = ", ".join(dict.fromkeys(bad))
    say_error(
        f"Not every function did its work: {names}", "`--tools-debug` shows why; --json lists all calls."
    )
    return ToolError.exit_code


@asynccontextmanager
async def _loaded() -> AsyncIterator[None]:
    """Everything that a session needs is imported, in a thread, while the line opens."""
    await asyncio.to_thread(import_all, SESSION_MODULES)
    yield


def _plan(
    prepared: Prepared,
    said: tuple[str, Material],
    outlet: Outlet,
    equipment: Equipment,
    opener: Opener,
    *,
    lines: Lines | None,
    debug: bool,
) -> Plan:
    from realtime_cli.cli.equipment import approval_remarks, with_tools
    from realtime_cli.cli.preparation import protocol_tap
    from realtime_cli.runtime.run import Plan
    from realtime_cli.runtime.speech import manner_of
    from realtime_cli.runtime.wishes import written_wish
    from realtime_cli.terminal.views import asker_for

    settings, target = prepared.settings, prepared.target
    prompt, asked = said[1].asked(said[0], target)
    view = lines or _view(outlet, whole_calls=settings.tools_debug)
    asker = None if lines is not None else asker_for(view)
    if not outlet.quiet:
        for remark in (
            *equipment.remarks,
            *approval_remarks(equipment, settings, can_ask=asker is not None),
        ):
            say(remark)
    wish = with_tools(
        written_wish(settings, prompt, equipment.definitions, asked),
        equipment,
        settings,
        can_ask=asker is not None,
    )
    return Plan(
        wish=_shaped(wish, prepared, outlet),
        abilities=target.provider.abilities,
        opener=opener,
        view=view,
        keyboard=lines.keyboard if lines is not None else asker,
        sound=_sound(prepared, outlet) if outlet.speaks else None,
        dialect=target.known_dialect,
        manner=manner_of(target),
        toolbox=equipment.toolbox,
        tap=protocol_tap(debug=debug, log_file=settings.log_file, screen_is_ours=False),
    )


def _view(outlet: Outlet, *, whole_calls: bool) -> View:
    from realtime_cli.terminal.answer import AnswerView
    from realtime_cli.terminal.views import Look, open_view

    if outlet.jsonl:
        return open_view("jsonl")
    silent = outlet.as_json or outlet.audio_out == "-"
    if outlet.quiet:
        return AnswerView(None if silent else sys.stdout, None)
    return open_view("silent" if silent else "answer", Look(whole_calls=whole_calls))


def _lines(prepared: Prepared, outlet: Outlet) -> Lines:
    from realtime_cli.config.profiles import filled
    from realtime_cli.runtime.lines import Lines

    if sys.stdin is None:
        raise InputError("--lines reads stdin, and there is none")
    template = prepared.settings.template
    shaped: Callable[[str], str] = (lambda line: filled(template, line)) if template else str
    return Lines(sys.stdin.buffer, sys.stdout, None if outlet.quiet else sys.stderr, shaped)


def _shaped(wish: Wish, prepared: Prepared, outlet: Outlet) -> Wish:
    """A conversation instead of one question; a voice instead of text alone."""
    if outlet.lines:
        wish = replace(wish, once=False)
    if outlet.speaks:
        from realtime_cli.runtime.wishes import spoken_answer

        wish = replace(wish, config=spoken_answer(wish.config, prepared.target))
    return wish


def _sound(prepared: Prepared, outlet: Outlet) -> Callable[[Callable[[Fact], None]], Sound]:
    from realtime_cli.runtime.answer_sound import AnswerSound

    def make(post: Callable[[Fact], None]) -> Sound:
        speaker = None
        if outlet.play:
            from realtime_cli.runtime.audio_rig import AudioRig
            from realtime_cli.runtime.rig_plan import RigPlan

            chosen = RigPlan(output_device=prepared.settings.output_device)
            speaker = AudioRig(post, microphone=None, speaker=chosen.speaker())
        return AnswerSound(post, outlet.audio_out, speaker)

    return make


def _report(outcome: Outcome, prepared: Prepared, outlet: Outlet, total_s: float) -> int:
    if not outlet.quiet:
        say_news(outcome.late_news)
    if outcome.signal is not None:
        return 128 + outcome.signal
    if outlet.as_json and outcome.exit_code == 0:
        from realtime_cli.cli.answer_json import answer_json

        answer: dict[str, Any] = answer_json(outcome, prepared, total_s)
        json.dump(answer, sys.stdout, ensure_ascii=False)
        sys.stdout.write("\n")
        sys.stdout.flush()
    if outlet.verbose:
        used = outcome.state.tokens
        say(f"{outcome.state.model or prepared.target.model}: {total_s:.2f} s, {used.total} tokens")
    if outcome.message:
        say_error(outcome.message, outcome.advice)
    elif outlet.play and not outcome.state.speaker_works:
        say_error("The answer was not heard: the speaker does not work", "`realtime-cli doctor` says why.")
        return outcome.exit_code or DeviceError.exit_code
    return outcome.exit_code
