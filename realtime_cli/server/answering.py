"""The answering half of the server: which responses run, what they read, when they stop.

One response at a time speaks into the default conversation; out-of-band ones run beside it. A response whose context
still has words in the ears waits for them, then asks the brain.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from realtime_cli import protocol as p
from realtime_cli.server import vocabulary as v
from realtime_cli.server.conversation import Conversation, Entry, history
from realtime_cli.server.engines.contract import Question
from realtime_cli.server.item_rules import entry_of
from realtime_cli.server.listening import Listening
from realtime_cli.server.refused import Refused
from realtime_cli.server.response import CancelReason, ResponseRun
from realtime_cli.server.session import Session
from realtime_cli.server.terms import Terms, terms
from realtime_cli.server.usage import input_size

Commands = list[v.ServerCommand]


class _Shelf:
    """The default conversation as a response sees it."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    def add(self, entry: Entry) -> str | None:
        return self._conversation.add(entry)

    def previous_id(self, item_id: str) -> str | None:
        return self._conversation.previous_id(item_id)

    def holds(self, item_id: str) -> bool:
        return self._conversation.find(item_id) is not None


@dataclass(slots=True)
class _Work:
    """A running response, what it reads, and which words it still waits for."""

    run: ResponseRun
    context: tuple[Entry, ...]
    waiting: set[str] = field(default_factory=set)
    sounded_at_s: float | None = None


