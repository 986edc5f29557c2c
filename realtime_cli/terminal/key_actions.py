"""What the keys of the manager do: those that need to know the session, or tell something about it."""

from __future__ import annotations

from collections.abc import Callable

from realtime_cli.session.facts import Fact
from realtime_cli.session.playback_facts import VolumeTurned
from realtime_cli.session.request_facts import ConversationReset, ItemDeleteAsked, SaveAsked, TurnsChanged
from realtime_cli.session.state import SessionState, Spoken, TurnMode
from realtime_cli.terminal.bindings import KeyAction
from realtime_cli.terminal.counter import Board, Counter
from realtime_cli.terminal.slash import run
from realtime_cli.terminal.slash_items import deleted_words, last_turn
from realtime_cli.terminal.slash_session import other_turns, present_instructions
from realtime_cli.terminal.slash_sound import STEP_PERCENT


class KeyActions:
    """Keys and typed commands that work on the session as it is shown.

    Args:
        post: Takes facts.
        board: The screen.
        open_line: Opens the line editor with a text in it.
    """

    def __init__(self, post: Callable[[Fact], None], board: Board, open_line: Callable[[str], None]) -> None:
        self._post = post
        self._board = board
        self._open_line = open_line
        self._do: dict[KeyAction, Callable[[SessionState], None]] = {
            KeyAction.MODE: self._switch_mode,
            KeyAction.INSTRUCTIONS: lambda state: open_line(f"/instructions {present_instructions(state)}"),
            KeyAction.NEW: lambda state: post(ConversationReset()),
            KeyAction.DELETE: self._delete_last,
            KeyAction.COPY: self._copy_answer,
            KeyAction.SAVE: lambda state: post(SaveAsked()),
            KeyAction.LOUDER: lambda state: post(VolumeTurned(STEP_PERCENT)),
            KeyAction.QUIETER: lambda state: post(VolumeTurned(-STEP_PERCENT)),
        }

    def do(self, action: KeyAction) -> bool:
        """Carry out an action; False when it is none of these."""
        deed = self._do.get(action)
        if deed is None:
            return False
        state = self._board.state
        if state is None:
            self._board.note(["There is no session yet."])
        else:
            deed(state)
        return True

    def command(self, text: str) -> None:
        """Carry out a typed line that is a command."""
        state = self._board.state
        if state is None:
            self._board.note(["There is no session yet."])
        else:
            run(Counter(self._post, self._board.note, state, self._open_line), text)

    def _switch_mode(self, state: SessionState) -> None:
        if state.turn_mode is TurnMode.TYPED:
            self._board.note(["This session is typed: there are no turns to detect."])
        else:
            self._post(TurnsChanged(other_turns(state)))

    def _delete_last(self, state: SessionState) -> None:
        chosen = last_turn(state)
        if chosen:
            self._post(ItemDeleteAsked(chosen))
            self._board.note([deleted_words(len(chosen))])
        else:
            self._board.note(["There is nothing to delete."])

    def _copy_answer(self, state: SessionState) -> None:
        answer = last_answer(state)
        if answer:
            self._board.copy(answer)
        else:
            self._board.note(["There is no answer to copy yet."])


def last_answer(state: SessionState) -> str:
    """The words of the newest answer that has any, without its asides."""
    for entry in reversed(state.entries):
        if (
            isinstance(entry, Spoken)
            and entry.role == "assistant"
            and not entry.commentary
            and entry.text.strip()
        ):
            return entry.text.strip()
    return ""
