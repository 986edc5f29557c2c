"""Where a session that only listens is to be had."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import UNSET

from realtime_cli.cli.transcribe import _listening_target
from realtime_cli.config.settings import load
from realtime_cli.errors import ConfigError
from realtime_cli.protocol import Ability
from realtime_cli.providers.choice import choose
from realtime_cli.providers.provider import Target
from realtime_cli.runtime.wishes import listening_wish, spoken_wish
from realtime_cli.session.fitting import fitted


def target(folder: Path, **environ: str) -> Target:
    return choose(
        load({}, {"REALTIME_CLI_CONFIG_DIR": str(folder / "none"), **environ}, folder), may_fall_back=False
    )


def test_openais_url_names_the_intent_and_no_model(tmp_path: Path) -> None:
    chosen = _listening_target(target(tmp_path, OPENAI_API_KEY="k"), None)
    assert chosen.url == "wss://api.openai.com/v1/realtime?intent=transcription"


def test_gateways_keep_their_model(tmp_path: Path) -> None:
    url = "ws://127.0.0.1:9/v1/realtime?model=whisper"
    assert _listening_target(target(tmp_path, REALTIME_CLI_URL=url), None).url == url


def test_a_service_without_such_sessions_is_asked_for_a_silent_conversation(tmp_path: Path) -> None:
    chosen = target(tmp_path, XAI_API_KEY="k")
    settings = load({}, {}, tmp_path).settings
    wish = listening_wish(settings, chosen, "server")
    assert wish.config.type == "realtime"
    assert wish.config.audio
    assert wish.config.audio.input
    detection = wish.config.audio.input.turn_detection
    assert detection
    assert detection.create_response is False
    assert wish.listens_only


def test_a_service_that_only_listens_holds_no_conversation(tmp_path: Path) -> None:
    chosen = target(tmp_path, REALTIME_CLI_PROVIDER="together", TOGETHER_API_KEY="k")
    settings = load({}, {}, tmp_path).settings
    assert listening_wish(settings, chosen, "none").config.type == "transcription"
    with pytest.raises(ConfigError, match="gives no answers"):
        spoken_wish(settings, chosen, ())


def test_hints_for_the_transcription_are_said(tmp_path: Path) -> None:
    flags = {
        "language": "de",
        "keywords": ("Ada",),
        "transcription_delay": "low",
        "transcription_prompt": "names",
    }
    settings = load(flags, {}, tmp_path).settings
    wish = listening_wish(settings, target(tmp_path, OPENAI_API_KEY="k"), "semantic")
    assert wish.config.audio
    assert wish.config.audio.input
    asked = wish.config.audio.input.transcription
    assert asked
    assert (asked.language, asked.keywords, asked.delay, asked.prompt) == ("de", ("Ada",), "low", "names")


def test_what_the_server_is_to_tell_besides_is_asked_for_where_it_can(tmp_path: Path) -> None:
    wanted = ("item.input_audio_transcription.logprobs",)
    settings = load({"include": wanted}, {}, tmp_path).settings
    openai = target(tmp_path, OPENAI_API_KEY="k")
    for config in (
        listening_wish(settings, openai, "server").config,
        spoken_wish(settings, openai, ()).config,
    ):
        assert config.include == wanted
        assert fitted(config, openai.provider.abilities)[0].include == wanted
        kept, left_out = fitted(config, openai.provider.abilities - {Ability.INCLUDE})
        assert (kept.include, left_out) == (UNSET, ["include"])
