"""What the sound devices report."""

from realtime_cli import protocol as p
from realtime_cli.session import facts as f
from realtime_cli.session.state import PlayoutState
from tests.support.facts import Mind, begun, done, ended, kinds, played, user_turn, voice


def test_an_old_report_of_emptiness_does_not_count_when_more_was_queued() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), *begun(), *voice(100, "a"))
    mind.tell(played("a1", 100))
    mind.hear(*voice(500, "b"))
    mind.tell(f.PlayoutEmpty())  # was on its way while more came
    assert mind.see().playout is PlayoutState.PLAYING
    assert kinds(mind.hear(p.InputAudioBufferSpeechStarted(item_id="u2"))) == ["FlushPlayout"]


def test_frames_lost_at_the_device_do_not_keep_the_turn_open_for_ever() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), *begun(), *voice(500, "a"), *ended())
    mind.tell(played("a1", 460), f.PlayoutEmpty())
    assert mind.see().playout is PlayoutState.PLAYING
    mind.wait(2)
    assert mind.see().playout is PlayoutState.QUIET
    assert mind.see().settled == 2


def test_a_loss_that_is_told_after_the_end_does_not_keep_the_turn_open_for_ever() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), *begun(), *voice(500, "a"), *ended())
    mind.tell(played("a1", 460), f.PlayoutEmpty(), played("a1", -20))
    assert mind.see().playout is PlayoutState.PLAYING
    mind.wait(3)
    assert mind.see().playout is PlayoutState.QUIET
    assert mind.see().settled == 2


def test_a_loss_does_not_end_an_answer_that_goes_on() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), *begun(), *voice(500, "a"))
    mind.tell(played("a1", 460), f.PlayoutEmpty())  # the line was slow
    mind.hear(*voice(9_000, "b"), *ended())
    for _ in range(8):
        mind.tell(played("a1", 1_000))
        mind.wait(1)
        assert mind.see().playout is PlayoutState.PLAYING
    mind.tell(played("a1", 1_000), f.PlayoutEmpty())
    mind.wait(2)
    assert mind.see().playout is PlayoutState.QUIET


def test_levels_are_shown() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*begun(), *voice(100, "a"))
    mind.tell(f.Played((f.Piece("a1", 0, 480),), -12.0, 0.0))
    assert mind.see().speaker_dbfs == -12.0
    mind.hear(done())
    mind.tell(played("a1", 80), f.PlayoutEmpty())
    assert mind.see().speaker_dbfs == -100.0


def test_devices_that_break_and_come_back_are_named() -> None:
    mind = Mind()
    mind.ready()
    assert (mind.see().mic_works, mind.see().speaker_works) == (True, True)
    assert mind.notices() == []
    mind.tell(f.DeviceChanged("speaker", "Box", "was unplugged"))
    assert not mind.see().speaker_works
    mind.tell(f.DeviceChanged("speaker", "Box", ""), f.DeviceChanged("speaker", "Box", ""))
    assert mind.notices() == ["The speaker Box does not work: was unplugged", "The speaker works again: Box"]


def test_without_a_speaker_turns_end_all_the_same() -> None:
    mind = Mind()
    mind.begin()
    mind.connect()
    mind.hear(*user_turn(), *begun(), *voice(500, "read me"), *ended())
    mind.tell(f.PlayoutEmpty())
    assert mind.see().settled == 2
    assert mind.spoken()[1].heard_chars == len("read me")


def test_news_of_other_rooms_is_shown() -> None:
    mind = Mind()
    mind.tell(f.NewsArrived("warning", "no voice", "install one"), f.ServerGarbled("not JSON"))
    assert mind.notices() == ["no voice", "The server said something unreadable: not JSON"]
