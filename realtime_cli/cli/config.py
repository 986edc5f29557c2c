"""`realtime-cli config`: what is set, where, and how to change it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from realtime_cli.cli.boundary import guarded, say
from realtime_cli.cli.completion import complete_setting
from realtime_cli.cli.options import Debug
from realtime_cli.cli.table import print_json, print_rows
from realtime_cli.config.paths import DOTENV_FILE, PROJECT_FILE, config_file
from realtime_cli.errors import ConfigError

app = typer.Typer(name="config", help="See and change settings.", no_args_is_help=True)

Name = Annotated[
    str, typer.Argument(help="A setting, as `config list --all` shows it.", autocompletion=complete_setting)
]

FIRST_CONTENT = """\
# Settings of realtime-cli, one on each line. All of them: realtime-cli config list --all
# provider = "openai"
# voice = "cedar"
"""


@app.command("path")
@guarded
def path(
    every: Annotated[bool, typer.Option("--all", help="All sources, in order.")] = False, debug: Debug = False
) -> int:
    """Print the path of the user's configuration file (it need not exist)."""
    from realtime_cli.config.keys import keys_file
    from realtime_cli.config.profiles import profiles_dir

    if not every:
        print(config_file(os.environ))  # noqa: T201 - the answer
        return 0
    places = [
        ("project .env", Path(DOTENV_FILE)),
        ("project", Path(PROJECT_FILE)),
        ("user", config_file(os.environ)),
        ("profiles", profiles_dir(os.environ)),
        ("keys", keys_file(os.environ)),
    ]
    rows = [(what, str(place), "there" if place.exists() else "missing") for what, place in places]
    print_rows(("source", "path", "state"), rows)
    return 0


@app.command("list")
@guarded
def list_settings(
    every: Annotated[bool, typer.Option("--all", help="Also what nobody set.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    debug: Debug = False,
) -> int:
    """List settings, their values and where each comes from.

    Examples: `realtime-cli config list`; `realtime-cli config list --all --json`.
    """
    rows = settings_with_origins(every=every)
    if as_json:
        print_json({name: {"value": value, "origin": origin} for name, value, origin in rows})
    elif rows:
        print_rows(
            ("setting", "value", "from"), [(name, _shown(value), origin) for name, value, origin in rows]
        )
    else:
        say("Nothing is set; all settings: realtime-cli config list --all")
    return 0


@app.command("get")
@guarded
def get(name: Name, debug: Debug = False) -> int:
    """Print the value of one setting; nothing when it is not set.

    Example: `realtime-cli config get voice`.
    """
    wanted = _known(name)
    value = {one: value for one, value, _ in settings_with_origins(every=True)}[wanted]
    if value is not None:
        sys.stdout.write(_shown(value) + "\n")
    return 0


@app.command("set")
@guarded
def set_value(
    name: Name,
    value: Annotated[list[str], typer.Argument(help="The value; several for a list.")],
    debug: Debug = False,
) -> int:
    """Change one setting in the user's configuration file; comments in it stay.

    Examples: `realtime-cli config set voice cedar`; `realtime-cli config set silence_ms 700`.
    """
    from realtime_cli.config.editing import change

    change(config_file(os.environ), _known(name), value)
    return 0


@app.command("unset")
@guarded
def unset(name: Name, debug: Debug = False) -> int:
    """Remove one setting from the user's configuration file.

    Example: `realtime-cli config unset voice`.
    """
    from realtime_cli.config.editing import change

    change(config_file(os.environ), _known(name), None)
    return 0


@app.command("edit")
@guarded
def edit_file(debug: Debug = False) -> int:
    """Open the user's configuration file in your editor, and check it afterwards."""
    from realtime_cli.cli.editing import edit
    from realtime_cli.config.settings import load

    edit(config_file(os.environ), FIRST_CONTENT)
    load({}, os.environ, Path())
    return 0


def settings_with_origins(*, every: bool) -> list[tuple[str, Any, str]]:
    """(name, value, origin) of all settings, or of those that somebody set; what may be a secret is stars."""
    import msgspec

    from realtime_cli.config.masks import masked
    from realtime_cli.config.settings import load

    loaded = load({}, os.environ, Path())
    values = masked(msgspec.to_builtins(loaded.settings))
    names = values if every else [name for name in values if name in loaded.origins]
    return [(name, values[name], loaded.origins.get(name, "default")) for name in names]


def _known(name: str) -> str:
    from difflib import get_close_matches

    from realtime_cli.config.settings import setting_types

    wanted = name.replace("-", "_")
    names = setting_types()
    if wanted not in names:
        near = get_close_matches(wanted, names, n=1)
        hint = f"Did you mean {near[0]}?" if near else "See `realtime-cli config list --all`."
        raise ConfigError(f"There is no setting {name!r}", advice=hint)
    return wanted


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return "" if value is None else str(value)
