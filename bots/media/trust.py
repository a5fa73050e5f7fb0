"""Whose TLS certificates are trusted: one rule for the Server API, signalling and TURN."""

import functools
import os
import ssl

import certifi

from bots.errors import ConfigError

__all__ = ["tls_context", "untrusted"]


def tls_context() -> ssl.SSLContext:
    """For a client: trusts the machine's authorities, the public ones, and those in SSL_CERT_FILE and SSL_CERT_DIR.

    Raises:
        ConfigError: what SSL_CERT_FILE names is no file of certificates.
    """
    return _context(os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", ""))


@functools.cache
def _context(file: str, _folder: str) -> ssl.SSLContext:
    context = ssl.create_default_context()  # OpenSSL reads both variables, and says nothing if it cannot
    context.load_verify_locations(certifi.where())
    try:
        if file:
            context.load_verify_locations(file)
    except OSError as error:
        reason = error.strerror or "it has no certificate in PEM form"
        raise ConfigError(
            f"SSL_CERT_FILE names {file!r}, which cannot be used ({reason}); name a PEM file, or unset it"
        ) from None
    return context


def untrusted(where: str, error: ssl.SSLCertVerificationError) -> str:
    """What a user can do about a certificate that is not trusted."""
    return (
        f"the TLS certificate of {where} is not trusted ({error.verify_message}); check the address, or name the "
        "certificate of its authority in SSL_CERT_FILE"
    )
