"""What the documents say is true: their commands run, their examples work, their links lead somewhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Shell, shell  # noqa: F401 - the same shell as the tests of the commands

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted((ROOT / "docs").glob("*.md"))
NOT_RUN = "<!-- not run: "
BLOCK = re.compile(r"(?P<before>[^\n]*)\n```(?P<language>sh|python)\n(?P<code>.*?)```", re.DOTALL)


def blocks(language: str) -> Iterator[tuple[str, str]]:
    for path in DOCUMENTS:
        for found in BLOCK.finditer(path.read_text(encoding="utf-8")):
            if found["language"] == language and not found["before"].startswith(NOT_RUN):
                yield f"{path.name}: {found['code'].splitlines()[0][:60]}", found["code"]


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in blocks("python")])
def test_every_python_example_runs(shell: Shell, code: str) -> None:  # noqa: F811
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=shell.env,
        cwd=shell.folder,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.timeout(120)
def test_the_guide_runs_from_its_first_line_to_its_last(shell: Shell) -> None:  # noqa: F811
    script = "set -eo pipefail\n" + "\n".join(code for name, code in blocks("sh") if name.startswith("guide"))
    done = shell.run(script, timeout_s=110)
    assert done.code == 0, done.err
    assert "Traceback" not in done.err
    assert "Your name is Ada" in done.out
    assert "Sunny in Oslo" in done.out
    assert (shell.folder / "hello.wav").stat().st_size > 10_000
    assert (shell.folder / "answer-2.txt").read_text() == "number 2\n"


def test_every_link_leads_somewhere() -> None:
    for path in [*DOCUMENTS, ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_every_command_is_in_the_reference() -> None:
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import reference  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(ROOT / "scripts"))
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    missing = [words for words, _ in reference.tree() if f"`{words}`" not in text]
    assert not missing, "scripts/fix renews docs/commands.md"


def test_the_json_of_send_text_is_as_its_schema_says(shell: Shell) -> None:  # noqa: F811
    schema = json.loads((ROOT / "realtime_cli" / "cli" / "answer.schema.json").read_text(encoding="utf-8"))
    answer = json.loads(shell.run("realtime-cli send-text --provider local --json 'what time is it'").out)
    assert set(answer) <= set(schema["properties"])
    assert set(schema["required"]) <= set(answer)
    kinds = {"string": str, "array": list, "object": dict}
    for name, rule in schema["properties"].items():
        if "type" in rule:
            assert isinstance(answer[name], kinds[rule["type"]]), name
