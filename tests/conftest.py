"""No test touches the history of whoever runs the tests; none needs what this system has not."""

import importlib
import os
import re
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.support.stillness import RERUN, judged_in_real_time

_POSIX = re.compile(
    r"^\s*(?:import|from) (?:pty|termios|fcntl|resource|tests\.support\.console|tests\.cli\.conftest"
    r"|tests\.terminal\.(?:pty_child|session_program)|realtime_cli\.terminal\.raw_mode)\b",
    re.MULTILINE,
)
"""What only a system with bash and pseudo terminals has."""


def _has_terminals() -> bool:
    try:
        importlib.import_module("termios")
    except ImportError:  # Windows
        return False
    return True


HAS_TERMINALS = _has_terminals()


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Where there is no such system, the files that need one are left out, and the head of the report says so."""
    if HAS_TERMINALS or not collection_path.name.startswith("test_") or collection_path.suffix != ".py":
        return None
    return True if _POSIX.search(collection_path.read_text(encoding="utf-8")) else None


def pytest_report_header() -> list[str]:
    """One line where something is left out."""
    left_out = "tests that need bash, pseudo terminals or POSIX files are left out on this system"
    return [] if HAS_TERMINALS else [left_out]


_IN_REAL_TIME = ("device", "e2e", "faults")
"""Folders of tests that are judged by the clock, besides soaks and all that use real devices or
terminals."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Says which tests run alone; those on real devices may be run again."""
    for item in items:
        place = item.path.relative_to(Path(__file__).parent)
        uses_device, has_terminal = (item.get_closest_marker(name) is not None for name in ("device", "pty"))
        if uses_device or has_terminal or place.parts[0] in _IN_REAL_TIME or "soak" in place.name:
            item.add_marker(pytest.mark.realtime)
        if uses_device:
            item.add_marker(RERUN)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """See `tests/support/stillness.py`."""
    if item.get_closest_marker("device"):
        with judged_in_real_time():
            return (yield)
    return (yield)


@pytest.fixture(scope="session", autouse=True)
def _a_data_folder_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    before = os.environ.get("REALTIME_CLI_DATA_DIR")
    folder = tmp_path_factory.mktemp("data")
    os.environ["REALTIME_CLI_DATA_DIR"] = str(folder)
    yield folder
    if before is None:
        del os.environ["REALTIME_CLI_DATA_DIR"]
    else:
        os.environ["REALTIME_CLI_DATA_DIR"] = before
