"""Which echo canceller the settings ask for, told by what it does to an echo."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from realtime_cli.config.settings import load as load_settings
from realtime_cli.dsp.echo import EchoCanceller
from realtime_cli.dsp.echo import load as load_canceller
from realtime_cli.dsp.level import rms_dbfs
from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.errors import ConfigError
from realtime_cli.runtime.late_canceller import LateCanceller
from realtime_cli.runtime.sound_choice import canceller_for, plan_of
from tests.support.sound import noise

STEP = 240
_DELAY = 1_200

needs_library = pytest.mark.skipif(load_canceller("webrtc") is None, reason="livekit is not installed")


def chosen(tmp_path: Any, **flags: Any) -> EchoCanceller | None:
    environ = {"REALTIME_CLI_CONFIG_DIR": str(tmp_path), "REALTIME_CLI_DATA_DIR": str(tmp_path)}
    return canceller_for(load_settings(flags, environ, tmp_path).settings)


def what_it_does(canceller: EchoCanceller | None) -> str:
    """To four seconds of an echo at -10 dB: "shuts", "cancels" or "passes"."""
    if canceller is None:
        return "passes"
    far = noise(4.0)
    near = np.concatenate((np.zeros(_DELAY, dtype=np.int16), far[:-_DELAY])) // 3
    out: list[Int16] = []
    for at in range(0, len(far) - STEP + 1, STEP):
        out.append(canceller.process(near[at : at + STEP], far[at : at + STEP]))
        if at == 0 and isinstance(canceller, LateCanceller):
            canceller.wait()
    left = np.concatenate(out)[-24_000:]
    if not left.any():
        return "shuts"
    return "cancels" if rms_dbfs(left) < rms_dbfs(near[-24_000:]) - 15 else "passes"


@needs_library
@pytest.mark.parametrize(
    ("flags", "does"),
    [
        ({}, "cancels"),
        ({"echo": "auto"}, "cancels"),
        ({"echo": "auto", "headphones": True}, "passes"),
        ({"echo": "auto", "input_file": "in.wav"}, "passes"),
        ({"echo": "aec"}, "cancels"),
        ({"echo": "aec", "headphones": True}, "cancels"),
        ({"echo": "gate"}, "shuts"),
        ({"echo": "off"}, "passes"),
        ({"echo": "off", "auto_gain": True}, "passes"),
    ],
    ids=str,
)
def test_what_becomes_of_an_echo(tmp_path: Any, flags: dict[str, Any], does: str) -> None:
    assert what_it_does(chosen(tmp_path, **flags)) == does


def test_where_no_canceller_can_be_loaded_the_microphone_is_shut_while_an_answer_sounds(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "livekit.rtc", None)  # what a machine without the package answers
    assert what_it_does(chosen(tmp_path)) == "shuts"
    assert what_it_does(chosen(tmp_path, echo="off", auto_gain=True)) == "passes"
    with pytest.raises(ConfigError, match="not installed") as caught:
        chosen(tmp_path, echo="aec")
    assert "--echo gate" in caught.value.advice


@pytest.mark.parametrize(
    ("flags", "listens"),
    [({}, True), ({"ptt": True}, False), ({"interrupt": False}, False), ({"local_barge_in": False}, False)],
    ids=str,
)
def test_the_local_ear_listens_unless_nobody_may_interrupt_by_voice(
    tmp_path: Any, flags: dict[str, Any], listens: bool
) -> None:
    environ = {"REALTIME_CLI_CONFIG_DIR": str(tmp_path), "REALTIME_CLI_DATA_DIR": str(tmp_path)}
    assert plan_of(load_settings(flags, environ, tmp_path).settings, environ).local_ear is listens


def test_a_latency_that_is_none_is_told_before_anything_starts(tmp_path: Any) -> None:
    environ = {"REALTIME_CLI_CONFIG_DIR": str(tmp_path), "REALTIME_CLI_DATA_DIR": str(tmp_path)}
    with pytest.raises(ConfigError, match="--audio-latency soon") as caught:
        plan_of(load_settings({"audio_latency": "soon"}, environ, tmp_path).settings, environ)
    assert "auto, low, high" in caught.value.advice
