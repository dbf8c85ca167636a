"""TLS on the own port, with a certificate that may be renewed while the server runs.

Whether the files have changed is looked at when a client begins to speak: nothing has to poll
them, and no signal has to be sent. A renewal that can't be used leaves the one before in use.
"""

from __future__ import annotations

import logging
import ssl
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from jupyter_colonies.errors import InvalidConfiguration
from jupyter_colonies.server.settings import Settings

_log = logging.getLogger(__name__)

Marks = tuple[tuple[int, int, int], ...]


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """TLS as configured, None without a certificate.

    Raises InvalidConfiguration if certificate or key can't be used.
    """
    if not settings.certificate:
        return None
    return Renewed(Path(settings.certificate), Path(settings.certificate_key)).context


class Renewed:
    """A certificate and its key, as they are in their files at each handshake."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._certificate, self._key = certificate, key
        self._marks = self._marked()
        self.context = self._current = _loaded(certificate, key)
        self.context.sni_callback = self._begun

    def _begun(self, connection: ssl.SSLObject, _name: str | None, _first: ssl.SSLContext) -> None:
        """A client has said hello: it is given the newest certificate."""
        marks = self._marked()
        if marks != self._marks:
            self._marks = marks
            try:
                self._current = _loaded(self._certificate, self._key)
            except InvalidConfiguration as error:
                _log.error("The former TLS certificate stays in use: %s", error.message)
            else:
                _log.info("The TLS certificate '%s' was renewed", self._certificate)
        if self._current is not self.context:
            connection.context = self._current

    def _marked(self) -> Marks:
        """What tells one state of the files from another; empty while one is missing."""
        try:
            found = [file.stat() for file in (self._certificate, self._key)]
        except OSError:
            return ()
        return tuple((each.st_ino, each.st_mtime_ns, each.st_size) for each in found)


def _loaded(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # Without a password of its own a protected key would be asked for on the terminal.
        context.load_cert_chain(certificate, key, password=lambda: "")
        ends = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        raise InvalidConfiguration(_in_words(certificate, key, error)) from None
    if ends < datetime.now(UTC):
        raise InvalidConfiguration(
            f"The TLS certificate '{certificate}' ended on {ends:%Y-%m-%d %H:%M} UTC: renew it"
        )
    return context


def _in_words(certificate: Path, key: Path, error: Exception) -> str:
    both = f"The TLS certificate '{certificate}' and its key '{key}' can't be used: "
    if not isinstance(error, ssl.SSLError):
        return f"{both}{error}"
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"{both}the key is another one's. Name the key that the certificate was made for"
    return f"{both}they are not a PEM certificate and a PEM key without a password ({error})"
