"""The bucket that holds the bytes of files: where it is, and the keys to it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from jupyter_colonies.client import endpoint as endpoints
from jupyter_colonies.client.endpoint import Endpoint
from jupyter_colonies.core.messages.objects import Credentials
from jupyter_colonies.errors import NoObjectStore

DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket at an S3 endpoint; `verified` says whether its TLS certificate has to be good."""

    endpoint: Endpoint
    name: str
    region: str
    accesskey: str
    secretkey: str = field(repr=False)
    verified: bool = True

    def is_at(self, server: str, port: int) -> bool:
        """Whether a file's reference means this endpoint."""
        return (self.endpoint.host, self.endpoint.port) == (server, port)


def of_server(endpoint: Endpoint, keys: Credentials) -> Bucket:
    """The bucket that a Colonies server names: its own, or that of another S3."""
    if keys.endpoint:
        endpoint = _at(keys.endpoint, tls=keys.tls)
    return Bucket(
        endpoint=endpoint,
        name=keys.bucket,
        region=keys.region or DEFAULT_REGION,
        accesskey=keys.accesskey,
        secretkey=keys.secretkey,
        verified=not keys.skipverify,
    )


def from_environment() -> Bucket | None:
    """The bucket of the AWS_S3_* variables (protocol part 03, section 1.8); None without them.

    Raises NoObjectStore if one of them is missing or can't be read.
    """
    address = os.environ.get("AWS_S3_ENDPOINT", "")
    if not address:
        return None
    missing = [
        name
        for name in ("AWS_S3_ACCESSKEY", "AWS_S3_SECRETKEY", "AWS_S3_BUCKET")
        if not os.environ.get(name)
    ]
    if missing:
        raise NoObjectStore(f"AWS_S3_ENDPOINT is set, but not {' and '.join(missing)}")
    return Bucket(
        endpoint=_at(address, tls=_is_true("AWS_S3_TLS")),
        name=os.environ["AWS_S3_BUCKET"],
        region=os.environ.get("AWS_S3_REGION") or DEFAULT_REGION,
        accesskey=os.environ["AWS_S3_ACCESSKEY"],
        secretkey=os.environ["AWS_S3_SECRETKEY"],
        verified=not _is_true("AWS_S3_SKIPVERIFY"),
    )


def _at(address: str, *, tls: bool) -> Endpoint:
    return endpoints.parse(f"http{'s' if tls else ''}://{address}")


def _is_true(name: str) -> bool:
    return os.environ.get(name, "").lower() == "true"
