"""A page from the web, and never one from inside: no address of this machine or of a private network is reached.

The name is resolved here, every address it has must be public, and the connection goes to the address that was
checked (a second answer of the name server cannot change it). Each redirect is checked in the same way. Proxies of the
environment are not used, because a proxy would resolve the name once more.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import SplitResult, urljoin, urlsplit

from realtime_cli import __version__
from realtime_cli.errors import ToolError

_REDIRECTS = 5
_READ_BYTES = 1_000_000
_TEXT_CHARS = 30_000
_WAIT_S = 10.0
_READABLE = re.compile(r"text/|application/(.*\+)?(json|xml|xhtml|yaml|javascript)|^$")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Web:
    """What may be fetched.

    Attributes:
        hosts: Names that may be reached (`example.org`, `*.example.org`, `localhost:8000`); empty: every public one.
            A host named here exactly may be a private one.
    """

    hosts: tuple[str, ...] = ()

    def fetch_url(self, url: str) -> str:
        """The text of a page.

        Raises:
            ToolError: It may not or cannot be fetched, or is no text.
        """
        for _ in range(_REDIRECTS + 1):
            status, location, text = self._get(url)
            if location is None:
                if status >= 400:
                    raise ToolError(f"HTTP {status} from {url}\n{text[:1_000]}".strip())
                return text
            url = urljoin(url, location)
        raise ToolError(f"More than {_REDIRECTS} redirects.")

    def _get(self, url: str) -> tuple[int, str | None, str]:
        """Status, where to go instead, text."""
        try:
            parts = urlsplit(url)
            port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
        except ValueError as exc:
            raise ToolError(f"{url[:200]!r} is not a URL: {exc}.") from exc
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ToolError("Only http and https URLs can be fetched.")
        if parts.username or parts.password:
            raise ToolError("URLs with a user name or a password are not fetched.")
        if re.search(r"[\x00-\x20\x7f]", url):
            raise ToolError("The URL holds blanks or control characters.")
        connection = self._connection(parts.scheme, parts.hostname, port)
        headers = {"User-Agent": f"realtime-cli/{__version__}", "Accept": "text/*, application/json"}
        try:
            connection.request("GET", _target(parts), headers=headers)
            response = connection.getresponse()
            location = response.getheader("Location") if 300 <= response.status < 400 else None
            if location is not None:
                return response.status, location, ""
            return response.status, None, _text(response)
        except (OSError, http.client.HTTPException) as exc:
            raise ToolError(f"{parts.hostname} cannot be read: {type(exc).__name__} {exc}".strip()) from exc
        finally:
            connection.close()

    def _connection(self, scheme: str, host: str, port: int) -> http.client.HTTPConnection:
        named = f"{host}:{port}" in self.hosts or host in self.hosts
        if self.hosts and not named and not any(_below(host, pattern) for pattern in self.hosts):
            raise ToolError(f"{host} is not one of the hosts that may be reached: {', '.join(self.hosts)}.")
        if not named and port not in (80, 443):
            raise ToolError(f"Port {port} is not reached; only 80 and 443.")
        address = _address(host, port, private_too=named)
        secure = ssl.create_default_context() if scheme == "https" else None
        return _Pinned(host, port, address, secure)


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was checked, speaking to the host by its name."""

    def __init__(self, host: str, port: int, address: str, secure: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=_WAIT_S)
        self.default_port = 80 if secure is None else 443  # the Host header leaves a usual port out
        self._address = address
        self._secure = secure

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), _WAIT_S)
        if self._secure is not None:
            self.sock = self._secure.wrap_socket(self.sock, server_hostname=self.host)


def is_public(address: str) -> bool:
    """An address of the open internet: not this machine, a private network, a link, a group, or one of those in
    disguise (mapped into IPv6, by NAT64, 6to4 or Teredo)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip.sixtofour is not None or ip.teredo is not None:
            return False
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback)


def _address(host: str, port: int, *, private_too: bool) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        raise ToolError(f"There is no host {host}.") from exc
    addresses = [str(one[4][0]) for one in found]
    if not private_too and not all(is_public(address) for address in addresses):
        raise ToolError(f"{host} is not on the public internet and is not reached.")
    return addresses[0]


def _below(host: str, pattern: str) -> bool:
    return pattern.startswith("*.") and host.lower().endswith(pattern[1:].lower())


def _target(parts: SplitResult) -> str:
    path = parts.path or "/"
    return "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode()) for c in path) + (
        f"?{parts.query}" if parts.query else ""
    )


def _text(response: http.client.HTTPResponse) -> str:
    kind = response.headers.get_content_type() if response.getheader("Content-Type") else ""
    if not _READABLE.match(kind):
        raise ToolError(f"It is not text but {kind}.")
    data = response.read(_READ_BYTES)
    charset = response.headers.get_content_charset() or "utf-8"
    try:
        text = data.decode(charset, "replace")
    except LookupError:
        text = data.decode("utf-8", "replace")
    if "html" in kind:
        text = words_of(text)
    return text if len(text) <= _TEXT_CHARS else f"{text[:_TEXT_CHARS]}\n[cut: the page is longer]"


def words_of(page: str) -> str:
    """What a person would read of an HTML page."""
    reader = _Words()
    reader.feed(page)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.words).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Words(HTMLParser):
    _SILENT = frozenset({"script", "style", "noscript", "template", "svg", "head"})
    _BREAKS = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "pre"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._SILENT:
            self._silent += 1
        elif tag in self._BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in self._BREAKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)
