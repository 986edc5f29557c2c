"""Pages are read, and nothing inside of this machine or a private network is."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from realtime_cli.errors import ToolError
from realtime_cli.tools.builtin.fetching import Web, is_public, words_of

PAGE = (
    "<html><head><title>x</title><style>p{}</style></head><body><h1>Hello</h1>"
    "<p>big &amp; small<script>evil()</script></p></body></html>"
)


class Site(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
            return
        body, kind = {
            "/page": (PAGE.encode(), "text/html; charset=utf-8"),
            "/data": (b'{"a": 1}', "application/json"),
            "/picture": (b"\x89PNG", "image/png"),
            "/long": (b"x" * 2_000_000, "text/plain"),
            "/odd": (b"caf\xe9", "text/plain; charset=nonsense"),
        }.get(self.path, (b"missing", "text/plain"))
        self.send_response(404 if body == b"missing" else 200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


@pytest.fixture
def site() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Site)
    server.asked = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def at(site: HTTPServer, path: str = "") -> str:
    return f"http://127.0.0.1:{site.server_port}{path}"


def allowed(site: HTTPServer) -> Web:
    return Web((f"127.0.0.1:{site.server_port}",))


def test_a_page_becomes_words_and_data_stays_data(site: HTTPServer) -> None:
    assert allowed(site).fetch_url(at(site, "/page")) == "Hello\n\nbig & small"
    assert allowed(site).fetch_url(at(site, "/data")) == '{"a": 1}'
    assert allowed(site).fetch_url(at(site, "/odd")) == "caf\ufffd"
    assert allowed(site).fetch_url(at(site, "/to//data")) == '{"a": 1}'


def test_what_is_no_text_or_not_there(site: HTTPServer) -> None:
    with pytest.raises(ToolError, match="not text but image/png"):
        allowed(site).fetch_url(at(site, "/picture"))
    with pytest.raises(ToolError, match=r"HTTP 404 .*\nmissing"):
        allowed(site).fetch_url(at(site, "/none"))


def test_long_pages_are_cut(site: HTTPServer) -> None:
    text = allowed(site).fetch_url(at(site, "/long"))
    assert text.endswith("[cut: the page is longer]")
    assert len(text) < 40_000


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://127.1/", "http://2130706433/", "http://0x7f000001/",
        "http://0.0.0.0/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::]/", "http://10.0.0.1/",
        "http://192.168.1.1/", "http://172.16.0.1/", "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]/", "http://[fc00::1]/", "http://100.64.0.1/", "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/", "http://224.0.0.1/", "http://255.255.255.255/",
    ],
)  # fmt: skip
def test_no_private_address_is_reached_in_any_spelling(url: str) -> None:
    with pytest.raises(ToolError, match=r"not on the public internet|There is no host"):
        Web().fetch_url(url)


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/",
        "http://localhost:{other}/",
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "//[::1]/",
    ],
)
def test_a_redirect_is_checked_like_the_first_address(site: HTTPServer, target: str) -> None:
    with pytest.raises(ToolError):
        allowed(site).fetch_url(at(site, f"/to/{target.format(other=site.server_port)}"))
    assert len(site.asked) == 1  # type: ignore[attr-defined]


def test_redirects_end(site: HTTPServer) -> None:
    with pytest.raises(ToolError, match="More than 5 redirects"):
        allowed(site).fetch_url(at(site, "/to/" * 9 + "/data"))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file:///etc/passwd", "Only http and https"),
        ("ftp://example.org/", "Only http and https"),
        ("http:///x", "Only http and https"),
        ("javascript:alert(1)", "Only http and https"),
        ("http://user:password@example.org/", "user name or a password"),
        ("http://example.org/\r\nHost: evil", "blanks or control"),
        ("http://example.org:22/", "Port 22"),
        ("http://example.org:99999/", "not a URL"),
        ("http://nothing.invalid/", "There is no host"),
    ],
)
def test_other_urls_are_refused(url: str, said: str) -> None:
    with pytest.raises(ToolError, match=said):
        Web().fetch_url(url)


def test_hosts_can_be_limited() -> None:
    web = Web(("example.org", "*.example.net"))
    for url in ("http://example.com/", "http://notexample.org/", "http://example.net.evil.com/"):
        with pytest.raises(ToolError, match="not one of the hosts"):
            web.fetch_url(url)


def test_a_pattern_never_opens_a_private_address() -> None:
    with pytest.raises(ToolError, match=r"public internet|no host|Port"):
        Web(("*.localhost", "*.0.0.1")).fetch_url("http://127.0.0.1/")


def test_public_addresses_are_public() -> None:
    assert is_public("93.184.215.14")
    assert is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")


def test_broken_pages_give_words_all_the_same() -> None:
    assert words_of("<p>a<b>b</p></b><script>x") == "ab"
    assert words_of("<" * 10_000).strip("<") == ""
