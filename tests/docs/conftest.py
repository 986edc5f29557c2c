"""The same shell as the tests of the commands, the same virtual sound system as the device lane."""

from tests.cli.conftest import shell
from tests.device.conftest import house, sound_system

__all__ = ["house", "shell", "sound_system"]
