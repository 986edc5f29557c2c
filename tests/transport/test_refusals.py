"""Failures of opening a line, told in one sentence each; the ones that no small server can produce."""

import socket
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake, InvalidProxy, InvalidStatus, InvalidURI, ProxyError
from websockets.http11 import Response

from realtime_cli.errors import ConfigError, NotAuthorized, RealtimeCliError, Refused, Unreachable
from realtime_cli.transport.hiding import Hider
from realtime_cli.transport.refusals import FAILURES, destination, translate
from realtime_cli.transport.transport import NobodyThere

KEY = "a-key-without-any-known-prefix-0123"
WHERE = destination("wss://realtime.example/v1/realtime?model=m", 15.0)
HIDE = Hider([KEY])


def answer(status: int, body: bytes = b"", **headers: str) -> InvalidStatus:
    return InvalidStatus(Response(status, "", Headers(headers), body))


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (InvalidURI("wss://x?key=secret", "odd"), ConfigError, "cannot be used"),
        (InvalidProxy("http://user:secret@proxy", "odd"), Unreachable, "proxy"),
        (ProxyError("secret"), Unreachable, "proxy"),
        (ImportError("python-socks"), Unreachable, "SOCKS"),
        (TimeoutError(), Unreachable, "15 s"),
        (socket.gaierror(-2, "Name or service not known"), NobodyThere, "name"),
        (ConnectionRefusedError(111, "x"), NobodyThere, "nobody listens"),
        (OSError("Multiple exceptions: [Errno 111] Connect call failed, refused"), NobodyThere, "nobody"),
        (ConnectionResetError(104, "x"), Unreachable, "hung up"),
        (OSError(101, "Network is unreachable"), Unreachable, "Network is unreachable"),
        (ssl.SSLError(1, "odd"), NobodyThere, "TLS"),
        (EOFError(), Unreachable, "not as a WebSocket server"),
        (InvalidHandshake("secret"), Unreachable, "not as a WebSocket server"),
        (ValueError("secret"), Unreachable, "ValueError"),
        (answer(401, b'"just words"'), NotAuthorized, "just words"),
        (answer(418), Refused, "418"),
        (answer(302), Refused, "302"),
        (answer(999), Unreachable, "999"),
        (answer(200, b'{"message":"hello"}'), Refused, "hello"),
    ],
)
def test_every_failure_has_its_class_its_sentence_and_a_next_step(
    error: Exception, kind: type[RealtimeCliError], words: str
) -> None:
    assert isinstance(error, FAILURES)
    told = translate(error, WHERE, HIDE)
    assert type(told) is kind
    assert "realtime.example:443" in str(told)
    assert words in str(told)
    assert told.advice
    assert "secret" not in str(told) + told.advice


@given(st.text(), st.sampled_from([400, 401, 429, 500]))
def test_words_of_a_server_are_one_short_clean_line_without_our_key(text: str, status: int) -> None:
    body = f"{text[: len(text) // 2]}{KEY}{text[len(text) // 2 :]}".encode(errors="replace")
    told = str(translate(answer(status, body), WHERE, HIDE))
    assert KEY not in told
    assert len(told) < 400
    assert all(char.isprintable() for char in told if ord(char) < 0xA0)


def test_an_address_of_six_groups_is_shown_in_brackets() -> None:
    assert destination("ws://[::1]:8910/x", 1.0).host_port == "[::1]:8910"
