"""A WebSocket server on loopback that behaves as its path says: for exit codes and for pipes.

Paths: /ok (answers every prompt with "you said: PROMPT"), /many (a thousand pieces), /endless (pieces until nobody
listens), /slow (never answers), /garbage (no JSON), /failed, /fatal (an error event that ends the session), /close,
/echo, /echoclose and /echo401 (repeat the key they were given), /to-8080 (redirects to that port of localhost), and
/401 ... (an HTTP status instead of a handshake).
It also remembers what came: headers and events.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count, repeat
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

MANY = 1000


@dataclass
class StrangeServer:
    """What it heard. `url` + a path is where it can be reached."""

    url: str = ""
    headers: list[dict[str, str]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def at(self, path: str) -> str:
        return f"{self.url}/{path}/realtime"


@contextmanager
def strange_server(certificate: Path | None = None, key: Path | None = None) -> Iterator[StrangeServer]:
    """Runs in threads until the block ends; with a certificate it speaks TLS."""
    heard = StrangeServer()

    def answer_http(connection: ServerConnection, request: Request) -> Response | None:
        with heard.lock:
            heard.headers.append({name.lower(): value for name, value in request.headers.raw_items()})
        first = request.path.strip("/").split("/")[0]
        if first == "echo401":
            return connection.respond(HTTPStatus(401), f"Incorrect key: {_key_of(request)}\n")
        if first.startswith("to-"):
            response = connection.respond(HTTPStatus.FOUND, "over there\n")
            response.headers["Location"] = f"ws://localhost:{first[3:]}/ok/realtime"
            return response
        return connection.respond(HTTPStatus(int(first)), "no\n") if first.isdecimal() else None

    def attend(connection: ServerConnection) -> None:
        assert connection.request is not None
        try:
            _Session(connection, connection.request.path.strip("/").split("/")[0], heard).run()
        except ConnectionClosed:
            return

    tls = None
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate, key)
    with serve(attend, "127.0.0.1", 0, process_request=answer_http, max_size=None, ssl=tls) as server:
        heard.url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        thread = threading.Thread(target=server.serve_forever, name="strange server")
        thread.start()
        try:
            yield heard
        finally:
            server.shutdown()
            thread.join()


def _key_of(request: Request) -> str:
    """What came as a key, without the word Bearer."""
    return (request.headers.get("Authorization") or request.headers.get("api-key") or "").rpartition(" ")[2]


class _Session:
    def __init__(self, connection: ServerConnection, manner: str, heard: StrangeServer) -> None:
        self._connection = connection
        self._manner = manner
        self._heard = heard
        self._ids = count(1)
        self._prompt = ""

    def run(self) -> None:
        session = {"type": "realtime", "object": "realtime.session", "id": "sess_1", "model": "strange"}
        assert self._connection.request is not None
        key = _key_of(self._connection.request)
        if self._manner.startswith("echo"):
            session["instructions"] = f"You were called with {key}."
        if self._manner in ("garbage", "nonsense"):
            self._connection.send("this is no JSON {")
        if self._manner == "nonsense":
            self._connection.send("nor is this")
            self._connection.send("[]")
            return
        self._say("session.created", session=session)
        for text in self._connection:
            event = json.loads(text)
            with self._heard.lock:
                self._heard.events.append(event)
            match event["type"]:
                case "session.update":
                    if self._manner == "fatal":
                        self._say("error", error={"type": "invalid_request_error", "code": "model_not_found",
                                                  "message": "There is no such model."})  # fmt: skip
                    self._say("session.updated", session=session | event["session"])
                case "conversation.item.create":
                    self._item(event["item"])
                case "response.create":
                    self._respond()

    def _item(self, item: dict[str, Any]) -> None:
        texts = [part.get("text", "") for part in item.get("content", [])]
        self._prompt = "".join(texts)
        with self._heard.lock:
            self._heard.prompts.append(self._prompt)
        self._say("conversation.item.added", item=item | {"status": "completed", "object": "realtime.item"})
        self._say("conversation.item.done", item=item | {"status": "completed", "object": "realtime.item"})

    def _respond(self) -> None:
        if self._manner == "slow":
            return
        if self._manner == "close":
            self._connection.close(4000, "go away")
            return
        if self._manner.startswith("echo") and self._connection.request is not None:
            self._prompt = key = _key_of(self._connection.request)
            error = {"type": "invalid_request_error", "code": "odd", "message": f"Incorrect key: {key}."}
            self._say("error", error=error)
            if self._manner == "echoclose":
                self._connection.close(4001, f"bad key {key}"[:120])
                return
        number = next(self._ids)
        response = {"id": f"resp_{number}", "object": "realtime.response", "output": []}
        self._say("response.created", response=response | {"status": "in_progress"})
        if self._manner == "failed":
            error = {"type": "invalid_request_error", "code": "unfit", "message": "This cannot be answered."}
            details = {"type": "failed", "error": error}
            self._say("response.done", response=response | {"status": "failed", "status_details": details})
            return
        self._speak(response, f"item_a{number}")

    def _speak(self, response: dict[str, Any], item_id: str) -> None:
        place = {"response_id": response["id"], "item_id": item_id, "output_index": 0, "content_index": 0}
        item = {
            "id": item_id,
            "type": "message",
            "role": "assistant",
            "object": "realtime.item",
            "content": [],
        }
        added = {"response_id": response["id"], "output_index": 0}
        self._say("response.output_item.added", item=item | {"status": "in_progress"}, **added)
        self._say("conversation.item.added", item=item | {"status": "in_progress"})
        pieces = ["word\n"] * MANY if self._manner == "many" else ["you said: ", self._prompt]
        for piece in repeat("word\n") if self._manner == "endless" else pieces:
            self._say("response.output_text.delta", delta=piece, **place)
        self._say("response.output_text.done", text="".join(pieces), **place)
        done = item | {"status": "completed", "content": [{"type": "output_text", "text": "".join(pieces)}]}
        self._say("response.output_item.done", item=done, **added)
        self._say("conversation.item.done", item=done)
        usage = {"total_tokens": 3, "input_tokens": 1, "output_tokens": 2}
        self._say(
            "response.done", response=response | {"status": "completed", "output": [done], "usage": usage}
        )

    def _say(self, kind: str, **fields: Any) -> None:
        self._connection.send(json.dumps({"type": kind, "event_id": f"event_{next(self._ids)}", **fields}))
