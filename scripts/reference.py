"""What the documents quote from the code: commands, settings, providers, exit codes. Used by cog and the man page."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def tree() -> Iterator[tuple[str, Any]]:
    """(path of words, command) of every command that is shown in help, groups before their commands."""
    import typer.main

    from realtime_cli.cli.app import app

    def walk(words: str, command: Any) -> Iterator[tuple[str, Any]]:
        yield words, command
        for name, child in getattr(command, "commands", {}).items():
            if not child.hidden:
                yield from walk(f"{words} {name}", child)

    yield from walk("realtime-cli", typer.main.get_command(app))


def plain(text: str | None) -> str:
    """Help text on as many lines as it has paragraphs."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(text or ""))
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def parameters(command: Any) -> Iterator[tuple[str, str, str]]:
    """(names, variable, help) of what a command takes."""
    settings = getattr(command.callback, "settings", ())  # others may only be called like one
    for parameter in command.params:
        if getattr(parameter, "hidden", False) or parameter.name == "help":
            continue
        is_option = parameter.param_type_name == "option"
        names = (
            ", ".join([*parameter.opts, *parameter.secondary_opts]) if is_option else parameter.name.upper()
        )
        if is_option and not parameter.is_flag:
            names += f" {parameter.metavar or kind(parameter)}"
        is_setting = is_option and parameter.name in settings
        variable = f"REALTIME_CLI_{parameter.name.upper()}" if is_setting else ""
        yield names, variable, " ".join((parameter.help or "").split())


def kind(parameter: Any) -> str:
    """The type in a word: choices, or TEXT, INT ..."""
    choices = parameter.type_descriptor.choices
    if choices:
        return "|".join(str(getattr(choice, "value", choice)) for choice in choices)
    annotation = parameter.type_descriptor.annotation
    return {int: "INT", float: "NUMBER"}.get(annotation, "TEXT")


def commands() -> str:
    """Every command with every option, as Markdown."""
    parts = []
    for words, command in tree():
        depth = len(words.split())
        parts.append(f"{'#' * min(depth + 1, 4)} `{words}`\n\n{plain(command.help)}\n")
        rows = list(parameters(command))
        if rows and depth > 1:
            parts.append("| Option | Environment | Meaning |\n|---|---|---|")
            parts.append(
                "\n".join(f"| `{cell(a)}` | {f'`{b}`' if b else ''} | {cell(c)} |" for a, b, c in rows)
            )
            parts.append("")
    return "\n".join(parts)


def cell(text: str) -> str:
    """Text inside of a Markdown table."""
    return text.replace("|", "\\|")


def settings() -> str:
    """Every setting with type and default, as a Markdown table."""
    import msgspec

    from realtime_cli.cli.equipment import _POWERFUL
    from realtime_cli.config.settings import TABLES, Settings
    from realtime_cli.config.trust import GUARDED

    rows = ["| Setting | Values | Default | Guarded |", "|---|---|---|---|"]
    for field in msgspec.structs.fields(Settings):
        default = "" if field.default in (None, msgspec.NODEFAULT) else f"`{shown(field.default)}`"
        values = "a table; see below" if field.name in TABLES else values_of(field.type)
        rows.append(
            f"| `{field.name}` | {cell(values)} | {default} | {'yes' if field.name in (*GUARDED, *_POWERFUL) else ''} |"
        )
    return "\n".join(rows)


