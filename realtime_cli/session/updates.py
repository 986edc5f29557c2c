"""The settings of a session: said after each connection, changed while it runs, refused as a whole or field by field.

An update is confirmed by `session.updated`, which does not name it: the oldest one that waits is meant. A refusal
names the update, or, at some servers, nothing at all: then too the oldest is meant.
"""

from __future__ import annotations

from collections import OrderedDict

from msgspec import UNSET, Struct
from msgspec.structs import replace

from realtime_cli.protocol import (
    Ability,
    AudioConfig,
    ErrorDetail,
    SessionConfig,
    SessionUpdate,
    merge,
)
from realtime_cli.session import settings
from realtime_cli.session.desk import Desk
from realtime_cli.session.fitting import fitted
from realtime_cli.session.intents import Purpose
from realtime_cli.session.verdicts import Verdict


class _Update(Struct):
    config: SessionConfig
    before: SessionConfig  # what was asked for until then: comes back when it is refused
    lean: bool = False


class Updates:
    """What was said about settings and not answered yet."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._pending: OrderedDict[str, _Update] = OrderedDict()
        self._told: set[str] = set()
        self._left_behind: set[str] = set()  # names that a lean second try left out

    @property
    def waiting(self) -> bool:
        """An update is not answered yet."""
        return bool(self._pending)

    def say_all(self) -> None:
        """A new session: everything we want."""
        self._pending.clear()
        self._say(_Update(self._desk.wish.config, self._desk.wish.config, lean=bool(self._left_behind)))

    def change(self, config: SessionConfig) -> None:
        """The user changes settings: only these are said, but the way in and out always whole.

        Self-made servers replace a nested block instead of merging it.
        """
        desk = self._desk
        before = desk.wish.config
        wished = merge(before, config)
        desk.wish = replace(desk.wish, config=wished)
        if not desk.ready:
            return  # it will be said with all the others
        if config.audio and wished.audio:
            audio_in = wished.audio.input if config.audio.input else UNSET
            audio_out = config.audio.output
            config = replace(config, audio=AudioConfig(input=audio_in, output=audio_out))
        self._say(_Update(replace(config, type=wished.type), before))

    def confirmed(self) -> None:
        """`session.updated`."""
        if self._pending:
            self._pending.popitem(last=False)

    def forget(self) -> None:
        """The line is lost."""
        self._pending.clear()

    def refused(self, detail: ErrorDetail, verdict: Verdict) -> bool:
        """A refusal was understood and another try is on its way, or nothing needs doing; False: it stands."""
        desk = self._desk
        event_id = detail.event_id if isinstance(detail.event_id, str) else ""
        if self._is_old_news(detail):
            return True
        if event_id and event_id not in self._pending:
            self._tell(verdict.text)  # it was settled meanwhile: a word is enough
            return True
        event_id = event_id or next(iter(self._pending), "")
        update = self._pending.get(event_id)
        if update is None:
            return False
        if Ability.WHOLE_UPDATES not in desk.abilities:
            # One error for each field; the rest of the update holds, and `session.updated` follows.
            self._tell(f"The server does not know a setting: {verdict.text}")
            return True
        del self._pending[event_id]
        lean, dropped = settings.without_optional_fields(update.config)
        if dropped and not update.lean:
            self._left_behind.update(dropped)
            desk.notice("warning", f"{verdict.text} Trying again without: {', '.join(dropped)}.")
            self._say(_Update(lean, update.before, lean=True))
            return True
        desk.wish = replace(desk.wish, config=update.before)
        return False

    # Inside.

    def _is_old_news(self, detail: ErrorDetail) -> bool:
        """It complains about a field that the present try does not say any more."""
        param = detail.param if isinstance(detail.param, str) else ""
        return any(param.endswith(name) for name in self._left_behind if name)

    def _say(self, update: _Update) -> None:
        desk = self._desk
        config, left_out = fitted(update.config, desk.abilities)
        if update.lean:
            config, _ = settings.without_optional_fields(config)
        if left_out:
            self._tell(f"This server cannot do: {', '.join(left_out)}.")
        event_id = desk.say(SessionUpdate(session=config), Purpose.UPDATE)
        self._pending[event_id] = update

    def _tell(self, text: str) -> None:
        """Once: a reconnection would say it again."""
        if text not in self._told:
            self._told.add(text)
            self._desk.notice("info", text)
