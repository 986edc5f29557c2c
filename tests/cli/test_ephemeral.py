"""`--ephemeral`: the key buys a client secret, and only the secret goes with the session."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.cli.conftest import Shell


@contextmanager
def service(status: int) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """A service that gives another secret each time and answers handshakes with this status; its URL, what it heard."""
    heard: list[tuple[str, str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            model = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["session"]["model"]
            heard.append(("POST", self.path, f"{self.headers['Authorization']} {model}"))
            body = f'{{"value": "ek_short{len(heard)}", "expires_at": 1}}'.encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            heard.append(("GET", self.path.partition("?")[0], self.headers["Authorization"]))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"ws://127.0.0.1:{server.server_port}/v1", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(("status", "secrets", "code"), [(401, [1], 77), (503, [1, 3], 69)])
def test_each_handshake_carries_a_secret_of_its_own_and_not_the_key(
    shell: Shell, status: int, secrets: list[int], code: int
) -> None:
    shell.env |= {"OPENAI_API_KEY": "sk-long-lived"}
    options = "--provider openai --ephemeral --model m --retry 1"
    with service(status) as (url, heard):
        done = shell.run(f"realtime-cli send-text --url {url} {options} hello")
    assert heard == [
        said
        for number in secrets
        for said in (
            ("POST", "/v1/realtime/client_secrets", "Bearer sk-long-lived m"),
            ("GET", "/v1/realtime", f"Bearer ek_short{number}"),
        )
    ]
    assert done.code == code
    assert "ek_short" not in done.err
    assert "sk-long" not in done.err


def test_a_service_without_secrets_says_so(shell: Shell) -> None:
    shell.env |= {"XAI_API_KEY": "k"}
    done = shell.run("realtime-cli send-text --provider xai --ephemeral hello")
    assert (done.code, "no client secrets" in done.err) == (78, True)
