"""A program on a pseudo terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.support.console import Console, ProgramEnded

pytestmark = pytest.mark.pty


def test_a_program_that_ends_too_early_is_told_at_once(tmp_path: Path) -> None:
    shown = Console([sys.executable, "-c", "print('one')"], os.environ, tmp_path, (80, 24))
    try:
        shown.wait_for("one")
        with pytest.raises(ProgramEnded, match="before 'two' was shown"):
            shown.wait_for("two", within_s=30)
    finally:
        shown.close()
