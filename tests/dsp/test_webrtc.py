"""The quick way of calling the library gives what its own way gives, and says what its own way says."""

from __future__ import annotations

import numpy as np
import pytest

from realtime_cli.dsp import webrtc
from realtime_cli.dsp.pcm16 import Int16
from tests.dsp.signals import rms
from tests.dsp.test_echo import RATE_HZ as S
from tests.dsp.test_echo import babble, room

rtc = pytest.importorskip("livekit.rtc")


def cleaned(canceller: webrtc.WebRtc, near: Int16, far: Int16, step: int) -> Int16:
    return np.concatenate(
        [canceller.process(near[at : at + step], far[at : at + step]) for at in range(0, len(near), step)]
    )


@pytest.mark.parametrize("cancels", [True, False])
def test_both_ways_of_calling_give_the_same_sound(monkeypatch: pytest.MonkeyPatch, cancels: bool) -> None:
    far = babble(3, seed=2)
    near = room(far)
    quick = webrtc.WebRtc(rtc, webrtc.Polish(), cancels=cancels)

    def not_there(*_: object) -> None:
        raise AttributeError

    monkeypatch.setattr(webrtc, "_quick_call", not_there)
    plain = webrtc.WebRtc(rtc, webrtc.Polish(), cancels=cancels)
    assert np.array_equal(cleaned(quick, near, far, 480), cleaned(plain, near, far, 480))


def test_the_installed_library_is_called_the_quick_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webrtc, "_plain_call", lambda *_: pytest.fail("its parts have other names now"))
    webrtc.WebRtc(rtc, webrtc.Polish())


def test_the_length_of_a_step_changes_nothing_of_account() -> None:
    far, voice = babble(6, seed=2), babble(6, seed=9)
    far[4 * S :] = 0
    voice[: 4 * S] = 0
    near = room(far) + voice
    by_10, by_20, by_40 = (
        cleaned(webrtc.WebRtc(rtc, webrtc.Polish()), near, far, 240 * n) for n in (1, 2, 4)
    )
    echo, speech = slice(2 * S, 4 * S), slice(5 * S, 6 * S)
    for other in (by_20, by_40):
        assert rms(other[echo]) < 1.2 * rms(by_10[echo]) < rms(near[echo]) / 10
        assert rms(other[speech]) == pytest.approx(rms(by_10[speech]), rel=0.05)


def test_an_error_of_the_library_is_told() -> None:
    canceller = webrtc.WebRtc(rtc, webrtc.Polish())
    canceller._module._ffi_handle.dispose()
    with pytest.raises(RuntimeError, match="no answer"):
        canceller.process(np.zeros(240, dtype=np.int16), np.zeros(240, dtype=np.int16))
