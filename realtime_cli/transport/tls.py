"""Which certificates are trusted."""

from __future__ import annotations

import ssl

from realtime_cli.errors import ConfigError


def tls_context(ca_file: str | None, *, insecure: bool = False) -> ssl.SSLContext:
    """The usual certificates, those of the user's own file besides, or any.

    Args:
        ca_file: PEM file, None for none.
        insecure: Take any certificate. The caller says so loudly.

    Raises:
        ConfigError: The file cannot be read.
    """
    context = ssl.create_default_context()
    if insecure:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    elif ca_file:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(
                f"the certificates in {ca_file} cannot be read", advice="Give a PEM file with --ca-file."
            ) from error
    return context
