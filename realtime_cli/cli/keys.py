"""`realtime-cli keys`: keys that are kept so that no script and no history holds them."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from realtime_cli.cli.boundary import guarded, say
from realtime_cli.cli.completion import complete_key
from realtime_cli.cli.options import Debug
from realtime_cli.cli.table import print_json, print_rows
from realtime_cli.config.keys import KeyStore, keys_file
from realtime_cli.config.secret import Secret
from realtime_cli.errors import ConfigError

Stored = Annotated[
    str, typer.Argument(help="The name it is stored under, or its provider.", autocompletion=complete_key)
]

app = typer.Typer(
    name="keys",
    help="Store keys: a file that only you may read, or the system's keyring. No command ever shows one.",
    no_args_is_help=True,
)

Name = Annotated[
    str,
    typer.Argument(help="A provider (openai), its variable (OPENAI_API_KEY), or a name of your own (work)."),
]


@app.command("set")
@guarded
def set_key(
    name: Name,
    extra: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    keyring: Annotated[
        bool, typer.Option("--keyring", help="Keep it in the system's keyring (package keyring).")
    ] = False,
    debug: Debug = False,
) -> int:
    """Store a key. It is asked for without showing it, or read from stdin.

    Examples: `realtime-cli keys set openai`; `pass openai | realtime-cli keys set openai`;
    `realtime-cli keys set work`, then `realtime-cli talk --key work`.
    """
    if extra:
        raise ConfigError(
            "The key itself must not stand on the command line: every program on this machine can read it there, and "
            "the shell keeps it",
            advice="Leave it out; it is asked for, or read from stdin. Consider the one you typed as known to others.",
        )
    store = KeyStore(keys_file(os.environ))
    stored_as = stored_name(name)
    store.set(stored_as, _read_key(stored_as), keyring=keyring)
    say(f"Stored as {stored_as} in {store.place(stored_as)}.")
    return 0


@app.command("list")
@guarded
def list_keys(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False, debug: Debug = False
) -> int:
    """List the names of stored keys and where they are, never the keys."""
    store = KeyStore(keys_file(os.environ))
    if as_json:
        print_json([{"name": name, "place": store.place(name)} for name in store.names()])
    elif store.names():
        print_rows(("name", "place"), [(name, store.place(name)) for name in store.names()])
    else:
        say("No key is stored. Store one: realtime-cli keys set openai")
    return 0


@app.command("remove")
@guarded
def remove_key(name: Stored, debug: Debug = False) -> int:
    """Forget a stored key.

    Example: `realtime-cli keys remove openai`.
    """
    store = KeyStore(keys_file(os.environ))
    store.remove(name if name in store.names() else stored_name(name))
    return 0


def stored_name(name: str) -> str:
    """A provider's key is stored under its variable, any other under its own name."""
    from realtime_cli.providers.builtin import BUILTIN, CUSTOM

    known = {p.name: p.key_vars[0] for p in (*BUILTIN, CUSTOM) if p.key_vars}
    return known.get(name.lower(), name)


def _read_key(name: str) -> Secret:
    if sys.stdin is not None and sys.stdin.isatty():
        from getpass import getpass

        text = getpass(f"Key for {name} (not shown): ")
    else:
        text = sys.stdin.read() if sys.stdin is not None else ""
    key = text.strip()
    if not key or any(not c.isprintable() or c.isspace() for c in key):
        raise ConfigError(
            "That is no key: it must be one word", advice="Give it alone on one line, without quotes."
        )
    return Secret(key)
