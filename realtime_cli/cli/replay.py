"""`realtime-cli replay`: a journal played through the mind again."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from realtime_cli.cli.boundary import guarded, say
from realtime_cli.cli.options import Debug


@guarded
def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Written with --journal.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    debug: Debug = False,
) -> int:
    """Play a journal again: the same facts must lead to the same deeds. Exit code 1 at the first difference.

    Made for reports of faults: the conversation is printed as the mind saw it, then where the replay went another way.
    """
    from realtime_cli.runtime.replay import replay as play_again
    from realtime_cli.session.state import Call, Notice, Spoken
    from realtime_cli.terminal.sanitize import clean_line

    done = play_again(file)
    if as_json:
        found = asdict(done.difference) if done.difference is not None else None
        json.dump({"facts": done.facts, "seconds": round(done.seconds, 3), "difference": found}, sys.stdout)
        sys.stdout.write("\n")
        return 0 if found is None else 1
    for entry in done.state.entries:
        match entry:
            case Spoken():
                line = f"{entry.role}: {entry.text}"
            case Call():
                line = f"call {entry.name}({entry.arguments}) -> {entry.output or entry.status.value}"
            case Notice():
                line = f"{entry.severity}: {entry.text} {entry.advice}"
        sys.stdout.write(clean_line(line, 2000) + "\n")
    if done.difference is None:
        say(f"{done.facts} facts in {done.seconds:.1f} s: the replay is exact.")
        return 0
    first = done.difference
    say(f"Line {first.line} ({first.fact}) is the first difference of {done.facts} facts.")
    say(f"  then: {clean_line(first.recorded, 2000) or 'nothing'}")
    say(f"  now:  {clean_line(first.replayed, 2000) or 'nothing'}")
    return 1
