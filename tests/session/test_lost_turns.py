"""What the next session hears again, is told, and is asked, when a line is lost in the middle of a turn."""

from realtime_cli import protocol as p
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session.request_facts import ConversationReset
from realtime_cli.session.utterances import KEPT_SOUND_MS, Utterances
from tests.support.facts import (
    MS,
    Mind,
    begun,
    ended,
    key_wish,
    kinds,
    mic,
    said,
    user_turn,
    voice,
    voice_config,
)
from tests.support.facts import voice_wish as open_wish


def again(mind: Mind) -> list[c.Command]:
    """The line is lost; what the next session is told."""
    mind.tell(f.ConnectionLost(1006, ""))
    return mind.wait(10) + mind.connect(attempt=2)


def appended_ms(commands: list[c.Command]) -> float:
    return sum(len(event.audio) for event in said(commands, p.InputAudioBufferAppend)) / MS


def speaking(mind: Mind, blocks: int = 100) -> None:
    mind.ready()
    mind.hear(p.InputAudioBufferSpeechStarted(item_id="u1"))
    mind.tell(*(mic() for _ in range(blocks)))


def test_a_turn_without_words_and_answer_is_heard_again_not_told_and_not_asked_for() -> None:
    mind = Mind()
    speaking(mind)
    mind.hear(*user_turn(transcript=None))
    assert mind.lines() == ["user: "]
    told = again(mind)
    assert appended_ms(told) == 2000
    assert said(told, p.ConversationItemCreate) == []
    assert said(told, p.ResponseCreate) == []
    assert all(command.keep for command in told if isinstance(command, c.Say) and is_append(command.event))
    assert mind.lines() == []
    mind.hear(*user_turn("u9", "hello"), *begun(), *voice(100, "Hi"), *ended())
    assert mind.lines() == ["user: hello", "assistant: Hi"]
    assert said(mind.log, p.ResponseCreate) == []


def is_append(event: object) -> bool:
    return isinstance(event, p.InputAudioBufferAppend)


def test_a_turn_without_words_whose_answer_was_heard_is_told_as_sound() -> None:
    mind = Mind()
    speaking(mind)
    mind.hear(*user_turn(transcript=None), *begun(), *voice(100, "Well, the"))
    told = again(mind)
    first, second = (event.item for event in said(told, p.ConversationItemCreate))
    assert isinstance(first, p.MessageItem)
    assert isinstance(second, p.MessageItem)
    (part,) = first.content
    assert isinstance(part, p.InputAudio)
    assert isinstance(part.audio, bytes)
    assert (first.id, first.role, len(part.audio) / MS) == ("u1", "user", 2000)
    assert second.role == "assistant"
    assert appended_ms(told) == 0
    assert said(told, p.ResponseCreate) == []


def test_a_commit_that_was_on_its_way_is_said_again_with_its_sound_and_answered_once() -> None:
    mind = Mind(key_wish())
    mind.ready()
    mind.tell(f.TalkKeyPressed(), *(mic() for _ in range(50)), f.TalkKeyReleased())
    told = again(mind)
    assert kinds(told).count("input_audio_buffer.append") == 5
    assert kinds(told)[-3:] == ["input_audio_buffer.commit", "response.create", "RouseSpeaker"]
    assert appended_ms(told) == 1000
    assert kinds(told).count("response.create") == 1


def test_a_talk_key_held_through_a_break_is_one_turn_and_one_answer() -> None:
    mind = Mind(key_wish())
    mind.ready()
    mind.tell(f.TalkKeyPressed(), *(mic() for _ in range(50)))
    told = again(mind)
    assert "input_audio_buffer.commit" not in kinds(told)
    told += mind.tell(*(mic() for _ in range(10)), f.TalkKeyReleased())
    assert appended_ms(told) == 1200
    assert kinds(told)[-2:] == ["input_audio_buffer.commit", "response.create"]


def test_an_answer_that_the_user_stopped_before_it_began_is_not_asked_for_again() -> None:
    mind = Mind()
    speaking(mind)
    mind.hear(*user_turn(transcript="never mind"))
    mind.tell(f.InterruptPressed())
    told = again(mind)
    assert said(told, p.ResponseCreate) == []
    assert len(said(told, p.ConversationItemCreate)) == 1


def test_the_end_of_a_turn_that_was_heard_but_not_taken_asks_for_nothing_yet() -> None:
    mind = Mind()
    speaking(mind)
    mind.hear(
        p.InputAudioBufferSpeechStopped(item_id="u1")
    )  # the answer is expected, the message is not there
    told = again(mind)
    assert said(told, p.ResponseCreate) == []
    assert appended_ms(told) == 2000


def test_a_minute_is_kept_of_a_turn_and_more_is_said_to_be_lost() -> None:
    mind = Mind()
    speaking(mind, blocks=3100)
    told = again(mind)
    assert appended_ms(told) == 60_000
    assert any("beginning of your last words is lost: 60 s" in notice for notice in mind.notices())


def test_turns_that_are_neither_written_down_nor_kept_are_said_to_be_missing_once() -> None:
    mind = Mind(open_wish(config=voice_config(transcribed=False)))
    mind.ready()
    mind.hear(*user_turn("u1", None), *begun(), *voice(100, "Hello"), *ended())
    again(mind)
    missing = "The new session was not told one turn of yours that nobody wrote down."
    assert mind.notices().count(missing) == 1
    again(mind)
    assert mind.notices().count(missing) == 1


def test_a_new_conversation_hears_nothing_of_the_old_one() -> None:
    mind = Mind()
    speaking(mind)
    mind.tell(ConversationReset())
    told = mind.connect(attempt=2)
    assert appended_ms(told) == 0


def test_sound_is_kept_up_to_a_limit_the_oldest_goes_first() -> None:
    kept = Utterances()
    minute = bytes(KEPT_SOUND_MS // 2 * MS)
    for name in ("a", "b", "c"):
        kept.keep(name, minute)
    assert [len(kept.of(name)) for name in ("a", "b", "c")] == [0, len(minute), len(minute)]
    kept.known("b")
    kept.keep("d", minute)
    assert kept.of("c")
