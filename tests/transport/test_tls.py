"""Certificates: the user's own come beside the usual ones, never in their place."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from realtime_cli.errors import ConfigError
from realtime_cli.transport.tls import tls_context

OWN = Path(__file__).parent.parent / "socket" / "self_signed.pem"


def test_a_file_of_the_users_own_adds_to_what_is_trusted() -> None:
    usual, more = tls_context(None), tls_context(str(OWN))
    assert more.verify_mode is usual.verify_mode is ssl.CERT_REQUIRED
    assert more.cert_store_stats()["x509"] == usual.cert_store_stats()["x509"] + 1


def test_any_certificate_is_taken_when_that_is_wanted() -> None:
    context = tls_context(str(OWN), insecure=True)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)


def test_a_file_without_certificates_is_a_setting_that_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nothing\.pem"):
        tls_context(str(tmp_path / "nothing.pem"))
    (tmp_path / "empty.pem").touch()
    with pytest.raises(ConfigError, match=r"empty\.pem"):
        tls_context(str(tmp_path / "empty.pem"))
