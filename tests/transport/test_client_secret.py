"""A client secret for the key, over real HTTP; a redirect never gets the key."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from realtime_cli.errors import (
    ConfigError,
    NotAuthorized,
    RateLimited,
    RealtimeCliError,
    Refused,
    Unreachable,
)
from realtime_cli.transport.client_secret import client_secret


@contextmanager
def service(status: int, body: bytes, **headers: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    heard: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append({"path": self.path, "key": self.headers["Authorization"], "body": json.loads(sent)})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/realtime/client_secrets", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(url: str, **way: Any) -> str:
    session = {"type": "realtime", "model": "m"}
    return asyncio.run(client_secret(url, {"Authorization": "Bearer k3y"}, session, **way))


def test_the_secret_comes_for_the_key() -> None:
    with service(200, b'{"value": "ek_123", "expires_at": 1}') as (url, heard):
        assert ask(url) == "ek_123"
    assert heard[0]["key"] == "Bearer k3y"
    assert heard[0]["body"] == {"session": {"type": "realtime", "model": "m"}}


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, NotAuthorized), (403, NotAuthorized), (429, RateLimited), (404, Refused), (500, Unreachable)],
)
def test_refusals(status: int, kind: type[RealtimeCliError]) -> None:
    with service(status, b"no") as (url, _), pytest.raises(kind) as caught:
        ask(url)
    assert "k3y" not in str(caught.value) + caught.value.advice


def test_a_redirect_is_not_followed() -> None:
    with service(200, b'{"value": "ek_evil"}') as (other, stolen):
        with service(307, b"", Location=other) as (url, _), pytest.raises(Refused):
            ask(url)
        assert stolen == []


@pytest.mark.parametrize("body", [b"not json", b"[]", b"{}", b'{"value": 5}'])
def test_an_answer_without_a_secret_is_a_refusal(body: bytes) -> None:
    with service(200, body) as (url, _), pytest.raises(RealtimeCliError):
        ask(url)


def test_it_comes_by_the_proxy_that_was_given() -> None:
    with service(200, b'{"value": "ek_123"}') as (url, heard):
        proxy = url.removesuffix("/v1/realtime/client_secrets")
        assert ask("http://realtime.example/v1/secrets", proxy=proxy) == "ek_123"
        assert heard[0]["path"] == "http://realtime.example/v1/secrets"
        with pytest.raises(ConfigError, match="http proxy"):
            ask(url, proxy="socks5://127.0.0.1:1")


@pytest.mark.parametrize("proxy", [None, "none"])
def test_this_machine_is_reached_without_the_environments_proxy(
    monkeypatch: pytest.MonkeyPatch, proxy: str | None
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with service(200, b'{"value": "ek_123"}') as (url, _):
        assert ask(url, proxy=proxy) == "ek_123"


def test_certificates_that_cannot_be_read_are_a_setting_that_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nothing\.pem"):
        ask("https://127.0.0.1:1/", ca_file=str(tmp_path / "nothing.pem"))


def test_what_is_no_http_is_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            line, _ = server.accept()
            with line:
                line.recv(65536)
                line.sendall(b"what?\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(Unreachable):
            ask(f"http://127.0.0.1:{server.getsockname()[1]}/")
        thread.join()
