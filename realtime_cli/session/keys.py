"""Which story each key of the user's belongs to."""

from __future__ import annotations

from typing import assert_never

from realtime_cli.session import facts
from realtime_cli.session.ending import Ending
from realtime_cli.session.facts import KeyFact
from realtime_cli.session.functions import Functions
from realtime_cli.session.hosted import Hosted
from realtime_cli.session.listening import Listening
from realtime_cli.session.prompts import Prompts
from realtime_cli.session.talk_key import TalkKey


class Keys:
    """Hands keys to the stories. A key that begins something of the user's stops what waits for the user."""

    def __init__(
        self,
        talk_key: TalkKey,
        listening: Listening,
        ending: Ending,
        prompts: Prompts,
        functions: Functions,
        hosted: Hosted,
    ) -> None:
        self._talk_key = talk_key
        self._listening = listening
        self._ending = ending
        self._prompts = prompts
        self._functions = functions
        self._hosted = hosted

    def take(self, fact: KeyFact) -> None:
        """One key."""
        match fact:
            case facts.ApprovalGiven():
                self._functions.approved(fact)
                self._hosted.given(fact)
            case facts.TalkKeyPressed():
                self._functions.user_spoke()
                self._talk_key.pressed()
            case facts.TalkKeyReleased():
                self._talk_key.released()
            case facts.TalkKeyTapped():
                self._functions.user_spoke()
                self._talk_key.tapped()
            case facts.MuteToggled():
                self._listening.mute()
            case facts.InterruptPressed():
                self._functions.user_spoke()
                self._ending.interrupt()
            case facts.BreakPressed():
                self._ending.broke()
            case facts.AnswerPressed():
                self._prompts.answer_pressed()
            case facts.PromptTyped(text=text):
                self._functions.user_spoke()
                self._prompts.typed(text)
            case facts.QuitPressed():
                self._ending.quit()
            case facts.InputEnded():
                self._ending.input_ended()
            case _:
                assert_never(fact)
