"""`--ephemeral`: the key buys a client secret, and only the secret goes with the session."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from tests.cli.conftest import Shell


def test_the_handshake_carries_the_secret_and_not_the_key(shell: Shell) -> None:
    heard: list[tuple[str, str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            model = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["session"]["model"]
            heard.append(("POST", self.path, f"{self.headers['Authorization']} {model}"))
            body = b'{"value": "ek_short", "expires_at": 1}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            heard.append(("GET", self.path.partition("?")[0], self.headers["Authorization"]))
            self.send_response(401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        shell.env |= {"OPENAI_API_KEY": "sk-long-lived"}
        url = f"ws://127.0.0.1:{server.server_port}/v1"
        done = shell.run(f"realtime-cli send-text --provider openai --url {url} --ephemeral --model m hello")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert heard == [
        ("POST", "/v1/realtime/client_secrets", "Bearer sk-long-lived m"),
        ("GET", "/v1/realtime", "Bearer ek_short"),
    ]
    assert done.code == 77
    assert "ek_short" not in done.err
    assert "sk-long" not in done.err


def test_a_service_without_secrets_says_so(shell: Shell) -> None:
    shell.env |= {"XAI_API_KEY": "k"}
    done = shell.run("realtime-cli send-text --provider xai --ephemeral hello")
    assert (done.code, "no client secrets" in done.err) == (78, True)
