"""Who signed a request: secp256k1 keys, ids, signatures and their recovery.

The id of a key is the SHA3-256 of the hexadecimal text of its public key; a request is signed
over the base64 text of its payload, and the server recovers the id from the signature alone
(protocol part 01, section 2). `coincurve` does the arithmetic where it is installed, `ecdsa`
everywhere else; both give the same bytes.
"""

from __future__ import annotations

import binascii
import hashlib
import secrets
import string
from typing import Any, Protocol

from jupyter_colonies.errors import AccessDenied, InvalidRequest

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
SIGNATURE_LENGTH = 65


class Curve(Protocol):
    """The three operations that need elliptic-curve arithmetic."""

    def public_key(self, private_key: bytes) -> bytes:
        """Uncompressed public key, 65 bytes."""

    def sign(self, private_key: bytes, digest: bytes) -> bytes:
        """Deterministic low-S signature of a digest: r, s, v in 65 bytes."""

    def recover(self, signature: bytes, digest: bytes) -> bytes:
        """Uncompressed public key of the signer. Raises ValueError."""


class CoincurveCurve:
    """libsecp256k1 through coincurve."""

    def __init__(self) -> None:
        import coincurve  # noqa: PLC0415 - optional: there are platforms without a wheel

        self._private = coincurve.PrivateKey
        self._public = coincurve.PublicKey

    def public_key(self, private_key: bytes) -> bytes:
        """See `Curve`."""
        return self._private(private_key).public_key.format(compressed=False)

    def sign(self, private_key: bytes, digest: bytes) -> bytes:
        """See `Curve`."""
        return self._private(private_key).sign_recoverable(digest, hasher=None)

    def recover(self, signature: bytes, digest: bytes) -> bytes:
        """See `Curve`."""
        key = self._public.from_signature_and_message(signature, digest, hasher=None)
        return key.format(compressed=False)


class EcdsaCurve:
    """The portable implementation, some sixty times slower."""

    def public_key(self, private_key: bytes) -> bytes:
        """See `Curve`."""
        key = self._signing_key(private_key)
        return bytes(key.verifying_key.to_string("uncompressed"))

    def sign(self, private_key: bytes, digest: bytes) -> bytes:
        """See `Curve`."""
        from ecdsa import util  # noqa: PLC0415 - loaded only where coincurve is missing

        key = self._signing_key(private_key)
        body: bytes = key.sign_digest_deterministic(
            digest, hashfunc=hashlib.sha256, sigencode=util.sigencode_string_canonize
        )
        public = key.verifying_key.to_string("uncompressed")
        for v in (0, 1):
            signature = body + bytes([v])
            if self.recover(signature, digest) == public:
                return signature
        raise ValueError("no recovery code fits the signature")

    def recover(self, signature: bytes, digest: bytes) -> bytes:
        """See `Curve`: Q = (s·R - e·G) / r, for the one point R that r and v name."""
        from ecdsa import SECP256k1, ellipticcurve, numbertheory  # noqa: PLC0415 - as above

        curve, generator = SECP256k1.curve, SECP256k1.generator
        r = int.from_bytes(signature[:32])
        s = int.from_bytes(signature[32:64])
        v = signature[64]
        x = r + ORDER * (v >> 1)
        if x >= curve.p():
            raise ValueError("r names no point")
        try:
            y = numbertheory.square_root_mod_prime((x**3 + 7) % curve.p(), curve.p())
        except numbertheory.Error as error:
            raise ValueError("r names no point") from error
        if y & 1 != v & 1:
            y = curve.p() - y
        point = ellipticcurve.PointJacobi(curve, x, y, 1, ORDER)
        inverse = pow(r, -1, ORDER)
        public = point * (s * inverse % ORDER) + generator * (
            -int.from_bytes(digest) * inverse % ORDER
        )
        if public == ellipticcurve.INFINITY:
            raise ValueError("the signature recovers no key")
        public = public.to_affine()
        return b"\x04" + int(public.x()).to_bytes(32) + int(public.y()).to_bytes(32)

    @staticmethod
    def _signing_key(private_key: bytes) -> Any:
        from ecdsa import SECP256k1, SigningKey  # noqa: PLC0415 - as above

        return SigningKey.from_string(private_key, curve=SECP256k1)


def fastest_curve() -> Curve:
    """coincurve where it is installed, ecdsa otherwise."""
    try:
        return CoincurveCurve()
    except ImportError:
        return EcdsaCurve()


CURVE: Curve = fastest_curve()


def new_private_key() -> str:
    """A fresh private key, 64 hexadecimal characters."""
    return f"{secrets.randbelow(ORDER - 1) + 1:064x}"


def id_of(private_key: str, curve: Curve = CURVE) -> str:
    """The id of a private key (protocol part 01, section 2.2).

    Raises InvalidRequest if the text is not a private key.
    """
    return id_of_public_key(curve.public_key(_key_bytes(private_key)))


def id_of_public_key(public_key: bytes) -> str:
    """The id of an uncompressed public key: the hash of its hexadecimal text."""
    return hashlib.sha3_256(public_key.hex().encode()).hexdigest()


def new_id() -> str:
    """A random id for a process, a graph or a log: 64 hexadecimal characters."""
    return secrets.token_hex(32)


def sign(text: str, private_key: str, curve: Curve = CURVE) -> str:
    """Sign a text; the result has 130 hexadecimal characters (protocol part 01, section 2.3)."""
    digest = hashlib.sha3_256(text.encode()).digest()
    return curve.sign(_key_bytes(private_key), digest).hex()


def recover(text: str, signature: str, curve: Curve = CURVE) -> str:
    """The id that signed a text.

    Any well-formed signature yields some id; whether that id may do anything is decided later.
    Raises AccessDenied for a malformed signature (protocol part 01, sections 2.4 and 2.5).
    """
    raw = _unhexed(signature)
    if len(raw) != SIGNATURE_LENGTH:
        raise AccessDenied("Invalid signature length")
    if raw[64] > 3:
        raise AccessDenied(
            "Failed to recover public key: invalid signature: public key recovery code "
            f"{raw[64] + 27} is not in the valid range [27, 34]"
        )
    r = int.from_bytes(raw[:32])
    s = int.from_bytes(raw[32:64])
    if not (0 < r < ORDER and 0 < s < ORDER):
        raise AccessDenied("Failed to recover public key: invalid signature: r or s out of range")
    if s > ORDER // 2:
        raise AccessDenied("Failed verify signature: Signature s value is over half the order")
    try:
        public = curve.recover(raw, hashlib.sha3_256(text.encode()).digest())
    except ValueError as error:
        raise AccessDenied(f"Failed to recover public key: invalid signature: {error}") from None
    return id_of_public_key(public)


def is_id(text: str) -> bool:
    """Whether a text has the form of an id: 64 lower-case hexadecimal characters."""
    return len(text) == 64 and all(c in "0123456789abcdef" for c in text)


def _unhexed(signature: str) -> bytes:
    try:
        return binascii.unhexlify(signature)
    except ValueError:
        stranger = next((c for c in signature if c not in string.hexdigits), None)
    if stranger is not None:
        raise AccessDenied(f"encoding/hex: invalid byte: U+{ord(stranger):04X} '{stranger}'")
    raise AccessDenied("encoding/hex: odd length hex string")


def _key_bytes(private_key: str) -> bytes:
    try:
        raw = binascii.unhexlify(private_key)
    except ValueError:
        raw = b""
    if len(raw) != 32 or not 0 < int.from_bytes(raw) < ORDER:
        raise InvalidRequest("Not a private key: 64 hexadecimal characters are expected")
    return raw
