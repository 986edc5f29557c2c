"""Silence is no news; everything else is."""

from realtime_cli.runtime.news import News
from realtime_cli.session.facts import InputEnded, MicHeard

SILENT, NOISY = MicHeard(bytes(960), -72.0), MicHeard(bytes(960), -50.0)


def test_after_the_meters_have_sunk_a_silent_microphone_is_no_news_until_it_hears_something() -> None:
    news = News()
    at_first = [news.is_in(SILENT) for _ in range(1_000)]
    assert at_first == [True] * 200 + [False] * 800
    assert news.is_in(InputEnded())
    assert not news.is_in(SILENT)
    assert news.is_in(NOISY)
    assert all(news.is_in(SILENT) for _ in range(200)), "the meter sinks again"
    assert not news.is_in(SILENT)