def shown(value: Any) -> str:
    """A default as TOML has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "[]" if value == () else "{}" if value == {} else str(value)


def values_of(annotation: Any) -> str:
    """A type in the words of people."""
    names = {str: "text", int: "whole number", float: "number", bool: "true, false", type(None): ""}
    if annotation in names:
        return names[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is tuple:
        return "list of text"
    if origin is not None and str(origin).endswith("Literal"):
        return ", ".join(map(str, arguments))
    if hasattr(annotation, "__metadata__"):
        meta = annotation.__metadata__[0]
        bounds = [f"{word} {limit:g}" for word, limit in
                  (("from", meta.ge), ("above", meta.gt), ("to", meta.le)) if limit is not None]  # fmt: skip
        return " ".join([values_of(arguments[0]), *bounds])
    return ", ".join(filter(None, (values_of(argument) for argument in arguments))) or "text"


def providers() -> str:
    """Every service, as a Markdown table."""
    from realtime_cli.protocol import ALL
    from realtime_cli.providers.builtin import BUILTIN

    rows = ["| Name | Service | Key | Dialect | Model | Cannot |", "|---|---|---|---|---|---|"]
    for provider in BUILTIN:
        lacks = ", ".join(sorted(ability.value for ability in ALL - provider.abilities)) or "-"
        key = " or ".join(f"`{name}`" for name in provider.key_vars) or "none"
        model = f"`{provider.model}`" if provider.model else ""
        rows.append(
            f"| `{provider.name}` | {provider.title} | {key} | {provider.dialect} | {model} | {lacks} |"
        )
    return "\n".join(rows)


def exit_codes() -> str:
    """The table of exit codes, from the error tree."""
    from realtime_cli import errors

    rows = ["| Code | Meaning |", "|---|---|", "| 0 | all went well |", "| 2 | wrong usage |"]
    found: dict[int, str] = {}
    for name, one in vars(errors).items():
        if inspect.isclass(one) and issubclass(one, errors.RealtimeCliError) and name != "ToolError":
            meaning = (one.__doc__ or "").splitlines()[0].rstrip(".")
            if one is errors.RealtimeCliError:
                meaning = (
                    "something unexpected: a bug; of `history search`: nothing found; of `replay`: a difference; "
                    "of `devices --test`: unusable"
                )
            if one.exit_code not in found:
                found[one.exit_code] = meaning
    found |= (
        {80: "a function failed or was refused (`--fail-on-tool`)"} if has_option("--fail-on-tool") else {}
    )
    found |= {130: "Ctrl+C", 141: "the reader of our output has gone", 143: "SIGTERM"}
    rows += [f"| {code} | {meaning} |" for code, meaning in sorted(found.items())]
    return "\n".join(rows)


def turns() -> str:
    """The four machines and the joint table, as Mermaid and Markdown."""
    return subprocess.run([sys.executable, ROOT / "scripts" / "draw-turns"], capture_output=True, text=True,
                          check=True).stdout.strip()  # fmt: skip


def events() -> str:
    """Every event and field, and the modules that handle it."""
    return subprocess.run([sys.executable, ROOT / "scripts" / "event-table"], capture_output=True, text=True,
                          check=True).stdout.strip()  # fmt: skip


def schema(path: str) -> str:
    """A JSON Schema of the package, as it stands."""
    return "```json\n" + (ROOT / "realtime_cli" / path).read_text(encoding="utf-8").strip() + "\n```"


def has_option(name: str) -> bool:
    """Whether any command has this option."""
    return any(name in parameter.opts for _, command in tree() for parameter in command.params)


def man_page() -> str:
    """`realtime-cli.1`, in troff."""
    from realtime_cli import __version__

    lines = [f'.TH REALTIME-CLI 1 "" "realtime-cli {__version__}" "User Commands"', ".SH NAME",
             r"realtime-cli \- talk with Realtime voice models in the terminal", ".SH SYNOPSIS",
             r".B realtime-cli", r"\fICOMMAND\fR [\fIOPTIONS\fR]", ".SH COMMANDS"]  # fmt: skip
    for words, command in tree():
        if words == "realtime-cli":
            continue
        lines += [
            f".SS {troff(words)}",
            *(troff(text) + "\n.PP" for text in plain(command.help).split("\n\n")),
        ]
        for names, variable, text in parameters(command):
            also = f" ({variable})" if variable else ""
            lines += [".TP", f".B {troff(names)}", troff(text + also) or r"\&"]
    lines += [".SH EXIT STATUS"]
    for row in exit_codes().splitlines()[2:]:
        code, meaning = (part.strip() for part in row.strip("|").split("|"))
        lines += [".TP", f".B {code}", troff(meaning)]
    lines += [".SH FILES", ".TP", ".B ~/.config/realtime-cli/config.toml", "Settings of the user.", ".TP",
              ".B realtime-cli.toml, .env", "Settings and keys of the current folder."]  # fmt: skip
    return "\n".join(lines) + "\n"


def troff(text: str) -> str:
    """Text in which nothing is a command of troff."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("`", "")
    return r"\&" + escaped if escaped.startswith((".", "'")) else escaped


if __name__ == "__main__":
    page = ROOT / "docs" / "realtime-cli.1"
    if sys.argv[1:] == ["--check"]:
        if page.read_text(encoding="utf-8") != man_page():
            sys.exit("docs/realtime-cli.1 is out of date: scripts/fix makes it anew.")
    else:
        page.write_text(man_page(), encoding="utf-8")
