"""What runs elsewhere, as far as it can be checked here: workflows are well formed, and name things that exist."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.blocks import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TOP = {"name", "on", "permissions", "concurrency", "jobs"}
JOB = {
    "name",
    "runs-on",
    "timeout-minutes",
    "strategy",
    "env",
    "steps",
    "needs",
    "environment",
    "permissions",
    "if",
}
STEP = {"name", "uses", "run", "with", "env", "if", "shell", "working-directory"}
SYSTEMS = {"ubuntu-24.04", "macos-15", "windows-2025"}
CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")


def parsed(path: Path) -> dict[Any, Any]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in WORKFLOWS:
        for name, job in parsed(path)["jobs"].items():
            yield f"{path.name}: {name}", job


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, job in jobs():
        for step in job["steps"]:
            yield name, step


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_only_parts_that_are_known(path: Path) -> None:
    workflow = parsed(path)
    # YAML 1.1 reads the key `on` as a truth value; GitHub does not.
    assert {"on" if key is True else key for key in workflow} <= TOP
    assert workflow["permissions"] == {"contents": "read"}, "no job may write unless it says so itself"


def test_a_job_ends_in_time_on_a_system_that_exists() -> None:
    for name, job in jobs():
        assert set(job) <= JOB, name
        systems = job.get("strategy", {}).get("matrix", {}).get("os", [job["runs-on"]])
        assert set(systems) <= SYSTEMS, name
        if "publish" not in name:
            assert 0 < job["timeout-minutes"] <= 60, name
        used = set(re.findall(r"matrix\.(\w+)", yaml.safe_dump(job)))
        assert used == set(job.get("strategy", {}).get("matrix", {})), (
            f"{name}: the matrix is used as it is named"
        )


def test_a_step_uses_a_pinned_action_or_runs_lines_that_bash_can_read() -> None:
    for name, step in steps():
        assert set(step) <= STEP, name
        assert ("uses" in step) != ("run" in step), name
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"]), step
        else:
            line = re.sub(r"\$\{\{.*?\}\}", "value", step["run"])
            assert subprocess.run(["bash", "-n", "-c", line], check=False).returncode == 0, line


def test_what_is_run_there_exists_here() -> None:
    for name, step in steps():
        for path in re.findall(r"(?<![\w/])((?:scripts|\.ci)/[\w./]+)", step.get("run", "")):
            assert (ROOT / path).exists(), f"{name}: {path}"
            assert path.endswith(".py") or (ROOT / path).stat().st_mode & 0o111, (
                f"{name}: {path} cannot be run"
            )


def test_every_python_that_is_promised_is_tried() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    promised = {
        line.rpartition(" :: ")[2] for line in project["classifiers"] if re.search(r":: 3\.\d+$", line)
    }
    tried = {
        version
        for _, job in jobs()
        for version in job.get("strategy", {}).get("matrix", {}).get("python", [])
    }
    assert tried == promised == {"3.11", "3.12", "3.13", "3.14"}


def test_publishing_knows_no_password() -> None:
    text = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
    assert "secrets." not in text
    assert parsed(ROOT / ".github" / "workflows" / "release.yml")["jobs"]["publish"]["permissions"] == {
        "id-token": "write"
    }


def test_the_container_is_made_of_what_exists_and_runs_as_a_user() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+)$", CONTAINERFILE, re.MULTILINE)
    for line in copied:
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
    words = [
        line.split()[0] for line in CONTAINERFILE.splitlines() if line and not line.startswith(("#", " "))
    ]
    assert set(words) <= {"FROM", "WORKDIR", "RUN", "COPY", "ENV", "USER", "ENTRYPOINT", "CMD"}
    assert words.index("USER") < words.index("ENTRYPOINT")
    for line in re.findall(r"^RUN (.+)$", CONTAINERFILE, re.MULTILINE):
        assert subprocess.run(["bash", "-n", "-c", line], check=False).returncode == 0, line
    assert not re.search(r"(?i)(api_key|token|password)\s*=", CONTAINERFILE)
