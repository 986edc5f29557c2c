"""`realtime-cli transcribe`: what is said, written down: from the microphone, from files, or from a pipe."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from realtime_cli.cli import options, session_options
from realtime_cli.cli.boundary import guarded, say, say_error, say_news
from realtime_cli.cli.flags import Flags, only, takes
from realtime_cli.cli.later import asyncio
from realtime_cli.cli.options import SOUND, TURNS
from realtime_cli.cli.sound_options import Sound
from realtime_cli.cli.turn_options import Turns
from realtime_cli.errors import ConfigError, InputError, RecordingError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from realtime_cli.cli.preparation import Prepared
    from realtime_cli.providers.provider import Target
    from realtime_cli.runtime.file_sound import FileSound
    from realtime_cli.runtime.interpreter import Sound as Played
    from realtime_cli.runtime.run import Outcome
    from realtime_cli.session.facts import Fact
    from realtime_cli.terminal.captions import CaptionsView, Format

    MakeSound: TypeAlias = Callable[[Callable[[Fact], None]], Played]


class FormName(StrEnum):
    """How captions are written."""

    text = "text"
    srt = "srt"
    vtt = "vtt"
    jsonl = "jsonl"


class TurnsName(StrEnum):
    """Who finds the end of a turn."""

    server = "server"
    semantic = "semantic"
    none = "none"


@guarded
@takes(
    options.Service,
    session_options.Writing,
    session_options.Captions,
    session_options.Way,
    only(Turns, "silence_ms"),
    only(Sound, "input_device"),
    session_options.Filter,
    options.Patience,
    session_options.Retries,
    options.Upkeep,
    options.Project,
)
def transcribe(
    *,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files of sound (WAV; FLAC, OGG, MP3 with the extra audiofiles); - reads a file or bare "
            "PCM16 mono 24 kHz from stdin. Without any: the microphone.",
            metavar="[FILE|-]...",
        ),
    ] = None,
    form: Annotated[FormName, typer.Option("--format", "-f", help="How it is written.")] = FormName.text,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write there instead of stdout.")
    ] = None,
    flags: Flags,
    vad: Annotated[
        TurnsName,
        typer.Option(
            "--vad", help="Who finds the end of a turn; none: every --commit-s.", rich_help_panel=TURNS
        ),
    ] = TurnsName.server,
    commit_s: Annotated[
        float,
        typer.Option("--commit-s", min=1, help="Length of a piece with --vad none.", rich_help_panel=TURNS),
    ] = 10.0,
    pace: Annotated[
        float,
        typer.Option("--pace", min=0.1, max=50, help="Files: times real time.", rich_help_panel=SOUND),
    ] = 4.0,
    debug: options.Debug = False,
) -> int:
    """Write down what is said, live: captions in the terminal, or text, SRT, VTT or JSON Lines in a file.

    Examples: `realtime-cli transcribe`; `realtime-cli transcribe talk.mp3 -f srt -o talk.srt`;
    `arecord -t raw -f S16_LE -r 24000 | realtime-cli transcribe -`.
    """
    from realtime_cli.cli.preparation import prepare, start_log

    for path in files or ():
        if path != "-" and not Path(path).exists():  # told before an hour of the others is written down
            raise InputError(f"{path}: there is no such file")
    prepared = prepare(flags, may_fall_back=False)
    start_log(prepared.settings.log_file, debug=debug)
    job = _Job(tuple(files or ()), form.value, output, vad.value, commit_s, pace)
    return asyncio.run(_transcribe(prepared, job, debug=debug))


class _Job:
    """What is to be done, apart from the settings."""

    def __init__(
        self, files: tuple[str, ...], form: Format, output: str | None, vad: str, commit_s: float, pace: float
    ) -> None:
        self.files = files
        self.form: Format = form
        self.output = output
        self.vad = vad
        self.commit_s = commit_s
        self.pace = pace


async def _transcribe(prepared: Prepared, job: _Job, *, debug: bool) -> int:
    from dataclasses import replace

    from realtime_cli.cli.preparation import line_to, protocol_tap
    from realtime_cli.errors import TimedOut
    from realtime_cli.runtime.run import Plan, run
    from realtime_cli.runtime.speech import manner_of
    from realtime_cli.runtime.wishes import listening_wish

    settings = prepared.settings
    target = _listening_target(prepared.target, settings.model)
    prepared = replace(prepared, target=target)
    wish = listening_wish(settings, target, job.vad)
    say(f"{target.provider.title}: {target.why}")
    out = _opened(job.output)
    try:
        playing: list[FileSound] = []
        view, sound = _view_and_sound(prepared, job, out, playing)
        async with line_to(prepared) as opener, asyncio.timeout(settings.timeout_s):
            plan = Plan(
                wish=wish,
                abilities=target.provider.abilities,
                opener=opener,
                view=view,
                dialect=target.known_dialect,
                manner=manner_of(target),
                sound=sound,
                tap=protocol_tap(debug=debug, log_file=settings.log_file, screen_is_ours=False),
            )
            outcome = await run(plan)
    except TimeoutError as exc:
        raise TimedOut(f"Not finished within {settings.timeout_s:g} s", advice="Give it more time.") from exc
    finally:
        if job.output:
            out.close()
    code = _code(outcome)
    for problem in (one.problem for one in playing if code == 0):
        if problem is not None:
            raise problem
    return code


def _listening_target(target: Target, model: str | None) -> Target:
    """The address of a session that only listens. OpenAI's URL then names no model but the intent."""
    from dataclasses import replace
    from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

    from realtime_cli.protocol import Ability

    if Ability.TRANSCRIPTION not in target.provider.abilities:
        raise ConfigError(f"{target.provider.title} does not write down what is said")
    if not target.provider.intent_url or not target.url:
        return target
    parts = urlsplit(target.url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "model"]
    query.append(("intent", "transcription"))
    return replace(target, url=urlunsplit(parts._replace(query=urlencode(query, safe="/:"))))


