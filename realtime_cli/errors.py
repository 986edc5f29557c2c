"""Every error this program raises on purpose, each with its exit code and a next step for the user.

RealtimeCliError                 1   unexpected
    ConfigError                 78   a setting from some source is wrong
    InputError                  66   an input file cannot be read
    ProviderError                1   (parent only)
        NotAuthorized           77   no key, or the key was refused
        Unreachable             69   nobody answers there
        RateLimited             75   slow down, try later
        Refused                 76   the server ended the conversation
        ResponseFailed          79   the response ended failed or incomplete
    ProtocolError                1   (parent only)
        LocalProtocolError      70   we were about to say something illegal: our bug
        RemoteProtocolError     65   the server said something undecodable
    DeviceError                 74   sound devices
        NoSuchDevice            74
        DeviceLost              74
        AudioLibraryMissing     74
    RecordingError              73   an output file cannot be opened
    TimedOut                   124   `--timeout` was reached

`ToolError` never leaves `tools/`: it becomes the call's output (80 with `--fail-on-tool`, and of `tools call`).
Also used by commands: 0 success, 2 usage, 130 SIGINT, 141 the reader of our output has gone, 143 SIGTERM.
"""


class RealtimeCliError(Exception):
    """Root of the tree. `str(error)` is one line: what and where; `advice` is the next step, one sentence or "".

    Neither ever holds a key or audio.
    """

    exit_code = 1
    default_advice = ""

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice or self.default_advice


class ConfigError(RealtimeCliError):
    """A setting is wrong. The message names the source and the key, and what was expected."""

    exit_code = 78


class InputError(RealtimeCliError):
    """An input file cannot be read or understood."""

    exit_code = 66


class ProviderError(RealtimeCliError):
    """The service at the other end."""


class NotAuthorized(ProviderError):
    """No key was found, or the service refused it."""

    exit_code = 77


class Unreachable(ProviderError):
    """The name does not resolve, nobody listens, TLS fails, or the line is down."""

    exit_code = 69


class RateLimited(ProviderError):
    """The service asks us to slow down."""

    exit_code = 75


class Refused(ProviderError):
    """The service ended the conversation; the message carries its own code and words."""

    exit_code = 76


class ResponseFailed(ProviderError):
    """A response ended `failed` or `incomplete`."""

    exit_code = 79


class ProtocolError(RealtimeCliError):
    """The Realtime language was broken by one side."""


class LocalProtocolError(ProtocolError):
    """We were about to say something illegal. Always our bug."""

    exit_code = 70
    default_advice = "Please report this, with --debug output."


class RemoteProtocolError(ProtocolError):
    """The other side said something that cannot be decoded."""

    exit_code = 65


class DeviceError(RealtimeCliError):
    """Microphone or speaker."""

    exit_code = 74


class NoSuchDevice(DeviceError):
    """No device has that index or name, or several have."""


class DeviceLost(DeviceError):
    """A device that worked went away."""


class AudioLibraryMissing(DeviceError):
    """PortAudio is not installed."""

    default_advice = (
        "Install it: apt install libportaudio2 (Debian, Ubuntu), dnf install portaudio (Fedora), "
        "pacman -S portaudio (Arch)."
    )


class RecordingError(RealtimeCliError):
    """A recording or another output file cannot be opened or written."""

    exit_code = 73


class TimedOut(RealtimeCliError):
    """The time given by the user is over."""

    exit_code = 124


class ToolError(RealtimeCliError):
    """A tool failed. Told to the model as the call's output; to the shell with `--fail-on-tool` alone."""

    exit_code = 80


def only_error(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one exception in nested groups; the group itself when there are several."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error
