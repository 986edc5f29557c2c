"""What settings look like to others."""

from __future__ import annotations

import pytest

from realtime_cli.config.masks import masked


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("header", ["Authorization=Bearer planted"], ["Authorization=***"]),
        ("proxy", "http://me:planted@p.example:8080", "http://me:***@p.example:8080"),
        ("llm", "http://:planted@h/v1", "http://:***@h/v1"),
        (
            "url",
            "wss://h/x?api_key=planted&model=m&token=planted",
            "wss://h/x?api_key=***&model=m&token=***",
        ),
        ("hosted_mcp", ["docs=https://h/mcp?token=planted"], ["docs=https://h/mcp?token=***"]),
        ("providers", {"z": {"url": "wss://h/?key=planted"}}, {"z": {"url": "wss://h/?key=***"}}),
        ("shell_tools", {"x": {"env": {"TOKEN": "planted"}}}, {"x": {"env": {"TOKEN": "***"}}}),
        ("mcp_servers", {"m": {"headers": {"A": "planted"}}}, {"m": {"headers": {"A": "***"}}}),
    ],
)
def test_what_may_be_a_secret_is_stars(name: str, value: object, shown: object) -> None:
    assert masked({name: value}) == {name: shown}


@pytest.mark.parametrize(
    "value", ["cedar", 3, None, True, "wss://example.org:443/v1?model=a", "say: a key=b is fine"]
)
def test_everything_else_is_shown_as_it_is(value: object) -> None:
    assert masked({"instructions": value}) == {"instructions": value}
