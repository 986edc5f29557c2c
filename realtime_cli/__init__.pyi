"""What type checkers see; the module itself loads these when they are used."""

from realtime_cli.errors import RealtimeCliError as RealtimeCliError
from realtime_cli.runtime.library import connect as connect
from realtime_cli.runtime.library_events import Answered as Answered
from realtime_cli.runtime.library_events import AudioDelta as AudioDelta
from realtime_cli.runtime.library_events import Called as Called
from realtime_cli.runtime.library_events import Event as Event
from realtime_cli.runtime.library_events import Noticed as Noticed
from realtime_cli.runtime.library_events import TextDelta as TextDelta
from realtime_cli.runtime.library_events import UserSaid as UserSaid
from realtime_cli.runtime.library_session import Answer as Answer
from realtime_cli.runtime.library_session import Session as Session

__version__: str
__all__: list[str]