class Answering:
    """Runs the responses of one session.

    Args:
        session: Shared with the other half.
        listening: Recognises audio that comes inside a response's own input.
    """

    def __init__(self, session: Session, listening: Listening) -> None:
        self._session, self._listening = session, listening
        self._works: dict[str, _Work] = {}
        self._active: str | None = None
        self._owed = False

    @property
    def running(self) -> int:
        """Responses at work."""
        return len(self._works)

    def create(self, wish: p.ResponseConfig | UnsetType) -> Commands:
        """The client asks for a response.

        Raises:
            Refused: The wish breaks a rule, or another response is in the way.
        """
        session = self._session
        if session.listens_only:
            raise Refused("Responses cannot be created in a transcription session.", param="type")
        agreed = terms(session.config, wish, strict=session.options.strict_ga)
        if agreed.in_conversation and self._active is not None:
            raise Refused(
                f"Conversation already has an active response in progress: {self._active}. "
                "Wait until the response is finished before creating a new one.",
                code="conversation_already_has_active_response",
            )
        if len(self._works) >= session.options.max_parallel_responses:
            raise Refused(
                "Too many responses at the same time.", code="rate_limit_exceeded", kind="rate_limit_error"
            )
        return self._start(agreed, self._context(agreed))

    def turn_over(self) -> Commands:
        """A spoken turn became a message: answer it, now or when the running response is done.

        Not where the client decides about answers, also when it began to only while the turn waited.
        """
        rules = self._session.rules
        if self._session.listens_only or rules is None or not rules.create_response:
            return []
        if self._active is not None:
            self._owed = True
            return []
        agreed = terms(self._session.config, UNSET)
        return self._start(agreed, self._session.conversation.entries)

    def user_spoke(self) -> Commands:
        """Barge-in: the running answer stops, if the session wants that."""
        rules = self._session.rules
        if rules is None or not rules.interrupt_response or self._active is None:
            return []
        self._owed = False
        return self._stop(self._active, "turn_detected")

    def cancel(self, response_id: str | UnsetType) -> Commands:
        """The client stops a response.

        Raises:
            Refused: There is no such response at work.
        """
        target = self._active if response_id is UNSET else response_id
        if target not in self._works or not isinstance(target, str):
            raise Refused("Cancellation failed: no active response found", code="response_cancel_not_active")
        return self._stop(target, "client_cancelled")

    def stop_all(self) -> Commands:
        """The client left."""
        commands: Commands = [v.StopWork(response_id) for response_id in self._works]
        self._works.clear()
        self._active = None
        return commands

    def words_known(self, item_id: str, failure: str = "") -> Commands:
        """The ears are done with an item: responses that waited for it go on, or fail with the ears."""
        commands: Commands = []
        for work in list(self._works.values()):
            if item_id not in work.waiting:
                continue
            work.waiting.discard(item_id)
            if failure:
                commands += work.run.fail(failure) + self._settle(work)
            elif not work.waiting:
                commands += self._ask(work)
        return commands

    def find_input(self, item_id: str) -> Entry | None:
        """An entry that a running response reads, in or out of the conversation."""
        entries = (entry for work in self._works.values() for entry in work.context)
        return next((entry for entry in entries if entry.id == item_id), None)

    def heard_from(self, fact: v.ServerFact) -> Commands:
        """Something came from the brain or the mouth; facts of responses that are over are ignored."""
        work = self._works.get(getattr(fact, "response_id", ""))
        if work is None:
            return []
        commands = self._told(work, fact)
        if work.run.has_sounded:
            self._session.voice_locked = True
            if work.sounded_at_s is None:
                work.sounded_at_s = self._session.now_s
        return commands + self._settle(work)

    # --- inside -------------------------------------------------------------------------------------------------

    def _told(self, work: _Work, fact: v.ServerFact) -> Commands:
        run = work.run
        match fact:
            case v.EngineReplied(text=text):
                return run.words(text)
            case v.EngineCalled(name=name, arguments=arguments):
                return run.call(name, arguments)
            case v.EngineReplyEnded(cut=cut, used=used):
                return run.reply_ended(cut, used)
            case v.EngineSpoke(pcm=pcm):
                return run.spoke(pcm)
            case v.EngineSpeechEnded():
                return run.clause_ended()
            case v.EngineReplyFailed(message=message) | v.EngineSpeechFailed(message=message):
                return run.fail(message)
            case _:
                return []

    def _context(self, agreed: Terms) -> tuple[Entry, ...]:
        session = self._session
        if agreed.input is None:
            return session.conversation.entries
        entries = []
        for index, item in enumerate(agreed.input):
            path = f"response.input[{index}]"
            if isinstance(item, p.ItemReference):
                entry = session.conversation.find(str(item.id))
                if entry is None:
                    raise Refused(
                        f"Item with id '{item.id}' not found in the conversation.", param=f"{path}.id"
                    )
                entries.append(entry)
            else:
                # An id of the client's would be taken for the conversation's item of that name.
                nameless = replace(item, id=UNSET)
                entries.append(entry_of(nameless, session.names, session.format_in, path))
        return tuple(entries)

    def _start(self, agreed: Terms, context: tuple[Entry, ...]) -> Commands:
        session = self._session
        in_conversation = agreed.in_conversation
        run = ResponseRun(
            session.names.new("resp"),
            agreed,
            session.names,
            session.conversation_id if in_conversation else None,
            _Shelf(session.conversation) if in_conversation else None,
        )
        work = _Work(run, context, {entry.id for entry in context if entry.words is None})
        self._works[run.id] = work
        commands = run.created()
        if in_conversation:
            self._active = run.id
            commands.insert(0, v.StopTimer("idle"))
        for entry in context:
            if entry.words is None and session.conversation.find(entry.id) is None:
                commands += self._listening.read_quietly(entry)
        return commands + ([] if work.waiting else self._ask(work))

    def _ask(self, work: _Work) -> Commands:
        agreed = work.run.terms
        work.run.read = input_size(agreed.instructions, agreed.tools, work.context)
        limit = agreed.max_output_tokens
        question = Question(
            instructions=agreed.instructions,
            history=history(work.context),
            tools=agreed.offers,
            tool_choice=agreed.tool_choice,
            max_output_tokens=limit if isinstance(limit, int) else None,
            spoken=agreed.modality == "audio",
        )
        return [v.Reply(work.run.id, question)]

    def _stop(self, response_id: str, reason: CancelReason) -> Commands:
        work = self._works[response_id]
        return work.run.cancel(reason) + self._settle(work)

    def _settle(self, work: _Work) -> Commands:
        """Put a response away that is done, and see what that lets happen."""
        if not work.run.done:
            return []
        del self._works[work.run.id]
        if self._active != work.run.id:
            return []
        self._active = None
        self._session.conversation.forget_old_audio()
        if self._owed:
            self._owed = False
            return self.turn_over()
        rules = self._session.rules
        if rules is None or rules.idle_ms is None or self._listening.speaking:
            return []
        return [v.StartTimer("idle", rules.idle_ms / 1000 + self._playback_left_s(work))]

    def _playback_left_s(self, work: _Work) -> float:
        """How long the client still plays, if it began when the first sound left and plays without pauses."""
        if work.sounded_at_s is None:
            return 0.0
        return max(0.0, work.run.sounded_ms / 1000 - (self._session.now_s - work.sounded_at_s))
