"""Whether and where a session is written down, and which conversation goes on."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from realtime_cli.cli.later import asyncio
from realtime_cli.config.paths import data_dir
from realtime_cli.errors import RecordingError

if TYPE_CHECKING:
    from realtime_cli.cli.preparation import Prepared
    from realtime_cli.history.records import ItemRecord
    from realtime_cli.runtime.interpreter import Sound
    from realtime_cli.runtime.recorder import Recorder
    from realtime_cli.runtime.run import Plan, Post
    from realtime_cli.runtime.witness import MakeWitness
    from realtime_cli.session.past import Past
    from realtime_cli.session.state import Role

CONTINUING: Final = ("-c", "--continue")
_ID: Final = re.compile(r"\d{6}(-[0-9a-f]{0,6})?|last")


def history_path() -> Path:
    """The history file; it need not exist."""
    return data_dir(os.environ) / "history.db"


def off_switch() -> Path:
    """The file whose being there turns the history off (`history off`)."""
    return data_dir(os.environ) / "history.off"


def spelled_out(arguments: list[str]) -> list[str]:
    """`-c` without an id means the latest conversation: say so, since an option cannot do without its value.

    What follows is taken as an id only if it looks like one, so that `send-text -c "and then?"` continues the latest
    with that prompt.
    """
    if not arguments or arguments[0] not in ("talk", "send-text"):
        return arguments
    spelled: list[str] = []
    for index, argument in enumerate(arguments):
        if argument == "--":
            return [*spelled, *arguments[index:]]
        spelled.append(argument)
        following = arguments[index + 1] if index + 1 < len(arguments) else ""
        if argument in CONTINUING and not _ID.fullmatch(following):
            spelled.append("last")
    return spelled


class Memory(Struct, frozen=True):
    """What a session remembers, and who writes it down.

    Attributes:
        command: `talk` or `send-text`.
        conversation_id: The conversation that goes on, "" for a new one.
        title: Of that conversation.
        earlier: What was said in it.
    """

    prepared: Prepared
    command: str
    conversation_id: str = ""
    title: str = ""
    earlier: tuple[Past, ...] = ()

    def applied(self, plan: Plan, epoch_offset_s: float) -> Plan:
        """The plan of a session with its memory. `epoch_offset_s`: added to loop times gives seconds since 1970."""
        greeting = plan.wish.greeting
        if self.conversation_id and not plan.wish.once:
            greeting = (*greeting, f"Going on with {self.conversation_id}: {self.title or 'a conversation'}.")
        settings = self.prepared.settings
        budgets = not plan.wish.once
        begun_s = asyncio.get_running_loop().time()
        recorder = self._recorder(begun_s, epoch_offset_s) if plan.sound is not None else None
        wish = replace(
            plan.wish,
            greeting=greeting,
            earlier=self.earlier,
            epoch_offset_s=epoch_offset_s,
            session_limit_s=self.prepared.target.provider.session_limit_s,
            max_cost_usd=settings.max_cost if budgets else None,
            max_minutes=settings.max_minutes if budgets else None,
            idle_timeout_s=settings.idle_timeout_s if budgets else None,
        )
        plan = replace(plan, wish=wish)
        if recorder is not None and plan.sound is not None:
            plan = replace(plan, sound=_overheard(plan.sound, recorder))
        return replace(plan, witnesses=tuple(self._witnesses(plan, recorder, epoch_offset_s)))

    def _witnesses(
        self, plan: Plan, recorder: Recorder | None, epoch_offset_s: float
    ) -> Iterator[MakeWitness]:
        """The journal first, so that what follows is in it."""
        from realtime_cli.runtime import witnesses

        settings, target = self.prepared.settings, self.prepared.target
        if settings.journal is not None:
            yield witnesses.journal(
                Path(settings.journal), plan.wish, plan.abilities, sound=settings.journal_audio
            )
        if recorder is not None:
            yield recorder.make
        if settings.history and not off_switch().exists():
            from realtime_cli.history.pen import DiaryPlan
            from realtime_cli.history.records import Opening

            sound = str(recorder.path) if recorder is not None else ""
            opening = Opening(self.command, target.provider.name, target.model, self.conversation_id, sound)
            book = DiaryPlan(history_path(), opening, settings.history_days, len(self.earlier))
            from realtime_cli.protocol import Ability

            asks = settings.title == "model" and not plan.wish.once and Ability.OUT_OF_BAND in plan.abilities
            yield witnesses.diary(book, epoch_offset_s, title_by_model=asks)
        if not plan.wish.once:
            from realtime_cli.runtime.price_watch import price_watch

            writer = settings.transcription_model or target.provider.transcription_model
            yield price_watch(target.provider.name, target.model, writer, settings.prices)

    def _recorder(self, begun_s: float, epoch_offset_s: float) -> Recorder | None:
        """What `--record` asked for: a file of its own for each session."""
        settings = self.prepared.settings
        if settings.record is None:
            return None
        from realtime_cli import clock
        from realtime_cli.runtime.recorder import Recorder

        folder = Path(settings.record).expanduser().absolute()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as exc:
            raise RecordingError(
                f"The folder {folder} cannot be made: {exc.strerror or exc}", advice="Choose another place."
            ) from exc
        name, number = clock.wall().strftime("%Y-%m-%dT%H-%M-%S"), 1
        path = folder / f"{name}.{settings.record_format}"
        while path.exists():
            number += 1
            path = folder / f"{name}-{number}.{settings.record_format}"
        return Recorder(path, begun_s, epoch_offset_s, len(self.earlier))


def _overheard(make_sound: Callable[[Post], Sound], recorder: Recorder) -> Callable[[Post], Sound]:
    """The same sound with a recorder beside its speaker."""
    from realtime_cli.runtime.audio_rig import AudioRig

    def make(post: Post) -> Sound:
        sound = make_sound(post)
        if isinstance(sound, AudioRig):
            loop = asyncio.get_running_loop()
            sound.overheard = lambda block: recorder.overhear(block, loop.time())
        return sound

    return make


def remember(prepared: Prepared, command: str, continued: str | None) -> Memory:
    """Look up the conversation that goes on, if one does.

    Args:
        command: `talk` or `send-text`.
        continued: Its id or the beginning of it, "last", or None for a new conversation.

    Raises:
        InputError: There is no such conversation.
        RecordingError: The history cannot be read.
    """
    if continued is None:
        return Memory(prepared, command)
    from realtime_cli.errors import InputError
    from realtime_cli.history import catalog
    from realtime_cli.history.store import Store

    store = Store.open_existing(history_path())
    if store is None:
        raise InputError("There is no conversation to go on with", advice="Leave out --continue.")
    with store:
        store.mark_interrupted()
        row = catalog.conversation(store, continued)
        earlier = pasts(catalog.items(store, row.conversation_id))
    return Memory(prepared, command, row.conversation_id, row.title, earlier)


def pasts(items: Sequence[ItemRecord]) -> tuple[Past, ...]:
    """What of a conversation a new session can be told: words, and calls that came back."""
    from realtime_cli.session.past import PastCall, PastWords

    found: list[Past] = []
    for item in items:
        if item.kind == "call" and item.output:
            found.append(
                PastCall(item.call_id, item.name, item.arguments, item.output, worked=item.status == "done")
            )
        elif item.kind == "message" and item.text.strip():
            role: Role = "user" if item.role == "user" else "system" if item.role == "system" else "assistant"
            found.append(PastWords(role, item.text, interrupted=item.status == "interrupted"))
    return tuple(found)
