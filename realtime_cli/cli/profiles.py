"""`realtime-cli profiles`: settings and templates under a name, for `--profile NAME`."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from realtime_cli.cli.boundary import guarded, say
from realtime_cli.cli.completion import complete_profile
from realtime_cli.cli.options import Debug
from realtime_cli.cli.table import print_json, print_rows
from realtime_cli.config.profiles import profile_file, profile_names, read_profile

app = typer.Typer(
    name="profiles", help="Settings and templates under a name, for --profile.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="The profile.", autocompletion=complete_profile)]

FIRST_CONTENT = """\
# A profile holds any settings (realtime-cli config list --all) and, for send-text, a template.
# instructions = "You are a pirate."
# voice = "cedar"
# template = "Summarise in three lines:\\n\\n$input"
"""


@app.command("list")
@guarded
def list_profiles(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False, debug: Debug = False
) -> int:
    """List all profiles with what they set."""
    rows = [(name, read_profile(name, os.environ)[1]) for name in profile_names(os.environ)]
    if as_json:
        from realtime_cli.config.masks import masked

        print_json([{"name": name, "settings": masked(values)} for name, values in rows])
    elif rows:
        print_rows(("profile", "sets"), [(name, ", ".join(values)) for name, values in rows])
    else:
        say("There is no profile. Make one: realtime-cli profiles edit NAME")
    return 0


@app.command("show")
@guarded
def show(name: Name, debug: Debug = False) -> int:
    """Print a profile's file.

    Example: `realtime-cli profiles show pirate`.
    """
    path, _ = read_profile(name, os.environ)
    sys.stdout.write(path.read_text(encoding="utf-8"))
    return 0


@app.command("edit")
@guarded
def edit_profile(name: Name, debug: Debug = False) -> int:
    """Open a profile in your editor; a new one begins with an example.

    Example: `realtime-cli profiles edit pirate`, then `realtime-cli talk --profile pirate`.
    """
    from pathlib import Path

    from realtime_cli.cli.editing import edit
    from realtime_cli.config.settings import load

    edit(profile_file(name, os.environ), FIRST_CONTENT)
    load({"profile": name}, os.environ, Path())
    return 0
