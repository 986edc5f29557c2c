"""Keys travel the way each service wants them, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from realtime_cli.config.settings import load
from realtime_cli.errors import ConfigError
from realtime_cli.protocol import Ability
from realtime_cli.providers.choice import choose, known_providers
from realtime_cli.providers.provider import Target


def target(folder: Path, flags: dict[str, Any], **environ: str) -> Target:
    environ.setdefault("REALTIME_CLI_CONFIG_DIR", str(folder / "nobody"))
    return choose(load(flags, environ, folder), may_fall_back=False)


@pytest.mark.parametrize(
    ("name", "variable", "header", "value"),
    [
        ("openai", "OPENAI_API_KEY", "Authorization", "Bearer k3y"),
        ("inworld", "INWORLD_API_KEY", "Authorization", "Basic k3y"),
        ("qwen", "DASHSCOPE_API_KEY", "Authorization", "Bearer k3y"),
        ("glm", "ZHIPUAI_API_KEY", "Authorization", "Bearer k3y"),
        ("together", "TOGETHER_API_KEY", "OpenAI-Beta", "realtime=v1"),
    ],
)
def test_headers(tmp_path: Path, name: str, variable: str, header: str, value: str) -> None:
    chosen = target(tmp_path, {"provider": name}, **{variable: "k3y"})
    assert chosen.headers[header] == value
    assert "k3y" not in chosen.url + repr(chosen)


def test_elevenlabs_takes_the_key_among_the_subprotocols(tmp_path: Path) -> None:
    chosen = target(tmp_path, {"provider": "elevenlabs"}, ELEVENLABS_API_KEY="k3y")
    assert chosen.subprotocols == ("realtime", "openai-insecure-api-key.k3y")
    assert chosen.headers == {}
    assert "k3y" not in repr(chosen)


def test_inworld_gets_a_name_for_the_session(tmp_path: Path) -> None:
    first, second = (target(tmp_path, {"provider": "inworld"}, INWORLD_API_KEY="k").url for _ in range(2))
    assert first.startswith(
        "wss://api.inworld.ai/api/v1/realtime/session?protocol=realtime&key=realtime-cli-"
    )
    assert first != second


def test_together_names_its_format_and_the_model(tmp_path: Path) -> None:
    url = target(tmp_path, {"provider": "together"}, TOGETHER_API_KEY="k").url
    assert "model=openai/whisper-large-v3" in url
    assert "input_audio_format=pcm_s16le_16000" in url


def test_azures_preview_has_another_url_and_dialect(tmp_path: Path) -> None:
    azure = {"AZURE_OPENAI_API_KEY": "k", "AZURE_OPENAI_ENDPOINT": "https://res.openai.azure.com"}
    chosen = target(tmp_path, {"model": "mine"}, OPENAI_API_VERSION="2025-04-01-preview", **azure)
    assert chosen.url == (
        "wss://res.openai.azure.com/openai/realtime?api-version=2025-04-01-preview&deployment=mine"
    )
    assert (chosen.dialect, chosen.headers) == ("beta", {"api-key": "k"})
    written = "wss://res.openai.azure.com/openai/realtime?api-version=2024-10-01-preview&deployment=d"
    assert target(tmp_path, {"url": written}, **azure).dialect == "beta"
    assert target(tmp_path, {}, **azure).dialect == "auto"


def test_a_service_of_the_users_own_says_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "realtime-cli.toml").write_text(
        '[providers.mine]\nurl = "ws://127.0.0.1:9/v1"\nlacks = ["truncate", "semantic_vad"]\n'
        'input_rate_hz = 16000\nkey_header = "X-API-Key"\nkey_var = "MY_KEY"\n',
        encoding="utf-8",
    )
    chosen = target(tmp_path, {"provider": "mine"}, MY_KEY="k")
    assert chosen.headers == {"X-API-Key": "k"}
    assert chosen.provider.input_rate_hz == 16_000
    assert Ability.TRUNCATE not in chosen.provider.abilities
    assert Ability.CANCEL in chosen.provider.abilities


def test_an_ability_that_does_not_exist_gets_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "realtime-cli.toml").write_text(
        '[providers.mine]\nurl = "ws://127.0.0.1:9/v1"\nlacks = ["truncat"]\n', encoding="utf-8"
    )
    with pytest.raises(ConfigError) as caught:
        known_providers(load({}, {"REALTIME_CLI_CONFIG_DIR": str(tmp_path / "x")}, tmp_path).settings)
    assert caught.value.advice == "Did you mean truncate?"


@pytest.mark.parametrize("line", ['proxy = "socks5://evil.example:1"', 'ca_file = "evil.pem"'])
def test_a_project_file_cannot_lead_the_users_key_by_another_way(tmp_path: Path, line: str) -> None:
    (tmp_path / "realtime-cli.toml").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="A file in this folder sets"):
        target(tmp_path, {}, OPENAI_API_KEY="k")
    assert target(tmp_path, {"trust_project": True}, OPENAI_API_KEY="k").provider.name == "openai"
