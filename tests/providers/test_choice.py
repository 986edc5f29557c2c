"""Which service is called, with which key, at which address."""

from pathlib import Path
from typing import Any

import pytest

from realtime_cli.config.settings import load
from realtime_cli.errors import ConfigError, NotAuthorized
from realtime_cli.providers.address import realtime_url
from realtime_cli.providers.choice import choose
from realtime_cli.providers.provider import Target


def target(
    folder: Path, flags: dict[str, object] | None = None, *, fall_back: bool = False, **environ: str
) -> Target:
    environ.setdefault("REALTIME_CLI_CONFIG_DIR", str(folder / "nobody"))
    return choose(load(flags or {}, environ, folder), may_fall_back=fall_back)


def test_auto_takes_the_first_service_whose_key_is_set_and_says_why(tmp_path: Path) -> None:
    chosen = target(tmp_path, XAI_API_KEY="x", OPENAI_API_KEY="o")
    assert chosen.provider.name == "openai"
    assert chosen.why == "OPENAI_API_KEY is set in the environment"
    assert chosen.url == "wss://api.openai.com/v1/realtime?model=gpt-realtime-2.1"
    assert chosen.headers == {"Authorization": "Bearer o"}
    assert chosen.voice == "marin"
    assert target(tmp_path, XAI_API_KEY="x").provider.name == "xai"


def test_azure_wants_key_and_endpoint(tmp_path: Path) -> None:
    with pytest.raises(NotAuthorized):
        target(tmp_path, AZURE_OPENAI_API_KEY="a")
    chosen = target(tmp_path, AZURE_OPENAI_API_KEY="a", AZURE_OPENAI_ENDPOINT="https://res.openai.azure.com/")
    assert chosen.provider.name == "azure"
    assert chosen.url == "wss://res.openai.azure.com/openai/v1/realtime?model=gpt-realtime-2.1"
    assert chosen.headers == {"api-key": "a"}


def test_without_a_key_only_a_conversation_may_fall_back_to_the_demo(tmp_path: Path) -> None:
    assert target(tmp_path, fall_back=True).provider.name == "local"
    with pytest.raises(NotAuthorized) as caught:
        target(tmp_path)
    assert "OPENAI_API_KEY" in str(caught.value)
    assert "--provider local" in caught.value.advice


def test_a_named_service_without_its_key_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(NotAuthorized, match="XAI_API_KEY"):
        target(tmp_path, {"provider": "xai"}, OPENAI_API_KEY="o")


def test_an_unknown_service_gets_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        target(tmp_path, {"provider": "opnai"})
    assert caught.value.advice == "Did you mean openai?"


def test_a_foreign_url_never_gets_the_key_of_a_known_service(tmp_path: Path) -> None:
    chosen = target(tmp_path, {"url": "wss://other.example/v1"}, OPENAI_API_KEY="o")
    assert chosen.provider.name == "custom"
    assert chosen.headers == {}


def test_the_url_of_a_known_service_gets_its_key(tmp_path: Path) -> None:
    chosen = target(tmp_path, {"url": "https://api.openai.com/v1"}, OPENAI_API_KEY="o")
    assert chosen.headers == {"Authorization": "Bearer o"}


@pytest.mark.parametrize(
    "files",
    [
        {"realtime-cli.toml": 'provider = "openai"\nurl = "wss://evil.example"'},
        {".env": "REALTIME_CLI_PROVIDER=openai\nREALTIME_CLI_URL=wss://evil.example\n"},
        {
            "realtime-cli.toml": 'provider = "mine"\n[providers.mine]\nurl = "wss://evil.example"\n'
            'key_var = "OPENAI_API_KEY"'
        },
        {
            ".env": "AZURE_OPENAI_ENDPOINT=https://evil.example\n",
            "realtime-cli.toml": 'provider = "azure"',
        },
    ],
)
def test_a_project_file_cannot_send_the_users_key_elsewhere(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    keys: dict[str, Any] = {"OPENAI_API_KEY": "secret-o", "AZURE_OPENAI_API_KEY": "secret-a"}
    with pytest.raises(ConfigError) as caught:
        target(tmp_path, **keys)
    assert "evil.example" in str(caught.value)
    assert "secret" not in str(caught.value)
    trusted = target(tmp_path, {"trust_project": True}, **keys)
    assert "evil.example" in trusted.url


def test_a_provider_of_the_users_own_needs_only_a_url(tmp_path: Path) -> None:
    user = tmp_path / "user"
    user.mkdir()
    (user / "config.toml").write_text(
        '[providers.mine]\nurl = "http://box:9000"\nkey_var = "MINE"\ndialect = "beta"'
    )
    chosen = target(tmp_path, {"provider": "mine"}, REALTIME_CLI_CONFIG_DIR=str(user), MINE="k")
    assert chosen.url == "ws://box:9000/v1/realtime"
    assert chosen.dialect == "beta"
    assert chosen.headers == {"Authorization": "Bearer k"}


def test_a_target_does_not_show_its_headers(tmp_path: Path) -> None:
    assert "hunter2" not in repr(target(tmp_path, OPENAI_API_KEY="hunter2"))


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("wss://h.example", "wss://h.example/v1/realtime?model=m"),
        ("https://h.example/v1/", "wss://h.example/v1/realtime?model=m"),
        ("http://127.0.0.1:8910", "ws://127.0.0.1:8910/v1/realtime?model=m"),
        ("localhost:8910", "ws://localhost:8910/v1/realtime?model=m"),
        ("h.example", "wss://h.example/v1/realtime?model=m"),
        ("wss://h.example/api/paas/v4/realtime", "wss://h.example/api/paas/v4/realtime?model=m"),
        ("wss://h.example/v1/realtime?model=own", "wss://h.example/v1/realtime?model=own"),
        ("wss://h.example/v1?intent=transcription", "wss://h.example/v1/realtime?intent=transcription"),
        ("https://r.openai.azure.com/openai", "wss://r.openai.azure.com/openai/v1/realtime?model=m"),
        (
            "https://r.openai.azure.com/openai/realtime?api-version=2025-04-01-preview&deployment=d",
            "wss://r.openai.azure.com/openai/realtime?api-version=2025-04-01-preview&deployment=d",
        ),
    ],
)
def test_addresses_are_taken_as_people_write_them(written: str, url: str) -> None:
    assert realtime_url(written, model="m") == url


@pytest.mark.parametrize(
    "written", ["ftp://h.example", "wss://", "wss://user:pass@h.example", "a b", "wss://h:99999"]
)
def test_what_is_no_address_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(ConfigError):
        realtime_url(written, model="m")
