"""The device lane: real PortAudio on a private PulseAudio with virtual devices.

Where PulseAudio is missing the lane is skipped, and says so loudly; with REALTIME_CLI_REQUIRE_DEVICES=1 (CI) it
fails instead.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.support.sound import APT_LINE, VirtualAudio, missing_programs, virtual_audio

_MISSING = missing_programs()


@pytest.fixture(scope="session")
def sound_system() -> None:
    """Skips, or fails, where this machine has no PulseAudio."""
    if not _MISSING:
        return
    reason = f"device lane: {', '.join(_MISSING)} missing. Enable it: {APT_LINE}"
    if os.environ.get("REALTIME_CLI_REQUIRE_DEVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def house(sound_system: None) -> Iterator[VirtualAudio]:
    """A sound system at 24 kHz of this test's own."""
    with virtual_audio() as audio:
        yield audio


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One loud line at the very end."""
    if _MISSING and os.environ.get("REALTIME_CLI_REQUIRE_DEVICES") != "1":
        terminalreporter.write_sep("!", "THE DEVICE LANE DID NOT RUN", red=True, bold=True)
        terminalreporter.write_line(f"Missing: {', '.join(_MISSING)}. Enable it with: {APT_LINE}")
        terminalreporter.write_line(
            "Not on a desktop with PipeWire: its pipewire-alsa conflicts with pulseaudio."
        )
