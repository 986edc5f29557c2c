"""Responses outside of the conversation: any number at once, tied to their questions by metadata alone.

They live beside the one response of the conversation and never touch its machines: no gate, no turn, no sound.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from realtime_cli import protocol as p
from realtime_cli.session.conversation import text_of
from realtime_cli.session.desk import Desk
from realtime_cli.session.fitting import fitted_response
from realtime_cli.session.holdings import Aside
from realtime_cli.session.intents import Intent, Purpose
from realtime_cli.session.request_facts import AskedAside
from realtime_cli.session.rows import Kind, Row
from realtime_cli.session.tokens import add_usage
from realtime_cli.session.verdicts import judge

ASIDE_TIMER: Final = "aside"
_PATIENCE_S: Final = 60.0
_KEY: Final = "aside"
"""Key of our metadata; providers echo the whole map in `response.created` and `response.done`."""

_KEPT: Final = 100


class Asides:
    """Requests for answers beside the conversation, and what becomes of them. `desk.asides` is the picture."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._by_response: dict[str, str] = {}
        self._asked_at_s: dict[str, float] = {}

    def ask(self, fact: AskedAside) -> None:
        """A question that leaves the conversation as it is."""
        desk = self._desk
        if p.Ability.OUT_OF_BAND not in desk.abilities:
            desk.notice("warning", "This server cannot answer outside of the conversation.")
            return
        if not desk.ready:
            desk.notice("warning", "There is no session at the moment.", "Ask again when connected.")
            return
        aside_id = desk.new_id("aside")
        metadata = dict(fact.metadata) | {_KEY: aside_id}
        config, left_out = fitted_response(fact.config, desk.abilities)
        if left_out:
            desk.notice("info", f"This server cannot do: {', '.join(left_out)}.")
        question = p.MessageItem(role="user", content=(p.InputText(fact.text),))
        context = self._references() if fact.context == "all" else ()
        config = replace(
            config,
            conversation="none",
            metadata=metadata,
            input=(*context, question),
            output_modalities=("text",) if config.output_modalities is UNSET else config.output_modalities,
        )
        desk.say(p.ResponseCreate(response=config), Purpose.ASIDE, aside_id)
        self._set(Aside(aside_id, fact.text, metadata=fact.metadata))
        self._asked_at_s[aside_id] = desk.at_s
        desk.start_timer(ASIDE_TIMER, _PATIENCE_S)
        while len(desk.asides) > _KEPT:
            desk.asides.pop(next(iter(desk.asides)))

    def cancel(self, response_id: str) -> bool:
        """Stop an aside by its response; False if it is none of ours."""
        if response_id not in self._by_response:
            return False
        self._desk.say(p.ResponseCancel(response_id=response_id), Purpose.CANCEL_ASIDE)
        return True

    def hear(self, event: p.ServerEvent) -> bool:
        """Whether an event belongs to an aside; then it is taken care of."""
        if not self._desk.asides:
            return False
        if isinstance(event, p.ResponseCreated | p.ResponseDone):
            return self._whole(event)
        aside_id = self._by_response.get(getattr(event, "response_id", "") or "")
        aside = self._desk.asides.get(aside_id) if aside_id else None
        if aside is None:
            return False
        if aside.over:
            return True
        match event:
            case p.ResponseOutputTextDelta(delta=delta) | p.ResponseOutputAudioTranscriptDelta(delta=delta):
                self._set(replace(aside, text=aside.text + delta, status="answering"))
            case p.ResponseOutputTextDone(text=text) | p.ResponseOutputAudioTranscriptDone(transcript=text):
                if text and not aside.text.endswith(text):
                    self._set(replace(aside, text=text))
            case _:
                pass  # items, parts and sound of an aside
        return True

    def refused(self, intent: Intent, problem: str) -> bool:
        """Whether an error answers an aside."""
        aside = self._desk.asides.get(intent.item_id) if intent.purpose is Purpose.ASIDE else None
        if aside is not None:
            self._set(replace(aside, status="failed", problem=problem))
        return intent.purpose in (Purpose.ASIDE, Purpose.CANCEL_ASIDE)

    def waited(self) -> None:
        """Nobody waits for ever."""
        late = self._desk.at_s - _PATIENCE_S + 0.01
        self._fail(lambda aside: self._asked_at_s.get(aside.aside_id, 0.0) <= late, "no answer came")
        if any(not aside.over for aside in self._desk.asides.values()):
            self._desk.start_timer(ASIDE_TIMER, _PATIENCE_S)

    def lost(self) -> None:
        """The line is gone, and what was asked on it."""
        self._fail(lambda _: True, "the line was lost")
        self._by_response.clear()

    # Inside.

    def _whole(self, event: p.ResponseCreated | p.ResponseDone) -> bool:
        response = event.response
        metadata = response.metadata or {}
        aside_id = self._by_response.get(response.id) or metadata.get(_KEY, "")
        aside = self._desk.asides.get(aside_id) or self._nameless(response)
        if aside is None:
            return False
        if response.id:
            self._by_response[response.id] = aside.aside_id
        if aside.over:
            return True
        aside = replace(aside, response_id=response.id or aside.response_id, status="answering")
        self._set(self._ended(aside, response) if isinstance(event, p.ResponseDone) else aside)
        return True

    def _nameless(self, response: p.Response) -> Aside | None:
        """A server that does not echo metadata, but says that the response is in no conversation."""
        if response.conversation_id is not None or response.metadata:
            return None
        return next((aside for aside in self._desk.asides.values() if aside.status == "asked"), None)

    def _ended(self, aside: Aside, response: p.Response) -> Aside:
        if response.usage:
            self._desk.tokens = add_usage(self._desk.tokens, response.usage)
        text = aside.text or _words(response)
        details = response.status_details or None
        match response.status:
            case "failed":
                error = details.error or None if details else None
                problem = judge(error).text if error else "the answer failed"
                return replace(aside, text=text, status="failed", problem=problem)
            case "incomplete":
                reason = details.reason if details and isinstance(details.reason, str) else "no reason given"
                return replace(aside, text=text, status="incomplete", problem=f"incomplete: {reason}")
            case "cancelled":
                return replace(aside, text=text, status="cancelled", problem="cancelled")
            case _:
                return replace(aside, text=text, status="completed")

    def _references(self) -> tuple[p.ItemReference, ...]:
        """Every item the server has."""
        rows = self._desk.conversation.rows()
        return tuple(p.ItemReference(id=row.item_id) for row in rows if _at_server(row))

    def _fail(self, which: Callable[[Aside], bool], problem: str) -> None:
        for aside in list(self._desk.asides.values()):
            if not aside.over and which(aside):
                self._set(replace(aside, status="failed", problem=problem))

    def _set(self, aside: Aside) -> None:
        self._desk.asides[aside.aside_id] = aside


def _at_server(row: Row) -> bool:
    absent = row.gone or row.unsent or row.reserved or row.hidden
    return row.kind is not Kind.NOTICE and not absent


def _words(response: p.Response) -> str:
    messages = [item for item in response.output if isinstance(item, p.MessageItem)]
    return "\n".join(text_of(part) for item in messages for part in item.content)
