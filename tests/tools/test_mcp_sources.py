"""How MCP servers are named."""

import json
from pathlib import Path

import pytest

from realtime_cli.errors import ConfigError, InputError
from realtime_cli.tools.mcp_sources import McpSource, read_source


@pytest.mark.parametrize(
    ("given", "label"),
    [
        ("npx -y @modelcontextprotocol/server-everything stdio", "server-everything"),
        ("uvx mcp-server-time --local-timezone=UTC", "mcp-server-time"),
        ("python -m mail_mcp", "mail_mcp"),
        ("/usr/local/bin/files-mcp '/my folder'", "files-mcp"),
        ("python3", "python3"),
    ],
)
def test_a_command_is_an_argument_list_with_a_readable_name(given: str, label: str) -> None:
    (source,) = read_source(given)
    assert source.label == label
    assert source.argv[0] == given.split()[0]


def test_quotes_count_and_nothing_else_does() -> None:
    (source,) = read_source("srv 'a b' $(x) ; y")
    assert source.argv == ("srv", "a b", "$(x)", ";", "y")


def test_a_url() -> None:
    assert read_source("https://user@mcp.example.org:8443/x") == [
        McpSource("mcp.example.org", url="https://user@mcp.example.org:8443/x")
    ]


def test_a_file_as_other_programs_use_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "t0k")
    path = tmp_path / "mcp.json"
    servers = {
        "files": {
            "command": "npx",
            "args": ["-y", "fs", "${HOME_X:-/tmp}"],
            "env": {"A": "${TOKEN}"},
            "cwd": "/x",
        },
        "web": {
            "type": "http",
            "url": "https://example.org/mcp",
            "headers": {"Authorization": "Bearer ${TOKEN}"},
        },
        "old": {"type": "sse", "url": "https://example.org/sse"},
        "off": {"command": "x", "disabled": True},
    }
    path.write_text(json.dumps({"mcpServers": servers}))
    files, web, old = read_source(str(path))
    assert (files.argv, files.env, files.folder) == (("npx", "-y", "fs", "/tmp"), {"A": "t0k"}, "/x")
    assert (web.url, web.headers, web.legacy) == (
        "https://example.org/mcp",
        {"Authorization": "Bearer t0k"},
        False,
    )
    assert old.legacy
    assert "t0k" not in repr(files) + repr(web), "secrets are not shown"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "cannot be read"),
        ("[]", "holds no mcpServers"),
        ('{"mcpServers": []}', "holds no mcpServers"),
        ('{"mcpServers": {"x": 3}}', "'x' is not an object"),
        ('{"mcpServers": {"x": {}}}', "neither a command nor a URL"),
        ('{"mcpServers": {"x": {"command": "y", "args": [3]}}}', "neither a command nor a URL"),
        ('{"mcpServers": {"x": {"command": "y", "env": ["A"]}}}', "env that is not text"),
        ('{"mcpServers": {"x": {"url": "https://y", "headers": 3}}}', "headers that are not text"),
    ],
)
def test_a_wrong_file_is_refused_and_the_entry_named(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "mcp.json"
    path.write_text(content)
    with pytest.raises(InputError, match=said):
        read_source(str(path))


def test_what_cannot_be_understood() -> None:
    with pytest.raises(ConfigError, match="No closing quotation"):
        read_source("srv 'x")
    with pytest.raises(ConfigError, match="empty"):
        read_source("  ")
    with pytest.raises(InputError, match="cannot be read"):
        read_source("missing.json")
