"""Looks up the prices once it is known which model answers; importing the list takes a moment, so in a thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Final

from realtime_cli.errors import ConfigError
from realtime_cli.protocol import SessionUpdated
from realtime_cli.runtime.costs import Overrides
from realtime_cli.runtime.witness import MakeWitness, Post, Watched, Witness
from realtime_cli.session.commands import Command
from realtime_cli.session.facts import Fact, NewsArrived, PricesKnown, ServerSaid

_LOG = logging.getLogger(__name__)
_LAST_WAIT_S: Final = 2.0


def price_watch(provider: str, model: str, transcription_model: str, overrides: Overrides) -> MakeWitness:
    """A witness that posts `PricesKnown`, unless nobody knows the model's prices.

    Args:
        model: Used where the server does not tell.
    """
    return lambda post: _PriceWatch(post, provider, model, transcription_model, overrides)


class _PriceWatch(Witness):
    def __init__(
        self, post: Post, provider: str, model: str, transcription_model: str, overrides: Overrides
    ) -> None:
        self._post = post
        self._provider = provider
        self._model = model
        self._transcription_model = transcription_model
        self._overrides = overrides
        self._asked_for: str | None = None
        self._thread: threading.Thread | None = None

    def begun(self, at_s: float, commands: Sequence[Command]) -> None:
        """Nobody knows the model yet."""

    def note(self, fact: Fact, at_s: float, commands: Sequence[Command], mind: Watched) -> None:
        """A confirmed session tells its model."""
        if not (isinstance(fact, ServerSaid) and isinstance(fact.event, SessionUpdated)):
            return
        model = mind.glance(0).model or self._model
        if model and model != self._asked_for and self._provider != "local":
            self._asked_for = model
            self._thread = threading.Thread(target=self._look_up, args=(model,), name="prices", daemon=True)
            self._thread.start()

    def finish(self, mind: Watched, at_s: float, exit_code: int, message: str) -> None:
        """Nothing is written here."""

    def close(self) -> None:
        if self._thread is not None:
            self._thread.join(_LAST_WAIT_S)

    def _look_up(self, model: str) -> None:
        from realtime_cli.runtime.prices import rates

        try:
            found = rates(
                self._provider, model, self._overrides, transcription_model=self._transcription_model
            )
        except ConfigError as exc:
            self._post(NewsArrived("warning", f"{exc}.", exc.advice))
            return
        except Exception:  # noqa: BLE001 - somebody else's list: without prices the conversation goes on
            _LOG.exception("price list")
            return
        if found is not None:
            self._post(PricesKnown(found))
