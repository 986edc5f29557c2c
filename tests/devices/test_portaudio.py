"""PortAudio's errors become ours, and a stream takes the first form that the device accepts."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.devices import portaudio
from realtime_cli.devices.portaudio import Shape, open_stream, shapes, translate
from realtime_cli.errors import AudioLibraryMissing, DeviceError, NoSuchDevice

ROOT = Path(__file__).parents[2]
OURS = Shape(24_000, 1)

try:
    PortAudioError: type[Exception] = portaudio.library().PortAudioError
except AudioLibraryMissing:
    pytest.skip("no PortAudio on this machine", allow_module_level=True)


class Picky:
    """A device that accepts some forms only, as PortAudio tells it."""

    def __init__(self, *accepted: Shape, rate_first: bool = True) -> None:
        self.accepted, self.rate_first = accepted, rate_first
        self.asked: list[Shape] = []

    def __call__(self, shape: Shape) -> Shape:
        self.asked.append(shape)
        if shape in self.accepted:
            return shape
        if any(shape.channels == good.channels for good in self.accepted):
            raise PortAudioError("Error opening RawOutputStream: Invalid sample rate", -9997)
        raise PortAudioError("Error opening RawOutputStream: Invalid number of channels", -9998)


def test_a_block_is_20_ms_at_any_rate() -> None:
    assert [Shape(rate, 1).block_frames() for rate in (24_000, 44_100, 48_000, 22_050)] == [
        480,
        882,
        960,
        441,
    ]


def test_our_own_form_is_asked_first_and_the_rest_only_when_it_is_refused() -> None:
    device = Picky(OURS)
    assert open_stream(device, OURS, Shape(48_000, 8), "speaker 'x'") == OURS
    assert device.asked == [OURS]


@pytest.mark.parametrize(
    "only", [Shape(48_000, 1), Shape(24_000, 2), Shape(48_000, 2), Shape(24_000, 8), Shape(48_000, 8)]
)
def test_a_device_with_one_form_is_opened_in_it(only: Shape) -> None:
    assert open_stream(Picky(only), OURS, Shape(48_000, 8), "speaker 'x'") == only


@given(st.integers(1, 200_000), st.integers(1, 64))
def test_every_form_is_asked_once(rate_hz: int, channels: int) -> None:
    asked = list(shapes(OURS, Shape(rate_hz, channels)))
    assert asked[0] == OURS
    assert Shape(rate_hz, channels) in asked
    assert len(set(asked)) == len(asked) <= 6


def test_a_device_that_accepts_nothing_is_a_device_error() -> None:
    with pytest.raises(DeviceError, match="speaker 'x': it refuses this number of channels"):
        open_stream(Picky(), OURS, Shape(48_000, 2), "speaker 'x'")


def test_another_trouble_ends_the_search() -> None:
    asked = []

    def busy(shape: Shape) -> Shape:
        asked.append(shape)
        raise PortAudioError("Error opening RawInputStream: Device unavailable", -9985)

    with pytest.raises(DeviceError, match="microphone 'x': another program is using it") as caught:
        open_stream(busy, OURS, Shape(48_000, 2), "microphone 'x'")
    assert asked == [OURS]
    assert "Close the other program" in caught.value.advice


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (PortAudioError("Error querying device -1"), NoSuchDevice, "speaker: no such device"),
        (
            PortAudioError("Error opening RawOutputStream: Illegal combination of I/O devices", -9993),
            NoSuchDevice,
            "speaker: it is not there any more",
        ),
        (
            PortAudioError("Unanticipated host error", -9999, (8, -5, "Input/output error")),
            DeviceError,
            "speaker: the sound system refused it (Input/output error)",
        ),
        (
            PortAudioError("Unanticipated host error", -9999, (-9979, 0, "")),
            DeviceError,
            "speaker: the sound system refused it",
        ),
        (PortAudioError("Something new", -1), DeviceError, "speaker: Something new"),
        (ValueError("Invalid input sample format"), DeviceError, "speaker: Invalid input sample format"),
        (OSError(), DeviceError, "speaker: OSError"),
    ],
)
def test_every_error_is_translated(error: Exception, kind: type[DeviceError], text: str) -> None:
    translated = translate(error, "speaker")
    assert type(translated) is kind
    assert str(translated) == text
    assert translated.exit_code == 74


def test_without_portaudio_the_error_names_the_package_to_install(tmp_path: Path) -> None:
    # What sounddevice's Linux wheel does on a machine without libportaudio2.
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r});"
        "from realtime_cli.devices import listing; from realtime_cli.errors import AudioLibraryMissing\n"
        "try: listing.list_devices()\n"
        "except AudioLibraryMissing as error: print(error, '|', error.advice)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "not installed" in told.stdout
    assert "apt install libportaudio2" in told.stdout


def test_the_rooms_do_not_load_portaudio_before_it_is_needed() -> None:
    program = (
        "import sys; import realtime_cli.runtime.rig_plan as plan; plan.RigPlan().speaker();"
        "assert 'sounddevice' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