def _view_and_sound(
    prepared: Prepared, job: _Job, out: TextIO, playing: list[FileSound]
) -> tuple[CaptionsView, MakeSound]:
    """`playing` gets the files' sound once it is made."""
    from realtime_cli.runtime.file_sound import FileSound
    from realtime_cli.terminal.captions import CaptionsView

    if not job.files:
        if job.vad == "none":
            raise ConfigError("--vad none cuts files into pieces; a microphone needs turns")
        return CaptionsView(out, sys.stderr, job.form), _microphone(prepared)

    def sound(post: Callable[[Fact], None]) -> Played:
        commit_s = job.commit_s if job.vad == "none" else 0.0
        made = FileSound(post, job.files, job.pace, commit_s)
        playing.append(made)
        return made

    def heed(ready: bool) -> None:
        for one in playing:
            one.heed(ready=ready)

    return CaptionsView(out, sys.stderr, job.form, heed), sound


def _microphone(prepared: Prepared) -> MakeSound:
    from realtime_cli.devices.simulated import SimulatedSpeaker
    from realtime_cli.runtime.audio_rig import AudioRig
    from realtime_cli.runtime.rig_plan import RigPlan

    microphone = RigPlan(input_device=prepared.settings.input_device).microphone()
    return lambda post: AudioRig(post, microphone=microphone, speaker=SimulatedSpeaker(None), echo=None)


def _opened(output: str | None) -> TextIO:
    if output is None or output == "-":
        return sys.stdout
    try:
        return Path(output).open("w", encoding="utf-8")
    except OSError as exc:
        raise RecordingError(f"{output}: {exc.strerror or exc}", advice="Choose another place.") from exc


def _code(outcome: Outcome) -> int:
    say_news(outcome.late_news)
    if outcome.signal is not None:
        return 128 + outcome.signal
    if outcome.message:
        say_error(outcome.message, outcome.advice)
    return outcome.exit_code
