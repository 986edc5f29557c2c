"""Every event of the vocabulary is handled somewhere, or there is a reason not to."""

import subprocess
import sys
from pathlib import Path

from realtime_cli.protocol.names import CLIENT_TYPES, SERVER_TYPES

SCRIPT = Path(__file__).parents[2] / "scripts" / "event-table"


def test_the_readme_table_has_a_place_for_every_event() -> None:
    told = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")
    for kind in (*CLIENT_TYPES, *SERVER_TYPES):
        assert f"`{kind}`" in told.stdout
