"""The installed package is typed: strict mypy takes the documents' programs, and finds what is wrong in one."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.docs.blocks import blocks

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="mypy is not installed"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel installs, and nothing else of ours."""
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        pytest.skip("uv is not installed: no wheel can be built here")
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [uv, "build", "--wheel", "--out-dir", folder, ROOT], capture_output=True, text=True, check=False
    )
    if built.returncode and "network" in built.stderr.lower():
        pytest.skip("the build's own requirements cannot be fetched here")
    assert built.returncode == 0, built.stderr
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def strict(site: Path, folder: Path, code: str) -> tuple[int, str]:
    """mypy's verdict on a program that has only the wheel."""
    program = folder / "program.py"
    program.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", os.devnull, "--cache-dir", site.parent / "cache",
         "--follow-imports", "silent", program],
        capture_output=True, text=True, check=False, cwd=folder, env={**os.environ, "MYPYPATH": str(site)},
    )  # fmt: skip
    return done.returncode, done.stdout


def test_the_wheel_says_that_it_is_typed(site: Path) -> None:
    assert (site / "realtime_cli" / "py.typed").exists()


def test_the_programs_of_the_documents_are_typed(site: Path, tmp_path: Path) -> None:
    programs = [block.runs for block in blocks("python") if "realtime_cli.connect" in block.runs]
    assert len(programs) >= 5
    for number, program in enumerate(programs):
        folder = tmp_path / str(number)
        folder.mkdir()
        code, said = strict(site, folder, program)
        assert code == 0, f"{program}\n{said}"


def test_a_mistake_is_found(site: Path, tmp_path: Path) -> None:
    code, said = strict(
        site,
        tmp_path,
        "import realtime_cli\n\n"
        "async def main() -> None:\n"
        '    async with realtime_cli.connect(turns="sometimes") as session:\n'
        "        answer = await session.ask(3)\n"
        "        answer.txt\n",
    )
    assert code == 1
    for word in ('"turns"', '"ask"', '"txt"'):
        assert word in said
