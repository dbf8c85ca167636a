"""TLS on the own port: which certificates are taken, and how one is renewed."""

import http.client
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from jupyter_colonies.errors import InvalidConfiguration
from jupyter_colonies.server.settings import Settings
from jupyter_colonies.server.tls import tls_context
from jupyter_colonies.testing import server_in_thread


def written(folder, name, *, days=1, password=b""):
    """A certificate that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    hidden = serialization.BestAvailableEncryption(password) if password else None
    file, keyfile = folder / f"{name}.pem", folder / f"{name}.key"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    keyfile.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            hidden or serialization.NoEncryption(),
        )
    )
    return file, keyfile


def presented(server):
    """The name on the certificate that the server shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection(server.host, server.port, context=context)
    connection.request("GET", "/health")
    shown = x509.load_der_x509_certificate(connection.sock.getpeercert(binary_form=True))
    assert connection.getresponse().status == 200
    connection.close()
    return shown.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value


def replace(new, old):
    """As programs that renew certificates do it."""
    for fresh, former in zip(new, old, strict=True):
        fresh.replace(former)


def test_a_certificate_is_renewed_while_the_server_runs(tmp_path, caplog):
    files = written(tmp_path, "first")
    names = {"certificate": str(files[0]), "certificate_key": str(files[1])}
    with server_in_thread(tmp_path, **names) as server:
        assert presented(server) == "first"
        replace(written(tmp_path, "second"), files)
        assert presented(server) == "second"
        spoiled, _ = written(tmp_path, "third")
        spoiled.replace(files[0])
        assert presented(server) == "second"
        assert "the key is another one's" in caplog.text
        files[0].unlink()
        assert presented(server) == "second"
        replace(written(tmp_path, "fourth"), files)
        assert presented(server) == "fourth"


def test_old_tls_is_not_spoken(tmp_path):
    files = written(tmp_path, "first")
    context = tls_context(
        Settings(data=tmp_path, certificate=str(files[0]), certificate_key=str(files[1]))
    )
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder, files: files[0].unlink(), "no file"),
        (lambda folder, files: files[1].unlink(), "no file"),
        (lambda folder, files: replace(written(folder, "b")[1:], files[1:]), "is another one's"),
        (lambda folder, files: replace(written(folder, "b", days=-1), files), "ended on"),
        (lambda folder, files: replace(written(folder, "b", password=b"x"), files), "a password"),
        (lambda folder, files: files[0].write_text("nothing"), "not a PEM certificate"),
        (lambda folder, files: files[1].write_text("nothing"), "not a PEM certificate"),
    ],
    ids=["certificate", "key", "mismatched", "expired", "protected", "no PEM", "no PEM key"],
)
def test_files_that_cannot_be_used_are_named(tmp_path, change, words):
    files = written(tmp_path, "a")
    change(tmp_path, files)
    with pytest.raises(InvalidConfiguration, match=words) as refused:
        tls_context(
            Settings(data=tmp_path, certificate=str(files[0]), certificate_key=str(files[1]))
        )
    assert str(tmp_path) in refused.value.message
