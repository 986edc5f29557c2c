"""What a file of the current folder may not decide by itself.

A folder may be somebody else's: a cloned project, an unpacked archive. Its `realtime-cli.toml` and `.env` may choose a
voice or instructions, but not let functions run unasked, or choose where a key goes and who may read it
on the way. `--trust-project` (or the user's own configuration) allows it. Where a *user's* key would be sent to an
address from the project is judged in `providers.choice`, which knows the key.
"""

from __future__ import annotations

from collections.abc import Mapping

from realtime_cli.errors import ConfigError

GUARDED: Mapping[str, str] = {
    "hosted_mcp_approval": "let functions run unasked",
    "hosted_mcp": "let the provider reach MCP servers",
    "providers": "send your words to an address of its own",
    "url": "send your words to an address of its own",
    "proxy": "send everything through a proxy",
    "ca_file": "decide which certificates are trusted",
    "header": "add headers to the connection",
    "insecure": "turn the check of certificates off",
    "log_file": "write files",
    "journal": "write files",
    "record": "write files",
    "output_file": "write files",
    "llm": "send your words to an address of its own",
    "stt_url": "send your words to an address of its own",
    "tts_url": "send your words to an address of its own",
    "stt_model": "load files into this program",
    "tts_model": "load files into this program",
    "trust_project": "trust itself",
}
"""Setting -> what it would do, in words. What gives a model hands is judged where hands are made (`cli.equipment`)."""

_ADDRESSES = ("url", "providers")


def check_project(
    origins: Mapping[str, str], project_files: tuple[str, ...], *, trusted: bool, is_this_machine: bool
) -> None:
    """Refuse guarded settings that a file of the current folder made.

    Args:
        origins: Setting -> the source that decided it.
        project_files: Sources that are files of the current folder.
        trusted: The user (not the project) has said so.
        is_this_machine: The address in question is this machine's own, where a project's server may run.

    Raises:
        ConfigError: A guarded setting comes from the project.
    """
    if trusted:
        return
    for name, origin in origins.items():
        if origin in project_files and name in GUARDED and not (is_this_machine and name in _ADDRESSES):
            raise ConfigError(
                f"{origin} in this folder wants to {GUARDED[name]} ({name})",
                advice="Use --trust-project if this folder is yours.",
            )
