"""What the documents say is true: their commands run, their examples work, their links lead somewhere."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import typer

from tests.cli.conftest import Shell
from tests.docs.blocks import DOCUMENTS, LANGUAGES, ROOT, Block, blocks, blocks_of, commands_outside, steps
from tests.docs.materials import PAST, lay_out
from tests.docs.standing import stand
from tests.support.sound import VirtualAudio

WITH_COMMANDS = [
    path
    for path in DOCUMENTS
    if any(block.runs.strip() for block in blocks_of(path) if block.language == "sh")
]


@pytest.mark.parametrize(
    "block", [block for block in blocks("python") if block.runs], ids=lambda block: block.name
)
def test_every_python_example_runs(shell: Shell, block: Block) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", block.runs],
        env=shell.env,
        cwd=shell.folder,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.device
@pytest.mark.pty
@pytest.mark.timeout(400)
@pytest.mark.parametrize("path", WITH_COMMANDS, ids=lambda path: path.name)
def test_every_command_of_a_document_runs_from_the_first_to_the_last(
    shell: Shell,
    house: VirtualAudio,
    path: Path,
) -> None:
    """In a new home, without a key, against the local server; what stands until it is stopped runs at a terminal."""
    env = {
        **{name: value for name, value in house.env.items() if not name.startswith("REALTIME_CLI_")},
        **shell.env,
    }
    env |= {"REALTIME_CLI_PROVIDER": "local", "SHELL": "/bin/bash", "EDITOR": "true"}
    shell.env = env
    lay_out(shell.folder)
    assert shell.run(PAST).code == 0
    said = ""
    for kind, step in steps(path):
        if kind is None:
            done = shell.run(
                f"set -eo pipefail\n{step}\n:", timeout_s=200
            )  # ":" keeps bash there, as the shell
            assert done.code == 0, f"{step}\n{done.out}{done.err}"
            assert "Traceback" not in done.err
            said += done.out
        else:
            said += stand(step, kind, house, env, shell.folder)
    for words in EXPECTED.get(path.name, ()):
        assert words in said


EXPECTED = {
    "README.md": ("00:00:0", "All is well"),
    "guide.md": ("Your name is Ada", "Sunny in Oslo", "repeat"),
    "memory.md": ("ferry to oslo",),
}
"""Document -> words that its commands must have said, beside ending well."""


def test_no_command_stands_where_no_test_sees_it() -> None:
    for path in DOCUMENTS:
        assert commands_outside(path) == [], path.name
        assert {block.language for block in blocks_of(path)} <= LANGUAGES, path.name


def test_what_a_mark_promises_is_there() -> None:
    for path in DOCUMENTS:
        for block in blocks_of(path):
            for reason in block.reasons:
                for named in re.findall(r"(?:tests|scripts)/[\w/.]+", reason):
                    assert (ROOT / named).exists(), f"{path.name}: {named}"


def test_a_new_command_is_run_unless_it_is_marked(tmp_path: Path) -> None:
    text = "# New\n\n```sh\nrealtime-cli voices\nfalse\n```\n"
    path = tmp_path / "new.md"
    path.write_text(text)
    assert list(steps(path)) == [(None, "realtime-cli voices\nfalse")]
    path.write_text(text.replace("```sh", "<!-- not run (false): it fails by its nature -->\n```sh"))
    assert list(steps(path)) == [(None, "realtime-cli voices")]
    path.write_text(text.replace("```sh", "<!-- not run: it fails by its nature -->\n```sh"))
    assert list(steps(path)) == []
    path.write_text(text.replace("```sh", "<!-- not run -->\n```sh"))
    with pytest.raises(ValueError, match="without a reason"):
        list(blocks_of(path))
    path.write_text(text.replace("```sh", "<!-- not run (true): it fails by its nature -->\n```sh"))
    with pytest.raises(ValueError, match="no line has"):
        list(blocks_of(path))
    path.write_text("    realtime-cli voices\n")
    assert commands_outside(path) == ["    realtime-cli voices"]


def inline_commands() -> Iterator[tuple[str, str]]:
    """(document, command) of every `realtime-cli ...` inside a sentence or a help text."""
    for path in DOCUMENTS:
        for words in re.findall(r"(?<!`)`(realtime-cli [^`]*)`(?!`)", path.read_text(encoding="utf-8")):
            yield path.name, words


def test_every_command_in_a_sentence_is_one_that_exists() -> None:
    """Read by the program's own parser, with all its options; not run."""
    from realtime_cli.cli.app import made

    root = typer.main.get_command(made())
    for name, words in inline_commands():
        command = root
        arguments = shlex.split(words.partition(" | ")[0])[1:]
        while arguments and (child := getattr(command, "commands", {}).get(arguments[0])):
            command, arguments = child, arguments[1:]
        groups = getattr(command, "commands", {})
        assert not (groups and arguments and not arguments[0].startswith("-")), f"{name}: {words}"
        if arguments:
            with suppress(typer.Exit):  # --version says its word and leaves
                command.make_context(words, list(arguments))


@pytest.mark.parametrize("block", blocks("toml"), ids=lambda block: block.name)
def test_every_piece_of_configuration_is_accepted(shell: Shell, block: Block) -> None:
    parsed = tomllib.loads(block.code)
    if block.reasons or "project" in parsed:  # the second is a package's own file
        return
    shell.config_dir.mkdir(parents=True)
    (shell.config_dir / "config.toml").write_text(block.code)
    listed = json.loads(shell.run("realtime-cli config list --json").out)
    assert set(listed) >= set(parsed)


def test_every_link_leads_somewhere() -> None:
    for path in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_every_command_is_in_the_reference() -> None:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import reference
    finally:
        sys.path.remove(str(ROOT / "scripts"))
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    missing = [words for words, _ in reference.tree() if f"`{words}`" not in text]
    assert not missing, "scripts/fix renews docs/commands.md"


def test_the_json_of_send_text_is_as_its_schema_says(shell: Shell) -> None:
    schema = json.loads((ROOT / "realtime_cli" / "cli" / "answer.schema.json").read_text(encoding="utf-8"))
    answer = json.loads(shell.run("realtime-cli send-text --provider local --json 'what time is it'").out)
    assert set(answer) <= set(schema["properties"])
    assert set(schema["required"]) <= set(answer)
    kinds = {"string": str, "array": list, "object": dict}
    for name, rule in schema["properties"].items():
        if "type" in rule:
            assert isinstance(answer[name], kinds[rule["type"]]), name
